"""How long everybody else waits while somebody does the largest things that a page allows.

Another process asks the server whether it is well, again and again: it waits as long as the server's own process can do
nothing else, at its longest stretch.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice

import numpy as np
from load.pictures import photograph
from load.student import Student

from bench.measure import Goal, Result
from bench.servers import ROOT, Server, running
from cnn_core.layers import Activation, BatchNormalization, Conv2D, Input
from cnn_core.models.kept_files import keep_file
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.links import write_link
from cnn_core.network.network import Network
from cnn_core.numerics.grids import grid_text
from cnn_core.pictures.read import MAX_SIDE_KEPT

BOUND = 0.3
GOAL = Goal("others' longest wait beside the largest design, file, kernel or occlusion", "300 ms", within=1)
OCCLUSION_SECONDS = 15.0
"""Of the hours that it takes in all."""

REST_SECONDS = 5.0

_ASKING = """
import http.client, sys, threading, time
server = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
ended, longest = threading.Event(), 0.0

def ask():
    began = time.perf_counter()
    server.request("GET", "/_stcore/health")
    server.getresponse().read()
    return time.perf_counter() - began

ask()
print("ready", flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), ended.set())).start()
while not ended.wait(0.01):
    longest = max(longest, ask())
print(longest)
"""


@dataclass
class Stretch:
    """What a large thing cost: the longest wait of somebody else, the server's processor time, and how long it took."""

    wait: float = 0.0
    cpu: float = 0.0
    seconds: float = field(default_factory=time.perf_counter)

    def row(self, what: str) -> str:
        return f"{what:<58} wait {self.wait * 1e3:6.0f} ms   CPU {self.cpu * 1e3:7.0f} ms   in {self.seconds:6.1f} s"


@contextmanager
def _watched(server: Server) -> Iterator[Stretch]:
    """Measure what is done meanwhile."""
    asking = subprocess.Popen(
        [sys.executable, "-c", _ASKING, str(server.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert asking.stdout is not None
    asking.stdout.readline()
    stretch, before = Stretch(), server.cpu_seconds()
    try:
        yield stretch
    finally:
        stretch.wait = float(asking.communicate()[0])
        stretch.cpu, stretch.seconds = server.cpu_seconds() - before, time.perf_counter() - stretch.seconds


Act = Callable[[Student], Awaitable[None]]


async def _visit(server: Server, page: str, query: str, act: Act) -> Stretch:
    """Do something on a page, and then leave it."""
    student = await Student.at(server.url, page)
    student.query = query
    with _watched(server) as stretch:
        await act(student)
    await student.leave()
    return stretch


def measure() -> Result:
    """Do one after the other."""
    with running(ROOT) as server:
        server.wait_for_port()
        stretches = asyncio.run(_all(server))
    worst = max(stretches, key=lambda what: stretches[what].wait)
    ratio = GOAL.ratio(stretches[worst].wait, BOUND)
    ours_ms, theirs_ms = stretches[worst].wait * 1e3, BOUND * 1e3
    details = tuple(stretch.row(what) for what, stretch in stretches.items())
    return Result(
        GOAL.what, GOAL.against, ours_ms, theirs_ms, ratio, GOAL.wanted, GOAL.met(ratio, ours_ms), worst, details
    )


async def _all(server: Server) -> dict[str, Stretch]:
    design, kernel = _deep(), grid_text(np.random.default_rng(0).integers(-9, 10, (7, 7)))
    file = keep_file(design.to_json().encode())
    await _visit(server, "Feature_maps", "", Student.open)  # what only the first visitor costs
    return {
        what: await _visit(server, page, query, act)
        for what, page, query, act in (
            (f"nothing for {REST_SECONDS:g} s", "Feature_maps", "", _rest),
            (f"a design of {MOST_LAYERS:,} layers", "Design_a_network", f"network={write_link(design)}", Student.open),
            (f"a file of {MOST_LAYERS:,} layers", "Feature_maps", f"model=file:{file}:", Student.open),
            (
                f"a 7×7 kernel on 32×32 numbers and {MAX_SIDE_KEPT}×{MAX_SIDE_KEPT} pixels",
                "Convolution",
                f"rows=32&columns=32&grid=noise&weights={kernel}&open=picture",
                _give_the_largest,
            ),
            (
                f"occlusion pixel by pixel, {OCCLUSION_SECONDS:g} s of it",
                "Feature_maps",
                "model=mobilenet_v2&ask=decision&method=occlusion&patch=1&patch_stride=1",
                _cover,
            ),
        )
    }


def _deep() -> Network:
    """Return a network with as many layers as are read, of which no two that follow each other are equal."""
    kinds = (Conv2D(4, 3, padding="same"), BatchNormalization(), Activation("relu"), Conv2D(8, 1))
    return Network.of(Input((32, 32, 3)), *islice(cycle(kinds), MOST_LAYERS - 1))


async def _rest(_student: Student) -> None:
    """Do nothing: the longest wait says how busy the machine is with other things."""
    await asyncio.sleep(REST_SECONDS)


async def _give_the_largest(student: Student) -> None:
    await student.open()
    await student.give("large.jpg", photograph(1, MAX_SIDE_KEPT, MAX_SIDE_KEPT))


async def _cover(student: Student) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(OCCLUSION_SECONDS):
            await student.open()
