"""A whole network with its down-sampling replaced: shapes and costs in columns side by side."""

from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from cnn_core.layers import Conv2D
from cnn_core.layers.formulas import length_formula
from cnn_core.layers.shapes import Shape, show
from cnn_core.layers.windows import windows_of
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS, preset
from cnn_core.network.replacing import Replacement, ShapeChange, down_sampling, replaced, shape_changes
from cnn_core.network.summary import Summary, summarize
from pages.ui import designed, state
from pages.ui.designed import OWN
from pages.ui.draw.tables import draw_table, offer_csv
from pages.ui.pooling.ways import replacement_title
from pages.ui.scripts import run_in_browser
from pages.ui.text import _, escaped

_SCROLL_HERE = """<script>document.querySelector(".st-key-in_a_network")?.scrollIntoView()</script>"""
"""For whoever comes from a design: all else on this page is about one input."""
_NAMED = 6
"""Layers whose names are spelled out before it is only their number."""


class Columns(NamedTuple):
    """A network as it is, and with each way in the place of its down-sampling, whose layers have these names."""

    network: Network
    names: tuple[str, ...]
    before: Summary
    ways: dict[Replacement, tuple[Network, Summary]]


# A network's text says all of it, so no two share a key; what is kept is frozen and may be shared by sessions.
@lru_cache(maxsize=32)
def columns_of(text: str, strides_too: bool) -> Columns:
    """Return the figures of the network that a text describes; raises NetworkError where it does not fit together."""
    network = Network.from_json(text)
    before = summarize(network)  # first, for what is wrong with it is wrong in every other
    changed = {way: replaced(network, way, strides_too) for way in Replacement}
    ways = {way: (other, summarize(other)) for way, other in changed.items()}
    return Columns(network, down_sampling(network), before, ways)


def draw() -> None:
    """Draw the network as it is and with each way in the place of its down-sampling."""
    with st.container(key="in_a_network"):
        st.header(_("In a network"), anchor=False)
    run_in_browser(_SCROLL_HERE if state.REPLACED_SOUGHT.get() else "<script></script>")
    state.REPLACED_SOUGHT.set(False)
    key = _choose_network()
    if key == OWN:
        designed.fetch()
    st.checkbox(_("Replace strides of convolutions too, not only pools"), **state.STRIDES_TOO.widget())
    columns = columns_of(designed.text() if key == OWN else designed.preset_text(key), state.STRIDES_TOO.get())
    _draw_figures(columns)
    st.markdown(_replacements(columns))
    st.markdown(_shapes(columns))
    st.caption(
        _(
            "For one picture. Memory: the outputs of all layers added up, in float32, as training keeps them. "
            "Multiply-adds: multiplications of weights, without biases; pools have none, the fixed blur counts. "
            "Parameters: weights and biases, the fixed ones of the blur included. A strided convolution has as many "
            "filters as its pool had channels and the same window (3×3 where the pool had 2×2, as in "
            "arXiv:1412.6806). A strided convolution that becomes a pool keeps its kernel, at stride 1; the pool "
            "after it is as large as the stride was."
        )
    )


def shared() -> dict[str, str]:
    """Return what the address says of the design, where that is the network."""
    return state.designed() if state.REPLACED.get() == OWN else {}


def _choose_network() -> str:
    choice = state.REPLACED.among([*(known.key for known in PRESETS), OWN])
    st.selectbox(
        _("Network"),
        format_func=lambda key: _("The network on Design a network") if key == OWN else _(preset(key).title),
        **choice.widget(),
    )
    return choice.get()


def _draw_figures(columns: Columns) -> None:
    titles = {
        _("As it is"): columns.before,
        **{replacement_title(way): summary for way, (_net, summary) in columns.ways.items()},
    }
    summaries = list(titles.values())
    rows = [
        [_("Parameters"), *(f"{summary.parameters:,}" for summary in summaries)],
        [_("Multiply-adds"), *(f"{summary.multiply_adds:,}" for summary in summaries)],
        [_("Memory of the outputs (MB)"), *(f"{summary.activation_bytes / 1e6:,.2f}" for summary in summaries)],
        [_("Layers"), *(str(len(summary.rows)) for summary in summaries)],
        [_("Last maps"), *(_last_maps(summary) for summary in summaries)],
        [_("Receptive field there"), *(_last_field(summary) for summary in summaries)],
        [_("Output"), *(show(summary.rows[-1].output_shape) for summary in summaries)],
    ]
    draw_table([_("Quantity"), *titles], rows)
    plain = [
        [
            way,
            summary.parameters,
            summary.multiply_adds,
            summary.activation_bytes,
            len(summary.rows),
            _last_maps(summary),
            _last_field(summary),
        ]
        for way, summary in zip(["as_it_is", *map(str, columns.ways)], summaries, strict=True)
    ]
    heads = ["way", "parameters", "multiply_adds", "memory_bytes", "layers", "last_maps", "receptive_field"]
    offer_csv(heads, plain, "pooling_in_a_network")


