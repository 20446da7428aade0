"""A sheet to draw a digit on, and what is drawn on it as a picture like any other."""

import base64
import binascii
from typing import Any

from cnn_core.errors import CnnError
from cnn_core.models.info import ModelInfo
from cnn_core.models.keys import BUNDLED_SOURCE, ModelKey
from cnn_core.pictures.samples import Subject
from cnn_core.sentences import N_
from pages.ui import cached, components, state
from pages.ui.ask.picture import current_sample
from pages.ui.entered import Chosen
from pages.ui.text import _
from pages.ui.waiting import run_again

TITLE = N_("Your drawing")
_DIGITS = "mnist"
_PNG = "data:image/png;base64,"
_LARGEST = 200_000
"""Characters of a drawing in base64: one of 280×280 pixels takes 10,000."""


def reads_digits(info: ModelInfo) -> bool:
    """Say whether a model knows handwritten digits and nothing else."""
    key = ModelKey.of(info.key)
    return key.source == BUNDLED_SOURCE and key.name == _DIGITS


def may_be_no_digit(info: ModelInfo) -> bool:
    """Say whether a model that knows only digits is shown what may be none: any picture but a sample of one, or a
    drawing."""
    if not reads_digits(info) or state.SOURCE.get() == "drawing":
        return False
    sample = current_sample(info.colour)
    return sample is None or sample.subject is not Subject.DIGIT


def growing() -> Chosen | None:
    """Return what is on the sheet while the pen is down, a picture that passes; None where it is up."""
    stroke = state.STROKE.get()
    return None if stroke is None else stroke[1]


def end_elsewhere() -> None:
    """Forget a drawing that still grew when the reader left the page."""
    if state.has_arrived():
        state.STROKE.set(None)


def draw(passing: dict[str, Any] | None) -> None:
    """Draw the sheet; with what a drawing that grows changes on the page, which the browser shows, once it is known."""
    stroke = state.STROKE.get()
    if stroke is not None and passing is not None:
        state.DRAWN.set(stroke[0])
    data = {
        "shown": state.DRAWN.get(),
        "isOpen": state.SOURCE.get() == "drawing",
        "passing": passing,
        "words": {
            "sheet": _("A sheet to draw a digit on with a pointer; the samples beside it hold digits too"),
            "hint": _("Draw a digit here"),
            "clear": _("Clear"),
        },
    }
    components.sketch(data, key="sketch", on_frame=_take)


def _take(said: Any) -> None:
    """Let a drawing that grows pass; make it the picture once the pen is up, or go back to the sample where the sheet
    was cleared."""
    match said:
        case {"number": int(number), "picture": "", "isDone": True}:
            _forget()
            _settle(number)
        case {"number": int(number), "picture": str(text), "isDone": bool(is_done)} if _may_be(text):
            try:
                chosen = Chosen.of(base64.b64decode(text.removeprefix(_PNG), validate=True), TITLE, passes=not is_done)
                cached.picture(chosen)
            except (binascii.Error, CnnError):
                return  # no browser sends such
            if not is_done:
                state.STROKE.set((number, chosen))
                return
            state.DRAWING.set(chosen)
            state.SOURCE.set("drawing")
            _settle(number)


def _settle(number: int) -> None:
    """Let all of the page show what is on the sheet."""
    state.STROKE.set(None)
    state.DRAWN.set(number)
    run_again()


def _may_be(text: str) -> bool:
    return len(text) <= _LARGEST and text.startswith(_PNG)


def _forget() -> None:
    drawing = state.DRAWING.get()
    if drawing is not None:
        cached.forget(drawing.digest)
    state.DRAWING.set(None)
    if state.SOURCE.get() == "drawing":
        state.SOURCE.set("sample")
