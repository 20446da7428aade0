"""What each way leaves of edges, contrast and energy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnn_core.drawing.figures import ratios_figure
from cnn_core.numerics.reductions.effects import Effects, effects_of
from cnn_core.numerics.reductions.ways import Reduction
from pages.ui.draw.plots import draw_figure
from pages.ui.draw.tables import draw_table, offer_csv
from pages.ui.pooling.comparison import Comparison, Measure
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _


@dataclass(frozen=True)
class Kept(Measure[Mapping[Reduction, Effects]]):
    """What is left of the input with each way."""

    def of(self, comparison: Comparison) -> dict[Reduction, Effects]:
        return {way: effects_of(reducer, comparison.x) for way, reducer in comparison.reducers.items()}


@dataclass(frozen=True)
class KeptFigure(Measure[Any]):
    """The bars of that."""

    def of(self, comparison: Comparison) -> Any:
        return _figure(comparison.measured(Kept()))


def draw(comparison: Comparison) -> None:
    """Plot what is left of edges, contrast and energy, with the figures below."""
    effects = comparison.measured(Kept())
    names = _names()
    st.markdown(_of_edges(effects))
    draw_figure(comparison.measured(KeptFigure()), "kept_plot", _title())
    heads = [_("Method"), *names]
    figures = {way: (kept.sharpness, kept.contrast, kept.energy) for way, kept in effects.items()}
    draw_table(heads, [[reduction_title(way), *(f"{n:.3g}" for n in three)] for way, three in figures.items()])
    st.caption(
        _(
            "1: as in the input. Sharpness (gradient energy): mean squared step between neighbours; neighbours in "
            "the output are further apart in the picture, so it may grow. Contrast: standard deviation. Energy: "
            "mean square. A method that can enlarge values, such as a sum, is first divided by that factor."
        )
    )
    rows = [[str(way), *(f"{n:.6g}" for n in three)] for way, three in figures.items()]
    offer_csv(["way", "sharpness", "contrast", "energy"], rows, "pooling_kept")


def _names() -> tuple[str, str, str]:
    return _("Sharpness"), _("Contrast"), _("Energy")


def _title() -> str:
    return _("What is kept, relative to the input")


def _figure(effects: Mapping[Reduction, Effects]) -> Any:
    parts = zip(_names(), ("sharpness", "contrast", "energy"), strict=True)
    series = {name: [getattr(kept, part) for kept in effects.values()] for name, part in parts}
    return ratios_figure([reduction_title(way) for way in effects], series, _title())


def _of_edges(effects: Mapping[Reduction, Effects]) -> str:
    largest, mean, blurred = (effects[way] for way in (Reduction.MAX, Reduction.AVERAGE, Reduction.BLUR_FIRST))
    if largest.sharpness > mean.sharpness:
        text = _("On this input max pooling keeps steeper steps than average pooling ({max} against {average}).")
    else:
        text = _("On this input max pooling does not keep steeper steps than average pooling ({max}, {average}).")
    first = text.format(max=f"{largest.sharpness:.3g}", average=f"{mean.sharpness:.3g}")
    second = _(
        "A blur before max pooling brings its sharpness to {blurred}. The energy is {max} times the input's after "
        "max pooling, {average} times after average pooling."
    ).format(blurred=f"{blurred.sharpness:.3g}", max=f"{largest.energy:.3g}", average=f"{mean.energy:.3g}")
    return f"{first} {second}"
