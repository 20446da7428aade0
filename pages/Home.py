"""A network at work, and all that can be done here, each one click away: in one screen."""

import streamlit as st

from pages.ui import state
from pages.ui.frame import HOME, PAGES, begin_page, draw_card
from pages.ui.home.glance import draw_glance
from pages.ui.home.questions import draw_questions

with begin_page():
    draw_questions()
    draw_glance()
    with st.grid(4, min_column_width=230, gap="small"):
        for page in PAGES:
            if page is not HOME:
                draw_card(page)
state.share(state.LANGUAGE)
