"""Which part is open. It runs by itself: what is changed in it leaves the table as it is."""

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design.parts import compare, costs, picture, questions, sees, take_away, what_if
from pages.ui.draw.parts import Part, draw_parts
from pages.ui.waiting import fragment

PARTS = {
    "picture": Part(N_("Picture"), "deployed_code", picture.draw),
    "costs": Part(N_("Costs"), "bar_chart", costs.draw),
    "sees": Part(N_("What it sees"), "visibility", sees.draw),
    "what_if": Part(N_("What if"), "tune", what_if.draw),
    "compare": Part(N_("Compare"), "compare", compare.draw),
    "take_away": Part(N_("Take away"), "download", take_away.draw),
    "questions": Part(N_("Questions"), "help", questions.draw),
}


def share() -> None:
    """Write what is designed and what is looked at into the address."""
    state.share(
        state.LANGUAGE, state.DESIGN_PRESET, state.DESIGN_LINK, state.DESIGN_PART, *_OF[state.DESIGN_PART.get()]
    )


_OF = {
    "picture": (state.DRAWN_AS, state.DRAWN_TO),
    "costs": (state.BATCH, state.OPTIMIZER, state.EPOCH_PICTURES),
    "sees": (state.SEEN_SAMPLE, state.SEEN_ROW, state.SEEN_COLUMN),
    "what_if": (),
    "compare": (state.COMPARED,),
    "take_away": (state.TAKEN_AS,),
    "questions": (
        state.QUESTION,
        state.FROM_SIZE,
        state.TO_SIZE,
        state.STAGES,
        state.PIXELS_SEEN,
        state.MOST_PARAMETERS,
    ),
}
"""What of each part stands in the address while it is open."""


def draw() -> None:
    """Draw the choice of parts and the open one."""
    fragment(_draw, "design_part", share=share)()


def _draw() -> None:
    opened = state.DESIGN_PART.get()
    draw_parts(PARTS, opened, state.field("part", opened, state.DESIGN_PART.set))
