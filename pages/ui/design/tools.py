"""What acts on the network as a whole and on the selected layer: the buttons and files of the design page."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from cnn_core.errors import ModelFileError, NetworkFileError, NetworkLinkError
from cnn_core.layers import KINDS, Input
from cnn_core.network.blocks import BLOCKS
from cnn_core.network.presets import PRESETS, PresetGroup, preset
from cnn_core.sentences import N_
from pages.ui import designed, state
from pages.ui.design import block_form, current, editor, panels
from pages.ui.layer_words import GROUPS
from pages.ui.messages import show_error
from pages.ui.text import _

_PRESET_GROUPS = {
    PresetGroup.COURSE: N_("Course"),
    PresetGroup.PATTERN: N_("Pattern"),
    PresetGroup.CLASSIC: N_("Classic"),
}
_MORE, _FILES = "design_more", "design_files"
_ADDED_TWICE = 0.3
"""Seconds that nobody is quicker than who adds the same once more: a menu is opened and chosen from."""
_NO_PRESET = {designed.EMPTY: N_("Empty network"), designed.OWN: N_("Your file")}


def preset_picker() -> None:
    """Let the person begin with a preset or with nothing."""
    begun_with = state.DESIGN_PRESET.get()
    own = [designed.OWN] if begun_with == designed.OWN else []
    options = [*own, *(known.key for known in PRESETS), designed.EMPTY]
    st.selectbox(
        _("Start with"),
        options,
        format_func=preset_title,
        label_visibility="collapsed",
        width=300,
        **panels.field("preset", begun_with, panels.then(_open_preset)),
    )


def about_shows() -> Any:
    return state.DESIGN_PRESET.get(), current.edited()


def preset_about() -> None:
    """Say what the preset is and where it comes from."""
    begun_with = state.DESIGN_PRESET.get()
    if begun_with in _NO_PRESET:
        return
    chosen = preset(begun_with)
    about = _("{about} Source: {source}.").format(about=_(chosen.about), source=_(chosen.source))
    edited = "**" + _("Edited.") + "**"
    with st.container(key="preset_about"):
        st.caption(f"{about} {edited}" if current.edited() else about)


def preset_title(key: str) -> str:
    """Return what people read for a preset, or for what stands in its place."""
    if key in _NO_PRESET:
        return _(_NO_PRESET[key])
    chosen = preset(key)
    return f"{_(_PRESET_GROUPS[chosen.group])}: {_(chosen.title)}"


def _open_preset(key: str) -> None:
    # Another choice may follow before the first is answered.
    if key != designed.OWN:
        editor.open_preset(key)


class _Reach(NamedTuple):
    """What may be done with the marked layers: they are `fixed` where the input is among them."""

    has_input: bool
    fixed: bool
    at_top: bool
    at_end: bool

    @classmethod
    def of_marked(cls) -> "_Reach":
        names, layers = current.marked(), current.network().layers
        places = [place for place, named in enumerate(layers) if named.name in names]
        first = int(isinstance(layers[0].layer, Input))
        fixed = places[0] < first
        return cls(first > 0, fixed, places[0] <= first, fixed or places[-1] == len(layers) - 1)


def tools_show() -> Any:
    return _Reach.of_marked(), state.DESIGN_COPIED.get() if state.widget_value(_MORE) else None


def tools() -> None:
    """Draw what is done with the network and with the marked layers."""
    reach = _Reach.of_marked()
    _add_layer(reach.has_input)
    _tool(_("Up"), "arrow_upward", "up", reach.at_top, _with_marked(editor.move), -1)
    _tool(_("Down"), "arrow_downward", "down", reach.at_end, _with_marked(editor.move), 1)
    _tool(_("Duplicate"), "content_copy", "duplicate", reach.fixed, _with_marked(editor.duplicate))
    _tool(_("Remove"), "delete", "remove", reach.fixed, _with_marked(editor.remove))
    _more(reach.fixed)


def _with_marked(act: Callable[..., None]) -> Callable[..., None]:
    """Return what does something with the layers that are marked when it is called: the buttons stay as they are."""
    return lambda *others: act(current.marked(), *others)


def _more(fixed: bool) -> None:
    """Draw what is done more seldom, behind a button."""
    copied = state.DESIGN_COPIED.get()
    more = st.popover(_("More"), icon=":material/more_horiz:", on_change="rerun", key=_MORE)
    if not more.open:
        return
    with more:
        with st.container(horizontal=True, gap="xsmall"):
            _tool(_("Copy"), "file_copy", "copy", fixed, _with_marked(editor.copy))
            _tool(_("Cut"), "content_cut", "cut", fixed, _with_marked(editor.cut))
            _tool(_("Paste below"), "content_paste", "paste", not copied, lambda: editor.paste(current.marked()[-1]))
        if copied:
            st.caption(_("Copied as a line; it can also be pasted into another design:"))
            st.code(copied["line"], language=None, wrap_lines=True)
        times = st.number_input(_("How many times the marked layers are repeated"), 2, 100, 2, key="design_times")
        _tool(_("Repeat"), "repeat", "repeat", fixed, _with_marked(editor.repeat), times - 1)


def _tool(label: str, icon: str, key: str, disabled: bool, act: Callable[..., None], *args: Any) -> None:
    act = panels.then_drop(act)
    st.button(label, icon=f":material/{icon}:", disabled=disabled, on_click=act, args=args, key=f"design_{key}")


def _add_layer(has_input: bool) -> None:
    st.selectbox(
        _("Add a layer below"),
        [*(kind for kind in KINDS if kind != "Input" or not has_input), *BLOCKS],
        index=None,
        placeholder=_("Add a layer below"),
        format_func=_added,
        label_visibility="collapsed",
        width=200,
        **panels.field("add", None, panels.then(_add), _ADDED_TWICE),
    )


def _add(wanted: str | None) -> None:
    if wanted in BLOCKS:
        block_form.begin(wanted)
    elif wanted:
        editor.add(wanted, current.marked()[-1])


def _added(kind: str) -> str:
    """Return what people read for a kind of layer or block that can be added."""
    if kind in BLOCKS:
        return _(BLOCKS[kind].title) + " · " + _("Block")
    return f"{kind} · {_(GROUPS[KINDS[kind].group])}"


def history_shows() -> Any:
    return bool(state.DESIGN_PAST.get()), bool(state.DESIGN_FUTURE.get())


def history() -> None:
    """Draw the ways back and forward."""
    back, forward = history_shows()
    with st.container(horizontal=True, width="content", gap="xsmall", key="design_history"):
        _tool(_("Undo"), "undo", "undo", not back, editor.undo)
        _tool(_("Redo"), "redo", "redo", not forward, editor.redo)


def files_show() -> Any:
    return current.text() if state.widget_value(_FILES) else None


def files() -> None:
    """The network as JSON, the table as CSV and Markdown."""
    saved = st.popover(_("Save"), icon=":material/file_save:", on_change="rerun", key=_FILES)
    if not saved.open:
        return
    summary = current.summary()
    with saved:
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


def problem_shows() -> Any:
    return state.DESIGN_PROBLEM.get()


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
                st.caption(_("Nothing was changed: the network below is still the previous one."))
