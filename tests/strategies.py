"""Hypothesis strategies for settings, layers and networks, shared by the tests."""

import dataclasses
from collections.abc import Iterable
from math import prod
from typing import Any

from hypothesis import strategies as st

from cnn_core.errors import LayerError
from cnn_core.layers import (
    KINDS,
    Concatenate,
    Conv2D,
    DepthwiseConv2D,
    Flatten,
    GroupNormalization,
    Input,
    Layer,
    MaxPooling2D,
    Merge,
    SeparableConv2D,
    UpSampling2D,
)
from cnn_core.layers.kinds.convolution import kernel_windows
from cnn_core.layers.settings import (
    LARGEST,
    AmountsSetting,
    Axes,
    AxisOrder,
    AxisPair,
    Choice,
    CutSetting,
    Flag,
    Number,
    OptionalAxes,
    OptionalNumber,
    OptionalNumbers,
    OptionalPair,
    OptionalRange,
    PaddingMode,
    PaddingSetting,
    Range,
    Setting,
    ShapeSetting,
    Whole,
    WholePair,
)
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.layers.windows import Window, output_length
from cnn_core.network.network import NamedLayer, Network

LARGEST_OUTPUT = 4_000
"""Values. Keeps what is drawn small enough to be computed by brute force."""


def values(rule: Setting[Any, Any], most: int = LARGEST) -> st.SearchStrategy[Any]:
    """Return values that `rule` accepts, as a person may give them, with no number above `most`."""
    whole = st.integers(int(getattr(rule, "minimum", 0)), most)
    match rule:
        case Whole():
            return whole
        case WholePair():
            return whole | st.tuples(whole, whole)
        case OptionalNumber():
            return st.none() | st.sampled_from([0.0, 0.1, 0.3, 1.0])
        case OptionalPair():
            whole = st.integers(rule.minimum, most)
            return st.none() | whole | st.tuples(whole, whole)
        case Number():
            return _numbers(rule)
        case Range():
            return _ends(rule)
        case OptionalRange():
            return st.none() | _ends(rule.range)
        case Flag():
            return st.booleans()
        case Choice():
            return st.sampled_from(rule.choices)
        case AmountsSetting():
            return _amounts(most)
        case PaddingSetting():
            return st.sampled_from(PaddingMode) | _amounts(most)
        case ShapeSetting():
            closed = st.lists(st.integers(1, most), min_size=1, max_size=3)
            return closed.map(tuple) | closed.map(lambda sizes: (*sizes, -1 if rule.open_axis else 1))
        case OptionalNumbers():
            one = st.floats(rule.minimum, 1e9, allow_nan=False)
            return st.none() | st.lists(one, min_size=1, max_size=4).map(tuple)
        case OptionalAxes():
            return st.none() | st.integers(1, 3) | st.sets(st.integers(1, 3), min_size=1).map(tuple)
        case Axes():
            return st.integers(1, 3) | st.sets(st.integers(1, 3), min_size=1).map(tuple)
        case AxisPair():
            axis = st.integers(1, 3) | st.integers(-3, -1)
            return axis | st.tuples(axis, axis)
        case CutSetting():
            return _cuts(rule, most)
        case AxisOrder():
            return st.integers(1, 3).flatmap(lambda count: st.permutations(range(1, count + 1))).map(tuple)
    raise AssertionError(rule)


def _numbers(rule: Number) -> st.SearchStrategy[float]:
    return st.floats(rule.minimum, rule.maximum, exclude_max=rule.below)


def _cuts(rule: CutSetting, most: int) -> st.SearchStrategy[Any]:
    end = st.none() | st.integers(-most, most)
    steps = st.integers(1, most) | (st.integers(-most, -1) if rule.backward else st.nothing())
    cut = st.tuples(end, end, steps | st.none())
    return cut | cut.map(lambda parts: ":".join("" if part is None else str(part) for part in parts))


