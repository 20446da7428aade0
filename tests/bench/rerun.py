"""Processor time of a rerun of the Feature maps page, against the same page with TensorFlow in Streamlit's process.

That one runs as Streamlit comes, with a garbage collection after each run, which ConvScope's settings turn off.
"""

from collections import Counter
from time import sleep

from bench.measure import Goal, Result, in_turns
from bench.servers import ROOT, WITH_TENSORFLOW, Server, running
from bench.visitor import Elements, Visitor

GOAL = Goal(
    "CPU of a rerun of the Feature maps page, nothing changed",
    "the same page with TensorFlow in Streamlit's process, as Streamlit comes",
    faster=10,
    below_ms=50,
)
ROUNDS = 5
RERUNS = 20
MAPS_AND_MAP = 3
"""Components of a page that is complete: the network, the open layer's maps, the open map."""
PAUSE = 0.05
"""Seconds after each rerun: what Streamlit tidies up once a page has ended belongs to it."""


def measure() -> Result:
    """Start both servers, wait until their pages are complete, then run the pages again in turns."""
    with (
        running(ROOT, CONVSCOPE_WORKERS="1") as plain,
        running(ROOT, WITH_TENSORFLOW, CONVSCOPE_WORKERS="1", STREAMLIT_RUNNER_POST_SCRIPT_GC="true") as heavy,
        _complete_page(plain) as ours,
        _complete_page(heavy) as theirs,
    ):
        pairs = in_turns(lambda: _cpu_of_a_rerun(plain, ours), lambda: _cpu_of_a_rerun(heavy, theirs), ROUNDS)
        idle = _cpu_while_idle(plain, RERUNS * PAUSE) * 1e3
        count = len(ours.run())
    note = (
        f"{ROUNDS}×{RERUNS} reruns of {count} elements; Streamlit's own process; idle it takes {idle:.0f} ms a second"
    )
    return pairs.result(GOAL, note, (pairs.spread(GOAL),))


def _complete_page(server: Server) -> Visitor:
    """Open the page and stay until everything is drawn: a rerun after that computes nothing."""
    server.wait_for_port()
    visitor = Visitor.at(server.url, "Feature_maps")
    drawn = visitor.run()
    if Counter(kind for kind, _ in drawn)["bidi_component"] < MAPS_AND_MAP or _shape(visitor.run()) != _shape(drawn):
        raise RuntimeError(f"The page did not draw its maps.\n{server.read_log()}")
    return visitor


def _shape(elements: Elements) -> list[str]:
    return [kind for kind, _ in elements]


def _cpu_of_a_rerun(server: Server, visitor: Visitor) -> float:
    """Return the mean of many, since the system counts processor time in steps of 10 ms."""
    before = server.cpu_seconds()
    for _ in range(RERUNS):
        visitor.run()
        sleep(PAUSE)
    return (server.cpu_seconds() - before) / RERUNS


def _cpu_while_idle(server: Server, seconds: float) -> float:
    before = server.cpu_seconds()
    sleep(seconds)
    return (server.cpu_seconds() - before) / seconds
