"""The workers with real processes and cheap functions: results, errors, deaths, bounds, and nobody left behind.

The functions are Python's own, so that a worker imports no test.
"""

import operator
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import psutil
import pytest
from folders import ROOT

from cnn_core.errors import CnnError
from cnn_core.network.presets import preset
from cnn_core.steps import Step, StoppedError
from pages.ui import compute
from pages.ui.compute import OverdueError, Workers, asked_by

pytestmark = pytest.mark.process

SECONDS = 60
Answer = TypeVar("Answer")
LIMIT_MEGABYTES = 300

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits as POSIX has them")


def answer(future: "Future[Answer]") -> Answer:
    return future.result(timeout=SECONDS)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    """The app's own pool, of two small processes."""
    monkeypatch.setattr(compute, "WORKERS", 2)
    monkeypatch.setattr(compute, "MEMORY_MEGABYTES", LIMIT_MEGABYTES)
    with Workers(compute._make_pool, 2) as made:
        yield made


@pytest.fixture(params=["processes", "threads"])
def executor(request: pytest.FixtureRequest) -> Iterator[Workers]:
    """The app's own pool, and another executor in its place."""
    if request.param == "processes":
        yield request.getfixturevalue("workers")
    else:
        with Workers(lambda: ThreadPoolExecutor(1), 1) as made:
            yield made


# What every executor does -------------------------------------------------------------------------------------------


def test_it_is_an_executor(executor: Workers) -> None:
    assert isinstance(executor, Executor)
    future = executor.submit(int, "101", base=2)
    assert isinstance(future, Future)
    assert answer(future) == 5
    assert list(executor.map(pow, range(10), [2] * 10, timeout=SECONDS)) == [number**2 for number in range(10)]


def test_an_error_comes_back_with_its_sentence_and_values(executor: Workers) -> None:
    with pytest.raises(CnnError) as caught:
        answer(executor.submit(preset, "nothing"))
    with pytest.raises(CnnError) as here:
        preset("nothing")
    assert str(caught.value) == str(here.value)
    assert (caught.value.message, caught.value.values) == (here.value.message, here.value.values)


def test_any_other_error_comes_back_as_it_is(executor: Workers) -> None:
    with pytest.raises(ZeroDivisionError):
        answer(executor.submit(operator.truediv, 1, 0))
    assert answer(executor.submit(operator.truediv, 1, 2)) == 0.5


def test_many_threads_may_ask_at_once(executor: Workers) -> None:
    together = threading.Barrier(16)

    def ask(number: int) -> int:
        together.wait(SECONDS)
        return int(answer(executor.submit(operator.mul, number, number)))

    with ThreadPoolExecutor(16) as askers:
        assert list(askers.map(ask, range(16))) == [number * number for number in range(16)]


def test_one_pool_is_made_at_the_first_question() -> None:
    made: list[ThreadPoolExecutor] = []

    def make() -> ThreadPoolExecutor:
        made.append(ThreadPoolExecutor(1))
        return made[-1]

    with Workers(make, 1) as workers:
        assert not made
        assert [answer(workers.submit(abs, -1)) for _ in range(3)] == [1, 1, 1]
        assert len(made) == 1


