"""What the picture of a network shows: all maps of a small one, of a long one its blocks with their strongest maps."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_core.arrays import Output
from cnn_core.drawing.mosaic import colour_bar_css
from cnn_core.layers.shapes import show
from cnn_core.models.info import ModelInfo
from cnn_core.models.run import FULL_FROM, Answers, Column, LayerAnswer
from cnn_core.network.layout import NetworkLayout, Node, lay_out
from cnn_core.network.level import Sizes
from cnn_core.network.summary import Row
from cnn_core.network.whole import has_classes, is_drawn_whole, joints, scale_groups
from pages.ui.components import data_url
from pages.ui.draw.channels import Channels, map_text, picture_channels
from pages.ui.draw.roles import named_stretches
from pages.ui.entered import Entered
from pages.ui.text import _

_CARD = 124, 92
"""Three maps beside one another, and two lines of text below."""
_SIZES = Sizes(layer=_CARD, block=_CARD, gap=(26, 16), lane=10, padding=12, heading=22, line_gap=24, above=12)
"""Above the first line there is room for the name of a part, as between two lines."""
_SCREEN = 636, 286
"""Pixels that the picture has on a screen of 1280×800."""
_ZOOMS = 1.4, 1.2, 1.0, 0.9, 0.8, 0.7, 0.6
"""At which a picture is tried to be seen as a whole, the smallest being the last that can be read."""
_ZOOM = 0.85
"""Of a picture that is larger than all of these."""


def fitting_layout(rows: Sequence[Row], unfolded: Collection[str]) -> NetworkLayout:
    """Break a network into lines so that it is seen as large as possible."""
    for zoom in _ZOOMS:
        width, height = (side / zoom for side in _SCREEN)
        layout = lay_out(rows, frozenset(unfolded), _SIZES, width)
        if layout.width <= width and layout.height <= height:
            return layout
    return lay_out(rows, frozenset(unfolded), _SIZES, _SCREEN[0] / _ZOOM)


@dataclass(frozen=True, eq=False)
class NetworkPicture:
    """A network from input to output, with what its layers make of a picture.

    Attributes:
        rows: its layers.
        answers: what they make of the picture; None as long as it has not run.
        unfolded: titles of the blocks whose layers are shown; for the others stands their last.
        layout: where they stand with these unfolded.
        classes: names of the units of the output that is spoken of.
    """

    info: ModelInfo
    picture: Entered
    rows: tuple[Row, ...]
    answers: Answers | None
    unfolded: tuple[str, ...]
    layout: NetworkLayout
    classes: tuple[str, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from every other, for caches."""
        classes = self.classes if self.is_whole else ()
        return self.picture.key, self.info.output, self.answers is not None, self.unfolded, classes

    @property
    def passes(self) -> bool:
        """Say whether this is of a picture that passes, and so kept in no cache."""
        return self.picture.passes

    @property
    def is_whole(self) -> bool:
        return is_drawn_whole(self.rows)

    def data(self) -> dict[str, Any]:
        """Return what the component draws, without what is open."""
        return self._whole() if self.is_whole else self._folded()

    def passing(self) -> dict[str, Any]:
        """Return what of it another picture changes."""
        answered = self.answers.layers if self.answers else {}
        changed: dict[str, Any] = {"nodes": {row.name: self._seen(row) for row in self.rows if row.name in answered}}
        return changed | {"classes": self._classes(), "scales": list(self._scales())} if self.is_whole else changed

    # Folded -----------------------------------------------------------------------------------------------------------

    def _folded(self) -> dict[str, Any]:
        return folded(self.layout, self._card) | {"stretches": named_stretches(self.rows)}

    def _card(self, node: Node) -> dict[str, Any]:
        last = node.rows[-1]
        known = self._channels(last)
        names = [map_text(known, last.name, channel) for channel in range(len(known))]
        return card(node, self._facts(node.rows)) | {"names": names, **self._seen(last)}

    # Whole ------------------------------------------------------------------------------------------------------------

    def _whole(self) -> dict[str, Any]:
        return {
            "mode": "whole",
            "nodes": [self._column(row) for row in self.rows],
            "edges": list(self._ways()),
            "classes": self._classes(),
            "scales": list(self._scales()),
            "stretches": named_stretches(self.rows),
        }

    def _column(self, row: Row) -> dict[str, Any]:
        drawn = "maps" if len(row.output_shape) == 3 else "classes" if self._has_classes(row) else "vector"
        facts = self._facts((row,))
        height, width = row.output_shape[:2] if drawn == "maps" else (1, 1)
        count = row.output_shape[-1] if drawn != "vector" else 1
        return {
            "id": row.name,
            "layer": row.name,
            "title": row.name,
            "detail": show(row.output_shape),
            "group": str(row.layer.group),
            "label": ", ".join([row.name, *facts]),
            "facts": facts,
            "drawn": drawn,
            "count": count,
            "side": [width, height],
            **self._seen(row),
            "names": [map_text(self._channels(row), row.name, channel) for channel in range(count)],
        }

    def _has_classes(self, row: Row) -> bool:
        return row.name == self.info.output and has_classes(row)

    def _ways(self) -> Iterator[dict[str, Any]]:
        rows = {row.name: row for row in self.rows}
        for row in self.rows:
            depths = [rows[source].output_shape[-1] for source in row.sources]
            for source, joint in zip(row.sources, joints(row, depths), strict=True):
                yield {
                    "from": source,
                    "to": row.name,
                    "first": joint.first,
                    "count": joint.count,
                    "groups": joint.groups,
                }

    def _classes(self) -> list[dict[str, Any]]:
        if not any(self._has_classes(row) for row in self.rows):
            return []
        if self.answers is None:
            return [{"share": None, "text": "", "label": name} for name in self.classes]
        scores = self.answers.outputs[self.info.output]
        return [
            {"share": share, "text": _score_text(float(score), self.info.answer_kind.is_share), "label": name}
            for name, score, share in zip(
                self.classes, scores, _bar_shares(scores, self.info.answer_kind.is_share), strict=True
            )
        ]

    def _scales(self) -> Iterator[dict[str, Any]]:
        for group in scale_groups(self.rows):
            columns = self._group_columns(group)
            reaches = [column.reach for column in columns.values() if column.reach]
            if reaches:
                names = list(columns)
                yield {
                    "first": names[0],
                    "last": names[-1],
                    "colours": colour_bar_css(reaches[0]),
                    "low": f"≤ {reaches[0].low:.3g}" if reaches[0].signed else "0",
                    "high": f"≥ {reaches[0].high:.3g}",
                    "about": _(
                        "These layers share one colour scale, which ends at the {percentile}th percentile of "
                        "their magnitudes."
                    ).format(percentile=FULL_FROM),
                }

    def _group_columns(self, group: Sequence[str]) -> dict[str, Column]:
        """Return the columns of a group that show colours: the classes at the end do not."""
        answers = {name: self._answer(name) for name in group}
        barred = {row.name for row in self.rows if self._has_classes(row)}
        return {
            name: answer.column for name, answer in answers.items() if answer and answer.column and name not in barred
        }

    # Both -------------------------------------------------------------------------------------------------------------

    def _answer(self, layer: str) -> LayerAnswer | None:
        return self.answers.layers.get(layer) if self.answers else None

    def _channels(self, row: Row) -> Channels:
        return picture_channels(self.info, row)

    def _seen(self, row: Row) -> dict[str, Any]:
        """Return what is shown of what a layer makes of the picture."""
        seen = self._answer(row.name)
        if seen is None:
            return {"strongest": [], "picture": None}
        if not self.is_whole:
            strongest = seen.strongest if len(row.output_shape) == 3 else ()
            return {"strongest": list(strongest), "picture": data_url(seen.thumbnail)}
        column = None if self._has_classes(row) else seen.column
        return {"strongest": list(seen.strongest), "picture": data_url(column.picture) if column else None}

    def _facts(self, rows: Sequence[Row]) -> list[str]:
        last = rows[-1]
        seen = self._answer(last.name)
        facts = figures_of(rows)
        known = self._channels(last)
        if known:
            facts.append(_("Channels: {channels}").format(channels=", ".join(_(channel.name) for channel in known)))
        elif seen and len(last.output_shape) == 3 and not self.passes:
            facts.append(_("Strongest maps: {channels}").format(channels=", ".join(map(str, seen.strongest))))
        return facts


