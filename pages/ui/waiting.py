"""The one way to ask the workers: an answer, or the waiting for it on the page, or what went wrong.

Nothing here waits longer than a moment. A part of the page that has no answer yet ends; a clock on the page looks again
from time to time, and lets that part run once its answer is there.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx

from cnn_core.errors import CnnError
from pages.ui import components, compute, measured, state, visitor
from pages.ui.compute import WORKERS, OverdueError, step_of
from pages.ui.messages import UndrawnError, part
from pages.ui.questions import PAGE, WORKS, Holds, Question, Questions, Work
from pages.ui.text import _, sentence
from pages.ui.turns import LOOKS, TURNS

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_PATIENCE = 0.2
"""Seconds that a page waits in silence: most work of a warm worker is done by then."""
AT_ONCE = 2 * WORKERS
"""Of many questions: more would keep other sessions waiting."""
_LEAST, _SHARE, _MOST = 0.3, 1 / 8, 3.0
"""The next look comes after so many seconds and this share of the time waited so far, at most after so many."""
_LONGEST = 6.0
"""Seconds until the next look of who stands far behind in the queue."""
_DRAWN: ContextVar[str | None] = ContextVar("_DRAWN", default=None)
"""The part of a page that this thread draws."""
_SHARED = threading.local()
"""In which run a part wrote the address last in this thread, and how many values had been set then."""


def holds() -> Holds:
    """Return what this session holds."""
    held: Holds | None = state.HOLDS.get()
    if held is None:
        held = Holds(at_once=AT_ONCE, address=visitor.address())
        state.HOLDS.set(held)
    return held


@contextmanager
def drawn(name: str = PAGE) -> Iterator[None]:
    """Draw a page, or a fragment of it: hold what it asks for until it has all; what cannot be drawn is a sentence."""
    held, around = holds(), _DRAWN.get()
    held.begin_run(name)
    if name == PAGE:
        held.due[PAGE] = None
    token = _DRAWN.set(name)
    taken = measured.PAGES if name == PAGE else measured.PARTS
    try:
        with taken.timed() if around is None else nullcontext(), TURNS.taken(), part():
            yield
        _draw_unseen_clock(name)
        if name == PAGE:
            _draw_way_out()
    except RerunException:  # it is cut short
        raise
    except BaseException:
        held.note_drawn(name)
        raise
    finally:
        _DRAWN.reset(token)
    held.note_drawn(name)
    held.end_run(name)
    if around is None:  # no part of a page that is being drawn
        held.forget()


def fragment(
    draw: Callable[Arguments, object],
    key: str,
    run_every: float | None = None,
    share: Callable[[], None] = lambda: None,
) -> Callable[Arguments, None]:
    """Let a part of a page run by itself when something in it is used, and every so many seconds.

    `key` names it for `run_again`; `share` writes the address anew, as the page does when all of it runs.
    """

    @wraps(draw)
    def draw_alone(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        if _DRAWN.get() is None:
            _share_once(share)
        with drawn(key):
            draw(*arguments, **named)

    alone: Callable[Arguments, None] = st.fragment(draw_alone, key=key, run_every=run_every)
    return alone


def _share_once(share: Callable[[], None]) -> None:
    """Write the address, unless a part that ran before in this run has and nothing was set since."""
    context = get_script_run_ctx()
    run = context.fragment_ids_this_run if context else None
    run_before, changes = getattr(_SHARED, "last", (None, 0))
    if run is None or run is not run_before or changes != state.changes():
        share()
        _SHARED.last = run, state.changes()


def run_again(*keys: str) -> NoReturn:
    """Let only these fragments run after a widget's callback; without any, or where one is missing, the whole page.

    What is due is drawn too: Streamlit makes one run of all that is asked for while another run or a callback lasts,
    and of that run only what a callback names is left.
    """
    due = holds().due
    due.update(dict.fromkeys(keys or (PAGE,)))
    try:
        st.rerun("app" if PAGE in due else list(due))
    except StreamlitAPIException:
        _run_page_again()
    except RerunException as again:
        raise RerunException(_with_all_of_this_run(again.rerun_data)) from None


def _with_all_of_this_run(asked: RerunData) -> RerunData:
    """Return a run of fragments with those that this run has, if those are more than that of the widget used."""
    context = get_script_run_ctx()
    here = (context.fragment_ids_this_run if context else None) or ()
    if not asked.fragment_id_queue or len(here) == 1:
        return asked
    return replace(asked, fragment_id_queue=list(dict.fromkeys((*here, *asked.fragment_id_queue))))


def _run_page_again() -> NoReturn:
    holds().due[PAGE] = None
    st.rerun()


def draw_again() -> NoReturn:
    """Run the part that is being drawn once more, by itself where only it runs."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        _run_page_again()


