"""What all ways make of the input, beside each other in one range, and any two of them subtracted."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.mosaic import map_png
from cnn_core.drawing.png import grey_png, sheet
from cnn_core.layers.windows import padding_amounts
from cnn_core.numerics.reductions.ways import Reduction
from cnn_core.sentences import N_
from pages.ui import components, state
from pages.ui.components import data_url
from pages.ui.draw.maps import draw_exactly
from pages.ui.draw.pictures import colour_bar
from pages.ui.pooling import one_way
from pages.ui.pooling.choices import way_picker
from pages.ui.pooling.comparison import Comparison, Measure, PictureSource
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _

TITLE = N_("The input and all ten results")
WIDE = 192
"""Pixels of the screen that an enlarged result takes, about."""
_BELOW = 0.25
"""Of the largest value: noise makes a dark place a little negative, edges make as much below 0 as above."""
BRIGHTEST = 255.0
"""Of a picture's values, whatever this one holds: as bright as people see it."""


class Shade(NamedTuple):
    """The values that are black and white."""

    low: float
    high: float


class Drawn(NamedTuple):
    """The input and the results as grey PNG, a pixel a value, and what black and white stand for in each."""

    input: bytes
    pngs: dict[Reduction, bytes]
    shades: dict[Reduction, Shade]


@dataclass(frozen=True)
class DrawnResults(Measure[Drawn]):
    """The input and all results in one range of greys."""

    def of(self, comparison: Comparison) -> Drawn:
        return drawn(comparison, comparison.x, {way: comparison.scaled(way) for way in Reduction})


def is_picture(comparison: Comparison) -> bool:
    """Say whether the values are a picture's, 0 to 255."""
    return isinstance(comparison.source, PictureSource)


def drawn(comparison: Comparison, x: Values, results: Mapping[Reduction, Values]) -> Drawn:
    """Draw an input (H, W, 1), the comparison's or one much like it, and what was made of it, all in one range.

    A result whose values lie on both sides of 0 where the input has none below has a range of its own: edges would be
    lost in the other.
    """
    planes = {way: result[:, :, 0] for way, result in results.items()}
    has_sign = bool((comparison.x < 0).any())
    apart = {way for way, plane in planes.items() if not has_sign and -plane.min() > _BELOW * plane.max()}
    shared = [x, *(plane for way, plane in planes.items() if way not in apart)]
    limit = BRIGHTEST if is_picture(comparison) else max(float(np.abs(plane).max(initial=0)) for plane in shared)
    common = Shade(-limit if has_sign else 0.0, limit)
    shades = {way: _balanced(plane) if way in apart else common for way, plane in planes.items()}
    pngs = {way: grey_png(plane, *shades[way]) for way, plane in planes.items()}
    return Drawn(grey_png(x[:, :, 0], *common), pngs, shades)


def _balanced(plane: Values) -> Shade:
    largest = float(np.abs(plane).max())
    return Shade(-largest, largest)


def draw(comparison: Comparison) -> None:
    """Draw the input and all results beside one another, in greys; what a way enlarges is brought to the scale of the
    others, which is said."""
    shown = comparison.measured(DrawnResults())
    draw_lenses(comparison, shown, _("Input"), "lenses")
    st.caption(_said(comparison, shown))
    st.download_button(
        _("All results (PNG)"),
        lambda: sheet({str(way): png for way, png in shown.pngs.items()}, _factor(comparison)),
        "pooling.png",
        "image/png",
        on_click="ignore",
        key="png_ways",
    )


def draw_lenses(comparison: Comparison, shown: Drawn, title: str, key: str) -> None:
    """Draw an input and its results with a lens that follows the pointer on all of them; a click looks inside."""
    down, across = comparison.windows
    x, output = comparison.x.shape, comparison.results()[Reduction.MAX].shape
    data = {
        "pictures": [
            {"key": "", "title": title, "picture": data_url(shown.input), "isLevels": False},
            *(
                {
                    "key": str(way),
                    "title": reduction_title(way),
                    "picture": data_url(png),
                    "isLevels": shown.shades[way] == (0, BRIGHTEST),
                }
                for way, png in shown.pngs.items()
            ),
        ],
        "input": x[:2],
        "output": output[:2],
        "first": [-padding_amounts(length, window)[0] for length, window in zip(x, comparison.windows, strict=False)],
        "step": [down.stride, across.stride],
        "span": [down.kernel, across.kernel],
        "leads": one_way.PLACE,
        "words": {
            "pictures": _("The input and ten methods of making it smaller"),
            "hint": _(
                "Point at a picture: the magnifier shows the same place in all of them. A click opens its numbers "
                "below."
            ),
            "place": _(
                "Input, rows {top} to {bottom} and columns {left} to {right}; output, row {row}, column {column}."
            ),
        },
    }
    plain = json.dumps(data)
    version = hashlib.sha256(plain.encode()).hexdigest()
    components.lenses(data | {"version": version}, key=key, on_pick=_look_inside)


_BEFORE = 2
"""Outputs that are shown before the one that was clicked."""


def _look_inside(said: Any) -> None:
    """Open the way and the place that were clicked, where the numbers stand."""
    match said:
        case {"key": str(key), "row": int(row), "column": int(column)}:
            if key in list(Reduction):
                state.WAY.set(key)
            state.LOOK_ROW.set(max(0, row - _BEFORE))
            state.LOOK_COLUMN.set(max(0, column - _BEFORE))


def _factor(comparison: Comparison) -> int:
    longest: int = max(comparison.results()[Reduction.MAX].shape)
    return max(1, WIDE // longest)


def _said(comparison: Comparison, shown: Drawn) -> str:
    common = shown.shades[Reduction.MAX]
    parts = [_("Black is {low}, white {high}.").format(low=f"{common.low:.4g}", high=f"{common.high:.4g}")]
    for way, shade in shown.shades.items():
        if shade != common:
            text = _("{way} has values below 0: there grey is 0, black {low} and white {high}.")
            parts.append(text.format(way=reduction_title(way), low=f"{shade.low:.4g}", high=f"{shade.high:.4g}"))
    factors = [(way, reducer.scale) for way, reducer in comparison.reducers.items()]
    divided = [f"{reduction_title(way)} / {factor:.4g}" for way, factor in factors if factor != 1]
    if divided:
        parts.append(
            _("To be comparable, these are divided by the most they can enlarge a value: {ways}.").format(
                ways="; ".join(divided)
            )
        )
    return " ".join(parts).replace("-", "−")


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


def draw_difference(comparison: Comparison) -> None:
    """Let the reader subtract two results, in the scale in which they are drawn."""
    one, two = st.columns(2)
    with one:
        first = way_picker(state.WAY_ONE, _("First method"))
    with two:
        second = way_picker(state.OTHER_WAY, _("Second method, subtracted from it"))
    difference = comparison.measured(Difference(first, second))
    draw_exactly(
        {f"{reduction_title(first)} − {reduction_title(second)}": difference.png},
        difference.width,
        difference.factor,
        "difference",
    )
    colour_bar(difference.range_, f"{difference.range_.low:.4g}", f"{difference.range_.high:.4g}")
    st.caption(
        _("Largest difference {largest}, mean magnitude {mean}. Each value is drawn as {n}×{n} screen pixels.").format(
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
    range_ = Range(float(sizes.max()), signed=True)  # a difference of photographs is none: white is where they agree
    factor = max(1, 2 * WIDE // max(plane.shape))
    return DrawnDifference(map_png(plane, range_), range_, float(sizes.mean()), plane.shape[1], factor)
