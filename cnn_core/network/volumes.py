"""A network as volumes, as papers draw it: a box for the output of each layer or folded block, as SVG text.

A box is as high as the map, as deep as the map is wide, and as wide as it has channels (Krizhevsky, Sutskever and
Hinton 2012, figure 2). Values without a map are a column, as high as they are many.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import log1p, prod, sqrt
from typing import Final, NamedTuple

from cnn_core.layers import Group
from cnn_core.layers.shapes import Shape, show
from cnn_core.network.folding import Block
from cnn_core.network.layout import Edge, NetworkLayout, Node, lay_out
from cnn_core.network.level import Sizes
from cnn_core.network.outline import outline
from cnn_core.network.summary import Row
from cnn_core.sentences import letters_across


class Scale(StrEnum):
    """How lengths in the drawing follow the numbers: by their root, by their logarithm, as they are, or not at all."""

    ROOT = "root"
    LOG = "log"
    TRUE = "true"
    NONE = "none"


COLOURS: Final[Mapping[Group, str]] = {
    Group.INPUT: "#8c8c8c",
    Group.CONVOLUTION: "#2b7bba",
    Group.POOLING: "#e69f00",
    Group.RESIZING: "#8844cc",
    Group.NORMALIZATION: "#56b4e9",
    Group.ACTIVATION: "#009e73",
    Group.REGULARIZATION: "#a6a6a6",
    Group.AUGMENTATION: "#a6a6a6",
    Group.SHAPE: "#8c8c8c",
    Group.DENSE: "#d55e00",
    Group.MERGE: "#cc79a7",
}
"""After Okabe and Ito's palette, which the colour-blind can tell apart; those of the table of layers."""

WIDTH: Final = 1160.0
"""Pixels: what is longer goes on in the next line."""
TEXT_COLOUR: Final = "#31333f"
"""Of letters and lines. It stands once, on the outermost element, so that a dark page can put another in its place."""

_HIGHEST, _WIDEST = 92.0, 46.0
_LEAST: Final = 3.0
_COLUMN: Final = 7.0
_SLANT: Final = 0.34, 0.24
"""How far a pixel of depth goes to the right and up."""
_LETTER: Final = 5.9
"""Width of a Latin letter of the text, about."""
_LONGEST: Final = 17
"""Letters of a name."""
_LINE: Final = 13.0
_ABOVE: Final = 2 * _LINE
"""Height of the two lines of text above and of those below a box."""


class Side(NamedTuple):
    """A box in pixels: how wide its front is, how high, and how deep."""

    width: float
    height: float
    depth: float

    @property
    def right(self) -> float:
        """How far the back stands to the right of the front."""
        return self.depth * _SLANT[0]

    @property
    def up(self) -> float:
        """How far the back stands above the front."""
        return self.depth * _SLANT[1]


@dataclass(frozen=True)
class Words:
    """What is written beside names and shapes, in the reader's language."""

    groups: Mapping[Group, str] = field(default_factory=lambda: {group: str(group) for group in Group})
    layers: str = "{count} layers"


def volumes_svg(
    rows: Sequence[Row], scale: Scale = Scale.ROOT, words: Words | None = None, width: float = WIDTH
) -> str:
    """Return the network as a picture, folded as `outline` folds it; names are shown as they are, never as markup."""
    return _Picture(rows, scale, words or Words(), width).svg()


