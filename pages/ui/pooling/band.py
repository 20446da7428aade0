"""The rows of an input on which it takes long enough to measure."""

import streamlit as st

from cnn_core.arrays import Values
from pages.ui.pooling.comparison import Comparison
from pages.ui.text import _

BAND = 48
"""Rows of a large input on which shifts and noise are measured."""


def band_of(x: Values) -> Values:
    """Return the middle rows of an input."""
    top = max(0, (x.shape[0] - BAND) // 2)
    return x[top : top + BAND]


def say_band(comparison: Comparison) -> None:
    """Say that only the middle rows were measured, where that is so."""
    rows = comparison.x.shape[0]
    if rows > BAND:
        st.caption(_("Measured on the middle {band} of {rows} rows.").format(band=BAND, rows=rows))
