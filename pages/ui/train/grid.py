"""What is trained on, seen: a row of real pictures for each class."""

import html

import streamlit as st

from pages.ui.components import data_url
from pages.ui.text import _
from pages.ui.train.cached import Shown

MOST_CLASSES = 10
_HEIGHT = 236
"""Pixels of all rows together on a screen of 1280×800."""
_LOWEST, _HIGHEST = 22, 76
_STYLE = """<style>
.cs-pictures { display: grid; grid-template-columns: auto 1fr; gap: 4px 10px; align-items: center; }
.cs-pictures .name { font-size: 0.875rem; line-height: 1.15; max-width: 7.5rem; overflow-wrap: anywhere; }
.cs-pictures .name span { display: block; opacity: 0.75; font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.cs-pictures img { height: var(--row); width: 100%; object-fit: cover; object-position: left; display: block; }
@media (max-width: 640px) { .cs-pictures img { height: calc(var(--row) * 0.72); } }
</style>"""


def draw(shown: Shown) -> None:
    """Draw the first pictures of each class, with its name and how many there are to train on."""
    classes = shown.classes[:MOST_CLASSES]
    height = max(_LOWEST, min(_HIGHEST, _HEIGHT // len(classes) - 4))
    rows = "".join(_row(shown, label, height < 2 * _LOWEST) for label in range(len(classes)))
    st.html(f'{_STYLE}<div class="cs-pictures" style="--row: {height}px">{rows}</div>')
    if len(shown.classes) > MOST_CLASSES:
        st.caption(_("The first {shown} of {count} classes.").format(shown=MOST_CLASSES, count=len(shown.classes)))


def _row(shown: Shown, label: int, is_low: bool) -> str:
    name = html.escape(shown.classes[label])
    count = "" if is_low else f"<span>{shown.counts[label].train:,}</span>"
    alt = html.escape(_("Pictures of the class {name}").format(name=shown.classes[label]))
    return f'<div class="name">{name}{count}</div><img src="{data_url(shown.strips[label])}" alt="{alt}">'
