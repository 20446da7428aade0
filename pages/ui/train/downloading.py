"""Published pictures that are fetched once, when the reader asks: in a thread of this process, with progress."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import streamlit as st

from cnn_core.steps import StoppedError
from cnn_core.training.sets.downloads import download, is_here
from cnn_core.training.sets.sources import Downloaded, Source
from pages.ui import state
from pages.ui.messages import UndrawnError
from pages.ui.questions import WORKS, question, stoppable
from pages.ui.text import _
from pages.ui.waiting import asked, run_again

_THREAD = ThreadPoolExecutor(1, thread_name_prefix="download")
_PROGRESS: dict[str, tuple[int, int]] = {}
"""Bytes that have come, and all of them, by the key of the set."""


@question
@stoppable
def _fetched(source: Downloaded) -> "Future[None]":
    """A published set, once it is here."""
    return _THREAD.submit(download, source, partial(_note, source))


def _note(source: Downloaded, done: int, total: int) -> None:
    """Note how much has come; raises StoppedError where the reader has stopped, and nobody else waits."""
    _PROGRESS[source.key] = done, total
    if WORKS.find(_fetched(source)) is None:
        raise StoppedError


def ensure(source: Source) -> None:
    """Let the reader fetch pictures that are not here yet; raises UndrawnError until they are, CnnError where not."""
    if not isinstance(source, Downloaded) or is_here(source):
        return
    if state.FETCHED.get() == source.key:
        asked(_fetched(source), _("Downloading the pictures."), "download", more=partial(_share, source.key))
        state.FETCHED.set("")
        return
    st.info(_("These pictures are not included: they are downloaded once and kept on this server."))
    st.button(_("Download"), icon=":material/download:", on_click=_fetch, args=(source.key,), key="train_download")
    raise UndrawnError


def _fetch(key: str) -> None:
    state.FETCHED.set(key)
    run_again()


def _share(key: str) -> str:
    done, total = _PROGRESS.get(key, (0, 0))
    return _("{done} of {total} MB").format(done=f"{done / 1e6:.1f}", total=f"{total / 1e6:.1f}")
