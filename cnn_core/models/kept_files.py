"""Model files of the reader's, kept where the workers find them, for as long as they are among the last ones used.

Many people keep and open files at once, perhaps from several servers: whatever is done here, somebody else may just
have done it.
"""

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from cnn_core.errors import ModelFileError
from cnn_core.sentences import N_

MOST_FILES: Final = 8
"""Files kept beyond those in use; the one that was used longest ago goes first."""

IN_USE_SECONDS: Final = 600
"""A file that was kept, opened or touched so lately is in use: nobody else's file pushes it out."""

_GONE: Final = N_("The model file is no longer here. Choose it again.")


def most_bytes() -> int:
    """Return how many bytes all files together may take: `CONVSCOPE_MODEL_FILES_MB` MB, by default 4,096.

    That is a model of 140 MB for each of thirty people.
    """
    return int(os.environ.get("CONVSCOPE_MODEL_FILES_MB") or 4096) * 2**20


class FileGoneError(ModelFileError):
    """No file of this SHA-256, the value `digest`, is kept on this machine."""


def keep_file(data: bytes) -> str:
    """Keep a model file where the workers find it, and return its SHA-256. It is not opened yet.

    Raises:
        ModelFileError: there is no room for it.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = _file(digest)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget(path, len(data))
        # Between touching and forgetting somebody else may have thrown the old file away.
        while not _touch(path):
            _write(path, data)
    except OSError as error:
        raise ModelFileError(
            N_("The model file cannot be kept here ({reason}). Make room for temporary files."),
            reason=error.strerror or type(error).__name__,
        ) from error
    return digest


def is_kept(digest: str) -> bool:
    """Say whether a file is kept, which is in use from now on."""
    return _touch(_file(digest))


def kept_bytes(digest: str) -> bytes:
    """Return a kept file by its SHA-256; raises ModelFileError where it is not there."""
    path = _file(digest)
    try:
        _touch(path)
        return path.read_bytes()
    except OSError as error:
        raise FileGoneError(_GONE, digest=digest) from error


def let_go(digest: str) -> None:
    """Remove a file that nobody needs any more."""
    with suppress(OSError):
        _file(digest).unlink()


def tidy() -> None:
    """Remove what is not in use, and what was left of files whose writer was killed."""
    with suppress(OSError):  # no file was ever kept
        for file in _files(_folder()):
            _remove(file.path)


def _folder() -> Path:
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"convscope-{user}"


def _file(digest: str) -> Path:
    if len(digest) != hashlib.sha256().digest_size * 2 or not all(char in "0123456789abcdef" for char in digest):
        raise ModelFileError(_GONE)
    return _folder() / f"{digest}.model"


def _touch(path: Path) -> bool:
    """Say that a file is used now; return whether it is there."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    """Write a file under a name of its own first, so that nobody reads a part of it."""
    part = path.with_name(f"{uuid4().hex}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# What goes ------------------------------------------------------------------------------------------------------------


class _File(NamedTuple):
    used: float
    size: int
    path: Path

    @property
    def is_in_use(self) -> bool:
        return self.used > time.time() - IN_USE_SECONDS


def _files(folder: Path) -> Iterator[_File]:
    """Yield the files in the folder, parts of files among them; trainings may have a folder of their own there."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            status = path.stat()
            if stat.S_ISREG(status.st_mode):
                yield _File(status.st_mtime, status.st_size, path)


def _forget(wanted: Path, size: int) -> None:
    """Make room for a file of `size` bytes: forget what was used longest ago and is not in use."""
    others = sorted((file for file in _files(wanted.parent) if file.path != wanted), reverse=True)
    in_use = [file for file in others if file.is_in_use]
    _refuse_too_many(size, sum(file.size for file in in_use))
    room = most_bytes() - size - sum(file.size for file in in_use)
    for number, file in enumerate(others[len(in_use) :], 1 + len(in_use)):
        room -= file.size
        if number >= MOST_FILES or room < 0 or file.path.suffix != wanted.suffix:
            _remove(file.path)


def _remove(path: Path) -> None:
    """Remove a file, but for one that somebody has begun to use meanwhile."""
    with suppress(OSError):
        status = path.stat()
        if not _File(status.st_mtime, status.st_size, path).is_in_use:
            path.unlink()


def _refuse_too_many(size: int, used: int) -> None:
    if size + used > most_bytes():
        raise ModelFileError(
            N_(
                "Too many model files are in use here. Received: a file of {size} bytes besides {used}; at most "
                "{most} are kept. Try again in ten minutes, or use a smaller model."
            ),
            size=f"{size:,}",
            used=f"{used:,}",
            most=f"{most_bytes():,}",
        )
