"""The reader's runs, to look at one of them again: also where the page is opened anew, without its address."""

import streamlit as st

from pages.ui import state
from pages.ui.jobs import Phase
from pages.ui.runs import SeenRun
from pages.ui.text import _
from pages.ui.train import ours, told
from pages.ui.train.following import RUNS
from pages.ui.waiting import fragment, run_again

_PHASES = {
    Phase.WAITING: lambda: _("waiting"),
    Phase.RUNNING: lambda: _("running"),
    Phase.PAUSED: lambda: _("paused"),
    Phase.STOPPING: lambda: _("running"),
    Phase.DONE: lambda: _("done"),
    Phase.STOPPED: lambda: _("stopped"),
    Phase.FAILED: lambda: _("failed"),
    Phase.INTERRUPTED: lambda: _("interrupted"),
}


def draw() -> None:
    """Draw the choice, which runs alone: whose runs they are is known only once the browser has said so."""
    fragment(_draw, RUNS)()


def _draw() -> None:
    runs = {run.key: run for run in ours.mine()}
    looked_at = state.RUN.get() if state.RUN.get() in runs else None
    if not set(runs) - {looked_at}:
        return
    numbers = {key: len(runs) - place for place, key in enumerate(runs)}
    st.selectbox(
        _("Your runs"),
        list(runs),
        index=None,
        placeholder=_("Your runs: {count}").format(count=len(runs)),
        format_func=lambda key: f"{numbers[key]}: {_outcome(runs[key])}, {told.title_of_run(runs[key])}",
        label_visibility="collapsed",
        width=200,
        **state.field("earlier_run", looked_at, _look_at),
    )


def _outcome(run: SeenRun) -> str:
    scored = run.so_far.scored
    return _PHASES[run.phase]() if scored is None else f"{scored.accuracy:.1%}"


def _look_at(key: str | None) -> None:
    state.RUN.set(key or "")
    state.RUN_TO_DELETE.set("")
    state.WATCHED_EPOCH.set(None)
    run_again()
