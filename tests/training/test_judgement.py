"""Judgements of curves that are made up: each sentence comes where its figures support it, and only there."""

import pytest

from cnn_core.training.judgement import judge, said_of_gap, said_of_turn, turn_of
from cnn_core.training.records import EpochEnd


def curve(losses: list[float], val_losses: list[float]) -> list[EpochEnd]:
    return [
        EpochEnd(number, loss, 0.5, val_loss, 0.5, 1.0, 0.001)
        for number, (loss, val_loss) in enumerate(zip(losses, val_losses, strict=True), start=1)
    ]


OVERFITTING = curve([0.7, 0.6, 0.5, 0.3, 0.2, 0.1], [0.69, 0.62, 0.6, 0.7, 0.8, 0.9])


def test_overfitting_is_where_one_loss_falls_and_the_other_rises() -> None:
    turn = turn_of(OVERFITTING)
    assert (turn.epoch, turn.lowest, turn.before) == (3, 0.6, 0.5)
    assert turn.now == pytest.approx(0.8)
    assert turn.after == pytest.approx(0.2)
    assert turn.is_overfitting
    text = str(said_of_turn(OVERFITTING))
    assert "lowest after epoch 3 (0.600)" in text
    assert "risen, to 0.800 in the mean of the last 3 epochs, while the training loss fell from 0.500 to 0.200" in text


@pytest.mark.parametrize(
    ("losses", "val_losses", "said"),
    [
        ([0.7, 0.6, 0.5, 0.4], [0.7, 0.6, 0.5, 0.45], "one of the last 3: it has not started to rise yet"),
        # Two epochs above the lowest are too few to say anything.
        ([0.7, 0.6, 0.5, 0.4], [0.7, 0.5, 0.9, 0.9], "it has not started to rise yet"),
        ([0.7, 0.6, 0.5, 0.4, 0.3], [0.7, 0.5, 0.51, 0.52, 0.51], "has hardly risen since, to 0.513"),
        ([0.5, 0.4, 0.9, 0.9, 0.9], [0.5, 0.4, 0.9, 1.2, 2.0], "this is not overfitting"),
        # What only guesses among three classes, in steps that are too large.
        ([9.0, 3.0, 2.0, 1.9, 1.9], [5.0, 1.4, 2.0, 1.9, 2.0], "does not fit the training pictures either"),
        ([0.7], [0.7], "lowest after epoch 1 (0.700)"),
    ],
)
def test_what_is_no_overfitting_is_not_called_so(losses: list[float], val_losses: list[float], said: str) -> None:
    epochs = curve(losses, val_losses)
    assert said in str(said_of_turn(epochs))
    assert not turn_of(epochs).is_overfitting


def test_a_loss_that_is_no_number_is_never_the_lowest_and_has_risen() -> None:
    lost = float("nan")
    turn = turn_of(curve([0.9, 0.8, 0.9, 0.9, 0.9], [lost, 0.7, lost, lost, lost]))
    assert (turn.epoch, turn.lowest, turn.now) == (2, 0.7, float("inf"))
    assert turn.has_risen
    assert not turn.is_overfitting


@pytest.mark.parametrize(
    ("train", "validation", "count", "said"),
    [
        (0.95, 0.75, 400, "20.0 percentage points apart. 400 validation pictures leave an uncertainty of ± 4.3 points"),
        (0.80, 0.75, 100, "differ by no more than the ± 8.7 percentage points"),
        (0.70, 0.80, 1_000, "80.0% of the validation pictures but only for 70.0% of the training pictures"),
    ],
)
def test_a_gap_is_one_where_the_pictures_are_many_enough(
    train: float, validation: float, count: int, said: str
) -> None:
    # √(0.75 · 0.25 / 400) is 2.17 %, √(0.75 · 0.25 / 100) 4.33 %.
    assert said in str(said_of_gap(EpochEnd(9, 0.1, train, 0.5, validation, 1.0, 0.001), count))


def test_no_epoch_says_nothing() -> None:
    assert judge([], 100) == ()
    assert len(judge(OVERFITTING, 100)) == 2
