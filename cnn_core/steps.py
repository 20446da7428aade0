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
Count = Callable[[int, int], None]
"""Hears how much is done, of how much."""

_EVERY: Final = 0.25
"""Seconds between two reports of how much is done."""

NO_WORK: Final = 0
"""The number of what nobody numbered."""


class Step(StrEnum):
    """In the order in which they come."""

    STARTING = N_("Starting a process")
    IMPORTING = N_("Importing TensorFlow")
    OPENING = N_("Opening the model")
    TRACING = N_("Tracing the network")
    CHECKING = N_("Checking the pictures")
    READING = N_("Reading the pictures")


class Taken(NamedTuple):
    """A step that is being taken: for which work, for how many seconds so far, and how much of it is done."""

    step: Step
    work: int
    seconds: float
    done: int = 0
    of: int = 0


class StoppedError(Exception):
    """Nobody waits for this work any more."""


# In the process that computes -----------------------------------------------------------------------------------------


class _Reporter:
    """What this process is at; it tells nobody until it has a file."""

    file: Path | None = None
    work: int = NO_WORK
    step: Step | None = None
    done: int = 0
    of: int = 0

    def report(self) -> None:
        """Write what goes on, whole or not at all; a folder that is gone means that nobody reads it any more."""
        if self.file is None:
            return
        part = self.file.with_suffix(".part")
        with suppress(OSError):
            counted = f" {self.done} {self.of}" if self.of else ""
            said = "" if self.step is None else f"{self.step.name} {self.work}{counted}"
            part.write_text(said, encoding="ascii")
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


@contextmanager
def counting(step: Step) -> Iterator[Count]:
    """Say that a step is being taken of which it is known how much is done: to what is yielded that is told.

    Raises StoppedError there once it is asked for by `stop`.
    """
    told = 0.0

    def count(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told < _EVERY:
            return
        told = time.monotonic()
        _OWN.done, _OWN.of = done, of
        _OWN.report()
        if _OWN.file is not None and _stop_file(_OWN.file.parent, _OWN.work).exists():
            raise StoppedError

    with taking(step):
        try:
            yield count
        finally:
            _OWN.done = _OWN.of = 0


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


def stop(folder: Path, number: int) -> None:
    """Let a piece of work that counts end where it tells next how much is done."""
    with suppress(OSError):
        _stop_file(folder, number).touch()


def _stop_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.stop"


def _read(file: Path) -> Taken | None:
    """Return what a process reports, None where it takes no step."""
    step, *numbers = file.read_text(encoding="ascii").split() or [""]
    if not step:
        return None
    work, *counted = map(int, numbers)
    return Taken(Step[step], work, _age(file), *counted)


def _age(path: Path) -> float:
    return max(0.0, time.time() - path.stat().st_mtime)
