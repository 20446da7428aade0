"""The one place where a network comes in: as text that is pasted, as a file, or by a name of keras.applications."""

import streamlit as st

from cnn_core.errors import CnnError, ModelFileError
from cnn_core.models.keys import APPLICATION, APPLICATIONS, RANDOM, ModelKey
from pages.ui import cached, state
from pages.ui.design import current, editor
from pages.ui.text import _, sentence
from pages.ui.waiting import asked, run_again

_FILE = "design_file"
_TEXT = "design_pasted"
_TYPES = ["json", "py", "txt", "keras", "h5", "hdf5", "onnx"]


def draw() -> None:
    """Draw the button, and behind it the ways in."""
    with st.popover(_("Open"), icon=":material/folder_open:", key="design_open"):
        st.text_area(
            _("Paste a network"),
            placeholder=_("Keras code, a table of model.summary(), JSON of Keras or of this page, or a line"),
            height=160,
            key=_TEXT,
        )
        st.button(_("Open the text"), icon=":material/content_paste_go:", on_click=_open_text, key="design_open_text")
        st.file_uploader(
            _("or a file: JSON, Keras code (.py), .keras, .h5 or .onnx"),
            type=_TYPES,
            max_upload_size=editor.LARGEST_FILE_MEGABYTES,
            key=_FILE,
            on_change=_open_file,
        )
        st.selectbox(
            _("or a network of keras.applications"),
            list(APPLICATIONS),
            index=None,
            placeholder=next(iter(APPLICATIONS)),
            **state.field("design_application", None, _ask_for),
        )


def notes() -> None:
    """Say as what the last text was read, and what was assumed."""
    said = state.DESIGN_NOTES.get()
    if said:
        st.caption(" ".join(sentence(note) for note in said))


def await_application() -> None:
    """Wait for the network of keras.applications that was asked for, and open it once a worker has described it."""
    name = state.DESIGN_AWAITED.get()
    if not name:
        return
    question = cached.model_info(str(ModelKey(APPLICATION, name, RANDOM)))
    try:
        info = asked(question, _("Building {name} for its shapes.").format(name=name))
    except CnnError as error:
        current.settle()
        current.refuse(ModelFileError(error.message, **error.values))
    else:
        editor.open_network(info.network)
    run_again()


def _open_text() -> None:
    text = (state.widget_value(_TEXT) or "").strip()
    name = text.removeprefix("keras.applications.").removesuffix("()")
    if name in APPLICATIONS:
        _ask_for(name)
    elif text:
        editor.open_text(text)


def _open_file() -> None:
    file = state.widget_value(_FILE)
    if file is not None:
        editor.load(file.getvalue())


def _ask_for(name: str | None) -> None:
    if name:
        current.settle()
        state.DESIGN_AWAITED.set(name)
