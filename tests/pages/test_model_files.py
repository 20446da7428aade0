"""How much of its reader's model files one session may keep on disk, and when they go."""

import os
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit import runtime

from cnn_core.errors import ModelFileError
from cnn_core.models.kept_files import IN_USE_SECONDS
from cnn_core.models.keys import FILE, ModelKey
from pages.ui import memory, model_files
from pages.ui.model_files import ModelFiles

OF_ONE = 2**17
"""Bytes of one session where a megabyte is kept of all together."""


class Class:
    """Sessions that come and go at one server.

    Args:
        folder: where temporary files lie.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files, self.folder, self._monkeypatch = ModelFiles(), folder, monkeypatch

    def keep(self, session: str, number: int, size: int) -> str:
        """Let a session give a file of so many bytes, which tells itself from others by its number."""
        self.turn_to(session)
        return self.files.keep(bytes([number]) * size)

    def show(self, session: str, digest: str) -> None:
        self.turn_to(session)
        self.files.show(str(ModelKey(FILE, digest)))

    def turn_to(self, session: str) -> None:
        class Context:
            session_id = session

        self._monkeypatch.setattr(model_files, "get_script_run_ctx", Context)

    def kept(self) -> set[str]:
        return {file.stem for file in self.folder.rglob("*.model")}

    def later(self, *gone: str) -> None:
        """Let some sessions end, and time pass in which nobody asks anything."""
        self.files.tidy(gone)
        then = time.time() - IN_USE_SECONDS - 60
        for file in self.folder.rglob("*.model"):
            os.utime(file, (then, then))
        self.files.tidy()


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("CONVSCOPE_MODEL_FILES_MB", "1")
    return Class(tmp_path, monkeypatch)


def test_of_one_session_the_files_used_last_are_kept_as_far_as_its_share_goes(lesson: Class) -> None:
    first, second = (lesson.keep("a", number, OF_ONE // 2) for number in (1, 2))
    lesson.show("a", first)
    third = lesson.keep("a", 3, OF_ONE // 2)
    assert lesson.kept() == {first, third}
    assert lesson.keep("a", 2, OF_ONE // 2) == second
    assert lesson.kept() == {second, third}
    whole = lesson.keep("a", 4, 3 * OF_ONE)  # one that is larger than the share
    assert lesson.kept() == {whole}


def test_what_another_session_has_open_stays_whoever_gave_it(lesson: Class) -> None:
    shared, linked = (lesson.keep("a", number, OF_ONE // 2) for number in (1, 2))
    assert lesson.keep("b", 1, OF_ONE // 2) == shared
    lesson.show("c", linked)
    large = lesson.keep("a", 3, OF_ONE)
    assert lesson.kept() == {shared, linked, large}
    lesson.later("a")
    assert lesson.kept() == {shared, linked}


def test_a_file_goes_some_minutes_after_the_last_session_that_had_it_open(lesson: Class) -> None:
    left, stays = lesson.keep("a", 1, 10), lesson.keep("b", 2, 10)
    lesson.files.tidy(["a"])
    assert lesson.kept() == {left, stays}  # whoever loads the page anew finds it
    lesson.later()
    assert lesson.kept() == {stays}
    lesson.show("b", "")
    lesson.later("b")
    assert lesson.kept() == set()


def test_all_sessions_together_have_a_bound_and_room_is_made_when_one_ends(lesson: Class) -> None:
    for number in range(8):
        lesson.keep(str(number), number, OF_ONE)
    with pytest.raises(ModelFileError, match="Too many model files are in use"):
        lesson.keep("late", 9, OF_ONE)
    assert len(lesson.kept()) == 8
    lesson.later("0")
    lesson.keep("late", 9, OF_ONE)
    assert len(lesson.kept()) == 8


def test_of_sessions_without_a_file_and_of_those_that_ended_nothing_is_remembered(lesson: Class) -> None:
    file = lesson.keep("a", 1, 10)
    for session in "bcd":
        lesson.show(session, "")
    lesson.show("d", file)
    assert set(lesson.files._sessions) == {"a", "d"}
    lesson.show("d", "")
    lesson.files.tidy(["a"])
    assert lesson.files._sessions == {}


def test_an_address_that_names_nonsense_keeps_nothing_from_being_tidied(lesson: Class) -> None:
    lesson.show("a", "../../etc/passwd")
    left = lesson.keep("b", 1, 10)
    lesson.later("b")
    assert left not in lesson.kept()


def test_the_server_tidies_them_when_it_looks_for_sessions_that_were_closed(
    lesson: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson.turn_to("a")
    left = model_files.keep(b"of a server that was killed")
    model_files._FILES.tidy(["a"])
    then = time.time() - IN_USE_SECONDS - 60
    (file,) = (file for file in lesson.folder.rglob("*.model") if file.stem == left)
    os.utime(file, (then, then))
    monkeypatch.setattr(runtime, "exists", lambda: True)
    # Other tests may have left closed sessions to the server's one.
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(is_active_session=lambda _session: True))
    memory.Tidying().look()
    assert lesson.kept() == {left}
    memory._TIDYING.look()
    assert lesson.kept() == set()
