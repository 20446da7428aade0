"""What a training reports while it goes on: records, each a line of JSON."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, fields
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.sentences import N_


@dataclass(frozen=True)
class Batch:
    """A batch is done.

    Attributes:
        epoch: counted from 1, as `batch` is.
        loss: the mean over the epoch so far, as `accuracy` is; the network changes meanwhile.
        seconds: since the epoch began.
    """

    run: str
    epoch: int
    batch: int
    loss: float
    accuracy: float
    seconds: float


@dataclass(frozen=True)
class Epoch:
    """An epoch is done and the network tested; `seconds` are for both."""

    run: str
    epoch: int
    loss: float
    accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float


@dataclass(frozen=True)
class Moved:
    """The share of `pictures` test pictures that a trained run gets right when they are moved.

    Attributes:
        accuracy: by shift in pixels, the mean over four directions.
    """

    run: str
    pictures: int
    accuracy: Mapping[int, float]


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


Record = Batch | Epoch | Moved | Ended | Refused
_RECORDS: Final[dict[str, type[Record]]] = {kind.__name__: kind for kind in (Batch, Epoch, Moved, Ended, Refused)}


def write_record(record: Record) -> str:
    """Return a record as JSON in one line."""
    return json.dumps({"kind": type(record).__name__, **asdict(record)})


def read_record(line: str) -> Record:
    """Return what `write_record` wrote; raises CnnError."""
    try:
        values = json.loads(line)
        kind = _RECORDS[values.pop("kind")]
        if kind is Moved:  # JSON has no numbers as keys
            values["accuracy"] = {int(shift): share for shift, share in values["accuracy"].items()}
        return kind(**values)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CnnError(N_("This is no record of a training: {problem}."), problem=error) from error


def curves_csv(epochs: Iterable[Epoch]) -> str:
    """Return the epochs as comma-separated values, a line each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in fields(Epoch))
    writer.writerows(astuple(epoch) for epoch in epochs)
    return out.getvalue()
