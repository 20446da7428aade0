"""Model files that are kept for the workers."""

from pathlib import Path

import pytest

from cnn_core.models import kept_files
from cnn_core.models.kept_files import keep_file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_files.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_files_are_kept_and_the_oldest_goes(folder: Path) -> None:
    digests = [keep_file(bytes([number])) for number in range(kept_files.MOST_FILES + 3)]
    kept = {file.stem for file in folder.rglob("*.model")}
    assert len(kept) == kept_files.MOST_FILES
    assert digests[-1] in kept
    assert keep_file(bytes([kept_files.MOST_FILES + 2])) == digests[-1]
    (own,) = folder.iterdir()
    assert own.stat().st_mode & 0o077 == 0
