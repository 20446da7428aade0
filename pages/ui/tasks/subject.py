"""The one picture that all tasks are done on: generated shapes, of which the truth is known, or a photograph."""

from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from cnn_core.arrays import Pixels
from cnn_core.models.info import ModelInfo, describe
from cnn_core.models.photograph_answers import MODEL, PhotographAnswer
from cnn_core.models.shape_networks import Detected, ShapeAnswers
from cnn_core.pictures.shapes import SIDE, ShapesPicture
from cnn_core.sentences import N_
from pages.ui import cached, state
from pages.ui.ask.picture import current_picture, name_of_upload, picture_picker
from pages.ui.entered import Chosen, Entered
from pages.ui.tasks.cached import as_shapes_take_it, generated
from pages.ui.text import _, escaped
from pages.ui.waiting import asked, later

SHARED = (state.TASK_PICTURE, state.SHAPES_SEED, state.SAMPLE, state.OWN_BOX)
_FIRST = "kingfisher"
"""A sample with one thing in it and something around it; the first of all fills its picture."""
_SOURCES = {"shapes": N_("Shapes"), "photograph": N_("Photograph")}


@dataclass(frozen=True)
class Subject:
    """A picture, in both sizes in which it enters networks.

    Attributes:
        small: 64×64, as the networks for shapes take it.
        truth: what is in it, where it was generated.
        photograph: 224×224, as MobileNetV2 takes it, where it is a photograph.
    """

    small: Entered
    truth: ShapesPicture | None
    photograph: Entered | None


@dataclass(frozen=True)
class Answered:
    """A picture with what the networks answer.

    Attributes:
        known: what the networks for shapes answer, None as long as that is on its way.
        photograph: what MobileNetV2 answers, only to a photograph.
    """

    subject: Subject
    known: ShapeAnswers | None
    photograph: PhotographAnswer | None

    @property
    def truth(self) -> ShapesPicture | None:
        return self.subject.truth

    @property
    def small(self) -> Pixels:
        """Return the picture as the networks for shapes take it, (64, 64, 3)."""
        return self.subject.small.pixels

    @property
    def large(self) -> Pixels:
        """Return the picture as the network for one class takes it: (224, 224, 3) of a photograph."""
        return self.small if self.subject.photograph is None else self.subject.photograph.pixels

    @property
    def shapes(self) -> ShapeAnswers:
        """Return what the networks for shapes answer; raises as `waiting.asked` does."""
        if self.known is not None:
            return self.known
        return asked(cached.shape_answers(self.subject.small), _("Running the networks for shapes on the picture."))

    @cached_property
    def kept(self) -> Detected:
        """Return the boxes that are left with the reader's least score and after non-maximum suppression."""
        scored = self.shapes.detected.from_score(state.LEAST_SCORE.get())
        return scored.suppressed(state.MOST_OVERLAP.get())


def pick() -> Subject:
    """Let the reader choose a picture; raises CnnError for one that cannot be read."""
    if state.TASK_GIVEN.get() != state.GIVEN.get():
        state.TASK_GIVEN.set(state.GIVEN.get())
        state.TASK_PICTURE.set("photograph")
    st.segmented_control(
        _("Picture of"),
        format_func=lambda key: _(_SOURCES[key]),
        required=True,
        label_visibility="collapsed",
        **state.TASK_PICTURE.widget(_forget_box),
    )
    if state.TASK_PICTURE.get() == "shapes":
        st.button(_("Another"), icon=":material/casino:", on_click=_another, key="another_shapes")
        return _generated()
    if state.SAMPLE.get() is None:
        state.SAMPLE.set(_FIRST)
    with st.popover(escaped(name_of_upload() or _("Picture")), icon=":material/add_a_photo:", key="task_photograph"):
        chosen = picture_picker()
    return _photograph(chosen)


def answered(subject: Subject) -> Answered:
    """Return the picture with its answers; raises as `waiting.asked` does.

    A photograph does not wait for the networks that know shapes only.
    """
    question = cached.shape_answers(subject.small)
    if subject.photograph is None:
        return Answered(subject, asked(question, _("Running the networks for shapes on the picture.")), None)
    photograph = asked(cached.photograph_answer(subject.photograph), _("Classifying the photograph."))
    return Answered(subject, later(question), photograph)


def _generated() -> Subject:
    seed = state.SHAPES_SEED.get()
    return Subject(generated(seed).entered, generated(seed).picture, None)


def _photograph(chosen: Chosen) -> Subject:
    info: ModelInfo = describe(MODEL)
    large = cached.entered(chosen, info, state.FIT.default, False)
    return Subject(as_shapes_take_it(chosen, SIDE), None, large)


def current() -> Chosen:
    """Return the photograph that is chosen, also while shapes are shown."""
    return current_picture()


def _another() -> None:
    state.SHAPES_SEED.set((state.SHAPES_SEED.get() + 1) % state.MOST_SEED)
    _forget_box()


def _forget_box() -> None:
    """Forget the reader's own box: it belongs to the picture on which it was drawn."""
    state.OWN_BOX.set(())
