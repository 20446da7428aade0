"""What can be measured of all ways, one thing at a time, so that a change computes only what is seen."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.pooling import costs, equal, kept, noise, results, shifts
from pages.ui.pooling.comparison import Comparison
from pages.ui.text import _


class _Measure(NamedTuple):
    """`claim` is said first; `draw` measures it."""

    title: str
    claim: str
    draw: Callable[[Comparison], None]


_MEASURES = {
    "costs": _Measure(
        N_("Size and cost"),
        N_("All ten give the same size; they differ in what they compute. Pooling learns nothing."),
        costs.draw,
    ),
    "difference": _Measure(
        N_("Difference of two"),
        N_("Two results subtracted, value by value: where they disagree."),
        results.draw_difference,
    ),
    "equal": _Measure(
        N_("Where they are the same"),
        N_("Several methods are the same operation under different names."),
        equal.draw,
    ),
    "position": _Measure(
        N_("Position"),
        N_("“Pooling evens out the position”, “position relative to others matters more than the exact place”."),
        shifts.draw,
    ),
    "noise": _Measure(
        N_("Noise"),
        N_("“Pooling denoises.”"),
        noise.draw,
    ),
    "kept": _Measure(
        N_("Edges, contrast, energy"),
        N_("“Max pooling gives sharp, average pooling smooth features”, “stride 2 may lose features”."),
        kept.draw,
    ),
}


def draw(comparison: Comparison) -> None:
    """Let the reader choose what to measure, and draw it."""
    st.header(_("Measured on this input"), anchor=False)
    st.pills(
        _("What to measure"),
        format_func=lambda key: _(_MEASURES[key].title),
        required=True,
        label_visibility="collapsed",
        **state.MEASURED.widget(),
    )
    measure = _MEASURES[state.MEASURED.get()]
    st.markdown(_(measure.claim))
    measure.draw(comparison)
