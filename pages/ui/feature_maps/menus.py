"""What stands behind buttons and is drawn only once somebody has opened it: the page is run again with every click.

A popover of Streamlit's that tells the server that it is open would be another one, and closed, with every other label.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from pages.ui import state
from pages.ui.feature_maps.parts import Part
from pages.ui.waiting import run_again

MENUS: Final[dict[str, tuple[Part, ...]]] = {
    "set_model": (),
    "set_picture": (),
    "answer": (Part.ANSWER,),
    "layer_more": (Part.LAYER,),
}
"""By their keys on the page, with the part of it that draws them; all of it where that is none."""


def is_opened(menu: str) -> bool:
    """Say whether the reader has ever opened a menu."""
    return menu in state.MENUS.get()


def was_opened(menu: str) -> bool:
    """Say, while a menu is drawn, whether the reader has ever opened it; until then dots stand in it."""
    if is_opened(menu):
        return True
    st.html("…")  # Streamlit opens none that is empty
    return False


def closed() -> list[str]:
    """Return the menus that the reader has never opened, which the browser watches."""
    return [menu for menu in MENUS if menu not in state.MENUS.get()]


def on_open() -> dict[str, Callable[[], None]]:
    """Return for each of them what draws what is in it, as soon as the reader opens it."""
    return {menu: partial(_draw, menu) for menu in closed()}


def _draw(menu: str) -> None:
    state.MENUS.set((*state.MENUS.get(), menu))
    run_again(*MENUS[menu])
