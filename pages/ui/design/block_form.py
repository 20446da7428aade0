"""The form of a building block that is about to be put into the design: its settings, and how often it stands there."""

from functools import partial
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.network.blocks import BLOCKS, BuildingBlock
from pages.ui import state
from pages.ui.design import current, editor, panels, setting_widgets
from pages.ui.messages import show_error
from pages.ui.text import _, escaped

_MOST_TIMES = 100


def begin(name: str) -> None:
    """Show the form of a kind of block, with its defaults."""
    state.DESIGN_BLOCK.set({"kind": name, "times": 1, "settings": {}})


def is_open() -> bool:
    """Say whether a block is about to be put in."""
    return state.DESIGN_BLOCK.get() is not None


def draw() -> None:
    """Draw the form; nothing changes before its button is pressed."""
    wanted = state.DESIGN_BLOCK.get()
    kind = BLOCKS[wanted["kind"]]
    below = current.marked()[-1]
    st.markdown(f"**{_(kind.title)}**")
    st.caption(f"{_(kind.about)} {kind.source}")
    rules = kind.settings()
    shown = {name: wanted["settings"].get(name, rule.default) for name, rule in rules.items()}
    for name, rule in rules.items():
        setting_widgets.setting(rule, kind, shown, True, partial(_put, name))
    setting_widgets.whole(_("Repetitions"), "block_times", wanted["times"], _put_times, 1, maximum=_MOST_TIMES)
    block = _made(kind, shown)
    if state.DESIGN_PROBLEM.get() is not None:
        show_error(state.DESIGN_PROBLEM.get())
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            _("Put it below {layer}").format(layer=escaped(below)),
            icon=":material/add:",
            disabled=block is None,
            on_click=panels.then_drop(_put_in),
            args=(block, wanted["times"], below),
            key="design_put_block",
        )
        st.button(_("Cancel"), type="tertiary", on_click=panels.then_drop(_end), key="design_cancel_block")


def _made(kind: type[BuildingBlock], settings: dict[str, Any]) -> BuildingBlock | None:
    try:
        return kind(**settings)
    except CnnError as error:
        show_error(error)
        return None


def _put(name: str, value: Any) -> None:
    wanted = state.DESIGN_BLOCK.get()
    state.DESIGN_BLOCK.set({**wanted, "settings": {**wanted["settings"], name: value}})


def _put_times(times: int) -> None:
    state.DESIGN_BLOCK.set({**state.DESIGN_BLOCK.get(), "times": times})


def _put_in(block: BuildingBlock, times: int, below: str) -> None:
    editor.add_block(block, times, below)
    if state.DESIGN_PROBLEM.get() is None:
        _end()


def _end() -> None:
    current.settle()
    state.DESIGN_BLOCK.set(None)
