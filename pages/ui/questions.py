"""Questions to the workers: one piece of work however many sessions ask, dropped once none of them waits any more.

Work lives as long as somebody holds it, and each part of a page holds what it asks for until it is complete. Answers
are kept besides, as many as fit: that bound decides only what must be computed again later, never whether somebody who
waits gets an answer. A failure is held by those who saw it, and kept for nobody else. So is an answer about what
passes, such as a frame of a live camera.
"""

import pickle
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from itertools import chain
from queue import SimpleQueue
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from cachetools import LRUCache

from pages.ui import memory
from pages.ui.compute import asked_by
from pages.ui.entered import Chosen, Entered
from pages.ui.turns import TURNS

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_STOPPABLE: set[Callable[..., Any]] = set()
_LONG: set[Callable[..., Any]] = set()


class Question(NamedTuple, Generic[Answer]):
    """A function that begins some work, and what it takes; together they tell one question from another."""

    begin: "Callable[..., Future[Answer]]"
    arguments: tuple[Any, ...]

    @property
    def can_stop(self) -> bool:
        """Say whether its work ends early where nobody waits for it any more."""
        return self.begin in _STOPPABLE

    @property
    def is_long(self) -> bool:
        """Say whether its work counts against the address that it is asked from, beside the session."""
        return self.begin in _LONG

    @property
    def is_kept(self) -> bool:
        """Say whether its answer is kept for whoever asks next: not where it is about something that passes."""
        return not passes(self.arguments)


def passes(arguments: Iterable[Any]) -> bool:
    """Say whether one of the things that something is asked about passes, as a frame of a live camera does."""
    return any(getattr(argument, "passes", False) for argument in arguments)


def digests(arguments: Iterable[Any]) -> list[str]:
    """Return the digests of the pictures among these."""
    return [argument.digest for argument in arguments if isinstance(argument, Chosen | Entered)]


def stoppable(begin: "Callable[Arguments, Future[Answer]]") -> "Callable[Arguments, Future[Answer]]":
    """Say that the work which a function begins asks from time to time whether anybody still waits for it."""
    _STOPPABLE.add(begin)
    return begin


def long(begin: "Callable[Arguments, Future[Answer]]") -> "Callable[Arguments, Future[Answer]]":
    """Say that the work which a function begins is one of many pieces: who opens many tabs gets no more of it."""
    _LONG.add(begin)
    return begin


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

    def __init__(self, most_bytes: int = memory.ANSWERS) -> None:
        self._held: weakref.WeakValueDictionary[Question[Any], Work[Any]] = weakref.WeakValueDictionary()
        self._begun: dict[Question[Any], Work[Any]] = {}
        # From the beginning of work until its answer is kept: those who held it may be gone a moment before that.
        self._futures: dict[Question[Any], Future[Any]] = {}
        self._kept: LRUCache[Question[Any], Work[Any]] = LRUCache(most_bytes, getsizeof=_bytes_of)
        # Work may be let go anywhere, even while a lock is held: it is only noted then.
        self._let_go: SimpleQueue[tuple[Question[Any], Future[Any]]] = SimpleQueue()
        self._given_up: weakref.WeakSet[Future[Any]] = weakref.WeakSet()
        self._lock = threading.RLock()

    def find(self, asked: Question[Answer]) -> Work[Answer] | None:
        """Return the work on a question, None where nobody asked it or it is forgotten."""
        with self._lock:
            self._drop_what_nobody_holds()
            return self._kept.get(asked) or self._held.get(asked) or self._just_answered(asked)

    def begin(self, asked: Question[Answer], whose: Hashable = None, address: str = "") -> Work[Answer]:
        """Return the work on a question, which begins where nobody asked it before, in the turn of who asks first.

        Long work takes the next turn of all that is asked from an address, as far as that is known.
        """
        with self._lock:
            work = self.find(asked)
            if work is not None:
                return work
            with asked_by(whose, *([("address", address)] if asked.is_long and address else [])):
                work = self._added(asked, asked.begin(*asked.arguments))
            self._futures[asked] = work.future
        work.future.add_done_callback(lambda future: self._end(asked, future))
        return work

    def give_up(self, asked: Question[Any]) -> "Future[Any] | None":
        """Forget work that has begun, can be stopped and is held by nobody, and return it; None where there is none."""
        with self._lock:
            self._drop_what_nobody_holds()
            if not asked.can_stop or self._begun.pop(asked, None) is None:
                return None
            self._held.pop(asked, None)
            given_up = self._futures.pop(asked, None)
            if given_up is not None:
                self._given_up.add(given_up)
            return given_up

    def forget(self, digest: str) -> None:
        """Keep no answer about the picture of this digest any longer."""
        with self._lock:
            for asked in [one for one in self._kept if digest in digests(one.arguments)]:
                del self._kept[asked]

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
            if future in self._given_up or future.cancel() or future.done():
                continue
            if asked not in self._held:
                self._begun[asked] = self._added(asked, future)

    def _end(self, asked: Question[Answer], future: "Future[Answer]") -> None:
        """Keep an answer, also one that nobody waits for any more; forget what failed, and what was given up."""
        with self._lock:
            if future in self._given_up:
                return
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


