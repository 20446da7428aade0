"""The split: stratified, seeded, every picture in one part at most."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import CnnError
from cnn_core.training.sets.split import Counts, Part, Split

SHARES: Any = st.integers(0, 5) | st.sampled_from([0.0, 0.01, 0.2, 0.25, 0.4])


@given(
    validation=SHARES,
    test=SHARES,
    seed=st.integers(0, 2**31 - 1),
    train=st.none() | st.integers(1, 30),
    count=st.integers(60, 100),
    published=st.sampled_from([0, 0, 80]),
)
def test_no_picture_is_in_two_parts_and_the_counts_are_kept(
    validation: float, test: float, seed: int, train: int | None, count: int, published: int
) -> None:
    split, count = Split(validation, test, seed, train), count + published
    counts = split.counts("cat", count, published)
    places = split.places("cat", 1, count, published)
    assert Counts(*(len(places[part]) for part in Part)) == counts
    every = np.concatenate(list(places.values()))
    assert len(set(every.tolist())) == len(every)
    assert ((every >= 0) & (every < count)).all()
    if published:
        assert (places[Part.TEST] >= count - published).all()
        assert (np.concatenate([places[Part.TRAIN], places[Part.VALIDATION]]) < count - published).all()
    if train is None and not published:
        assert sum(counts) == count


def test_the_courses_split_of_its_cats_and_dogs() -> None:
    """700 cats: 400 to train on, 100 to validate with, 200 to test on."""
    assert Split(validation=100, test=200).counts("cat", 700) == (400, 100, 200)
    assert Split(validation=100, test=200, train=30).counts("cat", 700) == (30, 100, 200)


def test_a_share_is_of_each_class_and_gives_one_at_least() -> None:
    assert Split(0.2, 0.2).counts("cat", 10) == (6, 2, 2)
    assert Split(0.01, 0.01).counts("cat", 10) == (8, 1, 1)
    assert Split(0.0, 0.0).counts("cat", 10) == (10, 0, 0)


def test_the_seed_decides_and_so_does_the_class() -> None:
    def chosen(seed: int, number: int) -> list[int]:
        order: list[int] = Split(seed=seed).places("cat", number, 50)[Part.TEST].tolist()
        return order

    assert chosen(0, 0) == chosen(0, 0)
    assert chosen(0, 0) != chosen(1, 0)
    assert chosen(0, 0) != chosen(0, 1)


def test_fewer_to_train_on_leave_validation_and_test_as_they_are() -> None:
    """So that runs on more and on fewer pictures are compared on the same ones."""
    every, few = (Split(5, 5, 3, train).places("cat", 0, 60) for train in (None, 7))
    for part in (Part.VALIDATION, Part.TEST):
        np.testing.assert_array_equal(every[part], few[part])
    np.testing.assert_array_equal(every[Part.TRAIN][:7], few[Part.TRAIN])


@pytest.mark.parametrize(
    ("split", "count", "published", "said"),
    [
        (Split(), 1, 0, '"cat" has too few pictures.*Received: 1; 3 are needed'),
        (Split(100, 200), 300, 0, "Received: 300; 301 are needed"),
        (Split(0, 101), 500, 100, "published for testing. Received: 100; 101 are needed"),
        (Split(400, 10), 500, 100, "Received: 400; 401 are needed"),
    ],
)
def test_a_class_with_too_few_pictures_is_named(split: Split, count: int, published: int, said: str) -> None:
    with pytest.raises(CnnError, match=said):
        split.counts("cat", count, published)
