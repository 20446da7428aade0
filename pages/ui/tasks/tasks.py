"""The five tasks side by side, and the one that is open."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cnn_core.drawing.masks import boxed_png, joined_numbers, masked_png
from cnn_core.drawing.png import picture_png
from cnn_core.models.shape_networks import classes_of
from cnn_core.sentences import N_
from pages.ui import components, state
from pages.ui.components import data_url
from pages.ui.tasks import classification, detection, instances, localization, segmentation
from pages.ui.tasks.subject import Answered
from pages.ui.text import _

SHARED = (state.TASK, state.LEAST_SCORE, state.MOST_OVERLAP, state.SEGMENTED_BY, state.INSTANCES_BY)
_SMALL = 176
"""Pixels of a card's picture, twice as many as it takes on the screen."""
_STYLE = """<style>
.st-key-task_board_place { --boxes-width: min(27rem, max(16rem, 100vh - 23rem)); }
[data-testid="stMainBlockContainer"]:has(.st-key-task_board_place) h2 { font-size: 1.35rem; }
@media (max-width: 1000px) { .st-key-task_board_place { --boxes-width: min(27rem, 100vh - 29rem); } }
</style>"""


@dataclass(frozen=True)
class Task:
    """A task: its picture, what is said beside it, and what below.

    Attributes:
        note: what it puts out, in short.
        card: its answer on a small picture.
        asks_shapes: its answer is that of networks for shapes, also of a photograph.
    """

    key: str
    title: str
    note: str
    card: Callable[[Answered], bytes]
    draw_picture: Callable[[Answered], None]
    draw_words: Callable[[Answered], None]
    draw_below: Callable[[Answered], None] = lambda _answered: None
    asks_shapes: bool = True

    def card_of(self, answered: Answered) -> bytes:
        """Return the small picture; without an answer where that is still on its way."""
        if self.asks_shapes and answered.known is None:
            return picture_png(answered.small, _SMALL)
        return self.card(answered)


def _boxed_card(answered: Answered) -> bytes:
    box = localization.found_box(answered)
    return boxed_png(answered.large, localization.as_rectangles([] if box is None else [box]), _SMALL)


TASKS = (
    Task(
        "classification",
        N_("Classification"),
        N_("one class"),
        lambda answered: picture_png(answered.large, _SMALL),
        classification.draw_picture,
        classification.draw_words,
        asks_shapes=False,
    ),
    Task(
        "localization",
        N_("Localization"),
        N_("one class, one box"),
        _boxed_card,
        localization.draw_picture,
        localization.draw_words,
        asks_shapes=False,
    ),
    Task(
        "detection",
        N_("Detection"),
        N_("a box for each object"),
        lambda answered: boxed_png(answered.small, answered.kept.boxes, _SMALL),
        detection.draw_picture,
        detection.draw_words,
        detection.draw_below,
    ),
    Task(
        "semantic",
        N_("Semantic segmentation"),
        N_("a class for each pixel"),
        lambda answered: masked_png(answered.small, classes_of(answered.shapes.unet), _SMALL),
        segmentation.draw_picture,
        segmentation.draw_words,
        segmentation.draw_below,
    ),
    Task(
        "instance",
        N_("Instance segmentation"),
        N_("pixels of each object"),
        lambda answered: masked_png(
            answered.small,
            joined_numbers([one.mask for one in instances.found(answered)], answered.small.shape[:2]),
            _SMALL,
        ),
        instances.draw_picture,
        instances.draw_words,
        instances.draw_below,
    ),
)
_BY_KEY = {task.key: task for task in TASKS}


def draw(answered: Answered) -> None:
    """Draw the tasks as cards and the one that is open below them."""
    st.html(_STYLE)
    data = {
        "cards": [
            {
                "key": task.key,
                "title": _(task.title),
                "note": _(task.note),
                "picture": data_url(task.card_of(answered)),
            }
            for task in TASKS
        ],
        "selected": state.TASK.get(),
        "label": _("Tasks"),
    }
    components.cards(data, "task_cards", state.TASK.set)
    task = _BY_KEY[state.TASK.get()]
    board, words = st.columns([5, 7], gap="medium")
    with board, st.container(key="task_board_place"):
        task.draw_picture(answered)
    with words:
        task.draw_words(answered)
    task.draw_below(answered)