class Patient(Executor):
    """A pool that begins work and never ends it by itself."""

    def __init__(self) -> None:
        self.begun: list[tuple[Any, Future[Any]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.begun.append((partial(fn, *args, **kwargs), Future()))
        return self.begun[-1][1]

    def end(self, number: int) -> None:
        work, future = self.begun[number]
        future.set_result(work())


def test_what_waits_can_be_cancelled_until_it_begins() -> None:
    pool = Patient()
    workers = Workers(lambda: pool, 2)
    work = [workers.submit(abs, -number) for number in range(6)]
    assert len(pool.begun) == 2
    assert [future.cancel() for future in work] == [False, False, True, True, True, True]
    later = workers.submit(abs, -6)
    for number in range(3):
        pool.end(number)
    assert len(pool.begun) == 3
    assert [answer(future) for future in (*work[:2], later)] == [0, 1, 6]


def test_a_shutdown_cancels_what_waits_where_it_is_told_to() -> None:
    pool = Patient()
    workers = Workers(lambda: pool, 1)
    running, waiting = workers.submit(abs, -1), workers.submit(abs, -2)
    workers.shutdown(cancel_futures=True)
    assert waiting.cancelled()
    pool.end(0)
    assert answer(running) == 1
    assert len(pool.begun) == 1


def test_a_shutdown_lets_what_waits_be_done() -> None:
    with Workers(lambda: ThreadPoolExecutor(1), 1) as workers:
        work = [workers.submit(abs, -number) for number in range(5)]
    assert [future.result(timeout=0) for future in work] == list(range(5))


def test_a_pool_that_cannot_be_made_is_the_work_s_error() -> None:
    refusals = [OSError("no process to spare")]

    def make() -> Executor:
        if refusals:
            raise refusals.pop()
        return ThreadPoolExecutor(1)

    with Workers(make, 1) as workers:
        assert isinstance(workers.submit(abs, -1).exception(timeout=SECONDS), OSError)
        assert answer(workers.submit(abs, -1)) == 1


# Turns and time -----------------------------------------------------------------------------------------------------


def order_of(workers: Workers, pool: Patient, asked: str) -> str:
    """Return in which order work is done that sessions asked for in that order, a letter a session, one at once."""
    done: list[str] = []

    def submit(whose: str) -> None:
        with asked_by(whose):
            workers.submit(done.append, whose)

    for whose in asked:
        submit(whose)
    for number in range(len(asked)):
        pool.end(number)
    return "".join(done)


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        ("aaaab", "abaaa"),  # who asks once does not wait for who asks often
        ("aaabbbccc", "abcabcabc"),
        ("abab", "abab"),
        ("aaaaaaabbc", "abcabaaaaa"),
        ("a", "a"),
    ],
)
def test_each_session_has_a_turn_before_any_has_two(asked: str, done: str) -> None:
    pool = Patient()
    assert order_of(Workers(lambda: pool, 1), pool, asked) == done


def test_many_tabs_of_one_address_have_no_more_turns_than_one_of_another() -> None:
    pool = Patient()
    done: list[str] = []
    workers = Workers(lambda: pool, 1)
    for tab in range(6):
        with asked_by(tab, "one address"):
            workers.submit(done.append, "a")
    for _ in range(2):
        with asked_by("a session", "another address"):
            workers.submit(done.append, "b")
    with asked_by("a picture of somebody at the first address"):
        workers.submit(done.append, "c")
    for number in range(9):
        pool.end(number)
    assert "".join(done) == "abcabaaaa"


def test_what_was_dropped_before_it_began_took_no_turn() -> None:
    pool = Patient()
    done: list[str] = []
    workers = Workers(lambda: pool, 1)
    with asked_by("somebody before"):
        workers.submit(done.append, "x")
    with asked_by("who clicks twenty times"):
        clicked = [workers.submit(done.append, "a") for _ in range(20)]
        for dropped in clicked[:-1]:
            dropped.cancel()
    with asked_by("who asks for many things at once"):
        for _ in range(3):
            workers.submit(done.append, "b")
    with asked_by("who clicks twenty times"):
        workers.submit(done.append, "a")
    for number in range(6):
        pool.end(number)
    assert "".join(done) == "xabbab"


def test_who_comes_later_waits_for_no_more_than_the_others_next_turn() -> None:
    pool = Patient()
    done: list[str] = []
    workers = Workers(lambda: pool, 1)
    with asked_by("early"):
        for _ in range(6):
            workers.submit(done.append, "early")
    for number in range(3):
        pool.end(number)
    with asked_by("late"):
        workers.submit(done.append, "late")
    for number in range(3, 7):
        pool.end(number)
    assert done.index("late") == 4


