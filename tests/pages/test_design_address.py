"""The address of the page "Design a network": it holds what was designed, and nothing in it can hurt."""

import base64
import zlib
from time import process_time

import pytest
from designing import PAGE, components, network, opened, press, put, rows, select, table, upload
from folders import ROOT
from running import address_of, no_exception, run_page
from streamlit.testing.v1 import AppTest

from cnn_core.layers import Conv2D, Input
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.links import LARGEST_UNPACKED, read_link, write_link
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, preset
from pages.ui import designed
from pages.ui.design import current

SLOW = 3.0
"""Seconds of processor time for a page with the longest network."""


def again(at: AppTest) -> AppTest:
    """Open the address in a session of its own, as a reload, a new window or a link do."""
    return run_page(PAGE, **address_of(at))


def long_network(layers: int = 600) -> Network:
    """Return a network whose names leave nothing to pack."""
    names = [
        f"{base64.urlsafe_b64encode(zlib.compress(bytes([n % 251, n // 251]) * 9)).decode()}{n}" for n in range(layers)
    ]
    return Network((NamedLayer("input", Input((9, 9, 1))), *(NamedLayer(name, Conv2D(1, 1)) for name in names)))


# What comes back ------------------------------------------------------------------------------------------------------


def test_a_preset_needs_no_more_than_its_name() -> None:
    assert address_of(opened()) == {}
    assert address_of(opened(design="vgg16")) == {"design": "vgg16"}


def test_an_edit_comes_back() -> None:
    at = put(select(opened(design="vgg16"), 1), "number_input", "filters", 16)
    assert address_of(at).keys() == {"design", "network"}
    assert read_link(address_of(at)["network"]) == network(at)
    reloaded = again(at)
    assert network(reloaded) == network(at)
    assert rows(reloaded, "parameters") == rows(at, "parameters")
    assert reloaded.selectbox(key="preset_field").value == "vgg16"
    assert any("**Edited.**" in caption.value for caption in reloaded.caption)
    assert address_of(reloaded) == address_of(at)


def test_what_is_undone_leaves_the_address() -> None:
    at = put(select(opened(), 1), "number_input", "filters", 16)
    assert address_of(at).keys() == {"network"}
    assert address_of(press(at, "undo")) == {}
    assert network(again(press(at, "redo")))["conv2d"].layer.filters == 16  # type: ignore[attr-defined]


def test_a_network_from_a_file_comes_back() -> None:
    wrong = Network((NamedLayer("합성곱", Conv2D(4, 9)), NamedLayer("b", Conv2D(4, 3), ("nothing",))), "mine")
    at = opened(wrong)
    assert address_of(at)["design"] == designed.OWN
    reloaded = again(at)
    assert network(reloaded) == wrong
    assert reloaded.selectbox(key="preset_field").value == designed.OWN
    # A preset instead takes it out of the address, and is not called edited.
    assert address_of(put(reloaded, "selectbox", "preset", "mnist")) == {}


@pytest.mark.parametrize("key", [known.key for known in PRESETS])
def test_every_preset_fits_into_an_address(key: str) -> None:
    at = press(select(opened(design=key), 1), "duplicate")
    assert len(address_of(at)["network"]) < current.LONGEST_LINK / 2
    assert network(again(at)) == network(at)


def test_undo_survives_a_page_change() -> None:
    at = no_exception(AppTest.from_file(ROOT / "app.py", default_timeout=60).run())
    at = no_exception(at.switch_page(PAGE).run())
    at = press(put(select(at, 1), "number_input", "filters", 16), "duplicate")
    designed, held = network(at), address_of(at)
    at = press(at, "undo")
    at = no_exception(at.switch_page("pages/Home.py").run())
    at = no_exception(at.switch_page(PAGE).run())
    at = press(at, "redo")
    assert network(at) == designed
    assert address_of(at)["network"] == held["network"]
    assert network(press(press(at, "undo"), "undo")) == preset("mnist").make()


# What is too long -----------------------------------------------------------------------------------------------------


