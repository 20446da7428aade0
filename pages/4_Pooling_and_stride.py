"""Max pooling, average pooling, stride and the others on one input and one scale, and their claims measured."""

import streamlit as st

from pages.ui import state
from pages.ui.ask import given
from pages.ui.frame import begin_page
from pages.ui.messages import part
from pages.ui.pooling import choices, in_network, measures, one_way, results, study, train
from pages.ui.text import _, lesson

with begin_page():
    given.draw()
    choices.draw_source()
    controls, board = st.columns([4, 9], gap="medium")
    with controls:
        comparison = choices.draw_controls()
    fits = False
    with board, part():
        comparison.results()
        one_way.draw(comparison)
        fits = True
    if fits:
        with part():
            results.draw(comparison)
        with part():
            measures.draw(comparison)
    with st.expander(_("What the courses say, and what is more exact"), icon=":material/menu_book:"):
        st.markdown(lesson("pooling"))
    for draw in (in_network.draw, study.draw, train.draw):
        with part():
            draw()
    state.share(state.LANGUAGE, *choices.shared(), *train.SHARED, instead=in_network.shared())