Questions = tuple[Question[Any], ...]
"""Some that are waited for together."""

PAGE = "page"
"""The part of a page that is none of its fragments."""


class Errand:
    """Questions that are waited for together: a few are on their way at once, and after each answer the next is asked.

    So the workers go on between two looks of the page, and stop when nobody holds the errand any more.

    Args:
        at_once: how many may be on their way.
        whose: who asks; everybody has a turn before anybody has two.
        address: from where; "" where that is not known.
    """

    def __init__(
        self, works: Works, questions: Questions, at_once: int, whose: Hashable = None, address: str = ""
    ) -> None:
        self.questions, self.began = questions, time.monotonic()
        self._works, self._at_once, self._whose, self._address = works, at_once, whose, address
        self._left = deque(questions)
        self._asked: dict[Question[Any], Work[Any]] = {}
        self._settled = threading.Event()
        self._lock = threading.RLock()
        self._go_on()

    @property
    def is_settled(self) -> bool:
        """Say whether all is answered, or something has failed, so that there is no use in the rest."""
        return self._settled.is_set()

    @property
    def has_failed(self) -> bool:
        return any(work.has_failed for work in self.works)

    @property
    def works(self) -> list[Work[Any]]:
        """Return the work on what was asked so far."""
        with self._lock:
            return list(self._asked.values())

    @property
    def done(self) -> int:
        """Return how many of the questions have their answer."""
        return sum(work.future.done() for work in self.works)

    def work_on(self, asked: Question[Answer]) -> Work[Answer] | None:
        """Return the work on one of the questions, None where it was not asked yet."""
        return self._asked.get(asked)

    def wait(self, seconds: float) -> bool:
        """Return whether it is settled, at the latest so many seconds after it began."""
        left = max(0.0, self.began + seconds - time.monotonic())
        if self.is_settled or not left:
            return self.is_settled
        with TURNS.lent():
            return self._settled.wait(left)

    def _go_on(self) -> None:
        begun: list[Work[Any]] = []
        with self._lock:
            on_their_way = sum(not work.future.done() for work in self.works)
            while self._left and on_their_way < self._at_once and not self.has_failed:
                question = self._left.popleft()
                work = self._asked[question] = self._works.begin(question, self._whose, self._address)
                if not work.future.done():
                    on_their_way += 1
                    begun.append(work)
            if not on_their_way or self.has_failed:
                self._settled.set()
        going_on = weakref.WeakMethod(self._go_on)
        for work in begun:
            work.future.add_done_callback(lambda _done: (go_on := going_on()) and go_on())


@dataclass
class _Part:
    """What one part of a page asked for when it ran last.

    Attributes:
        errands: what it holds.
        awaited: those of them for which it runs again.
        shows: the reader sees that it waits.
    """

    errands: dict[Questions, Errand] = field(default_factory=dict)
    awaited: set[Questions] = field(default_factory=set)
    shows: bool = False


