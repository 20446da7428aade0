"""The only door to work that needs TensorFlow: core functions run in worker processes, never in this one.

Its interface is `concurrent.futures.Executor`, so another executor, a cluster's for example, can stand behind it.
"""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from importlib import import_module
from typing import ParamSpec, TypeVar

from cnn_core.processes.settle_in import settle_in

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

WORKERS = int(os.environ.get("CONVSCOPE_WORKERS", "") or min(2, os.cpu_count() or 1))
MEMORY_MEGABYTES = int(os.environ.get("CONVSCOPE_WORKER_MEMORY_MB", "") or 4096)
"""Private memory of one worker. TensorFlow and the bundled models need about 800."""


class Workers(Executor):
    """A pool of processes that replaces itself when one of them dies; only what was running is lost."""

    def __init__(self, make_pool: Callable[[], Executor]) -> None:
        self._make_pool = make_pool
        self._pool: Executor | None = None
        self._lock = threading.Lock()

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Run `fn` in a worker. The future raises BrokenExecutor if the worker dies meanwhile: submit again."""
        with self._lock:
            if self._pool is None:
                self._pool = self._make_pool()
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenExecutor:
                self._pool = self._make_pool()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=wait)
                self._pool = None


def _make_pool() -> Executor:
    # Imported here: the first page is painted without it. Its processes do not run the page again, as those of
    # `multiprocessing` do under Streamlit.
    from loky.process_executor import ProcessPoolExecutor

    # Where psutil is installed, loky would take what a worker keeps for a leak and end it.
    no_leak = {"LOKY_MAX_MEMORY_LEAK_SIZE": str(MEMORY_MEGABYTES * 2**20)}
    settle_in = {"initializer": _settle_in, "initargs": (MEMORY_MEGABYTES, os.getpid())}
    pool = ProcessPoolExecutor(WORKERS, timeout=None, env=no_leak, **settle_in)
    # When the server ends, loky waits for what the workers are doing, a minute at worst. The hook in which it waits is
    # set by the first work; hooks run last in, first out, so this one must come after it.
    pool.submit(os.getpid)
    threading._register_atexit(pool.shutdown, wait=False, kill_workers=True)
    return pool


def _settle_in(megabytes: int, parent: int) -> None:
    """Bound a worker's memory, let the pages go first, and end when the parent does."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    settle_in(megabytes)


def _end_with(parent: int) -> None:
    """Wait for the parent's end: a worker of a parent that was killed would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


WORK = Workers(_make_pool)

_started = threading.Lock()


def start(module: str, warm_up: str, delay: float = 0.5) -> None:
    """Start the workers behind the first page, once a server; importing the module must not import TensorFlow."""
    if not _started.acquire(blocking=False):
        return

    def submit() -> None:
        work = getattr(import_module(module), warm_up)
        for _ in range(WORKERS):
            WORK.submit(work)

    # The delay lets the first page be painted before the processors are busy.
    timer = threading.Timer(delay, submit)
    timer.daemon = True
    timer.start()
