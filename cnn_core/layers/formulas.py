"""Each figure's formula with the numbers put in, as text: `(28 + 2·1 − 3) / 1 + 1 = 28`."""

from collections import Counter
from typing import NamedTuple

from cnn_core.layers.cost import multiply_adds, parameters
from cnn_core.layers.kind import Layer, by_kind
from cnn_core.layers.shapes import Shape
from cnn_core.layers.weights import weight_shapes
from cnn_core.layers.windows import AXES, Window, effective_kernel, output_length, padding_amounts, windows_of
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
    written = list(size_formulas(layer, output, *inputs))
    for quantity, text, value in (
        (PARAMETERS, parameters_text(layer, *inputs), parameters(layer, *inputs).total),
        (MULTIPLY_ADDS, multiply_adds_text(layer, output, *inputs), multiply_adds(layer, output, *inputs)),
    ):
        if text:
            written.append(Formula(quantity, f"{text} = {value:,}"))
    return tuple(written)


@by_kind
def size_formulas(layer: Layer, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    """Return the formulas of a layer's sizes: those of its windows, if it slides any."""
    windows = windows_of(layer)
    if windows is None:
        return ()
    return per_axis(length_formula(inputs[0][0], windows[0]), length_formula(inputs[0][1], windows[1]))


@by_kind
def parameters_text(layer: Layer, *inputs: Shape) -> str:
    """Return the count of a layer's weights, without the result: kernel and bias by filters, other weights by shape."""
    shapes = weight_shapes(layer, *inputs)
    if "kernel" in shapes:
        *kernel, filters = shapes["kernel"]
        return per_filter(times(*kernel), "bias" in shapes, filters)
    return " + ".join(_of_shape(shape, count) for shape, count in Counter(shapes.values()).items())


@by_kind
def multiply_adds_text(layer: Layer, output: Shape, *inputs: Shape) -> str:
    """Return the product that counts a layer's multiply-adds, without the result; "" where there are none."""
    return ""


def times(*numbers: int) -> str:
    """Write a product.

    >>> times(3, 3, 64)
    '3·3·64'
    """
    return "·".join(map(str, numbers))


def per_axis(vertical: str, horizontal: str) -> tuple[Formula, ...]:
    """Return the formulas of both axes, one where they are the same."""
    if vertical == horizontal:
        return (Formula(BOTH_AXES, vertical),)
    return Formula(AXES[0], vertical), Formula(AXES[1], horizontal)


def per_filter(weights: str, use_bias: bool, filters: int | str) -> str:
    """Write how many parameters so many filters have.

    >>> per_filter("3·3·64", True, 32)
    '(3·3·64 + 1)·32'
    """
    return f"({weights} + 1)·{filters}" if use_bias else f"{weights}·{filters}"


def _of_shape(shape: Shape, count: int) -> str:
    """Write how many numbers `count` weights of one shape hold."""
    return times(*shape) if len(shape) > 1 and count == 1 else times(count, *shape)


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
