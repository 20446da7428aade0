"""Figures as a table on the page and as a file."""

import csv
import io
from collections.abc import Sequence

import streamlit as st

from pages.ui.text import _

_STYLE = """<style>
[class*="st-key-figures_"] :is(td, th) { padding: 0.25rem 0.5rem; font-size: 0.9rem; }
[class*="st-key-figures_"] td { white-space: nowrap; }
</style>"""


def draw_table(heads: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> None:
    """Draw a table that keeps its cells on one line; where the screen is narrow it scrolls inside itself."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    with st.container(key=f"figures_{name}"):
        st.html(_STYLE)
        st.markdown("\n".join("| " + " | ".join(line) + " |" for line in lines))


def offer_csv(heads: Sequence[str], rows: Sequence[Sequence[object]], name: str) -> None:
    """Offer a table as a file; what comes in is written without separators of thousands."""

    def text() -> bytes:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([heads, *rows])
        return out.getvalue().encode("utf-8")

    st.download_button(_("These figures (CSV)"), text, f"{name}.csv", "text/csv", on_click="ignore", key=f"csv_{name}")
