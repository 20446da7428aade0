"""Why this value? One value opened down to the sum that made it, and from there on to the values before it."""

from typing import Any

import numpy as np
import streamlit as st

from cnn_core.arrays import Maps
from cnn_core.explain.unit import Explanation, Origin, Patch, Stage, StageKind, explain_unit
from cnn_core.layers import Input
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import padding_amounts, windows_of
from cnn_core.network.summary import Row
from cnn_core.numerics.pool import PoolingKind
from cnn_core.numerics.taps import NOWHERE, Taps
from pages.ui import state
from pages.ui.ask.layer import open_value as open_place
from pages.ui.cached import layer_maps, layer_weights
from pages.ui.draw.pictures import draw_wide
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.draw.tables import draw_table
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import value_changed
from pages.ui.messages import UndrawnError
from pages.ui.questions import Question
from pages.ui.text import _, as_code, sentence
from pages.ui.waiting import all_asked, run_again

MARGIN = 2
"""Values of the input shown around the window."""
LANES = 3
LARGEST_PATCH = 14
_POOLING = {StageKind.MAXIMUM: PoolingKind.MAX, StageKind.AVERAGE: PoolingKind.AVERAGE}
_WIDTH = 260
_NUMBER = 130


def draw(layer: OpenLayer) -> None:
    """Draw the explanation of the value at the chosen place of the open layer."""
    _draw_place(layer)
    row, place = layer.row, layer.place
    inputs, weights = _what_it_takes(layer)
    why = explain_unit(row.layer, weights, inputs, place)
    _draw_window(why, row, inputs)
    _draw_stages(why)
    _draw_ways(why, row, inputs)
    _draw_strongest(why)
    _draw_seen(layer, place)


def _draw_place(layer: OpenLayer) -> None:
    """Let the reader choose the value by numbers too."""
    with st.container(horizontal=True):
        if layer.has_maps:
            for name, key in zip((_("Row"), _("Column")), layer.keys_of_place, strict=True):
                st.number_input(name, width=_NUMBER, **key.widget(value_changed))


def _what_it_takes(layer: OpenLayer) -> tuple[list[Maps], tuple[Maps, ...]]:
    """Return the layer's inputs and weights."""
    row, picture = layer.row, layer.picture
    if isinstance(row.layer, Input):
        return [layer.maps], ()
    questions: list[Question[Any]] = [layer_maps(picture, source) for source in row.sources]
    questions.append(layer_weights(picture.model, row.name))
    answers: list[Any] = all_asked(questions, _("Fetching what the value was made of."), place="_why")
    *inputs, weights = answers
    if weights is None or any(values is None for values in inputs):  # the reader stopped it
        raise UndrawnError
    return inputs, weights


def _draw_stages(why: Explanation) -> None:
    """Say step by step how the value came about."""
    lines = []
    for number, stage in enumerate(why.stages, 1):
        lines.append(f"{number}. **{_(stage.kind)}** – {sentence(stage.about)}")
        if stage.formula:
            lines.append(f"    `{stage.formula}`")
    st.markdown("\n".join(lines))


def _draw_window(why: Explanation, row: Row, inputs: list[Maps]) -> None:
    """Draw what lay under the window, on the stage."""
    first = why.stages[0]
    patch = first.patch
    if patch is None or not patch.rows or not patch.columns or max(len(patch.rows), len(patch.columns)) > LARGEST_PATCH:
        return
    lanes = (
        np.argsort(-np.abs(patch.channel_sums), kind="stable")[:LANES]
        if first.terms and patch.weights is not None
        else [0]
    )
    vertical, top = _axis(row, patch.rows, why.place, inputs[0].shape, 0)
    horizontal, left = _axis(row, patch.columns, why.place, inputs[0].shape, 1)
    x = inputs[0][top : top + max(vertical.sources) + 1, left : left + max(horizontal.sources) + 1]
    channels = [patch.channels[lane] for lane in lanes]
    scene = Scene(
        x[:, :, channels].astype(np.float64),
        vertical,
        horizontal,
        np.reshape(_before_activation(why), (1, 1, 1)),
        kernel=_lane_weights(first, patch, lanes),
        bias=[sum(stage.constants.get("bias", 0.0) for stage in why.stages[:2])],
        pooling=None if patch.weights is not None else _POOLING[first.kind],
        channels=tuple(_("map {number}").format(number=channel) for channel in channels),
        corner=(top, left),
        output_corner=why.place[:2] if len(why.place) == 3 else (0, 0),
        others=_others(first, patch, lanes),
    )
    if len(patch.channels) > len(channels):
        st.caption(
            _("The {shown} strongest of {count} input channels:").format(shown=len(channels), count=len(patch.channels))
        )
    source = row.sources[0]

    def walk(r: int, c: int, lane: int) -> None:
        open_value(source, (r + top, c + left, channels[lane]))

    draw_stage(scene, f"why_{row.name}", on_walk=walk)


