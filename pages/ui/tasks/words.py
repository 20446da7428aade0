"""What all tasks have in common on the page: the board, what is put out, and how it is measured."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cnn_core.models.shape_networks import training_record
from cnn_core.pictures.shapes import KINDS
from pages.ui import components, state
from pages.ui.components import data_url
from pages.ui.text import _

MEASURED = 1_000
"""Generated pictures that no network was trained on, by which all of them were measured."""


def choose_way(label: str, ways: Mapping[str, str], key: state.Key[str], truth_is_known: bool) -> None:
    """Let the reader choose how an answer comes about; "true", as it is, only where that is known."""
    offered = [way for way in ways if truth_is_known or way != "true"]
    st.segmented_control(label, format_func=lambda way: _(ways[way]), required=True, **key.among(offered).widget())


def kind_name(kind: int) -> str:
    """Return what a kind of shape is called."""
    return _(KINDS[kind])


def record_of(network: str) -> dict[str, Any]:
    """Return what a network for shapes was measured at."""
    found: dict[str, Any] = training_record()["networks"][network]
    return found


def drawn(box: Sequence[float], text: str, look: str) -> dict[str, Any]:
    """Return a box for the board; `look` as in `boxes.js`."""
    return {"box": [float(edge) for edge in box], "text": text, "look": look}


def draw_board(
    png: bytes,
    shape: tuple[int, ...],
    alt: str,
    boxes: Sequence[dict[str, Any]] = (),
    **own: Any,
) -> None:
    """Draw the picture with boxes on it; `own` says what the board needs for the reader's own box."""
    on_box = own.pop("on_box", lambda _box: None)
    data = {
        "picture": data_url(png),
        "rows": shape[0],
        "columns": shape[1],
        "boxes": list(boxes),
        "own": own.get("own"),
        "measured": own.get("measured", []),
        "words": {"picture": alt, "own": _("Your box: arrow keys move it, with Shift they resize it")},
    }
    components.boxes(data, "task_board", on_box)


def draw_output(text: str) -> None:
    """Say what a network puts out for this task."""
    st.markdown("**" + _("Output") + "** " + text)


def draw_measure(text: str) -> None:
    """Say how the task is measured."""
    st.markdown("**" + _("Measure") + "** " + text)


def share(value: float) -> str:
    """Return a share as people read it."""
    return f"{value:.1%}"


def draw_foreign() -> None:
    """Say that the networks for shapes know nothing of photographs."""
    st.warning(
        _(
            "This network has only ever seen circles, squares and triangles. It answers to a photograph too, for it "
            "has no way to say that it does not know; the answer means nothing."
        ),
        icon=":material/warning:",
    )
