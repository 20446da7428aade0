"""Max pooling, average pooling, stride and the others on one input and one scale, and their claims measured."""

import streamlit as st

from cnn_core.errors import CnnError
from pages.ui import state
from pages.ui.downsampling import claims, in_network, results, setup, study
from pages.ui.frame import begin_page
from pages.ui.panels import show_error
from pages.ui.text import _

begin_page(
    _("Pooling and stride"),
    _("Make the same input smaller in nine ways and measure what each of them keeps."),
)

controls, board = st.columns([3, 8], gap="medium")
with controls:
    now = setup.draw_controls()
found = None
with board:
    try:
        found = results.all_results(now)
        results.draw_way(now)
    except CnnError as error:
        show_error(error)
if found is not None:
    results.draw(now, found)
    claims.draw(now)
in_network.draw()
study.draw()
state.share(state.LANGUAGE, *setup.SHARED)
