"""A training as data, as Keras does it, and in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import pytest
from folders import ROOT

from cnn_core.errors import CnnError
from cnn_core.layers import Conv2D, Dense, GlobalAveragePooling2D, Input
from cnn_core.network.network import Network
from cnn_core.network.replacing import Replacement
from cnn_core.training.data import training_set
from cnn_core.training.plan import Run, Training
from cnn_core.training.records import Batch, Ended, Epoch, Moved, Record, Refused, read_record
from cnn_core.training.study import blur_weights, small_study, study_run

SECONDS = 120


def training(**changes: Any) -> Training:
    plain = {"seed": 0, "epochs": 1, "batch_size": 32, "pictures": 200, "learning_rate": 3e-3}
    return Training("fashion_mnist_small", **{"runs": (study_run(Replacement.MAX),), **plain, **changes})


# As data ------------------------------------------------------------------------------------------------------------


def test_a_training_survives_json() -> None:
    before = small_study(Replacement, pictures=1_000, epochs=3, seed=7)
    text = before.to_json()
    after = Training.from_json(text)
    assert "\n" not in text
    assert after.to_json() == text
    assert [run.network for run in after.runs] == [run.network for run in before.runs]
    np.testing.assert_array_equal(after.runs[-1].fixed["blur_2"][0], blur_weights(32))
    assert (after.epochs, after.pictures, after.seed, after.shifts) == (3, 1_000, 7, (2, 4))
    assert after.batches == 32


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"epochs": 0}, "epochs must be a whole number from 1 to 1,000. Received: 0"),
        ({"epochs": 1.5}, "epochs must be a whole number"),
        ({"seed": True}, "seed must be a whole number"),
        ({"batch_size": 10**6}, "batch_size must be"),
        ({"learning_rate": 0}, "above 0 and at most 1"),
        ({"learning_rate": float("nan")}, "above 0 and at most 1"),
        ({"shifts": (-1,)}, "shifts must be"),
        ({"runs": ()}, "runs must be"),
        ({"runs": (study_run(Replacement.MAX),) * 2}, "runs must be"),
    ],
)
def test_what_cannot_be_trained_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CnnError, match=said):
        training(**changes)


def test_a_layer_to_be_left_alone_must_be_there() -> None:
    with pytest.raises(CnnError, match='no layer "blur_9" in the network "max"'):
        Run("max", study_run(Replacement.MAX).network, {"blur_9": ()})


def without(name: str) -> str:
    document = json.loads(training().to_json())
    del document[name]
    return json.dumps(document)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", without("runs"), without("seed"), without("shifts"), '{"runs": [{}], "shifts": []}']
)
def test_what_describes_no_training_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(CnnError, match="does not describe a training"):
        Training.from_json(text)


# With Keras ---------------------------------------------------------------------------------------------------------


class Heard:
    """Keeps what is reported and asks to stop after so many batches."""

    def __init__(self, batches: int = 10**9) -> None:
        self.records: list[Record] = []
        self._batches = batches

    def of(self, kind: type[Record]) -> list[Any]:
        return [record for record in self.records if isinstance(record, kind)]

    def stopped(self) -> bool:
        return len(self.of(Batch)) >= self._batches


@pytest.mark.keras
def test_the_curves_are_those_of_one_call_of_fit() -> None:
    from cnn_core.keras_model.training import compiled_model, train

    asked = training(epochs=3, pictures=160, seed=5)
    data, heard = training_set(asked.data), Heard()

    def batches() -> Iterator[Any]:
        for epoch in range(1, asked.epochs + 1):
            order = np.random.default_rng((asked.seed, epoch)).permutation(asked.pictures)
            for places in np.split(order, asked.batches):
                yield data.train.pictures[places].astype("float32") / 255, data.train.labels[places]

    train(asked, heard.records.append)
    test = (data.test.pictures.astype("float32") / 255, data.test.labels)
    model = compiled_model(asked.runs[0], asked.seed, asked.learning_rate)
    history = model.fit(batches(), epochs=3, steps_per_epoch=5, shuffle=False, validation_data=test, verbose=0).history
    for ours, theirs in {"loss": "loss", "accuracy": "accuracy", "test_loss": "val_loss"}.items():
        found = [getattr(epoch, ours) for epoch in heard.of(Epoch)]
        np.testing.assert_allclose(found, history[theirs], rtol=1e-4)
    assert [epoch.test_accuracy for epoch in heard.of(Epoch)] == pytest.approx(history["val_accuracy"], abs=0.002)


@pytest.mark.keras
def test_it_learns_by_turns_and_tells_every_batch() -> None:
    from cnn_core.keras_model.training import train

    heard = Heard()
    asked = training(runs=(study_run(Replacement.STRIDE), study_run(Replacement.BLUR)), epochs=2, shifts=(0, 2))
    models = train(asked, heard.records.append)
    told = [(batch.run, batch.epoch, batch.batch) for batch in heard.of(Batch)]
    assert told == [(run, epoch, n) for epoch in (1, 2) for run in ("stride", "blur") for n in range(1, 8)]
    epochs = heard.of(Epoch)
    assert [(epoch.run, epoch.epoch) for epoch in epochs] == [("stride", 1), ("blur", 1), ("stride", 2), ("blur", 2)]
    assert all(after.loss < before.loss for before, after in zip(epochs[:2], epochs[2:], strict=True))
    assert [moved.run for moved in heard.of(Moved)] == ["stride", "blur"]
    for moved, epoch in zip(heard.of(Moved), epochs[2:], strict=True):
        assert moved.accuracy[0] == pytest.approx(epoch.test_accuracy, abs=1e-6)
    for number in (1, 2):
        blur = models["blur"].get_layer(f"blur_{number}")
        np.testing.assert_array_equal(blur.get_weights()[0], blur_weights(16 * number))
        assert not blur.trainable_weights


@pytest.mark.keras
def test_the_same_training_gives_the_same_twice_and_another_seed_another() -> None:
    from cnn_core.keras_model.training import train

    losses = []
    for seed in (0, 0, 1):
        heard = Heard()
        train(training(seed=seed, pictures=100), heard.records.append)
        losses.append(heard.of(Epoch)[0].loss)
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    assert losses[0] != pytest.approx(losses[2], rel=1e-3)


@pytest.mark.keras
@pytest.mark.parametrize("batches", [1, 8])
def test_it_stops_after_the_batch(batches: int) -> None:
    from cnn_core.keras_model.training import train

    heard = Heard(batches)
    train(training(epochs=50, shifts=(0,)), heard.records.append, heard.stopped)
    assert len(heard.of(Batch)) == batches
    assert len(heard.of(Epoch)) == batches // 7
    assert not heard.of(Moved)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pictures": 5_000}, "Received: 5,000; 4,000 are there"),
        (
            {"runs": (Run("small", Network.of(Input((28, 28, 3)), GlobalAveragePooling2D(), Dense(10))),)},
            "Received: 28×28×3 → 10; 28×28×1 → 10 is needed",
        ),
        (
            {"runs": (Run("maps", Network.of(Input((28, 28, 1)), Conv2D(10, 3))),)},
            "Received: 28×28×1 → 26×26×10; 28×28×1 → 10 is needed",
        ),
        (
            {"runs": (Run("max", study_run(Replacement.MAX).network, {"conv_3": (np.zeros((1, 2), np.float32),)}),)},
            "Received: 1×2; 3×3×32×64, 64 are needed",
        ),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], said: str) -> None:
    from cnn_core.keras_model.training import train

    with pytest.raises(CnnError, match=said):
        train(training(**changes), print)


# In a process of its own ----------------------------------------------------------------------------------------------


@pytest.fixture
def process() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "cnn_core.processes.training", "4096"]
    with subprocess.Popen(
        command, cwd=ROOT, encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as started:
        yield started
        started.kill()


def hand_in(process: "subprocess.Popen[str]", text: str) -> IO[str]:
    """Hand the process a line; return where its own lines come."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(text + "\n")
    process.stdin.flush()
    return process.stdout


