"""What if the selected layer had other settings: the consequences on every layer below, before it is taken over."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.layers import Layer
from cnn_core.layers.settings import OptionalPair, PaddingMode, Setting, WholePair
from cnn_core.network import editing
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.summary import Summary, summarize_so_far
from pages.ui import state
from pages.ui.design import current, editor, panels
from pages.ui.design.figures import readable_bytes
from pages.ui.draw.tables import draw_table
from pages.ui.messages import show_error
from pages.ui.text import _, escaped, sentence

_TRIED = ("filters", "units", "kernel_size", "pool_size", "strides", "dilation_rate", "padding")
"""Settings that the sliders turn, in this order."""
_LARGEST = {"kernel_size": 11, "pool_size": 7, "strides": 4, "dilation_rate": 4}


def draw() -> None:
    """Draw the sliders of the selected layer and what they would change."""
    named = current.selected_layer()
    rules = {name: rule for name, rule in named.layer.settings().items() if name in _TRIED}
    if not rules:
        text = _("{layer} has no kernel, stride, padding or filters. Select a convolution, a pooling or a Dense layer.")
        st.info(text.format(layer=escaped(named.name)))
        return
    tried = _tried(named)
    _draw_sliders(named, rules, tried)
    try:
        layer = replace(named.layer, **tried)
        after = editing.replace(current.network(), named.name, layer)
    except CnnError as error:
        show_error(error)
        return
    _draw_consequences(named, after, changed=layer != named.layer)


def _tried(named: NamedLayer) -> dict[str, Any]:
    """Return the settings that are tried, as long as they are of this layer of this design."""
    kept = state.WHAT_IF.get()
    return dict(kept[2]) if kept[:2] == (current.text(), named.name) else {}


def _draw_sliders(named: NamedLayer, rules: dict[str, Setting[Any, Any]], tried: dict[str, Any]) -> None:
    st.markdown(_("What if **{layer}** had other settings?").format(layer=escaped(named.name)))
    with st.grid(4, min_column_width=200, gap="small"):
        for name in _TRIED:
            if name in rules:
                _slider(named, rules[name], tried)


def _slider(named: NamedLayer, rule: Setting[Any, Any], tried: dict[str, Any]) -> None:
    name, now = rule.name, getattr(named.layer, rule.name)
    value = tried.get(name, now)
    label = f"{_(rule.label)} ({name})"

    def take(new: Any) -> None:
        put = {**tried, name: (new, new) if isinstance(rule, WholePair | OptionalPair) else new}
        state.WHAT_IF.set((current.text(), named.name, tuple(put.items())))

    if name == "padding":
        options = [mode.value for mode in PaddingMode]
        shown = value.value if isinstance(value, PaddingMode) else value
        if not isinstance(now, PaddingMode):
            st.caption(_("{setting}: its custom amounts are kept.").format(setting=label))
            return
        st.segmented_control(label, options, required=True, **panels.field(f"try_{name}", str(shown), take))
        return
    if isinstance(rule, OptionalPair) and value is None:
        value = tried.get(str(rule.otherwise), getattr(named.layer, str(rule.otherwise)))
    number = value[0] if isinstance(value, tuple) else int(value)
    at_first = now[0] if isinstance(now, tuple) else now or number
    largest = _LARGEST.get(name, max(4 * at_first, 64))
    st.slider(label, 1, max(largest, number), **panels.field(f"try_{name}", number, take))


def _draw_consequences(named: NamedLayer, after: Network, *, changed: bool) -> None:
    before = current.summary()
    then = summarize_so_far(after) if changed else before
    _draw_totals(before, then)
    if then.error is not None:
        st.warning(escaped(sentence(then.error)), icon=":material/error:")
    rows = list(_changed_rows(before, then))
    if rows:
        draw_table([_("Layer"), _("Output"), _("Parameters"), _("Multiply-adds"), _("Receptive field")], rows)
    elif not changed:
        st.caption(_("Nothing is changed yet: move a slider."))
    with st.container(horizontal=True):
        st.button(
            _("Apply"),
            icon=":material/check:",
            disabled=not changed,
            on_click=_take_over,
            args=(named.name, after[named.name].layer),
            key="design_take_what_if",
        )
        st.button(
            _("As it was"),
            icon=":material/undo:",
            disabled=not changed,
            on_click=lambda: state.WHAT_IF.set(()),
            key="design_drop_what_if",
        )


def _draw_totals(before: Summary, then: Summary) -> None:
    quantities = (
        (_("Parameters"), before.parameters, then.parameters, "{:,}".format),
        (_("Multiply-adds"), before.multiply_adds, then.multiply_adds, "{:,}".format),
        (_("Memory of all outputs (training)"), before.activation_bytes, then.activation_bytes, readable_bytes),
    )
    with st.container(horizontal=True):
        for name, old, new, say in quantities:
            delta = None if old == new or not old else f"{new / old - 1:+.1%}"
            st.metric(name, say(new), delta, delta_color="inverse", width=230, height="content")


def _changed_rows(before: Summary, then: Summary) -> Iterator[list[str]]:
    """Yield the layers whose figures change, each figure as it was and as it would be."""
    fitting = {row.name: row for row in then.rows}
    for row in before.rows:
        new = fitting.get(row.name)
        old_cells, new_cells = row.cells()[2:], new.cells()[2:] if new else ()
        if old_cells != new_cells:
            figures = [0, 1, 2, 4]
            cells = [_from_to(old_cells[i], new_cells[i] if new_cells else _("does not fit")) for i in figures]
            yield [f"{row.name} · {row.kind}", *cells]


def _from_to(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _take_over(name: str, layer: Layer) -> None:
    state.WHAT_IF.set(())
    editor.replace(name, layer)
    panels.run_changed()
