"""Names from strangers' files and people: shown as they stand, never as markup, on every page that shows one."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from running import labels_of_popovers, no_exception, run_page
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from cnn_core.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from cnn_core.models.kept_files import keep_file
from cnn_core.models.keys import ModelKey
from cnn_core.network.links import write_link
from cnn_core.network.network import NamedLayer, Network
from pages.ui import state
from pages.ui.design.parts.which import PARTS
from pages.ui.entered import Chosen
from pages.ui.text import as_code, escaped

LINK = "![zz](evil.png)"
NAMES = tuple(f"{start}{LINK}$x$ :red[r] <b>{end}" for start in ("a", "a`", "``") for end in ("", "`", "* _x_"))
# What Streamlit takes for Markdown; options, inputs, tables and the data of components are plain text.
MARKDOWN = ("body", "label", "help", "caption", "text")


def texts(at: AppTest) -> Iterator[str]:
    """Yield every text of a page that the browser reads as Markdown."""

    def elements(block: Block) -> Iterator[Element]:
        for child in block.children.values():
            if isinstance(child, Block):
                yield from elements(child)
            else:
                yield child

    for place in (at.main, at.sidebar):
        for element in elements(place):
            if element.type == "html":  # markup, but no Markdown: names are escaped there
                continue
            proto: Any = element.proto
            yield from (getattr(proto, field) for field in MARKDOWN if isinstance(getattr(proto, field, None), str))
            yield from (one.caption for one in getattr(proto, "imgs", ()))
    yield from labels_of_popovers(at)


def without_code(text: str) -> str:
    """Return Markdown without its code spans: what stands in them is not markup."""
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.DOTALL)


def check(at: AppTest) -> None:
    active = [text for text in texts(no_exception(at)) if "![zz](" in without_code(text)]
    assert active == []


def named_network() -> Network:
    kinds = (Input((12, 12, 1)), Conv2D(3, 3), MaxPooling2D(), Conv2D(4, 3), Flatten(), Dense(3, activation="softmax"))
    return Network(tuple(NamedLayer(name, kind) for name, kind in zip(NAMES, kinds, strict=False)))


@pytest.mark.parametrize("name", NAMES)
def test_code_and_escapes_hold_any_name(name: str) -> None:
    assert without_code(as_code(name)) == ""
    assert LINK not in escaped(name)
    assert re.sub(r"\\(.)", r"\1", escaped(name)) == name


@pytest.mark.parametrize("layer", range(6))
@pytest.mark.parametrize("part", PARTS)
def test_names_of_a_design(part: str, layer: int) -> None:
    at = run_page("pages/2_Design_a_network.py", network=write_link(named_network()), part=part, taken_as="json")
    at.session_state[state.DESIGN_LAYER.name] = layer
    check(at.run())


def test_names_where_a_design_does_not_fit() -> None:
    broken = Network((*named_network().layers, NamedLayer("x" + LINK, Conv2D(2, 3), (NAMES[2], NAMES[3]))))
    check(run_page("pages/2_Design_a_network.py", network=write_link(broken)))


def test_names_of_a_design_with_its_pools_replaced() -> None:
    at = run_page("pages/4_Pooling_and_stride.py")
    at.session_state[state.DESIGN.name] = named_network().to_json()
    at.session_state[state.REPLACED.name] = "design"
    check(at.run())


@pytest.fixture(scope="module")
def model_key(tmp_path_factory: pytest.TempPathFactory) -> str:
    from cnn_core import build_model

    # Keras keeps these names in its files as they are.
    network = named_network()
    model = build_model(network)
    path: Path = tmp_path_factory.mktemp("named") / "named.keras"
    model.save(path)
    return f"file:{keep_file(path.read_bytes())}:unit"


@pytest.mark.keras
@pytest.mark.parametrize(
    ("layer", "panel"), list(zip(NAMES[1:6], ("why", "kernels", "statistics", "compare", "decision"), strict=True))
)
def test_names_of_a_model_and_of_a_picture(layer: str, panel: str, model_key: str) -> None:
    at = run_page("pages/1_Feature_maps.py", 120, model=model_key, layer=layer, ask=panel)
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(stream, "PNG")
    at.session_state[state.UPLOAD.name] = Chosen.of(stream.getvalue(), LINK)
    at.session_state[state.SOURCE.name] = "upload"
    at.session_state[state.MODEL_FILE_NAMES.name] = {ModelKey.of(model_key).name: f"a{LINK}"}
    at.session_state[state.CLASS_LISTS.name] = {named_network().output_names()[0]: "\n".join(NAMES[:3])}
    at.run()
    assert any("zz" in text for text in texts(at))
    assert {escaped(LINK), escaped(f"a{LINK}")} <= set(labels_of_popovers(at))
    check(at)
