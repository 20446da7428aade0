"""How a size comes about: the formula with the numbers put in."""

from collections.abc import Sequence

import streamlit as st

from cnn_core.layers.formulas import BOTH_AXES, length_formula
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import AXES
from cnn_core.numerics.maps import Windows
from pages.ui.text import _


def draw_output_size(shape: Shape, windows: Windows) -> None:
    """Say how large the output is on each axis of (H, W, …) and why, axes that agree in one line."""
    texts = [length_formula(length, window) for length, window in zip(shape, windows, strict=False)]
    names = [BOTH_AXES] if texts[0] == texts[1] else AXES
    draw_lines(
        _("Output size"), [f"{_(n)}: (n + p − k) / s + 1 → {text}" for n, text in zip(names, texts, strict=False)]
    )


def difference_text(largest: float) -> str:
    """Say how far two ways to the same values lie apart."""
    if largest == 0:
        return _("The two results are exactly the same.")
    return _("The two results differ only by rounding, at most {difference}.").format(difference=f"{largest:.1g}")


def draw_lines(title: str, lines: Sequence[str]) -> None:
    """Draw formulas below each other."""
    st.markdown("  \n".join([f"**{title}**", *lines]))
