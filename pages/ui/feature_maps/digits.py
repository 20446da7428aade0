"""Beside a network that knows only digits: a sheet to draw one on, and what it takes the drawing for."""

import html
from collections.abc import Mapping
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.models.answer_kind import by_score
from cnn_core.models.info import ModelInfo
from cnn_core.network.summary import Row
from pages.ui import cached
from pages.ui.ask import sketch
from pages.ui.ask.picture import chosen_fit
from pages.ui.draw.changed import Changed, named
from pages.ui.feature_maps import follow
from pages.ui.feature_maps.open_layer import Run
from pages.ui.feature_maps.parts import Part
from pages.ui.text import _
from pages.ui.waiting import fragment

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
  .st-key-digits { flex-wrap: wrap; --graph-height: 210px; }
  .st-key-digits > * { flex-basis: 100% !important; }
  .st-key-digit_sheet { flex-flow: row wrap; align-items: flex-start; gap: 0.4rem 1rem; }
  .st-key-digit_sheet > :first-child { flex: 0 0 7.5rem; }
  .st-key-digit_sheet > :not(:first-child) { flex: 1 1 0; min-width: 0; }
}
</style>"""


def beside(
    here: DeltaGenerator, info: ModelInfo, rows: Mapping[str, Row]
) -> tuple[DeltaGenerator, DeltaGenerator | None]:
    """Draw the sheet where the model reads digits; return the places for the network, which is here where there is no
    sheet, and for the answer."""
    if not sketch.reads_digits(info):
        return here, None
    st.html(_STYLE)
    with st.container(horizontal=True, key="digits"):
        with st.container(key="digit_sheet"):
            fragment(partial(_draw_sheet, info, rows), Part.SHEET)()
            answer = st.container()
        return st.container(), answer


def _draw_sheet(info: ModelInfo, rows: Mapping[str, Row]) -> None:
    """Draw the sheet, and tell the page what a drawing that grows changes in it: the page itself need not run."""
    drawing = sketch.growing()
    run = None
    if drawing is not None:
        run = follow.glimpsed(info, cached.entered(drawing, info, *chosen_fit(info)), rows, Part.SHEET)
    sketch.draw(None if run is None else follow.changed(run, _changed(run)))
    if drawing is not None and run is None:  # what stands beside it is still of the picture before
        st.caption(follow.is_running())


def draw_answer(run: Run, place: DeltaGenerator | None) -> None:
    """Draw the likeliest digits with their shares in a place, and say it where the picture may show none."""
    if place is not None and not run.picture.passes:
        with place:
            _draw_answer(run)


def _draw_answer(run: Run) -> None:
    now = _changed(run)
    st.html(f'<div class="cs-digits">{"".join(_row(now, rank) for rank in range(FIRST))}</div>')
    if sketch.may_be_no_digit(run.info):
        st.caption(_("This network knows only the digits 0 to 9: it names a digit even for a picture that shows none."))


def _changed(run: Run) -> Changed:
    """Return the likeliest digits with their shares and bars, by the names of their elements."""
    texts: dict[str, str] = {}
    styles = {}
    for rank, index in enumerate(by_score(run.scores)[:FIRST]):
        share = f"{float(run.scores[index]):.1%}"
        texts |= {f"digit_{rank}": run.classes[index], f"digit_share_{rank}": share}
        styles[f"digit_bar_{rank}"] = {"width": share}
    return Changed(texts, styles=styles)


def _row(now: Changed, rank: int) -> str:
    name, share = (f"digit_{rank}", f"digit_share_{rank}")
    bar = f'<i><b {named(f"digit_bar_{rank}")} style="width:{now.texts[share]}"></b></i>'
    told = [f"<span {named(part)}>{html.escape(now.texts[part])}</span>" for part in (name, share)]
    return bar.join(told)