def asked(question: Question[Answer], saying: str, place: str = "", more: Callable[[], str] = str) -> Answer:
    """Return the answer; while it is on its way, say so with a way to stop, and run this part again when it is there.

    Args:
        saying: what goes on.
        place: tells places of a page apart that may wait for different things.
        more: how far the work has come.

    Raises:
        CnnError: what the core refused.
        UndrawnError: it is on its way, the reader stopped it, or it failed, which is said with a way to try again.
    """
    (answer,) = all_asked((question,), saying, place, more)
    if answer is None:
        raise UndrawnError
    return answer


def all_asked(
    questions: Sequence[Question[Answer]], saying: str, place: str = "", more: Callable[[], str] = str
) -> list[Answer | None]:
    """Return the answers to many questions as `asked` does; None for those not there where the reader stopped."""
    held, wanted = holds(), tuple(questions)
    if held.stopped.get(place) == wanted:
        _say_stopped(place)
        works = [held.find(question) for question in wanted]
    else:
        errand = held.ask(*wanted, part=drawn_part())
        if not errand.wait(_PATIENCE):
            _wait(wanted, saying, place, more)
        works = [errand.work_on(question) for question in wanted]
    return [_result(work, wanted, place) if work is not None and work.future.done() else None for work in works]


def later(question: Question[Answer], patience: float = _PATIENCE) -> Answer | None:
    """Return the answer if it is there; else this part of the page runs again when it is, and says nothing meanwhile.

    It waits for it so many seconds. None too where it failed or the reader stopped waiting for it: who asks for it
    aloud says so.
    """
    if is_given_up(question):
        return None
    held = holds()
    if not held.ask(question, part=drawn_part()).wait(patience):
        held.wait_for(question, part=drawn_part())
        return None
    work = held.find(question)
    return None if work is None or work.has_failed else work.future.result()


def is_at_hand(*questions: Question[Any], patience: float = _PATIENCE) -> bool:
    """Say whether these are answered, or will be within so many seconds; after that nothing waits for them."""
    errand = holds().ask(*questions, part=drawn_part())
    return errand.wait(patience) and not errand.has_failed


def are_answered(questions: Iterable[Question[Any]]) -> bool:
    """Say whether all of these were asked before and are answered; none of them is asked for it."""
    works = (holds().find(question) for question in questions)
    return all(work is not None and work.future.done() and not work.has_failed for work in works)


def is_given_up(question: Question[Any]) -> bool:
    """Say whether the reader stopped waiting for an answer, or there is none: the part that asks for it says so."""
    work = holds().find(question)
    return (question,) in holds().stopped.values() or (work is not None and work.has_failed)


def drawn_part() -> str:
    """Return the name of the part of a page that is being drawn."""
    return _DRAWN.get() or PAGE


def runs_alone() -> bool:
    """Say whether nothing of the page runs now but the part that is being drawn."""
    context = get_script_run_ctx()
    return context is not None and len(context.fragment_ids_this_run or ()) == 1


def _result(work: Work[Answer], asked_with: Questions, place: str) -> Answer:
    """Return an answer that is there; say what went wrong, with a way to try again, unless the core did."""
    try:
        return work.future.result()
    except (BrokenExecutor, CancelledError) as error:
        died = _(
            "The process that runs the model has stopped: it was ended or ran out of memory. "
            "A new one starts by itself; nothing of yours is lost."
        )
        text = sentence(error) if isinstance(error, CnnError) else died  # a cluster that does not answer says so itself
    except CnnError as error:
        raise error.with_traceback(None) from None
    except OverdueError:
        text = _(
            "This took longer than {seconds} seconds, so its process was ended; a new one starts by itself. "
            "Nothing of yours is lost. Try again, or ask for less at once."
        ).format(seconds=f"{compute.WORK_SECONDS:g}")
    except Exception as error:  # noqa: BLE001 - whatever a library in the worker raises must not end the page
        text = _("The model could not be run ({kind}).").format(kind=type(error).__name__)
    st.error(text, icon=":material/error:")
    st.button(_("Try again"), icon=":material/refresh:", on_click=_try_again, args=asked_with, key=f"retry{place}")
    raise UndrawnError