class Holds:
    """What one session asked for, by the part of its page that asked: the page, or a fragment by its key.

    Attributes:
        stopped: for what the reader did not want to wait any longer, by the place where it was said.
        due: the parts that were asked for by name and have not been drawn to their end since, in this order.
        has_waited: whether a part ever waited for something.
    """

    def __init__(self, works: Works = WORKS, at_once: int = 1, address: str = "") -> None:
        self._works, self._at_once, self._address = works, at_once, address
        self._parts: dict[str, _Part] = {}
        self._before: dict[Questions, Errand] = {}
        self.stopped: dict[str, Questions] = {}
        self.due: dict[str, None] = {}
        self.has_waited = False

    def begin_run(self, part: str = PAGE) -> None:
        """Run a part again, or all of the page: it asks anew, and most of it for the same."""
        for again in list(self._parts) if part == PAGE else [part]:
            self._before |= self._part(again).errands
        if part == PAGE:
            self._parts.clear()
        self._parts[part] = _Part()  # where it was: parts come one after another as on the page

    def ask(self, *questions: Question[Any], part: str = PAGE) -> Errand:
        """Return the errand with these questions, and hold it."""
        errand = self.errand(*questions) or Errand(self._works, questions, self._at_once, id(self), self._address)
        self._part(part).errands[questions] = errand
        return errand

    def wait_for(self, *questions: Question[Any], part: str = PAGE, shows: bool = False) -> None:
        """Let a part run again when these are answered."""
        self.has_waited = True
        waiting = self._part(part)
        waiting.awaited.add(questions)
        waiting.shows = waiting.shows or shows

    def awaited_unseen(self, part: str = PAGE) -> list[Errand]:
        """Return what a part waits for, where no word of it stands on the page."""
        waiting = self._part(part)
        return [] if waiting.shows else [waiting.errands[questions] for questions in waiting.awaited]

    def waits(self, part: str) -> bool:
        """Say whether a part waits for something."""
        return bool(self._part(part).awaited)

    def find(self, asked: Question[Answer]) -> Work[Answer] | None:
        """Return the work on a question that need not be begun, None where there is none."""
        held = (part.errands.values() for part in self._parts.values())
        works = (errand.work_on(asked) for errand in chain(self._before.values(), *held))
        return next(filter(None, works), None) or self._works.find(asked)

    def errand(self, *questions: Question[Any]) -> Errand | None:
        """Return the errand with these questions, None where none is held."""
        held = (part.errands.get(questions) for part in self._parts.values())
        return next(filter(None, held), None) or self._before.get(questions)

    def settled_parts(self) -> list[str]:
        """Return the parts for which something came that they wait for."""
        return [
            name
            for name, part in self._parts.items()
            if any(questions not in part.errands or part.errands[questions].is_settled for questions in part.awaited)
        ]

    def let_go(self, *questions: Question[Any]) -> list[str]:
        """Hold these no longer; return the parts that waited for them."""
        self._before.pop(questions, None)
        for part in self._parts.values():
            part.errands.pop(questions, None)
        return [name for name, part in self._parts.items() if questions in part.awaited]

    def end_run(self, part: str = PAGE) -> None:
        """A part is drawn. One that waits holds all it has, one that is complete only what failed: nothing is tried
        again unasked."""
        ended = self._part(part)
        if not ended.awaited:
            ended.errands = {asked: errand for asked, errand in ended.errands.items() if errand.has_failed}

    def note_drawn(self, part: str = PAGE) -> None:
        """A part was drawn, or cannot be: it is due no more; where all of the page was, none is."""
        self.due = {} if part == PAGE else {name: None for name in self.due if name != part}

    def forget(self) -> None:
        """Let go of what the run that has ended did not ask for any more."""
        self._before = {}

    def _part(self, name: str) -> _Part:
        return self._parts.setdefault(name, _Part())
