"""Which part is open. It runs by itself: what is changed in it leaves the table as it is."""

from collections.abc import Callable
from typing import Any

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design import current
from pages.ui.design.parts import compare, costs, picture, questions, sees, take_away, what_if
from pages.ui.draw.parts import Part, draw_parts

PARTS = {
    "picture": Part(N_("Picture"), "deployed_code", picture.draw),
    "costs": Part(N_("Costs"), "bar_chart", costs.draw),
    "sees": Part(N_("What it sees"), "visibility", sees.draw),
    "what_if": Part(N_("What if"), "tune", what_if.draw),
    "compare": Part(N_("Compare"), "compare", compare.draw),
    "take_away": Part(N_("Export"), "download", take_away.draw),
    "questions": Part(N_("Questions"), "help", questions.draw),
}


def shows() -> Any:
    """Return what the open part shows."""
    opened = state.DESIGN_PART.get()
    return opened, _SHOWS[opened]()


_SHOWS: dict[str, Callable[[], Any]] = {
    "picture": picture.shows,
    "costs": current.text,
    "sees": current.place,
    "what_if": current.place,
    "compare": compare.shows,
    "take_away": take_away.shows,
    "questions": questions.shows,
}


def draw() -> None:
    """Draw the choice of parts and the open one."""
    opened = state.DESIGN_PART.get()
    draw_parts(PARTS, opened, state.field("part", opened, state.DESIGN_PART.set))
