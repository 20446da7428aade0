"""Ways out of the page: code, files, tables, and the network at work on another page."""

from collections.abc import Callable
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.models.kept_files import keep_file
from cnn_core.models.keys import FILE, ModelKey
from cnn_core.network.code.keras_code import keras_code, keras_sequential_code
from cnn_core.network.code.torch_code import torch_code
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design import current
from pages.ui.design.cached import untrained_file
from pages.ui.frame import FEATURE_MAPS, page_at
from pages.ui.messages import part, show_error
from pages.ui.text import _
from pages.ui.waiting import asked, run_again

_WAYS = {
    "keras": (N_("Keras, functional"), "python", "network.py"),
    "sequential": (N_("Keras, Sequential"), "python", "network.py"),
    "torch": (N_("PyTorch"), "python", "network.py"),
    "text": (N_("Summary as text"), None, "network.txt"),
    "json": (N_("Network (JSON)"), "json", "network.json"),
}
_SHOWN = 400
"""Lines of a block of code; the file has all of them."""


def draw() -> None:
    """Draw what the network can be taken away as."""
    with part():
        _draw_code()
    tables, file, onward = st.columns(3, gap="medium")
    with tables:
        _draw_tables()
    with file:
        _draw_file()
    with onward:
        _draw_onward()


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
            help=_("Built with Keras on this server, with fresh weights; `keras.models.load_model` opens it."),
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


def _draw_onward() -> None:
    st.markdown(_("**At work**"))
    st.button(
        _("See it on a picture"),
        icon=":material/image:",
        help=_("Opens the design on the page Feature maps, with random weights: it has learned nothing yet."),
        disabled=current.summary().error is not None,
        on_click=_see_it,
        key="design_see",
    )
    st.button(
        _("Swap its pooling"),
        icon=":material/compress:",
        help=_("Opens the design on the page Pooling and stride, with each way of making maps smaller in its place."),
        disabled=current.summary().error is not None,
        on_click=_swap_pooling,
        key="design_swap",
    )
    problem = state.DESIGN_PROBLEM.get()
    if problem is not None:
        show_error(problem)


def _swap_pooling() -> None:
    state.REPLACED.set(current.OWN)
    state.REPLACED_SOUGHT.set(True)
    st.switch_page(page_at("Pooling_and_stride").path)


def _see_it() -> None:
    """Open the design as a file of the reader's: a description without weights gets random ones there."""
    try:
        digest = keep_file(current.text().encode())
    except CnnError as error:
        current.refuse(error)
        run_again()
        return
    state.MODEL.set(str(ModelKey(FILE, digest)))
    state.MODEL_FILE_NAMES.set({digest: current.network().name})
    begun: tuple[state.Key[Any], ...] = (state.LAYER, state.CHANNEL, state.ROW, state.COLUMN, state.OUTPUT, state.TRAIL)
    for key in begun:
        key.set(key.default)
    st.switch_page(FEATURE_MAPS.path)
