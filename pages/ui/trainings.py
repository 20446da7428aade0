"""Trainings that outlive a run of a page: each in a process of its own, a few at once, the others in a queue.

Kept in this module and not in a cache of Streamlit's, which any visitor can clear. A training goes on while nobody
looks at it; whoever knows its id, which the address holds and nobody can guess, sees it and may stop it.
"""

import atexit
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.processes.training import STOP
from cnn_core.training.plan import Training
from cnn_core.training.records import Batch, Ended, Epoch, Moved, Refused, read_record
from pages.ui.compute import MEMORY_MEGABYTES
from pages.ui.jobs import ACTIVE, AT_ONCE, GRACE_SECONDS, MOST_WAITING, ROOM, Job, Jobs, Phase, Room

MOST_KEPT: Final = 50
"""Trainings that have ended and can still be looked at."""
LIMIT_SECONDS: Final = int(os.environ.get("CONVSCOPE_TRAINING_SECONDS", "") or 1800)
"""Until a training is stopped. The longest that the page offers takes 3 minutes on two free cores."""

_COMMAND: Final = (sys.executable, "-m", "cnn_core.processes.training", str(MEMORY_MEGABYTES))


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of a training at one moment.

    Attributes:
        place: how many are before it and itself, while it waits; else 0.
        seconds: since its first batch.
        problem: why it failed or was ended.
    """

    training: Training
    phase: Phase
    place: int
    batch: Batch | None
    epochs: tuple[Epoch, ...]
    moved: tuple[Moved, ...]
    seconds: float
    problem: CnnError | None

    @property
    def active(self) -> bool:
        return self.phase in ACTIVE


@dataclass(eq=False)
class _Training(Job):
    """A training with what it has reported."""

    training: Training = field(kw_only=True)
    batch: Batch | None = None
    epochs: list[Epoch] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    first: float | None = None
    last: float = 0.0


class Trainings(Jobs[_Training]):
    """All trainings of a server, by their ids; its methods may be called from any thread.

    Args:
        command: starts a process that talks as `cnn_core.processes.training` does.
        room: how many may run at once; `at_once` makes one of its own.
        waiting, kept: how many may wait, and be remembered once they have ended.
        grace: seconds from the word to stop until a process is killed.
        limit: seconds after which a training is stopped.
    """

    def __init__(
        self,
        command: Sequence[str] = _COMMAND,
        room: Room | None = None,
        at_once: int = AT_ONCE,
        waiting: int = MOST_WAITING,
        kept: int = MOST_KEPT,
        grace: float = GRACE_SECONDS,
        limit: float = LIMIT_SECONDS,
    ) -> None:
        super().__init__(room or Room(at_once), waiting, grace, limit)
        self._started_by, self._kept = command, kept

    def start(self, training: Training) -> str:
        """Train as soon as there is room and return the training's id; raises CnnError where too many wait."""
        with self._lock:
            self._refuse_crowd()
            key = secrets.token_urlsafe(12)
            self._jobs[key] = _Training(training=training)
            self._begin_waiting()
            self._tidy()
            return key

    def look(self, key: str) -> Seen | None:
        """Return what is known of a training, None where there is none of this id, or none any more."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return None
            now = time.monotonic() if job.phase in (Phase.RUNNING, Phase.STOPPING) else job.last
            seconds = 0.0 if job.first is None else now - job.first
            reported = (job.batch, tuple(job.epochs), tuple(job.moved))
            return Seen(job.training, job.phase, self._place(job), *reported, seconds, job.problem)

    def _command(self, job: _Training) -> Sequence[str]:  # noqa: ARG002
        return self._started_by

    def _hand_in(self, job: _Training, process: "subprocess.Popen[str]") -> None:
        _write(process, job.training.to_json())

    def _say_stop(self, job: _Training) -> None:
        assert job.process is not None
        with suppress(OSError):  # it may have ended by itself
            _write(job.process, STOP)

    def _take(self, job: _Training, line: str) -> bool:
        record = read_record(line)
        job.last = time.monotonic()
        job.first = job.first or job.last
        match record:
            case Batch():
                job.batch = record
            case Epoch():
                job.epochs.append(record)
            case Moved():
                job.moved.append(record)
            case Ended(complete=True):
                job.phase, job.problem = Phase.DONE, None
            case Ended():
                job.phase = Phase.STOPPED
            case Refused():
                job.phase, job.problem = Phase.FAILED, record.error
        return isinstance(record, Ended | Refused)

    def _tidy(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.phase not in ACTIVE]
        for key in ended[: max(0, len(ended) - self._kept)]:
            del self._jobs[key]


def _write(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


TRAININGS: Final = Trainings(room=ROOM)
atexit.register(TRAININGS.close)
