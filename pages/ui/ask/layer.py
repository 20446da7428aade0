"""Which layer of a model is open: the same on every page."""

from collections.abc import Iterable, Mapping

import streamlit as st

from cnn_core.layers import Group
from cnn_core.network.summary import Row
from pages.ui import state
from pages.ui.text import _


def first_layer(rows: Iterable[Row]) -> str:
    """Return the layer that is open before anyone chose one: the first convolution."""
    return next(row.name for row in rows if row.layer.group is Group.CONVOLUTION)


def current_layer(rows: Mapping[str, Row]) -> str:
    """Return the layer that is open; what the address or another model left behind may not exist here."""
    if state.LAYER.get() not in rows:
        open_layer(first_layer(rows.values()))
    layer = state.LAYER.get()
    state.CHANNEL.within(0, rows[layer].output_shape[-1] - 1).get()
    return layer


def open_layer(name: str) -> None:
    """Open a layer, at its first map."""
    state.LAYER.set(name)
    state.CHANNEL.set(0)


def layer_picker(names: list[str]) -> None:
    """Offer the layers as a list too, for those who do not use the film strip."""
    st.selectbox(_("Layer"), **state.LAYER.among(names).widget(after=lambda: open_layer(state.LAYER.get())))
