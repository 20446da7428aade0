"""Figures as a table on the page and as a file."""

import csv
import html
import io
from collections.abc import Sequence

import streamlit as st

from pages.ui.text import _

_STYLE = """<style>
.cs-figures { overflow-x: auto; width: fit-content; max-width: 100%; }
.cs-figures table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
.cs-figures :is(td, th) {
  padding: 0.25rem 0.5rem; text-align: right; white-space: nowrap; overflow-wrap: normal; font-weight: 400;
  border: 1px solid color-mix(in srgb, currentColor 20%, transparent);
}
.cs-figures thead th { white-space: normal; word-break: normal; opacity: 0.75; vertical-align: bottom; }
.cs-figures th:first-child { text-align: left; }
@media (max-width: 640px) {
  .cs-figures table { font-size: 0.78rem; }
  .cs-figures :is(td, th) { padding: 0.3rem; }
  .cs-wordy :is(td, th) { white-space: normal; text-align: left; vertical-align: top; }
  .cs-wordy td { min-width: 7rem; }
}
</style>"""


def draw_table(heads: Sequence[str], rows: Sequence[Sequence[str]], is_wordy: bool = False) -> None:
    """Draw a table that keeps its cells on one line; where the screen is narrow it scrolls inside itself, also by keys.

    Nothing in it is markup. Where cells are words rather than numbers (`is_wordy`), a narrow screen breaks their lines.
    """
    head = "".join(f"<th scope='col'>{html.escape(text)}</th>" if text else "<td></td>" for text in heads)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    label = html.escape(_("Table: {columns}").format(columns=", ".join(heads)))
    classes = "cs-figures cs-wordy" if is_wordy else "cs-figures"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    st.html(f'{_STYLE}<div class="{classes}" role="group" tabindex="0" aria-label="{label}">{table}</div>')


def _cells(row: Sequence[str]) -> str:
    first, *others = map(html.escape, row)
    return f"<th scope='row'>{first}</th>" + "".join(f"<td>{text}</td>" for text in others)


def offer_csv(heads: Sequence[str], rows: Sequence[Sequence[object]], name: str) -> None:
    """Offer a table as a file; what comes in is written without separators of thousands."""

    def text() -> bytes:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([heads, *rows])
        return out.getvalue().encode("utf-8")

    st.download_button(_("These numbers (CSV)"), text, f"{name}.csv", "text/csv", on_click="ignore", key=f"csv_{name}")
