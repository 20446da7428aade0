"""Which input pixels can reach a value of a layer, by arithmetic, through branches, dilation and enlargement.

A convolution or a pooling keeps one rule along an axis: output i sees the pixels from `start + i · jump` on, as many
for every i (Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019). After
an enlargement by 2 even and odd outputs differ, so a line holds one span for each output until the rule repeats.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import singledispatch
from math import lcm
from typing import Final, NamedTuple

from cnn_core import layers
from cnn_core.layers import ActivationName, Interpolation, Layer
from cnn_core.shapes import Shape, Window, effective_kernel, padding_amounts, windows

Span = tuple[int, int]
"""The first and the last pixel."""

MOST_SPANS: Final = 256
"""Where a rule would repeat later than this, every output counts as seeing what any of them sees."""


class Line(NamedTuple):
    """One axis: output i sees the span of i modulo their number, moved by `advance` for each round through them.

    Spans never move backwards from one output to the next. With `advance` 0 all outputs see the same.
    """

    spans: tuple[Span, ...] = ((0, 0),)
    advance: int = 1

    @property
    def jump(self) -> Fraction:
        """Pixels from one output to the next, on average."""
        return Fraction(self.advance, len(self.spans))

    @property
    def longest(self) -> int:
        return max(last - first + 1 for first, last in self.spans)

    def span(self, index: int) -> Span:
        rounds, place = divmod(index, len(self.spans))
        first, last = self.spans[place]
        return first + rounds * self.advance, last + rounds * self.advance


class ReceptiveField(NamedTuple):
    """What one value of a layer sees of the input picture, (vertical, horizontal), in pixels.

    The size is not cut at the picture's border: it is the size of an output in the middle of a picture that is large
    enough, as papers give it. The field encloses what is seen; dilation leaves holes in it.
    """

    vertical: Line = Line()
    horizontal: Line = Line()

    @property
    def size(self) -> tuple[int, int]:
        """Pixels across: the most that any output sees."""
        return self.vertical.longest, self.horizontal.longest

    @property
    def jump(self) -> tuple[float, float]:
        """Input pixels between the fields of two neighbouring outputs; 0 where all outputs see the same."""
        return _plain(self.vertical.jump), _plain(self.horizontal.jump)

    @property
    def start(self) -> tuple[int, int]:
        """The first pixel that output (0, 0) sees; negative where it lies in the padding."""
        return self.vertical.spans[0][0], self.horizontal.spans[0][0]

    def pixels(self, row: int, column: int) -> tuple[Span, Span]:
        """Return the pixels that output (row, column) sees: ((first, last) row, (first, last) column), uncut."""
        return self.vertical.span(row), self.horizontal.span(column)


def _plain(number: Fraction) -> float:
    return int(number) if number.denominator == 1 else float(number)


class Seen(NamedTuple):
    """A receptive field on its way through a network, with the layer's height and width."""

    field: ReceptiveField
    size: tuple[int, int]


def of_input(shape: Shape) -> Seen | None:
    """Return where the walk begins; None for an input that is no picture."""
    if len(shape) != 3:
        return None
    return Seen(ReceptiveField(), (shape[0], shape[1]))


def through(layer: Layer, seen: tuple[Seen | None, ...], inputs: tuple[Shape, ...], output: Shape) -> Seen | None:
    """Return what the layer's output sees, for what its inputs see and the shapes on both sides."""
    known = [part for part in seen if part is not None]
    if not known or len(known) < len(seen):
        return None
    if isinstance(layer, layers.Merge):
        return _merged(known)
    lines = _lines(layer, known[0], inputs[0])
    size = (output[0], output[1]) if len(output) == 3 else known[0].size
    return Seen(ReceptiveField(*lines), size)


class Rule(NamedTuple):
    """Along one axis: the inputs that each output sees, first and last; `inputs` on, it repeats after `outputs`."""

    sees: Callable[[int], Span]
    outputs: int = 1
    inputs: int = 1


