"""What of the page stands in its address: the design, the part that is open, and what is set in that part."""

from typing import Any

from pages.ui import state

_OF_PART: dict[str, tuple[state.Key[Any], ...]] = {
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


def share() -> None:
    """Write what is designed and what is looked at into the address, where all of the page runs."""
    state.share(*_keys())


def share_change() -> None:
    """Write into the address what a panel has changed."""
    state.share_change(*_keys())


def _keys() -> tuple[state.Key[Any], ...]:
    return state.LANGUAGE, state.DESIGN_PRESET, state.DESIGN_LINK, state.DESIGN_PART, *_OF_PART[state.DESIGN_PART.get()]
