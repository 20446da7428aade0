"""What can be done here, in one screen, each thing one click away."""

import streamlit as st

from pages.ui import state
from pages.ui.frame import PAGES, begin_page, draw_card

with begin_page(), st.grid(2, min_column_width=340, gap=("small", "medium")):
    for page in PAGES:
        if page.points:
            draw_card(page)
state.share(state.LANGUAGE)
