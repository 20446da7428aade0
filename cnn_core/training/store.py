"""Folders on disk that outlive a process, for trainings and their pictures: bounded in bytes, the oldest go first.

Many people keep and read at once, perhaps from several servers: whatever is done here, somebody else may just have done
it.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from cnn_core.errors import CnnError
from cnn_core.sentences import N_

IN_USE_SECONDS: Final = 1800
"""What was written or asked for so lately is in use: nobody else's folder pushes it out."""

Report = Callable[[int, int], None]
"""Hears how much is done, of how much."""

_PART: Final = ".part"
_FULL: Final = N_(
    "There is no room for so many pictures. Received: {size} MB besides {used} MB in use; at most {most} MB are "
    "kept here. Try again in half an hour, or use fewer or smaller pictures."
)
_REFUSED: Final = N_(
    "Nothing can be saved in the folder for trainings here ({reason}). Make room there, or set another folder in "
    "CONVSCOPE_RUNS."
)


def nobody(_done: int, _of: int) -> None:
    """Hear how much is done, and tell nobody."""


def runs_folder() -> Path:
    """Return the folder of all trainings and their pictures: `CONVSCOPE_RUNS`, by default below the temporary one.

    So too where that names a store instead, `runs_store()`, in which a copy lies.
    """
    user, said = os.getuid() if hasattr(os, "getuid") else "user", os.environ.get("CONVSCOPE_RUNS", "")
    return Path(tempfile.gettempdir()) / f"convscope-{user}" / "runs" if not said or "://" in said else Path(said)


def runs_store() -> str:
    """Return the address of the store that several servers share, as fsspec reads it; "" where there is none."""
    said = os.environ.get("CONVSCOPE_RUNS", "")
    return said.rstrip("/") if "://" in said else ""


def refusal(error: OSError) -> CnnError:
    """Return what is said where the folder takes nothing: its disk is full, or it may not be written to."""
    return CnnError(_REFUSED, reason=error.strerror or type(error).__name__)


def most_bytes() -> int:
    """Return how many bytes a store may hold: `CONVSCOPE_RUNS_MB` MB, by default 4,096."""
    return int(os.environ.get("CONVSCOPE_RUNS_MB") or 4096) * 2**20


class _Entry(NamedTuple):
    used: float
    size: int
    path: Path

    @property
    def is_in_use(self) -> bool:
        return self.used > time.time() - IN_USE_SECONDS


@dataclass(frozen=True)
class Store:
    """Folders of one kind below `runs_folder()`, each under a digest.

    Args:
        name: of the folder in which they lie.
    """

    name: str

    @property
    def folder(self) -> Path:
        return runs_folder() / self.name

    def find(self, digest: str) -> Path | None:
        """Return the folder of this digest, which is in use from now on; None where it is not there."""
        path = self.folder / digest
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    @contextmanager
    def new(self, size: int) -> Iterator[Path]:
        """Yield a folder to write into, which is gone afterwards unless it was `adopt`ed.

        Args:
            size: how many bytes will be written at most; room is made for them.

        Raises:
            CnnError: there is no room, or the disk takes nothing.
        """
        part = self.folder / f"{uuid4().hex}{_PART}"
        try:
            part.mkdir(mode=0o700, parents=True)
            self._make_room(size)
            yield part
        except OSError as error:
            raise refusal(error) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def adopt(self, part: Path, digest: str) -> Path:
        """Keep a folder that `new` gave, under its digest; where somebody was faster, theirs is kept."""
        path = self.folder / digest
        with suppress(OSError):  # it is there already, and holds the same
            part.rename(path)
        os.utime(path)
        return path

    def entries(self) -> list[_Entry]:
        """Return what is kept, the last used first, folders that are being written among it."""
        found = []
        with suppress(FileNotFoundError):
            for path in self.folder.iterdir():
                with suppress(OSError):
                    found.append(_Entry(path.stat().st_mtime, _size(path), path))
        return sorted(found, reverse=True)

    def _make_room(self, size: int) -> None:
        """Forget what was used longest ago and is not in use, until there is room for `size` bytes more."""
        entries, most = self.entries(), most_bytes()
        used = sum(entry.size for entry in entries if entry.is_in_use)
        if used + size > most:
            size_, used_, most_ = (f"{value / 2**20:,.0f}" for value in (size, used, most))
            raise CnnError(_FULL, size=size_, used=used_, most=most_)
        room = most - size - used
        for entry in entries:
            if not entry.is_in_use:
                room -= entry.size
                if room < 0 or entry.path.suffix == _PART:
                    shutil.rmtree(entry.path, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
