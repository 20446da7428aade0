"""A picture through a trained network: every layer, every map."""

import streamlit as st

from pages.ui import cached, state
from pages.ui.ask.layer import current_layer, layer_picker, open_layer
from pages.ui.ask.model import class_names, draw_about, model_picker
from pages.ui.ask.picture import fit_picker, picture_picker
from pages.ui.draw.pictures import draw_picture
from pages.ui.feature_maps import layer_view, map_view, panels, why
from pages.ui.feature_maps.decision import draw_decision
from pages.ui.feature_maps.film_strip import draw_strip
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import Part
from pages.ui.feature_maps.predictions import draw_predictions
from pages.ui.frame import begin_page
from pages.ui.messages import part
from pages.ui.text import _
from pages.ui.waiting import answered, asked, fragment

SHARED = (
    *(state.LANGUAGE, state.MODEL, state.SAMPLE, state.FIT, state.INVERT),
    *(state.LAYER, state.CHANNEL, state.ROW, state.COLUMN, state.ORDER, state.SCOPE, state.LIMIT),
    *(state.METHOD, state.TARGET, state.HEAT_LAYER, state.PATCH, state.PATCH_STRIDE),
)
PARTS = {
    Part.MAPS: layer_view.draw_layer,
    Part.MAP: map_view.draw_map,
    Part.PANELS: panels.draw_panels,
    Part.WHY: why.draw_why,
    Part.DECISION: draw_decision,
}


def share_change() -> None:
    """Write what was chosen in a part of the page into the address."""
    state.share_change(*SHARED, *panels.shared())


with begin_page():
    controls, pictures, verdict = st.columns([5, 6, 4], gap="medium")
    with controls, part(needed=True):
        info = model_picker()
        chosen = picture_picker(info.colour)
        fit, invert = fit_picker(info)
    rows = {row.name: row for row in cached.network(info).rows}
    name = current_layer(rows)
    state.share(*SHARED, *panels.shared())

    with pictures, part(needed=True):
        picture = cached.entered(chosen, info, fit, invert)
        draw_picture(chosen, picture)
    answers = answered(cached.answers(picture))
    with verdict:
        st.markdown("**" + _("What the network takes it for") + "**")
        if answers is None:
            st.skeleton(height=260)
        else:
            classes = class_names(info, answers.scores)
            draw_predictions(info, answers.scores, classes)
        draw_about(info)

    st.header(_("From input to output"), anchor=False)
    draw_strip(picture, cached.blocks(info), answers, name, open_layer)
    if answers is None:
        saying = _("The network is running; the first time TensorFlow starts, which takes some seconds.")
        asked(cached.answers(picture), saying)
        st.rerun()  # they came while this was drawn

    st.header(_("One layer"), anchor=False)
    layer_picker(list(rows))
    layer_view.draw_layer_facts(rows[name])
    maps = asked(cached.layer_maps(picture, name), _("Fetching the layer's maps."))
    layer = OpenLayer(info, picture, rows, rows[name], maps, answers, classes)
    if layer.has_maps:
        layer_view.draw_layer_controls()
    for key, draw in PARTS.items():
        fragment(draw, key, share=share_change)(layer)
