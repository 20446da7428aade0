"""What the design can be taken away as: code, files and tables; and the ways on to other pages."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.network.code.keras_code import keras_code, keras_sequential_code
from cnn_core.network.code.torch_code import torch_code
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design import current, panels
from pages.ui.design.cached import untrained_file, untrained_onnx
from pages.ui.design.parts import onward
from pages.ui.messages import part, show_error
from pages.ui.questions import Question
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
    """Return nothing: what shows something of the network is a panel of its own."""


def draw() -> None:
    """Draw what the network can be taken away as."""
    panels.draw("part/code", _draw_code, current.text)
    tables, file, further = st.columns(3, gap="medium")
    with tables:
        panels.draw("part/tables", _draw_tables, current.text)
    with file:
        panels.draw("part/files", _draw_files, _files_show)
    with further:
        panels.draw("part/onward", onward.draw, onward.shows)


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
    st.caption(_("LaTeX needs the package booktabs for it. The address of this page opens the design elsewhere too."))


class _File(NamedTuple):
    """A kind of model file: what is said on its buttons, and how a worker makes it."""

    name: str
    make: str
    meaning: str
    save: str
    kind: str
    asked: "Callable[[str], Question[bytes]]"


_FILES = {
    "keras": _File(
        "network.keras",
        N_("Make the .keras file"),
        N_("Built with Keras on this server, with new random weights; `keras.models.load_model` opens it."),
        N_("Save the .keras file"),
        "application/zip",
        untrained_file,
    ),
    "onnx": _File(
        "network.onnx",
        N_("Make the .onnx file"),
        N_(
            "The same network and weights for ONNX Runtime and others. Pictures go in as in Keras: batch, height, "
            "width, channels."
        ),
        N_("Save the .onnx file"),
        "application/octet-stream",
        untrained_onnx,
    ),
}


def _files_show() -> Any:
    """Return which files are there of this design: an edit leaves the buttons that make them as they are."""
    return current.summary().error is None, _made()


def _draw_files() -> None:
    st.markdown(_("**A model file, untrained**"))
    for key, file in _FILES.items():
        with part():
            _draw_file(key, file)


def _draw_file(key: str, file: _File) -> None:
    """Draw the button that has a file made; once it was pressed for this design, the one that saves it."""
    if _name_of(key) not in state.SAVED.get():
        st.button(
            _(file.make),
            icon=":material/deployed_code_update:",
            help=_(file.meaning),
            disabled=current.summary().error is not None,
            on_click=_ask_for,
            args=(key,),
            key=f"design_save_{key}",
        )
        return
    data = asked(file.asked(current.text()), _("Building the model with Keras and saving it."), f"saved_{key}")
    st.download_button(
        _(file.save),
        data,
        file.name,
        file.kind,
        icon=":material/download:",
        on_click="ignore",
        key=f"design_{key}_file",
    )


def _name_of(key: str) -> str:
    """Return what tells a kind of file of this design from all others."""
    return f"{key}:{sha256(current.text().encode()).hexdigest()}"


def _ask_for(key: str) -> None:
    state.SAVED.set((*_made(), _name_of(key)))


def _made() -> list[str]:
    """Return of this design the files that were asked for."""
    return [name for name in map(_name_of, _FILES) if name in state.SAVED.get()]
