"""Processes that train: a few at once, the others in a queue; each can be stopped and has a limit.

What they train and how they talk is their registry's: `trainings.py` and `runs.py` fill in what is left open here.
"""

import os
import subprocess
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Generic, TypeVar

from cnn_core.errors import CnnError
from cnn_core.sentences import N_

AT_ONCE: Final = int(os.environ.get("CONVSCOPE_TRAININGS", "") or min(2, os.cpu_count() or 1))
MOST_WAITING: Final = 20
GRACE_SECONDS: Final = 10
"""From the word to stop until the process is killed: importing TensorFlow and a last batch."""

_ROOT: Final = Path(__file__).resolve().parents[2]
DIED: Final = N_(
    "The process that trained has stopped before it was done: it was ended or ran out of memory. Train again, perhaps "
    "with fewer pictures."
)
_TOO_LONG: Final = N_("The training was stopped: it took longer than the {minutes} minutes that one may take here.")
_TOO_MANY: Final = N_("{count} trainings are waiting already, as many as may. Try again in a few minutes.")


class Phase(StrEnum):
    """Where a training is.

    STOPPING: told to stop, its process not yet ended. INTERRUPTED: nobody is at it, and it had not ended.
    """

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


ACTIVE: Final = (Phase.WAITING, Phase.RUNNING, Phase.PAUSED, Phase.STOPPING)


class Room:
    """How many processes that train a server has at once, whoever starts them."""

    def __init__(self, at_once: int) -> None:
        self._places = threading.Semaphore(at_once)
        self._listeners: list[Callable[[], None]] = []

    def listen(self, hear: Callable[[], None]) -> None:
        """Call `hear` whenever there is room again."""
        self._listeners.append(hear)

    def take(self) -> bool:
        """Take a place; return False where there is none."""
        return self._places.acquire(blocking=False)

    def give_back(self) -> None:
        """Give a place back and let the others know."""
        self._places.release()
        for hear in self._listeners:
            hear()


ROOM: Final = Room(AT_ONCE)


@dataclass(eq=False)
class Job:
    """A training with its process; all of it is guarded by its registry's lock."""

    phase: Phase = Phase.WAITING
    process: "subprocess.Popen[str] | None" = None
    problem: CnnError | None = None


AnyJob = TypeVar("AnyJob", bound=Job)


class Jobs(Generic[AnyJob]):
    """The processes of one registry; its methods may be called from any thread.

    Args:
        room: how many may run at once.
        waiting: how many may wait.
        grace: seconds from the word to stop until a process is killed.
        limit: seconds after which a training is stopped.
    """

    def __init__(self, room: Room, waiting: int, grace: float, limit: float) -> None:
        self._room, self._most_waiting, self._grace, self._limit = room, waiting, grace, limit
        self._jobs: OrderedDict[str, AnyJob] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False
        room.listen(self._fill_up)

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

    # What a registry says of its own trainings; called with the lock held, but for `_command`. ------------------------

    def _command(self, job: AnyJob) -> Sequence[str]:
        """Return what starts a training's process."""
        raise NotImplementedError

    def _hand_in(self, job: AnyJob, process: "subprocess.Popen[str]") -> None:
        """Tell a process that has just been started what it must know."""

    def _say_stop(self, job: AnyJob) -> None:
        """Tell a training to stop after its batch."""
        raise NotImplementedError

    def _take(self, job: AnyJob, line: str) -> bool:
        """Note a line that a process said; return whether it was the last. Raises CnnError."""
        raise NotImplementedError

    def _tidy(self) -> None:
        """Forget what ended long ago."""

    # What follows is called with the lock held, but for what takes it: a thread, a timer, the room. -------------------

    def _in(self, *phases: Phase) -> list[AnyJob]:
        """Return the trainings in one of these phases, the first begun first."""
        return [job for job in self._jobs.values() if job.phase in phases]

    def _place(self, job: AnyJob) -> int:
        """Return how many are before a training and itself while it waits, else 0."""
        return self._in(Phase.WAITING).index(job) + 1 if job.phase is Phase.WAITING else 0

    def _refuse_crowd(self) -> None:
        """Raise CnnError where too many wait."""
        if len(self._in(Phase.WAITING)) >= self._most_waiting:
            raise CnnError(_TOO_MANY, count=self._most_waiting)

    def _fill_up(self) -> None:
        """Start what there is room for."""
        with self._lock:
            self._begin_waiting()
            self._tidy()

    def _begin_waiting(self) -> None:
        for job in self._in(Phase.WAITING):
            if self._closed or not self._room.take():
                return
            job.phase = Phase.RUNNING
            threading.Thread(target=self._run, args=(job,), daemon=True).start()

    def _stop(self, job: AnyJob, problem: CnnError | None = None) -> None:
        if job.phase is Phase.WAITING:
            job.phase = Phase.STOPPED
        if job.phase is Phase.RUNNING:
            job.phase, job.problem = Phase.STOPPING, problem
            self._see_to_its_end(job)

    def _see_to_its_end(self, job: AnyJob) -> None:
        """Tell the process to stop, once it is there, and see to it that it does."""
        if job.process is not None:
            self._say_stop(job)
            after(self._grace, job.process.kill)

    def _run(self, job: AnyJob) -> None:
        """Attend to a training's process; this is its thread."""
        try:
            with self._process(job) as process:
                assert process.stdout is not None
                limit = after(self._limit, lambda: self._end_late(job))
                try:
                    for line in process.stdout:
                        with self._lock:
                            if self._take(job, line):
                                break
                finally:
                    limit.cancel()
                    process.kill()
        # No process, or one that says what nobody understands.
        except (OSError, CnnError):
            pass
        finally:
            self._end(job)

    def _process(self, job: AnyJob) -> "subprocess.Popen[str]":
        """Start a process and hand it the training."""
        process = subprocess.Popen(
            self._command(job),
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        with suppress(OSError):  # it may be dead already, as is soon heard
            self._hand_in(job, process)
        with self._lock:
            job.process = process
            if job.phase is Phase.STOPPING:
                self._see_to_its_end(job)
            if self._closed:
                process.kill()
        return process

    def _end_late(self, job: AnyJob) -> None:
        with self._lock:
            self._stop(job, CnnError(_TOO_LONG, minutes=round(self._limit / 60)))

    def _end(self, job: AnyJob) -> None:
        """Note how a training ended whose process is gone, and let the next one begin."""
        with self._lock:
            job.process = None
            self._note_end(job)
        self._room.give_back()

    def _note_end(self, job: AnyJob) -> None:
        if job.phase is Phase.STOPPING:
            job.phase = Phase.STOPPED
        elif job.phase is Phase.RUNNING:
            job.phase, job.problem = Phase.FAILED, CnnError(DIED)


def after(seconds: float, act: Callable[[], None]) -> threading.Timer:
    """Do something later, in a thread that keeps no program alive."""
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer
