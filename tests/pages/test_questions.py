"""Questions to the workers: asked once, held by whoever waits, dropped when nobody does, kept within a bound."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pytest

from pages.ui import compute
from pages.ui.compute import Workers
from pages.ui.questions import PAGE, Holds, Question, Work, Works, long, question, stoppable

SECONDS = 60


class Desk(Executor):
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.begun: list[tuple[Any, Future[Any]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        _number, _asked, name = args
        self.begun.append((name, Future()))
        return self.begun[-1][1]

    def answer(self, number: int, answer: Any = None) -> None:
        self.begun[number][1].set_result(answer)

    @property
    def asked(self) -> list[Any]:
        return [name for name, _ in self.begun]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def workers(desk: Desk) -> Workers:
    """Workers of one process."""
    return Workers(lambda: desk, 1)


@pytest.fixture
def ask(workers: Workers) -> Any:
    @question
    def about(name: str) -> "Future[Any]":
        return workers.submit(print, name)

    return about


def work_on(holds: Holds, asked: Question[Any]) -> Work[Any]:
    """Ask, and return the work."""
    (work,) = holds.ask(asked).works
    return work


def ran(holds: Holds, part: str, *asked: Question[Any], together: bool = False) -> None:
    """Run a part of a page that asks these and waits for what is not there."""
    holds.begin_run(part)
    for questions in [asked] if together and asked else [(one,) for one in asked]:
        if not holds.ask(*questions, part=part).is_settled:
            holds.wait_for(*questions, part=part)
    holds.end_run(part)
    holds.forget()


def test_questions_are_equal_where_function_and_arguments_are(ask: Any) -> None:
    @question
    def other(name: str) -> "Future[Any]":
        raise AssertionError(name)

    assert ask("a") == ask("a")
    assert hash(ask("a")) == hash(ask("a"))
    assert ask("a") != ask("b")
    assert ask("a") != other("a")
    with pytest.raises(TypeError, match="by their places"):
        ask(name="a")


def test_two_sessions_that_ask_the_same_wait_for_the_same(desk: Desk, ask: Any) -> None:
    works = Works()
    one, other = Holds(works), Holds(works)
    assert work_on(one, ask("a")) is work_on(other, ask("a"))
    assert desk.asked == ["a"]


def test_work_is_begun_in_the_turn_of_the_session_that_asks_first() -> None:
    turns: list[Any] = []

    @question
    def note(name: str) -> "Future[Any]":
        turns.append((name, compute._ASKED_BY.get()))
        return Future()

    works = Works()
    one, other = Holds(works), Holds(works)
    for holds, name in ((one, "a"), (other, "a"), (other, "b"), (one, "c")):
        holds.ask(note(name))
    whose = dict(turns)
    assert [name for name, _ in turns] == ["a", "b", "c"]
    assert whose["a"] == whose["c"] != whose["b"]
    assert compute._ASKED_BY.get() == (None,)


def test_only_long_work_counts_against_the_address_it_is_asked_from() -> None:
    turns: list[tuple[Any, ...]] = []

    def note(name: str) -> "Future[Any]":
        turns.append(compute._ASKED_BY.get())
        return Future()

    short, lengthy = question(note), question(long(lambda name: note(name)))
    works = Works()
    one, other = Holds(works, address="192.0.2.7"), Holds(works)
    for holds, asked in ((one, short("a")), (one, lengthy("b")), (other, lengthy("c"))):
        holds.ask(asked)
    assert turns[0] == turns[1][:1]
    assert turns[1][1:] == (("address", "192.0.2.7"),)
    assert len(turns[0]) == len(turns[2]) == 1


def test_work_that_nobody_holds_is_dropped_unless_it_has_begun(desk: Desk, ask: Any) -> None:
    works = Works()
    holds = Holds(works)
    for name in ("begun", "dropped", "kept"):
        holds.ask(ask(name))
    holds.let_go(ask("begun"))
    holds.let_go(ask("dropped"))
    assert works.find(ask("dropped")) is None
    assert works.find(ask("begun")) is not None
    desk.answer(0, "there")
    assert desk.asked == ["begun", "kept"]
    begun = works.find(ask("begun"))
    assert begun is not None
    assert begun.future.result() == "there"


def test_begun_work_is_given_up_unless_somebody_else_waits(desk: Desk, workers: Workers) -> None:
    @question
    @stoppable
    def ask(name: str) -> "Future[Any]":
        return workers.submit(print, name)

    works = Works()
    one, two = Holds(works), Holds(works)
    first, second = work_on(one, ask("a")).future, work_on(two, ask("a")).future
    assert first is second
    one.let_go(ask("a"))
    assert works.give_up(ask("a")) is None
    two.let_go(ask("a"))
    assert works.give_up(ask("a")) is first
    assert works.give_up(ask("a")) is None
    # Who asks now gets new work, which the failure of the old one does not take away.
    again = work_on(one, ask("a"))
    desk.begun[0][1].set_exception(RuntimeError("stopped"))
    assert again.future is not first
    assert works.find(ask("a")) is again


def test_work_that_cannot_be_stopped_is_not_given_up(desk: Desk, ask: Any) -> None:
    works = Works()
    holds = Holds(works)
    begun = work_on(holds, ask("a")).future
    holds.let_go(ask("a"))
    assert works.give_up(ask("a")) is None
    assert work_on(holds, ask("a")).future is begun


def test_begun_work_is_taken_up_again_and_again(desk: Desk, ask: Any) -> None:
    holds = Holds(Works())
    for _ in range(3):
        holds.ask(ask("a"))
        holds.let_go(ask("a"))
    work = work_on(holds, ask("a"))
    desk.answer(0, 7)
    assert work.future.result() == 7
    assert desk.asked == ["a"]


def test_one_session_s_stop_leaves_the_other_waiting(desk: Desk, ask: Any) -> None:
    works = Works()
    one, other = Holds(works), Holds(works)
    one.ask(ask("before"))
    one.ask(ask("both"))
    waited_for = work_on(other, ask("both"))
    one.let_go(ask("both"))
    desk.answer(0)
    assert desk.asked == ["before", "both"]
    desk.answer(1, 5)
    assert waited_for.future.result() == 5


def test_a_session_that_vanishes_lets_go(desk: Desk, ask: Any) -> None:
    works = Works()
    staying, leaving = Holds(works), Holds(works)
    staying.ask(ask("a"))
    leaving.ask(ask("b"))
    staying.ask(ask("c"))
    del leaving
    desk.answer(0)
    assert desk.asked == ["a", "c"]


def test_what_another_run_does_not_ask_for_is_let_go_once_the_page_waits(desk: Desk, ask: Any) -> None:
    holds = Holds(Works())
    ran(holds, PAGE, ask("first"), ask("picture one"), ask("layer"))
    ran(holds, PAGE, ask("first"), ask("picture two"))
    for number in range(2):
        desk.answer(number)
    assert desk.asked == ["first", "picture two"]


def test_a_part_that_runs_alone_lets_go_of_nothing_that_others_wait_for(desk: Desk, ask: Any) -> None:
    holds = Holds(Works())
    ran(holds, "layer", ask("first"), ask("maps"))
    ran(holds, "panel", ask("heat"), ask("dropped"))
    ran(holds, "panel", ask("heat"))
    for number in range(3):
        desk.answer(number)
    assert desk.asked == ["first", "maps", "heat"]
    assert holds.settled_parts() == ["layer", "panel"]


def test_all_of_the_page_lets_go_of_parts_that_are_on_it_no_more(desk: Desk, ask: Any) -> None:
    holds = Holds(Works())
    ran(holds, "panel", ask("first"), ask("heat"))
    ran(holds, PAGE, ask("other"))
    for number in range(2):
        desk.answer(number)
    assert desk.asked == ["first", "other"]
    assert holds.settled_parts() == [PAGE]


def test_what_is_let_go_leads_back_to_who_waited_for_it(ask: Any) -> None:
    holds = Holds(Works())
    for part in ("layer", "map"):
        ran(holds, part, ask("maps"))
    ran(holds, "panel", ask("weights"))
    assert holds.let_go(ask("maps")) == ["layer", "map"]
    assert holds.errand(ask("maps")) is None
    assert holds.errand(ask("weights")) is not None


# Many at once -------------------------------------------------------------------------------------------------------


def test_of_many_questions_a_few_are_asked_and_each_answer_brings_the_next(desk: Desk, ask: Any) -> None:
    errand = Holds(Works(), at_once=2).ask(*map(ask, "abcde"))
    for number in range(5):
        assert len(errand.works) == min(number + 2, 5)
        assert not errand.is_settled
        assert errand.done == number
        desk.answer(number)
    assert desk.asked == list("abcde")
    assert errand.is_settled


def test_nothing_more_is_asked_once_something_failed_or_nobody_holds_it(desk: Desk, ask: Any) -> None:
    errand = Holds(Works(), at_once=1).ask(*map(ask, "abc"))
    desk.begun[0][1].set_exception(OSError("gone"))
    assert errand.is_settled
    assert errand.has_failed
    holds = Holds(Works(), at_once=1)
    ran(holds, "panel", *map(ask, "def"), together=True)
    ran(holds, "panel")
    desk.answer(1)
    assert desk.asked == ["a", "d"]


def test_who_waits_waits_no_longer_than_told_from_when_it_began(ask: Any) -> None:
    errand = Holds(Works()).ask(ask("a"))
    assert not errand.wait(0.01)
    began = time.monotonic()
    assert not errand.wait(0.01)
    assert time.monotonic() - began < 0.01


def test_a_run_that_is_interrupted_lets_nothing_go(desk: Desk, ask: Any) -> None:
    holds = Holds(Works())
    holds.ask(ask("first"))
    holds.ask(ask("second"))
    for _ in range(3):
        holds.begin_run()
        holds.ask(ask("first"))
    desk.answer(0)
    assert desk.asked == ["first", "second"]


def test_an_answer_is_held_until_the_page_is_complete_however_little_is_kept(desk: Desk, ask: Any) -> None:
    works = Works(most_bytes=0)
    holds = Holds(works)
    holds.ask(ask("a"))
    desk.answer(0, np.zeros(10))
    holds.begin_run()
    assert holds.ask(ask("a")).is_settled
    holds.end_run()
    holds.forget()
    assert works.find(ask("a")) is None
    holds.ask(ask("a"))
    assert desk.asked == ["a", "a"]


def test_what_failed_is_kept_for_nobody_but_who_saw_it(desk: Desk, ask: Any) -> None:
    works = Works()
    one = Holds(works)
    one.ask(ask("a"))
    desk.begun[0][1].set_exception(OSError("gone"))
    for _ in range(2):
        one.begin_run()
        assert one.ask(ask("a")).has_failed
        one.end_run()
        one.forget()
    assert desk.asked == ["a"]
    Holds(works).ask(ask("a"))
    assert desk.asked == ["a", "a"]
    desk.answer(1, 1)
    one.let_go(ask("a"))
    assert work_on(one, ask("a")).future.result() == 1


class Frame(NamedTuple):
    passes: bool


def test_what_passes_is_held_by_who_asks_and_kept_for_nobody(desk: Desk, ask: Any) -> None:
    works = Works()
    session = Holds(works)
    frame = ask(Frame(passes=True))
    work = work_on(session, frame)
    desk.answer(0, "seen")
    assert work.future.result() == "seen"
    assert work_on(session, frame) is work
    session.begin_run()
    session.end_run()
    session.forget()
    del work
    assert works.find(frame) is None
    assert works.begin(ask("a photograph")) is not None
    desk.answer(1, "seen")
    assert works.find(ask("a photograph")) is not None


def test_as_many_bytes_are_kept_as_may(desk: Desk, ask: Any) -> None:
    works = Works(most_bytes=10_000)
    for number in range(8):
        Holds(works).ask(ask(str(number)))
        desk.answer(number, np.zeros(250))
    assert [number for number in range(8) if works.find(ask(str(number)))] == [4, 5, 6, 7]


# A class --------------------------------------------------------------------------------------------------------------

SESSIONS = 40
PROCESSES = 2
LAYERS = ("look", "layer", "weights")


@pytest.fixture
def counted() -> Iterator[tuple[Any, Counter[Any]]]:
    """Yield a question that takes a moment, answered by two threads, and how often each was computed."""
    times: Counter[Any] = Counter()
    lock = threading.Lock()

    def compute(*asked: Any) -> Any:
        with lock:
            times[asked] += 1
        threading.Event().wait(0.001)
        return np.full(100, hash(asked))

    with Workers(lambda: ThreadPoolExecutor(PROCESSES), PROCESSES) as workers:

        @question
        def asked(picture: int, what: str) -> "Future[Any]":
            return workers.submit(compute, picture, what)

        yield asked, times


class Session:
    """Runs a page again and again, as Streamlit does, until it has every answer."""

    def __init__(self, works: Works, together: threading.Barrier) -> None:
        self.holds, self.together, self.runs = Holds(works), together, 0

    def complete(self, wanted: list[Question[Any]]) -> list[Any]:
        self.together.wait(SECONDS)
        while True:
            self.runs += 1
            assert self.runs <= len(wanted) + 1
            self.holds.begin_run()
            answers = []
            for one in wanted:
                errand = self.holds.ask(one)
                if not errand.is_settled:
                    self.holds.wait_for(one)
                    break
                answers.append(errand.works[0].future.result())
            self.holds.end_run()
            self.holds.forget()
            if len(answers) == len(wanted):
                return answers
            assert errand.wait(SECONDS)


def test_more_sessions_than_answers_are_kept_all_get_theirs_and_nothing_is_computed_twice(counted: Any) -> None:
    asked, times = counted
    kept = Works(most_bytes=16 * 1000)
    together = threading.Barrier(SESSIONS)
    pages = [[asked(picture, what) for what in LAYERS] for picture in range(SESSIONS)]
    sessions = [Session(kept, together) for _ in pages]
    with ThreadPoolExecutor(SESSIONS) as threads:
        answers = list(threads.map(Session.complete, sessions, pages))
    assert times == Counter({one.arguments: 1 for page in pages for one in page})
    assert [[int(values[0]) for values in page] for page in answers] == [
        [hash(one.arguments) for one in page] for page in pages
    ]


def test_a_class_that_looks_at_one_picture_computes_it_once(counted: Any) -> None:
    asked, times = counted
    works, together = Works(), threading.Barrier(SESSIONS)
    page = [asked(0, what) for what in LAYERS]
    with ThreadPoolExecutor(SESSIONS) as threads:
        list(threads.map(lambda session: session.complete(page), [Session(works, together) for _ in range(SESSIONS)]))
    assert times == Counter({one.arguments: 1 for one in page})
