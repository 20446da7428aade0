"""What a network answers for labelled pictures: which classes it confuses, where it errs and where it is sure."""

import html
from collections.abc import Sequence

import streamlit as st

from cnn_core.arrays import Output
from cnn_core.training.records import Answer
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.split import Part
from pages.ui.components import data_url
from pages.ui.text import _
from pages.ui.train import cached
from pages.ui.waiting import asked

Confusion = Sequence[Sequence[int]]
_STRONGEST = 40
"""Per cent of the page's accent in the cell of a class that is always recognized."""
_STYLE = """<style>
.cs-confusion { overflow-x: auto; max-width: 100%; }
.cs-confusion table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.cs-confusion :is(td, th) { padding: 0.2rem 0.5rem; text-align: right; font-weight: 400; white-space: nowrap; }
.cs-confusion tbody td { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); min-width: 2.6rem; }
.cs-confusion td.right { outline: 2px solid color-mix(in srgb, currentColor 45%, transparent); outline-offset: -2px; }
.cs-answers { display: flex; flex-wrap: wrap; gap: 8px; }
.cs-answers figure { margin: 0; width: 84px; }
.cs-answers img { display: block; width: 84px; height: 84px; object-fit: contain; image-rendering: pixelated; }
.cs-answers figcaption { font-size: 0.75rem; line-height: 1.25; overflow-wrap: anywhere; }
</style>"""


def draw_confusion(confusion: Confusion, classes: Sequence[str]) -> None:
    """Draw how many pictures of each class (row) were taken for each (column), darker where more of a class are."""
    names = [html.escape(name) for name in classes]
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    rows = "".join(
        f"<tr><th scope='row'>{name}</th>{_cells(counts, place)}</tr>"
        for place, (name, counts) in enumerate(zip(names, confusion, strict=True))
    )
    label = html.escape(_("Confusion matrix: rows are true classes, columns are predicted classes"))
    table = f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
    st.html(f'{_STYLE}<div class="cs-confusion" role="group" tabindex="0" aria-label="{label}">{table}</div>')
    st.caption(_("Rows are true classes, columns are predicted classes; the frames mark the right answers."))


def _cells(counts: Sequence[int], right: int) -> str:
    total = max(1, sum(counts))
    return "".join(
        f'<td class="{"right" if place == right else ""}" style="background: color-mix(in srgb, '
        f'#3596b6 {round(_STRONGEST * count / total)}%, transparent)">{count:,}</td>'
        for place, count in enumerate(counts)
    )


def draw_answers(title: str, answers: Sequence[Answer], classes: Sequence[str], data: Data, part: Part) -> None:
    """Draw pictures with what the network said of them, and how sure it was."""
    st.markdown(f"**{title}**")
    if not answers:
        st.caption(_("none"))
        return
    places = tuple(answer.picture for answer in answers)
    pictures = asked(cached.some_pictures(data, part, places), _("Reading the pictures."), f"answers_{title}")
    figures = "".join(_figure(answer, png, classes) for answer, png in zip(answers, pictures, strict=True))
    st.html(f'{_STYLE}<div class="cs-answers">{figures}</div>')


def _figure(answer: Answer, png: bytes, classes: Sequence[str]) -> str:
    right, said = (html.escape(classes[label]) for label in (answer.label, answer.said))
    text = f"{said} {answer.probability:.0%}" + ("" if answer.label == answer.said else f"<br>≠ {right}")
    return f'<figure><img src="{data_url(png)}" alt="{right}"><figcaption>{text}</figcaption></figure>'


def shares_of(scores: Output) -> list[float]:
    """Return the share of each class; one unit with sigmoid speaks of the second."""
    shares = [float(score) for score in scores]
    return [1 - shares[0], shares[0]] if len(shares) == 1 else shares
