"""What is kept for all sessions: by what a thing is, within a bound, and nothing of what passes."""

import threading
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from pages.ui import cached
from pages.ui.cached import Keeping, kept
from pages.ui.entered import Chosen
from pages.ui.memory import size_of


@dataclass(frozen=True, eq=False)
class Layer:
    name: Hashable

    @property
    def key(self) -> Hashable:
        return self.name


made: list[tuple[object, ...]] = []


@kept(Layer)
def look(layer: Layer, channel: int, _work: object = None) -> object:
    made.append((layer.name, channel))
    return object()


@kept()
def seen(chosen: Chosen) -> object:
    made.append((chosen.digest,))
    return object()


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    cached.forget_all()
    made.clear()
    yield
    cached.forget_all()


def test_it_is_made_once_for_what_is_the_same() -> None:
    first = look(Layer("a"), 0, object())
    assert look(Layer("a"), 0, object()) is first
    assert look(layer=Layer("a"), channel=0) is first
    assert look(Layer("a"), 1) is not first
    assert look(Layer("b"), 1) is not first
    assert made == [("a", 0), ("a", 1), ("b", 1)]


def test_of_more_than_the_bound_in_bytes_the_first_is_made_again() -> None:
    little = Keeping(2500)

    @kept(within=little)
    def bytes_of(number: int) -> bytes:
        made.append((number,))
        return bytes(1000)

    for number in (0, 1, 0, 2, 0, 1):
        bytes_of(number)
        assert little.bytes <= 2500
    assert [number for (number,) in made] == [0, 1, 2, 1]


def test_what_is_larger_than_all_that_is_kept_is_made_each_time() -> None:
    little = Keeping(2500)
    assert [little.get("large", lambda: bytes(3000)) for _ in range(2)] == [bytes(3000)] * 2
    assert little.bytes == 0


def test_the_size_of_a_thing_is_that_of_all_in_it_each_once() -> None:
    array = np.zeros((100, 100), np.float32)
    assert 40_000 <= size_of({"a": [array, array], "b": (array,)}) < 41_000
    assert 1000 <= size_of(Chosen.of(bytes(1000), "mine")) < 2000


def test_what_passes_is_not_kept() -> None:
    frame = Chosen.of(b"frame", "frame", passes=True)
    assert seen(frame) is not seen(frame)


def test_what_was_made_of_a_picture_can_be_forgotten() -> None:
    picture = Chosen.of(b"picture", "mine")
    first = seen(picture)
    assert seen(Chosen.of(b"picture", "the same under another name")) is first
    cached.forget(picture.digest)
    assert seen(picture) is not first


def test_what_was_made_of_a_layer_s_maps_for_a_picture_is_forgotten_with_it() -> None:
    mine, other = Chosen.of(b"picture", "mine"), Chosen.of(b"another", "theirs")
    first, kept_on = look(Layer((("mnist", mine.digest), "conv")), 0), look(Layer((("mnist", other.digest), "conv")), 0)
    cached.forget(mine.digest)
    assert look(Layer((("mnist", mine.digest), "conv")), 0) is not first
    assert look(Layer((("mnist", other.digest), "conv")), 0) is kept_on


def test_a_refusal_is_not_kept() -> None:
    @kept()
    def refused(number: int) -> int:
        made.append((number,))
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            refused(0)
    assert len(made) == 2


def test_of_two_that_ask_for_the_same_at_once_one_makes_it() -> None:
    begun, go_on, found = threading.Event(), threading.Event(), []

    @kept()
    def slow(number: int) -> object:
        made.append((number,))
        begun.set()
        assert go_on.wait(10)
        return object()

    threads = [threading.Thread(target=lambda: found.append(slow(0))) for _ in range(2)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert found[0] is found[1]
