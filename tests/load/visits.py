"""Let sessions come and go at one server and print what its memory becomes: `python tests/load/visits.py --visits 500`.

Each opens a page, gives it a picture where no TensorFlow is needed for that, and leaves; the next one opens the next
page. The server's own process grows until its caches are full and as many closed sessions are held as Streamlit holds;
from then on it must not.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
if __name__ == "__main__":  # as a script: Python knows this folder then, instead of those above it
    sys.path[:1] = [str(_TESTS), str(_TESTS.parent)]

from bench.servers import ROOT, running  # noqa: E402 - found by way of the lines above

from load.pictures import photograph  # noqa: E402
from load.run import PATIENCE, Served, cpu_seconds, megabytes  # noqa: E402
from load.student import Student  # noqa: E402

PAGES = (
    *("", "Course", "Feature_maps", "Design_a_network", "Convolution"),
    *("Pooling_and_stride", "Train", "Neuron", "Tasks"),
)
TAKE_PICTURES = ("Convolution", "Pooling_and_stride")
"""Pages that compute in the server's own process what they show of a picture."""
BETWEEN_LOOKS = 100
"""Visits."""


@dataclass(frozen=True)
class Look:
    """What the server's own process takes after so many visits.

    Attributes:
        megabytes: the least since the look before, for what a visit takes while it lasts does not count.
        cpu: seconds of its processor time that a visit took since the look before.
    """

    visits: int
    megabytes: float
    cpu: float

    def row(self, before: "Look | None") -> str:
        """Return a line of the table."""
        more = f"{self.megabytes - before.megabytes:+12.1f}" if before else 12 * " "
        return f"{self.visits:8}{self.megabytes:10.1f}{more}{self.cpu * 1e3:16.0f}"


HEADING = f"{'visits':>8}{'MB':>10}{'more MB':>12}{'CPU of each, ms':>16}"


async def come_and_go(server: Served, visits: int, between: int = BETWEEN_LOOKS) -> AsyncIterator[Look]:
    """Let so many sessions come and go, one after the other; yield what the server takes from time to time."""
    before, taken = cpu_seconds(server), [megabytes(server)]
    for number in range(visits):
        if number % between == 0:
            yield Look(number, min(taken), (cpu_seconds(server) - before) / between)
            before, taken = cpu_seconds(server), []
        async with asyncio.timeout(PATIENCE):
            await _visit(server, number)
        taken.append(megabytes(server))
    yield Look(visits, min(taken), (cpu_seconds(server) - before) / between)


async def _visit(server: Served, number: int) -> None:
    page = PAGES[number % len(PAGES)]
    student = await Student.at(server.url, page)
    await student.open()
    if page in TAKE_PICTURES:
        await student.give(f"{number}.jpg", photograph(number))
    await student.again()
    await student.leave()


async def _print(server: Served, visits: int) -> None:
    last = None
    print(HEADING)
    async for look in come_and_go(server, visits):
        print(look.row(last), flush=True)
        last = look


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--visits", type=int, default=500, choices=range(1, 10_001), metavar="1…10000")
    chosen = parser.parse_args(arguments)
    with running(ROOT) as server:
        server.wait_for_port()
        asyncio.run(_print(server, chosen.visits))


if __name__ == "__main__":
    main()
