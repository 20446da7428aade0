"""How far a fit has come, gathered from its records as they are written."""

from copy import copy
from dataclasses import dataclass, field

from cnn_core.errors import CnnError
from cnn_core.training.records import (
    BatchEnd,
    Begun,
    Ended,
    EpochEnd,
    Paused,
    Preparing,
    Record,
    Refused,
    Resumed,
    Saved,
    Scored,
    Shifted,
    Snapshot,
)
from cnn_core.training.run_folder import RecordsReader, RunFolder


@dataclass(eq=False)
class SoFar:
    """What a fit has reported, the last of what replaces itself.

    Attributes:
        begun: how its last stage began.
        stages: how each stage began that was ever trained.
        preparing: what is being prepared, None once batches are trained.
        epochs: without those that came after the checkpoint from which it was gone on with.
        is_paused: whether it waits for a word to go on.
        ended: how it ended; None: not yet, or it was gone on with.
        problem: why it was refused or stopped.
    """

    folder: RunFolder
    begun: Begun | None = None
    stages: tuple[Begun, ...] = ()
    preparing: Preparing | None = None
    batch: BatchEnd | None = None
    epochs: tuple[EpochEnd, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    scored: Scored | None = None
    shifted: Shifted | None = None
    saved: Saved | None = None
    is_paused: bool = False
    ended: Ended | None = None
    problem: CnnError | None = None
    _reader: RecordsReader = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._reader = RecordsReader(self.folder)

    @property
    def last_begun(self) -> Begun | None:
        """How it began when it was last trained, also while another process is only taking it up."""
        return self.begun or next(iter(self.stages[-1:]), None)

    def read(self) -> None:
        """Take up what was written since."""
        for record in self._reader.new():
            self.add(record)

    def expect_more(self) -> None:
        """Forget how it ended and what it was at: another process will take it up."""
        self.begun = self.preparing = self.batch = self.ended = self.problem = None
        self.is_paused = False

    def copy(self) -> "SoFar":
        """Return what is known now, which later records do not change."""
        return copy(self)

    def add(self, record: Record) -> None:
        """Take up one record."""
        if isinstance(record, Begun | Preparing):
            self.ended = self.problem = None
        match record:
            case Begun():
                self._begin(record)
            case Preparing():
                self.preparing = record
            case BatchEnd():
                self.batch, self.preparing = record, None
            case EpochEnd():
                self.epochs = (*(epoch for epoch in self.epochs if epoch.epoch < record.epoch), record)
            case Snapshot():
                self.snapshots = (*(shot for shot in self.snapshots if shot.epoch < record.epoch), record)
            case Paused() | Resumed():
                self.is_paused = isinstance(record, Paused)
            case Saved():
                self.saved = record
            case Scored():
                self.scored = record
            case Shifted():
                self.shifted = record
            case Ended():
                self.ended, self.is_paused = record, False
            case Refused():
                self.problem, self.is_paused = record.error, False

    def _begin(self, record: Begun) -> None:
        """Begin a stage, and forget what came after the checkpoint that it goes on from."""
        self.begun, self.preparing, self.batch, self.is_paused = record, None, None, False
        self.stages = (*(stage for stage in self.stages if stage.stage != record.stage), record)
        self.epochs = tuple(epoch for epoch in self.epochs if epoch.epoch <= record.epoch)
        self.snapshots = tuple(shot for shot in self.snapshots if shot.epoch <= record.epoch)
