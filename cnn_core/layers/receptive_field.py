"""Which input pixels can reach a value of a layer, by arithmetic, through branches, dilation and enlargement.

A convolution or a pooling keeps one rule along an axis: output i sees the pixels from `start + i · jump` on, as many
for every i (Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019). After
an enlargement by 2 even and odd outputs differ, so a line holds one span for each output until the rule repeats.

A transposed convolution whose stride exceeds its kernel leaves outputs between two kernels that see nothing: their span
is empty. Along each axis a span is exact, as if every layer went on beyond its borders, with these exceptions,
where it encloses what is seen: rules that repeat too late to be followed (MOST_SPANS, MOST_LOOKS), branches that move
at different speeds, a Reshape or a Permute, a nearest value that float32 may miss. Of several branches the box encloses
what they see; where one of them sees nothing because of one axis alone, it is counted along the other.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd, lcm
from operator import le
from typing import Final, NamedTuple, TypeVar, TypeVarTuple

from cnn_core.errors import LayerError
from cnn_core.layers.kind import Layer, by_kind
from cnn_core.layers.shapes import MOST_COUNTED, Shape
from cnn_core.layers.windows import Window, cropped, effective_kernel, padding_amounts, windows_of

Given = TypeVarTuple("Given")
Answer = TypeVar("Answer")

Span = tuple[int, int]
"""The first and the last pixel."""

MOST_SPANS: Final = 256
"""Where a rule would repeat later than this, every output counts as seeing what any of them sees."""

MOST_LOOKS: Final = 4096
"""The same holds where so many spans would have to be looked at for one layer, because some between them are empty."""


class Line(NamedTuple):
    """One axis: output i sees the span of i modulo their number, moved by `advance` for each round through them.

    None is the span of an output that sees nothing.
    """

    spans: tuple[Span | None, ...] = ((0, 0),)
    advance: int = 1

    @property
    def jump(self) -> Fraction:
        """Pixels from one output to the next, on average."""
        return Fraction(self.advance, len(self.spans))

    @property
    def longest(self) -> int:
        return max([span[1] - span[0] + 1 for span in self.spans if span is not None], default=0)

    @property
    def is_uniform(self) -> bool:
        """Say whether all outputs see the same."""
        return not self.advance and len(self.spans) == 1

    @property
    def is_ordered(self) -> bool:
        """Say whether every output sees something, and none begins or ends before the one before it."""
        if None in self.spans:
            return False
        firsts, lasts = zip(*filter(None, (*self.spans, self.span(len(self.spans)))), strict=True)
        return all(map(le, firsts, firsts[1:])) and all(map(le, lasts, lasts[1:]))

    def span(self, index: int) -> Span | None:
        spans, advance = self
        rounds, place = divmod(index, len(spans))
        span = spans[place]
        return None if span is None else (span[0] + rounds * advance, span[1] + rounds * advance)

    def first(self, count: int) -> Sequence[Span | None]:
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
        """Pixels across: the most that any output sees, 0 where none sees anything."""
        return self.vertical.longest, self.horizontal.longest

    @property
    def jump(self) -> tuple[float, float]:
        """Input pixels between the fields of two neighbouring outputs, on average."""
        return _plain(self.vertical.jump), _plain(self.horizontal.jump)

    @property
    def is_uniform(self) -> bool:
        """Say whether all outputs see the same."""
        return self.vertical.is_uniform and self.horizontal.is_uniform

    @property
    def start(self) -> tuple[int, int] | None:
        """The first pixel that output (0, 0) sees, negative where it lies in the padding; None where it sees none."""
        seen = self.pixels(0, 0)
        return None if seen is None else (seen[0][0], seen[1][0])

    def pixels(self, row: int, column: int) -> tuple[Span, Span] | None:
        """Return the pixels that output (row, column) sees: ((first, last) row, (first, last) column), uncut.

        None where it sees nothing: it lies between two kernels of a transposed convolution, along one axis or both.
        """
        rows, columns = self.vertical.span(row), self.horizontal.span(column)
        return None if rows is None or columns is None else (rows, columns)


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


class Rule(NamedTuple):
    """Which of its own inputs a layer's outputs take along one axis: of each one's span every `step`-th."""

    takes: Line = Line()
    step: int = 1


Rules = tuple[Rule | None, Rule | None]
"""Vertical and horizontal; None: every output takes all inputs."""

IN_PLACE: Final = Rule()
UNMOVED: Final = (IN_PLACE, IN_PLACE)
"""The rules of a layer that leaves the map as large as it is, or that leaves maps behind."""

ALL: Final = (None, None)


def through(rules: Rules, seen: Sequence[Seen], output: Shape) -> Seen:
    """Return what a layer's output sees, for the layer's rules, what its inputs see and its output shape.

    Raises:
        LayerError: more pixels than MOST_COUNTED across, or from one output to the next.
    """
    before = seen[0] if len(seen) == 1 else _merged(seen)
    if rules is UNMOVED:  # and so is the size, which layers with equal rules may change
        return before
    (above, beside), (height, width) = before
    lines = _along_both(_follow, (above, rules[0], height), (beside, rules[1], width))
    return Seen(ReceptiveField(*lines), (output[0], output[1]) if len(output) == 3 else before.size)


def _follow(line: Line, rule: Rule | None, length: int) -> Line:
    """Return the line of a layer's outputs for its rule and the line of its inputs, `length` of them."""
    line = _line_behind(line, rule, length)
    pixels = max(line.longest, line.advance)
    if pixels > MOST_COUNTED:
        raise LayerError(
            "Its outputs see too much of the input. Received: {pixels} pixels across; at most {most} can be counted. "
            "Use smaller kernels and strides here or before it.",
            pixels=f"{pixels:,}",
            most=f"{MOST_COUNTED:,}",
        )
    return line


