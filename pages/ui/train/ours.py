"""The runs of this page: the one that is looked at, which the address names, and those that this reader began."""

from collections.abc import Sequence

from cnn_core.training.fitting import FitPlan
from pages.ui import person, state, visitor
from pages.ui.runs import RUNS, SeenRun


def begin(plan: FitPlan) -> str:
    """Begin a run and return its name; raises CnnError where too many run or wait."""
    return RUNS.start(plan, person.name(), visitor.address())


def start(plans: Sequence[FitPlan]) -> None:
    """Begin runs and look at the first; raises CnnError where too many run or wait."""
    keys: list[str] = []
    try:
        keys.extend(begin(plan) for plan in plans)
    finally:
        if keys:
            state.RUN.set(keys[0])


def look(key: str) -> SeenRun | None:
    """Return what is known of a run; None where there is none of this name, or none any more."""
    return RUNS.look(key) if key else None


def seen() -> SeenRun | None:
    """Return the run that is looked at."""
    return look(state.RUN.get())


def is_active() -> bool:
    """Say whether the run that is looked at runs or waits; then no other one begins."""
    run = seen()
    return run is not None and run.active


def pause() -> None:
    """Let the looked-at run compute nothing until it goes on."""
    RUNS.pause(state.RUN.get())


def resume() -> None:
    """Let the looked-at run go on that was paused."""
    RUNS.resume(state.RUN.get())


def stop() -> None:
    """End the looked-at run after its batch; what was learned is kept."""
    RUNS.stop(state.RUN.get())


def go_on() -> None:
    """Let the looked-at run go on from its last checkpoint; raises CnnError where too many run or wait."""
    RUNS.go_on(state.RUN.get(), visitor.address())


def delete() -> None:
    """Take the looked-at run off the disk, which this reader began and which has ended; none is looked at then."""
    run = seen()
    if run is not None and person.began(run):
        RUNS.forget(run.key)
        state.RUN.set("")
        state.WATCHED_EPOCH.set(None)


def mine() -> tuple[SeenRun, ...]:
    """Return the runs that this reader began, the newest first."""
    return RUNS.mine(person.name())
