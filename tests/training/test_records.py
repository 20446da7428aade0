"""What a training reports: each record survives its line, other lines are refused."""

import pytest

from cnn_core.errors import CnnError
from cnn_core.training.records import (
    Answer,
    BatchEnd,
    Begun,
    Ended,
    EpochEnd,
    Paused,
    Preparation,
    Preparing,
    Record,
    Refused,
    Resumed,
    Saved,
    Scored,
    Shifted,
    Snapshot,
    Stage,
    curves_csv,
    history_csv,
    read_record,
    write_record,
)

RECORDS = [
    Shifted(1000, {0: 0.5, 2: 0.25}),
    Begun(Stage.HEAD, 2, 1_281, 2_257_984, 25, {"train": 800}, ("cat", "dog"), {"dense": 0.5}),
    Preparing(Preparation.FEATURES, 20, 60),
    BatchEnd(1, 2, 0.5, 0.25, 1.5),
    EpochEnd(1, 0.5, 0.25, 0.75, 0.125, 2.5, 1e-3, Stage.FINE_TUNING, {"dense": 0.5}),
    Paused(1, 2),
    Resumed(),
    Snapshot(0, "0.npz"),
    Scored(3, 4, 0.5, 0.75, 0.3, 0.95, ((2, 0), (1, 1)), (Answer(2, 1, 0, 0.9),), (Answer(0, 0, 0, 1.0),)),
    Saved("model.keras", 3),
    Ended(complete=False),
    Refused.of(CnnError("Received: {count}.", count=3)),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_records_survive_json(record: Record) -> None:
    line = write_record(record)
    assert "\n" not in line
    assert read_record(line) == record


@pytest.mark.parametrize("line", ["", "{", "[]", '{"kind": "Nothing"}', '{"kind": "Ended"}', '{"kind": "Shifted"}'])
def test_other_lines_are_no_records(line: str) -> None:
    with pytest.raises(CnnError, match="is not a record of a training"):
        read_record(line)


def test_a_refusal_is_the_error_again() -> None:
    error = CnnError("Received: {count}.", count=3)
    assert str(Refused.of(error).error) == str(error)
    assert Refused.of(error).error.message == error.message


def test_curves_as_a_table() -> None:
    lines = curves_csv({"max": [EpochEnd(1, 0.5, 0.25, 0.75, 0.125, 2.5, 0.003)], "blur": []}).splitlines()
    assert lines == [
        "run,epoch,loss,accuracy,val_loss,val_accuracy,seconds,learning_rate",
        "max,1,0.5,0.25,0.75,0.125,2.5,0.003",
    ]


def test_the_history_of_a_fit_as_a_table() -> None:
    first = EpochEnd(1, 0.5, 0.25, 0.75, 0.125, 2.5, 1e-3, Stage.HEAD, {"dense": 0.5})
    second = EpochEnd(2, 0.4, 0.5, 0.5, 0.25, 2.0, 1e-5, Stage.FINE_TUNING, {"conv": 0.1, "dense": 0.25})
    assert history_csv([first, second]).splitlines() == [
        "epoch,loss,accuracy,val_loss,val_accuracy,seconds,learning_rate,stage,gradient dense,gradient conv",
        "1,0.5,0.25,0.75,0.125,2.5,0.001,head,0.5,",
        "2,0.4,0.5,0.5,0.25,2.0,1e-05,fine_tuning,0.25,0.1",
    ]
