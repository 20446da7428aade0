"""What all tasks have in common on the page: the board, what is put out, and how it is measured."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cnn_core.models.shape_networks import training_record
from cnn_core.pictures.shapes import KINDS
from pages.ui import state
from pages.ui.draw.boxes import OwnBox, draw_boxes
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


def draw_board(
    png: bytes,
    shape: tuple[int, ...],
    alt: str,
    boxes: Sequence[dict[str, Any]] = (),
    own: OwnBox | None = None,
) -> None:
    """Draw the picture of all tasks with boxes on it, the reader's own among them where a task has one."""
    draw_boxes("task_board", png, shape, alt, boxes, own)


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
            "This network has only ever seen circles, squares and triangles. It answers a photograph too, because "
            "it cannot say that it does not know; the answer means nothing."
        ),
        icon=":material/warning:",
    )