def _last_maps(summary: Summary) -> str:
    shapes = [row.output_shape for row in summary.rows if len(row.output_shape) == 3]
    return show(shapes[-1]) if shapes else "–"


def _last_field(summary: Summary) -> str:
    fields = [row.receptive_field for row in summary.rows if len(row.output_shape) == 3 and row.receptive_field]
    return show(fields[-1].size) if fields else "–"


# What was replaced, and whether the shapes are the same ---------------------------------------------------------------


def _replacements(columns: Columns) -> str:
    """Say which layers make the maps smaller, and for each way which of them stay."""
    if not columns.names:
        return _("No layer of this network uses a stride to make its maps smaller, so there is nothing to replace.")
    lines = [
        _("Layers that make the maps smaller: {count} ({names}).").format(
            count=len(columns.names), names=_names(columns.names)
        )
    ]
    for way, (network, _summary) in columns.ways.items():
        if network == columns.network:
            lines.append("- " + _("{way}: the network as it is.").format(way=replacement_title(way)))
            continue
        stay = [
            name for name in columns.names if _has(network, name) and network[name].layer == columns.network[name].layer
        ]
        if stay:
            text = _("{way}: {count} of {all} left as they are ({names}).").format(
                way=replacement_title(way), count=len(stay), all=len(columns.names), names=_names(stay)
            )
            lines.append(f"- {text}")
    fallen = _without_convolution(columns)
    if fallen:
        text = _(
            "{way}: a strided convolution takes the place of {names}: the layer before is not a convolution with "
            "stride 1, or other layers take its output too."
        )
        lines.append("- " + text.format(way=replacement_title(Replacement.STRIDE), names=_names(fallen)))
    return "\n".join(lines)


def _without_convolution(columns: Columns) -> list[str]:
    network = columns.ways[Replacement.STRIDE][0]
    return [
        name
        for name in columns.names
        if _has(network, name)
        and isinstance(network[name].layer, Conv2D)
        and not isinstance(columns.network[name].layer, Conv2D)
    ]


def _has(network: Network, name: str) -> bool:
    return any(named.name == name for named in network.layers)


def _names(names: "tuple[str, ...] | list[str]") -> str:
    shown = ", ".join(f"“{escaped(name)}”" for name in names[:_NAMED])
    return shown + (", …" if len(names) > _NAMED else "")


def _shapes(columns: Columns) -> str:
    """Say that every layer behind sees the same shape, or where it does not and why."""
    changes = {way: shape_changes(columns.before, summary) for way, (_network, summary) in columns.ways.items()}
    if not any(changes.values()):
        return _("All variants keep the same shapes.")
    lines = [_("All variants keep the same shapes, with these exceptions:")]
    for way, ways_changes in changes.items():
        if ways_changes:
            lines.append("- " + _explained(columns, way, ways_changes))
    return "\n".join(lines)


def _explained(columns: Columns, way: Replacement, changes: tuple[ShapeChange, ...]) -> str:
    first = changes[0]
    text = _(
        "{way}: “{layer}” gets {after} instead of {before}. The pool leaves out the last row or column: {pool}. The "
        "strided convolution reaches it and has no padding that could be removed: {strided}. Layers whose shape "
        "differs: {count}; this is the first."
    )
    return text.format(
        way=replacement_title(way),
        layer=escaped(first.layer),
        before=show(first.before),
        after=show(first.after),
        pool=_formula(columns.before, first.source_before, first.before, first.after),
        strided=_formula(columns.ways[way][1], first.source, first.before, first.after),
        count=len({change.layer for change in changes}),
    )


def _formula(summary: Summary, name: str, before: Shape, after: Shape) -> str:
    """Return how the layer that was taken from came to its size, along the first axis on which the two differ."""
    row = next(row for row in summary.rows if row.name == name)
    axis = 0 if before[0] != after[0] else 1
    windows = windows_of(row.layer)
    return length_formula(row.input_shapes[0][axis], windows[axis]) if windows else show(row.output_shape)
