"""What a training reports while it goes on: records, each a line of JSON."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, get_args

from cnn_core.errors import CnnError
from cnn_core.sentences import N_


class Stage(StrEnum):
    """What a fit is at: a network from scratch, a head on a frozen base, or the base's last layers too."""

    SCRATCH = "scratch"
    HEAD = "head"
    FINE_TUNING = "fine_tuning"


@dataclass(frozen=True)
class Begun:
    """A stage begins, or is gone on with.

    Attributes:
        epoch: after which it goes on, 0 at the very beginning.
        trained, frozen: parameters that the stage changes, and that it does not.
        batches: in an epoch.
        pictures: how many there are in each part: "train", "validation" and "test".
        classes: in the order of the labels.
        gradients: as of `EpochEnd`, before anything is learned; none where it is gone on with.
    """

    stage: Stage
    epoch: int
    trained: int
    frozen: int
    batches: int
    pictures: Mapping[str, int]
    classes: tuple[str, ...]
    gradients: Mapping[str, float] = field(default_factory=dict)


class Preparation(StrEnum):
    """What is done once before the epochs: reading the pictures, and sending them through a frozen base."""

    READING = "reading"
    FEATURES = "features"


@dataclass(frozen=True)
class Preparing:
    """`done` of `pictures` are prepared."""

    step: Preparation
    done: int
    pictures: int


@dataclass(frozen=True)
class BatchEnd:
    """A batch is done.

    Attributes:
        epoch: counted from 1, as `batch` is.
        loss: the mean over the epoch so far, as `accuracy` is; the network changes meanwhile.
        seconds: since the epoch began, without pauses.
    """

    epoch: int
    batch: int
    loss: float
    accuracy: float
    seconds: float


@dataclass(frozen=True)
class EpochEnd:
    """An epoch is done and the network tried on the validation pictures; its checkpoint is written right after.

    Attributes:
        loss, accuracy: means over the epoch's batches, with dropout and augmentation, while the network changes.
        seconds: for training and validation, without pauses.
        learning_rate: at the end of the epoch.
        gradients: by layer, the Euclidean norm of the loss's gradient for its kernel, over the first training pictures.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float
    learning_rate: float
    stage: Stage = Stage.SCRATCH
    gradients: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Paused:
    """Nothing is computed until it goes on, which `Resumed` says; `batch` of `epoch` was the last."""

    epoch: int
    batch: int


@dataclass(frozen=True)
class Resumed:
    """What was paused goes on."""


@dataclass(frozen=True)
class Snapshot:
    """Small arrays of the network after an epoch, 0 before the first, lie in a file: see `snapshots.py`."""

    epoch: int
    file: str


@dataclass(frozen=True)
class Answer:
    """What a network said of one picture.

    Attributes:
        picture: its place in its part of the pictures.
        label: the class that it has.
        said: the class that the network gave the highest probability.
        probability: that one, from 0 to 1.
    """

    picture: int
    label: int
    said: int
    probability: float


@dataclass(frozen=True)
class Scored:
    """The network that is kept was tried on the test pictures, which it was not chosen by.

    Attributes:
        epoch: whose weights were tested.
        low, high: ends of the 95 % interval of the accuracy, by Wilson.
        confusion: how many pictures of each class (row) were taken for each (column).
        wrong: the answers that were wrong with the highest probability, that one first.
        sure: the right ones, likewise.
    """

    epoch: int
    pictures: int
    loss: float
    accuracy: float
    low: float
    high: float
    confusion: tuple[tuple[int, ...], ...]
    wrong: tuple[Answer, ...]
    sure: tuple[Answer, ...]


@dataclass(frozen=True)
class Shifted:
    """What the network that is kept makes of the test pictures when they are moved.

    Attributes:
        pictures: how many there are.
        accuracy: the share that is right by shift in pixels, the mean over four directions; black comes in.
    """

    pictures: int
    accuracy: Mapping[int, float]


@dataclass(frozen=True)
class Saved:
    """The model lies in a `.keras` file of the run's folder, with the weights after `epoch` and `batch` batches."""

    file: str
    epoch: int
    batch: int = 0


@dataclass(frozen=True)
class Ended:
    """Nothing more comes; `complete` is False where it was stopped before."""

    complete: bool


@dataclass(frozen=True)
class Refused:
    """Nothing more comes, because of a CnnError: its English sentence and the values in it."""

    message: str
    values: Mapping[str, str]

    @classmethod
    def of(cls, error: CnnError) -> "Refused":
        return cls(error.message, {name: str(value) for name, value in error.values.items()})

    @property
    def error(self) -> CnnError:
        return CnnError(self.message, **self.values)


Record = (
    Begun | Preparing | BatchEnd | EpochEnd | Paused | Resumed | Snapshot | Scored | Shifted | Saved | Ended | Refused
)
_RECORDS: Final[dict[str, type[Record]]] = {kind.__name__: kind for kind in get_args(Record)}
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "stage": Stage,
    "step": Preparation,
    "classes": tuple,
    "confusion": lambda rows: tuple(map(tuple, rows)),
    "wrong": lambda answers: tuple(Answer(**answer) for answer in answers),
    "sure": lambda answers: tuple(Answer(**answer) for answer in answers),
}
"""How values are read, by their names, that JSON has no form for."""


def write_record(record: Record) -> str:
    """Return a record as JSON in one line."""
    return json.dumps({"kind": type(record).__name__, **asdict(record)})


def read_record(line: str) -> Record:
    """Return what `write_record` wrote; raises CnnError."""
    try:
        values = json.loads(line)
        kind = _RECORDS[values.pop("kind")]
        if kind is Shifted:  # JSON has no numbers as keys
            values["accuracy"] = {int(shift): share for shift, share in values["accuracy"].items()}
        return kind(**{name: _READ[name](value) if name in _READ else value for name, value in values.items()})
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CnnError(N_("This is not a record of a training: {problem}."), problem=error) from error


def history_csv(epochs: Sequence[EpochEnd]) -> str:
    """Return a fit's epochs as comma-separated values, a line each; each layer's gradient has a column at the end."""
    names = [column.name for column in fields(EpochEnd) if column.name != "gradients"]
    layers = list(dict.fromkeys(layer for epoch in epochs for layer in epoch.gradients))
    heads = [*names, *(f"gradient {layer}" for layer in layers)]
    return _table(
        heads,
        (
            [*(getattr(epoch, name) for name in names), *(epoch.gradients.get(layer, "") for layer in layers)]
            for epoch in epochs
        ),
    )


def curves_csv(runs: Mapping[str, Sequence[EpochEnd]]) -> str:
    """Return the epochs of several fits as comma-separated values, a line each that begins with the fit's name."""
    names = [column.name for column in fields(EpochEnd) if column.name not in ("gradients", "stage")]
    return _table(
        ["run", *names],
        ([run, *(getattr(epoch, name) for name in names)] for run, epochs in runs.items() for epoch in epochs),
    )


def _table(heads: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return out.getvalue()
