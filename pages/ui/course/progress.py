"""Which steps this reader has done: kept by the browser, so that a reload and another day find them again."""

from typing import Any

import streamlit as st

from pages.ui import state
from pages.ui.components import register
from pages.ui.course.lessons import LESSONS, STEPS, Lesson, Step

_KEY = "progress"
_KEEPER = register(_KEY, "<div></div>")


def keep() -> None:
    """Let the browser keep what is done, and take from it what was done before; once in a run."""
    with st.container(key="unseen_progress"):
        data: dict[str, Any] = {"done": sorted(state.PROGRESS.get()), "anew": state.FORGOTTEN.get()}
        _KEEPER(data=data, key=_KEY, on_fetched_change=_fetch)
    state.FORGOTTEN.set(False)


def _fetch() -> None:
    said = state.component_value(_KEY, "fetched")
    # What comes from a browser may be anything.
    names = {name for name in said if isinstance(name, str)} if isinstance(said, list) else set()
    state.PROGRESS.set(state.PROGRESS.get() | (names & STEPS.keys()))


def add(step: Step) -> None:
    state.PROGRESS.set(state.PROGRESS.get() | {step.name})


def forget() -> None:
    """Begin anew, in the browser too."""
    state.PROGRESS.set(frozenset())
    state.ANSWERS.set({})
    state.FORGOTTEN.set(True)


def is_done(step: Step) -> bool:
    return step.name in state.PROGRESS.get()


def done_of(lesson: Lesson) -> int:
    """Return how many steps of a lesson are done."""
    return sum(is_done(step) for step in lesson.steps)


def next_step() -> Step:
    """Return the first step that is not done, the very first where all are."""
    undone = (step for lesson in LESSONS for step in lesson.steps if not is_done(step))
    return next(undone, LESSONS[0].steps[0])
