"""Few pages are drawn at once; who waits for something lends the turn and comes before those that have not begun."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from pages.ui.turns import Looks, Turns

SECONDS = 30.0
"""A test that waits longer has failed."""


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    changed = threading.Event()
    for _ in range(int(SECONDS * 1000)):
        if holds():
            return
        changed.wait(0.001)
    pytest.fail("It never came to this.")


class Page:
    """A page that is drawn in a thread, and waits in the middle until it is told to go on."""

    def __init__(self, turns: Turns, threads: ThreadPoolExecutor, log: list[str], name: str) -> None:
        self.go_on, self.has_begun, self.waits = threading.Event(), threading.Event(), threading.Event()
        self._turns, self._log, self._name = turns, log, name
        self.done: Future[Any] = threads.submit(self._draw)

    def _draw(self) -> None:
        with self._turns.taken():
            self._log.append(f"{self._name} begins")
            self.has_begun.set()
            with self._turns.lent():
                self.waits.set()
                assert self.go_on.wait(SECONDS)
            self._log.append(f"{self._name} ends")

    def end(self) -> None:
        self.go_on.set()
        self.done.result(SECONDS)


def test_no_more_draw_at_once_than_may(threads: ThreadPoolExecutor) -> None:
    turns, lock = Turns(at_once=2), threading.Lock()
    drawn: list[int] = []
    now = 0

    def draw() -> None:
        nonlocal now
        with turns.taken():
            with lock:
                now += 1
                drawn.append(now)
            threading.Event().wait(0.002)
            with lock:
                now -= 1

    for one in [threads.submit(draw) for _ in range(40)]:
        one.result(SECONDS)
    assert len(drawn) == 40
    assert max(drawn) <= 2


def test_who_waits_lets_others_draw_and_goes_on_before_those_that_have_not_begun(threads: ThreadPoolExecutor) -> None:
    turns, log = Turns(at_once=1), list[str]()
    first = Page(turns, threads, log, "first")
    assert first.waits.wait(SECONDS)
    free = threading.Event()

    def hold() -> None:
        with turns.taken():
            assert free.wait(SECONDS)

    holding = threads.submit(hold)
    until(lambda: turns._left == 0)
    second = Page(turns, threads, log, "second")
    until(lambda: len(turns._new) == 1)
    first.go_on.set()
    until(lambda: len(turns._begun) == 1)
    free.set()
    holding.result(SECONDS)
    first.done.result(SECONDS)
    second.end()
    assert log == ["first begins", "first ends", "second begins", "second ends"]


def test_a_part_within_a_part_has_its_turn() -> None:
    turns = Turns(at_once=1, longest=0.0)
    with turns.taken():
        with turns.taken():
            assert turns._left == 0
        assert turns._left == 0
    assert turns._left == 1


def test_where_nobody_has_a_turn_nothing_is_lent() -> None:
    turns = Turns(at_once=1)
    with turns.lent():
        assert turns._left == 1
    assert turns._left == 1


def test_a_turn_is_given_back_when_a_page_fails() -> None:
    turns = Turns(at_once=1)
    with pytest.raises(ZeroDivisionError), turns.taken(), turns.lent():
        1 / 0  # noqa: B018 - it fails
    assert turns._left == 1


def test_who_waits_too_long_draws_out_of_turn_and_nothing_is_lost(threads: ThreadPoolExecutor) -> None:
    """Those that have the turns may wait for what this one holds: it would be for ever."""
    turns, held = Turns(at_once=1, longest=0.01), threading.Event()

    def hold() -> None:
        with turns.taken():
            assert held.wait(SECONDS)

    holding = threads.submit(hold)
    until(lambda: turns._left == 0)
    with turns.taken():
        assert turns._left == -1
        held.set()
        holding.result(SECONDS)
    assert turns._left == 1
    assert not turns._new


def test_one_page_looks_as_soon_as_it_wants_to_and_a_class_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks = 1000.0, Looks()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert looks.after(0.3) == 0.3
    now += 0.3
    assert looks.after(0.3) == 0.3
    of_a_class = [looks.after(0.3) for _ in range(99)]
    assert max(of_a_class) == pytest.approx(99 * 0.03)
    assert of_a_class == sorted(of_a_class)
    now += 3.0
    assert looks.after(0.3) == 0.3
    assert looks.after(60.0) == 60.0
