"""The one way to ask the workers: an answer, or the waiting for it on the page, or what went wrong."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import StopException

from cnn_core.errors import CnnError
from pages.ui import compute, state
from pages.ui.compute import WORKERS, step_of
from pages.ui.messages import UndrawnError, part
from pages.ui.questions import Holds, Question, Work
from pages.ui.text import _

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_PATIENCE = 0.2
"""Seconds that a page waits in silence: most work of a warm worker is done by then."""
AT_ONCE = 2 * WORKERS
"""Of many questions: more would keep other sessions waiting."""


def holds() -> Holds:
    """Return what this session holds."""
    if state.HOLDS.get() is None:
        state.HOLDS.set(Holds())
    held: Holds = state.HOLDS.get()
    return held


@contextmanager
def drawn() -> Iterator[None]:
    """Draw a page, or a fragment of one: hold what it asks for until it has all; what cannot be drawn is a sentence."""
    held = holds()
    if held.is_running:  # a fragment that its page draws
        with part():
            yield
        return
    held.begin_run()
    try:
        with part():
            yield
        held.end_run()
    finally:
        held.is_running = False


def fragment(
    draw: Callable[Arguments, None],
    key: str | None = None,
    run_every: float | None = None,
    share: Callable[[], None] = lambda: None,
) -> Callable[Arguments, None]:
    """Let a part of a page run by itself when something in it is used, and every so many seconds.

    `key` names it for `run_again`; `share` writes the address anew, as the page does when all of it runs.
    """

    @wraps(draw)
    def draw_alone(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        if not holds().is_running:
            share()
        with drawn():
            draw(*arguments, **named)

    alone: Callable[Arguments, None] = st.fragment(draw_alone, key=key, run_every=run_every)
    return alone


def run_again(*keys: str) -> None:
    """Let only these fragments run after a widget's callback; without any, or where one is missing, the whole page."""
    try:
        st.rerun(list(keys) or "app")
    except StreamlitAPIException:
        st.rerun()


def asked(question: Question[Answer], saying: str, place: str = "", more: Callable[[], str] = str) -> Answer:
    """Return the answer; while it is on its way, say so with a way to stop, and run the page again when it is there.

    Args:
        saying: what goes on.
        place: tells places of a page apart that may wait for different things.
        more: how far the work has come.

    Raises:
        CnnError: what the core refused.
        UndrawnError: the reader stopped it, or it failed, which is said with a way to try again.
    """
    answer = answered(question, place)
    return _wait(question, saying, place, more) if answer is None else answer


def answered(question: Question[Answer], place: str = "") -> Answer | None:
    """Return the answer, None where it is not there yet or the reader stopped waiting; raises as `asked`."""
    is_stopped = state.STOPPED.get() == (question,)
    work = holds().find(question) if is_stopped else holds().ask(question)
    if work is None or not futures.wait([work.future], 0 if is_stopped else _PATIENCE).done:
        return None
    return _result(question, work, place)


def awaited(question: Question[Answer], most: float) -> Answer | None:
    """Return an answer without which nothing is missing, when it is there; None where it failed, or takes too long.

    The page shows nothing of it; `most` is in seconds.
    """
    work, began = holds().ask(question), time.monotonic()
    unseen = st.empty()
    while not futures.wait([work.future], _PATIENCE).done:
        if time.monotonic() - began > most:
            return None
        _look_up(unseen)
        time.sleep(0.1)
    return None if work.has_failed else work.future.result()


def coming(question: Question[Answer], place: str = "") -> Answer | None:
    """Return the answer as `answered` does; the work goes on after this run of a part that comes back by itself."""
    holds().expect(question)
    return answered(question, place)


def is_given_up(question: Question[Any]) -> bool:
    """Say whether the reader stopped waiting for an answer, or there is none: the part that asks for it says so."""
    work = holds().find(question)
    return state.STOPPED.get() == (question,) or (work is not None and work.has_failed)


def all_asked(questions: Sequence[Question[Answer]], saying: str, place: str = "") -> list[Answer | None]:
    """Return the answers to many questions as `asked` does; None for those not there where the reader stopped."""
    is_stopped = state.STOPPED.get() == tuple(questions)
    if is_stopped:
        _say_stopped(place)
    elif not _are_settled(_ask_some(questions, _PATIENCE)):
        _wait_for_all(questions, saying, place)
    works = [holds().find(question) for question in questions]
    return [
        None if work is None or not work.future.done() else _result(question, work, place)
        for question, work in zip(questions, works, strict=True)
    ]


