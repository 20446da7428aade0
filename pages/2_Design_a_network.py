"""Put a network together and read its figures as you go: shapes, parameters, multiply-adds, memory, receptive field."""

import streamlit as st

from pages.ui import state
from pages.ui.design import current, editor, figures, kept, layer_form, layer_table, line, tools
from pages.ui.design.parts import which
from pages.ui.frame import begin_page
from pages.ui.text import _, lesson

with begin_page() as head:
    current.begin()
    kept.fetch()
    which.share()
    network, summary = current.network(), current.summary()

    with head:
        tools.preset_picker()
        tools.history()
        tools.files(summary)
    tools.preset_about()
    tools.file_problem()
    kept.keep()
    line.draw()
    figures.totals(summary)

    table, form = st.columns([5, 2], gap="small")
    with table:
        tools.tools()
        layer_table.draw(summary)
        figures.formulas(summary)
    with form, st.container(border=True):
        names = [named.name for named in network.layers]
        st.selectbox(
            _("Layer"),
            range(len(names)),
            format_func=lambda position: f"{position + 1}. {names[position]}",
            **state.field("layer", current.selected(), editor.select),
        )
        layer_form.draw()

    which.draw()
    with st.expander(_("What these numbers mean"), icon=":material/menu_book:"):
        st.markdown(lesson("design"))
