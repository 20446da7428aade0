"""What excites the open map: pictures ranked by it, each with the window of its largest value."""

import numpy as np
import streamlit as st

from cnn_core.drawing.png import picture_png
from cnn_core.layers.shapes import show
from cnn_core.models.survey import Ranked, RankedBy, ranked, window_of
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.draw.pictures import draw_wide
from pages.ui.entered import Entered
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.sample_survey import draw_survey, is_surveyed
from pages.ui.text import _

BY = {RankedBy.MAXIMUM: N_("Largest value"), RankedBy.MEAN: N_("Mean")}
CHOICES = (state.RANKED_BY,)
_WIDTH = 150


is_at_hand = is_surveyed


def draw(layer: OpenLayer) -> None:
    """Draw the windows of the pictures' largest values, the most exciting picture first."""
    st.segmented_control(
        _("Ranked by"),
        format_func=lambda by: _(BY[by]),
        required=True,
        label_visibility="collapsed",
        **state.RANKED_BY.widget(),
    )
    surveyed = draw_survey(layer, "_excite")
    if not surveyed:
        return
    channel = layer.channel
    order = ranked([one.survey for one in surveyed], layer.name, channel, RankedBy(state.RANKED_BY.get()))
    if all(one.survey[layer.name].dead[channel] for one in surveyed):
        st.info(_("Nothing excites it: it is zero everywhere in all {count} pictures.").format(count=len(order)))
        return
    _draw_about(layer, len(order))
    with st.container(horizontal=True, gap="small"):
        for number, one in enumerate(order, 1):
            _draw_window(layer, surveyed[one.picture].picture, one, number)


def _draw_about(layer: OpenLayer, count: int) -> None:
    """Say what is shown, and how large the windows are."""
    text = _("The window of the largest value in each of {count} pictures, cut out of what the network sees.")
    text = text.format(count=count)
    field, size = layer.row.receptive_field, layer.picture.pixels.shape[:2]
    if field is not None and all(seen >= side for seen, side in zip(field.size, size, strict=True)):
        text += " " + _("A value of this layer can see {size} pixels: its window is the whole picture, or nearly.")
        text = text.format(size=show(field.size))
    elif field is not None:
        text += " " + _("The window is {size} pixels; at the border of the picture, part of it is padding.")
        text = text.format(size=show(field.size))
    st.caption(text)


def _draw_window(layer: OpenLayer, picture: Entered, one: Ranked, number: int) -> None:
    pixels, channel = picture.pixels, layer.channel
    place = (*one.place, channel) if layer.has_maps else (channel,)
    box = window_of(layer.rows, layer.name, place, (pixels.shape[0], pixels.shape[1]))
    if box is not None:
        top, left, bottom, right = box
        pixels = pixels[top:bottom, left:right]
    value = one.mean if state.RANKED_BY.get() == RankedBy.MEAN else one.maximum
    title = _("{number}. {picture}: {value}").format(number=number, picture=_(picture.title), value=f"{value:.4g}")
    if layer.has_maps:
        row, column = one.place
        title += " " + _("(row {row}, column {column})").format(row=row, column=column)
    draw_wide(picture_png(np.ascontiguousarray(pixels), 2 * _WIDTH), _WIDTH, title)
