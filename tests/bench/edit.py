"""Processor time of an edit of 200 layers on the page Design a network, against a rerun of a one-line page.

Each edit gives a convolution in the first half other filters, so that the figures of all layers behind it are new.
"""

from time import sleep
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.WidgetStates_pb2 import WidgetState

from bench.first_paint import one_line_app
from bench.measure import Goal, Result, in_turns
from bench.servers import ROOT, Server, running
from bench.visitor import Elements, Visitor
from cnn_core.layers import Conv2D
from cnn_core.network.editing import place, replace
from cnn_core.network.line import read_line
from cnn_core.network.links import write_link
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from pages.ui.design.parts.which import PARTS

GOAL = Goal(
    "CPU of an edit of 200 layers on Design a network",
    "a rerun of a one-line Streamlit page",
    within=15,
    below_ms=50,
)
PAGE = "Design_a_network"
LINE = (
    "96x96x3-C64k7s2nblin-B-R-P3s2-"
    "8*(-> C64k1nblin-B-R-C64nblin-B-R-C256k1nblin-B | C256k1nblin-B -> +-R)-"
    "8*(-> C128k1nblin-B-R-C128nblin-B-R-C512k1nblin-B | C512k1nblin-B -> +-R)-GA-D100-D10sm"
)
EDITED = "conv2d_1"
"""The first convolution of a bottleneck: whatever its filters, the network fits together."""
TITLES = {part.title: f":material/{part.icon}: {part.title}" for part in PARTS.values()}
"""What the page's choice of parts says, by their titles."""
EDITS = 10
PAUSE = 0.05
"""Seconds after each edit: what Streamlit tidies up once a page has ended belongs to it."""


def measure() -> Result:
    """Edit ten times with each part of the page open, and run the plain page as often."""
    took = dict[str, float]()
    left = list(TITLES)
    with (
        one_line_app() as folder,
        running(ROOT, CONVSCOPE_WORKERS="1") as server,
        running(folder) as plain,
        opened(server, address()) as ours,
        opened(plain, "") as theirs,
    ):
        choose(ours, "layer_field", _shown_name())

        def edits() -> float:
            part = left.pop(0)
            took[part] = _cpu_of_an_edit(server, ours, part)
            return took[part]

        pairs = in_turns(edits, lambda: _cpu_of_a_rerun(plain, theirs), len(TITLES), discard=0)

    each = ", ".join(f"{part} {one * 1e3:.0f} ms" for part, one in took.items())
    slowest = max(took.values()) * 1e3
    fine = GOAL.below_ms is None or slowest < GOAL.below_ms
    note = f"the median; by the part that is open: {each}"
    return pairs.result(GOAL, note, (pairs.spread(GOAL),), fine=fine)


def opened(server: Server, query: str) -> Visitor:
    """Return a visitor to whom the page is drawn."""
    server.wait_for_port()
    visitor = Visitor.at(server.url, PAGE if query else "")
    visitor.query = query
    visitor.run()
    return visitor


def choose(visitor: Visitor, field: str, value: Any) -> Elements:
    """Put something into a field of the page as a person would, and let what it is in run; return what that draws."""
    (widget,) = (widget for widget in visitor.widgets if widget.id.endswith(f"-{field}"))
    _put(widget, value)
    return visitor.run(visitor.fragments[widget.id])


def _put(widget: WidgetState, value: Any) -> None:
    kind = str(widget.WhichOneof("value"))
    if kind == "string_array_value":
        widget.string_array_value.data[:] = [value]
    else:
        setattr(widget, kind, value)


def address() -> str:
    """Return what the page's address says of the network."""
    return urlencode({"design": "own", "network": write_link(network(64))})


def _shown_name() -> str:
    """Return how the page's choice of layers writes the edited one."""
    return f"{place(network(64), EDITED) + 1}. {EDITED}"


def network(filters: int) -> Network:
    """Return the network after an edit."""
    return replace(read_line(LINE), EDITED, Conv2D(filters, 1, use_bias=False))


def _cpu_of_an_edit(server: Server, visitor: Visitor, part: str) -> float:
    """Return the mean of several, since the system counts processor time in steps of 10 ms."""
    choose(visitor, "part_field", TITLES[part])
    first = 65 + list(TITLES).index(part) * (EDITS + 1)
    _edit(visitor, first)  # loads what the part uses
    before = server.cpu_seconds()
    for filters in range(first + 1, first + 1 + EDITS):
        _edit(visitor, filters)
        sleep(PAUSE)
    taken = (server.cpu_seconds() - before) / EDITS
    (choice,) = (widget for widget in visitor.widgets if widget.id.endswith("-part_field"))
    if list(choice.string_array_value.data) != [TITLES[part]]:
        raise RuntimeError(f"The page does not show the part {part}.")
    return taken


def _edit(visitor: Visitor, filters: int) -> None:
    """Give the layer so many filters; raises RuntimeError where the page does not show the new figures."""
    shown = [str(element.body) for kind, element in choose(visitor, "filters_field", filters) if kind == "html"]
    parameters = f"{summarize(network(filters)).parameters:,}"
    if not any(parameters in text for text in shown):
        raise RuntimeError(f"With {filters} filters the page does not show {parameters} parameters.")


def _cpu_of_a_rerun(server: Server, visitor: Visitor) -> float:
    before = server.cpu_seconds()
    for _ in range(EDITS):
        visitor.run()
        sleep(PAUSE)
    return (server.cpu_seconds() - before) / EDITS
