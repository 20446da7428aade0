"""A Dask cluster in the place of processes on this machine: the server's side of it.

Memory limits, retries and the death of a worker are Dask's. Large arguments go by their content: each is sent once and
then stays in the cluster, where a worker that lacks it gets it from one that has it. The client lives in an event loop
of its own, so that one coroutine is one piece of work, from the sending of what it needs to its answer.
"""

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar
from uuid import uuid4

import numpy as np
from cachetools import LRUCache
from distributed import Client, KilledWorker
from distributed import Future as DaskFuture

from cnn_core import __version__
from cnn_core.errors import CnnError
from cnn_core.models.kept_files import FileGoneError, is_kept, kept_bytes
from cnn_core.processes import in_cluster
from cnn_core.processes.carried import Carried, Change, packed, places_of, to_go_on
from cnn_core.sentences import N_
from cnn_core.steps import Step, Taken, furthest, read
from cnn_core.training.records import Refused
from cnn_core.training.run_folder import RunFolder

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

PATIENCE: Final = 20.0
"""Seconds in which a scheduler answers, or a worker joins."""
SECONDS_BETWEEN_LOOKS: Final = 0.3
"""At a training."""
_SECONDS_BETWEEN_COUNTS: Final = 1.0
"""Of the workers."""
_TRIES: Final = 3
"""How often work begins that is lost with a worker or the scheduler."""
_LOST: Final = (asyncio.CancelledError, CancelledError)
"""What Dask raises for what is gone; the first also ends a coroutine from outside."""
_BROKEN: Final = (OSError, RuntimeError, CancelledError)
"""What it raises where the connection breaks."""
_RUNNING: Final = "running"
"""A client's status while it is connected; in any other it may answer a question with any error, AttributeError too."""
_LARGE: Final = 16 * 2**10
"""Bytes from which on an argument goes by its content."""
_KEPT_BYTES: Final = 256 * 2**20
"""Of arguments that stay in the cluster for the next question."""

_LOG: Final = logging.getLogger(__name__)

_UNREACHABLE: Final = N_(
    "The computers on which ConvScope computes cannot be reached. Received: {reason} from {address}. Try again in a "
    "minute; if that does not help, tell whoever runs this server."
)


class UnreachableError(CnnError, BrokenExecutor):
    """No scheduler answers, or no worker has joined it."""


class ClusterState(NamedTuple):
    """What is known of the cluster: the bytes of memory that each of its workers takes."""

    memory: tuple[int, ...]


class _Kept(NamedTuple):
    """An argument that lies in the cluster, and its bytes."""

    future: "DaskFuture[Any]"
    size: int


