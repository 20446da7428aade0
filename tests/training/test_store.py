"""What is kept on disk: bounded in bytes, the oldest first, what is in use never."""

import os
import time
from pathlib import Path

import pytest

from cnn_core.errors import CnnError
from cnn_core.training.store import IN_USE_SECONDS, Store, runs_folder

MEGABYTE = 2**20


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return a store with room for 4 MB."""
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CONVSCOPE_RUNS_MB", "4")
    return Store("things")


def keep(store: Store, digest: str, size: int = MEGABYTE, age: float = 0) -> Path:
    with store.new(size) as folder:
        (folder / "file").write_bytes(bytes(size))
        path = store.adopt(folder, digest)
    used = time.time() - age
    os.utime(path, (used, used))
    return path


def kept(store: Store) -> set[str]:
    return {entry.path.name for entry in store.entries()}


def test_what_is_adopted_is_found_and_what_is_not_is_gone(store: Store) -> None:
    assert store.find("a") is None
    path = keep(store, "a")
    assert store.find("a") == path == runs_folder() / "things" / "a"
    with store.new(1) as folder:
        (folder / "file").write_bytes(b"x")
    assert kept(store) == {"a"}


def test_whoever_is_second_finds_what_the_first_has_kept(store: Store) -> None:
    first = keep(store, "a", size=3)
    assert keep(store, "a", size=5) == first
    assert (first / "file").stat().st_size == 3
    assert kept(store) == {"a"}


def test_the_oldest_goes_first(store: Store) -> None:
    for number, digest in enumerate("abcd"):
        keep(store, digest, age=IN_USE_SECONDS + 100 - number)
    assert store.find("b") is not None  # and is in use from now on
    keep(store, "e")
    assert kept(store) == {"b", "c", "d", "e"}
    keep(store, "f", size=2 * MEGABYTE)
    assert kept(store) == {"b", "e", "f"}


def test_what_is_in_use_stays_and_the_next_one_is_refused(store: Store) -> None:
    for digest in "abc":
        keep(store, digest)
    with pytest.raises(CnnError, match="Received: 2 MB besides 3 MB in use; at most 4 MB"):
        keep(store, "d", size=2 * MEGABYTE)
    assert kept(store) == {"a", "b", "c"}


def test_what_a_dead_process_left_half_written_is_removed(store: Store) -> None:
    keep(store, "a")
    left = store.folder / "0123.part"
    left.mkdir()
    os.utime(left, (0, 0))
    keep(store, "b")
    assert kept(store) == {"a", "b"}


def test_a_folder_that_takes_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "file"))
    with pytest.raises(CnnError, match=r"Nothing can be saved.*CONVSCOPE_RUNS"):
        keep(Store("things"), "a")


def test_where_it_lies_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVSCOPE_RUNS")
    assert runs_folder().name == "runs"
    assert runs_folder().parent.name.startswith("convscope-")
