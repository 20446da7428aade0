"""Networks in addresses: nothing is lost on the way, and whatever is wrong is refused at once."""

import base64
import re
import zlib
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_networks

from cnn_core.errors import NetworkFileError
from cnn_core.layers import Conv2D, Input
from cnn_core.network.files import LONGEST_NAME, MOST_LAYERS
from cnn_core.network.links import LARGEST_UNPACKED, read_link, write_link
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, Preset, preset

LINK = write_link(preset("mnist").make())


def link_of(data: bytes) -> str:
    """Return a link of the right form that holds these bytes."""
    return "1" + base64.urlsafe_b64encode(zlib.compress(data)).decode().rstrip("=")


def refusal(link: str) -> str:
    with pytest.raises(NetworkFileError) as caught:
        read_link(link)
    return str(caught.value)


@given(any_networks())
def test_round_trip(network: Network) -> None:
    link = write_link(network)
    assert read_link(link) == network
    assert re.fullmatch("[A-Za-z0-9_-]+", link)


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.key)
def test_every_preset_is_short(one: Preset) -> None:
    assert len(write_link(one.make())) < 2_000


def test_the_longest_network_comes_back() -> None:
    names = (f"{position:0{LONGEST_NAME}}" for position in range(1, MOST_LAYERS))
    network = Network((NamedLayer("input", Input((9, 9, 1))), *(NamedLayer(name, Conv2D(1, 1)) for name in names)))
    assert len(network.to_json().encode()) < LARGEST_UNPACKED / 2
    assert read_link(write_link(network)) == network


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("", 'begins with "1"'),
        ("2" + LINK[1:], 'Received: "2'),
        ("1", "cut off or changed"),
        ("1é", "cut off or changed"),
        (LINK[:-1], "cut off or changed"),
        (LINK[: len(LINK) // 2], "cut off or changed"),
        (LINK.replace(LINK[40], "*", 1), "cut off or changed"),
        (LINK[:60] + ("A" if LINK[60] != "A" else "B") + LINK[61:], "cut off or changed"),
        (LINK + "AAAA", "cut off or changed"),
        (link_of(b"\xff\xfe"), "cut off or changed"),
        (link_of(b"[1]"), "expected an object"),
        (link_of(b"[" * 100_000), "nested too deeply"),
        (link_of(b" " * LARGEST_UNPACKED + b" "), "too large"),
    ],
)
def test_what_is_no_link_is_refused(link: str, said: str) -> None:
    assert said in refusal(link)


def test_a_short_link_that_unpacks_to_much_is_refused_at_once() -> None:
    bomb = link_of(b"0" * 50_000_000)
    began = perf_counter()
    assert "too large" in refusal(bomb)
    assert perf_counter() - began < 0.5


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(link_of), st.text(max_size=50).map("1".__add__)))
def test_nothing_but_sentences(link: str) -> None:
    assert refusal(link).isprintable()
