"""What is kept for all sessions: by what a thing is, within a bound, and nothing of what passes."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pages.ui import cached
from pages.ui.cached import kept
from pages.ui.entered import Chosen


@dataclass(frozen=True, eq=False)
class Layer:
    name: str

    @property
    def key(self) -> str:
        return self.name


made: list[tuple[object, ...]] = []


@kept(2, Layer)
def look(layer: Layer, channel: int, _work: object = None) -> object:
    made.append((layer.name, channel))
    return object()


@kept(2)
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


def test_of_more_than_the_bound_the_first_is_made_again() -> None:
    for channel in (0, 1, 2, 0):
        look(Layer("a"), channel)
    assert [channel for _, channel in made] == [0, 1, 2, 0]


def test_what_passes_is_not_kept() -> None:
    frame = Chosen.of(b"frame", "frame", passes=True)
    assert seen(frame) is not seen(frame)


def test_what_was_made_of_a_picture_can_be_forgotten() -> None:
    picture = Chosen.of(b"picture", "mine")
    first = seen(picture)
    assert seen(Chosen.of(b"picture", "the same under another name")) is first
    cached.forget(picture.digest)
    assert seen(picture) is not first


def test_a_refusal_is_not_kept() -> None:
    @kept(2)
    def refused(number: int) -> int:
        made.append((number,))
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            refused(0)
    assert len(made) == 2


def test_of_two_that_ask_for_the_same_at_once_one_makes_it() -> None:
    begun, go_on, found = threading.Event(), threading.Event(), []

    @kept(2)
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