def test_who_waits_can_be_told_how_many_come_before_and_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, now = Patient(), [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    workers = Workers(lambda: pool, 2)
    first = [workers.submit(abs, -1) for _ in range(2)]
    now[0] = 3.0
    pool.end(0)
    pool.end(1)
    running = [workers.submit(abs, -1) for _ in range(2)]
    dropped, waiting, last = (workers.submit(abs, -1) for _ in range(3))
    dropped.cancel()
    assert [workers.ahead_of(future) for future in (*first, *running)] == [(0, 0)] * 4
    assert [workers.ahead_of(future)[0] for future in (waiting, last)] == [2, 3]
    assert [workers.ahead_of(future)[1] for future in (waiting, last)] == pytest.approx([3.0, 4.5])


class Timer:
    """A timer whose time runs out when a test says so."""

    all: ClassVar[list["Timer"]] = []

    def __init__(self, seconds: float, act: Callable[..., None], of: tuple[Any, ...]) -> None:
        self.seconds, self.act, self.of = seconds, act, of
        self.is_cancelled = False
        Timer.all.append(self)

    def start(self) -> None: ...

    def cancel(self) -> None:
        self.is_cancelled = True


WAITING = """
import pathlib, time
while not pathlib.Path({file!r}).exists():
    time.sleep(0.01)
"""


@posix
def test_a_worker_that_hangs_is_ended_and_what_ran_beside_it_is_done_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(compute, "WORKERS", 2)
    monkeypatch.setattr(threading, "Timer", Timer)
    monkeypatch.setattr(Timer, "all", [])
    others = processes()
    with Workers(compute._make_pool, 2, compute._end_pool, seconds=7) as workers:
        assert answer(workers.submit(abs, -1)) == 1
        first = processes() - others
        hanging = workers.submit(signal.raise_signal, signal.SIGSTOP)
        beside = workers.submit(exec, WAITING.format(file=str(tmp_path / "go on")))
        waiting = [workers.submit(operator.mul, number, 2) for number in range(4)]
        assert [(timer.seconds, timer.is_cancelled) for timer in Timer.all] == [(7, True), (7, False), (7, False)]
        hangs_by = time.monotonic() + SECONDS  # what has not begun would only be cancelled
        while all(process.status() != psutil.STATUS_STOPPED for process in first):
            assert time.monotonic() < hangs_by
            time.sleep(0.01)
        Timer.all[1].act(*Timer.all[1].of)
        assert isinstance(hanging.exception(timeout=SECONDS), OverdueError)
        assert not beside.done()
        (tmp_path / "go on").touch()
        assert answer(beside) is None
        assert [answer(future) for future in waiting] == [0, 2, 4, 6]
        assert psutil.wait_procs(first, timeout=SECONDS)[1] == []
        Timer.all[1].act(*Timer.all[1].of)  # too late: it changes nothing
        assert answer(workers.submit(abs, -2)) == 2


# Processes ----------------------------------------------------------------------------------------------------------


def test_work_runs_elsewhere_and_later(workers: Workers) -> None:
    parent = psutil.Process()
    child = psutil.Process(answer(workers.submit(os.getpid)))
    assert child.ppid() == parent.pid
    if sys.platform != "win32":
        assert child.nice() == min(parent.nice() + 5, 19)


def test_a_worker_loads_neither_streamlit_nor_tensorflow_by_itself(workers: Workers) -> None:
    loaded = answer(workers.submit(eval, "set(__import__('sys').modules)"))
    assert "pages.ui.compute" in loaded
    assert not loaded & {"streamlit", "tensorflow", "keras", "numpy"}


@posix
def test_a_worker_that_dies_costs_what_it_was_doing_and_no_more(workers: Workers) -> None:
    for _ in range(3):
        with pytest.raises(BrokenExecutor):
            answer(workers.submit(signal.raise_signal, signal.SIGKILL))
        assert answer(workers.submit(abs, -3)) == 3


@posix
def test_killing_idle_workers_is_survived(workers: Workers) -> None:
    before = processes()
    assert answer(workers.submit(abs, -1)) == 1
    killed = processes() - before
    assert len(killed) == 2
    for process in killed:
        process.kill()
    assert asked_again(workers) == 1


def processes() -> set[psutil.Process]:
    """Return the workers of this process, in whichever pool."""
    return {child for child in psutil.Process().children() if "popen_loky" in " ".join(child.cmdline())}


def asked_again(workers: Workers) -> int:
    """Ask as a page does: a second time where the first failed, for the pool may not have noticed yet."""
    try:
        return answer(workers.submit(abs, -1))
    except BrokenExecutor:
        return answer(workers.submit(abs, -1))


@posix
def test_what_waits_when_a_worker_dies_gets_a_new_one(workers: Workers) -> None:
    one = answer(workers.submit(os.getpid))
    running = [workers.submit(time.sleep, 10 * SECONDS) for _ in range(2)]
    waiting = [workers.submit(abs, -number) for number in range(6)]
    os.kill(one, signal.SIGKILL)
    for future in running:
        assert isinstance(future.exception(timeout=SECONDS), BrokenExecutor)
    assert [answer(future) for future in waiting] == list(range(6))


OPENING = """
import time
from cnn_core.steps import Step, taking
with taking(Step.OPENING):
    time.sleep(60)
"""


def wait_for(step: Step | None, future: "Future[Any]") -> None:
    """Wait until this is the step of some work."""
    until = time.monotonic() + SECONDS
    while (taken := compute.step_of(future)) is None or taken.step is not step:
        assert time.monotonic() < until, (taken, future)
        time.sleep(0.01)


STOPPED = "from cnn_core.steps import *\nwith counting(Step.READING) as count:\n    while True: count(1, 2)"


def test_word_to_stop_is_forgotten_once_the_work_has_ended(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "HERE", workers)
    for _ in range(3):
        work = workers.submit(exec, STOPPED)
        wait_for(Step.READING, work)
        compute.stop(work)
        assert isinstance(work.exception(timeout=SECONDS), StoppedError)
    compute.stop(work)  # too late
    folder = compute._REPORTS.folder
    assert folder is not None
    until = time.monotonic() + SECONDS
    while list(folder.glob("*.stop")):  # what is called back comes after the answer
        assert time.monotonic() < until
        time.sleep(0.01)


@posix
def test_a_worker_says_what_it_is_at_and_its_successor_begins_anew(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compute, "HERE", workers)
    pids = {answer(future) for future in [workers.submit(os.getpid) for _ in range(20)]}
    opening = [workers.submit(exec, OPENING) for _ in range(2)]
    waiting = workers.submit(abs, -1)
    everything: list[Future[Any]] = [*opening, waiting]
    for future in everything:
        wait_for(Step.OPENING, future)
    first = compute._REPORTS.folder
    assert first is not None
    os.kill(min(pids), signal.SIGKILL)
    for future in opening:
        assert isinstance(future.exception(timeout=SECONDS), BrokenExecutor)
        assert compute.step_of(future) is None
    assert answer(waiting) == 1
    assert not first.exists()
    assert compute.step_of(workers.submit(time.sleep, 0.1)) is None


def test_workers_without_a_place_for_reports_work(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(prefix: str) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(compute, "HERE", workers)
    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    future = workers.submit(abs, -1)
    assert compute.step_of(future) is None
    assert answer(future) == 1


@pytest.mark.parametrize("workers_of_ours", [1, 2, 4])
def test_each_worker_is_warmed_up_once_and_who_asks_leaves_one(
    workers_of_ours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    everything_begun = threading.Event()

    def note(count: int) -> None:
        begun.append(count)
        if sum(begun) == workers_of_ours:
            everything_begun.set()

    monkeypatch.setattr(compute, "_WARM_UPS", compute._WarmUps(workers_of_ours))
    monkeypatch.setattr(compute, "_warm_up", note)
    monkeypatch.setattr(compute, "DELAY", 0)
    for leave in (1, 1, 0, 0, 1):
        compute.start(leave)
    assert everything_begun.wait(SECONDS)
    assert sorted(begun) == [count for count in (1, workers_of_ours - 1) if count]


def ask_for_memory(workers: Workers, megabytes: int) -> Any:
    return answer(workers.submit(eval, f"len([bytearray(2**20) for _ in range({megabytes})])"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts anonymous memory as data")
def test_memory_is_bounded(workers: Workers) -> None:
    assert ask_for_memory(workers, LIMIT_MEGABYTES // 4) == LIMIT_MEGABYTES // 4
    for _ in range(2):
        with pytest.raises((MemoryError, BrokenExecutor)):
            ask_for_memory(workers, LIMIT_MEGABYTES)
        assert answer(workers.submit(abs, -3)) == 3


def test_what_a_worker_keeps_is_no_leak(workers: Workers) -> None:
    """Loky would end a worker that grew by 300 MB after its first piece of work, with the models in it."""
    allowed = answer(workers.submit(eval, "__import__('loky').process_executor._MAX_MEMORY_LEAK_SIZE"))
    assert allowed == LIMIT_MEGABYTES * 2**20


@posix
def test_shutdown_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "WORKERS", 2)
    before = processes()
    with Workers(compute._make_pool, 2) as workers:
        assert answer(workers.submit(abs, -1)) == 1
        mine = processes() - before
        assert len(mine) == 2
    assert psutil.wait_procs(mine, timeout=SECONDS)[1] == []


# A parent with workers that have nothing to do, that are busy, and that are still being started.
PARENT = """
import os, sys, time, psutil
from pages.ui.compute import WORK

state = sys.argv[1]
first = WORK.submit(os.getpid)
if state != "starting":
    first.result()
if state == "busy":
    running = [WORK.submit(time.sleep, 600) for _ in range(4)]
print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True)
sys.stdin.read()
"""


@posix
@pytest.mark.parametrize("end", ["killed", "finished"])
@pytest.mark.parametrize("state", ["starting", "idle", "busy"])
def test_workers_end_with_their_parent(state: str, end: str) -> None:
    environment = {**os.environ, "CONVSCOPE_WORKERS": "2", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PARENT, state]
    parent = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
    try:
        assert len(children) >= 2
        if end == "killed":
            parent.kill()
        parent.communicate(timeout=SECONDS)
        assert psutil.wait_procs(children, timeout=SECONDS)[1] == []
    finally:
        parent.kill()
        for child in children:
            if child.is_running():
                child.kill()
