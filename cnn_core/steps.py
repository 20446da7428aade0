"""What a computing process is at where that takes seconds: it says so, and whoever waits for it reads it.

A process reports only while such a step lasts, so a question to a warm worker says nothing: on one machine into a file
of its own, elsewhere through whatever `Channel` it was given.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, ParamSpec, Protocol, TypeVar

from cnn_core.sentences import N_

Arguments = ParamSpec("Arguments")
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


class Channel(Protocol):
    """How a process is heard, and told that nobody waits any more."""

    def tell(self, said: str) -> None:
        """Pass on what the process is at, which takes the place of what it said before; `read` understands it."""

    def is_stopped(self, work: int) -> bool:
        """Say whether the work of this number shall end."""


@dataclass(frozen=True)
class _File:
    """A file of a process's own, in a folder that whoever waits can read."""

    file: Path

    def tell(self, said: str) -> None:
        """Write it whole or not at all; a folder that is gone means that nobody reads it any more."""
        part = self.file.with_suffix(".part")
        with suppress(OSError):
            part.write_text(said, encoding="ascii")
            part.replace(self.file)

    def is_stopped(self, work: int) -> bool:
        return _stop_file(self.file.parent, work).exists()


class _Reporter:
    """What this process is at; it tells nobody until it has a channel."""

    channel: Channel | None = None
    work: int = NO_WORK
    step: Step | None = None
    done: int = 0
    of: int = 0

    def report(self) -> None:
        if self.channel is not None:
            counted = f" {self.done} {self.of}" if self.of else ""
            self.channel.tell("" if self.step is None else f"{self.step.name} {self.work}{counted}")


_OWN = _Reporter()


def report_into(folder: Path) -> None:
    """Let this process report its steps into a folder; its file says from now on that it has started."""
    report_through(_File(folder / str(os.getpid())))
    _OWN.report()


def report_through(channel: Channel) -> None:
    """Let this process report its steps through a channel from now on."""
    _OWN.channel = channel


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
        if _OWN.channel is not None and _OWN.channel.is_stopped(_OWN.work):
            raise StoppedError

    with taking(step):
        try:
            yield count
        finally:
            _OWN.done = _OWN.of = 0


def numbered(
    number: int, work: Callable[Arguments, Answer], /, *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Answer:
    """Do some work whose steps can be told from those of other work."""
    _OWN.work = number
    return work(*args, **kwargs)


# In the process that waits --------------------------------------------------------------------------------------------


def step_for(folder: Path, number: int, has_begun: bool) -> Taken | None:
    """Return the step that a piece of work is at, or waits for; None where it takes no time or none is told.

    Args:
        has_begun: whether a process has it. What none has waits for one, so for the process that is furthest.
    """
    try:
        said = [read(file.read_text(encoding="ascii"), _age(file)) for file in folder.iterdir() if not file.suffix]
        if not said:
            return Taken(Step.STARTING, NO_WORK, _age(folder))
    except OSError:  # its processes have ended
        return None
    return furthest(said, number, has_begun)


def furthest(said: Iterable[Taken | None], number: int, has_begun: bool) -> Taken | None:
    """Return, of what processes say that they are at, what this work is at or waits for, as `step_for` does."""
    steps = [taken for taken in said if taken is not None and (not has_begun or taken.work == number)]
    return max(steps, key=lambda taken: list(Step).index(taken.step), default=None)


def stop(folder: Path, number: int) -> None:
    """Let a piece of work that counts end where it tells next how much is done."""
    with suppress(OSError):
        _stop_file(folder, number).touch()


def forget_stop(folder: Path, number: int) -> None:
    """Forget that a piece of work was to end, once it has."""
    with suppress(OSError):
        _stop_file(folder, number).unlink(missing_ok=True)


def _stop_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.stop"


def read(said: str, seconds: float) -> Taken | None:
    """Return what a process has told so many seconds ago; None where it takes no step."""
    step, *numbers = said.split() or [""]
    if not step:
        return None
    work, *counted = map(int, numbers)
    return Taken(Step[step], work, seconds, *counted)


def _age(path: Path) -> float:
    return max(0.0, time.time() - path.stat().st_mtime)
