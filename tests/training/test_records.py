"""What a training reports: each record survives its line, other lines are refused."""

import pytest

from cnn_core.errors import CnnError
from cnn_core.training.records import Batch, Ended, Epoch, Moved, Record, Refused, curves_csv, read_record, write_record

RECORDS = [
    Batch("max", 1, 2, 0.5, 0.25, 1.5),
    Epoch("max", 1, 0.5, 0.25, 0.75, 0.125, 2.5),
    Moved("blur", 1000, {0: 0.5, 2: 0.25}),
    Ended(complete=False),
    Refused.of(CnnError("Received: {count}.", count=3)),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_records_survive_json(record: Record) -> None:
    line = write_record(record)
    assert "\n" not in line
    assert read_record(line) == record


@pytest.mark.parametrize("line", ["", "{", "[]", '{"kind": "Nothing"}', '{"kind": "Ended"}', '{"kind": "Moved"}'])
def test_other_lines_are_no_records(line: str) -> None:
    with pytest.raises(CnnError, match="is no record of a training"):
        read_record(line)


def test_a_refusal_is_the_error_again() -> None:
    error = CnnError("Received: {count}.", count=3)
    assert str(Refused.of(error).error) == str(error)
    assert Refused.of(error).error.message == error.message


def test_curves_as_a_table() -> None:
    lines = curves_csv([Epoch("max", 1, 0.5, 0.25, 0.75, 0.125, 2.5)]).splitlines()
    assert lines == ["run,epoch,loss,accuracy,test_loss,test_accuracy,seconds", "max,1,0.5,0.25,0.75,0.125,2.5"]
