"""A small example moved by one pixel, and which values of each way's output change with it."""

import html
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import streamlit as st

from cnn_core.arrays import Flags, Values
from cnn_core.numerics.grids import GRIDS, NOISE, named_grid
from cnn_core.numerics.reductions.ways import Reduction
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.pooling.comparison import Comparison, Measure
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _

SIDE = 6
"""Rows and columns of the example."""
INPUT = "input"
EXAMPLES = {
    **{grid.key: grid.title for grid in GRIDS},
    NOISE: N_("Random numbers"),
    INPUT: N_("The middle of the input"),
}
_STYLE = """<style>
.cs-moved { display: flex; flex-wrap: wrap; gap: 0.9rem 1.4rem; align-items: flex-end; }
.cs-moved figure { margin: 0; }
.cs-moved figcaption { font-size: 0.8125rem; line-height: 1.35; margin-bottom: 0.2rem; }
.cs-moved div { display: flex; gap: 0.5rem; align-items: center; }
.cs-moved table { border-collapse: collapse; font-size: 0.75rem; font-variant-numeric: tabular-nums; }
.cs-moved td {
  min-width: 2.1rem; height: 1.7rem; padding: 0 1px; text-align: center; white-space: nowrap;
  border: 1px solid rgb(128 128 128 / 50%);
}
.cs-moved td.changed { outline: 2px solid #e65100; outline-offset: -2px; font-weight: 700; }
</style>"""


class Moved(NamedTuple):
    """What a way makes of the example as it stands and moved, and which values differ."""

    before: Values
    after: Values
    changed: Flags


@dataclass(frozen=True)
class MovedByOne(Measure[dict[Reduction, Moved]]):
    """What every way makes of an example and of the same one pixel further to the right; raises CnnError."""

    example: str

    def of(self, comparison: Comparison) -> dict[Reduction, Moved]:
        still, moved = pair_of(self.example, comparison.x)
        return {
            way: _compared(reducer.reduce(still) / reducer.scale, reducer.reduce(moved) / reducer.scale)
            for way, reducer in comparison.reducers.items()
        }


def _compared(before: Values, after: Values) -> Moved:
    return Moved(before[:, :, 0], after[:, :, 0], ~np.isclose(before, after, atol=1e-9)[:, :, 0])


def pair_of(example: str, x: Values) -> tuple[Values, Values]:
    """Return an example, (6, 6, 1) or less of a smaller input, and the same moved to the right by one pixel.

    What comes in on the left is what stands there in the input, and beside its edge the edge again.
    """
    plane = (
        _middle(x[:, :, 0]) if example == INPUT else np.pad(named_grid(example, SIDE, SIDE), ((0, 0), (1, 0)), "edge")
    )
    wide = np.asarray(plane, np.float64)[:, :, np.newaxis]
    return wide[:, 1:], wide[:, :-1]


def _middle(plane: Values) -> Values:
    """Return the middle of an input, with the column before it."""
    top, left = (max(0, (length - SIDE) // 2) for length in plane.shape)
    around = np.pad(plane, ((0, 0), (1, 0)), "edge")  # so that column `left` is the one before
    return around[top : top + SIDE, left : left + SIDE + 1]


def draw(comparison: Comparison) -> None:
    """Draw the example before and after, and the same of every way's output, with frames around what changed."""
    choice = state.MOVED.among(EXAMPLES)
    st.selectbox(
        _("Example of {size}×{size} values").format(size=SIDE),
        format_func=lambda key: _(EXAMPLES[key]),
        width=320,
        **choice.widget(),
    )
    still, moved = pair_of(choice.get(), comparison.x)
    results = comparison.measured(MovedByOne(choice.get()))
    limit = float(np.abs(still).max()) or 1.0
    shown = [_figure(_("The input"), _compared(still, moved), limit)]
    for way, result in results.items():
        largest = max(limit, float(np.abs(result.before).max(initial=0)), float(np.abs(result.after).max(initial=0)))
        shown.append(_figure(reduction_title(way), result, largest))
    st.html(f'{_STYLE}<div class="cs-moved">{"".join(shown)}</div>')
    st.caption(
        _(
            "Left: unchanged. Right: with the input shifted by one pixel; a frame marks each value that changed. "
            "Where a shape stays within the same windows, max pooling does not change; where it crosses from one "
            "window into the next, it does."
        )
    )


def _figure(title: str, result: Moved, limit: float) -> str:
    said = _("{changed} of {count} changed").format(changed=int(result.changed.sum()), count=result.changed.size)
    none = np.zeros_like(result.changed)
    return (
        f"<figure><figcaption><b>{html.escape(title)}</b><br>{html.escape(said)}</figcaption>"
        f"<div>{_table(result.before, none, limit)}→{_table(result.after, result.changed, limit)}</div></figure>"
    )


def _table(values: Values, changed: Flags, limit: float) -> str:
    rows = "".join(
        "<tr>" + "".join(_cell(value, has, limit) for value, has in zip(row, marks, strict=True)) + "</tr>"
        for row, marks in zip(values, changed, strict=True)
    )
    return f"<table>{rows}</table>"


def _cell(value: float, has_changed: bool, limit: float) -> str:
    """Return a value on its grey: black is 0; of values below 0 the magnitude is drawn, their sign is written."""
    level = round(255 * min(1.0, abs(value) / limit))
    ink = "#0a171e" if level > 140 else "#ffffff"
    name = ' class="changed"' if has_changed else ""
    text = f"{value:.2g}".replace("-", "−")
    return f'<td{name} style="background:rgb({level},{level},{level});color:{ink}">{text}</td>'
