"""Trainings that outlive a run of a page: each in a process of its own, a few at once, the others in a queue.

Kept in this module and not in a cache of Streamlit's, which any visitor can clear. A training goes on while nobody
looks at it; whoever knows its id, which the address holds and nobody can guess, sees it and may stop it.
"""

import atexit
import os
import secrets
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.processes.training import STOP
from cnn_core.sentences import N_
from cnn_core.training.plan import Training
from cnn_core.training.records import Batch, Ended, Epoch, Moved, Record, Refused, read_record
from pages.ui.compute import MEMORY_MEGABYTES

AT_ONCE: Final = int(os.environ.get("CONVSCOPE_TRAININGS", "") or min(2, os.cpu_count() or 1))
MOST_WAITING: Final = 20
MOST_KEPT: Final = 50
"""Trainings that have ended and can still be looked at."""
GRACE_SECONDS: Final = 10
"""From the word to stop until the process is killed: importing TensorFlow and a last batch."""
LIMIT_SECONDS: Final = int(os.environ.get("CONVSCOPE_TRAINING_SECONDS", "") or 1800)
"""Until a training is stopped. The longest that the page offers takes 3 minutes on two free cores."""

_COMMAND: Final = (sys.executable, "-m", "cnn_core.processes.training", str(MEMORY_MEGABYTES))
_ROOT: Final = Path(__file__).resolve().parents[2]
_DIED: Final = N_(
    "The process that trained has stopped before it was done: it was ended or ran out of memory. Train again, perhaps "
    "with fewer pictures."
)
_TOO_LONG: Final = N_("The training was stopped: it took longer than the {minutes} minutes that one may take here.")
_TOO_MANY: Final = N_("{count} trainings are waiting already, as many as may. Try again in a few minutes.")


class Phase(StrEnum):
    """Where a training is. STOPPING: told to stop, its process not yet ended."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


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
        return self.phase in (Phase.WAITING, Phase.RUNNING, Phase.STOPPING)


@dataclass(eq=False)
class _Job:
    """A training with what it has reported; everything but `training` is guarded by the registry's lock."""

    training: Training
    phase: Phase = Phase.WAITING
    process: subprocess.Popen[str] | None = None
    batch: Batch | None = None
    epochs: list[Epoch] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    first: float | None = None
    last: float = 0.0
    problem: CnnError | None = None


class Trainings:
    """All trainings of a server, by their ids; its methods may be called from any thread.

    Args:
        command: starts a process that talks as `cnn_core.processes.training` does.
        at_once, waiting, kept: how many may run, wait, and be remembered once they have ended.
        grace: seconds from the word to stop until a process is killed.
        limit: seconds after which a training is stopped.
    """

    def __init__(
        self,
        command: Sequence[str] = _COMMAND,
        at_once: int = AT_ONCE,
        waiting: int = MOST_WAITING,
        kept: int = MOST_KEPT,
        grace: float = GRACE_SECONDS,
        limit: float = LIMIT_SECONDS,
    ) -> None:
        self._command, self._at_once, self._most_waiting, self._kept = command, at_once, waiting, kept
        self._grace, self._limit = grace, limit
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False

    def start(self, training: Training) -> str:
        """Train as soon as there is room and return the training's id; raises CnnError where too many wait."""
        with self._lock:
            if len(self._in(Phase.WAITING)) >= self._most_waiting:
                raise CnnError(_TOO_MANY, count=self._most_waiting)
            key = secrets.token_urlsafe(12)
            self._jobs[key] = _Job(training)
            self._fill_up()
            return key

    def look(self, key: str) -> Seen | None:
        """Return what is known of a training, None where there is none of this id, or none any more."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return None
            place = self._in(Phase.WAITING).index(job) + 1 if job.phase is Phase.WAITING else 0
            now = time.monotonic() if job.phase in (Phase.RUNNING, Phase.STOPPING) else job.last
            seconds = 0.0 if job.first is None else now - job.first
            reported = (job.batch, tuple(job.epochs), tuple(job.moved))
            return Seen(job.training, job.phase, place, *reported, seconds, job.problem)

    def stop(self, key: str) -> None:
        """End a training after its next batch; what it has reported is kept."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None:
                self._stop(job)

    def close(self) -> None:
        """End all processes at once and start no more."""
        with self._lock:
            self._closed = True
            for job in self._in(Phase.RUNNING, Phase.STOPPING):
                if job.process is not None:
                    job.process.kill()

    # What follows is called with the lock held, but for `_run`, which is a running training's thread.

    def _in(self, *phases: Phase) -> list[_Job]:
        """Return the trainings in one of these phases, the first begun first."""
        return [job for job in self._jobs.values() if job.phase in phases]

    def _fill_up(self) -> None:
        """Start what there is room for, and forget what ended long ago."""
        room = 0 if self._closed else self._at_once - len(self._in(Phase.RUNNING, Phase.STOPPING))
        for job in self._in(Phase.WAITING)[:room]:
            job.phase = Phase.RUNNING
            threading.Thread(target=self._run, args=(job,), daemon=True).start()
        ended = [key for key, job in self._jobs.items() if job.phase in (Phase.DONE, Phase.STOPPED, Phase.FAILED)]
        for key in ended[: max(0, len(ended) - self._kept)]:
            del self._jobs[key]

    def _stop(self, job: _Job, problem: CnnError | None = None) -> None:
        if job.phase is Phase.WAITING:
            job.phase = Phase.STOPPED
        if job.phase is Phase.RUNNING:
            job.phase, job.problem = Phase.STOPPING, problem
            self._say_stop(job)

    def _say_stop(self, job: _Job) -> None:
        """Tell the process to stop, once it is there, and see to it that it does."""
        if job.process is None or job.process.stdin is None:
            return
        with suppress(OSError):  # it may have ended by itself
            job.process.stdin.write(STOP + "\n")
            job.process.stdin.flush()
        _after(self._grace, job.process.kill)

    def _run(self, job: _Job) -> None:
        try:
            with self._process(job) as process:
                assert process.stdout is not None
                limit = _after(self._limit, lambda: self._end_late(job))
                try:
                    for line in process.stdout:
                        if self._take(job, read_record(line)):
                            break
                finally:
                    limit.cancel()
                    process.kill()
        # No process, or one that says what nobody understands.
        except (OSError, CnnError):
            pass
        finally:
            self._end(job)

    def _process(self, job: _Job) -> subprocess.Popen[str]:
        """Start a process and hand it the training."""
        process = subprocess.Popen(
            self._command,
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stdin is not None
        with suppress(OSError):  # it may be dead already, as is soon heard
            process.stdin.write(job.training.to_json() + "\n")
            process.stdin.flush()
        with self._lock:
            job.process = process
            if job.phase is Phase.STOPPING:
                self._say_stop(job)
            if self._closed:
                process.kill()
        return process

    def _take(self, job: _Job, record: Record) -> bool:
        """Keep what is reported; return whether it was the last."""
        with self._lock:
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

    def _end_late(self, job: _Job) -> None:
        with self._lock:
            self._stop(job, CnnError(_TOO_LONG, minutes=round(self._limit / 60)))

    def _end(self, job: _Job) -> None:
        """Note how a training ended whose process is gone, and let the next one begin."""
        with self._lock:
            job.process = None
            if job.phase is Phase.STOPPING:
                job.phase = Phase.STOPPED
            elif job.phase is Phase.RUNNING:
                job.phase, job.problem = Phase.FAILED, CnnError(_DIED)
            self._fill_up()


def _after(seconds: float, act: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


TRAININGS: Final = Trainings()
atexit.register(TRAININGS.close)
