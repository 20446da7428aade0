"""How large the output is: the formula with the numbers put in, and what a stride that leaves a rest means."""

import streamlit as st

from cnn_core.layers.formulas import length_formula
from cnn_core.layers.shapes import AXES, show
from cnn_core.network.remarks import padding_that_fits, rest
from pages.ui.convolution.choices import Setup
from pages.ui.text import _


def formulas(now: Setup) -> None:
    """Say how large the output is on each axis and why, and mark what no window sees."""
    lengths = now.x.shape[:2]
    texts = [length_formula(length, window) for length, window in zip(lengths, now.windows, strict=True)]
    names = [_("height and width")] if texts[0] == texts[1] else [_(axis) for axis in AXES]
    lines = [f"{name}: (n + p − k) / s + 1 → {text}" for name, text in zip(names, texts, strict=False)]
    st.markdown("**" + _("Output size") + "**  \n" + "  \n".join(lines))
    left_over = [rest(length, window) for length, window in zip(lengths, now.windows, strict=True)]
    if any(left_over):
        st.info(_rest(now, left_over), icon=":material/content_cut:")


def _rest(now: Setup, left_over: list[int]) -> str:
    fitting = [padding_that_fits(length, window) for length, window in zip(now.x.shape, now.windows, strict=False)]
    return _(
        "The division leaves a rest: the last {rows} rows and {columns} columns are never seen (crossed out above). "
        "The course calls such a stride not usable; libraries round down. Padding of {padding} more in height and "
        "width would make it fit."
    ).format(rows=left_over[0], columns=left_over[1], padding=show(tuple(fitting)))
