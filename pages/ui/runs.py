"""Fits of the page Train, each a folder on disk and, while it is trained, a process of its own.

What is known of a run is read from its folder, so a server that was killed finds its runs again; they can be gone on
with from their last epoch. Orders are left in the folder too. Whoever knows a run's id, which nobody can guess, sees it
and may steer it.
"""

import atexit
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from cnn_core.training.fit_memory import needed_megabytes
from cnn_core.training.fitting import FitPlan
from cnn_core.training.orders import Order
from cnn_core.training.records import Ended, Refused
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.so_far import SoFar
from cnn_core.training.store import runs_folder
from pages.ui.compute import MEMORY_MEGABYTES
from pages.ui.jobs import ACTIVE, MOST_WAITING, ROOM, Job, Jobs, Phase, Room, after

MOST_KEPT: Final = int(os.environ.get("CONVSCOPE_RUNS_KEPT", "") or 50)
"""Runs that have ended and still lie on disk, 20 MB each at most but for their models."""
KEPT_EACH: Final = 12
ACTIVE_EACH: Final = 3
"""Runs of one person that wait or are trained."""
GRACE_SECONDS: Final = 60
"""From the word to stop until the process is killed: what was learned is saved and tested meanwhile."""
LIMIT_SECONDS: Final = int(os.environ.get("CONVSCOPE_RUN_SECONDS", "") or 4 * 3600)
PAUSED_SECONDS: Final = 900
"""Until a pause ends in a stop: a paused process holds its memory, and its place."""

_COMMAND: Final = (sys.executable, "-m", "cnn_core.processes.fitting")
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16}")

_INTERRUPTED: Final = N_(
    "Nobody trains this any more: its process was ended, ran out of memory, or the server was started anew. What was "
    "learned up to the last whole epoch is kept. Go on from there."
)
_PAUSED_LONG: Final = N_(
    "It was stopped, for it was paused for {minutes} minutes and others need the room. What was learned is kept. Go on "
    "whenever you like."
)
_TOO_MANY_EACH: Final = N_(
    "{count} of your trainings wait or go on already, as many as may at once. Wait for one to end, or stop one."
)
_TOO_LARGE: Final = N_(
    "This training would take about {needed} MB of memory; {most} MB are there for one. Take smaller batches or "
    "pictures, or fewer filters."
)


@dataclass(frozen=True, eq=False)
class SeenRun:
    """What is known of a run at one moment.

    Attributes:
        place: how many are before it and itself, while it waits; else 0.
        so_far: what it has reported.
        problem: why it failed or ended.
        made: when it was started, in seconds as `time.time()` gives them.
        person: whose it is.
    """

    key: str
    folder: RunFolder
    plan: FitPlan
    phase: Phase
    place: int
    so_far: SoFar
    problem: CnnError | None
    made: float
    person: str

    @property
    def active(self) -> bool:
        return self.phase in ACTIVE

    @property
    def can_continue(self) -> bool:
        """Whether something of it is left to train."""
        return self.phase in (Phase.STOPPED, Phase.INTERRUPTED)


@dataclass(eq=False)
class _Run(Job):
    """A run that waits or is trained by this server."""

    folder: RunFolder = field(kw_only=True)
    person: str = field(kw_only=True)
    pauses: int = 0


@dataclass(eq=False)
class _Known:
    """What was read of a folder so far."""

    plan: FitPlan
    person: str
    made: float
    so_far: SoFar


def refuse_too_large(plan: FitPlan) -> None:
    """Raise CnnError where a fit would take more memory than there is for one."""
    needed = needed_megabytes(plan)
    if needed > MEMORY_MEGABYTES:
        raise CnnError(_TOO_LARGE, needed=f"{needed:,}", most=f"{MEMORY_MEGABYTES:,}")