def test_a_long_network_is_named_and_kept_by_the_browser() -> None:
    at = opened(long_network())
    link = address_of(at)["network"]
    assert link.startswith(designed.KEPT)
    assert len(link) < 40
    kept = next(data for data in components(at) if "keep" in data)
    assert kept["keep"]["link"] == link
    assert read_link(kept["keep"]["packed"]) == network(at)
    # Where it fits again, the browser need not keep it.
    at = put(at, "selectbox", "preset", "vgg16")
    assert not any("keep" in data for data in components(at))


def test_a_browser_that_keeps_nothing_gets_the_preset_and_a_reason() -> None:
    at = run_page(PAGE, lang="en", design="vgg16", network="kept-0123456789abcdef")
    assert [data["ask"] for data in components(at)] == ["kept-0123456789abcdef"]
    at = press(at, "not_kept")
    assert "this browser does not keep it" in at.error[0].value
    assert network(at) == preset("vgg16").make()
    assert address_of(at) == {"design": "vgg16"}


# Hostile addresses ----------------------------------------------------------------------------------------------------

GOOD = write_link(preset("mnist").make())


def link_of(data: bytes) -> str:
    return "1" + base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("2" + GOOD[1:], "begins with"),
        (GOOD[:-3], "cut off or changed"),
        (GOOD + "A" * 3_000, "cut off or changed"),
        ("1" * 9_999, "cut off or changed"),
        (link_of(b" " * (LARGEST_UNPACKED + 1)), "too large"),
        (link_of(b"[" * LARGEST_UNPACKED), "nested too deeply"),
        (link_of(b'{"format": ' + b"9" * 5_000 + b"}"), "nested too deeply or holds a number"),
        (write_link(Network(())), "without layers"),
        (link_of(preset("mnist").make().to_json().replace('"conv2d_1"', '"conv2d"').encode()), "used twice"),
        (link_of(preset("mnist").make().to_json().replace('"Conv2D"', '"![](http://a)"').encode()), "layers"),
    ],
)
def test_a_bad_link_is_said_and_gives_the_preset(link: str, said: str) -> None:
    began = process_time()
    at = run_page(PAGE, lang="en", design="cats_dogs", network=link)
    assert process_time() - began < SLOW
    shown = at.error[0].value
    assert "![" not in shown
    assert said in shown.replace("\\", "")
    assert any("Shown in its place: Course: Cats and dogs." in caption.value for caption in at.caption)
    assert network(at) == preset("cats_dogs").make()
    assert address_of(at) == {"design": "cats_dogs"}
    # The sentence goes with the next action.
    assert not select(at, 1).error


@pytest.mark.parametrize(
    "query", [{"design": "own"}, {"network": ""}, {"network": "kept"}, {"design": "own", "network": "1"}]
)
def test_nonsense_gives_the_default(query: dict[str, str]) -> None:
    at = run_page(PAGE, lang="en", **query)
    assert network(at) == preset("mnist").make()
    assert address_of(at) == {}


@pytest.mark.parametrize("said", [{"design": "nonsense"}, {"network": "1"}, {"design": designed.OWN}])
def test_going_back_to_nonsense_gives_a_preset(said: dict[str, str]) -> None:
    at = put(select(opened(), 1), "number_input", "filters", 16)
    # What a step back in the browser's history puts into the session.
    for name, value in {"design": "mnist", "network": "", **said}.items():
        at.session_state[name] = value
    assert network(no_exception(at.run())) == preset("mnist").make()
    assert press(at, "undo").button(key="design_redo").disabled is False


def test_the_longest_network_that_an_address_can_hold() -> None:
    layers = (NamedLayer("i", Input((9, 9, 1))), *(NamedLayer(f"l{n}", Conv2D(1, 1)) for n in range(MOST_LAYERS - 1)))
    began = process_time()
    at = run_page(PAGE, network=write_link(Network(layers)))
    assert process_time() - began < SLOW
    assert len(table(at)["rows"]) == MOST_LAYERS


def test_a_file_is_not_taken_for_an_address() -> None:
    at = upload(opened(), b"[1]")
    assert any("Nothing was changed" in caption.value for caption in at.caption)