def _wait(questions: Questions, saying: str, place: str, more: Callable[[], str]) -> NoReturn:
    """Let a part of its own say how far the work is, and end this one until it is done."""
    holds().wait_for(*questions, part=drawn_part(), shows=True)
    # The worker that is asked now stays free for the page's next question.
    compute.start(1)
    st.button(_("Stop"), on_click=_stop, args=(place, questions), key=f"stop_waiting{place}")
    st.fragment(_draw_clock)(f"clock{place}", questions, saying, more)
    raise UndrawnError


def _draw_clock(key: str, questions: Questions, saying: str, more: Callable[[], str]) -> None:
    """Say how far the work is, and let the browser come back for it; only this runs meanwhile."""
    errand = holds().errand(*questions)
    if errand is None:  # it was let go a moment ago
        return
    waited, count = time.monotonic() - errand.began, len(questions)
    data = {
        "saying": saying if count == 1 else f"{saying} {errand.done} / {count} ·",
        "more": " ".join(filter(None, (more(), _queue(errand.works)))),
        "share": None if count == 1 else errand.done / count,
        **_step(errand.works),
        "seconds": waited,
        "interval": LOOKS.after(interval(waited, _ahead(errand.works)[1])),
    }
    components.clock(data, key=key, on_look=_look)


def interval(waited: float, ahead: float = 0.0) -> float:
    """Return the seconds until the next look, by the seconds that were waited so far and those that others take first.

    Of a class that waits, those at the end of the queue would look as often as those whose turn it is.
    """
    return max(min(_LEAST + _SHARE * waited, _MOST), min(ahead / 3, _LONGEST))


def _draw_unseen_clock(name: str) -> None:
    """Let the browser come back for what a part waits for without a word."""
    errand = max(holds().awaited_unseen(name), key=lambda errand: errand.began, default=None)
    if errand is not None:
        with st.container(key=f"unseen_{name}"):
            st.fragment(_draw_clock)(f"clock_{name}", errand.questions, "", str)


def _draw_way_out() -> None:
    """Let the page be drawn anew where a clock was left behind: Streamlit may forget to clear away what a page that has
    just ended does not draw any more, if a part of it is asked for in the same moment."""
    if holds().has_waited:
        with st.container(key="unseen_way_out"):
            components.anew(run_again)


def _ahead(works: Iterable[Work[Any]]) -> tuple[int, float]:
    """Return how many questions come before these, and about how many seconds they take."""
    return max((compute.WORK.ahead_of(work.future) for work in works), default=(0, 0.0))


def _queue(works: Iterable[Work[Any]]) -> str:
    """Return how many questions of others come before, and for about how long; "" where none does."""
    before, seconds = _ahead(works)
    if before <= WORKERS:  # those that are being answered now
        return ""
    if not seconds:  # nothing was answered yet that would tell
        return _("· {count} before yours").format(count=before)
    return _("· {count} before yours, about {seconds} s").format(count=before, seconds=math.ceil(seconds))


def _step(works: Iterable[Work[Any]]) -> dict[str, Any]:
    """Return at which step the first process is that work waits for, and its share of what counts; none where it only
    computes.
    """
    taken = next((step for work in works if (step := step_of(work.future)) is not None), None)
    if taken is None:
        return {"step": "", "stepSeconds": 0}
    if taken.of:
        text = "· " + _("{step}: {done} of {all}")
        said = text.format(step=_(taken.step), done=f"{taken.done:,}", all=f"{taken.of:,}")
        return {"step": said, "stepSeconds": 0, "share": taken.done / taken.of}
    text = "· " + _("{step}: {seconds} s").format(step=_(taken.step), seconds="{seconds}")
    return {"step": text, "stepSeconds": taken.seconds}


def _look() -> None:
    """Run the parts for which something has come; where nothing has, the clock alone runs and shows how far it is."""
    parts = holds().settled_parts()
    if parts:
        _run_parts(parts)


def _stop(place: str, questions: Questions) -> None:
    """Wait for these no longer, and let what can be stopped end; what another session waits for goes on."""
    holds().stopped[place] = questions
    parts = holds().let_go(*questions)
    for question in questions:
        given_up = WORKS.give_up(question)
        if given_up is not None:
            compute.stop(given_up)
    _run_parts(parts)


def _run_parts(parts: list[str]) -> None:
    run_again(*(() if PAGE in parts else parts))


def _say_stopped(place: str) -> None:
    st.info(_("Stopped."))
    st.button(_("Go on"), on_click=_go_on, args=(place,), key=f"go_on{place}")


def _go_on(place: str) -> None:
    holds().stopped.pop(place, None)
    run_again()


def _try_again(*questions: Question[Any]) -> None:
    holds().let_go(*questions)
    run_again()