class Runs(Jobs[_Run]):
    """All runs below a folder, by their ids; its methods may be called from any thread.

    Args:
        command: starts a process that does the fit of the folder that it is told.
        room: how many may be trained at once.
        waiting, kept: how many may wait, and lie on disk once they have ended.
        grace: seconds from the word to stop until a process is killed.
        limit, paused: seconds after which a run is stopped, and one that is paused.
    """

    def __init__(
        self,
        command: Sequence[str] = _COMMAND,
        room: Room = ROOM,
        waiting: int = MOST_WAITING,
        kept: int = MOST_KEPT,
        grace: float = GRACE_SECONDS,
        limit: float = LIMIT_SECONDS,
        paused: float = PAUSED_SECONDS,
    ) -> None:
        super().__init__(room, waiting, grace, limit)
        self._started_by, self._kept, self._paused = command, kept, paused
        self._known: dict[str, _Known] = {}

    @property
    def _home(self) -> Path:
        return runs_folder() / "fits"

    # What a page asks -------------------------------------------------------------------------------------------------

    def start(self, plan: FitPlan, person: str) -> str:
        """Train as soon as there is room and return the run's id; raises CnnError where there are too many.

        Args:
            plan: what is trained.
            person: by which the runs of one reader are told from those of others.
        """
        refuse_too_large(plan)
        with self._lock:
            self._refuse_more(person)
            key = secrets.token_urlsafe(12)
            folder = RunFolder(self._home / key)
            folder.make(plan, {"person": person, "made": time.time()})
            self._enqueue(key, folder, person)
            return key

    def look(self, key: str) -> SeenRun | None:
        """Return what is known of a run, None where there is none of this id, or none any more."""
        with self._lock:
            return self._look(key)

    def mine(self, person: str) -> tuple[SeenRun, ...]:
        """Return the runs of a person, the newest first."""
        with self._lock:
            seen = [run for key in self._keys() if (run := self._look(key)) is not None and run.person == person]
        return tuple(sorted(seen, key=lambda run: -run.made))

    def pause(self, key: str) -> None:
        """Let a run rest after its batch, for a while."""
        with self._lock:
            job, folder = self._jobs.get(key), self._folder(key)
            if folder is None or not (job is None or job.phase is Phase.RUNNING):
                return
            folder.order(Order.PAUSE)
            if job is not None:
                job.pauses += 1
                pause = job.pauses
                after(self._paused, lambda: self._end_pause(job, pause))

    def resume(self, key: str) -> None:
        """Let a run that is paused go on."""
        with self._lock:
            job, folder = self._jobs.get(key), self._folder(key)
            if folder is not None and (job is None or job.phase is Phase.RUNNING):
                folder.order(Order.RESUME)
            if job is not None:
                job.pauses += 1

    def stop(self, key: str) -> None:
        """End a run after its batch, and save and test what it has learned; a second time, end its process at once."""
        with self._lock:
            job, folder = self._jobs.get(key), self._folder(key)
            if job is None and folder is not None and folder.is_held:  # another server's
                folder.order(Order.STOP)
            elif job is not None and job.phase is Phase.STOPPING and job.process is not None:
                job.process.kill()
            elif job is not None:
                self._stop(job)
                self._note_waiting(key, job)

    def go_on(self, key: str) -> None:
        """Train a run further that was stopped or interrupted, from its last epoch; raises CnnError where many wait."""
        with self._lock:
            seen = self._look(key)
            if seen is None or not seen.can_continue:
                return
            self._refuse_more(seen.person)
            seen.folder.forget_orders()
            self._known[key].so_far.expect_more()
            self._enqueue(key, seen.folder, seen.person)

    def forget(self, key: str) -> None:
        """Take a run that has ended off the disk."""
        with self._lock:
            seen = self._look(key)
            if seen is not None and not seen.active:
                self._remove(key)

    # Its folders; called with the lock held. --------------------------------------------------------------------------

    def _keys(self) -> list[str]:
        """Return the ids of all runs on disk."""
        with suppress(OSError):
            return [path.name for path in self._home.iterdir() if _KEY.fullmatch(path.name)]
        return []

    def _folder(self, key: str) -> RunFolder | None:
        folder = RunFolder(self._home / key)
        return folder if _KEY.fullmatch(key) and folder.plan_file.exists() else None

    def _look(self, key: str) -> SeenRun | None:
        folder = self._folder(key)
        known = self._known_of(key, folder) if folder else None
        if folder is None or known is None:
            self._known.pop(key, None)
            return None
        job = self._jobs.get(key)
        known.so_far.read()
        phase, problem = self._phase(job, folder, known.so_far)
        place = self._place(job) if job else 0
        return SeenRun(key, folder, known.plan, phase, place, known.so_far.copy(), problem, known.made, known.person)

    def _known_of(self, key: str, folder: RunFolder) -> _Known | None:
        if key not in self._known:
            try:
                about = folder.about()
                self._known[key] = _Known(folder.plan(), about["person"], about["made"], SoFar(folder))
            except (CnnError, OSError, ValueError, LookupError, TypeError):
                return None  # of another version, or half removed
        return self._known[key]

    def _phase(self, job: _Run | None, folder: RunFolder, so_far: SoFar) -> tuple[Phase, CnnError | None]:
        if job is not None and job.phase is not Phase.RUNNING:
            return job.phase, job.problem
        if job is not None or folder.is_held:
            return Phase.PAUSED if so_far.is_paused else Phase.RUNNING, None
        if so_far.ended is not None:
            return Phase.DONE if so_far.ended.complete else Phase.STOPPED, so_far.problem
        if so_far.problem is not None:
            return Phase.FAILED, so_far.problem
        return Phase.INTERRUPTED, CnnError(_INTERRUPTED)

    def _remove(self, key: str) -> None:
        self._known.pop(key, None)
        shutil.rmtree(self._home / key, ignore_errors=True)

    def _tidy(self) -> None:
        """Forget the runs that ended first, where too many lie on disk or too many are one person's."""
        runs = [run for key in self._keys() if (run := self._look(key)) is not None and not run.active]
        left: dict[str, int] = {}
        for place, run in enumerate(sorted(runs, key=lambda run: -run.made)):
            left[run.person] = left.get(run.person, KEPT_EACH) - 1
            if place >= self._kept or left[run.person] < 0:
                self._remove(run.key)

    # Its processes; called with the lock held. ------------------------------------------------------------------------

    def _refuse_more(self, person: str) -> None:
        self._refuse_crowd()
        if sum(job.person == person for job in self._jobs.values()) >= ACTIVE_EACH:
            raise CnnError(_TOO_MANY_EACH, count=ACTIVE_EACH)

    def _enqueue(self, key: str, folder: RunFolder, person: str) -> None:
        self._jobs[key] = _Run(folder=folder, person=person)
        self._begin_waiting()
        self._tidy()

    def _command(self, job: _Run) -> Sequence[str]:
        return (*self._started_by, str(job.folder.path), str(MEMORY_MEGABYTES))

    def _say_stop(self, job: _Run) -> None:
        with suppress(OSError):
            job.folder.order(Order.STOP)

    def _take(self, job: _Run, line: str) -> bool:  # noqa: ARG002
        """Hear nothing: what a process has to say stands in its folder."""
        return False

    def _end_pause(self, job: _Run, pause: int) -> None:
        with self._lock:
            if job.pauses == pause:
                self._stop(job, CnnError(_PAUSED_LONG, minutes=round(self._paused / 60)))

    def _note_waiting(self, key: str, job: _Run) -> None:
        """Write down that a run was stopped which never began."""
        if job.phase is Phase.STOPPED:
            job.folder.write(Ended(complete=False))
            del self._jobs[key]

    def _note_end(self, job: _Run) -> None:
        """Leave a run to its folder, with the reason why it ended where its process could not know it."""
        key = job.folder.path.name
        if job.problem is not None:
            with suppress(OSError):
                job.folder.write(Refused.of(job.problem))
        self._jobs.pop(key, None)


RUNS: Final = Runs()
atexit.register(RUNS.close)
