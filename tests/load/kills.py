"""Let a class work at a server whose processes are killed meanwhile: `python tests/load/kills.py --sessions 20`.

After a while one of the processes that compute is ended as by a power cut, then a training, then the server itself,
which is started anew at the same address. Beside the class one tab designs a network and one trains; both come back to
what they had. Printed is what the class waited for, how many readers met a sentence, and what was lost.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlencode

_TESTS = Path(__file__).resolve().parents[1]
if __name__ == "__main__":  # as a script: Python knows this folder then, instead of those above it
    sys.path[:1] = [str(_TESTS), str(_TESTS.parent)]

import psutil  # noqa: E402 - found by way of the lines above
from bench.servers import ROOT, Server, running  # noqa: E402
from websockets.exceptions import ConnectionClosed  # noqa: E402

from cnn_core.network.line import read_line  # noqa: E402
from cnn_core.network.links import write_link  # noqa: E402
from cnn_core.training.run_folder import RunFolder  # noqa: E402
from cnn_core.training.so_far import SoFar  # noqa: E402
from load.pictures import photograph  # noqa: E402
from load.run import PAGE, PATIENCE, Waits, next_layer  # noqa: E402
from load.student import PageError, Student  # noqa: E402

WORKER, TRAINING = "loky.backend.popen_loky", "cnn_core.processes.alone"
"""By which processes are known, in their command lines."""
WORKER_DIED = "The process that runs the model has stopped"
NOBODY_TRAINS = "This training has ended early"
WHEN = (0.2, 0.45, 0.7)
"""Shares of the lesson after which a worker, a training and the server are killed."""
DESIGN = "28x28x1-C32-P2-C64-P2-F-D100-D10sm"
TRAIN = {"train_on": "shapes", "per_class": 400, "picture_side": 64, "train_epochs": 200}
EPOCHS = 3
"""So many are trained before a training is killed, and as many after it."""
_MOST_TRIES = 5
"""A worker that is killed may just have nothing to do."""
_BETWEEN = 0.3
"""Seconds between two looks at what somebody waits for here."""


class MortalServer:
    """A server that is killed and started anew at the same address.

    Args:
        folder: what is trained lies there.
    """

    def __init__(self, folder: Path, open_servers: ExitStack) -> None:
        self._folder, self._open_servers = folder, open_servers
        self._server = self._started()
        self.url = self._server.url

    def processes(self, known_by: str) -> list[psutil.Process]:
        """Return its children that are known by some words."""
        children = psutil.Process(self._server.process.pid).children(recursive=True)
        return [child for child in children if known_by in _command(child)]

    def family(self) -> list[psutil.Process]:
        family: list[psutil.Process] = psutil.Process(self._server.process.pid).children(recursive=True)
        return family

    def kill(self) -> None:
        """End its own process, and no other."""
        self._server.process.kill()
        self._server.process.wait()

    def start_again(self) -> None:
        self._server = self._started(self._server.port)

    def _started(self, port: int = 0) -> Server:
        started = running(ROOT, port=port, CONVSCOPE_RUNS=str(self._folder))
        server = self._open_servers.enter_context(started)
        server.wait_for_port()
        return server


@dataclass
class Fate:
    """What became of a class whose processes were killed.

    Attributes:
        heard: by what was killed, how many readers met a sentence about it.
        lost: what was lost, or else went wrong; empty where all is well.
    """

    layers: Waits = field(default_factory=lambda: Waits("a layer, with time to think"))
    pictures: Waits = field(default_factory=lambda: Waits("a picture, with time to think"))
    back: Waits = field(default_factory=lambda: Waits("back at the server started anew"))
    heard: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def waits(self) -> tuple[Waits, ...]:
        return self.layers, self.pictures, self.back

    @property
    def is_well(self) -> bool:
        return not self.lost and not any(waits.errors or waits.stalled for waits in self.waits)

    def hear(self, killed: str) -> None:
        self.heard[killed] = self.heard.get(killed, 0) + 1

    def report(self) -> str:
        """Return all as a table."""
        heard = (f"  {killed}: {readers}" for killed, readers in self.heard.items())
        errors = {error for waits in self.waits for error in waits.errors}
        lines = [Waits.HEADING, *(waits.row() for waits in self.waits), "", "Readers who met one sentence:", *heard]
        return "\n".join([*lines, "Lost: " + ("; ".join(self.lost) or "nothing"), *sorted(errors)])


async def survive(server: MortalServer, folder: Path, sessions: int, seconds: float, think: float) -> Fate:
    """Let a class work for a while, during which three processes are killed; return what became of it.

    Args:
        folder: where trainings lie.
        think: seconds between two clicks of one student, half to one and a half times as long.
    """
    fate = Fate()
    designer, trainer = await _designing(server.url), await _Trainer.begun(server.url, folder, fate)
    students = await asyncio.gather(*(Student.at(server.url, PAGE) for _ in range(sessions)))
    await asyncio.gather(*(student.open() for student in students))
    began = time.monotonic()

    def is_time(share: float) -> bool:
        return time.monotonic() > began + share * seconds

    async with asyncio.TaskGroup() as working:
        over = asyncio.Event()
        for number, student in enumerate(students):
            working.create_task(_work(student, number, think, over, fate))

        fate.heard["a worker"] = 0
        for _ in range(_MOST_TRIES):
            await _wait_until(lambda: is_time(WHEN[0]) and any(student.saying for student in students))
            server.processes(WORKER)[0].kill()
            await asyncio.sleep(think)
            if fate.heard["a worker"]:
                break

        await _wait_until(lambda: is_time(WHEN[1]))
        await trainer.has_learned()
        (training,) = server.processes(TRAINING)
        training.kill()
        await trainer.go_on("a training")

        await _wait_until(lambda: is_time(WHEN[2]))
        await trainer.has_learned()
        left = server.family()
        server.kill()
        server.start_again()
        await fate.back.measure(partial(_come_back, designer, fate))
        await trainer.come_back()
        await trainer.go_on("the server")
        await _wait_until(lambda: is_time(1))
        over.set()

    await trainer.end()
    _gone, alive = psutil.wait_procs(left, timeout=PATIENCE)
    fate.lost += [f"left behind by the server that was killed: {_command(process)}" for process in alive]
    await asyncio.gather(*(student.leave() for student in (*students, designer)))
    return fate


async def _work(student: Student, number: int, think: float, over: asyncio.Event, fate: Fate) -> None:
    """Be one student with time: mostly another layer, now and then another picture; a last layer once it is over."""
    chance = Random(number)
    while not over.is_set():
        if chance.random() < 0.3:
            picture = photograph(chance.randrange(1_000, 1_000_000))
            await _do(student, fate.pictures, partial(student.give, "mine", picture), fate)
        else:
            await _do(student, fate.layers, partial(next_layer, student, chance), fate)
        with suppress(TimeoutError):
            async with asyncio.timeout(think * chance.uniform(0.5, 1.5)):
                await over.wait()
    await _do(student, fate.layers, partial(next_layer, student, chance), fate)


async def _do(student: Student, waits: Waits, act: Callable[[], Awaitable[None]], fate: Fate) -> None:
    """Do something, and come back where the server has died; what was clicked meanwhile is clicked again, or not."""
    try:
        await waits.measure(partial(_tried, student, act, fate))
    except ConnectionClosed:
        await fate.back.measure(partial(_come_back, student, fate))


async def _tried(student: Student, act: Callable[[], Awaitable[None]], fate: Fate) -> None:
    """Do something, and try again where the process that computed has died."""
    await act()
    if student.alerts:
        _hear(student, WORKER_DIED, "a worker", fate)
        await student.press("Try again")
        if student.alerts:
            raise PageError(f"It was tried again in vain: {student.alerts}")


def _hear(student: Student, sentence: str, killed: str, fate: Fate) -> None:
    """Note that a reader met the sentence about what was killed, once."""
    if sum(sentence in said for said in student.alerts) != 1:
        raise PageError(f"Of {killed} that was killed the page says: {student.alerts}")
    fate.hear(killed)


async def _come_back(student: Student, fate: Fate) -> None:
    """Connect until the server answers, as a browser does; what the page had in its address is there again."""
    opened, designed = parse_qs(student.query).get("layer"), _designed(student)
    while True:
        try:
            await student.come_back()
            break
        except (OSError, ConnectionClosed):
            await asyncio.sleep(_BETWEEN)
    network = student.find("network")
    shown = [network.data["selected"]] if opened and network is not None else opened
    if (shown, _designed(student), student.alerts) != (opened, designed, []):
        fate.lost.append(f"of {opened} {designed}: {shown} {_designed(student)} {student.alerts}")


def _designed(student: Student) -> list[str]:
    """Return the layers of the network that is designed on a page; none where none is."""
    table = student.find("layer_table")
    return [] if table is None else [row["name"] for row in table.data["rows"]]


async def _designing(url: str) -> Student:
    """Return a tab in which a network is designed, a layer of it just now."""
    student = await Student.at(url, "Design_a_network")
    student.query = urlencode({"design": "own", "network": write_link(read_line(DESIGN))})
    await student.open()
    before = _designed(student)
    await student.tell(
        "layer_table", "said", [{"number": 1, "what": "duplicate", "name": before[1], "names": before[1:3]}]
    )
    if len(_designed(student)) != len(before) + 2:
        raise PageError(f"Two layers of {before} were duplicated, and there are {_designed(student)}.")
    return student


@dataclass
class _Trainer:
    """A tab in which a network is trained.

    Attributes:
        name: by which the browser remembers who it is.
        epochs: the losses that were there when it was last looked at.
    """

    student: Student
    run: RunFolder
    name: str
    fate: Fate
    epochs: list[float] = field(default_factory=list)

    @classmethod
    async def begun(cls, url: str, folder: Path, fate: Fate) -> "_Trainer":
        """Return a tab in which a training has just begun."""
        student = await Student.at(url, "Train")
        student.query = urlencode(TRAIN)
        await student.open()
        person = student.find("person")
        assert person is not None
        await student.press("Train", waits=False)
        (key,) = parse_qs(student.query)["run"]
        return cls(student, RunFolder(folder / "fits" / key), person.data["name"], fate)

    def learned(self) -> list[float]:
        """Return the losses of the epochs up to now."""
        so_far = SoFar(self.run)
        so_far.read()
        return [epoch.loss for epoch in so_far.epochs]

    async def has_learned(self) -> None:
        """Wait until some epochs more are done."""
        wanted = len(self.epochs) + EPOCHS
        await _wait_until(lambda: len(self.learned()) >= wanted)
        self.epochs = self.learned()

    async def go_on(self, killed: str) -> None:
        """Meet the sentence, and let the training go on from where it was; all epochs but the last are there again."""
        async with asyncio.timeout(PATIENCE):
            # The process that held the folder may be about to end.
            while not any(NOBODY_TRAINS in said for said in self.student.alerts):
                await asyncio.sleep(_BETWEEN)
                await self.student.run()
        _hear(self.student, NOBODY_TRAINS, killed, self.fate)
        before = self.epochs[:-1]
        await self.student.press("Go on", waits=False)
        await self.has_learned()
        if self.epochs[: len(before)] != before:
            self.fate.lost.append(f"epochs of the training: {before}, then {self.epochs}")

    async def come_back(self) -> None:
        """Open the page again, in a browser that remembers who it is."""
        await self.student.come_back(waits=False)
        await self.student.tell("person", "known", self.name)

    async def end(self) -> None:
        """Stop the training, and leave."""
        await self.student.press("Stop", waits=False)
        await _wait_until(lambda: not self.run.is_held)
        await self.student.leave()


async def _wait_until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(10 * PATIENCE):
        while not condition():
            await asyncio.sleep(_BETWEEN)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@contextmanager
def mortal_server() -> Iterator[tuple[MortalServer, Path]]:
    """Start a server that may be killed; yields it and the folder of its trainings."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_servers:
        yield MortalServer(Path(folder), open_servers), Path(folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code says whether anything was lost, or somebody met an error or waited in vain."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sessions", type=int, default=100, choices=range(1, 301), metavar="1…300")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--think", type=float, default=5.0, help="seconds between two clicks of one student")
    chosen = parser.parse_args(arguments)
    with mortal_server() as (server, folder):
        fate = asyncio.run(survive(server, folder, chosen.sessions, min(chosen.seconds, 3600.0), chosen.think))
    print(fate.report())
    return 0 if fate.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
