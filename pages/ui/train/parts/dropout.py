"""Dropout, seen: what a layer of the trained network puts out in inference, and in training, drawn by Keras."""

from typing import Final, NamedTuple

import numpy as np
import streamlit as st

from cnn_core.arrays import Flags, Output
from cnn_core.drawing.dropped import dropped_png, strongest_maps
from cnn_core.models.bundled import bundled_network
from cnn_core.network.network import Network
from cnn_core.network.summary import Row, summarize
from cnn_core.training.dropout import droppable, dropped_first
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import Shipped
from pages.ui import state
from pages.ui.draw.pictures import draw_wide
from pages.ui.draw.tables import draw_table
from pages.ui.runs import SeenRun
from pages.ui.text import _, as_code
from pages.ui.train import cached, ours
from pages.ui.train.answers import shares_of
from pages.ui.train.cached import DroppedValues
from pages.ui.train.names import class_names, classes_of
from pages.ui.waiting import asked

_SHOWN_DRAWS = 4
_PICTURE = 96
_DIGITS_NETWORK: Final = "mnist"


class _Trained(NamedTuple):
    """A trained network on which dropout is tried.

    Attributes:
        key: of its model.
        pictures: how many test pictures there are.
        first: the one that is shown first.
    """

    network: Network
    data: Data
    key: str
    classes: tuple[str, ...]
    pictures: int
    first: int


def draw() -> None:
    """Draw the choice of a layer and a rate, and what dropout does there."""
    run = ours.seen()
    trained = _of_run(run) if run is not None else None
    if trained is None:
        st.caption(
            _(
                "Shown on the course's digits network, which is included. Once a run has finished or been stopped, "
                "the network of that run is shown instead."
            )
        )
        trained = _bundled()
    choice, seen = st.columns([3, 7], gap="medium")
    with choice:
        layer, rate, place = _draw_choice(trained)
    with seen:
        made = asked(cached.dropped(trained.data, place, trained.key, layer, rate), _("Drawing with Keras."), "dropped")
        _draw_values(made, rate)
    with choice:
        draw_wide(made.picture, _PICTURE, trained.classes[made.label])
        _draw_answers(made, trained.classes)


def _of_run(run: SeenRun) -> _Trained | None:
    """Return the network of a run; None before it has left a model."""
    begun = run.so_far.last_begun
    if begun is None or run.so_far.saved is None:
        return None
    key = str(cached.trained_model(run.folder.model))
    count = begun.pictures["test"]
    return _Trained(run.plan.network, run.plan.data, key, classes_of(run), count, _first_picture(run))


def _bundled() -> _Trained:
    """Return the digits network that comes along, on the digits that do."""
    network = bundled_network(_DIGITS_NETWORK)
    data = Data(Shipped("mnist_small"), size=(28, 28), channels=1)
    shown = asked(cached.shown(data), _("Reading the pictures."), "dropped_pictures")
    return _Trained(network, data, _DIGITS_NETWORK, class_names(shown.classes, data.source), shown.total.test, 0)


def _draw_choice(trained: _Trained) -> tuple[str, float, int]:
    """Let the reader choose a layer, a rate and a picture; at first where and how much the network itself drops."""
    rows = {row.name: row for row in summarize(trained.network).rows}
    layers = droppable(trained.network)
    first, usual = dropped_first(trained.network)
    chosen = state.DROPPED_LAYER.get()
    layer = chosen if chosen in layers else first
    rate_key = state.DROPPED_RATE.otherwise(min(0.95, max(0.05, usual)))
    st.selectbox(
        _("After the layer"),
        layers,
        format_func=lambda name: _title(rows[name]),
        **state.field("dropped_layer", layer, state.DROPPED_LAYER.set),
    )
    st.slider(_("Rate p"), **rate_key.widget())
    picture_key = state.DROPPED_PICTURE.within(0, max(0, trained.pictures - 1), trained.first)
    st.number_input(_("Test picture"), step=1, **picture_key.widget())
    return layer, rate_key.get(), picture_key.get()


def _first_picture(run: SeenRun) -> int:
    """Return the picture of which the network was most wrongly sure: there a few dropped values may turn the answer."""
    scored = run.so_far.scored
    return scored.wrong[0].picture if scored is not None and scored.wrong else 0


def _title(row: Row) -> str:
    return f"{row.name} ({'×'.join(map(str, row.output_shape))})"


def _draw_values(made: DroppedValues, rate: float) -> None:
    """Draw the values as they are, then as training sees them, in the same colours."""
    limit = max(float(np.abs(made.values).max(initial=0)), float(np.abs(made.draws).max(initial=0)))
    maps = strongest_maps(made.values) if made.values.ndim == 3 else ()
    signed = bool(made.values.min(initial=0) < 0)
    st.markdown(_("**Inference**: every value, as it is. Mean {mean}.").format(mean=_figure(made.values.mean())))
    _draw_picture(made.values, np.ones(made.values.shape, np.bool_), limit, signed, maps, _("Values in inference"))
    st.markdown(
        _(
            "**Training**, with p = {rate}: each value is set to 0 with a probability of {share}, and the remaining "
            "ones are multiplied by 1/(1 − p) = {factor}, so that the sum stays the same on average."
        ).format(rate=f"{rate:g}", share=f"{rate:.0%}", factor=f"{1 / (1 - rate):.3g}")
    )
    for first in range(0, _SHOWN_DRAWS, 2):
        for column, number in zip(st.columns(2), range(first, first + 2), strict=True):
            with column:
                values = made.draws[number]
                kept = (values != 0) | (made.values == 0)
                alt = _("Values in training, draw {number}").format(number=number + 1)
                _draw_picture(values, kept, limit, signed, maps, alt)
                st.caption(_said(made.values, values, number + 1))
    if maps:
        count = made.values.shape[-1]
        text = _("{shown} of {count} maps are shown, those that differ most from place to place.")
        st.caption(text.format(shown=len(maps), count=count))


def _draw_picture(
    values: Output,
    kept: Flags,
    limit: float,
    signed: bool,
    maps: tuple[int, ...],
    alt: str,
) -> None:
    st.image(dropped_png(values, kept, limit, signed, maps), output_format="PNG", alt=alt)


def _said(values: Output, drawn: Output, number: int) -> str:
    """Say how many values a draw has dropped; one that was 0 already shows nothing."""
    visible = values != 0
    dropped = int((visible & (drawn == 0)).sum())
    text = _("Draw {number}: {dropped} of {count} values other than 0 are dropped. Mean {mean}.")
    return text.format(
        number=number, dropped=f"{dropped:,}", count=f"{int(visible.sum()):,}", mean=_figure(drawn.mean())
    )


def _figure(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _draw_answers(made: DroppedValues, classes: tuple[str, ...]) -> None:
    """Draw what the network answers from each draw beside its answer in inference."""
    st.markdown(_("**What the network then answers**"))
    columns = [shares_of(made.answer), *map(shares_of, made.answers)]
    draws = [_("draw {number}").format(number=number) for number in range(1, len(columns))]
    rows = [[name, *(f"{column[place]:.0%}" for column in columns)] for place, name in enumerate(classes)]
    draw_table([_("Class"), _("inference"), *draws], rows)
    st.caption(
        _(
            "In training, every step uses a different thinned-out network, so no unit can rely on a single other "
            "unit. In inference, all values are there and nothing is random: {code} changes nothing."
        ).format(code=as_code("Dropout(training=False)"))
    )
