"""Parts of a page of which one is open: a choice of them in a line, and the open one below."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st

from pages.ui.messages import part
from pages.ui.text import _


class Part(NamedTuple):
    """`icon` is the name of a Material icon."""

    title: str
    icon: str
    draw: Callable[[], None]


def draw_parts(parts: Mapping[str, Part], opened: str, field: Mapping[str, Any]) -> None:
    """Draw the choice of parts and the open one; `field` is what ties the choice to the session."""
    st.segmented_control(
        _("Part"),
        list(parts),
        format_func=lambda name: f":material/{parts[name].icon}: {_(parts[name].title)}",
        required=True,
        label_visibility="collapsed",
        **field,
    )
    with part():
        parts[opened].draw()