class Cluster(Executor):
    """The workers of a Dask scheduler; it connects with the first piece of work, and again whenever it has lost them.

    Args:
        address: of the scheduler, "tcp://…".
        megabytes: of memory that a training may take.
        usual: how many workers are expected until it is known.
        warms_up: whether workers open the bundled models when they join.
        patience: seconds in which the scheduler answers, or a worker joins.
    """

    def __init__(
        self, address: str, megabytes: int, usual: int = 2, warms_up: bool = True, patience: float = PATIENCE
    ) -> None:
        self._address, self._megabytes, self._patience = address, megabytes, patience
        self._joining = in_cluster.Joining(__version__, warms_up)
        self._topic = f"convscope-{uuid4().hex}"
        self._client: Client | None = None
        self._watching: asyncio.Task[None] | None = None
        self._memory: dict[str, int] = {}
        self._at_once = usual
        self._said: dict[str, tuple[str, float]] = {}
        self._kept: LRUCache[str, _Kept] = LRUCache(_KEPT_BYTES, getsizeof=lambda kept: kept.size)
        self._trained_at: dict[str, str] = {}
        self._connecting = asyncio.Lock()
        self._began = time.monotonic()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="cluster", daemon=True).start()

    # What may be called from any thread -------------------------------------------------------------------------------

    @property
    def at_once(self) -> int:
        """How much work it can do at a time: a piece for each worker."""
        return self._at_once

    @property
    def state(self) -> ClusterState:
        return ClusterState(tuple(self._memory.values()))

    @property
    def trainings(self) -> "ClusterTrainings":
        """What takes trainings; they run beside the workers and take no place among their work."""
        return ClusterTrainings(self)

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> "Future[Result]":
        """Run `fn` in a worker; to cancel the future ends its work, and restarts the worker that is at it.

        The future raises BrokenExecutor where workers died of it, and UnreachableError where no cluster answers.
        """
        return self.run(self._answer(partial(fn, **kwargs), args))

    def run(self, work: Coroutine[Any, Any, Result]) -> "Future[Result]":
        """Run a coroutine in the loop of the connection."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def step(self, number: int, has_begun: bool) -> Taken | None:
        """Return the step that a piece of work is at, or waits for, as `steps.step_for` does."""
        if self._client is None:
            return Taken(Step.STARTING, number, time.monotonic() - self._began)
        now = time.monotonic()
        return furthest([read(said, now - told) for said, told in self._said.copy().values()], number, has_begun)

    def stop(self, number: int) -> None:
        """Let a piece of work end where it tells next how much of it is done."""
        self.run(self._stop(number))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Close the connection; work that comes later makes another."""
        closing = self.run(self._close())
        if wait:
            closing.result()

    # What follows runs in the loop. -----------------------------------------------------------------------------------

    async def connected(self) -> Client:
        """Return a client whose scheduler answers and has workers; raises UnreachableError."""
        async with self._connecting:
            until = time.monotonic() + self._patience
            while True:
                try:
                    return await self._connected()
                except CnnError:
                    raise
                except Exception as error:
                    if not _is_lost(self._client, error):
                        raise
                    if time.monotonic() > until:
                        raise self._unreachable(type(error).__name__) from error
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def _connected(self) -> Client:
        if self._client is None or self._client.status != _RUNNING:
            await self._close()
            self._client = await self._connection()
        if not self._memory:
            await self._look(self._client, least=1)
        return self._client

    async def _connection(self) -> Client:
        client = Client(self._address, asynchronous=True, set_as_default=False, timeout=self._patience)
        try:
            await client
        except (OSError, TimeoutError) as error:
            await client.close()
            raise self._unreachable(type(error).__name__) from error
        client.subscribe_topic(self._topic, self._hear)
        await client.register_plugin(self._joining)
        self._watching = asyncio.create_task(self._watch(client))
        return client

    async def _watch(self, client: Client) -> None:
        """Follow which workers there are, for as long as the connection lasts."""
        while True:
            try:
                await self._look(client)
            except Exception as error:
                if not _is_lost(client, error):
                    raise
                self._memory.clear()
            await asyncio.sleep(_SECONDS_BETWEEN_COUNTS)

    async def _look(self, client: Client, least: int = 0) -> None:
        """Note which workers there are; wait for so many, and raise UnreachableError where they do not come."""
        if least:
            try:
                await client.wait_for_workers(least, timeout=self._patience)
            except (OSError, TimeoutError) as error:
                raise self._unreachable(type(error).__name__) from error
        workers = (await client.scheduler.identity(n_workers=-1))["workers"]
        self._memory = {address: worker["metrics"].get("memory", 0) for address, worker in workers.items()}
        self._said = {address: said for address, said in self._said.items() if address in workers}
        self._at_once = max(1, len(workers))

    async def _close(self) -> None:
        client, self._client = self._client, None
        self._kept.clear()
        self._said.clear()
        self._memory.clear()
        if self._watching is not None:
            self._watching.cancel()
        if client is not None:
            await client.close(timeout=1)

    def _unreachable(self, reason: str) -> UnreachableError:
        return UnreachableError(_UNREACHABLE, reason=reason, address=self._address)

    def _hear(self, event: tuple[float, dict[str, str]]) -> None:
        _when, message = event
        self._said[message["worker"]] = message["said"], time.monotonic()

    async def _answer(self, fn: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        files: dict[str, bytes] = {}
        for _ in range(_TRIES):
            client = await self.connected()
            try:
                task = await self._begun(client, fn, args, files)
            except (Exception, asyncio.CancelledError) as error:
                if _shall_end() or not _is_lost(client, error):
                    raise
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
                continue
            try:
                result: Result = await task
                return result
            except KilledWorker as error:
                raise BrokenExecutor(str(error)) from error
            except FileGoneError as error:  # the worker asks for a model's file
                digest = str(error.values["digest"])
                if digest in files or not is_kept(digest):
                    raise
                files[digest] = kept_bytes(digest)
            except _LOST:  # with the scheduler, or with the only worker that had an argument
                if _shall_end():
                    await _end(client, task)
                    raise
                self._kept.clear()
        raise BrokenExecutor("what it needed was lost again and again")

    async def _begun(
        self, client: Client, fn: Callable[..., Result], args: tuple[Any, ...], files: Mapping[str, bytes]
    ) -> "DaskFuture[Result]":
        """Begin some work with its large arguments, and files that its worker lacked, in the cluster."""
        sent = [await self._by_content(client, argument) for argument in args]
        lacked = [await _sent(client, data) for data in files.values()]
        call = (in_cluster.answer, self._topic, lacked, fn, *sent)
        task: DaskFuture[Result] = client.submit(*call, key=f"convscope-{uuid4().hex}", pure=False)
        return task

    async def _by_content(self, client: Client, argument: Any) -> Any:
        """Return an argument, or where it is large what stands for it in the cluster."""
        size = _size(argument)
        if size < _LARGE:
            return argument
        digest = _digest(argument)
        kept = self._kept.get(digest)
        if kept is None or kept.future.status != "finished":
            kept = _Kept(await _sent(client, argument, digest), size)
            with suppress(ValueError):  # larger than all that is kept
                self._kept[digest] = kept
        return kept.future

    async def _stop(self, number: int) -> None:
        with suppress(OSError, CnnError):
            await (await self.connected()).run(in_cluster.note_stop, self._topic, number)

    # Trainings --------------------------------------------------------------------------------------------------------

    async def train(self, fn: Callable[[str], None], path: str) -> None:
        """Do the fit of a folder beside a worker; where that one is lost, go on beside another from the last epoch."""
        folder = RunFolder(Path(path))
        with folder.held() as is_ours:
            for _ in range(_TRIES if is_ours else 0):
                client, key = await self.connected(), uuid4().hex
                self._trained_at[key] = self._least_busy()
                try:
                    await self._trained(client, key, fn, folder)
                    return
                except CnnError as error:
                    folder.write(Refused.of(error))
                    return
                except (Exception, asyncio.CancelledError) as error:
                    if _shall_end() or not (_is_lost(client, error) or isinstance(error, (LookupError, ValueError))):
                        raise
                    _LOG.warning("a training lost its worker: %r", error)
                    await asyncio.sleep(2 * _SECONDS_BETWEEN_COUNTS)
                finally:
                    del self._trained_at[key]

    def _least_busy(self) -> str:
        busy = Counter(self._trained_at.values())
        return min(self._memory, key=lambda worker: busy[worker])

    async def _trained(self, client: Client, key: str, fn: Callable[[str], None], folder: RunFolder) -> None:
        """Follow a training beside a worker to its end."""
        worker = self._trained_at[key]

        async def ask(fn: Callable[..., Result], *args: Any) -> Result:
            return await self._ask(client, worker, fn, *args)

        pictures = packed(await ask(in_cluster.lacking, places_of(folder.plan().data.source)))
        given = [await _sent(client, to_go_on(folder)), await _sent(client, pictures)]
        call, only = (in_cluster.attend, key, self._megabytes, fn, *given), {"workers": [worker]}
        task: DaskFuture[list[Change]] = client.submit(*call, key=f"convscope-training-{key}", pure=False, **only)
        here = Carried(folder.path)
        try:
            while not task.done():
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
                here.take(await ask(in_cluster.exchange, key, folder.ordered()))
            here.take(await task)
        finally:
            if client.status == _RUNNING:
                with suppress(*_BROKEN, LookupError):
                    await ask(in_cluster.end, key)
                    await task.cancel()

    async def _ask(self, client: Client, worker: str, fn: Callable[..., Result], *args: Any) -> Result:
        """Call a function in a worker, whatever that is at; raises LookupError where it is gone."""
        asked = asyncio.ensure_future(client.run(fn, *args, workers=[worker]))
        while not (await asyncio.wait([asked], timeout=_SECONDS_BETWEEN_COUNTS))[0]:
            if worker not in self._memory:  # Dask itself goes on to knock for half a minute
                asked.cancel()
                raise LookupError(worker)
        answers: dict[str, Result] = await asked
        return answers[worker]


class ClusterTrainings:
    """Takes trainings to a cluster, as an executor does: each goes on beside one of its workers.

    Its machines need not see the folder of a training; what changes in it is carried.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def submit(self, fn: Callable[[str], None], /, path: str) -> "Future[None]":
        """Do the fit of a folder; to cancel the future ends it at once."""
        return self._cluster.run(self._cluster.train(fn, path))


async def _sent(client: Client, value: Any, digest: str | None = None) -> "DaskFuture[Any]":
    """Bring a value into the cluster, under its content where it is known; it stays as long as somebody holds it."""
    name = f"convscope-content-{digest or uuid4().hex}"
    return (await client.scatter({name: value}))[name]


async def _end(client: Client, task: "DaskFuture[Any]") -> None:
    """Take work away, and restart the worker that has it: one that hangs would hold its place for ever."""
    with suppress(*_BROKEN):
        at_it = [worker for worker, keys in (await client.processing()).items() if task.key in keys]
        await task.cancel()
        await client.restart_workers(at_it, timeout=PATIENCE, raise_for_error=False)


def _is_lost(client: Client | None, error: BaseException) -> bool:
    """Say whether something failed because the connection did, or a worker, and not by itself."""
    return client is None or client.status != _RUNNING or isinstance(error, (*_LOST, *_BROKEN))


def _shall_end() -> bool:
    """Say whether the coroutine was cancelled from outside, and not what it waits for, which was lost."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _digest(argument: "np.ndarray[Any, Any] | bytes") -> str:
    """Return the SHA-256 of what an argument is."""
    told = sha256(argument if isinstance(argument, bytes) else np.ascontiguousarray(argument).data)
    if isinstance(argument, np.ndarray):
        told.update(f"{argument.shape} {argument.dtype.str}".encode())
    return told.hexdigest()


def _size(argument: Any) -> int:
    """Return the bytes of what may be large; 0 of all else."""
    if isinstance(argument, np.ndarray):
        return argument.nbytes
    return len(argument) if isinstance(argument, bytes) else 0
