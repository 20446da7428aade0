"""What went wrong, as a sentence on the page; text from files and people as it is."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.errors import CnnError
from pages.ui.text import escaped, sentence


class UndrawnError(Exception):
    """Ends a part of a page that cannot be drawn now; the page has said why."""


@contextmanager
def part(needed: bool = False) -> Iterator[None]:
    """Where a part of a page cannot be drawn, let a sentence stand in its place; the page goes on behind it.

    Without a part that is `needed` it does not.
    """
    try:
        yield
    except (CnnError, UndrawnError) as error:
        if isinstance(error, CnnError):
            show_error(error)
        if needed:
            raise UndrawnError from error


@contextmanager
def also_in(popover: DeltaGenerator) -> Iterator[None]:
    """Say what goes wrong in this popover too: as long as it is open it covers the page's sentence."""
    try:
        yield
    except CnnError as error:
        with popover:
            show_error(error)
        raise


def show_error(error: CnnError) -> None:
    """Say what is wrong; names from files and people are shown as they are, not as Markdown."""
    st.error(escaped(sentence(error)), icon=":material/error:")
