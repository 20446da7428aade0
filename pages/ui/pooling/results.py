"""What all ways make of the input, beside each other in one range, and any two of them subtracted."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.mosaic import map_png
from cnn_core.drawing.png import sheet
from cnn_core.numerics.reductions.ways import Reduction
from pages.ui import state
from pages.ui.draw.maps import draw_exactly
from pages.ui.draw.pictures import colour_bar
from pages.ui.pooling.choices import way_picker
from pages.ui.pooling.comparison import Comparison, Measure
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _

WIDE = 192
"""Pixels of the screen that an enlarged result takes, about."""
DETAIL = 48
"""Values of a large result that are enlarged."""


class Drawn(NamedTuple):
    """Results as PNG, a pixel a value: so many values wide, each so many pixels of the screen."""

    pngs: dict[Reduction, bytes]
    ranges: dict[Reduction, Range]
    width: int
    factor: int


@dataclass(frozen=True)
class DrawnResults(Measure[Drawn]):
    """All results in one range, in true size ("true") or their middle enlarged ("enlarged")."""

    shown: str

    def of(self, comparison: Comparison) -> Drawn:
        return _drawn(comparison, self.shown)


class DrawnDifference(NamedTuple):
    """A difference as PNG, a pixel a value, with its range and mean magnitude; sizes as in `Drawn`."""

    png: bytes
    range_: Range
    mean: float
    width: int
    factor: int


@dataclass(frozen=True)
class Difference(Measure[DrawnDifference]):
    """One result less another, in the scale in which they are drawn."""

    first: Reduction
    second: Reduction

    def of(self, comparison: Comparison) -> DrawnDifference:
        return _subtracted(comparison, self.first, self.second)


def draw(comparison: Comparison) -> None:
    """Draw all results in one range; what a way enlarges is brought to the scale of the others, which is said."""
    st.header(_("All ten results on one colour scale"), anchor=False)
    side = max(comparison.results()[Reduction.MAX].shape[:2])
    shown = state.SHOWN.get() if side > DETAIL else "enlarged"
    if side > DETAIL:
        titles = {"true": _("True size"), "enlarged": _("The middle, enlarged")}
        st.segmented_control(_("Show"), format_func=titles.__getitem__, required=True, **state.SHOWN.widget())
    drawn = comparison.measured(DrawnResults(shown))
    draw_exactly({reduction_title(way): png for way, png in drawn.pngs.items()}, drawn.width, drawn.factor, "ways")
    for reach in sorted(set(drawn.ranges.values()), key=lambda range_: range_.signed):
        colour_bar(reach, f"{reach.low:.4g}", f"{reach.high:.4g}")
    st.caption(_said(comparison, drawn))
    st.download_button(
        _("All results (PNG)"),
        lambda: sheet({str(way): png for way, png in drawn.pngs.items()}, drawn.factor),
        "pooling.png",
        "image/png",
        on_click="ignore",
        key="png_ways",
    )


def _drawn(comparison: Comparison, shown: str) -> Drawn:
    whole = {way: comparison.scaled(way)[:, :, 0] for way in Reduction}
    limit = max(float(np.abs(plane).max(initial=0)) for plane in whole.values())
    # Of an input without a sign, results without one have a table that shows more; the limit is the same for all.
    is_signed = bool((comparison.x < 0).any())
    ranges = {way: Range(limit, is_signed or bool((plane < 0).any())) for way, plane in whole.items()}
    maps = {way: _shown_part(plane, shown) for way, plane in whole.items()}
    width = maps[Reduction.MAX].shape[1]
    factor = max(1, WIDE // max(maps[Reduction.MAX].shape)) if shown == "enlarged" else 1
    return Drawn({way: map_png(plane, ranges[way]) for way, plane in maps.items()}, ranges, width, factor)


def _shown_part(plane: Values, shown: str) -> Values:
    if shown == "true":
        return plane
    top, left = (max(0, (side - DETAIL) // 2) for side in plane.shape)
    return plane[top : top + DETAIL, left : left + DETAIL]


def _said(comparison: Comparison, drawn: Drawn) -> str:
    reach = drawn.ranges[Reduction.MAX]
    parts = [
        _("A value is {n}×{n} pixels of the screen.").format(n=drawn.factor),
        _("One limit for all: the strongest colours stand for a magnitude of {limit}.").format(
            limit=f"{reach.limit:.4g}"
        ),
    ]
    if len(set(drawn.ranges.values())) > 1:
        parts.append(
            _("Results with negative values are blue below 0; the others use all of their colours for values above it.")
        )
    factors = [(way, reducer.scale) for way, reducer in comparison.reducers.items()]
    divided = [f"{reduction_title(way)} / {factor:.4g}" for way, factor in factors if factor != 1]
    if divided:
        parts.append(_("Divided by the most that they can enlarge a value: {ways}.").format(ways="; ".join(divided)))
    return " ".join(parts)


def draw_difference(comparison: Comparison) -> None:
    """Let the reader subtract two results, in the scale in which they are drawn."""
    one, two = st.columns(2)
    with one:
        first = way_picker(state.WAY_ONE, _("First way"))
    with two:
        second = way_picker(state.OTHER_WAY, _("Second way, subtracted from it"))
    difference = comparison.measured(Difference(first, second))
    draw_exactly(
        {f"{reduction_title(first)} − {reduction_title(second)}": difference.png},
        difference.width,
        difference.factor,
        "difference",
    )
    colour_bar(difference.range_, f"{difference.range_.low:.4g}", f"{difference.range_.high:.4g}")
    st.caption(
        _("Largest difference {largest}, mean magnitude {mean}. A value is {n}×{n} pixels of the screen.").format(
            largest=f"{difference.range_.limit:.4g}", mean=f"{difference.mean:.4g}", n=difference.factor
        )
    )
    st.download_button(
        _("This difference (PNG)"),
        lambda: sheet({f"{first} - {second}": difference.png}, difference.factor),
        f"pooling_{first}_minus_{second}.png",
        "image/png",
        on_click="ignore",
        key="png_difference",
    )


def _subtracted(comparison: Comparison, first: Reduction, second: Reduction) -> DrawnDifference:
    plane = (comparison.scaled(first) - comparison.scaled(second))[:, :, 0]
    sizes = np.abs(plane)
    range_ = Range(float(sizes.max()), bool((plane < 0).any()))
    factor = max(1, 2 * WIDE // max(plane.shape))
    return DrawnDifference(map_png(plane, range_), range_, float(sizes.mean()), plane.shape[1], factor)
