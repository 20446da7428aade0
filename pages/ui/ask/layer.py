"""Which layer of a model is open: the same on every page."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cnn_core.layers import Group
from cnn_core.network.summary import Row
from cnn_core.pictures.samples import SeenIn
from pages.ui import state
from pages.ui.text import _
from pages.ui.waiting import run_again

SMALLER = 4
"""Maps are small where the input is so many times higher."""


def first_layer(rows: Sequence[Row]) -> str:
    """Return the layer that is open before anyone chose one: a convolution, else what has weights, else any of a model.

    Where the model has no layer at all, it is the input.
    """
    for is_worth_seeing in (
        lambda row: row.layer.group is Group.CONVOLUTION,
        lambda row: row.parameters > 0,
        lambda row: bool(row.sources),
    ):
        for row in filter(is_worth_seeing, rows):
            return row.name
    return rows[0].name


def layer_seen_in(where: SeenIn, rows: Sequence[Row]) -> str:
    """Return the layer where is seen what a sample picture is good for."""
    if where is SeenIn.ANSWER:
        return rows[-1].name
    side = rows[0].output_shape[0]
    for row in rows if where is SeenIn.SMALLER else ():
        if len(row.output_shape) == 3 and SMALLER * row.output_shape[0] <= side:
            return row.name
    return first_layer(rows)


def current_layer(rows: Mapping[str, Row]) -> str:
    """Return the layer that is open; what the address or another model left behind may not exist here."""
    if state.LAYER.get() not in rows:
        open_layer(first_layer(tuple(rows.values())))
    return state.LAYER.get()


def open_layer(name: str) -> None:
    """Open a layer, at its strongest map and the largest value there."""
    open_value(name, None, None, None)


def open_value(layer: str, row: int | None, column: int | None, channel: int | None) -> None:
    """Open a value of a layer; None stands for what is worth seeing first."""
    state.LAYER.set(layer)
    state.ROW.set(row)
    state.COLUMN.set(column)
    state.CHANNEL.set(channel)


def layer_picker(names: list[str]) -> None:
    """Offer the layers as a list too, for those who do not use the picture of the network; all of the page shows it."""

    def take() -> None:
        open_layer(state.LAYER.get())
        run_again()

    st.selectbox(_("Layer"), **state.LAYER.among(names).widget(after=take))
