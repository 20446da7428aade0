"""What is probably meant otherwise in the design: a short list, each with a button that mends it."""

from typing import Any

import streamlit as st

from cnn_core.network import editing
from pages.ui import state
from pages.ui.design import current, editor, panels
from pages.ui.text import _, as_code, escaped, sentence

_LIST = "design_advice"


def shows() -> Any:
    """Return the count, and the list where it is open."""
    advice = current.advice()
    return len(advice), [(one.rule, one.layer) for one in advice] if state.widget_value(_LIST) else None


def draw() -> None:
    """Draw the list behind a button, and how many there are; nothing where there is none."""
    advice = current.advice()
    if not advice:
        return
    listed = st.popover(_("Advice"), icon=":material/lightbulb:", on_change="rerun", key=_LIST)
    # Not in the label: with another label the list would be another one, and closed.
    count = f"{{ content: ' · {len(advice)}'; }}"
    st.html(f'<style>.st-key-{_LIST} [data-testid="stPopoverButton"] p::after {count}</style>')
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
                    on_click=panels.then_drop(editor.follow),
                    args=(one.rule, one.layer),
                    key=f"design_fix_{number}",
                )
                st.button(
                    _("Show the layer"),
                    type="tertiary",
                    on_click=panels.then_drop(editor.select),
                    args=(position,),
                    key=f"design_fix_show_{number}",
                )