def _ends(rule: Range) -> st.SearchStrategy[Any]:
    one = st.floats(rule.minimum, rule.maximum)
    pair_from = st.floats(rule.minimum, rule.maximum, exclude_min=rule.open_below)
    pair = st.tuples(pair_from, pair_from)
    return pair if rule.alone is None else one | pair


def _amounts(most: int) -> st.SearchStrategy[tuple[tuple[int, int], tuple[int, int]]]:
    side = st.tuples(st.integers(0, most), st.integers(0, most))
    return st.tuples(side, side)


@st.composite
def layers_of(draw: st.DrawFn, kind: type[Layer], most: int = LARGEST) -> Layer:
    """Draw a valid layer of one kind, with no whole number above `most`."""
    given_values = {name: draw(values(rule, most), label=name) for name, rule in kind.settings().items()}
    return kind(**_made_to_fit(kind, given_values))


def _made_to_fit(kind: type[Layer], given_values: dict[str, Any]) -> dict[str, Any]:
    """Change what depends on another setting, so that no draw is lost."""
    if kind in (DepthwiseConv2D, SeparableConv2D):
        given_values["strides"] = _largest(given_values["strides"])
    elif "dilation_rate" in given_values and _largest(given_values["strides"]) > 1:
        given_values["dilation_rate"] = 1
    if given_values.get("crop_to_aspect_ratio"):
        given_values["pad_to_aspect_ratio"] = False
    if given_values.get("output_padding") is not None:
        given_values["output_padding"] = _allowed_output_padding(kind, given_values)
    if kind is Conv2D and given_values["filters"] % given_values["groups"]:
        given_values["groups"] = 1
    if "variance" in given_values and (given_values["mean"] is None or given_values["variance"] is None):
        given_values["mean"] = given_values["variance"] = None
    return given_values


def _allowed_output_padding(kind: type[Layer], given_values: dict[str, Any]) -> tuple[int, int] | None:
    """Bring what was drawn within its bounds, which follow from the other settings."""
    windows = kernel_windows(kind(**given_values | {"output_padding": None}))  # type: ignore[arg-type]
    drawn = given_values["output_padding"]
    amounts = zip((drawn, drawn) if isinstance(drawn, int) else drawn, windows, strict=True)
    least = [int(window.padding is PaddingMode.SAME and window.span % 2 == 0) for window in windows]
    first, second = (max(amount % window.stride, low) for (amount, window), low in zip(amounts, least, strict=True))
    return (first, second) if first < windows[0].stride and second < windows[1].stride else None


def _largest(number_or_pair: int | tuple[int, int]) -> int:
    return number_or_pair if isinstance(number_or_pair, int) else max(number_or_pair)


def any_layers() -> st.SearchStrategy[Layer]:
    """Return valid layers of every kind, with numbers up to the largest."""
    return st.sampled_from(list(KINDS.values())).flatmap(layers_of)


layer_names = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="/"), min_size=1, max_size=12)


@st.composite
def any_networks(draw: st.DrawFn) -> Network:
    """Draw a network that may well not fit together."""
    names = draw(st.lists(layer_names, min_size=0, max_size=6))
    inputs = st.lists(layer_names, max_size=3).map(tuple)
    layers = tuple(NamedLayer(name, draw(any_layers()), draw(inputs), draw(st.booleans())) for name in names)
    return Network(layers, draw(layer_names))


IMAGE_KINDS: tuple[type[Layer], ...] = tuple(kind for kind in KINDS.values() if kind is not Input)


@st.composite
def fitting_networks(
    draw: st.DrawFn,
    kinds: Iterable[type[Layer]] = IMAGE_KINDS,
    shape: st.SearchStrategy[Shape] | None = None,
    most_layers: int = 6,
    most: int = 4,
) -> Network:
    """Draw a small network that fits together, with branches where `kinds` hold merges."""
    size = st.integers(1, 12)
    first = draw(shape if shape is not None else st.tuples(size, size, st.integers(1, 4)), label="input")
    names, shapes = ["input"], {"input": first}
    layers = [NamedLayer("input", Input(first))]
    for number in range(draw(st.integers(1, most_layers), label="layers")):
        kind = draw(st.sampled_from(list(kinds)), label="kind")
        sources = _sources(draw, kind, names, shapes)
        layer = _grouped(draw, draw(layers_of(kind, most)), [shapes[source] for source in sources])
        try:
            found = output_shape(layer, *(shapes[source] for source in sources))
        except LayerError:
            continue
        if prod(found) <= LARGEST_OUTPUT:
            names.append(f"layer_{number}")
            shapes[names[-1]] = found
            layers.append(NamedLayer(names[-1], layer, sources, draw(st.booleans(), label="trainable")))
    return Network(tuple(layers))