def _along_both(
    work: Callable[[*Given], Answer], vertical: tuple[*Given], horizontal: tuple[*Given]
) -> tuple[Answer, Answer]:
    """Do the same along both axes; where everything is square, once."""
    first = work(*vertical)
    return first, (first if vertical == horizontal else work(*horizontal))


def _line_behind(line: Line, rule: Rule | None, length: int) -> Line:
    if rule == IN_PLACE or (line.is_uniform and not (rule and None in rule.takes.spans)):
        return line
    if rule is None:
        return _whole(line, length)
    takes = rule.takes
    # Whole rounds of the rule that are whole rounds of the line too.
    rounds = lcm(len(line.spans), takes.advance) // takes.advance
    outputs, cycle = rounds * len(takes.spans), _cycle(line, rule.step)
    if outputs > MOST_SPANS or (cycle > 1 and outputs * min(cycle, takes.longest) > MOST_LOOKS):
        return _whole(line, length)
    spans = tuple(
        [
            None if taken is None else _reach(line, range(taken[0], taken[1] + 1, rule.step), cycle)
            for taken in takes.first(outputs)
        ]
    )
    advance = rounds * takes.advance // len(line.spans) * line.advance
    return Line(spans, advance) if advance or spans.count(spans[0]) < len(spans) else Line(spans[:1], 0)


def _cycle(line: Line, step: int) -> int:
    """Return how many inputs, `step` apart, must be looked at from either end to know where any number of them ends."""
    return 1 if len(line.spans) == 1 or line.is_ordered else len(line.spans) // gcd(len(line.spans), step)


def _reach(line: Line, taken: range, cycle: int) -> Span | None:
    """Return the span that these inputs see together."""
    if cycle == 1:
        first, last = line.span(taken[0]), line.span(taken[-1])
        return first and last and (first[0], last[1])
    return _hull([line.span(index) for index in (*taken[:cycle], *taken[-cycle:])])


def _whole(line: Line, length: int) -> Line:
    """Return the line on which every output sees all that the first `length` see."""
    return Line((_reach(line, range(length), _cycle(line, 1)),), 0)


@by_kind
def of_layer(layer: Layer, shape: Shape) -> Rules:
    """Return the layer's own rules, (vertical, horizontal), for the shape of its input, after merging if it merges.

    A layer that works value by value or moves values about changes nothing.
    """
    sliding = windows_of(layer)
    return UNMOVED if sliding is None else _along_both(_slide, (sliding[0], shape[0]), (sliding[1], shape[1]))


def _slide(window: Window, length: int) -> Rule:
    kernel, stride, dilation, *_ = window
    before, _ = padding_amounts(length, window)
    return Rule(Line(((-before, effective_kernel(kernel, dilation) - 1 - before),), stride), dilation)


def spread(window: Window) -> Rule | None:
    """Return the rule of a transposed convolution.

    Output o takes the inputs i with o + before − wide ≤ i · s ≤ o + before; none where the stride steps over it.

    Stride and dilation are never both above 1: inputs a dilation apart are taken, or all of them.
    """
    wide, (before, _), stride = window.span - 1, cropped(window), window.stride

    def takes(output: int) -> Span | None:
        first, last = -((wide - output - before) // stride), (output + before) // stride
        return (first, last) if first <= last else None

    return _repeated(takes, stride, step=window.dilation)


def resized(length: int, result: int, smooth: bool, first: int = 0) -> Rule | None:
    """Return the rule of a resizing by n / m = length / result, as TensorFlow does it, of the inputs from `first` on.

    Nearest: output o copies input ⌊(o + ½) · n / m⌋. Where that is a whole number which float32 can miss, it may be the
    input before. Bilinear: it mixes the inputs on both sides of (o + ½) · n / m − ½.
    """
    shared = gcd(length, result)
    n, m = length // shared, result // shared
    may_miss = m & (m - 1) != 0  # float32 holds n / m exactly where m is a power of 2

    def takes(output: int) -> Span:
        centre = (2 * output + 1) * n
        before, after = (centre - m, m - centre) if smooth else (centre - may_miss, -centre)
        last = -(after // (2 * m)) if smooth else centre // (2 * m)
        return first + before // (2 * m), first + last

    return _repeated(takes, m, n)


def _repeated(takes: Callable[[int], Span | None], outputs: int, advance: int = 1, step: int = 1) -> Rule | None:
    """Return the rule that repeats after so many outputs, `advance` inputs on.

    Beyond MOST_SPANS outputs all count as taking all.
    """
    return Rule(Line(tuple(map(takes, range(outputs))), advance), step) if outputs <= MOST_SPANS else None


def shifted(by: int) -> Rule:
    """Return the rule by which output o takes input o + `by`."""
    return Rule(Line(((by, by),)))


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


def _hull(spans: Sequence[Span | None]) -> Span | None:
    """Return the span that encloses all; None where all are empty."""
    seeing = [span for span in spans if span is not None]
    if not seeing:
        return None
    firsts, lasts = zip(*seeing, strict=True)
    return min(firsts), max(lasts)
