"""The only door to work that needs TensorFlow: core functions run in worker processes, never in this one.

Its interface is `concurrent.futures.Executor`, so another executor, a cluster's for example, can stand behind it.
"""

import atexit
import logging
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent import futures
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, ParamSpec, TypeVar

from cnn_core import steps
from cnn_core.processes.settle_in import settle_in
from cnn_core.steps import Taken, numbered, report_into, step_for
from pages.ui.measured import ANSWERS

if TYPE_CHECKING:
    from cnn_core.processes.cluster import Cluster

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

WORKERS = int(os.environ.get("CONVSCOPE_WORKERS", "") or min(2, os.cpu_count() or 1))
MEMORY_MEGABYTES = int(os.environ.get("CONVSCOPE_WORKER_MEMORY_MB", "") or 4096)
"""Private memory of one worker. TensorFlow and the bundled models need about 800."""
WORK_SECONDS = float(os.environ.get("CONVSCOPE_WORK_SECONDS", "") or 600)
"""How long one piece of work may take before its process is ended: one that hangs would hold its place for ever."""
SCHEDULER = os.environ.get("CONVSCOPE_SCHEDULER", "")
"""The address of a Dask scheduler, whose workers compute in the place of processes on this machine."""

_LOG: Final = logging.getLogger(__name__)

_ASKED_BY: ContextVar[tuple[Hashable, ...]] = ContextVar("_ASKED_BY", default=(None,))


@contextmanager
def asked_by(*whose: Hashable) -> Iterator[None]:
    """Let what is submitted meanwhile count as that of this session, and of this address: each has a turn before any
    has two."""
    token = _ASKED_BY.set(whose)
    try:
        yield
    finally:
        _ASKED_BY.reset(token)


class OverdueError(RuntimeError):
    """A piece of work took longer than it may."""


@dataclass(eq=False)
class _Task:
    """Work that waits for a process, or has one."""

    number: int
    whose: frozenset[Hashable]
    future: "Future[Any]"
    hand_on: "Callable[[Executor], Future[Any]]"
    asked: float = field(default_factory=time.monotonic)
    turn: int = 0
    run: "Future[Any] | None" = None
    began: float = 0.0
    is_overdue: bool = False
    was_interrupted: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """By which what waits gets a process, the smallest first."""
        return self.turn, self.number


class _Turns:
    """Turns such that everybody who wants one has it before anybody has two: start-time fair queueing.

    They are dealt among what waits at that moment, so what was dropped before it began has taken none.

    Source: Goyal, Vin and Cheng, "Start-time fair queueing", SIGCOMM 1996, with equal weights and lengths.
    """

    def __init__(self) -> None:
        self._now = 0
        self._have_had: set[Hashable] = set()

    def deal(self, waiting: Iterable[_Task]) -> None:
        """Give each the next turn of all whose it is: after the last one of each, and not before what is being done."""
        last: dict[Hashable, int] = dict.fromkeys(self._have_had, self._now)
        for task in sorted(waiting, key=lambda task: task.number):
            if not task.was_interrupted:  # that had its turn, and is done first
                task.turn = max([self._now, *(last[one] + 1 for one in task.whose if one in last)])
                last |= dict.fromkeys(task.whose, task.turn)

    def begin(self, task: _Task) -> None:
        """Note what is being done."""
        if task.turn > self._now:
            self._now, self._have_had = task.turn, set()
        if task.turn == self._now:
            self._have_had |= task.whose


class Load(NamedTuple):
    """How much waits and is computed, and for how many seconds the oldest that waits has waited."""

    waiting: int
    running: int
    longest: float


