"""Each figure's formula with the numbers put in, as text: `(28 + 2·1 − 3) / 1 + 1 = 28`."""

from math import prod
from typing import NamedTuple

from cnn_core import layers
from cnn_core.layers import Layer, cost
from cnn_core.layers.by_kind import by_kind
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.shapes import AXES, Shape, Window, effective_kernel, output_length, padding_amounts, windows
from cnn_core.sentences import N_


class Formula(NamedTuple):
    """`quantity` is a word to translate, `text` the formula of the field, the same in every language."""

    quantity: str
    text: str


BOTH_AXES = N_("height and width")
PARAMETERS = N_("parameters")
MULTIPLY_ADDS = N_("multiply-adds")
VALUES = N_("values")


def formulas(layer: Layer, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    """Return the formulas of a layer's sizes, parameters and multiply-adds, as far as it has any."""
    found = [*_sizes(layer, output, *inputs)]
    for quantity, text, value in (
        (PARAMETERS, _parameters(layer, *inputs), cost.parameters(layer, *inputs).total),
        (MULTIPLY_ADDS, _multiply_adds(layer, output, *inputs), cost.multiply_adds(layer, output, *inputs)),
    ):
        if text:
            found.append(Formula(quantity, f"{text} = {value:,}"))
    return tuple(found)


def _times(*numbers: int) -> str:
    return "·".join(map(str, numbers))


def _per_axis(texts: tuple[str, str]) -> tuple[Formula, ...]:
    if texts[0] == texts[1]:
        return (Formula(BOTH_AXES, texts[0]),)
    return tuple(Formula(axis, text) for axis, text in zip(AXES, texts, strict=True))


@by_kind
def _sizes(layer: Layer, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    found = windows(layer)
    if found is None:
        return ()
    return _per_axis((length_formula(inputs[0][0], found[0]), length_formula(inputs[0][1], found[1])))


def length_formula(length: int, window: Window) -> str:
    """Write the output length; the floor appears only where it cuts something off.

    >>> length_formula(28, Window(3, padding=(1, 1))), length_formula(28, Window(3, 2))
    ('(28 + 2·1 − 3) / 1 + 1 = 28', '⌊(28 + 2·0 − 3) / 2⌋ + 1 = 13')
    >>> length_formula(28, Window(3, dilation=2))
    '(28 + 2·0 − 5) / 1 + 1 = 24; 5 = 2·(3 − 1) + 1'
    """
    before, after = padding_amounts(length, window)
    padding = f"2·{before}" if before == after else f"({before} + {after})"
    span = effective_kernel(window.kernel, window.dilation)
    fraction = f"({length} + {padding} − {span}) / {window.stride}"
    if (length + before + after - span) % window.stride:
        fraction = f"⌊{fraction}⌋"
    text = f"{fraction} + 1 = {output_length(length, window)}"
    if window.dilation > 1:
        text += f"; {span} = {window.dilation}·({window.kernel} − 1) + 1"
    return text


@_sizes.register
def _(layer: layers.Conv2DTranspose, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    vertical, horizontal = windows(layer) or (Window(1), Window(1))
    return _per_axis((_transposed(inputs[0][0], output[0], vertical), _transposed(inputs[0][1], output[1], horizontal)))


def _transposed(length: int, result: int, window: Window) -> str:
    if window.padding is PaddingMode.SAME:
        return f"{length}·{window.stride} = {result}"
    span = effective_kernel(window.kernel, window.dilation)
    return f"{length}·{window.stride} + max({span} − {window.stride}, 0) = {result}"


@_sizes.register
def _(layer: layers.UpSampling2D, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    vertical, horizontal = (f"{inputs[0][i]}·{layer.size[i]} = {output[i]}" for i in (0, 1))
    return _per_axis((vertical, horizontal))


@_sizes.register
def _(layer: layers.ZeroPadding2D, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    amounts = layer.padding
    vertical, horizontal = (f"{inputs[0][i]} + {amounts[i][0]} + {amounts[i][1]} = {output[i]}" for i in (0, 1))
    return _per_axis((vertical, horizontal))


@_sizes.register
def _(layer: layers.Cropping2D, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    amounts = layer.cropping
    vertical, horizontal = (f"{inputs[0][i]} − {amounts[i][0]} − {amounts[i][1]} = {output[i]}" for i in (0, 1))
    return _per_axis((vertical, horizontal))


@_sizes.register(layers.Flatten)
@_sizes.register(layers.Reshape)
def _(layer: Layer, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    return (Formula(VALUES, f"{_times(*inputs[0])} = {prod(output):,}"),)


@_sizes.register
def _(layer: layers.Concatenate, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    joined = " + ".join(str(shape[-1]) for shape in inputs)
    return (Formula(N_("channels"), f"{joined} = {output[-1]}"),)


def _with_bias(weights: str, bias: bool, filters: int) -> str:
    return f"({weights} + 1)·{filters}" if bias else f"{weights}·{filters}"


@by_kind
def _parameters(layer: Layer, *inputs: Shape) -> str:
    return ""


@_parameters.register
def _(layer: layers.Conv2D, *inputs: Shape) -> str:
    channels = str(inputs[0][-1]) if layer.groups == 1 else f"({inputs[0][-1]}/{layer.groups})"
    return _with_bias(f"{_times(*layer.kernel_size)}·{channels}", layer.use_bias, layer.filters)


@_parameters.register
def _(layer: layers.DepthwiseConv2D, *inputs: Shape) -> str:
    filters = f"{inputs[0][-1]}·{layer.depth_multiplier}"
    kernel = _times(*layer.kernel_size)
    return f"({kernel} + 1)·{filters}" if layer.use_bias else f"{kernel}·{filters}"


@_parameters.register
def _(layer: layers.SeparableConv2D, *inputs: Shape) -> str:
    between = inputs[0][-1] * layer.depth_multiplier
    return f"{_times(*layer.kernel_size, between)} + {_with_bias(str(between), layer.use_bias, layer.filters)}"


@_parameters.register
def _(layer: layers.Conv2DTranspose, *inputs: Shape) -> str:
    return _with_bias(_times(*layer.kernel_size, inputs[0][-1]), layer.use_bias, layer.filters)


@_parameters.register
def _(layer: layers.Dense, *inputs: Shape) -> str:
    return _with_bias(str(inputs[0][-1]), layer.use_bias, layer.units)


@_parameters.register(layers.BatchNormalization)
@_parameters.register(layers.LayerNormalization)
@_parameters.register(layers.LayerScale)
def _(layer: Layer, *inputs: Shape) -> str:
    channels = inputs[0][-1]
    each = cost.parameters(layer, *inputs).total // channels
    return f"{each}·{channels}" if each else ""


@_parameters.register
def _(layer: layers.Normalization, *inputs: Shape) -> str:
    return "" if layer.mean is not None else f"2·{inputs[0][-1]} + 1"


@by_kind
def _multiply_adds(layer: Layer, output: Shape, *inputs: Shape) -> str:
    return ""


@_multiply_adds.register
def _(layer: layers.Conv2D, output: Shape, *inputs: Shape) -> str:
    channels = str(inputs[0][-1]) if layer.groups == 1 else f"({inputs[0][-1]}/{layer.groups})"
    return f"{_times(*layer.kernel_size)}·{channels}·{_times(*output)}"


@_multiply_adds.register
def _(layer: layers.DepthwiseConv2D, output: Shape, *inputs: Shape) -> str:
    return _times(*layer.kernel_size, *output)


@_multiply_adds.register
def _(layer: layers.SeparableConv2D, output: Shape, *inputs: Shape) -> str:
    between = (*output[:-1], inputs[0][-1] * layer.depth_multiplier)
    return f"{_times(*layer.kernel_size, *between)} + {_times(*between, layer.filters)}"


@_multiply_adds.register
def _(layer: layers.Conv2DTranspose, output: Shape, *inputs: Shape) -> str:
    return _times(*layer.kernel_size, *inputs[0], layer.filters)


@_multiply_adds.register
def _(layer: layers.Dense, output: Shape, *inputs: Shape) -> str:
    return _times(*inputs[0], layer.units)
