"""A step's question: the reader's answer, checked against the core at that moment."""

from dataclasses import dataclass

import streamlit as st

from cnn_core.errors import CnnError
from pages.ui import state
from pages.ui.course import progress
from pages.ui.course.lessons import Step, StepText
from pages.ui.messages import show_error
from pages.ui.text import _

_CLOSE = 0.051
"""What is still right: shares are rounded in the head."""


@dataclass(frozen=True)
class Given:
    """An answer with the right one, or with why there is none for what is set up."""

    answer: float
    right: float | None = None
    refused: CnnError | None = None
    shown: bool = False

    @property
    def is_right(self) -> bool:
        return self.right is not None and abs(self.answer - self.right) <= _CLOSE


def draw(step: Step, text: StepText) -> None:
    """Draw the question, the field for the answer, and what became of the answer."""
    st.markdown(text.question)
    given: Given | None = state.ANSWERS.get().get(step.name)
    if text.options:
        _choose(step, text, given)
    else:
        answer = None if given is None else given.answer
        widget = state.field(f"answer_{step.name}", answer, lambda value: _take(step, value))
        st.number_input(_("Your answer"), step=1.0, format="%g", placeholder=_("A number"), **widget)
    if given is not None:
        _judge(step, text, given)


def _choose(step: Step, text: StepText, given: Given | None) -> None:
    place = None if given is None else int(given.answer)
    st.radio(
        _("Your answer"),
        range(len(text.options)),
        format_func=text.options.__getitem__,
        label_visibility="collapsed",
        **state.field(f"answer_{step.name}", place, lambda value: _take(step, value)),
    )


def _take(step: Step, answer: float | None) -> None:
    """Check an answer; an empty field is none."""
    answers = dict(state.ANSWERS.get())
    answers.pop(step.name, None)
    if answer is not None:
        answers[step.name] = given = _checked(step, answer)
        if given.is_right:
            progress.add(step)
    state.ANSWERS.set(answers)


def _checked(step: Step, answer: float) -> Given:
    try:
        return Given(answer, step.right())
    except CnnError as error:
        return Given(answer, refused=error)


def _judge(step: Step, text: StepText, given: Given) -> None:
    if given.refused is not None:
        show_error(given.refused)
    elif given.is_right:
        st.success(_("Right: {answer}.").format(answer=_said(text, given.right)), icon=":material/check:")
    elif given.shown:
        st.info(_("The tool says {answer}.").format(answer=_said(text, given.right)), icon=":material/lightbulb:")
    else:
        st.warning(_("Not quite. Look at the tool and try again."), icon=":material/close:")
        st.button(_("Show the answer"), on_click=_show, args=(step, given), key="course_show_answer")


def _show(step: Step, given: Given) -> None:
    state.ANSWERS.set(state.ANSWERS.get() | {step.name: Given(given.answer, given.right, shown=True)})
    progress.add(step)


def _said(text: StepText, right: float | None) -> str:
    """Return a right answer as it is read; call with one that there is."""
    assert right is not None
    return text.options[int(right)] if text.options else f"{round(right, 2):,.10g}"
