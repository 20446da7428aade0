"""Layers side by side: parameters and multiply-adds of each way, with its formulas."""

from collections.abc import Sequence

import streamlit as st

from cnn_core.layers import Input, Layer
from cnn_core.layers.formulas import MULTIPLY_ADDS, PARAMETERS
from cnn_core.layers.shapes import Shape
from cnn_core.network.network import Network
from cnn_core.network.summary import Summary, summarize
from pages.ui.draw.tables import draw_table
from pages.ui.text import _


def draw_costs(ways: Sequence[tuple[str, Sequence[Layer]]], shape: Shape) -> None:
    """Draw a table, one way a row; the share is of the first way's multiply-adds."""
    summaries = [(title, summarize(Network.of(Input(shape), *layers))) for title, layers in ways]
    first = summaries[0][1]
    heads = [_("Method"), _("Parameters"), _("Multiply-adds"), _("Share")]
    rows = [
        [
            title,
            f"{summary.parameters:,}",
            f"{summary.multiply_adds:,}",
            f"{summary.multiply_adds / first.multiply_adds:.3g}",
        ]
        for title, summary in summaries
    ]
    draw_table(heads, rows)
    st.caption("  \n".join(_formulas(title, summary) for title, summary in summaries))


def _formulas(title: str, summary: Summary) -> str:
    texts = [
        f"{_(formula.quantity)} {formula.text}"
        for row in summary.rows
        for formula in row.formulas
        if formula.quantity in (PARAMETERS, MULTIPLY_ADDS)
    ]
    return f"{title}: " + "; ".join(texts)
