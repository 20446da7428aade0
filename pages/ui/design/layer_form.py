"""The form of the selected layer, made from the descriptors of its settings.

Every change acts at once. A value that the layer refuses stays in the form with the sentence that says why, beside the
network as it last was; so two settings that only fit together can be changed one after the other.
"""

from typing import Any

import streamlit as st

from cnn_core.errors import CnnError, NetworkFileError
from cnn_core.layers import KINDS, Input, Layer
from cnn_core.layers.settings import OptionalPair, Setting, WholePair
from cnn_core.network import editing
from cnn_core.network.network import NamedLayer
from pages.ui import state
from pages.ui.design import editor, setting_widgets
from pages.ui.design.setting_widgets import Take
from pages.ui.layer_words import kind_words
from pages.ui.messages import show_error
from pages.ui.text import _

_INNER_KINDS = [kind for kind in KINDS if kind != "Input"]


def draw() -> None:
    """Draw the form of the selected layer."""
    position = editor.selected()
    named = editor.selected_layer()
    _problem()
    st.text_input(_("Name"), max_chars=200, **state.field("name", named.name, lambda new: _rename(named.name, new)))
    if isinstance(named.layer, Input):
        st.caption(kind_words(named.kind))
    else:
        _kind(named)
        if position:
            _inputs(named, position)
    _settings(named)


def _problem() -> None:
    """Say why the last change was refused; what is wrong with a file is said where files are."""
    problem: CnnError | None = state.DESIGN_PROBLEM.get()
    if problem is not None and not isinstance(problem, NetworkFileError):
        show_error(problem)


def _rename(name: str, new_name: str | None) -> None:
    if new_name is not None and new_name != name:
        editor.edit(lambda network: editing.rename(network, name, new_name))


def _kind(named: NamedLayer) -> None:
    st.selectbox(
        _("Kind"),
        _INNER_KINDS,
        help=kind_words(named.kind),
        **state.field("kind", named.kind, lambda kind: _change_kind(named.name, kind)),
    )


def _change_kind(name: str, kind: str | None) -> None:
    if kind is not None:
        editor.edit(lambda network: editing.change_kind(network, name, kind))


def _inputs(named: NamedLayer, position: int) -> None:
    """Offer the layers above; what a file names beside them stays to be seen until it is changed."""
    taken = list(dict.fromkeys(editing.sources(editor.network(), position)))
    above = [layer.name for layer in editor.network().layers[:position]]
    options = [*above, *(name for name in taken if name not in above)]
    label, meaning = _("Input from"), _("The layer above, unless this one begins or joins a branch.")

    def take(names: list[str] | str | None) -> None:
        wanted = (names,) if isinstance(names, str) else tuple(names or ())
        if wanted:
            editor.edit(lambda network: editing.rewire(network, named.name, wanted))

    if named.layer.inputs[1] > 1 or len(taken) > 1:
        st.multiselect(label, options, help=meaning, **state.field("inputs", taken, take))
    else:
        st.selectbox(label, options, help=meaning, **state.field("input", taken[0], take))


# Settings ------------------------------------------------------------------------------------------------------------


def _settings(named: NamedLayer) -> None:
    rules = named.layer.settings()
    draft = state.DESIGN_DRAFT.get()
    shown = {name: draft.get(name, getattr(named.layer, name)) for name in rules}
    square = _square(rules, shown)
    for name, rule in rules.items():
        setting_widgets.setting(rule, named.layer, shown, square, _taker(named.name, name))


def _taker(layer_name: str, setting: str) -> Take:
    """Return what is done with a new value of a setting: it acts at once, or waits in the draft with the reason."""

    def take(value: Any) -> None:
        draft = {**state.DESIGN_DRAFT.get(), setting: value}
        try:
            layer = _changed(editor.network()[layer_name].layer, draft)
        except CnnError as error:
            state.DESIGN_DRAFT.set(draft)
            editor.refuse(error)
        else:
            editor.edit(lambda network: editing.replace(network, layer_name, layer))

    return take


def _changed(layer: Layer, values: dict[str, Any]) -> Layer:
    kept = {name: getattr(layer, name) for name in layer.settings()}
    return type(layer)(**{**kept, **values})


def _square(rules: dict[str, Setting[Any, Any]], shown: dict[str, Any]) -> bool:
    """Return whether one number stands for both directions; the person may choose unless they differ already."""
    pairs = [shown[name] for name, rule in rules.items() if isinstance(rule, WholePair | OptionalPair)]
    if not pairs:
        return True
    alike = all(pair is None or pair[0] == pair[1] for pair in pairs)
    square = alike and state.DESIGN_SQUARE.get()
    st.toggle(
        _("Same in both directions"),
        help=_("One number for vertical and horizontal. It can be switched on while both are equal."),
        disabled=not alike,
        **state.field("square", square, state.DESIGN_SQUARE.set),
    )
    return square
