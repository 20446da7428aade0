"""Which input pixels can reach a value of a layer, by arithmetic, through branches, dilation and enlargement.

A convolution or a pooling keeps one rule along an axis: output i sees the pixels from `start + i · jump` on, as many
for every i (Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019). After
an enlargement by 2 even and odd outputs differ, so a line holds one span for each output until the rule repeats.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import Final, NamedTuple, TypeVar, TypeVarTuple

from cnn_core import layers
from cnn_core.layers import ActivationName, Interpolation, Layer
from cnn_core.layers.by_kind import by_kind
from cnn_core.layers.shapes import Shape, Window, effective_kernel, padding_amounts, windows

Given = TypeVarTuple("Given")
Answer = TypeVar("Answer")

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
        spans, advance = self
        rounds, place = divmod(index, len(spans))
        first, last = spans[place]
        return first + rounds * advance, last + rounds * advance

    def first(self, count: int) -> Sequence[Span]:
        """Return what the first `count` outputs see."""
        return self.spans if count == len(self.spans) else [self.span(index) for index in range(count)]


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


Rule = Line | None
"""What a layer sees of its own inputs along one axis, as if these were pixels; None: every output sees all of them."""

IN_PLACE: Final = Line()
UNMOVED: Final = (IN_PLACE, IN_PLACE)
"""The rules of a layer that leaves the map as large as it is, or that leaves maps behind."""

ALL: Final = (None, None)


def through(rules: tuple[Rule, Rule], seen: Sequence[Seen], output: Shape) -> Seen:
    """Return what a layer's output sees, for the layer's rules, what its inputs see and its output shape."""
    before = seen[0] if len(seen) == 1 else _merged(seen)
    if rules is UNMOVED:  # and so is the size, which layers with equal rules may change
        return before
    (above, beside), (height, width) = before
    lines = _along_both(_follow, (above, rules[0], height), (beside, rules[1], width))
    return Seen(ReceptiveField(*lines), (output[0], output[1]) if len(output) == 3 else before.size)


def _along_both(
    work: Callable[[*Given], Answer], vertical: tuple[*Given], horizontal: tuple[*Given]
) -> tuple[Answer, Answer]:
    """Do the same along both axes; where everything is square, once."""
    first = work(*vertical)
    return first, (first if vertical == horizontal else work(*horizontal))


def _follow(line: Line, rule: Rule, length: int) -> Line:
    """Return the line of a layer's outputs for its rule and the line of its inputs, `length` of them."""
    if not line.advance or rule == IN_PLACE:
        return line
    if rule is None:
        return _whole(line, length)
    # Whole rounds of the rule that are whole rounds of the line too.
    rounds = lcm(len(line.spans), rule.advance) // rule.advance
    outputs = rounds * len(rule.spans)
    if outputs > MOST_SPANS:
        return _whole(line, length)
    spans = tuple([(line.span(first)[0], line.span(last)[1]) for first, last in rule.first(outputs)])
    return Line(spans, rounds * rule.advance // len(line.spans) * line.advance)


def _whole(line: Line, length: int) -> Line:
    """Return the line on which every output sees all that the first `length` see."""
    return Line(((line.span(0)[0], line.span(length - 1)[1]),), 0)


@by_kind
def of_layer(layer: Layer, shape: Shape) -> tuple[Rule, Rule]:
    """Return the layer's own rules, (vertical, horizontal), for the shape of its input, after merging if it merges.

    A layer that works value by value or moves values about changes nothing.
    """
    found = windows(layer)
    return UNMOVED if found is None else _along_both(_slide, (found[0], shape[0]), (found[1], shape[1]))


def _slide(window: Window, length: int) -> Line:
    kernel, stride, dilation, _ = window
    before, _ = padding_amounts(length, window)
    return Line(((-before, effective_kernel(kernel, dilation) - 1 - before),), stride)


@of_layer.register
def _(layer: layers.Conv2DTranspose, shape: Shape) -> tuple[Rule, Rule]:
    vertical, horizontal = windows(layer) or (Window(1), Window(1))
    return _spread(vertical), _spread(horizontal)


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

    return _repeated(sees, stride)


@of_layer.register
def _(layer: layers.UpSampling2D, shape: Shape) -> tuple[Rule, Rule]:
    smooth = layer.interpolation is Interpolation.BILINEAR
    return _enlarge(layer.size[0], smooth), _enlarge(layer.size[1], smooth)


def _enlarge(factor: int, smooth: bool) -> Rule:
    """Nearest: output o copies input ⌊o / s⌋. Bilinear: it mixes the inputs on both sides of (o + ½) / s − ½."""
    if not smooth:
        return _repeated(lambda o: (o // factor, o // factor), factor)
    double = 2 * factor
    return _repeated(lambda o: ((2 * o + 1 - factor) // double, -((factor - 1 - 2 * o) // double)), factor)


def _repeated(sees: Callable[[int], Span], outputs: int) -> Rule:
    """Return the rule that repeats after so many outputs, one input on; beyond MOST_SPANS they count as seeing all."""
    return Line(tuple(map(sees, range(outputs)))) if outputs <= MOST_SPANS else None


@of_layer.register
def _(layer: layers.ZeroPadding2D, shape: Shape) -> tuple[Rule, Rule]:
    (top, _), (left, _) = layer.padding
    return _shift(-top), _shift(-left)


@of_layer.register
def _(layer: layers.Cropping2D, shape: Shape) -> tuple[Rule, Rule]:
    (top, _), (left, _) = layer.cropping
    return _shift(top), _shift(left)


def _shift(by: int) -> Line:
    return Line(((by, by),))


@of_layer.register
def _(layer: layers.GlobalPooling, shape: Shape) -> tuple[Rule, Rule]:
    return ALL


@of_layer.register(layers.Dense)
@of_layer.register(layers.LayerNormalization)
def _(layer: Layer, shape: Shape) -> tuple[Rule, Rule]:
    """On a vector a value sees all that any value sees; on a map these work place by place."""
    return UNMOVED if len(shape) == 3 else ALL


@of_layer.register
def _(layer: layers.Activation, shape: Shape) -> tuple[Rule, Rule]:
    """Softmax divides by a sum: over the channels of a place on a map, over all values of a vector."""
    mixes = layer.activation is ActivationName.SOFTMAX and len(shape) != 3
    return ALL if mixes else UNMOVED


@of_layer.register
def _(layer: layers.Reshape, shape: Shape) -> tuple[Rule, Rule]:
    """Values move to other places, so a place stands for any of them: the field of all is the safe answer."""
    return UNMOVED if shape == layer.target_shape else ALL


def _merged(seen: Sequence[Seen]) -> Seen:
    fields, sizes = zip(*seen, strict=True)
    above, beside = zip(*fields, strict=True)
    heights, widths = zip(*sizes, strict=True)
    lines = _along_both(_union, (above, heights), (beside, widths))
    return Seen(ReceptiveField(*lines), (max(heights), max(widths)))


def _union(parts: tuple[Line, ...], lengths: tuple[int, ...]) -> Line:
    """Return the line that encloses all; where branches jump differently, every output counts as seeing everything.

    A single row or column that meets several is used for each of them.
    """
    longest = max(lengths)
    lines = [_whole(line, 1) if length == 1 < longest else line for line, length in zip(parts, lengths, strict=True)]
    if lines.count(lines[0]) == len(lines):
        return lines[0]
    count = lcm(*[len(line.spans) for line in lines])
    advances = {line.advance * (count // len(line.spans)) for line in lines}
    if len(advances) > 1 or count > MOST_SPANS:
        return Line((_hull([_whole(line, longest).spans[0] for line in lines]),), 0)
    return Line(tuple(map(_hull, zip(*[line.first(count) for line in lines], strict=True))), advances.pop())


def _hull(spans: Sequence[Span]) -> Span:
    firsts, lasts = zip(*spans, strict=True)
    return min(firsts), max(lasts)
