"""Send a class to one server on this machine and print what it waited for: `python tests/load/run.py --sessions 100`.

A teacher opens the page and drops a picture on it. Then everybody opens it at once, drops a picture of their own at
once, and changes the layer at once; the class goes on for a while with pauses for thought, and leaves. The run is
bounded in sessions and time, and goes nowhere but to the server that it started itself.
"""

import argparse
import asyncio
import math
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Protocol

_TESTS = Path(__file__).resolve().parents[1]
if __name__ == "__main__":  # as a script: Python knows this folder then, instead of those above it
    sys.path[:1] = [str(_TESTS), str(_TESTS.parent)]

import psutil  # noqa: E402 - found by way of the lines above
from bench.servers import ROOT, running  # noqa: E402

from load.pictures import photograph  # noqa: E402
from load.student import PageError, Student  # noqa: E402

PAGE = "Feature_maps"
_IDLE = 0.1
"""Seconds of processor time that processes take in a second and are called idle still."""
PATIENCE = 120.0
"""Seconds after which a student has waited too long: that is a stall."""
_ALL_LEFT = 180.0
"""Seconds that the server gets to forget those who left: Streamlit keeps a session for two minutes."""


class Served(Protocol):
    """A server that runs, with its own process."""

    @property
    def url(self) -> str: ...

    @property
    def process(self) -> Any: ...


