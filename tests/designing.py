"""The page "Design a network" without a browser: opened, edited and read."""

import json
import re
from typing import Any

from running import no_exception, run_page
from streamlit.testing.v1 import AppTest

from cnn_core.layers import Input, Layer
from cnn_core.network.network import Network

PAGE = "pages/2_Design_a_network.py"


def opened(own: Network | Layer | None = None, **query: str) -> AppTest:
    """Open the page, with a network of one's own where one is given."""
    at = run_page(PAGE, lang="en", **query)
    if isinstance(own, Layer):
        own = Network.of(Input((9, 9, 4)), own)
    return at if own is None else upload(at, own.to_json().encode())


def upload(at: AppTest, data: bytes) -> AppTest:
    return no_exception(at.file_uploader(key="design_file").upload("network.json", data, "application/json").run())


def components(at: AppTest) -> list[dict[str, Any]]:
    """Return what the page's own components are told."""
    return [json.loads(element.proto.json) for element in at.get("bidi_component")]


def table(at: AppTest) -> dict[str, Any]:
    """Return what the table of layers is told, each row with what it has in common with others."""
    data = next(data for data in components(at) if "rows" in data)
    return {**data, "rows": [{**data["alike"][row["alike"]], **row} for row in data["rows"]]}


def rows(at: AppTest, column: str) -> list[Any]:
    return [row.get(column) for row in table(at)["rows"]]


def totals(at: AppTest) -> list[str]:
    """Return the totals that stand above the table."""
    body = next(element.proto.body for element in at.get("html") if '"cs-totals"' in element.proto.body)
    return re.findall(r"<dd><span[^>]*>(.*?)</span>", body)


def formulas(at: AppTest) -> str:
    body: str = next(element.proto.body for element in at.get("html") if 'class="cs-formulas"' in element.proto.body)
    return body


def network(at: AppTest) -> Network:
    return Network.from_json(at.session_state["design_network"])


def select(at: AppTest, position: int) -> AppTest:
    return no_exception(at.selectbox(key="layer_field").set_value(position).run())


def put(at: AppTest, kind: str, setting: str, value: Any) -> AppTest:
    """Put a value into a widget of the form."""
    widget = getattr(at, kind)(key=f"{setting}_field")
    return no_exception(widget.set_value(value).run())


def open_menu(at: AppTest, name: str) -> AppTest:
    """Open a button's menu, whose contents are drawn only then."""
    at.session_state[f"design_{name}"] = True
    return no_exception(at.run())


IN_MORE = ("copy", "cut", "paste", "repeat")
"""What stands behind the button More."""


def press(at: AppTest, what: str) -> AppTest:
    if what in IN_MORE:
        open_menu(at, "more")
    return no_exception(at.button(key=f"design_{what}").click().run())


def add(at: AppTest, kind: str) -> AppTest:
    return put(at, "selectbox", "add", kind)
