"""Processor time of the server's own process for a layer that nobody opened before."""

from load.student import Student

from bench.measure import Goal, Result
from bench.students import give, measured

GOAL = Goal(
    "server's CPU of another layer",
    "a run of the page in which nothing changed",
    within=1,
    below_ms=30,
)


def measure() -> Result:
    """Open some layers of each of several photographs; the workers' time is not counted."""
    return measured(GOAL, _next_layer, lambda student, number: give(student, 1000 + number))


async def _next_layer(student: Student, number: int) -> None:
    network = student.find("network")
    if network is None:
        raise RuntimeError("The page shows no network.")
    layers = [node["layer"] for node in network.data["nodes"]]
    await student.pick_layer(layers[1 + number % (len(layers) - 1)])
