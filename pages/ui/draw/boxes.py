"""A picture with boxes on it, one of which can be the reader's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pages.ui import components
from pages.ui.ask.box import Edges, fits
from pages.ui.components import data_url
from pages.ui.text import _


@dataclass(frozen=True)
class OwnBox:
    """The box that the reader moves.

    Attributes:
        edges: where it lies now.
        take: gets the box once it was moved.
        measured: boxes that it is held against, each with a sentence, as in `boxes.js`.
        cut: where it keeps its size and the rest of the picture is dark: by how many pixels a key moves it.
        says_place: its place is written below the picture.
    """

    edges: Edges
    take: Callable[[Edges], None]
    measured: Sequence[dict[str, Any]] = ()
    cut: int = 0
    says_place: bool = False


def drawn(box: Sequence[float], text: str, look: str) -> dict[str, Any]:
    """Return a box for `draw_boxes`; `look` as in `boxes.js`."""
    return {"box": [float(edge) for edge in box], "text": text, "look": look}


def draw_boxes(
    key: str,
    png: bytes,
    shape: tuple[int, ...],
    alt: str,
    boxes: Sequence[dict[str, Any]] = (),
    own: OwnBox | None = None,
) -> None:
    """Draw a picture of (rows, columns, …) with boxes on it, in pixels of the picture however large the PNG is."""
    rows, columns = shape[:2]
    data = {
        "picture": data_url(png),
        "rows": rows,
        "columns": columns,
        "boxes": list(boxes),
        "own": list(own.edges) if own else None,
        "measured": list(own.measured) if own else [],
        "cut": own.cut if own else 0,
        "words": {"picture": alt, "own": _words(own), "place": _place(own)},
    }
    components.boxes(data, key, lambda said: _take(said, rows, columns, own))


def _words(own: OwnBox | None) -> str:
    if own is not None and own.cut:
        return _("What is cut out: arrow keys move it")
    return _("Your box: arrow keys move it, with Shift they resize it")


def _place(own: OwnBox | None) -> str:
    if own is None or not own.says_place:
        return ""
    return _("Top {top}, left {left}, bottom {bottom}, right {right}")


def _take(said: Any, rows: int, columns: int, own: OwnBox | None) -> None:
    match said:
        case [int(), int(), int(), int()] if own is not None and fits(tuple(said), rows, columns):
            own.take(tuple(said))
