"""Fits, each a folder on disk and, while it is trained, work of an executor; a few at once, the others in a queue.

What is known of a run is read from its folder, so a server that was killed finds its runs again; they can be gone on
with from their last epoch. Orders are left in the folder too. Whoever knows a run's id, which nobody can guess, may ask
for anything here; pages let only who began it steer and delete it. The executor is any of the kind of
`concurrent.futures` whose machines see the folders; ours gives each run a process of its own, which can be frozen and
killed besides.
"""

import atexit
import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from cnn_core.errors import CnnError
from cnn_core.processes.alone import Alone, OwnProcesses
from cnn_core.processes.fitting import work
from cnn_core.sentences import N_
from cnn_core.training.fit_memory import needed_megabytes
from cnn_core.training.fitting import FitPlan
from cnn_core.training.orders import Order
from cnn_core.training.records import Ended, Refused
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.so_far import SoFar
from cnn_core.training.store import refusal, runs_folder, runs_store
from pages.ui.compute import CLUSTER, MEMORY_MEGABYTES
from pages.ui.jobs import ACTIVE, ROOM, Phase, Room, after

_LOG: Final = logging.getLogger(__name__)

MOST_KEPT: Final = int(os.environ.get("CONVSCOPE_RUNS_KEPT", "") or 50)
"""Runs that have ended and still lie on disk, 20 MB each at most but for their models."""
KEPT_EACH: Final = 20
MOST_WAITING: Final = 40
ACTIVE_EACH: Final = 10
"""Runs of one person that wait or are trained: as many as several seeds of two settings are."""
ACTIVE_OF_ADDRESS: Final = 30
"""Runs of one address: a class behind one has that many, and does not fill the queue of all others."""
GRACE_SECONDS: Final = 60
"""From the word to stop until the process is killed: what was learned is saved and tested meanwhile."""
UNLEARNED_SECONDS: Final = 0.3
"""The same where nothing was learned yet: TensorFlow is starting or pictures are read, and there is nothing to keep."""
LIMIT_SECONDS: Final = int(os.environ.get("CONVSCOPE_RUN_SECONDS", "") or 4 * 3600)
PAUSED_SECONDS: Final = 900
"""Until a pause ends in a stop: a paused process holds its memory, and its place."""
_LOOK_SECONDS: Final = 0.5

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16}")

