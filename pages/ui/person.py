"""Who the reader is: a name that the session draws and the browser keeps, so that a reload is the same reader.

By it trainings are counted, found again and steered. Nobody can guess it; where a browser keeps nothing, a session is
a reader.
"""

import re
import secrets
from collections.abc import Callable

import streamlit as st

from pages.ui import state
from pages.ui.components import register
from pages.ui.runs import SeenRun
from pages.ui.text import _
from pages.ui.waiting import fragment

_KEY = "person"
_KEEPER = register(_KEY, "<div></div>")
_NAME = re.compile(r"[A-Za-z0-9_-]{16,64}")


def name() -> str:
    """Return what this reader's trainings are counted under."""
    if not state.PERSON.get():
        state.PERSON.set(secrets.token_urlsafe(18))
    return state.PERSON.get()


def began(run: SeenRun) -> bool:
    """Say whether this reader began a run: whoever has its address may watch it, and only who began it may steer it."""
    return run.person == name()


def say_that_another_began() -> None:
    st.caption(_("Somebody else started this training. You can watch it; only they can pause, stop or continue it."))


def keep(hear: Callable[[], None] = lambda: None) -> None:
    """Let the browser keep the name, and take from it the one that it kept before, of which `hear` is told."""
    fragment(_keep, "train_person")(hear)


def _keep(hear: Callable[[], None]) -> None:
    with st.container(key="unseen_person"):
        _KEEPER(data={"name": name()}, key=_KEY, on_known_change=lambda: _take(hear))


def _take(hear: Callable[[], None]) -> None:
    said = state.component_value(_KEY, "known")
    # What comes from a browser may be anything.
    if isinstance(said, str) and _NAME.fullmatch(said):
        state.PERSON.set(said)
        hear()
