"""The open layer's values in numbers, and those of all layers from input to output."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.models.survey import dead_everywhere
from pages.ui import state
from pages.ui.draw.plots import draw_figure
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.sample_survey import draw_survey, is_surveyed, pictures_of
from pages.ui.text import _

CHOICES = (state.SURVEYED,)
MOST_NAMED = 40


def is_at_hand(layer: OpenLayer) -> bool:
    """Say whether all pictures are surveyed, where they are asked for; the rest is known with the layer."""
    return not state.SURVEYED.get() or is_surveyed(layer)


def draw(layer: OpenLayer) -> None:
    """Draw the layer's figures, how its values are spread, and the network as a whole."""
    figures = layer.answers.statistics[layer.name]
    with st.container(horizontal=True, gap="small"):
        st.metric(_("Mean"), f"{figures.mean:.4g}", width="content")
        st.metric(_("Standard deviation"), f"{figures.spread:.4g}", width="content")
        st.metric(_("Share of zeros"), f"{figures.zero_share:.1%}", width="content")
        st.metric(_("Dead channels"), _share(figures.dead, figures.channels), width="content")
    dead = np.flatnonzero(cached.statistics(layer).zero_share == 1)
    _draw_dead(dead.tolist(), figures.channels, 1)
    _draw_dead_in_samples(layer)
    histogram = cached.histogram(layer, None, state.LANGUAGE.get())
    draw_figure(histogram, "layer_histogram", _("How often each value of the layer occurs"))
    st.markdown("**" + _("All layers, from input to output") + "**")
    draw_figure(
        cached.network_figure(layer, state.LANGUAGE.get()),
        "network_figure",
        _("Mean, standard deviation, zeros and dead channels of every layer; the open one is marked."),
    )
    st.caption(
        _(
            "The band shows the mean ± one standard deviation; the dotted line marks the open layer. A dead channel "
            "is zero everywhere in this picture; in a layer without maps, it is a unit whose value is zero."
        )
    )


def _share(part: int, whole: int) -> str:
    return _("{part} of {whole}").format(part=f"{part:,}", whole=f"{whole:,}")


def _draw_dead(dead: Sequence[int], channels: int, pictures: int) -> None:
    """Say which channels are zero everywhere, in one picture or in several."""
    if pictures == 1:
        text = _("Zero everywhere in this picture: {share} channels")
    else:
        text = _("Zero everywhere in all {pictures} pictures: {share} channels")
    text = text.format(share=f"**{_share(len(dead), channels)}**", pictures=pictures)
    if dead:
        text += " – " + ", ".join(map(str, dead[:MOST_NAMED]))
    if len(dead) > MOST_NAMED:
        text += " " + _("and {count} more").format(count=f"{len(dead) - MOST_NAMED:,}")
    st.markdown(text + ".")


def _draw_dead_in_samples(layer: OpenLayer) -> None:
    count = len(pictures_of(layer))
    st.toggle(
        _("Look at all {count} pictures: the samples and your own").format(count=count), **state.SURVEYED.widget()
    )
    if not state.SURVEYED.get():
        return
    surveyed = draw_survey(layer, "_dead")
    if surveyed:
        dead = dead_everywhere([one.survey for one in surveyed], layer.name)
        _draw_dead(np.flatnonzero(dead).tolist(), len(dead), len(surveyed))
