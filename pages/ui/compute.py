"""The only door to work that needs TensorFlow: core functions run in worker processes, never in this one.

Its interface is `concurrent.futures.Executor`, so another executor, a cluster's for example, can stand behind it.
"""

import atexit
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from cnn_core.processes.settle_in import settle_in
from cnn_core.steps import Taken, numbered, report_into, step_for

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

WORKERS = int(os.environ.get("CONVSCOPE_WORKERS", "") or min(2, os.cpu_count() or 1))
MEMORY_MEGABYTES = int(os.environ.get("CONVSCOPE_WORKER_MEMORY_MB", "") or 4096)
"""Private memory of one worker. TensorFlow and the bundled models need about 800."""


@dataclass(frozen=True)
class _Task:
    """Work that waits for a process."""

    future: "Future[Any]"
    number: int
    work: Callable[[], Any]


class Workers(Executor):
    """A pool of processes that replaces itself when one of them dies; only what was running is lost.

    What waits, waits here: the pool gets no more than it can run, so that work can be cancelled until it begins.

    Args:
        make_pool: makes a pool, the first time and whenever one broke.
        at_once: how much work a pool can run.
    """

    def __init__(self, make_pool: Callable[[], Executor], at_once: int) -> None:
        self._make_pool, self._at_once = make_pool, at_once
        self._pool: Executor | None = None
        self._waiting: deque[_Task] = deque()
        self._numbers: weakref.WeakKeyDictionary[Future[Any], int] = weakref.WeakKeyDictionary()
        self._next_number = count(1)
        self._running = 0
        self._lock = threading.Lock()

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Run `fn` in a worker. The future raises BrokenExecutor if the worker dies meanwhile: submit again."""
        future: Future[Result] = Future()
        with self._lock:
            self._waiting = deque(task for task in self._waiting if not task.future.cancelled())
            number = self._numbers[future] = next(self._next_number)
            self._waiting.append(_Task(future, number, partial(numbered, number, partial(fn, *args, **kwargs))))
        self._begin()
        return future

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

    def _begin(self) -> None:
        """Hand the pool what it can run."""
        begun = []
        with self._lock:
            while self._waiting and self._running < self._at_once:
                task = self._waiting.popleft()
                if task.future.set_running_or_notify_cancel():
                    self._running += 1
                    begun.append((task.future, self._handed_on(task)))
        # Outside of the lock: what has ended already is answered at once.
        for future, run in begun:
            run.add_done_callback(partial(self._end, future))

    def _handed_on(self, task: _Task) -> "Future[Any]":
        try:
            if self._pool is None:
                self._pool = self._make_pool()
            try:
                return self._pool.submit(task.work)
            except BrokenExecutor:
                self._pool = self._make_pool()
                return self._pool.submit(task.work)
        except Exception as error:  # noqa: BLE001 - a computer without a process to spare
            failed: Future[Any] = Future()
            failed.set_exception(error)
            return failed

    def _end(self, future: "Future[Any]", run: "Future[Any]") -> None:
        error = run.exception()
        if error is None:
            future.set_result(run.result())
        else:
            future.set_exception(error)
        # After that: who hears of it may cancel what nobody waits for any more.
        with self._lock:
            self._running -= 1
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
    number = WORK.number_of(future)
    folder = _REPORTS.folder
    if folder is None or number is None or future.done():
        return None
    return step_for(folder, number, future.running())


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


WORK = Workers(_make_pool, WORKERS)

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


_WARM_UPS = _WarmUps(WORKERS)


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
