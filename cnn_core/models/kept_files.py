"""Model files of the reader's, kept where the workers find them, for as long as they are among the last ones used."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

from cnn_core.errors import ModelFileError
from cnn_core.sentences import N_

MOST_FILES: Final = 8
"""Model files kept for the workers; the one that was used longest ago goes first."""

_GONE: Final = N_("The model file is no longer here. Choose it again.")


def keep_file(data: bytes) -> str:
    """Keep a model file where the workers find it, and return its SHA-256. It is not opened yet."""
    digest = hashlib.sha256(data).hexdigest()
    path = _file(digest)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(data)
        part.replace(path)
    os.utime(path)
    _forget_oldest(path.parent)
    return digest


def kept_bytes(digest: str) -> bytes:
    """Return a kept file by its SHA-256; raises ModelFileError where it is not there."""
    try:
        return _file(digest).read_bytes()
    except OSError as error:
        raise ModelFileError(_GONE) from error


def _file(digest: str) -> Path:
    if len(digest) != hashlib.sha256().digest_size * 2 or not all(char in "0123456789abcdef" for char in digest):
        raise ModelFileError(_GONE)
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"convscope-{user}" / f"{digest}.model"


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.model"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[MOST_FILES:]:
        file.unlink(missing_ok=True)
