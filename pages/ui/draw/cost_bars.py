"""Costs of layers as bars with their figures, in HTML: an edit draws them anew, and Plotly would take too long."""

import html
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from pages.ui.text import _

_COLOURS = "#0072b2", "#e69f00"


class Cost(NamedTuple):
    """What a layer or a block of layers has of both quantities."""

    parameters: int
    multiply_adds: int


def draw_cost_bars(names: Sequence[str], costs: Mapping[str, Sequence[Cost]]) -> None:
    """Draw a row for each name: parameters and multiply-adds of each design, the longest bar being the largest of all.

    Args:
        costs: by the title of each design, its costs under these names; a single design needs no legend.
    """
    every = [cost for each in costs.values() for cost in each]
    most = Cost(*(max(column) or 1 for column in zip(*every, strict=True)))
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th>{_cell(each, most, 0)}{_cell(each, most, 1)}</tr>"
        for name, each in zip(names, zip(*costs.values(), strict=True), strict=True)
    )
    heads = (_("Layer"), _("Parameters"), _("Multiply-adds"))
    head = "".join(f"<th scope='col'>{html.escape(text)}</th>" for text in heads)
    label = html.escape(_("Table: {columns}").format(columns=", ".join(heads)))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    st.html(
        f'{_STYLE}{_legend(costs)}<div class="cs-bars" role="group" tabindex="0" aria-label="{label}">{table}</div>'
    )


def _cell(each: Sequence[Cost], most: Cost, quantity: int) -> str:
    bars = "".join(
        f'<div><i style="width:{100 * cost[quantity] / most[quantity]:.4g}%;background:{colour}"></i>'
        f"<span>{cost[quantity]:,}</span></div>"
        for cost, colour in zip(each, _COLOURS, strict=False)
    )
    return f"<td>{bars}</td>"


def _legend(titles: Mapping[str, object]) -> str:
    if len(titles) < 2:
        return ""
    keys = "".join(
        f'<li><i style="background:{colour}"></i>{html.escape(title)}</li>'
        for title, colour in zip(titles, _COLOURS, strict=False)
    )
    return f'<ul class="cs-bars-legend">{keys}</ul>'


_STYLE = """<style>
.cs-bars { overflow-x: auto; max-width: 100%; }
.cs-bars table { border-collapse: collapse; width: 100%; font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.cs-bars :is(th, td) { text-align: left; font-weight: 400; padding: 0.15rem 0.75rem 0.15rem 0; vertical-align: middle; }
.cs-bars thead th { opacity: 0.75; }
.cs-bars tbody th { max-width: 14rem; overflow-wrap: anywhere; }
.cs-bars td { width: 38%; min-width: 7rem; }
.cs-bars td div { position: relative; height: 1.3rem; line-height: 1.3rem; }
.cs-bars td i { position: absolute; left: 0; bottom: 0; height: 0.25rem; border-radius: 2px; }
.cs-bars-legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; list-style: none; margin: 0; padding: 0; }
.cs-bars-legend li { margin: 0; padding: 0; font-size: 0.8125rem; }
.cs-bars-legend i { display: inline-block; width: 0.7rem; height: 0.7rem; border-radius: 2px; margin-right: 0.35rem; }
</style>"""
