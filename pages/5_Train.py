"""A network learns, overfits and is cured: on pictures of ours or of the reader's, seen while it happens."""

import streamlit as st

from pages.ui import designed, person, state
from pages.ui.ask import live as camera
from pages.ui.frame import begin_page
from pages.ui.train import chosen, earlier, experiments, glance, live
from pages.ui.train.parts import which

with begin_page() as head:
    camera.end_elsewhere()
    with head:
        glance.draw_choices()
        experiments.draw()
        earlier.draw()
    if state.TRAIN_NETWORK.get() == chosen.DESIGN:
        designed.fetch()
    st.html(glance.STYLE)
    what, curves = st.columns([5, 7], gap="medium")
    with what:
        glance.draw()
    with curves:
        live.draw()
    which.draw()
    which.share()
    person.keep(which.hear_of_person)
