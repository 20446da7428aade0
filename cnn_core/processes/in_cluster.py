"""What a worker of a Dask cluster does for ConvScope, besides what it is asked.

It warms up when it joins, says at which step of its work it is, takes model files that it lacks, and attends to
trainings, which run in processes of their own beside it. A worker has one thread: TensorFlow has its own.
"""

import logging
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from cachetools import FIFOCache
from distributed import Worker, WorkerPlugin, get_worker, secede

from cnn_core import __version__
from cnn_core.errors import CnnError
from cnn_core.models import run
from cnn_core.models.kept_files import keep_file
from cnn_core.processes.alone import Alone, OwnProcesses
from cnn_core.processes.carried import Carried, Change, Folders, Place, keep_folders
from cnn_core.sentences import N_
from cnn_core.steps import report_through
from cnn_core.training.orders import Ordered
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.store import Store

Answer = TypeVar("Answer")

_OTHER_VERSION: Final = N_(
    "The cluster and this server must run the same version of ConvScope. Received: {theirs} there, {ours} here. Start "
    "both from the same copy."
)

_SERVER_SECONDS: Final = 120.0
"""Without a word of its server, after which a training ends."""

_STOPPED: Final[FIFOCache[tuple[str, int], None]] = FIFOCache(256)
"""What was stopped last, by its server's topic and its number; every worker hears of all of it."""
_RUNS: Final[dict[str, "_Attended"]] = {}


class Joining(WorkerPlugin):  # type: ignore[misc]
    """Lets every worker that joins warm up before its first piece of work; refuses one of another version."""

    name = "convscope"

    def __init__(self, version: str, warms_up: bool) -> None:
        self._version, self._warms_up = version, warms_up

    def setup(self, worker: Worker) -> None:
        if __version__ != self._version:
            raise CnnError(_OTHER_VERSION, theirs=__version__, ours=self._version)
        # It would say three times a second that it was asked for a training.
        logging.getLogger("distributed.worker").addFilter(_tells_more)
        if self._warms_up:
            # In the thread in which its work comes, so before the first of it.
            worker.executors["default"].submit(run.warm_up)


def _tells_more(record: logging.LogRecord) -> bool:
    return "out-of-band" not in str(record.msg)


# Questions ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Topic:
    """Dask's topic on which a server hears what its work is at."""

    name: str

    def tell(self, said: str) -> None:
        worker = get_worker()
        worker.log_event(self.name, {"worker": worker.address, "said": said})

    def is_stopped(self, work: int) -> bool:
        return (self.name, work) in _STOPPED


def answer(topic: str, files: list[bytes], fn: Callable[..., Answer], /, *args: Any, **kwargs: Any) -> Answer:
    """Do a piece of work, with model files that this machine lacked."""
    for data in files:
        keep_file(data)
    report_through(_Topic(topic))
    return fn(*args, **kwargs)


def note_stop(topic: str, number: int) -> None:
    """Let a piece of work end, where this worker is at it, when it says next how much of it is done."""
    _STOPPED[topic, number] = None


# Trainings ------------------------------------------------------------------------------------------------------------


@dataclass
class _Attended:
    """A training at which a process beside this worker is.

    Attributes:
        heard: when its server asked for it last, as `time.monotonic` has it.
    """

    process: Alone
    folder: RunFolder
    carried: Carried
    heard: float = field(default_factory=time.monotonic)

    def wait(self) -> None:
        """Wait for the end of the process, which ends too where its server is gone."""
        while not wait([self.process], _SERVER_SECONDS / 4).done:
            if time.monotonic() - self.heard > _SERVER_SECONDS:
                self.process.kill()


def attend(key: str, megabytes: int, fn: Callable[[str], None], given: list[Change], pictures: Folders) -> list[Change]:
    """Train in a process of its own, and return what of its folder nobody has fetched yet.

    Args:
        key: by which `exchange` and `end` find it.
        megabytes: of memory that the training may take.
        fn: does the fit of a folder.
        given: the files of its folder so far.
        pictures: folders that it reads, which are kept here for the next one.
    """
    keep_folders(pictures)
    with tempfile.TemporaryDirectory(prefix="convscope-run-") as home:
        carried = Carried(Path(home))
        carried.take(given)
        process = OwnProcesses(megabytes).submit(fn, home)
        attended = _RUNS[key] = _Attended(process, RunFolder(Path(home)), carried)
        secede()  # this worker goes on to answer questions
        try:
            attended.wait()
            return carried.changes()
        finally:
            process.kill()
            del _RUNS[key]


def exchange(key: str, order: Ordered | None) -> list[Change]:
    """Leave an order for a training, and return what has changed in its folder since the last time."""
    attended = _RUNS.get(key)
    if attended is None:  # it has not begun, or has ended
        return []
    attended.heard = time.monotonic()
    if order is not None and order != attended.folder.ordered():
        attended.folder.order(order.order, order.frozen)
    return attended.carried.changes()


def end(key: str) -> None:
    """End the process of a training at once."""
    attended = _RUNS.get(key)
    if attended is not None:
        attended.process.kill()


def lacking(places: list[Place]) -> list[Place]:
    """Return which folders of pictures this machine has not."""
    return [(store, key) for store, key in places if Store(store).find(key) is None]
