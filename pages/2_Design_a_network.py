"""Put a network together and read its figures as you go: shapes, parameters, multiply-adds, memory, receptive field."""

import streamlit as st

from pages.ui import state
from pages.ui.design import (
    advice,
    current,
    figures,
    kept,
    layer_form,
    layer_table,
    line,
    opening,
    panels,
    shared,
    style,
    tools,
)
from pages.ui.design.parts import which
from pages.ui.frame import begin_page
from pages.ui.text import _, lesson

with begin_page() as head:
    style.draw()
    panels.begin()
    current.begin()
    kept.fetch()
    shared.share()

    with head:
        panels.draw("preset", tools.preset_picker, state.DESIGN_PRESET.get)
        opening.draw()
        panels.draw("history", tools.history, tools.history_shows)
        panels.draw("saved", tools.files, tools.files_show)
    panels.draw("about", tools.preset_about, tools.about_shows)
    awaited = st.container(key="panel_place_of_awaited")
    panels.draw("problem", tools.file_problem, tools.problem_shows)
    panels.draw("notes", opening.notes, state.DESIGN_NOTES.get)
    panels.draw("kept", kept.keep, kept.keeps)
    panels.draw("line", line.draw, line.shows)
    panels.draw("totals", figures.totals, figures.totals_show)

    table, form = st.columns([5, 2], gap="small")
    with table:
        with st.container(horizontal=True, gap="xsmall", key="design_tools"):
            panels.draw("tools", tools.tools, tools.tools_show)
            panels.draw("advised", advice.draw, advice.shows)
        panels.draw("table", layer_table.draw, layer_table.shows)
        st.header(_("How the selected layer is calculated"), anchor=False)
        panels.draw("formulas", figures.formulas, current.place)
    with form, st.container(border=True):
        panels.draw("layer", layer_form.draw_layer, layer_form.layer_shows)
        panels.draw("settings", layer_form.draw_settings, layer_form.settings_show)

    panels.draw("part", which.draw, which.shows)
    meaning = st.expander(
        _("What these numbers mean"), icon=":material/menu_book:", on_change="rerun", key="design_meaning"
    )
    if meaning.open:
        meaning.markdown(lesson("design"))
    with awaited:
        panels.draw("awaited", opening.await_application, state.DESIGN_AWAITED.get)
