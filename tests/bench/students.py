"""What a click of a student costs the server's own process, beside a run of the page in which nothing changed."""

import asyncio
from collections.abc import Awaitable, Callable

from load.pictures import photograph
from load.student import Student

from bench.measure import Goal, Pairs, Result
from bench.servers import ROOT, Server, running

ROUNDS = 6
CLICKS = 5
"""Of each kind in a round: the system counts processor time in steps of 10 ms."""

Click = Callable[[Student, int], Awaitable[None]]
"""Does something as a student for the so manieth time."""


def measured(goal: Goal, click: Click, first: Click | None = None) -> Result:
    """Measure a click on the Feature maps page with all that comes of it; `first` is done before each round."""
    with running(ROOT) as server:
        server.wait_for_port()
        pairs = asyncio.run(_pairs(server, click, first))
    return pairs.result(goal, f"{ROUNDS}×{CLICKS} of each, Streamlit's own process", (pairs.spread(goal),))


async def _pairs(server: Server, click: Click, first: Click | None) -> Pairs:
    student = await Student.at(server.url, "Feature_maps")
    await student.open()
    await give(student, 0)  # which lets TensorFlow start
    ours, theirs = [], []
    for number in range(ROUNDS):
        if first is not None:
            await first(student, number)
        ours.append(await _cpu(server, student, click, number))
        theirs.append(await _cpu(server, student, lambda student, _number: student.again(), number))
    await student.leave()
    return Pairs(tuple(ours), tuple(theirs))


async def _cpu(server: Server, student: Student, click: Click, number: int) -> float:
    """Return the mean of a round in seconds."""
    before = server.cpu_seconds()
    for one in range(CLICKS):
        await click(student, number * CLICKS + one + 1)
        await student.settle()
    return (server.cpu_seconds() - before) / CLICKS


async def give(student: Student, number: int) -> None:
    """Drop another photograph on the page."""
    await student.give("photograph.jpg", photograph(number))
    await student.settle()
