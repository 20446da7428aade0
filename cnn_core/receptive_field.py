"""Which input pixels can reach a value of a layer, by arithmetic, through branches and dilation.

Along one axis output i sees the input places from `start + i · jump` to `start + i · jump + reach`; a layer maps such
a line to another one (Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill
2019). Where a layer enlarges its input the numbers become fractions: the line then encloses the pixels.
"""

from fractions import Fraction
from functools import singledispatch
from math import ceil, floor
from typing import NamedTuple

from cnn_core import layers
from cnn_core.layers import Interpolation, Layer
from cnn_core.shapes import Shape, Window, effective_kernel, padding_amounts, windows

Exact = int | Fraction


class Line(NamedTuple):
    """One axis: output i sees from start + i · jump to start + i · jump + reach; jump 0: all see the same."""

    start: Exact = 0
    jump: Exact = 1
    reach: Exact = 0


class ReceptiveField(NamedTuple):
    """What one value of a layer sees of the input picture, (vertical, horizontal), in pixels.

    The size is not cut at the picture's border: it is the size of an output in the middle of a picture that is large
    enough, as papers give it.
    """

    vertical: Line = Line()
    horizontal: Line = Line()

    @property
    def size(self) -> tuple[int, int]:
        """Pixels across: the most that any output sees."""
        return floor(self.vertical.reach) + 1, floor(self.horizontal.reach) + 1

    @property
    def jump(self) -> tuple[float, float]:
        """Input pixels between the fields of two neighbouring outputs; 0 where all outputs see the same."""
        return _plain(self.vertical.jump), _plain(self.horizontal.jump)

    @property
    def start(self) -> tuple[float, float]:
        """The first pixel that output (0, 0) sees; negative where it lies in the padding."""
        return _plain(self.vertical.start), _plain(self.horizontal.start)

    def pixels(self, row: int, column: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the pixels that output (row, column) sees: ((first, last) row, (first, last) column), uncut."""
        return _span(self.vertical, row), _span(self.horizontal, column)


def _plain(number: Exact) -> float:
    return int(number) if number == int(number) else float(number)


def _span(line: Line, index: int) -> tuple[int, int]:
    first = line.start + index * line.jump
    return ceil(first), floor(first + line.reach)


class Seen(NamedTuple):
    """A receptive field on its way through a network, with the layer's spatial size and the input's."""

    field: ReceptiveField
    size: tuple[int, int]
    picture: tuple[int, int]


def of_input(shape: Shape) -> Seen | None:
    """Return where the walk begins; None for an input that is no picture."""
    if len(shape) != 3:
        return None
    size = (shape[0], shape[1])
    return Seen(ReceptiveField(), size, size)


def through(layer: Layer, seen: tuple[Seen | None, ...], inputs: tuple[Shape, ...], output: Shape) -> Seen | None:
    """Return what the layer's output sees, for what its inputs see and the shapes on both sides."""
    known = [part for part in seen if part is not None]
    if not known or len(known) < len(seen):
        return None
    if isinstance(layer, layers.Merge):
        return _merged(known)
    lines = _lines(layer, known[0], inputs[0])
    size = (output[0], output[1]) if len(output) == 3 else known[0].size
    return Seen(ReceptiveField(*lines), size, known[0].picture)


@singledispatch
def _lines(layer: Layer, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    """Return both axes after the layer. A layer that works value by value or moves values about changes nothing."""
    found = windows(layer)
    if found is None:
        return seen.field
    return _slid(seen.field.vertical, found[0], seen.size[0]), _slid(seen.field.horizontal, found[1], seen.size[1])


def _slid(line: Line, window: Window, length: int) -> Line:
    before = padding_amounts(length, window)[0]
    wide = effective_kernel(window.kernel, window.dilation) - 1
    return Line(line.start - before * line.jump, line.jump * window.stride, line.reach + wide * line.jump)


@_lines.register
def _(layer: layers.Conv2DTranspose, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    vertical, horizontal = windows(layer) or (Window(1), Window(1))
    return _spread(seen.field.vertical, vertical), _spread(seen.field.horizontal, horizontal)


def _spread(line: Line, window: Window) -> Line:
    """Output o sees inputs (o + before − wide) / s to (o + before) / s."""
    wide = effective_kernel(window.kernel, window.dilation) - 1
    cropped = max(wide + 1 - window.stride, 0) if window.padding == "same" else 0
    step = Fraction(line.jump) / window.stride
    return Line(line.start + (cropped // 2 - wide) * step, step, line.reach + wide * step)


@_lines.register
def _(layer: layers.UpSampling2D, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    smooth = layer.interpolation is Interpolation.BILINEAR
    vertical, horizontal = seen.field
    return _enlarged(vertical, layer.size[0], smooth), _enlarged(horizontal, layer.size[1], smooth)


def _enlarged(line: Line, factor: int, smooth: bool) -> Line:
    """Nearest: output o copies input ⌊o / s⌋. Bilinear: it mixes the two inputs next to (o + ½) / s − ½."""
    step = Fraction(line.jump) / factor
    if not smooth or factor == 1:
        return Line(line.start - (factor - 1) * step, step, line.reach + (factor - 1) * step)
    # An odd factor puts some outputs exactly on an input; the nearest the others come is one step.
    nearest = Fraction(1, 2) if factor % 2 == 0 else 1
    return Line(
        line.start + (Fraction(1 - factor, 2) - factor + nearest) * step,
        step,
        line.reach + 2 * (factor - nearest) * step,
    )


@_lines.register
def _(layer: layers.ZeroPadding2D, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    (top, _), (left, _) = layer.padding
    return _moved(seen.field.vertical, -top), _moved(seen.field.horizontal, -left)


@_lines.register
def _(layer: layers.Cropping2D, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    (top, _), (left, _) = layer.cropping
    return _moved(seen.field.vertical, top), _moved(seen.field.horizontal, left)


def _moved(line: Line, by: int) -> Line:
    return line._replace(start=line.start + by * line.jump)


@_lines.register
def _(layer: layers.GlobalPooling, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    return _everything(seen)


@_lines.register
def _(layer: layers.Dense, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    """On a vector a unit sees all that any value sees; on a map Dense is a 1×1 convolution."""
    return seen.field if len(shape) == 3 else _everything(seen)


@_lines.register
def _(layer: layers.LayerNormalization, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    return seen.field if len(shape) == 3 else _everything(seen)


@_lines.register
def _(layer: layers.Reshape, seen: Seen, shape: Shape) -> tuple[Line, Line]:
    """Values move to other places, so a place stands for any of them: the field of all is the safe answer."""
    return seen.field if shape == layer.target_shape else _everything(seen)


def _everything(seen: Seen) -> tuple[Line, Line]:
    vertical, horizontal = zip(seen.field, seen.size, strict=True)
    return _union_of_all(*vertical), _union_of_all(*horizontal)


def _union_of_all(line: Line, length: int) -> Line:
    return Line(line.start, 0, line.reach + (length - 1) * line.jump)


def _merged(seen: list[Seen]) -> Seen:
    size = (max(part.size[0] for part in seen), max(part.size[1] for part in seen))
    picture = seen[0].picture
    vertical = _union([part.field.vertical for part in seen], size[0], picture[0])
    horizontal = _union([part.field.horizontal for part in seen], size[1], picture[1])
    return Seen(ReceptiveField(vertical, horizontal), size, picture)


def _union(lines: list[Line], length: int, picture: int) -> Line:
    """Return the line that encloses all; branches that jump differently are enclosed by the whole picture."""
    start = min(line.start for line in lines)
    if len({line.jump for line in lines}) == 1:
        return Line(start, lines[0].jump, max(line.start + line.reach for line in lines) - start)
    wholes = [_union_of_all(line, length) for line in lines]
    first = min(0, *(line.start for line in wholes))
    return Line(first, 0, max(picture - 1, *(line.start + line.reach for line in wholes)) - first)
