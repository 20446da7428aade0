"""What is probably meant otherwise in the design: a short list, each with a button that mends it."""

import streamlit as st

from cnn_core.network import editing
from pages.ui.design import current, editor
from pages.ui.text import _, as_code, escaped, sentence


def draw() -> None:
    """Draw the list behind a button that counts it; nothing where there is none."""
    advice = current.advice()
    if not advice:
        return
    label = _("Advice") + f" · {len(advice)}"
    listed = st.popover(label, icon=":material/lightbulb:", on_change="rerun", key="design_advice")
    if not listed.open:
        return
    with listed:
        for number, one in enumerate(advice):
            position = editing.place(current.network(), one.layer)
            st.markdown(f"{as_code(one.layer)}: {escaped(sentence(one.note))}")
            with st.container(horizontal=True, gap="xsmall"):
                st.button(
                    escaped(sentence(one.fix.label)),
                    icon=":material/build:",
                    on_click=editor.follow,
                    args=(one.rule, one.layer),
                    key=f"design_fix_{number}",
                )
                st.button(
                    _("Show the layer"),
                    type="tertiary",
                    on_click=editor.select,
                    args=(position,),
                    key=f"design_fix_show_{number}",
                )