def _follow(line: Line, rule: Rule, length: int) -> Line:
    """Return the line of a layer's outputs for the line of its inputs, `length` of them."""
    if not line.advance:
        return line
    # Whole rounds of the rule that are whole rounds of the line too.
    rounds = lcm(len(line.spans), rule.inputs) // rule.inputs
    if rounds * rule.outputs > MOST_SPANS:
        return _whole(line, length)
    seen = [rule.sees(output) for output in range(rounds * rule.outputs)]
    spans = tuple((line.span(first)[0], line.span(last)[1]) for first, last in seen)
    return Line(spans, rounds * rule.inputs // len(line.spans) * line.advance)


def _whole(line: Line, length: int) -> Line:
    """Return the line on which every output sees all that the first `length` see."""
    return Line(((line.span(0)[0], line.span(length - 1)[1]),), 0)


@singledispatch
def _lines(layer: Layer, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    """Return both axes after the layer. A layer that works value by value or moves values about changes nothing."""
    found = windows(layer)
    if found is None:
        return seen.field
    return _both(seen, _slide(found[0], seen.size[0]), _slide(found[1], seen.size[1]))


def _both(seen: Seen, vertical: Rule, horizontal: Rule) -> tuple[Line, Line]:
    return (
        _follow(seen.field.vertical, vertical, seen.size[0]),
        _follow(seen.field.horizontal, horizontal, seen.size[1]),
    )


def _slide(window: Window, length: int) -> Rule:
    before = padding_amounts(length, window)[0]
    wide = effective_kernel(window.kernel, window.dilation) - 1
    return Rule(lambda o: (o * window.stride - before, o * window.stride - before + wide), inputs=window.stride)


@_lines.register
def _(layer: layers.Conv2DTranspose, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    vertical, horizontal = windows(layer) or (Window(1), Window(1))
    return _both(seen, _spread(vertical), _spread(horizontal))


def _spread(window: Window) -> Rule:
    """Output o sees the inputs i with o + before − wide ≤ i · s ≤ o + before.

    Where the stride exceeds the kernel some outputs see none of them; they are counted to the input before.
    """
    wide = effective_kernel(window.kernel, window.dilation) - 1
    cropped = max(wide + 1 - window.stride, 0) if window.padding == "same" else 0
    before, stride = cropped // 2, window.stride

    def sees(output: int) -> Span:
        last = (output + before) // stride
        return min(-((wide - output - before) // stride), last), last

    return Rule(sees, outputs=stride)


@_lines.register
def _(layer: layers.UpSampling2D, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    smooth = layer.interpolation is Interpolation.BILINEAR
    return _both(seen, _enlarge(layer.size[0], smooth), _enlarge(layer.size[1], smooth))


def _enlarge(factor: int, smooth: bool) -> Rule:
    """Nearest: output o copies input ⌊o / s⌋. Bilinear: it mixes the inputs on both sides of (o + ½) / s − ½."""
    if not smooth:
        return Rule(lambda o: (o // factor, o // factor), outputs=factor)
    double = 2 * factor
    return Rule(
        lambda o: ((2 * o + 1 - factor) // double, -((factor - 1 - 2 * o) // double)),
        outputs=factor,
    )


@_lines.register
def _(layer: layers.ZeroPadding2D, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    (top, _), (left, _) = layer.padding
    return _both(seen, _shift(-top), _shift(-left))


@_lines.register
def _(layer: layers.Cropping2D, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    (top, _), (left, _) = layer.cropping
    return _both(seen, _shift(top), _shift(left))


def _shift(by: int) -> Rule:
    return Rule(lambda o: (o + by, o + by))


@_lines.register
def _(layer: layers.GlobalPooling, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    return _everything(seen)


@_lines.register(layers.Dense)
@_lines.register(layers.LayerNormalization)
def _(layer: Layer, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    """On a vector a value sees all that any value sees; on a map these work place by place."""
    return seen.field if len(shape) == 3 else _everything(seen)


@_lines.register
def _(layer: layers.Activation, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    """Softmax divides by a sum: over the channels of a place on a map, over all values of a vector."""
    mixes = layer.activation is ActivationName.SOFTMAX and len(shape) != 3
    return _everything(seen) if mixes else seen.field


@_lines.register
def _(layer: layers.Reshape, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    """Values move to other places, so a place stands for any of them: the field of all is the safe answer."""
    return seen.field if shape == layer.target_shape else _everything(seen)


def _everything(seen: Seen) -> tuple[Line, Line]:
    return _whole(seen.field.vertical, seen.size[0]), _whole(seen.field.horizontal, seen.size[1])


def _merged(seen: list[Seen]) -> Seen:
    size = (max(part.size[0] for part in seen), max(part.size[1] for part in seen))
    vertical = [_stretched(part.field.vertical, part.size[0], size[0]) for part in seen]
    horizontal = [_stretched(part.field.horizontal, part.size[1], size[1]) for part in seen]
    lines = (_union(vertical, size[0]), _union(horizontal, size[1]))
    return Seen(ReceptiveField(*lines), size)


def _stretched(line: Line, length: int, target: int) -> Line:
    """A single row or column that meets several is used for each of them."""
    return _whole(line, 1) if length == 1 < target else line


def _union(lines: list[Line], length: int) -> Line:
    """Return the line that encloses all; where branches jump differently, every output counts as seeing everything."""
    count = lcm(*(len(line.spans) for line in lines))
    advances = {line.advance * (count // len(line.spans)) for line in lines}
    if len(advances) == 1 and count <= MOST_SPANS:
        found = [[line.span(i) for line in lines] for i in range(count)]
        return Line(tuple(map(_hull, found)), advances.pop())
    return Line((_hull([_whole(line, length).spans[0] for line in lines]),), 0)


def _hull(spans: list[Span]) -> Span:
    return min(first for first, _ in spans), max(last for _, last in spans)
