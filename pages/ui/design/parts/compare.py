"""Two designs side by side: totals, charts, and their layers in pairs with what differs marked."""

import html
from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.layers.shapes import show
from cnn_core.network.compare import Difference, Pair, align
from cnn_core.network.presets import PRESETS
from cnn_core.network.summary import Row, Summary
from cnn_core.sentences import N_
from pages.ui import designed, state
from pages.ui.design import current, editor
from pages.ui.design.figures import readable_bytes
from pages.ui.design.tools import preset_title
from pages.ui.draw.cost_bars import Cost, draw_cost_bars
from pages.ui.draw.tables import draw_table
from pages.ui.layer_words import in_short
from pages.ui.messages import show_error
from pages.ui.text import _

_BEFORE, _OPENED, _FILE = "before", "opened", "compared_file_upload"
_MOST_BARS = 20
"""Pairs of layers that a chart shows."""
_NOTHING = Cost(0, 0)
_MARKS = {
    Difference.NONE: "",
    Difference.FIGURES: N_("same layer, different input"),
    Difference.SETTINGS: N_("different settings"),
    Difference.KIND: N_("different kind"),
    Difference.ONLY_LEFT: N_("only here"),
    Difference.ONLY_RIGHT: N_("only there"),
}


def shows() -> Any:
    return current.text(), _other()


