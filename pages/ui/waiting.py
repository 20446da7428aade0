"""Work in progress: waiting for it on the page, stopping, trying again."""

import time
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import BrokenExecutor, CancelledError, Future
from typing import Any, TypeVar

import streamlit as st

from cnn_core.errors import CnnError
from pages.ui import state
from pages.ui.messages import show_error
from pages.ui.text import _

Result = TypeVar("Result")

_PATIENCE = 0.2
"""Seconds that a page waits in silence: most work of a warm worker is done by then."""


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


def wait(future: "Future[Any]", message: str, part: str = "", more: Callable[[], str] = str) -> None:
    """Show that work goes on, with a way to stop waiting, and run the page again when it is done.

    `part` tells several places of a page apart; `more` says how far the work has come.
    """
    if state.STOPPED.get() is future:
        st.info(_("Stopped."))
        st.button(_("Go on"), on_click=lambda: state.STOPPED.set(None), key=f"go_on{part}")
        return
    began = time.monotonic()
    st.button(_("Stop"), on_click=lambda: state.STOPPED.set(future), key=f"stop_waiting{part}")
    place = st.empty()
    while not future.done():
        # Each drawing lets Streamlit end this run when the person does something else.
        seconds = f"{time.monotonic() - began:.0f} s"
        place.progress(0.0, text=" ".join((message, seconds, more())))
        time.sleep(0.1)
    st.rerun()


def wait_for_all(work: "Sequence[Future[Any]]", message: str, forget: Callable[[], None], part: str = "") -> None:
    """Show how much of many pieces is done until all are, with a way to give up the rest; run the page again then.

    What was given up stays undone, and the page goes on with what there is; `forget` begins anew. `part` as for `wait`.
    """
    if any(one.cancelled() for one in work):
        st.info(_("Stopped."))
        st.button(_("Begin again"), on_click=forget, key=f"begin_again{part}")
        return
    if all(one.done() for one in work):
        for one in work:
            outcome(one, forget)
        return
    st.button(_("Stop"), on_click=lambda: [one.cancel() for one in work], key=f"stop_all{part}")
    place = st.empty()
    while not all(one.done() for one in work):
        done = sum(one.done() for one in work)
        place.progress(done / len(work), text=f"{message} {done} / {len(work)}")
        time.sleep(0.1)
    st.rerun()
