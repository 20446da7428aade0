"""Why this value? One value opened down to the sum that made it, and from there on to the values before it."""

from typing import Any

import streamlit as st

from cnn_core.arrays import Maps
from cnn_core.drawing.colour_scale import Range
from cnn_core.explain.seen import Extent
from cnn_core.explain.unit import Explanation, StageKind, explain_unit
from cnn_core.layers import Input
from cnn_core.layers.shapes import show
from pages.ui import components, state, waiting
from pages.ui.cached import layer_maps, layer_weights
from pages.ui.draw.channels import picture_channels
from pages.ui.draw.tables import draw_table
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import panels_drawn, value_changed
from pages.ui.feature_maps.trail import draw_trail, follow_path, go_on, is_followed
from pages.ui.feature_maps.value_stage import Unfolded, stage_data
from pages.ui.feature_maps.values_of_map import can_be_told
from pages.ui.messages import UndrawnError
from pages.ui.questions import Question
from pages.ui.text import _, sentence
from pages.ui.waiting import all_asked, later, run_again

_POOLS = (StageKind.MAXIMUM, StageKind.AVERAGE)
_BESIDE = 210
_NUMBER = 166
"""Pixels of a field with its name at its left."""


def draw_place(layer: OpenLayer) -> None:
    """Let the reader choose the value by numbers too."""
    if not layer.has_maps:
        return
    for name, key in zip((_("Row"), _("Column")), layer.keys_of_place, strict=True):
        st.number_input(name, width=_NUMBER, **key.widget(value_changed))


def draw(layer: OpenLayer) -> None:
    """Draw the explanation of the value at the chosen place of the open layer."""
    draw_trail(layer)
    way_on = st.container()
    inputs, weights = _what_it_takes(layer)
    why = explain_unit(layer.row.layer, weights, inputs, layer.place)
    _draw_stage(layer, _unfolded(layer, why, inputs))
    steps = st.expander(_("All steps"), on_change="rerun", key="all_steps")
    if steps.open:
        with steps:
            _draw_stages(why)
            _draw_strongest(why)
    _draw_seen(layer, layer.place)
    with way_on:  # it may take a while: all else is there before it
        follow_path(layer)


def is_at_hand(layer: OpenLayer) -> bool:
    """Say whether all that the value was made of is there, and no path is sought from it."""
    return not is_followed(layer) and waiting.is_at_hand(*_taken(layer))


def _taken(layer: OpenLayer) -> list[Question[Any]]:
    """Return what is asked for the layer's inputs, and last for its weights."""
    picture = layer.picture
    inputs: list[Question[Any]] = [layer_maps(picture, source) for source in layer.row.sources]
    return [*inputs, layer_weights(picture.model, layer.name)]


def _what_it_takes(layer: OpenLayer) -> tuple[list[Maps], tuple[Maps, ...]]:
    """Return the layer's inputs and weights."""
    if isinstance(layer.row.layer, Input):
        return [layer.maps], ()
    answers: list[Any] = all_asked(_taken(layer), _("Fetching the values it was computed from."), place="_why")
    *inputs, weights = answers
    if weights is None or any(values is None for values in inputs):  # the reader stopped it
        raise UndrawnError
    return inputs, weights


def tell_values(layer: OpenLayer) -> None:
    """Tell the browser what every value of the open map is made of; nothing on the page waits for it."""
    if layer.passes or not can_be_told(layer.row):
        return
    inputs = [later(layer_maps(layer.picture, source)) for source in layer.row.sources]
    weights = later(layer_weights(layer.picture.model, layer.name))
    known = [values for values in inputs if values is not None]
    if weights is None or len(known) < len(inputs):
        return
    learned = weights

    def opened() -> Unfolded:
        return _unfolded(layer, explain_unit(layer.row.layer, learned, known, layer.place), known)

    data = cached.values_of_map(layer, layer.channel, state.LANGUAGE.get(), opened, learned)
    if data is not None:
        components.tell("values", data)


def _unfolded(layer: OpenLayer, why: Explanation, inputs: list[Maps]) -> Unfolded:
    shown = (layer.row, *(layer.rows[name] for name in layer.row.sources))
    channels = {row.name: picture_channels(layer.info, row) for row in shown}
    return Unfolded(why, layer.row, inputs, channels, _page(layer))


def _draw_stage(layer: OpenLayer, value: Unfolded) -> None:
    """Draw how the value was made, step by step; what it was made of can be opened."""

    def draw_map(name: str, channel: int) -> tuple[bytes, Range]:
        source = OpenLayer(layer.run, layer.rows[name], value.inputs[layer.row.sources.index(name)])
        return cached.map_or_channel(source, channel)

    components.value_stage(
        stage_data(value, draw_map),
        key="value_stage",
        on_open=lambda told: go_on(layer, (str(told["layer"]), tuple(map(int, told["place"])))),
        on_page=lambda page: _turn(layer, page),
    )


def _page(layer: OpenLayer) -> int:
    """Return which page of the open value's channels or numbers is drawn."""
    of, page = state.VALUE_PAGE.get()
    return page if of == (layer.name, layer.place) else 0


def _turn(layer: OpenLayer, page: int) -> None:
    state.VALUE_PAGE.set(((layer.name, layer.place), max(0, page)))
    run_again(*panels_drawn())


def _draw_stages(why: Explanation) -> None:
    """Say step by step how the value came about."""
    lines = []
    for number, stage in enumerate(why.stages, 1):
        lines.append(f"{number}. **{_(stage.kind)}** – {sentence(stage.about)}")
        if stage.formula:
            lines.append(f"    `{stage.formula}`")
    st.markdown("\n".join(lines))


def _draw_strongest(why: Explanation) -> None:
    """Draw the strongest parts of the sum, and what the others add up to."""
    for stage in why.stages:
        terms = stage.multiplied
        if terms is None or len(terms) < 2 or stage.kind in _POOLS:
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
            rows.append([_("the others ({count})").format(count=strongest.others), "", "", f"{strongest.rest:.6g}"])
        with st.expander(_("The strongest parts of the {stage}").format(stage=_(stage.kind))):
            draw_table([part, _("Value"), _("Weight"), _("Adds")], rows)


def _draw_seen(layer: OpenLayer, place: tuple[int, ...]) -> None:
    """Draw which pixels of the network's input can reach this value at all."""
    if layer.row.receptive_field is None:  # plain numbers enter
        return
    png, box = cached.seen_pixels(layer, place)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="seen_pixels"):
        title = _("Pixels that reach this value")
        st.image(png, width="stretch", output_format="PNG", alt=title)
        st.caption(f"**{title}**  \n{_seen_text(layer, box)}", width=_BESIDE)


def _seen_text(layer: OpenLayer, box: Extent | None) -> str:
    """Say which pixels of the network's input those are."""
    if box is None:
        return _("No pixel reaches this value: the stride of a transposed convolution steps over its place.")
    (top, left), (bottom, right) = box
    text = _("Rows {top} to {bottom}, columns {left} to {right}: {size} pixels.").format(
        top=top, bottom=bottom, left=left, right=right, size=show((bottom - top + 1, right - left + 1))
    )
    height, width = layer.picture.pixels.shape[:2]
    if min(top, left) < 0 or bottom >= height or right >= width:
        text += " " + _("Anything outside the picture is padding.")
    return text
