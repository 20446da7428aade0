"""Scripts that a page hands to the browser; nothing that a person typed ever enters one."""

import streamlit as st


def run_in_browser(name: str, script: str) -> None:
    """Let the browser run `script`, a whole element, where it changes nothing that is seen; `name` tells it apart.

    Called in every run of a page: what follows it would be built anew where it comes or goes.
    """
    with st.container(key=f"script_{name}"):
        st.html(script, unsafe_allow_javascript=True)
