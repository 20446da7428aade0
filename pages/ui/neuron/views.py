"""What the page shows, one at a time: each with what of it stands in an address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.neuron import one_neuron, plane, ten_layers
from pages.ui.state import Key
from pages.ui.text import _


@dataclass(frozen=True)
class View:
    """A part of the page; `keys` are its settings."""

    title: str
    draw: Callable[[], None]
    keys: tuple[Key[Any], ...]


VIEWS = {
    "neuron": View(N_("One neuron"), one_neuron.draw, one_neuron.KEYS),
    "layers": View(N_("Ten layers"), ten_layers.draw, ten_layers.KEYS),
    "plane": View(N_("Hidden layers"), plane.draw, plane.KEYS),
}


def view_picker() -> None:
    """Let the reader choose what the page shows."""
    st.segmented_control(
        _("Shown"),
        format_func=lambda name: _(VIEWS[name].title),
        label_visibility="collapsed",
        required=True,
        **state.NEURON_VIEW.among(VIEWS).widget(),
    )


def current_view() -> View:
    return VIEWS[state.NEURON_VIEW.get()]