@dataclass
class Waits:
    """What the students of a class waited for one kind of thing, in seconds."""

    HEADING: ClassVar[str] = f"{'what':34}{'times':>7}{'median':>9}{'95 %':>9}{'longest':>9}{'errors':>8}{'stalled':>9}"

    what: str
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stalled: int = 0

    async def measure(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do something as one student and note how long it took, or that it failed or never came."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                await act()
        except TimeoutError:
            self.stalled += 1
        except (PageError, OSError, EOFError) as error:
            self.errors.append(f"{type(error).__name__}: {error}")
        else:
            self.seconds.append(time.monotonic() - began)

    def share(self, of: float) -> float:
        """Return the seconds within which that share of the waits was over, by the nearest rank."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(of * len(ordered)))] if ordered else float("nan")

    def row(self) -> str:
        """Return a line of the table."""
        waits = "".join(f"{self.share(of):9.2f}" for of in (0.5, 0.95, 1.0))
        return f"{self.what:34}{len(self.seconds):7}{waits}{len(self.errors):8}{self.stalled:9}"


@dataclass
class Lesson:
    """A class at work: what it waited for, and what that cost.

    Attributes:
        server_cpu: seconds of processor time of the server's own process, by what it was for.
        memory: megabytes of the server's own process, by when.
    """

    waits: list[Waits] = field(default_factory=list)
    server_cpu: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    @property
    def errors(self) -> list[str]:
        return [error for waits in self.waits for error in waits.errors]

    @property
    def stalled(self) -> int:
        return sum(waits.stalled for waits in self.waits)

    def report(self, sessions: int) -> str:
        """Return all as a table."""
        each = (f"  {what}: {cpu / sessions * 1e3:.0f} ms" for what, cpu in self.server_cpu.items())
        memory = (f"  {when}: {megabytes:.0f} MB" for when, megabytes in self.memory.items())
        lines = [
            Waits.HEADING,
            *(waits.row() for waits in self.waits),
            "",
            "CPU of the server's process, a session:",
            *each,
        ]
        return "\n".join([*lines, "Memory of the server's process:", *memory, *sorted(set(self.errors))])


async def teach(server: Served, sessions: int, seconds: float, think: float, stay: float = _ALL_LEFT) -> Lesson:
    """Let a class of so many work for a while; return what it waited for.

    Args:
        seconds: how long it goes on after the first pictures and layers.
        think: seconds between two clicks of one student, half to one and a half times as long.
        stay: seconds between the end of the lesson and the last look at the server's memory.
    """
    lesson = Lesson(memory={"before": megabytes(server)})
    teacher = await Student.at(server.url, PAGE)
    first = Waits("a teacher's first picture")
    lesson.waits.append(first)
    await teacher.open()
    await first.measure(partial(teacher.give, "teacher.jpg", photograph(sessions)))
    await _until_idle(server)
    students = await asyncio.gather(*(Student.at(server.url, PAGE) for _ in range(sessions)))
    pictures = [photograph(seed) for seed in range(sessions)]

    async def all_at_once(what: str, act: Callable[[int, Student], Awaitable[None]]) -> None:
        waits, before = Waits(what), cpu_seconds(server)
        lesson.waits.append(waits)
        await asyncio.gather(*(waits.measure(partial(act, i, student)) for i, student in enumerate(students)))
        lesson.server_cpu[what] = cpu_seconds(server) - before

    await all_at_once("the page, at once", lambda _i, student: student.open())
    await all_at_once("the first picture, at once", lambda i, student: student.give(f"{i}.jpg", pictures[i]))
    await all_at_once("a layer, at once", lambda i, student: next_layer(student, Random(i)))
    lesson.memory["in the lesson"] = megabytes(server)
    layers, again = Waits("a layer, with time to think"), Waits("a picture, with time to think")
    lesson.waits += [layers, again]
    ends = time.monotonic() + seconds
    await asyncio.gather(*(_work(student, i, ends, think, layers, again) for i, student in enumerate(students)))
    lesson.memory["at its end"] = megabytes(server)
    await asyncio.gather(*(student.leave() for student in (teacher, *students)))
    await asyncio.sleep(stay)
    lesson.memory[f"{stay:.0f} s after all have left"] = megabytes(server)
    return lesson


async def _work(student: Student, number: int, ends: float, think: float, layers: Waits, again: Waits) -> None:
    """Be one student with time: mostly another layer, now and then another picture."""
    chance = Random(number)
    while True:
        await student.settle(ends)
        await asyncio.sleep(min(think * chance.uniform(0.5, 1.5), max(0.0, ends - time.monotonic())))
        if time.monotonic() >= ends:
            return
        if chance.random() < 0.2:
            picture = photograph(chance.randrange(1_000, 1_000_000))
            await again.measure(partial(student.give, "again.jpg", picture))
        else:
            await layers.measure(partial(next_layer, student, chance))


async def next_layer(student: Student, chance: Random) -> None:
    """Open a layer of the network, whichever."""
    network = student.find("network")
    if network is None:
        raise PageError("The page shows no network.")
    nodes = [node["layer"] for node in network.data["nodes"]]
    await student.pick_layer(chance.choice(nodes))


async def _until_idle(server: Served) -> None:
    """Wait until the workers have started: what they do for that they do before the class comes."""
    async with asyncio.timeout(PATIENCE):
        before = -math.inf
        while (now := _cpu_seconds_of_children(server)) - before > _IDLE:
            before = now
            await asyncio.sleep(1)


def _cpu_seconds_of_children(server: Served) -> float:
    seconds = 0.0
    for child in psutil.Process(server.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            seconds += times.user + times.system
    return seconds


def cpu_seconds(server: Served) -> float:
    """Return the processor time that the server's own process has taken."""
    times = psutil.Process(server.process.pid).cpu_times()
    return float(times.user + times.system)


def megabytes(server: Served) -> float:
    """Return what the server's own process takes of the memory."""
    return float(psutil.Process(server.process.pid).memory_info().rss) / 2**20


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code says whether somebody met an error or waited in vain."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sessions", type=int, default=100, choices=range(1, 301), metavar="1…300")
    parser.add_argument("--seconds", type=float, default=600.0, help="of the lesson after the first clicks")
    parser.add_argument("--think", type=float, default=15.0, help="seconds between two clicks of one student")
    parser.add_argument("--stay", type=float, default=_ALL_LEFT, help="seconds until the last look at the memory")
    chosen = parser.parse_args(arguments)
    with running(ROOT) as server:
        server.wait_for_port()
        lesson = asyncio.run(teach(server, chosen.sessions, min(chosen.seconds, 3600.0), chosen.think, chosen.stay))
    print(lesson.report(chosen.sessions))
    return 1 if lesson.errors or lesson.stalled else 0


if __name__ == "__main__":
    sys.exit(main())
