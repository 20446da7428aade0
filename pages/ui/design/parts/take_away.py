"""What the design can be taken away as: code, files and tables; and the ways on to other pages."""

from collections.abc import Callable
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.network.code.keras_code import keras_code, keras_sequential_code
from cnn_core.network.code.torch_code import torch_code
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design import current
from pages.ui.design.cached import untrained_file
from pages.ui.design.parts import onward
from pages.ui.messages import part, show_error
from pages.ui.text import _
from pages.ui.waiting import asked

_WAYS = {
    "keras": (N_("Keras, functional"), "python", "network.py"),
    "sequential": (N_("Keras, Sequential"), "python", "network.py"),
    "torch": (N_("PyTorch"), "python", "network.py"),
    "text": (N_("Summary as text"), None, "network.txt"),
    "json": (N_("Network (JSON)"), "json", "network.json"),
}
_SHOWN = 400
"""Lines of a block of code; the file has all of them."""


def shows() -> Any:
    return current.text(), state.DESIGN_PROBLEM.get()


def draw() -> None:
    """Draw what the network can be taken away as."""
    with part():
        _draw_code()
    tables, file, further = st.columns(3, gap="medium")
    with tables:
        _draw_tables()
    with file:
        _draw_file()
    with further:
        onward.draw()


def _draw_code() -> None:
    st.segmented_control(
        _("Code and text"),
        list(_WAYS),
        format_func=lambda way: _(_WAYS[way][0]),
        required=True,
        **state.field("taken_as", state.TAKEN_AS.get(), state.TAKEN_AS.set),
    )
    way = state.TAKEN_AS.get()
    _title, language, name = _WAYS[way]
    written = _written(way, current.text())
    if isinstance(written, CnnError):
        show_error(written)
        return
    st.download_button(
        _("This as a file"),
        written,
        name,
        "text/plain",
        icon=":material/download:",
        on_click="ignore",
        key="design_code",
    )
    lines = written.splitlines()
    st.code("\n".join(lines[:_SHOWN]), language=language, height=min(520, 60 + 21 * len(lines)))
    if len(lines) > _SHOWN:
        st.caption(_("The first {shown} of {count} lines; the file has all.").format(shown=_SHOWN, count=len(lines)))


_WRITERS: dict[str, Callable[[Network], str]] = {
    "keras": keras_code,
    "sequential": keras_sequential_code,
    "torch": torch_code,
    "text": lambda network: summarize(network).to_text(),
    "json": Network.to_json,
}


# The network's text says all of it. What is refused is kept as what it is.
@lru_cache(maxsize=16)
def _written(way: str, text: str) -> str | CnnError:
    try:
        return _WRITERS[way](current.network_of(text))
    except CnnError as error:
        return error.with_traceback(None)


def _draw_tables() -> None:
    st.markdown(_("**The table of layers**"))
    summary = current.summary()
    files = (
        ("CSV", summary.to_csv, "network.csv", "text/csv"),
        ("Markdown", summary.to_markdown, "network.md", "text/markdown"),
        ("LaTeX", summary.to_latex, "network.tex", "application/x-tex"),
    )
    with st.container(horizontal=True, gap="xsmall"):
        for title, write, name, kind in files:
            icon = ":material/download:"
            key = f"design_table_{title}"
            st.download_button(title, write, name, kind, icon=icon, on_click="ignore", key=key)
    st.caption(_("In LaTeX it takes the package booktabs. The address of this page opens the design elsewhere."))


def _draw_file() -> None:
    st.markdown(_("**A model file, untrained**"))
    name = sha256(current.text().encode()).hexdigest()
    if state.SAVED.get() != name:
        st.button(
            _("Make the .keras file"),
            icon=":material/deployed_code_update:",
            help=_("Built with Keras on this server, with new random weights; `keras.models.load_model` opens it."),
            disabled=current.summary().error is not None,
            on_click=partial(state.SAVED.set, name),
            key="design_save",
        )
        return
    with part():
        data = asked(untrained_file(current.text()), _("Keras builds the model and saves it."), "saved")
        st.download_button(
            _("Save the .keras file"),
            data,
            "network.keras",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="design_keras_file",
        )