def _sources(draw: st.DrawFn, kind: type[Layer], names: list[str], shapes: dict[str, Shape]) -> tuple[str, ...]:
    """Draw whom a layer takes its input from: mostly the layer before, so that chains grow long."""
    source = draw(st.sampled_from([*names, *names[-1:] * len(names)]), label="source")
    if not issubclass(kind, Merge):
        return (source,)
    alike = [name for name in names if _joins(kind, shapes[name], shapes[source])]
    most = min(2, kind.inputs[1] - 1)
    return (source, *draw(st.lists(st.sampled_from(alike), min_size=1, max_size=most), label="others"))


def _joins(kind: type[Layer], one: Shape, other: Shape) -> bool:
    return one[:-1] == other[:-1] if kind is Concatenate else one == other


def _grouped(draw: st.DrawFn, layer: Layer, shapes: list[Shape]) -> Layer:
    """Give a layer that divides its input channels into groups a number of them that does."""
    if not isinstance(layer, Conv2D | GroupNormalization):
        return layer
    channels = shapes[0][-1]
    divisors = [count for count in range(1, min(channels, 8) + 1) if channels % count == 0]
    groups = draw(st.sampled_from(divisors), label="groups")
    if isinstance(layer, Conv2D):
        layer = dataclasses.replace(layer, filters=layer.filters * groups, groups=1)
    return dataclasses.replace(layer, groups=groups)


modes = st.sampled_from(PaddingMode)
paddings = modes | st.tuples(st.integers(0, 3), st.integers(0, 3))


@st.composite
def windows_on(
    draw: st.DrawFn, padding: st.SearchStrategy[Any] = paddings, most: int = 3, dilated: bool = True
) -> tuple[int, Window]:
    """Draw the length of an axis and a window that fits on it, with strides and dilations up to `most`."""
    kernel, stride = draw(st.integers(1, most + 1), label="kernel"), draw(st.integers(1, most), label="stride")
    dilation = draw(st.integers(1, most), label="dilation") if dilated else 1
    window = Window(kernel, stride, dilation, draw(padding, label="padding"))
    shortest = next(length for length in range(1, 99) if output_length(length, window) > 0)
    return draw(st.integers(shortest, shortest + 6), label="length"), window


def _concatenated(times: int) -> Network:
    layers = [NamedLayer("join_0", Input((8, 8, 4)))]
    layers += [NamedLayer(f"join_{i + 1}", Concatenate(), (f"join_{i}",) * 64) for i in range(times)]
    return Network(tuple(layers))


ENORMOUS = {
    "400 enlargements": (Network.of(Input((28, 28, 1)), *[UpSampling2D(LARGEST)] * 400), "up_sampling2d_1"),
    "800 enlargements": (Network.of(Input((28, 28, 1)), *[UpSampling2D(LARGEST)] * 800), "up_sampling2d_1"),
    "channels": (_concatenated(1_999), "join_10"),
    "strides": (Network.of(Input((1, 1, 1)), *[MaxPooling2D(LARGEST, padding="same")] * 999), "max_pooling2d_3"),
    "kernels": (Network.of(Input((2, 2, 1)), *[Conv2D(1, LARGEST, 9, "same")] * 999), "conv2d_14"),
    "an input": (Network.of(Input((LARGEST,) * 4), Flatten()), "input"),
}
"""Networks that fit together and are larger than can be counted, and the first layer that is."""