def draw() -> None:
    """Draw the choice of the other design, then both."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose()
        with st.popover(_("From a file"), icon=":material/upload_file:"):
            st.file_uploader(
                _("A network (JSON, .keras, .h5 or .onnx)"),
                type=["json", "keras", "h5", "hdf5", "onnx"],
                max_upload_size=editor.LARGEST_FILE_MEGABYTES,
                key=_FILE,
                on_change=_take_file,
            )
    if state.COMPARED_PROBLEM.get() is not None:
        show_error(state.COMPARED_PROBLEM.get())
    text = _other()
    if not text:
        st.info(_("There is no earlier design yet. Edit this one, or choose another network to compare with."))
        return
    ours, theirs = current.summary(), current.summary_of(text)
    pairs = align(ours, theirs)
    totals, chart = st.columns([2, 3], gap="medium")
    with totals:
        _draw_totals(ours, theirs)
    with chart:
        _draw_chart(pairs)
    _draw_pairs(pairs)


def _choose() -> None:
    options = [_BEFORE, *([_OPENED] if state.COMPARED_FILE.get() else []), *(known.key for known in PRESETS)]
    if state.COMPARED.get() not in options:
        state.COMPARED.set(_BEFORE)
    st.selectbox(_("Compare with"), options, format_func=_title, width=420, **state.COMPARED.widget())


def _title(key: str) -> str:
    if key == _BEFORE:
        return _("The design before the last change")
    return _("Your file") if key == _OPENED else preset_title(key)


def _other() -> str:
    """Return the text of the other design; nothing where there is none."""
    key = state.COMPARED.get()
    if key == _BEFORE:
        past = state.DESIGN_PAST.get()
        return str(past[-1].text) if past else ""
    return state.COMPARED_FILE.get() if key == _OPENED else designed.preset_text(key)


def _take_file() -> None:
    file = state.widget_value(_FILE)
    if file is None:
        return
    try:
        state.COMPARED_FILE.set(current.text_of(current.usable(editor.read_file(file.getvalue()))))
    except CnnError as error:
        state.COMPARED_PROBLEM.set(error)
    else:
        state.COMPARED_PROBLEM.set(None)
        state.COMPARED.set(_OPENED)


def _draw_totals(ours: Summary, theirs: Summary) -> None:
    quantities = (
        (_("Layers"), len(ours.rows), len(theirs.rows), str),
        (_("Parameters"), ours.parameters, theirs.parameters, "{:,}".format),
        (_("Multiply-adds"), ours.multiply_adds, theirs.multiply_adds, "{:,}".format),
        (_("Memory of all outputs (training)"), ours.activation_bytes, theirs.activation_bytes, readable_bytes),
        (_("Peak memory (inference)"), ours.peak_bytes, theirs.peak_bytes, readable_bytes),
    )
    rows = [[name, say(left), say(right), _times(left, right)] for name, left, right, say in quantities]
    draw_table([_("Total"), _("This design"), _title(state.COMPARED.get()), _("This / other")], rows)


def _times(left: int, right: int) -> str:
    return f"×{left / right:.3g}" if right else "–"


def _draw_chart(pairs: tuple[Pair, ...]) -> None:
    """Draw parameters and multiply-adds of the costliest pairs of layers, the two designs beside one another."""
    costs = [(_costs(pair.left), _costs(pair.right)) for pair in pairs]
    shown = costliest(costs, _MOST_BARS)
    if not shown:
        return
    names = [row.name for i in shown if (row := pairs[i].left or pairs[i].right)]
    titles = (_("This design"), _title(state.COMPARED.get()))
    draw_cost_bars(names, {title: [costs[i][side] for i in shown] for side, title in enumerate(titles)})
    left_out = sum(cost != (_NOTHING, _NOTHING) for cost in costs) - len(shown)
    if left_out:
        st.caption(
            _("The {shown} pairs of layers with the highest costs; pairs that cost less: {others}.").format(
                shown=_MOST_BARS, others=left_out
            )
        )


def _draw_pairs(pairs: tuple[Pair, ...]) -> None:
    different = sum(pair.difference is not Difference.NONE for pair in pairs)
    if not different:
        st.markdown(_("The two are identical in all {count} layers.").format(count=len(pairs)))
    else:
        text = _("Pairs of layers that differ: {different} of {count}.")
        st.markdown(text.format(different=different, count=len(pairs)))
    heads = [_("This design"), _("Output"), _("Parameters"), _("Other design"), _("Output"), _("Parameters")]
    head = "".join(f"<th scope='col'>{html.escape(text)}</th>" for text in [*heads, _("What differs")])
    language = state.LANGUAGE.get()
    rows = "".join(_row(pair, language) for pair in pairs)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    label = html.escape(_("The layers of both designs in pairs"))
    st.html(f'{_STYLE}<div class="cs-pairs" role="group" tabindex="0" aria-label="{label}">{table}</div>')


def _row(pair: Pair, language: str) -> str:
    cells = "".join(f"<td>{cell}</td>" for row in (pair.left, pair.right) for cell in _cells(row, language))
    return f'<tr class="{pair.difference}">{cells}<td>{html.escape(_mark(pair))}</td></tr>'


def _cells(row: Row | None, language: str) -> list[str]:
    """Return a layer as HTML, escaped: its name with its kind and settings in small letters, shape and parameters."""
    if row is None:
        return ["", "", ""]
    facts = ": ".join(filter(None, (row.kind, in_short(row.layer, language))))
    name = f"{html.escape(row.name)}<small>{html.escape(facts)}</small>"
    return [name, show(row.output_shape), f"{row.parameters:,}"]


def _costs(row: Row | None) -> Cost:
    return Cost(row.parameters, row.multiply_adds) if row else _NOTHING


def _mark(pair: Pair) -> str:
    mark = _(_MARKS[pair.difference]) if pair.difference is not Difference.NONE else ""
    names = ", ".join(changed.setting for changed in pair.changed)
    return f"{mark}: {names}" if names else mark


def costliest(costs: Sequence[tuple[tuple[int, int], tuple[int, int]]], most: int) -> list[int]:
    """Return the places, in order, of the pairs of layers that have most of what either design costs.

    A pair counts as much as the largest share that it has of a design's parameters or multiply-adds.

    >>> costliest([((0, 0), (0, 0)), ((9, 1), (0, 0)), ((1, 2), (1, 0)), ((2, 90), (1, 5))], 2)
    [1, 3]
    """
    alls = [sum(cost[side][what] for cost in costs) for side in (0, 1) for what in (0, 1)]

    def share(cost: tuple[tuple[int, int], tuple[int, int]]) -> float:
        return max(one / (of_all or 1) for one, of_all in zip((*cost[0], *cost[1]), alls, strict=True))

    ranked = sorted(range(len(costs)), key=lambda i: -share(costs[i]))
    return sorted(i for i in ranked[:most] if share(costs[i]))


_STYLE = """<style>
.cs-pairs { overflow: auto; max-height: 34rem; max-width: 100%; }
.cs-pairs table { border-collapse: collapse; width: 100%; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.cs-pairs :is(td, th) {
  padding: 0.25rem 0.5rem; text-align: right; font-weight: 400; vertical-align: top; overflow-wrap: normal;
  border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent);
}
.cs-pairs thead th { opacity: 0.75; word-break: normal; }
.cs-pairs :is(td, th):is(:nth-child(1), :nth-child(4), :nth-child(7)) { text-align: left; }
.cs-pairs :is(td, th):nth-child(4) { border-left: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.cs-pairs small { display: block; opacity: 0.7; font-size: 0.75rem; }
.cs-pairs :is(.settings, .kind) { background: rgba(230, 159, 0, 0.14); }
.cs-pairs .only_left { background: rgba(213, 94, 0, 0.13); }
.cs-pairs .only_right { background: rgba(0, 114, 178, 0.13); }
</style>"""
