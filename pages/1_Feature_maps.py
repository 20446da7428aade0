"""A picture through a trained network: every layer, every map."""

import streamlit as st

from pages.ui import cached, state
from pages.ui.ask.layer import current_layer
from pages.ui.ask.model import class_names, draw_about, model_picker
from pages.ui.ask.picture import fit_picker, picture_picker
from pages.ui.draw.pictures import draw_picture
from pages.ui.feature_maps import one_layer
from pages.ui.feature_maps.film_strip import draw_strip
from pages.ui.feature_maps.predictions import draw_predictions
from pages.ui.frame import begin_page
from pages.ui.messages import part
from pages.ui.text import _
from pages.ui.waiting import answered, asked

with begin_page():
    controls, pictures, verdict = st.columns([5, 6, 4], gap="medium")
    with controls, part(needed=True):
        info = model_picker()
        chosen = picture_picker(info.colour)
        fit, invert = fit_picker(info)
    rows = {row.name: row for row in cached.network(info).rows}
    layer = current_layer(rows)
    state.share(*one_layer.shared())

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
    draw_strip(picture, cached.blocks(info), answers, layer)
    if answers is None:
        saying = _("The network is running; the first time TensorFlow starts, which takes some seconds.")
        asked(cached.answers(picture), saying)
        st.rerun()  # they came while this was drawn
    one_layer.draw(info, picture, rows, answers, classes)