def _are_settled(works: Sequence[Work[Any] | None]) -> bool:
    """Say whether all work is done, or some has failed, so that there is no use in the rest."""
    done = [work for work in works if work is not None and work.future.done()]
    return len(done) == len(works) or any(work.has_failed for work in done)


def _result(question: Question[Answer], work: Work[Answer], place: str) -> Answer:
    """Return an answer that is there; say what went wrong, with a way to try again, unless the core did."""
    try:
        return work.future.result()
    except CnnError as error:
        raise error.with_traceback(None) from None
    except (BrokenExecutor, CancelledError):
        text = _(
            "The process that runs the model has stopped: it was ended or ran out of memory. "
            "A new one starts by itself; nothing of yours is lost."
        )
    except Exception as error:  # noqa: BLE001 - whatever a library in the worker raises must not end the page
        text = _("The model could not be run ({kind}).").format(kind=type(error).__name__)
    st.error(text, icon=":material/error:")
    st.button(_("Try again"), icon=":material/refresh:", on_click=holds().let_go, args=(question,), key=f"retry{place}")
    raise UndrawnError


def _wait(question: Question[Any], saying: str, place: str, more: Callable[[], str]) -> NoReturn:
    if state.STOPPED.get() == (question,):
        _say_stopped(place)
        raise UndrawnError
    work, began = holds().ask(question), time.monotonic()
    bar = _begin_waiting((question,), place)
    while not work.future.done():
        _show(bar, 0.0, " ".join((saying, f"{time.monotonic() - began:.0f} s", more(), _step([work]))))
        time.sleep(0.1)
    st.rerun()


def _wait_for_all(questions: Sequence[Question[Any]], saying: str, place: str) -> NoReturn:
    bar = _begin_waiting(tuple(questions), place)
    while not _are_settled(works := _ask_some(questions)):
        done = sum(work is not None and work.future.done() for work in works)
        _show(bar, done / len(works), f"{saying} {done} / {len(works)} {_step(works)}")
        time.sleep(0.1)
    st.rerun()


def _step(works: Sequence[Work[Any] | None]) -> str:
    """Say at which step of its start the first process is that work waits for; nothing where it only computes."""
    taken = next((step for work in works if work is not None and (step := step_of(work.future)) is not None), None)
    if taken is None:
        return ""
    return "· " + _("{step}: {seconds} s").format(step=_(taken.step), seconds=f"{taken.seconds:.0f}")


def _ask_some(questions: Sequence[Question[Any]], patience: float = 0) -> list[Work[Any] | None]:
    """Ask as many as may be on their way at once; return the work on each, None where it has to wait."""
    works: list[Work[Any] | None] = []
    on_their_way: list[Future[Any]] = []
    for question in questions:
        may_ask = len(on_their_way) < AT_ONCE or holds().find(question) is not None
        work = holds().ask(question) if may_ask else None
        works.append(work)
        if work is not None and not work.future.done():
            on_their_way.append(work.future)
    futures.wait(on_their_way, patience)
    return works


def _begin_waiting(questions: tuple[Question[Any], ...], place: str) -> Any:
    """Offer to stop; return where to say how far the work is."""
    holds().wait()
    # The worker that is asked now stays free for the page's next question.
    compute.start(1)
    st.button(_("Stop"), on_click=_stop, args=questions, key=f"stop_waiting{place}")
    return st.empty()


def _say_stopped(place: str) -> None:
    st.info(_("Stopped."))
    st.button(_("Go on"), on_click=state.STOPPED.set, args=(None,), key=f"go_on{place}")


def _show(bar: Any, share: float, text: str) -> None:
    """Show how far the work is; this is where Streamlit ends the run when the person does something else or leaves."""
    with _may_end():
        bar.progress(share, text=text)


def _look_up(unseen: Any) -> None:
    """Let Streamlit end the run, as where the work is shown."""
    with _may_end():
        unseen.empty()


@contextmanager
def _may_end() -> Iterator[None]:
    try:
        yield
    except StopException:
        holds().end_run()
        raise


def _stop(*questions: Question[Any]) -> None:
    """Wait for these no longer; what another session waits for goes on."""
    state.STOPPED.set(questions)
    holds().let_go(*questions)