def block_svg(shape: Shape, group: Group, names: Sequence[str], colour: str = TEXT_COLOUR) -> str:
    """Return one output (height, width, channels) as a block with its three sides named: each name, then its length.

    Lengths follow the numbers by their root, as in `volumes_svg`, but channels and places on scales of their own.
    """
    (box,) = sides([shape], Scale.ROOT)
    height, width, channels = (f"{name} {number:,}" for name, number in zip(names, shape, strict=True))
    left, top = _LETTER * letters_across(height) + 14, box.up + 2 * _LINE
    total = left + box.width + box.right + _LETTER * letters_across(width) + 14, top + box.height + 2 * _LINE
    dark = _mixed(COLOURS[group], 0, 0.45)
    parts = (
        f'<g stroke="{dark}" stroke-width="0.7" stroke-linejoin="round">',
        *_cuboid(left, top, box, COLOURS[group]),
        "</g>",
        _text(left - 6, top + box.height / 2, height, "", "end"),
        _text(left + box.width + box.right / 2 + 8, top + box.height - box.up / 2 + 6, width, "", "start"),
        _text(left + box.width / 2, top + box.height + _LINE + 2, channels),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total[0]:.0f} {total[1]:.0f}" width="{total[0]:.0f}" '
        f'height="{total[1]:.0f}" font-family="sans-serif" font-size="12" color="{colour}">{"".join(parts)}</svg>'
    )


def sides(shapes: Sequence[Shape], scale: Scale) -> list[Side]:
    """Return the boxes of some outputs; the largest map, the most channels and the most values fill what there is.

    >>> small, large = sides([(7, 7, 16), (28, 28, 64)], Scale.ROOT)
    >>> large.height / small.height, large.width / small.width
    (2.0, 2.0)
    """
    maps = [shape for shape in shapes if len(shape) == 3]
    side = max((max(shape[:2]) for shape in maps), default=1)
    channels = max((shape[2] for shape in maps), default=1)
    values = max((prod(shape) for shape in shapes if len(shape) != 3), default=1)

    def box(shape: Shape) -> Side:
        if len(shape) == 3:
            height, depth = (_length(n, side, _HIGHEST, scale) for n in shape[:2])
            return Side(_length(shape[2], channels, _WIDEST, scale), height, depth)
        return Side(_COLUMN, _length(prod(shape), values, _HIGHEST, scale), _COLUMN)

    return [box(shape) for shape in shapes]


def _length(number: int, largest: int, most: float, scale: Scale) -> float:
    share = {
        Scale.ROOT: sqrt(number / largest),
        Scale.LOG: log1p(number) / log1p(largest),
        Scale.TRUE: number / largest,
        Scale.NONE: 0.6,
    }[scale]
    return max(most * share, _LEAST)