_INTERRUPTED: Final = N_(
    "This training has ended early: its process was ended or ran out of memory, or the server was restarted. What "
    "was learned up to the last complete epoch is kept. Go on from there."
)
_PAUSED_LONG: Final = N_(
    "It was stopped because it had been paused for {minutes} minutes and others need the room. What was learned is "
    "kept. Go on whenever you like."
)
_TOO_LONG: Final = N_("The training was stopped: it took longer than the {minutes} minutes allowed here.")
_TOO_MANY: Final = N_("{count} trainings are already waiting, the most allowed. Try again in a few minutes.")
_TOO_MANY_EACH: Final = N_(
    "{count} of your trainings are already waiting or running, the most allowed at once. Wait for one to end, or "
    "stop one."
)
_TOO_MANY_HERE: Final = N_(
    "{count} trainings from your address are already waiting or running, the most allowed at once. Wait for one to "
    "end, or stop one of yours."
)
_TOO_LARGE: Final = N_(
    "This training would take about {needed} MB of memory; each may use {most} MB. Use smaller batches or pictures, "
    "or fewer filters."
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
        since: when it was started or last gone on with here, as `made`.
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
    since: float

    @property
    def active(self) -> bool:
        return self.phase in ACTIVE

    @property
    def can_continue(self) -> bool:
        """Whether something of it is left to train."""
        return self.phase in (Phase.STOPPED, Phase.INTERRUPTED)


class Door(Protocol):
    """Through which runs go to where they are trained: an executor, here or on other machines."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[None]: ...


@dataclass(eq=False)
class _Run:
    """A run that waits or is trained by this server; all of it is guarded by the registry's lock.

    Attributes:
        address: from where it was started, "" where that is not known.
        future: of its work, once it has begun.
        problem: why.
        pauses: how often it was paused or went on, so that a timer knows whether its pause is still the same.
        frozen_at: when it was frozen, None while it is not.
        frozen: for how many seconds it was frozen before that.
        since: when it began to wait, in seconds as `time.time()` gives them.
    """

    folder: RunFolder
    person: str
    address: str = ""
    phase: Phase = Phase.WAITING
    future: Future[None] | None = None
    problem: CnnError | None = None
    pauses: int = 0
    frozen_at: float | None = None
    frozen: float = 0.0
    since: float = field(default_factory=time.time)

    def freeze(self) -> None:
        """Freeze it, where its executor can."""
        if isinstance(self.future, Alone) and self.frozen_at is None and self.future.freeze():
            self.frozen_at = time.monotonic()

    def tell(self, order: Order) -> None:
        """Leave it an order, and let it go on if it was frozen."""
        if self.frozen_at is not None and order is not Order.PAUSE:
            self.frozen += time.monotonic() - self.frozen_at
        with suppress(OSError):  # its folder may be gone
            self.folder.order(order, self.frozen)
        if isinstance(self.future, Alone) and self.frozen_at is not None and order is not Order.PAUSE:
            self.frozen_at = None
            self.future.thaw()

    def kill(self) -> None:
        """End its work at once, where its executor can."""
        if isinstance(self.future, Alone):
            self.future.kill()
        elif self.future is not None:
            self.future.cancel()


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


class Runs:
    """All runs below a folder, by their ids; its methods may be called from any thread.

    Args:
        door: does the fit of the folder that it is told.
        room: how many may be trained at once.
        waiting, kept: how many may wait, and lie on disk once they have ended.
        grace: seconds from the word to stop until a process is killed.
        limit, paused: seconds after which a run is stopped, and one that is paused.

    Attributes:
        home: the folder in which they lie; None: below that of all trainings.
    """

    def __init__(
        self,
        door: Door | None = None,
        room: Room = ROOM,
        waiting: int = MOST_WAITING,
        kept: int = MOST_KEPT,
        grace: float = GRACE_SECONDS,
        limit: float = LIMIT_SECONDS,
        paused: float = PAUSED_SECONDS,
    ) -> None:
        self._door = door or OwnProcesses(MEMORY_MEGABYTES)
        self._room, self._most_waiting, self._kept = room, waiting, kept
        self._grace, self._limit, self._paused = grace, limit, paused
        self.home: Path | None = None
        self._jobs: dict[str, _Run] = {}
        self._known: dict[str, _Known] = {}
        self._begun: dict[str, int] = {}  # of each person, which run was begun last, counted over all
        # What an executor calls back at once comes from the thread that has submitted, which holds it already.
        self._lock = threading.RLock()
        self._closed = False
        room.listen(self._fill_up)

    @property
    def _home(self) -> Path:
        return self.home or runs_folder() / "fits"

    # What a page asks -------------------------------------------------------------------------------------------------

    def start(self, plan: FitPlan, person: str, address: str = "") -> str:
        """Train as soon as there is room and return the run's id; raises CnnError where there are too many, or the disk
        is full.

        Args:
            plan: what is trained.
            person: by which the runs of one reader are told from those of others.
            address: from where; "" where that is not known.
        """
        refuse_too_large(plan)
        with self._lock:
            self._refuse_more(person, address)
            key = secrets.token_urlsafe(12)
            folder = RunFolder(self._home / key)
            try:
                folder.make(plan, {"person": person, "made": time.time()})
            except OSError as error:
                self._remove(key)
                raise refusal(error) from error
            self._enqueue(key, folder, person, address)
            return key

    def look(self, key: str) -> SeenRun | None:
        """Return what is known of a run, None where there is none of this id, or none any more."""
        with self._lock:
            return self._look(key)

    def mine(self, person: str) -> tuple[SeenRun, ...]:
        """Return the runs of a person, the newest first."""
        with self._lock:
            theirs = [key for key in self._keys() if self._is_of(key, person)]
            seen = [run for key in theirs if (run := self._look(key)) is not None]
        return tuple(sorted(seen, key=lambda run: -run.made))

    def ours(self) -> list[str]:
        """Return the ids of the runs that wait or are trained by this server."""
        with self._lock:
            return list(self._jobs)

    def phases(self) -> list[Phase]:
        """Return where each run is that waits or is trained by this server."""
        with self._lock:
            return [job.phase for job in self._jobs.values()]

    def pause(self, key: str) -> None:
        """Let a run rest at once, in the middle of a batch, for a while; where it cannot be frozen, after its batch."""
        with self._lock:
            job, folder = self._jobs.get(key), self._folder(key)
            if job is None and folder is not None and folder.is_held:  # another server's
                _leave(folder, Order.PAUSE)
            elif job is not None and job.phase is Phase.RUNNING:
                job.freeze()  # before it can hear the order, for it would count the time itself
                job.tell(Order.PAUSE)
                job.pauses += 1
                self._watch_pause(job, job.pauses, time.monotonic())

    def resume(self, key: str) -> None:
        """Let a run that is paused go on."""
        with self._lock:
            job, folder = self._jobs.get(key), self._folder(key)
            if job is None and folder is not None and folder.is_held:
                _leave(folder, Order.RESUME)
            elif job is not None and job.phase is Phase.RUNNING:
                job.pauses += 1
                job.tell(Order.RESUME)

    def stop(self, key: str) -> None:
        """End a run, and save and test what it has learned; a second time, end its process at once."""
        with self._lock:
            job, folder = self._jobs.get(key), self._folder(key)
            if job is None and folder is not None and folder.is_held:
                _leave(folder, Order.STOP)
            elif job is not None and job.phase is Phase.STOPPING:
                job.kill()
            elif job is not None:
                self._stop(key, job)

    def go_on(self, key: str, address: str = "") -> None:
        """Train a run further that was stopped or interrupted, from its last epoch; raises CnnError where many wait."""
        with self._lock:
            seen = self._look(key)
            if seen is None or not seen.can_continue:
                return
            self._refuse_more(seen.person, address)
            seen.folder.forget_orders()
            self._known[key].so_far.expect_more()
            self._enqueue(key, seen.folder, seen.person, address)

    def forget(self, key: str) -> None:
        """Take a run that has ended off the disk."""
        with self._lock:
            seen = self._look(key)
            if seen is not None and not seen.active:
                self._remove(key)

    def close(self) -> None:
        """End all processes at once and start no more."""
        with self._lock:
            self._closed = True
            for job in list(self._jobs.values()):  # one may end at once
                job.kill()

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
        since = job.since if job else known.made
        so_far = known.so_far.copy()
        return SeenRun(key, folder, known.plan, phase, place, so_far, problem, known.made, known.person, since)

    def _is_of(self, key: str, person: str) -> bool:
        """Say whether a run is a person's, without reading how far it is."""
        folder = self._folder(key)
        known = self._known_of(key, folder) if folder else None
        return known is not None and known.person == person

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
            ordered = folder.ordered()
            is_told = ordered is not None and ordered.order is Order.PAUSE  # and will rest, or is frozen
            return Phase.PAUSED if is_told or so_far.is_paused else Phase.RUNNING, None
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
        keys = self._keys()
        # Another server, or want of room, has taken some off the disk.
        for key in self._known.keys() - keys - self._jobs.keys():
            del self._known[key]
        runs = [run for key in keys if (run := self._look(key)) is not None and not run.active]
        left: dict[str, int] = {}
        for place, run in enumerate(sorted(runs, key=lambda run: -run.made)):
            left[run.person] = left.get(run.person, KEPT_EACH) - 1
            if place >= self._kept or left[run.person] < 0:
                self._remove(run.key)

    # Its processes; called with the lock held. ------------------------------------------------------------------------

    def _refuse_more(self, person: str, address: str) -> None:
        if len(self._line()) >= self._most_waiting:
            raise CnnError(_TOO_MANY, count=self._most_waiting)
        if sum(job.person == person for job in self._jobs.values()) >= ACTIVE_EACH:
            raise CnnError(_TOO_MANY_EACH, count=ACTIVE_EACH)
        if address and sum(job.address == address for job in self._jobs.values()) >= ACTIVE_OF_ADDRESS:
            raise CnnError(_TOO_MANY_HERE, count=ACTIVE_OF_ADDRESS)

    def _line(self) -> list[_Run]:
        """Return the runs that wait, the next one first: people take turns, so that one's many seeds bar nobody."""
        at_work = Counter(job.person for job in self._jobs.values() if job.phase is not Phase.WAITING)
        waiting: dict[str, list[_Run]] = {}
        for job in self._jobs.values():
            if job.phase is Phase.WAITING:
                waiting.setdefault(job.person, []).append(job)
        begun, line = dict(self._begun), []
        while waiting:
            person = min(waiting, key=lambda each: (at_work[each], begun.get(each, 0)))
            line.append(waiting[person].pop(0))
            waiting = {each: jobs for each, jobs in waiting.items() if jobs}
            at_work[person] += 1
            begun[person] = _next(begun)
        return line

    def _place(self, job: _Run) -> int:
        """Return how many are before a run and itself while it waits, else 0."""
        return self._line().index(job) + 1 if job.phase is Phase.WAITING else 0

    def _enqueue(self, key: str, folder: RunFolder, person: str, address: str) -> None:
        self._jobs[key] = _Run(folder, person, address)
        self._fill_up()

    def _fill_up(self) -> None:
        """Begin what there is room for."""
        with self._lock:
            while (line := self._line()) and not self._closed and self._room.take():
                self._begin(line[0])
            self._tidy()

    def _begin(self, job: _Run) -> None:
        job.phase, began = Phase.RUNNING, time.monotonic()
        _LOG.info("a training begins")
        people = {each.person for each in self._jobs.values()}
        self._begun[job.person] = _next(self._begun)
        self._begun = {person: turn for person, turn in self._begun.items() if person in people}
        try:
            job.future = self._door.submit(work, str(job.folder.path))
        except (OSError, RuntimeError):  # no process can be started, or the executor is closed
            self._end(job)
            return
        limit = after(self._limit, lambda: self._end_late(job))

        def over(future: Future[None]) -> None:
            limit.cancel()
            _LOG.info("a training is over after %.0f s", time.monotonic() - began)
            if not future.cancelled() and (error := future.exception()) is not None:
                _LOG.error("a training ended with an error", exc_info=error)
            self._end(job)

        job.future.add_done_callback(over)

    def _so_far(self, key: str, job: _Run) -> SoFar | None:
        """Return what a run has reported up to now; None where its folder cannot be read."""
        known = self._known_of(key, job.folder)
        if known is None:
            return None
        known.so_far.read()
        return known.so_far

    def _stop(self, key: str, job: _Run, problem: CnnError | None = None) -> None:
        if job.phase is Phase.WAITING:
            with suppress(OSError):  # on a full disk it is one that nobody trains
                job.folder.write(Ended(complete=False))
            del self._jobs[key]
        elif job.phase is Phase.RUNNING:
            job.phase, job.problem = Phase.STOPPING, problem
            job.tell(Order.STOP)
            so_far = self._so_far(key, job)
            has_learned = so_far is None or so_far.batch is not None or so_far.epochs
            after(self._grace if has_learned else UNLEARNED_SECONDS, job.kill)

    def _end_late(self, job: _Run) -> None:
        with self._lock:
            self._stop(job.folder.path.name, job, CnnError(_TOO_LONG, minutes=round(self._limit / 60)))

    def _watch_pause(self, job: _Run, pause: int, since: float) -> None:
        """Look after a pause until it is over: another server may end it by an order, and none lasts for ever."""
        with self._lock:
            if job.pauses != pause or job.phase is not Phase.RUNNING:
                return
            ordered = job.folder.ordered()
            if ordered is not None and ordered.order is not Order.PAUSE:
                job.pauses += 1
                job.tell(ordered.order)
            elif time.monotonic() - since >= self._paused:
                self._stop(job.folder.path.name, job, CnnError(_PAUSED_LONG, minutes=round(self._paused / 60)))
            else:
                after(min(self._paused, _LOOK_SECONDS), lambda: self._watch_pause(job, pause, since))

    def _end(self, job: _Run) -> None:
        """Leave a run to its folder, with the reason why it ended where its process could not know it."""
        key = job.folder.path.name
        with self._lock, suppress(OSError):  # the folder may be gone
            so_far = self._so_far(key, job)
            if job.phase is Phase.STOPPING and so_far is not None and so_far.ended is None:  # it was killed
                job.folder.write(Ended(complete=False))
            if job.problem is not None:
                job.folder.write(Refused.of(job.problem))
        with self._lock:
            self._jobs.pop(key, None)
        self._room.give_back()


def _leave(folder: RunFolder, order: Order) -> None:
    """Leave another server's run an order; raises CnnError where the disk is full."""
    try:
        folder.order(order)
    except OSError as error:
        raise refusal(error) from error


def _next(turns: Mapping[str, int]) -> int:
    return max(turns.values(), default=0) + 1


def _runs() -> Runs:
    """Return the runs of this server, which others know too where they share a store."""
    door, store = None if CLUSTER is None else CLUSTER.trainings, runs_store()
    if not store:
        return Runs(door)
    from pages.ui.shared_runs import SharedRuns, server_folder  # what it needs is installed only where it is wanted

    home = server_folder(runs_folder())
    runs = Runs(door)
    runs.home = home
    SharedRuns(f"{store}/fits", home, runs.ours).start()
    return runs


RUNS: Final = _runs()
atexit.register(RUNS.close)
