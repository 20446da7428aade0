"""Put a network together and read its figures as you go: shapes, parameters, multiply-adds, memory, receptive field."""

import streamlit as st

from pages.ui.design import block_form, current, figures, kept, layer_form, layer_table, line, opening, style, tools
from pages.ui.design.parts import which
from pages.ui.frame import begin_page
from pages.ui.text import _, lesson

with begin_page() as head:
    style.draw()
    current.begin()
    kept.fetch()
    which.share()
    summary = current.summary()

    with head:
        tools.preset_picker()
        opening.draw()
        tools.history()
        tools.files(summary)
    tools.preset_about()
    awaited = st.container()
    tools.file_problem()
    opening.notes()
    kept.keep()
    line.draw()
    figures.totals(summary)

    table, form = st.columns([5, 2], gap="small")
    with table:
        tools.tools()
        layer_table.draw(summary)
        figures.formulas(summary)
    with form, st.container(border=True):
        if block_form.is_open():
            block_form.draw()
        else:
            layer_form.draw()

    which.draw()
    meaning = st.expander(
        _("What these numbers mean"), icon=":material/menu_book:", on_change="rerun", key="design_meaning"
    )
    if meaning.open:
        meaning.markdown(lesson("design"))
    with awaited:
        opening.await_application()