class _Picture:
    """The parts of one drawing, from back to front: edges, boxes with their text, the legend."""

    def __init__(self, rows: Sequence[Row], scale: Scale, words: Words, width: float) -> None:
        self._words = words
        blocks = outline(rows)
        boxes = sides([block.rows[-1].output_shape for block in blocks], scale)
        self._boxes = {block.title: box for block, box in zip(blocks, boxes, strict=True)}
        own = {block.title: self._room(block) for block in blocks}
        sizes = Sizes(own=own, gap=(22.0, 14.0), lane=10.0, padding=14.0, line_gap=22.0)
        self._layout: NetworkLayout = lay_out(rows, frozenset(), sizes, width)
        self._nodes = {node.title: node for node in self._layout.nodes}

    def svg(self) -> str:
        legend, legend_height = self._legend()
        width, height = max(self._layout.width, 240.0), self._layout.height + legend_height
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" color="{TEXT_COLOUR}" font-family="system-ui, sans-serif" '
            'font-size="10.5">',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" '
            'orient="auto"><path d="M0 0.5 7 4 0 7.5z" fill="currentColor" fill-opacity="0.6"/></marker></defs>',
            *(self._edge(edge) for edge in self._layout.edges),
            *(part for node in self._layout.nodes for part in self._node(node)),
            *legend,
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def _texts(self, block: Block | Node) -> tuple[str, str, str]:
        """Return the name, the kind or the number of layers, and the shape."""
        last = block.rows[-1]
        name = block.label if isinstance(block, Node) else block.title
        count = len(block.rows)
        kind = last.kind if count == 1 else self._words.layers.format(count=count)
        return _short(name), kind, show(last.output_shape)

    def _room(self, block: Block) -> tuple[float, float]:
        """Return the width and height of a box with its text; as much is free below it as above."""
        box, stacked = self._boxes[block.title], 4.0 * (len(block.rows) > 1)
        text = max(map(letters_across, self._texts(block))) * _LETTER
        return max(box.width + box.right + stacked, text), box.height + box.up + 2 * _ABOVE

    def _front(self, node: Node) -> tuple[float, float]:
        """Return the upper left corner of the front of a box, which stands in the middle of its room."""
        box = self._boxes[node.title]
        left = node.x + (node.width - box.width - box.right) / 2
        return left, node.y + (node.height - box.height - box.up) / 2 + box.up

    def _edge(self, edge: Edge) -> str:
        source, target = self._nodes[edge.source], self._nodes[edge.target]
        start = self._front(source)[0] + self._boxes[source.title].width
        points = [(start, edge.points[0][1]), *edge.points, (self._front(target)[0] - 1, edge.points[-1][1])]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = ' stroke-dasharray="4 3"' if edge.skips else ""
        return (
            f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-opacity="0.5" '
            f'stroke-linejoin="round"{dashes} marker-end="url(#tip)"/>'
        )

    def _node(self, node: Node) -> Iterator[str]:
        box, colour = self._boxes[node.title], COLOURS[_group(node)]
        x, y = self._front(node)
        yield f'<g stroke="{_mixed(colour, 0, 0.45)}" stroke-width="0.7" stroke-linejoin="round">'
        if len(node.rows) > 1:
            yield from _cuboid(x + 4, y - 3, box, colour)
        yield from _cuboid(x, y, box, colour)
        yield "</g>"
        name, kind, shape = self._texts(node)
        middle, top = node.x + node.width / 2, y - box.up
        yield _text(middle, top - _LINE - 4, name, ' font-weight="600"')
        yield _text(middle, top - 5, kind, ' fill-opacity="0.75"')
        yield _text(middle, y + box.height + _LINE, shape)

    def _legend(self) -> tuple[list[str], float]:
        """Return the groups that are in the picture with their colours, and how high that is."""
        groups = dict.fromkeys(map(_group, self._layout.nodes))
        parts, x, y = [], 14.0, self._layout.height + 10
        for group in groups:
            name = self._words.groups[group]
            step = 22 + letters_across(name) * 1.1 * _LETTER + 14
            if x > 14 and x + step > max(self._layout.width, 240.0):
                x, y = 14.0, y + 18
            parts.append(f'<rect x="{x:.1f}" y="{y - 8:.1f}" width="10" height="10" rx="2" fill="{COLOURS[group]}"/>')
            parts.append(_text(x + 15, y + 1, name, "", "start"))
            x += step
        return parts, y + 12 - self._layout.height


def _group(node: Node) -> Group:
    """Return the group of a layer, of a folded block that of the layer with the most parameters."""
    return max(node.rows, key=lambda row: row.parameters).layer.group


def _cuboid(x: float, y: float, box: Side, colour: str) -> Iterator[str]:
    """Yield the three sides that are seen of a box with the upper left corner of its front at (x, y)."""
    width, height, right, up = box.width, box.height, box.right, box.up
    yield _polygon([(x, y), (x + right, y - up), (x + width + right, y - up), (x + width, y)], _mixed(colour, 255, 0.4))
    yield _polygon(
        [(x + width, y), (x + width + right, y - up), (x + width + right, y + height - up), (x + width, y + height)],
        _mixed(colour, 0, 0.22),
    )
    yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _polygon(points: Sequence[tuple[float, float]], fill: str) -> str:
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="{fill}"/>'


def _text(x: float, y: float, text: str, more: str = "", anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor"{more}>{html.escape(text)}</text>'


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _mixed(colour: str, towards: int, share: float) -> str:
    """Return a colour on its way to black (0) or white (255).

    >>> _mixed("#000000", 255, 0.4)
    '#666666'
    """
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + (towards - part) * share):02x}" for part in parts)
