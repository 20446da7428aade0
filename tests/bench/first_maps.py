"""From `streamlit run app.py` to the first maps of MobileNetV2 on the screen, against the heading of a one-line app."""

from bench.first_paint import HEADING, one_line_app, open_browser, seconds_from_start, see_workers
from bench.measure import Goal, Result, in_turns
from bench.servers import ROOT

GOAL = Goal("MobileNetV2's first maps after streamlit run app.py", "a one-line Streamlit app", within=2)
ROUNDS = 3
ADDRESS = "/Feature_maps?model=mobilenet_v2"
MAPS = ".picker img, .mosaic img"
"""All maps of the layer that opens, or one of them large."""


def measure() -> Result:
    """Start both apps in turns; the browser is open already, each page in it is new."""
    with open_browser() as browser, one_line_app() as plain:
        pairs = in_turns(
            lambda: seconds_from_start(browser, ROOT, ADDRESS, MAPS, see_workers),
            lambda: seconds_from_start(browser, plain, "", HEADING),
            ROUNDS,
        )
    note = "from the start of the process; TensorFlow, which these maps do not need, starts meanwhile"
    return pairs.result(GOAL, note, (pairs.spread(GOAL),))