@pytest.mark.keras
def test_the_process_says_nothing_but_records(process: "subprocess.Popen[str]") -> None:
    records = [read_record(line) for line in hand_in(process, training(shifts=(2,)).to_json())]
    assert isinstance(records[0], Batch)
    assert [type(record) for record in records if not isinstance(record, Batch)] == [Epoch, Moved, Ended]
    assert records[-1] == Ended(complete=True)
    assert process.wait(SECONDS) == 0


@pytest.mark.keras
def test_the_process_stops_when_told(process: "subprocess.Popen[str]") -> None:
    lines = hand_in(process, training(epochs=1_000).to_json())
    assert isinstance(read_record(lines.readline()), Batch)
    hand_in(process, "stop")
    assert read_record(list(lines)[-1]) == Ended(complete=False)
    assert process.wait(SECONDS) == 0


def test_a_text_that_is_no_training_is_refused_without_keras(process: "subprocess.Popen[str]") -> None:
    record = read_record(hand_in(process, "nonsense").readline())
    assert isinstance(record, Refused)
    assert "does not describe a training" in str(record.error)
    assert process.wait(SECONDS) == 0


def test_the_process_ends_when_nobody_listens_any_more(process: "subprocess.Popen[str]") -> None:
    hand_in(process, training(epochs=1_000).to_json())
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(SECONDS) == 1
