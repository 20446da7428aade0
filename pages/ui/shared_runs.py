"""Runs that several servers know though they share no disk: a copy of each lies in a store that fsspec opens.

The server that trains a run brings there what has changed in its folder, and takes orders from there; the others fetch
it, so that its address works on every server. No page waits for the store: all of it happens in a thread.
"""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import fsspec

from cnn_core.training.run_folder import RunFolder, replacing

SECONDS_APART: Final = 1.0
_LEASE: Final = "lease"
"""Written anew every time by the server that trains; one that does not change any more is a dead server's."""
_ORDERS: Final = "orders"
_OWN: Final = ("lock", "elsewhere", _ORDERS)
"""What each server has for itself; orders go the other way."""
_LOG: Final = logging.getLogger(__name__)


def server_folder(runs: Path) -> Path:
    """Return the folder of this process below that of all runs, and remove those of processes that are gone."""
    with suppress(OSError):
        for path in runs.glob("server-*"):
            if not _is_alive(int(path.name.rpartition("-")[2])):
                shutil.rmtree(path, ignore_errors=True)
    return runs / f"server-{os.getpid()}"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


class SharedRuns:
    """The runs of a store, and those of this server beside them.

    Args:
        url: of the store, as fsspec reads it: "s3://bucket/runs", "file:///somewhere", "memory://runs".
        home: the folder in which this server, and nobody else, has its runs.
        ours: says which of them this server trains or is going to.
    """

    def __init__(self, url: str, home: Path, ours: Callable[[], Collection[str]]) -> None:
        self._store, self._root = fsspec.core.url_to_fs(url)
        self._home, self._ours = home, ours
        self._brought: dict[str, dict[str, tuple[int, int]]] = {}
        self._fetched: dict[str, dict[str, object]] = {}
        self._orders: dict[str, bytes] = {}

    def start(self) -> None:
        """Go on for as long as the server lives."""
        threading.Thread(target=self._follow, name="shared runs", daemon=True).start()

    def _follow(self) -> None:
        pause = threading.Event()
        while not pause.wait(SECONDS_APART):
            try:
                self.exchange()
            except Exception as error:  # noqa: BLE001 - whatever a store's library raises; it may be back in a second
                _LOG.warning("the store of runs cannot be reached: %r", error)

    def exchange(self) -> None:
        """Bring and fetch what has changed since the last time."""
        ours = set(self._ours())
        for key in ours | set(self._brought):
            self._bring(key, is_at_it=key in ours)
        there = self._keys()
        for key in there - ours - set(self._brought):
            self._fetch(key)
        for key in set(self._fetched) - there - ours:  # another server has forgotten it
            del self._fetched[key]
            shutil.rmtree(self._home / key, ignore_errors=True)
        for key in self._orders.keys() - there - ours:
            del self._orders[key]

    # Runs of this server ----------------------------------------------------------------------------------------------

    def _bring(self, key: str, is_at_it: bool) -> None:
        """Bring what has changed in a run's folder, and take orders for it."""
        if key not in self._brought:
            self._begin(key)
        folder, told = RunFolder(self._home / key), self._brought[key]
        for file in _files(folder.path):
            status = file.stat()
            stamp = (status.st_size, status.st_mtime_ns)
            name = file.relative_to(folder.path).as_posix()
            if told.get(name) != stamp:
                self._put(key, name, file.read_bytes())
                told[name] = stamp
        if is_at_it:
            self._put(key, _LEASE, uuid4().bytes)
            self._take_orders(key, folder)
        else:
            self._remove(key, _LEASE)
            del self._brought[key]
            self._fetched[key] = {name: _stamp(info) for name, info in self._listed(key)}
        if not folder.path.exists():
            self._forget(key)

    def _begin(self, key: str) -> None:
        self._brought[key] = {}
        self._fetched.pop(key, None)
        self._orders.pop(key, None)
        self._remove(key, _ORDERS)
        (self._home / key / "elsewhere").unlink(missing_ok=True)

    def _take_orders(self, key: str, folder: RunFolder) -> None:
        with suppress(FileNotFoundError):
            said = self._store.cat_file(self._at(key, _ORDERS))
            if self._orders.get(key) != said:
                self._orders[key] = said
                with replacing(folder.orders_file) as part:
                    part.write_bytes(said)

    # Runs of others ---------------------------------------------------------------------------------------------------

    def _fetch(self, key: str) -> None:
        """Fetch what has changed of a run, and leave the orders that somebody gave here."""
        folder, is_known = RunFolder(self._home / key), key in self._fetched
        if is_known and not folder.path.exists():  # forgotten here
            self._forget(key)
            return
        told = self._fetched.setdefault(key, {})
        self._leave_orders(key, folder)
        found = {name: info for name, info in self._listed(key) if name not in _OWN}
        for name, info in sorted(found.items()):
            stamp = _stamp(info)
            if told.get(name) == stamp:
                continue
            told[name] = stamp
            if name == _LEASE:
                folder.note_elsewhere()
            else:
                self._write(folder.path / name, self._store.cat_file(self._at(key, name)))
        if _LEASE not in found:
            told.pop(_LEASE, None)
            folder.elsewhere.unlink(missing_ok=True)

    def _leave_orders(self, key: str, folder: RunFolder) -> None:
        with suppress(FileNotFoundError):
            said = folder.orders_file.read_bytes()
            if self._orders.get(key) != said:
                self._orders[key] = said
                self._put(key, _ORDERS, said)

    def _write(self, file: Path, data: bytes) -> None:
        if self._home not in file.resolve().parents:
            raise ValueError(f"a file outside of its folder: {file.name}")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(file) as part:
            part.write_bytes(data)

    # The store --------------------------------------------------------------------------------------------------------

    def _at(self, key: str, name: str) -> str:
        return f"{self._root}/{key}/{name}"

    def _put(self, key: str, name: str, data: bytes) -> None:
        path = self._at(key, name)
        self._store.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._store.pipe_file(path, data)

    def _keys(self) -> set[str]:
        self._store.invalidate_cache()
        with suppress(FileNotFoundError):
            return {path.rstrip("/").rpartition("/")[2] for path in self._store.ls(self._root, detail=False)}
        return set()

    def _listed(self, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the files of a run by their names below its folder."""
        for path, info in self._store.find(f"{self._root}/{key}", detail=True).items():
            yield path.partition(f"/{key}/")[2], info

    def _remove(self, key: str, name: str) -> None:
        with suppress(FileNotFoundError):
            self._store.rm_file(self._at(key, name))

    def _forget(self, key: str) -> None:
        self._brought.pop(key, None)
        self._fetched.pop(key, None)
        with suppress(FileNotFoundError):
            self._store.rm(f"{self._root}/{key}", recursive=True)


def _stamp(info: dict[str, Any]) -> tuple[object, ...]:
    """Return what changes with a file's content, by whatever name its store has it."""
    return (info["size"], *(str(info.get(name)) for name in ("ETag", "mtime", "LastModified", "modified", "created")))


def _files(folder: Path) -> list[Path]:
    """Return what is brought: not what each server has for itself, nor what is just being written."""
    found = (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))
    return sorted(file for file in found if file.name not in _OWN)
