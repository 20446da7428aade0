"""A picture through a trained network: every layer, every map."""

import streamlit as st

from cnn_core.errors import CnnError
from pages.ui import cached, state
from pages.ui.ask.layer import current_layer, layer_picker, open_layer
from pages.ui.ask.model import class_names, draw_about, model_info, model_picker
from pages.ui.ask.picture import fit_picker, picture_picker
from pages.ui.draw.pictures import draw_picture
from pages.ui.feature_maps import layer_view, map_view, panels, why
from pages.ui.feature_maps.decision import draw_decision
from pages.ui.feature_maps.film_strip import draw_strip
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.predictions import draw_predictions
from pages.ui.frame import begin_page
from pages.ui.messages import show_error
from pages.ui.text import _
from pages.ui.waiting import outcome, wait

begin_page()

controls, pictures, verdict = st.columns([5, 6, 4], gap="medium")
with controls:
    model = model_picker()
    info = model_info(model)
    chosen = picture_picker(info.colour)
    fit, invert = fit_picker(info)
view = cached.View(model, chosen.digest, fit, invert)
rows = {row.name: row for row in cached.network(model).rows}
layer = current_layer(rows)
shown = (
    state.LAYER,
    state.CHANNEL,
    state.ROW,
    state.COLUMN,
    state.ORDER,
    state.SCOPE,
    state.LIMIT,
    state.METHOD,
    state.TARGET,
    state.HEAT_LAYER,
    state.PATCH,
    state.PATCH_STRIDE,
)
state.share(state.LANGUAGE, state.MODEL, state.SAMPLE, state.FIT, state.INVERT, *shown, *panels.shared())

try:
    ready = cached.prepared(*view.key, chosen.data)
    with pictures:
        draw_picture(view, chosen)
except CnnError as error:
    with pictures:
        show_error(error)
    st.stop()

running = cached.answers(*view.key, ready)
answers = outcome(running, forget=lambda: cached.answers.clear(*view.key, ready))

with verdict:
    st.markdown("**" + _("What the network takes it for") + "**")
    if answers is None:
        st.skeleton(height=260)
    else:
        names = class_names(model, info, answers.scores)
        draw_predictions(info, answers.scores, names)
    draw_about(model, info)

st.header(_("From input to output"), anchor=False)
draw_strip(view, answers, layer, open_layer)
if answers is None:
    wait(running, _("The network is running; the first time TensorFlow starts, which takes some seconds."))
    st.stop()

st.header(_("One layer"), anchor=False)
layer_picker(list(rows))
layer_view.draw_layer_facts(rows[layer])
fetching = cached.layer_maps(*view.key, layer, ready)
maps = outcome(fetching, forget=lambda: cached.layer_maps.clear(*view.key, layer, ready))
if maps is None:
    wait(fetching, _("Fetching the layer's maps."))
    st.stop()

if maps.ndim == 1:
    map_view.draw_vector(view, rows[layer], maps)
else:
    layer_view.draw_layer_controls()
    layer_view.draw_layer(view, rows[layer], maps)
    map_view.draw_map(view, rows[layer], maps, chosen)
panels.draw_panels(OpenLayer(view, rows, rows[layer], maps, answers, ready, chosen.name, names))
why.draw_why(view, rows, rows[layer], maps, ready)
draw_decision(view, answers, names, ready)