class Workers(Executor):
    """A pool of processes that replaces itself when one of them dies; only what was running is lost.

    What waits, waits here: the pool gets no more than it can run, so that work can be cancelled until it begins, and so
    that the sessions take turns.

    Args:
        make_pool: makes a pool, the first time and whenever one broke.
        at_once: how much work a pool can run, or what says so from time to time.
        end_pool: ends a pool with what it is doing, where one of its processes hangs; without it no time is limited.
        seconds: how long a piece of work may take.
    """

    def __init__(
        self,
        make_pool: Callable[[], Executor],
        at_once: int | Callable[[], int],
        end_pool: Callable[[Executor], None] | None = None,
        seconds: float = WORK_SECONDS,
    ) -> None:
        self._make_pool, self._at_once = make_pool, at_once
        self._end_pool, self._seconds = end_pool, seconds
        self._pool: Executor | None = None
        self._waiting: list[_Task] = []
        self._turns = _Turns()
        self._numbers: weakref.WeakKeyDictionary[Future[Any], int] = weakref.WeakKeyDictionary()
        self._next_number = count(1)
        self._running: list[_Task] = []
        self._usual_seconds = 0.0
        self._lock = threading.Lock()

    @classmethod
    def of_cluster(cls, cluster: "Cluster", seconds: float = WORK_SECONDS) -> "Workers":
        """Return a cluster's workers, which outlive each other by themselves."""
        return cls(lambda: cluster, lambda: cluster.at_once, Executor.shutdown, seconds)

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Run `fn` in a worker. The future raises BrokenExecutor if the worker dies meanwhile: submit again."""
        future: Future[Result] = Future()
        with self._lock:
            number = self._numbers[future] = next(self._next_number)

            def hand_on(pool: Executor) -> "Future[Result]":
                return pool.submit(numbered, number, fn, *args, **kwargs)

            self._waiting.append(_Task(number, frozenset(_ASKED_BY.get()), future, hand_on))
        self._begin()
        return future

    def ahead_of(self, future: "Future[Any]") -> tuple[int, float]:
        """Return how many pieces of work come before this one, and about how many seconds they take together.

        (0, 0) where it has begun, or is none of ours.
        """
        with self._lock:
            self._deal_turns()
            own = next((task for task in self._waiting if task.future is future), None)
            if own is None:
                return 0, 0.0
            before = sum(task.place < own.place for task in self._waiting) + len(self._running)
            return before, before * self._usual_seconds / self._places

    def load(self) -> Load:
        """Return how much there is to do."""
        with self._lock:
            now = time.monotonic()
            waited = [now - task.asked for task in self._waiting if not task.future.cancelled()]
            return Load(len(waited), len(self._running), max(waited, default=0.0))

    def number_of(self, future: "Future[Any]") -> int | None:
        """Return the number under which a process reports its steps for this work; None where it is not ours."""
        return self._numbers.get(future)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the pool as `Executor.shutdown` does; work that comes later gets a new one."""
        with self._lock:
            waiting = [task.future for task in self._waiting]
        if cancel_futures:
            for future in waiting:
                future.cancel()
        elif wait:
            futures.wait(waiting)
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=wait)

    @property
    def _places(self) -> int:
        return self._at_once if isinstance(self._at_once, int) else self._at_once()

    def _begin(self) -> None:
        """Hand the pool what it can run."""
        begun = []
        with self._lock:
            self._deal_turns()
            while self._waiting and len(self._running) < self._places:
                task = min(self._waiting, key=lambda task: task.place)
                self._waiting.remove(task)
                if task.future.running() or task.future.set_running_or_notify_cancel():
                    self._turns.begin(task)
                    task.began, task.was_interrupted = time.monotonic(), False
                    self._running.append(task)
                    task.run = self._handed_on(task)
                    begun.append((task, task.run))
        # Outside of the lock: what has ended already is answered at once.
        for task, run in begun:
            run.add_done_callback(partial(self._end, task, self._limit(task)))

    def _deal_turns(self) -> None:
        """Forget what was dropped, and give what waits its turns."""
        self._waiting = [task for task in self._waiting if not task.future.cancelled()]
        self._turns.deal(self._waiting)

    def _handed_on(self, task: _Task) -> "Future[Any]":
        try:
            if self._pool is None:
                self._pool = self._make_pool()
            try:
                return task.hand_on(self._pool)
            except RuntimeError:  # it broke, or was ended for what hung in it
                _LOG.warning("the workers were lost, and are begun anew")
                self._pool = self._make_pool()
                return task.hand_on(self._pool)
        except Exception as error:  # noqa: BLE001 - a computer without a process to spare
            failed: Future[Any] = Future()
            failed.set_exception(error)
            return failed

    def _limit(self, task: _Task) -> threading.Timer | None:
        """Let the time of a piece of work run out one day."""
        if self._end_pool is None:
            return None
        timer = threading.Timer(self._seconds, self._interrupt, (task,))
        timer.daemon = True
        timer.start()
        return timer

    def _interrupt(self, task: _Task) -> None:
        """End work that takes too long, with its pool where that cannot end it alone; what else ran is done again."""
        with self._lock:
            if task not in self._running:
                return
            task.is_overdue = True
        if task.run is not None and task.run.cancel():
            return
        with self._lock:
            for other in self._running:
                other.was_interrupted = other is not task
            pool, self._pool = self._pool, None
        _LOG.warning("work took longer than %s s, so its processes were ended", self._seconds)
        if pool is not None and self._end_pool is not None:
            self._end_pool(pool)

    def _end(self, task: _Task, timer: threading.Timer | None, run: "Future[Any]") -> None:
        if timer is not None:
            timer.cancel()
        error = futures.CancelledError() if run.cancelled() else run.exception()
        is_again = error is not None and task.was_interrupted and not task.is_overdue
        if error is None:
            task.future.set_result(run.result())
        elif not is_again:
            task.future.set_exception(OverdueError(self._seconds) if task.is_overdue else error)
        if not is_again:
            ANSWERS.note(time.monotonic() - task.asked)
        # After that: who hears of it may cancel what nobody waits for any more.
        with self._lock:
            self._running = [other for other in self._running if other is not task]
            if is_again:
                self._waiting.append(task)
            else:
                taken = time.monotonic() - task.began
                self._usual_seconds = taken if not self._usual_seconds else 0.8 * self._usual_seconds + 0.2 * taken
        self._begin()


