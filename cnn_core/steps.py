"""What a computing process is at where that takes seconds: it says so, and whoever waits for it reads it.

A process reports into a file of its own, and only while such a step lasts: a question to a warm worker writes nothing.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from cnn_core.sentences import N_

Answer = TypeVar("Answer")


NO_WORK: Final = 0
"""The number of what nobody numbered."""


class Step(StrEnum):
    """In the order in which they come."""

    STARTING = N_("Starting a process")
    IMPORTING = N_("Importing TensorFlow")
    OPENING = N_("Opening the model")
    TRACING = N_("Tracing the network")


class Taken(NamedTuple):
    """A step that is being taken: for which work, and for how many seconds so far."""

    step: Step
    work: int
    seconds: float


# In the process that computes -----------------------------------------------------------------------------------------


class _Reporter:
    """What this process is at; it tells nobody until it has a file."""

    file: Path | None = None
    work: int = NO_WORK
    step: Step | None = None

    def report(self) -> None:
        """Write what goes on, whole or not at all; a folder that is gone means that nobody reads it any more."""
        if self.file is None:
            return
        part = self.file.with_suffix(".part")
        with suppress(OSError):
            part.write_text("" if self.step is None else f"{self.step.name} {self.work}", encoding="ascii")
            part.replace(self.file)


_OWN = _Reporter()


def report_into(folder: Path) -> None:
    """Let this process report its steps into a folder; its file says from now on that it has started."""
    _OWN.file = folder / str(os.getpid())
    _OWN.report()


@contextmanager
def taking(step: Step) -> Iterator[None]:
    """Say that a step is being taken; afterwards the one around it goes on, if any."""
    before, _OWN.step = _OWN.step, step
    _OWN.report()
    try:
        yield
    finally:
        _OWN.step = before
        _OWN.report()


def numbered(number: int, work: Callable[[], Answer]) -> Answer:
    """Do some work whose steps can be told from those of other work."""
    _OWN.work = number
    return work()


# In the process that waits --------------------------------------------------------------------------------------------


def step_for(folder: Path, number: int, has_begun: bool) -> Taken | None:
    """Return the step that a piece of work is at, or waits for; None where it takes no time or none is told.

    Args:
        has_begun: whether a process has it. What none has waits for one, so for the process that is furthest.
    """
    try:
        started = [_read(file) for file in folder.iterdir() if not file.suffix]
        if not started:
            return Taken(Step.STARTING, NO_WORK, _age(folder))
    except OSError:  # its processes have ended
        return None
    steps = [taken for taken in started if taken is not None and (not has_begun or taken.work == number)]
    return max(steps, key=lambda taken: list(Step).index(taken.step), default=None)


def _read(file: Path) -> Taken | None:
    """Return what a process reports, None where it takes no step."""
    step, _, work = file.read_text(encoding="ascii").partition(" ")
    return Taken(Step[step], int(work), _age(file)) if step else None


def _age(path: Path) -> float:
    return max(0.0, time.time() - path.stat().st_mtime)
