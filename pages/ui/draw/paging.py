"""Pages of what is too much for one screen."""

import streamlit as st

from cnn_core.drawing.mosaic import page_of
from pages.ui import state


def choose_page(count: int, per_page: int, key: str, begin: int = 1) -> slice:
    """Let the reader turn the pages of `count` things where one does not hold them; return which are on this one.

    `begin` is the page that is shown before anyone has turned them.
    """
    pages = -(-count // per_page)
    if pages > 1:
        state.begin_widget(key, begin)
    page = st.pagination(pages, key=key) if pages > 1 else 1
    return page_of(count, page, per_page)


def shown_page(count: int, per_page: int, key: str, begin: int = 1) -> slice:
    """Return which of `count` things are on the page that is shown; `key` and `begin` as there."""
    return page_of(count, state.widget_value(key) or begin, per_page)
