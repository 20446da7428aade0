"""Questions to the workers: one piece of work however many sessions ask, dropped once none of them waits any more.

Work lives as long as somebody holds it, and a session holds what it asks for until its page is complete. Answers are
kept besides, as many as fit: that bound decides only what must be computed again later, never whether somebody who
waits gets an answer. A failure is held by those who saw it, and kept for nobody else. So is an answer about what
passes, such as a frame of a live camera.
"""

import pickle
import threading
import weakref
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from functools import wraps
from queue import SimpleQueue
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from cachetools import LRUCache

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

KEPT_BYTES = 512 * 2**20
"""Of the answers that are kept for whoever asks next: a few hundred looks and layers, or the largest of VGG16."""


class Question(NamedTuple, Generic[Answer]):
    """A function that begins some work, and what it takes; together they tell one question from another."""

    begin: "Callable[..., Future[Answer]]"
    arguments: tuple[Any, ...]

    @property
    def is_kept(self) -> bool:
        """Say whether its answer is kept for whoever asks next: not where it is about something that passes."""
        return not passes(self.arguments)


def passes(arguments: Iterable[Any]) -> bool:
    """Say whether one of the things that something is asked about passes, as a frame of a live camera does."""
    return any(getattr(argument, "passes", False) for argument in arguments)


def question(begin: "Callable[Arguments, Future[Answer]]") -> "Callable[Arguments, Question[Answer]]":
    """Turn a function that begins work into one that only says what is asked; its arguments must be hashable."""

    @wraps(begin)
    def say(*arguments: Arguments.args, **named: Arguments.kwargs) -> Question[Answer]:
        if named:
            raise TypeError("A question takes its arguments by their places, so that equal ones are equal.")
        return Question(begin, arguments)

    return say


class Work(Generic[Answer]):
    """An answer on its way, or there; it is held by whoever waits for it."""

    def __init__(self, future: "Future[Answer]") -> None:
        self.future = future

    @property
    def has_failed(self) -> bool:
        return self.future.done() and (self.future.cancelled() or self.future.exception() is not None)


class Works:
    """All work that somebody holds or that has begun, and the answers asked for last, as many as fit into the bound."""

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._held: weakref.WeakValueDictionary[Question[Any], Work[Any]] = weakref.WeakValueDictionary()
        self._begun: dict[Question[Any], Work[Any]] = {}
        # From the beginning of work until its answer is kept: those who held it may be gone a moment before that.
        self._futures: dict[Question[Any], Future[Any]] = {}
        self._kept: LRUCache[Question[Any], Work[Any]] = LRUCache(most_bytes, getsizeof=_bytes_of)
        # Work may be let go anywhere, even while a lock is held: it is only noted then.
        self._let_go: SimpleQueue[tuple[Question[Any], Future[Any]]] = SimpleQueue()
        self._lock = threading.RLock()

    def find(self, asked: Question[Answer]) -> Work[Answer] | None:
        """Return the work on a question, None where nobody asked it or it is forgotten."""
        with self._lock:
            self._drop_what_nobody_holds()
            return self._kept.get(asked) or self._held.get(asked) or self._just_answered(asked)

    def begin(self, asked: Question[Answer]) -> Work[Answer]:
        """Return the work on a question, which begins where nobody asked it before."""
        with self._lock:
            work = self.find(asked)
            if work is not None:
                return work
            work = self._added(asked, asked.begin(*asked.arguments))
            self._futures[asked] = work.future
        work.future.add_done_callback(lambda future: self._end(asked, future))
        return work

    def clear(self) -> None:
        """Forget all of it; whoever holds some goes on to hold it."""
        with self._lock:
            self._kept.clear()
            self._begun.clear()
            self._futures.clear()
            self._held.clear()

    def _just_answered(self, asked: Question[Answer]) -> Work[Answer] | None:
        future = self._futures.get(asked)
        if future is None or not future.done() or Work(future).has_failed:
            return None
        return self._added(asked, future)

    def _added(self, asked: Question[Answer], future: "Future[Answer]") -> Work[Answer]:
        work = self._held[asked] = Work(future)
        weakref.finalize(work, self._let_go.put, (asked, future)).atexit = False
        return work

    def _drop_what_nobody_holds(self) -> None:
        """Cancel what has not begun; the other, which cannot be stopped, is there for whoever asks again."""
        while not self._let_go.empty():
            asked, future = self._let_go.get()
            if not future.cancel() and not future.done() and asked not in self._held:
                self._begun[asked] = self._added(asked, future)

    def _end(self, asked: Question[Answer], future: "Future[Answer]") -> None:
        """Keep an answer, also one that nobody waits for any more; forget what failed."""
        with self._lock:
            if self._futures.get(asked) is future:
                del self._futures[asked]
            work = self._begun.pop(asked, None) or self._held.get(asked) or Work(future)
            if work.has_failed:
                self._held.pop(asked, None)
            elif asked.is_kept:
                with suppress(ValueError):  # larger than all that is kept
                    self._kept[asked] = work
            self._drop_what_nobody_holds()


def _bytes_of(work: Work[Any]) -> int:
    arrays: list[pickle.PickleBuffer] = []
    rest = pickle.dumps(work.future.result(), protocol=5, buffer_callback=arrays.append)
    return len(rest) + sum(array.raw().nbytes for array in arrays)


WORKS = Works()


class Holds:
    """The work that one session asked for, held until its page has all its answers."""

    def __init__(self, works: Works = WORKS) -> None:
        self._works = works
        self._before: dict[Question[Any], Work[Any]] = {}
        self._now: dict[Question[Any], Work[Any]] = {}
        self._expected: set[Question[Any]] = set()
        self.is_running = False

    def begin_run(self) -> None:
        """The page runs again: it asks anew, and most of it for the same."""
        self._before, self._now, self.is_running = self._before | self._now, {}, True

    def ask(self, asked: Question[Answer]) -> Work[Answer]:
        """Return the work on a question, and hold it."""
        work: Work[Answer] = self._now.get(asked) or self._before.get(asked) or self._works.begin(asked)
        self._now[asked] = work
        return work

    def expect(self, asked: Question[Any]) -> None:
        """Hold the work on a question beyond this run: a part of the page comes back for it by itself."""
        self._expected.add(asked)

    def find(self, asked: Question[Answer]) -> Work[Answer] | None:
        """Return the work on a question that need not be begun, None where there is none."""
        return self._now.get(asked) or self._before.get(asked) or self._works.find(asked)

    def let_go(self, *asked: Question[Any]) -> None:
        """Wait for these no longer."""
        for one in asked:
            self._now.pop(one, None)
            self._before.pop(one, None)

    def wait(self) -> None:
        """The page waits: what it has not asked for in this run it does not need any more."""
        self._before = {}

    def end_run(self) -> None:
        """The page is complete. What is expected stays; and what failed, or the next run would try it again unasked."""
        self._before = {asked: work for asked, work in self._now.items() if work.has_failed or asked in self._expected}
        self._now, self._expected = {}, set()