def folded(layout: NetworkLayout, card_of: Callable[[Node], dict[str, Any]]) -> dict[str, Any]:
    """Return what the component draws of a network of cards."""
    return {
        "mode": "folded",
        "size": [layout.width, layout.height],
        "nodes": [card_of(node) for node in layout.nodes],
        "frames": [
            {
                "title": frame.title,
                "name": frame.label,
                "label": _("{count} layers").format(count=frame.count),
                **_place(frame.x, frame.y, frame.width, frame.height),
            }
            for frame in layout.frames
        ],
        "edges": [
            {"from": edge.source, "to": edge.target, "points": edge.points, "skips": edge.skips}
            for edge in layout.edges
        ],
    }


def card(node: Node, facts: Sequence[str]) -> dict[str, Any]:
    """Return a card without a picture: a layer, or a folded block that stands for several."""
    last, is_block = node.rows[-1], len(node.rows) > 1
    return {
        "id": node.title,
        "layer": last.name,
        "layers": [row.name for row in node.rows],
        "title": node.label,
        "detail": _("{count} layers").format(count=len(node.rows)) if is_block else show(last.output_shape),
        "group": str(last.layer.group),
        "label": ", ".join([node.title, *facts]),
        "facts": list(facts),
        "names": [],
        "strongest": [],
        "picture": None,
        **_place(node.x, node.y, node.width, node.height),
    }


def figures_of(rows: Sequence[Row]) -> list[str]:
    """Return what is said of a layer or of a folded block, whatever it makes of a picture."""
    last = rows[-1]
    facts = [
        f"{last.kind} · {show(last.output_shape)}",
        _("{count} parameters").format(count=f"{sum(row.parameters for row in rows):,}"),
        _("{count} multiply-adds").format(count=f"{sum(row.multiply_adds for row in rows):,}"),
    ]
    if len(rows) > 1:
        facts.insert(0, _("{count} layers, the last of them {layer}").format(count=len(rows), layer=last.name))
    return facts


def _place(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": round(x, 1), "y": round(y, 1), "w": round(width, 1), "h": round(height, 1)}


def _score_text(score: float, is_share: bool) -> str:
    return f"{score:.1%}" if is_share else f"{score:.3g}"


def _bar_shares(scores: Output, is_share: bool) -> list[float]:
    """Return how long each class's bar is, from 0 to 1; of scores that are no shares, beside the largest."""
    largest = 1.0 if is_share else float(np.abs(scores).max()) or 1.0
    return [float(share) for share in np.nan_to_num(np.clip(scores / largest, 0, 1))]
