"""Which tabs have which model files of their readers' open: how much one may keep on disk, and when it goes.

A file stays as long as a session has it open, and some minutes longer, so that a reader who loads the page anew or
comes back after a while still finds it. All of that is told by the time at which a file was touched last, which other
servers on this machine read too; what a server that was killed has left goes in the same way.
"""

import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnn_core.errors import ModelFileError
from cnn_core.models import kept_files
from cnn_core.models.keys import FILE, ModelKey
from pages.ui import memory

_SHARE: Final = 8
"""Of all that may be kept, one session may keep this part, and in any case the file that it gave last."""


@dataclass
class _Session:
    """What a session has open.

    Attributes:
        given: the bytes of the files that it gave, by their digests, the last used at the end.
        shown: the digest of the file that its pages speak of, which it may have from a link; "" where they do not.
    """

    given: dict[str, int] = field(default_factory=dict)
    shown: str = ""


class ModelFiles:
    """The model files of all sessions of this server."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def keep(self, data: bytes) -> str:
        """Keep a file for the session whose page runs, and return its SHA-256; raises ModelFileError without room."""
        digest = kept_files.keep_file(data)
        with self._lock:
            session = self._session()
            session.shown, given = "", session.given  # it is about to speak of this one
            given.pop(digest, None)
            given[digest] = len(data)
            while len(given) > 1 and sum(given.values()) > kept_files.most_bytes() // _SHARE:
                oldest = next(iter(given))
                del given[oldest]
                if oldest not in self._open():
                    kept_files.let_go(oldest)
        memory.keep_tidy()
        return digest

    def show(self, model: str) -> None:
        """Note by its key which model the pages of the session speak of that runs."""
        key = ModelKey.of(model)
        with self._lock:
            session = self._session()
            session.shown = key.name if key.source == FILE else ""
            if session.shown in session.given:
                session.given[session.shown] = session.given.pop(session.shown)
            if not session.shown and not session.given:  # most have no file
                del self._sessions[_whose()]

    def tidy(self, gone: Collection[str] = ()) -> None:
        """Say of every file that is open that it is, and remove what nobody has had open for some minutes."""
        with self._lock:
            for session in gone:
                self._sessions.pop(session, None)
            for digest in self._open():
                with suppress(ModelFileError, OSError):  # an address may name anything
                    kept_files.is_kept(digest)
        kept_files.tidy()

    def _session(self) -> _Session:
        return self._sessions.setdefault(_whose(), _Session())

    def _open(self) -> set[str]:
        """Return the digests of what any session has open."""
        shown = {session.shown for session in self._sessions.values()} - {""}
        return shown.union(*(session.given for session in self._sessions.values()))


def _whose() -> str:
    """Return which session's page runs, "" where none does."""
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


_FILES: Final = ModelFiles()
memory.tidy_along(_FILES.tidy)
keep = _FILES.keep
show = _FILES.show