class _Reports:
    """Where the processes of the last pool say what they are at; what those of a broken pool said goes with it."""

    folder: Path | None = None

    def begin_anew(self) -> Path | None:
        """Make a folder for a new pool; without one it works as well, and says less."""
        self.forget()
        with suppress(OSError):
            self.folder = Path(tempfile.mkdtemp(prefix="convscope-workers-"))
        return self.folder

    def forget(self) -> None:
        folder, self.folder = self.folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


_REPORTS = _Reports()
atexit.register(_REPORTS.forget)


def step_of(future: "Future[Any]") -> Taken | None:
    """Return the step of its start that this work is at or waits for, None where there is none."""
    if future.done():
        return None
    here, there = _numbers(future)
    if there is not None and CLUSTER is not None:
        return CLUSTER.step(there, future.running())
    folder = _REPORTS.folder
    return None if folder is None or here is None else step_for(folder, here, future.running())


def stop(future: "Future[Any]") -> None:
    """Let running work end that tells how much of it is done; any other goes on."""
    here, there = _numbers(future)
    if there is not None and CLUSTER is not None:
        CLUSTER.stop(there)
    elif here is not None and _REPORTS.folder is not None:
        steps.stop(_REPORTS.folder, here)
        future.add_done_callback(partial(_forget_stop, _REPORTS.folder, here))


def _forget_stop(folder: Path, number: int, _ended: "Future[Any]") -> None:
    steps.forget_stop(folder, number)


def _numbers(future: "Future[Any]") -> tuple[int | None, int | None]:
    """Return the number of some work among what is done on this machine, and among what a cluster does."""
    return HERE.number_of(future), None if CLUSTER is None else WORK.number_of(future)


def _make_pool() -> Executor:
    # Imported here: the first page is painted without it. Its processes do not run the page again, as those of
    # `multiprocessing` do under Streamlit.
    from loky import ProcessPoolExecutor

    # Where psutil is installed, loky would take what a worker keeps for a leak and end it.
    no_leak = {"LOKY_MAX_MEMORY_LEAK_SIZE": str(MEMORY_MEGABYTES * 2**20)}
    first = {"initializer": _settle_in, "initargs": (MEMORY_MEGABYTES, os.getpid(), _REPORTS.begin_anew())}
    pool = ProcessPoolExecutor(WORKERS, timeout=None, env=no_leak, **first)
    # When the server ends, loky waits for what the workers are doing, a minute at worst. The hook in which it waits is
    # set by the first work; hooks run last in, first out, so this one must come after it.
    pool.submit(os.getpid)
    threading._register_atexit(pool.shutdown, wait=False, kill_workers=True)  # type: ignore[attr-defined]
    executor: Executor = pool
    return executor


def _settle_in(megabytes: int, parent: int, reports: Path | None) -> None:
    """Bound a worker's memory, let the pages go first, end when the parent does, and say that it has started."""
    threading.Thread(target=_end_with, args=(parent, reports), daemon=True).start()
    settle_in(megabytes)
    if reports is not None:
        report_into(reports)


def _end_with(parent: int, reports: Path | None) -> None:
    """Wait for the parent's end: a worker of a parent that was killed would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(1)
    if reports is not None:
        shutil.rmtree(reports, ignore_errors=True)
    os._exit(1)


def _end_pool(pool: Executor) -> None:
    """End the processes of a pool at once, also one that is stopped; loky alone knows how."""
    pool.shutdown(wait=False, kill_workers=True)  # type: ignore[call-arg]


def _cluster() -> "Cluster | None":
    """Return the workers of a scheduler, where there is to be one."""
    if not SCHEDULER:
        return None
    from cnn_core.processes.cluster import Cluster  # what it needs is installed only where it is wanted

    return Cluster(SCHEDULER, MEMORY_MEGABYTES, WORKERS)


CLUSTER: "Final[Cluster | None]" = _cluster()
HERE = Workers(_make_pool, WORKERS, _end_pool)
"""For what reads and keeps files on this machine; its processes begin with the first of it."""
WORK = HERE if CLUSTER is None else Workers.of_cluster(CLUSTER)
"""For all else."""

DELAY = 0.5
"""Seconds that a warm-up waits, so that the page is painted before the processors are busy."""


class _WarmUps:
    """One for each worker, each once a server."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._lock = threading.Lock()

    def take(self, leave: int) -> int:
        """Return how many are to begin now, so that `leave` are left."""
        with self._lock:
            taken = max(0, self._left - leave)
            self._left -= taken
        return taken


_WARM_UPS = _WarmUps(WORKERS if CLUSTER is None else 0)  # a cluster's workers warm up when they join it


def start(leave: int = 0) -> None:
    """Warm up the workers that were not yet: import TensorFlow and trace the bundled models.

    Args:
        leave: how many are left for another call. Who has asked something leaves one, for the page's next question.
    """
    count = _WARM_UPS.take(leave)
    if count:
        timer = threading.Timer(DELAY, _warm_up, (count,))
        timer.daemon = True
        timer.start()


def _warm_up(count: int) -> None:
    from cnn_core.models import run  # the first page is painted without it

    for _ in range(count):
        WORK.submit(run.warm_up)
