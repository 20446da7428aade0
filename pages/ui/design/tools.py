"""What acts on the network as a whole and on the selected layer: the buttons and files of the design page."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnn_core.errors import ModelFileError, NetworkFileError, NetworkLinkError
from cnn_core.layers import KINDS, Input
from cnn_core.network.presets import PRESETS, PresetGroup, preset
from cnn_core.network.summary import Summary
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design import current, editor
from pages.ui.layer_words import GROUPS
from pages.ui.messages import show_error
from pages.ui.text import _

_FILE = "design_file"

_PRESET_GROUPS = {
    PresetGroup.COURSE: N_("Course"),
    PresetGroup.PATTERN: N_("Pattern"),
    PresetGroup.CLASSIC: N_("Classic"),
}
_NO_PRESET = {current.EMPTY: N_("Nothing but an input"), current.OWN: N_("Your file")}


def preset_picker() -> None:
    """Let the person begin with a preset or with nothing."""
    begun_with = state.DESIGN_PRESET.get()
    own = [current.OWN] if begun_with == current.OWN else []
    options = [*own, *(known.key for known in PRESETS), current.EMPTY]
    st.selectbox(
        _("Begin with"),
        options,
        format_func=preset_title,
        label_visibility="collapsed",
        width=300,
        **state.field("preset", begun_with, _open_preset),
    )


def preset_about() -> None:
    """Say what the preset is and where it comes from."""
    begun_with = state.DESIGN_PRESET.get()
    if begun_with in _NO_PRESET:
        return
    chosen = preset(begun_with)
    about = _("{about} Source: {source}.").format(about=_(chosen.about), source=chosen.source)
    edited = "**" + _("Edited.") + "**"
    st.caption(f"{about} {edited}" if current.edited() else about)


def preset_title(key: str) -> str:
    """Return what people read for a preset, or for what stands in its place."""
    if key in _NO_PRESET:
        return _(_NO_PRESET[key])
    chosen = preset(key)
    return f"{_(_PRESET_GROUPS[chosen.group])}: {_(chosen.title)}"


def _open_preset(key: str) -> None:
    # Another choice may follow before the first is answered.
    if key != current.OWN:
        editor.open_preset(key)


def tools() -> None:
    """Draw what is done with the network and with the selected layer."""
    position, last = current.selected(), len(current.network().layers) - 1
    layer, name = current.selected_layer().layer, current.selected_layer().name
    fixed = isinstance(layer, Input) and not position
    with st.container(horizontal=True, gap="xsmall"):
        _add_layer(name)
        _tool(_("Up"), "arrow_upward", "up", fixed or position <= 1, editor.move, name, -1)
        _tool(_("Down"), "arrow_downward", "down", fixed or position == last, editor.move, name, 1)
        _tool(_("Duplicate"), "content_copy", "duplicate", fixed, editor.duplicate, name)
        _tool(_("Remove"), "delete", "remove", fixed, editor.remove, name)


def _tool(label: str, icon: str, key: str, disabled: bool, act: Callable[..., None], *args: Any) -> None:
    st.button(label, icon=f":material/{icon}:", disabled=disabled, on_click=act, args=args, key=f"design_{key}")


def _add_layer(below: str) -> None:
    has_input = isinstance(current.network().layers[0].layer, Input)

    def add(kind: str | None) -> None:
        if kind:
            editor.add(kind, below)

    st.selectbox(
        _("Add a layer below"),
        [kind for kind in KINDS if kind != "Input" or not has_input],
        index=None,
        placeholder=_("Add a layer below"),
        format_func=lambda kind: f"{kind} · {_(GROUPS[KINDS[kind].group])}",
        label_visibility="collapsed",
        width=200,
        **state.field("add", None, add),
    )


def history() -> None:
    """Draw the ways back and forward."""
    _tool(_("Undo"), "undo", "undo", not state.DESIGN_PAST.get(), editor.undo)
    _tool(_("Redo"), "redo", "redo", not state.DESIGN_FUTURE.get(), editor.redo)


def files(summary: Summary) -> None:
    """The network as JSON, the table as CSV and Markdown, a network file."""
    with st.popover(_("Files"), icon=":material/file_save:"):
        st.download_button(
            _("Network (JSON)"),
            current.text(),
            "network.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="design_json",
            width="stretch",
        )
        st.download_button(
            _("Table (CSV)"),
            summary.to_csv,
            "network.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="design_csv",
            width="stretch",
        )
        st.download_button(
            _("Table (Markdown)"),
            summary.to_markdown,
            "network.md",
            "text/markdown",
            icon=":material/download:",
            on_click="ignore",
            key="design_markdown",
            width="stretch",
        )
        st.file_uploader(
            _("Open a network (JSON, also that of Keras's to_json(); .keras, .h5 or .onnx)"),
            type=["json", "keras", "h5", "hdf5", "onnx"],
            max_upload_size=editor.LARGEST_FILE_MEGABYTES,
            key=_FILE,
            on_change=_open_file,
        )


def _open_file() -> None:
    file = state.widget_value(_FILE)
    if file is not None:
        editor.load(file.getvalue())


def file_problem() -> None:
    """Say why the last file, or the address, could not be opened."""
    problem = state.DESIGN_PROBLEM.get()
    if isinstance(problem, NetworkFileError | ModelFileError):
        # Beside the open list of files, not under it.
        with st.columns([3, 2])[0]:
            show_error(problem)
            if isinstance(problem, NetworkLinkError):
                st.caption(_("Shown in its place: {title}.").format(title=preset_title(state.DESIGN_PRESET.get())))
            else:
                st.caption(_("Nothing was changed: the network below is the one from before."))
