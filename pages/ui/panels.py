"""Pieces that several pages draw: errors, work in progress, figures."""

import time
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import BrokenExecutor, CancelledError, Future
from typing import Any, TypeVar

import streamlit as st

from cnn_core.errors import CnnError
from pages.ui import state
from pages.ui.text import _, sentence

Result = TypeVar("Result")

_PATIENCE = 0.2
"""Seconds that a page waits in silence: most work of a warm worker is done by then."""


def show_error(error: CnnError) -> None:
    """Say what is wrong; names from files and people are shown as they are, not as Markdown."""
    st.error(_escaped(sentence(error)), icon=":material/error:")


def _escaped(text: str) -> str:
    """Escape what Markdown would take for markup, links and pictures."""
    return "".join("\\" + char if char in "\\`*_{}[]()#+-.!|<>~$:" else char for char in text)


def outcome(future: "Future[Result]", forget: Callable[[], None]) -> Result | None:
    """Return the work's result, or None where it is not there; what went wrong is said on the page.

    `forget` drops the work from its cache, so that the next run does it again.
    """
    if not futures.wait([future], _PATIENCE).done:
        return None
    try:
        return future.result()
    except CnnError as error:
        show_error(error)
    except (BrokenExecutor, CancelledError):
        _offer_retry(
            _(
                "The process that runs the model has stopped: it was ended or ran out of memory. "
                "A new one starts by itself; nothing of yours is lost."
            ),
            forget,
        )
    except Exception as error:  # whatever a library in the worker raises must not end the page
        _offer_retry(_("The model could not be run ({kind}).").format(kind=type(error).__name__), forget)
    return st.stop()


def _offer_retry(message: str, forget: Callable[[], None]) -> None:
    st.error(message, icon=":material/error:")
    st.button(_("Try again"), icon=":material/refresh:", on_click=forget, key="retry")


def wait(future: "Future[Any]", message: str) -> None:
    """Show that work goes on, with a way to stop waiting, and run the page again when it is done."""
    if state.STOPPED.get() is future:
        st.info(_("Stopped."))
        st.button(_("Go on"), on_click=lambda: state.STOPPED.set(None), key="go_on")
        return
    began = time.monotonic()
    st.button(_("Stop"), on_click=lambda: state.STOPPED.set(future), key="stop_waiting")
    place = st.empty()
    while not future.done():
        # Each drawing lets Streamlit end this run when the person does something else.
        place.progress(0.0, text=f"{message} {time.monotonic() - began:.0f} s")
        time.sleep(0.1)
    st.rerun()
