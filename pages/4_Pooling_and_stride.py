"""Max pooling, average pooling, stride and the others on one input and one scale, and their claims measured."""

import streamlit as st

from pages.ui import state
from pages.ui.ask import given
from pages.ui.frame import begin_page, board_first
from pages.ui.messages import part
from pages.ui.pooling import choices, in_network, measures, one_way, results, study, train
from pages.ui.text import _, lesson

with begin_page():
    given.draw()
    controls, board = board_first(4, 9)
    with controls:
        choices.draw_source()
        comparison = choices.draw_controls()
    # Of numbers, numbers come first; of a picture, pictures.
    in_order = (one_way, results) if state.REDUCED.get() == "grid" else (results, one_way)
    fits = False
    with board, part():
        comparison.results()
        in_order[0].draw(comparison)
        fits = True
    if fits:
        st.header(_(in_order[1].TITLE), anchor=False)
        for draw in (in_order[1].draw, measures.draw):
            with part():
                draw(comparison)
    with st.expander(_("What the courses say, and what is more precise"), icon=":material/menu_book:"):
        st.markdown(lesson("pooling"))
    for draw in (in_network.draw, study.draw, train.draw):
        with part():
            draw()
    state.share(state.LANGUAGE, *choices.shared(), *train.SHARED, instead=in_network.shared())
