"""The operation itself: a kernel moved over numbers by hand, then one idea after another."""

import streamlit as st

from pages.ui import state
from pages.ui.ask import given
from pages.ui.ask.numbers import CUT, grid_picker, kernel_picker
from pages.ui.ask.picture import picture_picker
from pages.ui.convolution import choices, controls, ideas, on_numbers
from pages.ui.frame import begin_page, board_first
from pages.ui.text import _, lesson

with begin_page():
    choices.begin()
    given.draw()
    picked, board = board_first(3, 8)
    with picked:
        grid_picker(state.GRID, choices.OFFERED, _("Input"))
        if state.GRID.get() == CUT:
            picture_picker()
            controls.cut_picker()
        kernel_picker()
        controls.movement()
    with board:
        convolution = on_numbers.draw()

    ideas.draw(convolution)
    with st.expander(_("What the courses say, and what is more precise"), icon=":material/menu_book:"):
        st.markdown(lesson("convolution"))
    state.share(state.LANGUAGE, *choices.SHARED, instead=choices.private_numbers(convolution))
