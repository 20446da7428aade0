"""The form of the selected layer, made from the descriptors of its settings.

Every change acts at once. A value that the layer refuses stays in the form with the sentence that says why, beside the
network as it last was; so two settings that only fit together can be changed one after the other.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError, ModelFileError, NetworkFileError
from cnn_core.layers import KINDS, Input
from cnn_core.layers.settings import Choice, Flag, OptionalPair, Setting, Whole, WholePair
from cnn_core.network import editing
from cnn_core.network.network import NamedLayer
from pages.ui import state
from pages.ui.design import block_form, current, editor, panels, setting_widgets
from pages.ui.messages import show_error
from pages.ui.text import _

_INNER_KINDS = [kind for kind in KINDS if kind != "Input"]


def layer_shows() -> Any:
    """Return all that is shown of the network: most edits of settings leave that as it is."""
    network, position = current.network(), current.selected()
    named = network.layers[position]
    names = [one.name for one in network.layers]
    layer = names, position, named.kind, editing.sources(network, position)
    return layer, current.marked(), state.DESIGN_BLOCK.get(), state.DESIGN_PROBLEM.get()


def draw_layer() -> None:
    """Draw which layer is selected, and its place in the network; or the form of a block that is to be put in."""
    if block_form.is_open():
        block_form.draw()
    else:
        _draw_layer()


def settings_show() -> Any:
    # The layer's name too, though a copy has the same settings: a value goes to the layer that it was typed for.
    named = current.selected_layer()
    return block_form.is_open(), named.name, named.layer, state.DESIGN_DRAFT.get(), state.DESIGN_SQUARE.get()


def draw_settings() -> None:
    """Draw the settings of the selected layer."""
    if not block_form.is_open():
        _settings(current.selected_layer())


def _draw_layer() -> None:
    position = current.selected()
    named = current.selected_layer()
    names = [named.name for named in current.network().layers]
    st.selectbox(
        _("Layer"),
        range(len(names)),
        format_func=lambda position: f"{position + 1}. {names[position]}",
        **panels.field("layer", position, panels.then(_select)),
    )
    _problem()
    st.text_input(_("Name"), max_chars=200, **_tied("name", named.name, editor.rename, named.name))
    if isinstance(named.layer, Input):
        st.caption(_(named.layer.about))
    else:
        _kind(named)
        if position:
            _inputs(named, position)


def _select(position: int | str) -> None:
    """Select the layer at a position; Streamlit gives a text where the browser still shows a layer that is gone."""
    if isinstance(position, int):
        editor.select(position)


def _problem() -> None:
    """Say why the last change was refused; what is wrong with a file is said where files are."""
    problem: CnnError | None = state.DESIGN_PROBLEM.get()
    if problem is not None and not isinstance(problem, NetworkFileError | ModelFileError):
        show_error(problem)


def _kind(named: NamedLayer) -> None:
    st.selectbox(
        _("Kind"),
        _INNER_KINDS,
        help=_(named.layer.about),
        **_tied("kind", named.kind, editor.change_kind, named.name),
    )


def _inputs(named: NamedLayer, position: int) -> None:
    """Offer the layers above; what a file names beside them stays to be seen until it is changed."""
    taken = list(dict.fromkeys(editing.sources(current.network(), position)))
    above = [layer.name for layer in current.network().layers[:position]]
    options = [*above, *(name for name in taken if name not in above)]
    label, meaning = _("Input from"), _("The layer above, unless this one begins or joins a branch.")

    if named.layer.inputs[1] > 1 or len(taken) > 1:
        st.multiselect(label, options, help=meaning, **_tied("inputs", taken, editor.rewire, named.name))
    else:
        take = panels.then(lambda source: editor.rewire(named.name, (source,)))
        st.selectbox(label, options, help=meaning, **panels.field("input", taken[0], take))


def _tied(field: str, shown: Any, change: Callable[[str, Any], None], name: str) -> dict[str, Any]:
    """Return what ties a widget to a property of the layer called `name`."""
    return panels.field(field, shown, panels.then(partial(change, name)))


def _settings(named: NamedLayer) -> None:
    layer = named.layer
    rules = layer.settings()
    draft = state.DESIGN_DRAFT.get()
    shown = {name: draft.get(name, getattr(layer, name)) for name in rules}
    square = _square(rules, shown)
    for name, rule in rules.items():
        then = panels.then_as_typed if type(rule) in _PLAIN else panels.then
        setting_widgets.setting(rule, type(layer), shown, square, then(partial(_put, named.name, name)))


_PLAIN = {Whole, Flag, Choice}
"""Settings of one field, on which no other field depends."""


def _put(name: str, setting: str, value: Any) -> bool:
    """Give a layer's setting a value; return whether it has it now, and nothing else in the form is another one."""
    drafted = state.DESIGN_DRAFT.get()
    editor.put(name, setting, value)
    named = current.selected_layer()
    is_taken = named.name == name and getattr(named.layer, setting) == value
    return is_taken and not drafted and not state.DESIGN_DRAFT.get()


def _square(rules: dict[str, Setting[Any, Any]], shown: dict[str, Any]) -> bool:
    """Return whether one number stands for both directions; the person may choose unless they differ already."""
    pairs = [shown[name] for name, rule in rules.items() if isinstance(rule, WholePair | OptionalPair)]
    if not pairs:
        return True
    alike = all(pair is None or pair[0] == pair[1] for pair in pairs)
    square = alike and state.DESIGN_SQUARE.get()
    st.toggle(
        _("Same in both directions"),
        help=_("One number for vertical and horizontal. It can be switched on only when both are equal."),
        disabled=not alike,
        **state.field("square", square, state.DESIGN_SQUARE.set),
    )
    return square
