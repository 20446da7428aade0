"""Model files that are kept for the workers, by many people at once."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cnn_core.errors import ModelFileError
from cnn_core.models import kept_files
from cnn_core.models.kept_files import IN_USE_SECONDS, MOST_FILES, keep_file, kept_bytes

MINE = bytes([99])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def kept(folder: Path) -> set[str]:
    return {file.stem for file in folder.rglob("*.model")}


def age(folder: Path, seconds: float = IN_USE_SECONDS + 60) -> None:
    """Let all files that are kept be older."""
    for number, file in enumerate(sorted(folder.rglob("*.*"))):
        when = time.time() - seconds - number
        os.utime(file, (when, when))


def test_files_are_kept_and_the_oldest_goes(folder: Path) -> None:
    for number in range(MOST_FILES + 3):
        keep_file(bytes([number]))
    age(folder)
    mine = keep_file(MINE)
    assert len(kept(folder)) == MOST_FILES
    assert mine in kept(folder)
    assert kept_bytes(mine) == MINE
    (own,) = folder.iterdir()
    assert own.stat().st_mode & 0o077 == 0


def test_a_class_that_opens_a_file_each_loses_none(folder: Path) -> None:
    files = [bytes([number]) for number in range(3 * MOST_FILES)]
    digests = [keep_file(data) for data in files]
    assert [kept_bytes(digest) for digest in digests] == files


def test_a_file_that_is_opened_is_in_use_again(folder: Path) -> None:
    mine = keep_file(MINE)
    age(folder)
    kept_bytes(mine)
    for number in range(MOST_FILES):
        keep_file(bytes([number]))
    assert mine in kept(folder)


def test_what_is_in_use_has_a_bound_and_is_not_forgotten_for_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_files, "most_bytes", lambda: 10)
    mine = keep_file(bytes(8))
    with pytest.raises(ModelFileError, match="Received: a file of 3 bytes besides 8; at most 10"):
        keep_file(bytes(3))
    assert keep_file(bytes(8)) == mine
    age(folder)
    # What nobody uses makes room, however few files there are.
    other = keep_file(bytes(3))
    assert kept(folder) == {other}


def test_a_folder_that_takes_no_file_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ModelFileError, match=r"cannot be kept here \(No space left on device\)"):
        keep_file(MINE)


def test_leftovers_of_a_server_that_was_killed_go(folder: Path) -> None:
    keep_file(MINE)
    (own,) = folder.iterdir()
    (own / "of_somebody.part").write_bytes(bytes(5))
    age(folder)
    keep_file(MINE)
    assert not list(own.glob("*.part"))


def test_what_is_not_in_use_is_tidied_away_and_nothing_else(folder: Path) -> None:
    kept_files.tidy()  # where no file was ever kept
    old, removed, own = (keep_file(bytes([number])) for number in range(3))
    (home,) = folder.iterdir()
    (home / "of_somebody.part").write_bytes(bytes(5))
    (home / "runs").mkdir()  # where trainings lie unless another place was named
    kept_files.let_go(removed)
    assert kept(folder) == {old, own}
    age(folder)
    assert kept_files.is_kept(own)
    kept_files.tidy()
    assert {path.name for path in home.iterdir()} == {f"{own}.model", "runs"}


@pytest.mark.parametrize(("said", "most"), [("", 4096), ("3", 3)])
def test_whoever_runs_a_server_says_how_much_is_kept(said: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_MODEL_FILES_MB", said)
    assert kept_files.most_bytes() == most * 2**20


def uploads(seed: int) -> list[bytes]:
    """Return what one person uploads: the class's model, of some size, and files of nobody else."""
    shared = bytes(3_000_000)
    return [shared, bytes([seed, 1]), shared, bytes([seed, 2])]


def keep_and_open(seed: int) -> None:
    for data in uploads(seed):
        assert kept_bytes(keep_file(data)) == data


def test_threads_that_keep_the_same_file_at_once(folder: Path) -> None:
    for _ in range(3):
        age(folder)
        with ThreadPoolExecutor(16) as people:
            list(people.map(keep_and_open, range(32)))
    assert {part.suffix for part in folder.rglob("*.*")} == {".model"}


@pytest.mark.process
def test_servers_that_keep_the_same_file_at_once(folder: Path) -> None:
    for number in range(30):
        keep_file(bytes([number, 0, 0]))
    age(folder)
    environment = os.environ | {"TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    program = "import sys\nfrom test_kept_files import serve\nserve(int(sys.argv[1]))"
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(number)],
            cwd=Path(__file__).parent,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    assert [server.communicate(timeout=120)[1] for server in servers] == [""] * 4


def serve(number: int) -> None:
    """Be one of several servers over the same folder."""
    with ThreadPoolExecutor(8) as people:
        list(people.map(keep_and_open, range(8 * number, 8 * number + 8)))
