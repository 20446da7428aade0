"""Folders of trainings on machines that share none: what changes on one side is carried to the other, file by file."""

import io
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cnn_core.training.run_folder import RunFolder, replacing
from cnn_core.training.sets import downloads, own
from cnn_core.training.sets.sources import Downloaded, Own, Source
from cnn_core.training.store import Store

Place = tuple[str, str]
"""A store's name, and the digest of a folder in it."""
Folders = dict[Place, bytes]
"""Folders of stores, each as a zip archive."""

_GROWS: Final = "records.jsonl"
_STAYS: Final = ("lock", "orders")
"""What each side has for itself."""
_KEPT_THERE: Final = (_GROWS, "snapshots", "model.keras")
"""What who goes on with a training does not read."""


@dataclass(frozen=True)
class Change:
    """What a file has become.

    Attributes:
        name: of the file below the folder, with "/" between its parts.
        data: all of it, or what was added to it.
        is_added: whether `data` comes behind what is there.
    """

    name: str
    data: bytes
    is_added: bool = False


class Carried:
    """One side of a folder whose other side lies elsewhere; its methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def take(self, changes: Iterable[Change]) -> None:
        """Write what has changed on the other side."""
        with self._lock:
            for change in changes:
                file = self._path / change.name
                if self._path not in file.resolve().parents:
                    raise ValueError(f"a file outside of its folder: {change.name}")
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if change.is_added:
                    with file.open("ab") as out:
                        out.write(change.data)
                else:
                    with replacing(file) as part:
                        part.write_bytes(change.data)
                self._told[change.name] = _stamp(file)

    def changes(self) -> list[Change]:
        """Return what has changed on this side since the last call; the records of a training come last."""
        with self._lock:
            found = [self._change(file) for file in self._files()]
        return [change for change in found if change is not None]

    def _files(self) -> list[Path]:
        """Return what is carried: not what each side has for itself, nor what is just being written."""
        files = (file for file in self._path.rglob("*") if file.is_file() and not file.name.startswith("."))
        return sorted((file for file in files if file.name not in _STAYS), key=lambda file: file.name == _GROWS)

    def _change(self, file: Path) -> Change | None:
        name, stamp = file.relative_to(self._path).as_posix(), _stamp(file)
        before = self._told.get(name, (0, 0))
        if stamp == before:
            return None
        self._told[name] = stamp
        if name != _GROWS:
            return Change(name, file.read_bytes())
        with file.open("rb") as records:
            records.seek(before[0])
            return Change(name, records.read(stamp[0] - before[0]), is_added=True)


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def to_go_on(folder: RunFolder) -> list[Change]:
    """Return the files that who trains a run needs: its plan, and where it was left."""
    files = [file for file in folder.path.iterdir() if file.is_file() and not file.name.startswith(".")]
    return [Change(file.name, file.read_bytes()) for file in files if file.name not in (*_STAYS, *_KEPT_THERE)]


def places_of(source: Source) -> list[Place]:
    """Return the folders of stores in which the pictures of a source lie; none of what is drawn or comes along."""
    match source:
        case Own(digest):
            return [(own.STORE.name, digest)]
        case Downloaded(key):
            pictures = downloads.unpacked(source)
            return [(downloads.STORE.name, str(key)), *(places_of(pictures) if pictures else [])]
    return []


def packed(places: Iterable[Place]) -> Folders:
    """Return folders of stores as archives; what is not here is left out, as who opens it will say."""
    found = {(store, key): Store(store).find(key) for store, key in places}
    return {place: _zipped(path) for place, path in found.items() if path is not None}


def keep_folders(folders: Folders) -> None:
    """Keep folders that came from another machine; raises CnnError where there is no room."""
    for (name, key), data in folders.items():
        store = Store(name)
        if store.find(key) is None:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
                with store.new(size) as part:
                    archive.extractall(part)
                    store.adopt(part, key)


def _zipped(folder: Path) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        return Path(shutil.make_archive(f"{place}/folder", "zip", folder)).read_bytes()
