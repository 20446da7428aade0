"""Edges that are drawn: what is put between, what is refused, and what is left when they are taken away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import NetworkError
from cnn_core.layers import Activation, Conv2D, Input, Resizing, Subtract
from cnn_core.network.blocks import Residual, insert_block
from cnn_core.network.joining import Merging, connect, disconnect
from cnn_core.network.line import read_line, write_line
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize


def as_line(network: Network) -> str:
    return write_line(network, names=False)


@pytest.mark.parametrize(
    ("line", "source", "target", "added", "concatenated"),
    [
        ("28x28x1-C8-C8-F", "conv2d", "flatten", "28x28x1-C8 -> C8 | -> +-F", "28x28x1-C8 -> C8 | -> &-F"),
        # A smaller map with other channels: a strided convolution of 1×1, or a pooling.
        (
            "28x28x1-C8-C16s2-F",
            "conv2d",
            "flatten",
            "28x28x1-C8 -> C16s2 | C16k1s2lin -> +-F",
            "28x28x1-C8 -> C16s2 | P2same -> &-F",
        ),
        # A larger one.
        ("8x8x1-C8-P2-U2-C4", "max_pooling2d", "conv2d_1", *(f"8x8x1-C8-P2 -> U2 | U2 -> {sign}-C4" for sign in "+&")),
        # What no stride reaches is cropped.
        (
            "9x9x1-C8v-C8v-F",
            "conv2d",
            "flatten",
            "9x9x1-C8v -> C8v | Cropping2D(cropping=((1, 1), (1, 1))) -> +-F",
            "9x9x1-C8v -> C8v | Cropping2D(cropping=((1, 1), (1, 1))) -> &-F",
        ),
        # Cropped as the convolution without padding crops, then as small as the pooling makes it.
        (
            "28x28x1-C8-C8v-P2-F",
            "conv2d",
            "flatten",
            "28x28x1-C8 -> C8v-P2 | Cropping2D(cropping=((1, 1), (1, 1)))-P2same -> +-F",
            "28x28x1-C8 -> C8v-P2 | Cropping2D(cropping=((1, 1), (1, 1)))-P2same -> &-F",
        ),
        # A map and a vector, and two vectors.
        (
            "8x8x1-C8-F-D4-D3sm",
            "conv2d",
            "dense_1",
            "8x8x1-C8 -> F-D4 | GA-D4lin -> +-D3sm",
            "8x8x1-C8 -> F-D4 | GA -> &-D3sm",
        ),
        (
            "8x8x1-F-D4-D3-D2sm",
            "dense",
            "dense_2",
            "8x8x1-F-D4 -> D3 | D3lin -> +-D2sm",
            "8x8x1-F-D4 -> D3 | -> &-D2sm",
        ),
    ],
)
def test_a_layer_takes_a_further_input(line: str, source: str, target: str, added: str, concatenated: str) -> None:
    network = read_line(line)
    for merging, drawn in ((Merging.ADD, added), (Merging.CONCATENATE, concatenated)):
        joined = connect(network, source, target, merging)
        assert as_line(joined) == drawn
        summarize(joined)


def test_what_joins_already_needs_no_second_merge() -> None:
    joined = connect(read_line("28x28x1-C8-C8-F"), "conv2d", "flatten")
    assert connect(joined, "input", "add")["add"].inputs == ("conv2d_1", "conv2d", "input")
    # What the further one gives is stretched where it has one channel; nothing else fits.
    with pytest.raises(NetworkError, match=r"same shape\. Received: 28×28×8, 28×28×8, 28×28×2"):
        connect(connect(read_line("28x28x2-C8-C8-F"), "conv2d", "flatten"), "input", "add")


@given(st.data())
def test_a_map_is_always_brought_to_a_smaller_one(data: st.DataObject) -> None:
    size, wanted = (data.draw(st.tuples(*[st.integers(1, 300)] * 2)) for _ in range(2))
    height, width = map(max, size, wanted)
    smaller = tuple(map(min, size, wanted))
    layers = [
        NamedLayer("large", Conv2D(3, 1)),
        NamedLayer("small", Resizing(*smaller)),
        NamedLayer("end", Activation("relu")),
    ]
    for merging in Merging:
        joined = connect(Network.of(Input((height, width, 2)), *layers), "large", "end", merging)
        assert summarize(joined).rows[-1].output_shape[:2] == smaller


def test_shortcuts_that_are_drawn_make_the_block_of_the_paper() -> None:
    """He et al., arXiv:1512.03385, figure 2, with the shortcut of option B where strides and filters change."""
    plain = read_line("32x32x16-C32s2lin-B-R-C32lin-B-R")
    drawn = connect(plain, "input", "activation_1")
    block = insert_block(read_line("32x32x16-R"), "input", Residual(filters=32, strides=2))
    # A shortcut that is drawn has a bias and no BatchNormalization of its own.
    assert summarize(drawn).multiply_adds == summarize(block).multiply_adds
    assert summarize(drawn).rows[-1].output_shape == (16, 16, 32)
    assert drawn["conv2d_2"].layer == Conv2D(32, 1, strides=2, padding="same")


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("flatten", "conv2d", "Draw it the other way"),
        ("conv2d", "conv2d", "Draw it the other way"),
        ("dense", "input", "Nothing goes into the Input"),
        ("conv2d", "conv2d_1", '"conv2d_1" already takes "conv2d"'),
        ("gone", "dense", 'There is no layer "gone"'),
    ],
)
def test_what_is_no_edge_is_refused(source: str, target: str, why: str) -> None:
    with pytest.raises(NetworkError, match=why):
        connect(preset("mnist").make(), source, target)


@pytest.mark.parametrize("merging", Merging)
def test_what_nothing_brings_together_is_refused_with_its_shapes(merging: Merging) -> None:
    network = read_line("9x9x1-first=C8-GA-D8-C3[first]")
    with pytest.raises(NetworkError, match=r'"dense" and "first".*cannot be joined.*Received: 9×9×8, 8'):
        connect(network, "dense", "conv2d", merging)


def test_a_merge_of_two_takes_no_third() -> None:
    layers = [NamedLayer(name, Conv2D(4, 3, padding="same")) for name in "abc"]
    network = Network.of(Input((8, 8, 1)), *layers, NamedLayer("less", Subtract(), ("a", "b")))
    with pytest.raises(NetworkError, match=r"takes 2 to 2 inputs\. Received: a, b, c"):
        connect(network, "c", "less")


def test_where_the_layers_above_do_not_fit_nothing_is_joined() -> None:
    with pytest.raises(NetworkError, match="Fix them first"):
        connect(read_line("8x8x1-C4-C4k40v-C4-C4"), "conv2d", "conv2d_3")


def test_a_merge_goes_with_the_edge_that_leaves_it_alone() -> None:
    plain = read_line("28x28x1-C8-C8-F-D10sm")
    joined = connect(plain, "conv2d", "flatten")
    assert disconnect(joined, "conv2d", "add") == plain
    other = disconnect(joined, "conv2d_1", "add")
    assert other["flatten"].inputs == ("conv2d",)
    assert other.output_names() == ("conv2d_1", "dense")
    assert disconnect(connect(joined, "input", "add"), "input", "add") == joined


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [("conv2d", "conv2d_1", 'the only input of "conv2d_1"'), ("input", "dense", "does not take its input from")],
)
def test_an_edge_that_must_stay_or_is_none(source: str, target: str, why: str) -> None:
    with pytest.raises(NetworkError, match=why):
        disconnect(preset("mnist").make(), source, target)


@pytest.mark.parametrize(
    ("line", "source", "target"),
    [
        ("28x28x1-C8-C16s2-F", "conv2d", "flatten"),
        ("8x8x1-C8-P2-U2-C4", "max_pooling2d", "conv2d_1"),
        ("28x28x1-C8-C16v-P2-F", "conv2d", "flatten"),
        ("8x8x1-C8-F-D4-D3sm", "conv2d", "dense_1"),
    ],
)
def test_an_edge_that_is_cut_takes_with_it_what_was_put_between(line: str, source: str, target: str) -> None:
    before = read_line(line)
    after = connect(before, source, target)
    places = [named.name for named in after.layers]
    bridge = [name for name in places if name not in {named.name for named in before.layers}][:-1]
    merge = places[places.index(target) - 1]
    # Wherever on the way it is cut.
    for edge in zip([source, *bridge], [*bridge, merge], strict=True):
        assert disconnect(after, *edge) == before


def test_an_edge_that_is_cut_leaves_what_learns_more_than_a_shape() -> None:
    network = read_line("28x28x1-C8 -> C8 | C8k5 -> +-F")
    assert "conv2d_2" in {named.name for named in disconnect(network, "conv2d_2", "add").layers}
