"""What a fit leaves on disk: it can be looked at while it goes on, and gone on with once its process is gone."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from cnn_core.errors import CnnError
from cnn_core.training.fitting import FitPlan
from cnn_core.training.orders import Order, Ordered
from cnn_core.training.records import Record, read_record, write_record

ELSEWHERE_SECONDS: Final = 15
"""Without a word, after which nobody trains a run on another machine any more."""

PLAN_MEMBER: Final = "convscope_plan.json"
HISTORY_MEMBER: Final = "convscope_history.json"
"""What a saved model's file holds besides what Keras reads of it."""


@dataclass(frozen=True)
class RunFolder:
    """The folder of one fit.

    ::

        plan.json            what is trained
        about.json           whose it is and when it was made
        records.jsonl        what was reported, a record a line; the process that trains is the only one that writes it
        orders               the last order, a word and seconds, written by whoever steers
        checkpoint.npz       all that the next epoch needs
        best.npz             the weights with the lowest val_loss so far
        snapshots/           small arrays of some epochs, see `snapshots.py`
        model.keras          what came out, at the end or where it was stopped
        lock                 held by the process that trains, for as long as it lives
        elsewhere            touched for as long as a process trains it on a machine that shares no disk with this one
    """

    path: Path

    @property
    def plan_file(self) -> Path:
        return self.path / "plan.json"

    @property
    def records_file(self) -> Path:
        return self.path / "records.jsonl"

    @property
    def orders_file(self) -> Path:
        return self.path / "orders"

    @property
    def checkpoint(self) -> Path:
        return self.path / "checkpoint.npz"

    @property
    def best(self) -> Path:
        return self.path / "best.npz"

    @property
    def snapshots(self) -> Path:
        return self.path / "snapshots"

    @property
    def model(self) -> Path:
        return self.path / "model.keras"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def elsewhere(self) -> Path:
        return self.path / "elsewhere"

    @property
    def about_file(self) -> Path:
        return self.path / "about.json"

    def make(self, plan: FitPlan, about: Mapping[str, Any] | None = None) -> None:
        """Make the folder, with what is to be trained in it and what else is to be known of it."""
        self.path.mkdir(mode=0o700, parents=True)
        self.about_file.write_text(json.dumps(dict(about or {})), encoding="utf-8")
        with replacing(self.plan_file) as part:
            part.write_text(plan.to_json(), encoding="utf-8")

    def plan(self) -> FitPlan:
        """Return what is trained; raises CnnError, or OSError where the folder is gone."""
        return FitPlan.from_json(self.plan_file.read_text(encoding="utf-8"))

    def about(self) -> dict[str, Any]:
        """Return what else was to be known; raises OSError or ValueError."""
        about: dict[str, Any] = json.loads(self.about_file.read_text(encoding="utf-8"))
        return about

    def write(self, record: Record) -> None:
        """Add a record."""
        with self.records_file.open("a", encoding="utf-8") as out:
            out.write(write_record(record) + "\n")

    def order(self, order: Order, frozen: float = 0.0) -> None:
        """Leave an order for the process that trains, which was frozen for so many seconds so far."""
        with replacing(self.orders_file) as part:
            part.write_text(f"{order} {frozen}", encoding="utf-8")

    def forget_orders(self) -> None:
        """Take the last order away, before another process begins."""
        self.orders_file.unlink(missing_ok=True)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the folder meanwhile; yields whether it is ours, False where another process has it."""
        with self.lock.open("w") as file:
            yield _is_taken(file)

    @property
    def is_held(self) -> bool:
        """Whether a process is at it."""
        with suppress(OSError):
            if time.time() - self.elsewhere.stat().st_mtime < ELSEWHERE_SECONDS:
                return True
        with suppress(OSError), self.held() as is_ours:
            return not is_ours
        return False

    def note_elsewhere(self) -> None:
        """Note that it is trained at this moment on another machine."""
        self.elsewhere.touch()

    def ordered(self) -> Ordered | None:
        """Return the last order, None where there is none yet."""
        try:
            order, frozen = self.orders_file.read_text(encoding="utf-8").split()
            return Ordered(Order(order), float(frozen))
        except (OSError, ValueError):
            return None


def _is_taken(file: TextIO) -> bool:
    """Lock a file until it is closed, by whatever end of its process; return whether nobody else has."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class RecordsReader:
    """Reads the records of a folder as they come, each once."""

    def __init__(self, folder: RunFolder) -> None:
        self._file, self._at = folder.records_file, 0

    def new(self) -> list[Record]:
        """Return what was written since the last call; a line that is not whole yet waits for the next."""
        try:
            with self._file.open("rb") as file:
                file.seek(self._at)
                text = file.read()
        except OSError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self._at += len(whole)
        return list(_readable(whole.decode("utf-8", errors="replace").splitlines()))


def _readable(lines: list[str]) -> Iterator[Record]:
    """Yield the records; a process that was killed may have left half a line, to which the next one wrote on."""
    for line in lines:
        try:
            yield read_record(line)
        except CnnError:
            continue


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a file to write, which then takes the place of `path`: whoever reads it gets the old one or the new."""
    part = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