def _axis(
    row: Row, taken: tuple[int, ...], place: tuple[int, ...], shape: tuple[int, ...], axis: int
) -> tuple[Taps, int]:
    """Return the taps of the one output on the piece of the input around its window, and where that piece begins."""
    found = windows_of(row.layer)
    if found is None:
        places = list(taken)
    else:
        window = found[axis]
        start = place[axis] * window.stride - padding_amounts(shape[axis], window)[0]
        places = [start + tap * window.dilation for tap in range(len(taken))]
    low, high = min(places) - MARGIN, max(places) + MARGIN
    first = max(0, low)
    # What lies outside of the input is shown only where the window takes it.
    line = [index for index in range(low, high + 1) if 0 <= index < shape[axis] or min(places) <= index <= max(places)]
    sources = tuple(index - first if 0 <= index < shape[axis] else NOWHERE for index in line)
    return Taps(sources, (tuple((line.index(at), tap) for tap, at in enumerate(places)),)), first


def _lane_weights(first: Stage, patch: Patch, lanes: Any) -> Any:
    if patch.weights is None:
        return None
    weights = patch.weights[:, :, lanes]
    if first.terms is not None:
        weights = weights * first.terms.weights[lanes]
    return weights[..., np.newaxis]


def _others(first: Stage, patch: Patch, lanes: Any) -> tuple[int, float] | None:
    """Return how many channels are not drawn, and what they add."""
    if first.terms is None or patch.weights is None or len(patch.channels) == len(lanes):
        return None
    amounts = first.terms.amounts
    return len(patch.channels) - len(lanes), float(amounts.sum() - amounts[lanes].sum())


def _before_activation(why: Explanation) -> float:
    """Return what the window made, with its bias."""
    has_bias = len(why.stages) > 1 and why.stages[1].kind is StageKind.BIAS
    return why.stages[1 if has_bias else 0].after


def _draw_strongest(why: Explanation) -> None:
    """Draw the strongest parts of the sum, and what the others add up to."""
    for stage in why.stages:
        terms = stage.multiplied
        if terms is None or len(terms) < 2 or stage.kind in _POOLING:
            continue
        under_window = terms is not stage.terms
        strongest = terms.strongest()
        rows = [
            [
                ", ".join(map(str, term.origin.place)) if under_window and term.origin else str(term.number),
                *(f"{value + 0.0:.6g}" for value in (term.value, term.weight, term.amount)),
            ]
            for term in strongest.terms
        ]
        part = _("Row, column, channel") if under_window else _("Part")
        if strongest.others:
            rows.append([_("the other {count}").format(count=strongest.others), "", "", f"{strongest.rest:.6g}"])
        with st.expander(_("The strongest parts of the {stage}").format(stage=_(stage.kind))):
            draw_table([part, _("Value"), _("Weight"), _("Adds")], rows)


def _draw_seen(layer: OpenLayer, place: tuple[int, ...]) -> None:
    """Draw which pixels of the network's input can reach this value at all."""
    if layer.row.receptive_field is None:  # plain numbers enter
        return
    png, box = cached.seen_pixels(layer, place)
    draw_wide(png, _WIDTH, _("Pixels that reach this value"))
    if box is None:
        st.caption(_("No pixel reaches this value: the stride of a transposed convolution steps over its place."))
        return
    (top, left), (bottom, right) = box
    text = _("Rows {top} to {bottom}, columns {left} to {right}: {size} pixels.").format(
        top=top, bottom=bottom, left=left, right=right, size=show((bottom - top + 1, right - left + 1))
    )
    height, width = layer.picture.pixels.shape[:2]
    if min(top, left) < 0 or bottom >= height or right >= width:
        text += " " + _("What lies outside of the picture is padding.")
    st.caption(text)


def _draw_ways(why: Explanation, row: Row, inputs: list[Maps]) -> None:
    """Offer the way back, and on to the values that took part most."""
    trail = state.TRAIL.get()
    with st.container(horizontal=True, gap="xsmall"):
        if trail:
            st.button(
                _("Back to {layer}").format(layer=as_code(trail[-1][0])),
                icon=":material/undo:",
                on_click=go_back,
                key="go_back",
            )
        if not row.sources:
            st.caption(_("This is where the picture enters: there is nothing before it."))
            return
        for number, origin in enumerate(_strongest_origins(why)):
            value = float(inputs[origin.source][origin.place])
            source = row.sources[origin.source]
            st.button(
                f"{as_code(source)} {list(origin.place)} = {value:.4g}",
                key=f"walk_{number}",
                on_click=open_value,
                args=(source, origin.place),
                help=_("Why is this one what it is?"),
            )


def _strongest_origins(why: Explanation, most: int = 5) -> list[Origin]:
    """Return the input values whose parts are largest, as far as the first stage tells."""
    first = why.stages[0]
    terms = first.terms if first.patch is None or first.patch.weights is None else first.patch.terms
    if terms is not None and terms.taken is not None:
        found = [terms[index].origin for index in terms.order()[:most]]
        return [origin for origin in found if origin is not None]
    return list(why.origins[:most])


def open_value(layer: str, place: tuple[int, ...]) -> None:
    """Go on to a value of another layer, and remember where the reader came from."""
    here = state.LAYER.get(), (state.ROW.get(), state.COLUMN.get(), state.CHANNEL.get())
    state.TRAIL.set((*state.TRAIL.get(), here))
    _go(layer, place)


def go_back() -> None:
    """Return to the value before."""
    *rest, (layer, place) = state.TRAIL.get()
    state.TRAIL.set(tuple(rest))
    _go(layer, place)


def _go(layer: str, place: tuple[int, ...]) -> None:
    row, column, channel = place if len(place) == 3 else (None, None, place[0])
    open_place(layer, row, column, channel)
    run_again()
