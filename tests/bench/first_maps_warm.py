"""From an address to the first maps of MobileNetV2 on a server that has run for a while, against a one-line page."""

from bench.first_maps import ADDRESS, MAPS
from bench.first_paint import HEADING, one_line_app, open_browser, seconds_to_see
from bench.measure import Goal, Result, in_turns
from bench.servers import ROOT, running

GOAL = Goal("MobileNetV2's first maps on a running server", "a one-line Streamlit page", within=2)
ROUNDS = 7


def measure() -> Result:
    """Open both in turns, each in an empty browser; a picture without a record has let TensorFlow start before."""
    with open_browser() as browser, one_line_app() as plain, running(ROOT) as ours, running(plain) as theirs:
        ours.wait_for_port()
        theirs.wait_for_port()
        seconds_to_see(browser, ours, f"{ADDRESS}&picture=coffee", MAPS)
        pairs = in_turns(
            lambda: seconds_to_see(browser, ours, ADDRESS, MAPS),
            lambda: seconds_to_see(browser, theirs, "", HEADING),
            ROUNDS,
        )
    return pairs.result(GOAL, "in an empty browser each time", (pairs.spread(GOAL),))
