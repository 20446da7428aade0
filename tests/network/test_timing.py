"""Times estimated from work: every part counts, and a training sees all pictures."""

import pytest

from cnn_core.layers import Conv2D, Dense, Input
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.network.timing import Speed, Work, epoch_seconds, seconds, span, work_of

NETWORK = summarize(Network.of(Input((4, 4, 1)), Conv2D(2, 3)))


def test_work_is_counted_by_hand() -> None:
    # Read: 16 values; written: 16 of the input and 2·2·2 of the convolution; 20 parameters, whatever the batch.
    assert work_of(NETWORK, 3) == Work(3 * 2 * 2 * 2 * 9, 4 * (3 * (16 + 16 + 8) + 20), 2)


def test_each_part_takes_its_time() -> None:
    work = Work(10, 100, 1000)
    assert [seconds(work, Speed(*parts, factor=1)) for parts in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1))] == [
        10,
        100,
        1000,
        1110,
    ]


def test_an_epoch_has_a_last_batch() -> None:
    speed = Speed(0, 0, 1, 2)
    assert epoch_seconds(NETWORK, speed, 32, 33) == 2 * len(NETWORK.rows)
    assert span(6, speed) == (3, 12)


def test_plain_numbers_too() -> None:
    assert work_of(summarize(Network.of(Input((4,)), Dense(2)))).multiply_adds == pytest.approx(8)
