"""What went wrong, as a sentence on the page; text from files and people as it is."""

import streamlit as st

from cnn_core.errors import CnnError
from pages.ui.text import escaped, sentence


def show_error(error: CnnError) -> None:
    """Say what is wrong; names from files and people are shown as they are, not as Markdown."""
    st.error(escaped(sentence(error)), icon=":material/error:")
