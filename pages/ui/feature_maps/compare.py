"""Two pictures through the same layer: the reader's, and a changed copy of it or a sample picture."""

import hashlib
from dataclasses import astuple, replace

import numpy as np
import streamlit as st

from cnn_core.arrays import Maps
from cnn_core.drawing.figures import vector_figure
from cnn_core.drawing.png import picture_png
from cnn_core.pictures.change import Change, changed
from cnn_core.pictures.samples import SAMPLES
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.ask.classes import pick_output
from pages.ui.cached import entered_samples, layer_maps
from pages.ui.draw.maps import draw_maps
from pages.ui.draw.pictures import SIDE, draw_wide
from pages.ui.draw.plots import draw_figure
from pages.ui.draw.tables import draw_table
from pages.ui.entered import Entered
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.predictions import draw_predictions
from pages.ui.text import _
from pages.ui.waiting import asked, later

BESIDE = {"changed": N_("A changed copy"), "sample": N_("A sample picture")}
CHOICES = (
    *(state.BESIDE, state.BESIDE_SAMPLE, state.MIRRORED, state.ANGLE),
    *(state.SHIFT_DOWN, state.SHIFT_RIGHT, state.BRIGHTNESS, state.PICTURE_NOISE),
)


def draw(layer: OpenLayer) -> None:
    """Draw both pictures with what the network takes them for, and the open map of both with the difference."""
    st.segmented_control(
        _("Beside your picture"),
        format_func=lambda key: _(BESIDE[key]),
        required=True,
        label_visibility="collapsed",
        **state.BESIDE.widget(),
    )
    shown = st.container()  # what is asked for comes first, however much can be set
    other = _changed_copy(layer) if state.BESIDE.get() == "changed" else _sample(layer)
    wanted = [layer_maps(other, name) for name in (layer.name, layer.info.output)]
    maps, scores = map(later, wanted)
    with shown:
        if maps is not None and layer.has_maps:
            _draw_maps(layer, other, maps)
        else:
            with st.container(horizontal=True, gap="small"):
                _draw_pictures(layer, other)
    if maps is not None and not layer.has_maps:
        _draw_vectors(layer.channel, maps, layer.maps)
    if scores is not None:
        _draw_answers(layer, other, scores)
    for question in wanted:
        asked(question, _("Running the network on the second picture."), place="_compare")


def _sample(layer: OpenLayer) -> Entered:
    """Let the reader choose a sample picture."""
    titles = {sample.key: sample.title for sample in SAMPLES}
    st.selectbox(_("The other picture"), format_func=lambda key: _(titles[key]), **state.BESIDE_SAMPLE.widget())
    number = list(titles).index(state.BESIDE_SAMPLE.get())
    return entered_samples(layer.info, layer.picture.fit)[number]


def _changed_copy(layer: OpenLayer) -> Entered:
    """Let the reader change the picture."""
    own = layer.picture
    change = _change(own.pixels.shape[0] // 2, own.pixels.shape[1] // 2)
    st.caption(
        _(
            "In this order: mirrored, rotated about the centre, shifted, multiplied by the brightness, random "
            "numbers of this standard deviation added. Areas that enter from outside repeat the picture's edge; "
            "values below 0 and above 1 are clipped."
        )
    )
    digest = hashlib.sha256(f"{own.digest} {astuple(change)}".encode()).hexdigest()
    prepared = replace(own.prepared, pixels=changed(own.pixels, change))
    return replace(own, digest=digest, title=N_("Changed"), prepared=prepared)


def _change(most_down: int, most_right: int) -> Change:
    right, down = (
        state.SHIFT_RIGHT.within(-most_right, most_right),
        state.SHIFT_DOWN.within(-most_down, most_down),
    )
    first, second, third = st.columns(3)
    # What is one pixel wide or high cannot be shifted that way.
    if most_right:
        first.slider(_("To the right (pixels)"), **right.widget())
    if most_down:
        first.slider(_("Down (pixels)"), **down.widget())
    second.slider(_("Rotated left (degrees)"), **state.ANGLE.widget())
    second.toggle(_("Mirrored"), **state.MIRRORED.widget())
    third.slider(_("Brightness"), format="× %.2f", **state.BRIGHTNESS.widget())
    third.slider(_("Noise"), **state.PICTURE_NOISE.widget())
    return Change(
        mirrored=state.MIRRORED.get(),
        angle=state.ANGLE.get(),
        down=down.get(),
        right=right.get(),
        brightness=state.BRIGHTNESS.get(),
        noise=state.PICTURE_NOISE.get(),
    )


def _draw_pictures(layer: OpenLayer, other: Entered) -> None:
    draw_wide(picture_png(layer.picture.pixels), SIDE, _("Your picture"))
    draw_wide(picture_png(other.pixels), SIDE, _(other.title))


def _draw_maps(layer: OpenLayer, other: Entered, maps: Maps) -> None:
    """Draw both pictures, the open map of both and what the second has more, all three maps in one range."""
    channel = layer.channel
    pair = layer.maps[:, :, channel], maps[:, :, channel]
    difference = pair[1] - pair[0]
    titles = _("Map {channel} of your picture"), _("Map {channel} of the other picture"), _("The other − yours")
    draw_maps(
        np.stack([*pair, difference], axis=2),
        [title.format(channel=channel) for title in titles],
        SIDE,
        before=lambda: _draw_pictures(layer, other),
    )
    st.caption(_("All three maps share this range.") + " " + _said_of(np.abs(difference)))


def _said_of(difference: Maps) -> str:
    """Say by how much two maps differ."""
    if not difference.any():
        return _("The first two are exactly the same.")
    mean, largest = f"{difference.mean():.4g}", f"{difference.max():.4g}"
    return _("The first two differ by {mean} on average, by {largest} at most.").format(mean=mean, largest=largest)


def _draw_vectors(opened: int, second: Maps, first: Maps) -> None:
    """Draw by how much the values of a layer without maps differ."""
    difference = second - first
    st.markdown("**" + _("The other − yours") + "**")
    figure = vector_figure(difference, translate=_).update_layout(height=260)
    draw_figure(figure, "compare_vector", _("The other picture's values minus yours"))
    heads = [_("Unit"), _("Yours"), _("The other"), _("Change")]
    units = _most_changed(difference, opened)
    rows = [[str(unit), *(f"{values[unit]:.4g}" for values in (first, second, difference))] for unit in units]
    draw_table(heads, rows)
    st.caption(_("The open unit, and those that differ most."))


def _most_changed(difference: Maps, opened: int, most: int = 5) -> list[int]:
    order = [int(unit) for unit in np.argsort(-np.abs(difference), kind="stable")[: most + 1]]
    return [opened, *(unit for unit in order if unit != opened)][: most + 1]


def _draw_answers(layer: OpenLayer, other: Entered, scores: Maps) -> None:
    """Draw what the network takes both pictures for."""
    pick_output(layer.info, "compare")
    sides = (
        (_("Your picture"), layer.picture, layer.scores),
        (_(other.title), other, scores),
    )
    for column, (title, picture, values) in zip(st.columns(2), sides, strict=True):
        with column:
            st.markdown(f"**{title}**")
            draw_predictions(layer.info, picture, values, layer.classes)
