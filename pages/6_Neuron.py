"""One neuron, what is left of a slope behind ten layers, and what hidden layers do to a border: all in the browser."""

import streamlit as st

from pages.ui import state
from pages.ui.frame import begin_page
from pages.ui.neuron.views import current_view, view_picker
from pages.ui.text import _, lesson

with begin_page() as tools:
    with tools:
        view_picker()
    view = current_view()
    view.draw()
    with st.expander(_("What the courses say, and what is more precise"), icon=":material/menu_book:"):
        st.markdown(lesson("neuron"))
    state.share(state.LANGUAGE, state.NEURON_VIEW, *view.keys)
