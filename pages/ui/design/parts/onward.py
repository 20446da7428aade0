"""The design at work on other pages: on a picture, with other poolings, trained."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.layers import Dense
from cnn_core.models.keys import FILE, ModelKey
from cnn_core.network.network import Network
from cnn_core.training.fitting import FitPlan
from cnn_core.training.networks import fitted
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import Shipped
from pages.ui import designed, model_files, state
from pages.ui.design import current, panels
from pages.ui.frame import FEATURE_MAPS, page_at
from pages.ui.messages import show_error
from pages.ui.runs import refuse_too_large
from pages.ui.text import _

_COLOURS = 3


def shows() -> Any:
    return current.summary().error is None, state.DESIGN_PROBLEM.get()


def draw() -> None:
    """Draw the buttons, and why the last one led nowhere."""
    st.markdown(_("**Try it out**"))
    _button(
        _("See it on a picture"),
        "image",
        _("Opens the design on the page Feature maps, with random weights: it has learned nothing yet."),
        _see_it,
        "see",
    )
    _button(
        _("Swap its pooling"),
        "compress",
        _("Opens the design on the page Pooling and stride, with each method of making maps smaller in its place."),
        _swap_pooling,
        "swap",
    )
    _button(
        _("Train it"),
        "model_training",
        _("Opens the design on the page Train, with pictures of the size and colours that its Input takes."),
        _train_it,
        "train",
    )
    problem = state.DESIGN_PROBLEM.get()
    if problem is not None:
        show_error(problem)


def _button(label: str, icon: str, meaning: str, act: Callable[[], None], key: str) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        help=meaning,
        disabled=current.summary().error is not None,
        on_click=act,
        key=f"design_{key}",
    )


def _see_it() -> None:
    """Open the design as a file of the reader's: a description without weights gets random ones there."""
    try:
        digest = model_files.keep(current.text().encode())
    except CnnError as error:
        _refuse(error)
        return
    state.MODEL.set(str(ModelKey(FILE, digest)))
    state.MODEL_FILE_NAMES.set({digest: current.network().name})
    begun: tuple[state.Key[Any], ...] = (state.LAYER, state.CHANNEL, state.ROW, state.COLUMN, state.OUTPUT, state.TRAIL)
    for key in begun:
        key.set(key.default)
    st.switch_page(FEATURE_MAPS.path)


def _swap_pooling() -> None:
    state.REPLACED.set(designed.OWN)
    state.REPLACED_SOUGHT.set(True)
    st.switch_page(page_at("Pooling_and_stride").path)


def _train_it() -> None:
    """Open the page Train with the design, and with pictures as large and in such colours as it takes."""
    try:
        data = _pictures(current.network())
        refuse_too_large(_plan(current.network(), data))
    except CnnError as error:
        _refuse(error)
        return
    state.TRAIN_NETWORK.set("design")
    state.PICTURE_SIDE.set(data.size[0])
    state.PICTURE_COLOUR.set("rgb" if data.channels == _COLOURS else "grey")
    state.DROPOUT.set(0.0)
    st.switch_page(page_at("Train").path)


def _pictures(network: Network) -> Data:
    """Return pictures that suit a network's Input, as far as the page Train has them: they are square."""
    shape = next(network.steps()).output_shape
    side = state.PICTURE_SIDE.fit(min(shape[:2]))
    return Data(Shipped("mnist_small"), size=(side, side), channels=1 if shape[2:] == (1,) else _COLOURS)


def _plan(network: Network, data: Data) -> FitPlan:
    """Return what would be trained with as many classes as the network names; raises CnnError where it cannot be."""
    last = network.layers[-1].layer
    classes = max(2, last.units) if isinstance(last, Dense) else 2
    return FitPlan(data, fitted(network, data.shape, classes), batch_size=state.TRAIN_BATCH.get())


def _refuse(error: CnnError) -> None:
    current.refuse(error)
    panels.run_changed()
