"""Beside a network that knows only digits: a sheet to draw one on, and what it takes the drawing for."""

import html

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.models.answer_kind import by_score
from cnn_core.models.info import ModelInfo
from pages.ui.ask import sketch
from pages.ui.feature_maps.open_layer import Run
from pages.ui.text import _

FIRST = 3
"""Answers that are shown beside the sheet."""
_STYLE = """<style>
.st-key-digits { flex-wrap: nowrap; align-items: flex-start; }
.st-key-digits > :first-child { flex: 0 0 9.5rem; }
.st-key-digits > :last-child { flex: 1 1 0; min-width: 0; }
.st-key-digit_sheet { gap: 0.4rem; }
.cs-digits {
  display: grid; grid-template-columns: auto 1fr auto; gap: 0 0.4rem; font-size: 0.8125rem; line-height: 1.35;
}
.cs-digits i { align-self: center; height: 0.5rem; border-radius: 3px; background: rgb(128 128 128 / 25%); }
.cs-digits b { display: block; height: 100%; border-radius: 3px; background: #0e86ad; }
.cs-digits span:last-child { font-variant-numeric: tabular-nums; }
@media (max-width: 640px) {
  .st-key-digits > :first-child { flex-basis: 7.5rem; }
}
</style>"""


def beside(info: ModelInfo) -> tuple[DeltaGenerator, DeltaGenerator | None]:
    """Draw the sheet where the model reads digits; return the places for the network and, there, for the answer."""
    if not sketch.reads_digits(info):
        return st.container(), None
    st.html(_STYLE)
    with st.container(horizontal=True, key="digits"):
        with st.container(key="digit_sheet"):
            sketch.draw()
            answer = st.container()
        return st.container(), answer


def draw_answer(run: Run, place: DeltaGenerator | None) -> None:
    """Draw the likeliest digits with their shares in a place, and say it where the picture may show none."""
    if place is not None and not run.picture.passes:
        with place:
            _draw_answer(run)


def _draw_answer(run: Run) -> None:
    rows = "".join(_row(run.classes[index], float(run.scores[index])) for index in by_score(run.scores)[:FIRST])
    st.html(f'<div class="cs-digits">{rows}</div>')
    if sketch.may_be_no_digit(run.info):
        st.caption(
            _("This network knows only the digits 0 to 9: of a picture that shows none, it names a digit all the same.")
        )


def _row(name: str, share: float) -> str:
    bar = f'<i><b style="width:{share:.1%}"></b></i>'
    return f"<span>{html.escape(name)}</span>{bar}<span>{share:.1%}</span>"
