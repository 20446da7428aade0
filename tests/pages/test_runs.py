"""The registry of fits with small processes in the place of Keras: folders, orders, ends of every kind, bounds."""

import errno
import multiprocessing
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from folders import ROOT
from registries import SECONDS, all_closed, ended, look, wait_for
from small_fits import Heard, small_plan

from cnn_core.errors import CnnError
from cnn_core.layers import Conv2D, Dense, Flatten, Input
from cnn_core.network.network import Network
from cnn_core.processes.alone import OwnProcesses
from cnn_core.training.fit_memory import needed_megabytes
from cnn_core.training.orders import Order, Ordered
from cnn_core.training.records import (
    BatchEnd,
    Begun,
    Ended,
    EpochEnd,
    Paused,
    Refused,
    Resumed,
    Saved,
    Stage,
    write_record,
)
from cnn_core.training.run_folder import RunFolder
from pages.ui.compute import MEMORY_MEGABYTES
from pages.ui.jobs import Phase, Room
from pages.ui.runs import ACTIVE_EACH, ACTIVE_OF_ADDRESS, KEPT_EACH, Runs, SeenRun

pytestmark = pytest.mark.process

BEGUN = Begun(Stage.SCRATCH, 0, 1_281, 0, 25, {"train": 800, "validation": 200, "test": 399}, ("cat", "dog"))
BATCH = BatchEnd(1, 1, 0.7, 0.5, 0.1)
EPOCHS = tuple(EpochEnd(n, 0.7 / n, 0.5, 0.8 / n, 0.6, 1.0, 0.001) for n in (1, 2, 3))

CHILD = f"""
import fcntl, os, sys, threading, time
folder = sys.argv[-1]
lock = open(folder + "/lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(1)), daemon=True).start()
def tell(*lines):
    with open(folder + "/records.jsonl", "a") as out:
        out.write("".join(line + "\\n" for line in lines))
def heard(order):
    while True:
        try:
            if open(folder + "/orders").read().split()[0] == order:
                return
        except (OSError, IndexError):
            pass
        time.sleep(0.01)
begun, batch, epochs = {write_record(BEGUN)!r}, {write_record(BATCH)!r}, {[write_record(each) for each in EPOCHS]!r}
again = {write_record(Begun(Stage.SCRATCH, 1, 1_281, 0, 25, BEGUN.pictures, BEGUN.classes))!r}
paused, resumed = {write_record(Paused(1, 1))!r}, {write_record(Resumed())!r}
done, stopped = {write_record(Ended(complete=True))!r}, {write_record(Ended(complete=False))!r}
"""
CHILDREN = {
    "quick": "tell(begun, *epochs, done)",
    "patient": "tell(begun, batch, epochs[0]); heard('stop'); tell(stopped)",
    "resting": "tell(begun, batch); heard('pause'); tell(paused); heard('resume'); tell(resumed); heard('stop'); "
    "tell(stopped)",
    "deaf": "tell(begun, *epochs[:2]); time.sleep(600)",
    "starting": "tell(begun); time.sleep(600)",
    "dying": "tell(begun, *epochs[:2]); os._exit(3)",
    # Dies the first time, and goes on from the first epoch the second.
    "going_on": "if os.path.exists(folder + '/checkpoint.npz'):\n  tell(again, *epochs[1:], done)\n"
    "else:\n  open(folder + '/checkpoint.npz', 'w'); tell(begun, *epochs[:2]); os._exit(3)",
    "babbling": "print('oneDNN is on', flush=True); tell(begun, 'no record', '{', done)",
    "refusing": f"tell({write_record(Refused.of(CnnError('Received: {count}.', count=3)))!r})",
}

Make = Callable[..., Runs]


def command(kind: str) -> list[str]:
    """Return what starts a process that stands in for Keras's."""
    return [sys.executable, "-I", "-S", "-c", CHILD + CHILDREN[kind]]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Return a function that makes a registry whose processes are of one kind; none of them is left behind."""
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    with all_closed() as made:

        def make_one(kind: str, at_once: int = 1, **bounds: Any) -> Runs:
            runs = Runs(OwnProcesses(MEMORY_MEGABYTES, command(kind)), Room(at_once), **{"grace": SECONDS, **bounds})
            made.append(runs)
            return runs

        yield make_one


def started(script: str, monkeypatch: pytest.MonkeyPatch) -> "subprocess.Popen[str]":
    """Start a server and return it once it is ready."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tests'}:{ROOT / 'tests' / 'pages'}")
    server = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert server.stdout.readline().strip() == "ready"
    return server


def until(condition: Callable[[], bool]) -> bool:
    """Return whether a condition comes true in time."""
    end = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def has_batch(seen: SeenRun) -> bool:
    return seen.so_far.batch is not None


def test_a_run_that_is_done_has_its_plan_and_its_history(make: Make) -> None:
    runs = make("quick")
    seen = wait_for(runs, runs.start(small_plan(), "me"), ended)
    assert (seen.phase, seen.problem, seen.so_far.epochs, seen.so_far.begun) == (Phase.DONE, None, EPOCHS, BEGUN)
    assert seen.plan == small_plan()
    assert not seen.can_continue


def test_another_server_finds_the_runs_again(make: Make) -> None:
    runs = make("quick")
    keys = [runs.start(small_plan(), person) for person in ("me", "you", "me")]
    for key in keys:
        wait_for(runs, key, ended)
    others = make("quick")
    assert [seen.key for seen in others.mine("me")] == [keys[2], keys[0]]
    seen = look(others, keys[1])
    assert (seen.phase, seen.so_far.epochs, seen.person) == (Phase.DONE, EPOCHS, "you")


@pytest.mark.parametrize("key", ["nothing", "../../etc/passwd", "", "A" * 16])
def test_an_unknown_id_is_no_error(make: Make, key: str) -> None:
    runs = make("quick")
    assert runs.look(key) is None
    for act in (runs.stop, runs.pause, runs.resume, runs.go_on, runs.forget):
        act(key)


def test_a_stop_is_left_in_the_folder(make: Make) -> None:
    runs = make("patient")
    key = runs.start(small_plan(), "me")
    wait_for(runs, key, has_batch)
    runs.stop(key)
    assert look(runs, key).phase in (Phase.STOPPING, Phase.STOPPED)
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.problem, seen.can_continue) == (Phase.STOPPED, None, True)


def test_the_second_stop_ends_the_process_at_once(make: Make) -> None:
    runs = make("deaf")
    key = runs.start(small_plan(), "me")
    wait_for(runs, key, lambda seen: seen.so_far.epochs)
    runs.stop(key)
    assert look(runs, key).phase is Phase.STOPPING
    runs.stop(key)
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.problem, seen.so_far.epochs) == (Phase.STOPPED, None, EPOCHS[:2])


def test_where_nothing_is_learned_a_stop_waits_for_nothing(make: Make) -> None:
    runs = make("starting")
    key = runs.start(small_plan(), "me")
    wait_for(runs, key, lambda seen: seen.so_far.begun)
    before = time.monotonic()
    runs.stop(key)
    seen = wait_for(runs, key, ended)
    assert time.monotonic() - before < SECONDS / 4
    assert (seen.phase, seen.problem, seen.can_continue) == (Phase.STOPPED, None, True)


def test_it_is_frozen_at_once_and_goes_on(make: Make) -> None:
    runs, others = make("patient"), set(psutil.Process().children())
    key = runs.start(small_plan(), "me")
    folder = wait_for(runs, key, has_batch).folder
    (child,) = set(psutil.Process().children()) - others
    runs.pause(key)
    assert look(runs, key).phase is Phase.PAUSED
    assert until(lambda: child.status() == psutil.STATUS_STOPPED)
    assert folder.ordered() == Ordered(Order.PAUSE)
    time.sleep(0.1)
    runs.resume(key)
    assert look(runs, key).phase is Phase.RUNNING
    assert until(lambda: child.status() != psutil.STATUS_STOPPED)
    ordered = folder.ordered()
    assert ordered is not None
    assert (ordered.order, 0.1 < ordered.frozen < SECONDS) == (Order.RESUME, True)
    runs.pause(key)
    runs.stop(key)
    assert wait_for(runs, key, ended).phase is Phase.STOPPED


def test_another_server_ends_a_pause(make: Make) -> None:
    runs, others = make("patient"), make("quick")
    key = runs.start(small_plan(), "me")
    wait_for(runs, key, has_batch)
    runs.pause(key)
    assert look(others, key).phase is Phase.PAUSED
    others.stop(key)
    assert wait_for(others, key, ended).phase is Phase.STOPPED


def test_a_long_pause_ends_in_a_stop_that_says_why(make: Make) -> None:
    runs = make("patient", paused=0.2)
    key = runs.start(small_plan(), "me")
    wait_for(runs, key, has_batch)
    runs.pause(key)
    seen = wait_for(runs, key, ended)
    assert seen.phase is Phase.STOPPED
    assert "others need the room" in str(seen.problem)


# A server that has frozen its run.
FROZEN = """
import sys, time
from test_runs import command
from small_fits import small_plan
from cnn_core.processes.alone import OwnProcesses
from pages.ui.runs import Runs

runs = Runs(OwnProcesses(4096, command("patient")))
key = runs.start(small_plan(), "me")
while runs.look(key).so_far.batch is None:
    time.sleep(0.01)
runs.pause(key)
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_killed_server_leaves_nothing_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    server = started(FROZEN, monkeypatch)
    (child,) = psutil.Process(server.pid).children()
    assert until(lambda: child.status() == psutil.STATUS_STOPPED)
    server.kill()
    server.communicate(timeout=SECONDS)
    assert psutil.wait_procs([child], timeout=SECONDS)[1] == []


def test_another_server_may_steer_what_runs(make: Make) -> None:
    runs, others = make("resting"), make("quick")
    key = runs.start(small_plan(), "me")
    wait_for(others, key, has_batch)
    assert look(others, key).phase is Phase.RUNNING
    others.pause(key)
    assert look(others, key).phase is Phase.PAUSED
    wait_for(others, key, lambda seen: seen.so_far.is_paused)
    others.resume(key)
    wait_for(others, key, lambda seen: seen.phase is Phase.RUNNING)
    others.stop(key)
    assert wait_for(others, key, ended).phase is Phase.STOPPED


def test_a_process_that_dies_can_be_gone_on_with(make: Make) -> None:
    runs = make("going_on")
    key = runs.start(small_plan(), "me")
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.so_far.epochs) == (Phase.INTERRUPTED, EPOCHS[:2])
    assert "up to the last complete epoch is kept" in str(seen.problem)
    runs.go_on(key)
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.so_far.epochs, seen.problem) == (Phase.DONE, EPOCHS, None)
    assert seen.so_far.begun is not None
    assert seen.so_far.begun.epoch == 1
    runs.go_on(key)
    assert look(runs, key).phase is Phase.DONE


def test_what_libraries_say_is_not_heard(make: Make) -> None:
    runs = make("babbling")
    assert wait_for(runs, runs.start(small_plan(), "me"), ended).phase is Phase.DONE


def test_a_refusal_comes_with_its_sentence(make: Make) -> None:
    runs = make("refusing")
    seen = wait_for(runs, runs.start(small_plan(), "me"), ended)
    assert (seen.phase, str(seen.problem), seen.can_continue) == (Phase.FAILED, "Received: 3.", False)


def test_a_run_that_nobody_stops_ends_at_its_time(make: Make) -> None:
    runs = make("patient", limit=0.5)
    seen = wait_for(runs, runs.start(small_plan(), "me"), ended)
    assert seen.phase is Phase.STOPPED
    assert "took longer than" in str(seen.problem)


def test_the_others_wait_and_see_their_place(make: Make) -> None:
    runs = make("patient")
    keys = [runs.start(small_plan(), f"person {n}") for n in range(3)]
    wait_for(runs, keys[0], has_batch)
    assert [look(runs, key).place for key in keys] == [0, 1, 2]
    runs.stop(keys[1])
    seen = look(runs, keys[1])
    assert (seen.phase, look(runs, keys[2]).place, seen.can_continue) == (Phase.STOPPED, 1, True)
    runs.stop(keys[0])
    wait_for(runs, keys[2], has_batch)


def test_whoever_has_less_at_work_comes_first(make: Make) -> None:
    runs = make("patient")
    mine = [runs.start(small_plan(seed=seed), "me") for seed in range(4)]
    yours = [runs.start(small_plan(seed=seed), "you") for seed in range(2)]
    assert [look(runs, key).place for key in (*mine, *yours)] == [0, 2, 4, 5, 1, 3]
    wait_for(runs, mine[0], has_batch)
    runs.stop(mine[0])
    wait_for(runs, yours[0], has_batch)
    assert look(runs, mine[1]).place == 1


def test_registries_share_their_room() -> None:
    heard: list[str] = []
    room = Room(1)
    room.listen(lambda: heard.append("room"))
    assert (room.take(), room.take()) == (True, False)
    room.give_back()
    assert heard == ["room"]
    assert room.take()


def test_too_many_are_refused_of_all_and_of_one(make: Make) -> None:
    runs = make("patient", waiting=ACTIVE_EACH)
    for seed in range(ACTIVE_EACH):  # twice as many seeds as the page offers
        runs.start(small_plan(seed=seed), "me")
    with pytest.raises(CnnError, match=f"{ACTIVE_EACH} of your trainings are already waiting"):
        runs.start(small_plan(), "me")
    runs.start(small_plan(), "you")
    with pytest.raises(CnnError, match=f"{ACTIVE_EACH} trainings are already waiting"):
        runs.start(small_plan(), "a third")


def test_an_address_does_not_fill_the_queue_of_all_others(make: Make) -> None:
    runs = make("patient", waiting=ACTIVE_OF_ADDRESS + 10)
    for number in range(ACTIVE_OF_ADDRESS):
        runs.start(small_plan(seed=number), f"tab {number}", "192.0.2.7")
    with pytest.raises(CnnError, match=f"{ACTIVE_OF_ADDRESS} trainings from your address are already waiting"):
        runs.start(small_plan(), "one more tab", "192.0.2.7")
    runs.start(small_plan(), "you", "192.0.2.8")
    runs.start(small_plan(), "on this machine")


def test_what_is_too_large_for_the_memory_is_refused(make: Make) -> None:
    network = Network.of(Input((24, 24, 3)), Flatten(), Dense(70_000), Dense(1_000), Dense(1, activation="sigmoid"))
    plan = small_plan(network=network)
    # 191 million parameters, each with its gradient and RMSprop's mean of squares.
    assert needed_megabytes(plan) > 191e6 * 4 * 3 / 2**20
    with pytest.raises(CnnError, match=r"would take about [0-9,]+ MB of memory; each may use 4,096 MB"):
        make("quick").start(plan, "me")
    assert needed_megabytes(small_plan()) < 900
    wide = Network.of(Input((24, 24, 3)), Conv2D(64, 3), Flatten(), Dense(1, activation="sigmoid"))
    assert needed_megabytes(small_plan(network=wide, batch_size=64)) > needed_megabytes(small_plan(network=wide))


def test_what_ended_long_ago_is_forgotten(make: Make, tmp_path: Path) -> None:
    runs = make("quick", kept=2)
    keys = [runs.start(small_plan(), f"person {n}") for n in range(4) if n is not None]
    for key in keys[2:]:
        wait_for(runs, key, ended)
    assert until(lambda: runs.look(keys[1]) is None)
    assert [runs.look(key) is None for key in keys] == [True, True, False, False]
    assert sorted(path.name for path in (tmp_path / "fits").iterdir()) == sorted(keys[2:])
    runs.forget(keys[3])
    assert runs.look(keys[3]) is None
    assert KEPT_EACH < 50


def test_on_a_full_disk_nothing_begins_and_what_waits_can_be_stopped(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = make("patient")
    first, waits = (runs.start(small_plan(), "me") for _ in range(2))
    wait_for(runs, first, has_batch)
    with monkeypatch.context() as on_a_full_disk:

        def full(*_of: object, **_how: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        on_a_full_disk.setattr(Path, "write_text", full)
        on_a_full_disk.setattr(RunFolder, "write", full)
        with pytest.raises(CnnError, match=r"Nothing can be saved in the folder.*\(No space left on device\)"):
            runs.start(small_plan(), "me")
        runs.stop(waits)
        with pytest.raises(CnnError, match="No space left"):
            Runs(room=Room(1)).stop(first)  # as another server, by an order
    assert look(runs, waits).phase is Phase.INTERRUPTED
    assert sorted(path.name for path in (tmp_path / "fits").iterdir()) == sorted([first, waits])
    assert runs.ours() == [first]
    runs.stop(first)
    assert wait_for(runs, first, ended).phase is Phase.STOPPED


def test_of_what_somebody_else_took_off_the_disk_nothing_is_remembered(make: Make, tmp_path: Path) -> None:
    runs = make("quick")
    gone = runs.start(small_plan(), "me")
    wait_for(runs, gone, ended)
    shutil.rmtree(tmp_path / "fits" / gone)
    stays = runs.start(small_plan(), "me")
    wait_for(runs, stays, ended)
    assert until(lambda: list(runs._known) == [stays])


def test_a_process_that_cannot_be_started_is_an_interrupted_run(make: Make) -> None:
    make("quick")
    runs = Runs(OwnProcesses(MEMORY_MEGABYTES, ["/nowhere/python"]), Room(1))
    assert wait_for(runs, runs.start(small_plan(), "me"), ended).phase is Phase.INTERRUPTED


# With Keras -----------------------------------------------------------------------------------------------------------

# A server with one fit, as the page starts it.
SERVER = """
import sys, time
from small_fits import small_plan
from pages.ui.runs import RUNS

key = RUNS.start(small_plan(epochs=400, early_stopping=400), "me")
while len(RUNS.look(key).so_far.epochs) < 2:  # then the first one's checkpoint is written
    time.sleep(0.05)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.keras
def test_a_killed_server_finds_its_run_again_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    server = started(SERVER, monkeypatch)
    (key,) = (path.name for path in (tmp_path / "fits").iterdir())
    children = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    server.communicate(timeout=SECONDS)
    assert psutil.wait_procs(children, timeout=SECONDS)[1] == []
    runs = Runs(room=Room(1))
    try:
        (seen,) = runs.mine("me")
        assert (seen.key, seen.phase) == (key, Phase.INTERRUPTED)
        before = seen.so_far.epochs
        assert seen.folder.checkpoint.exists()
        runs.go_on(key)
        begun = wait_for(runs, key, lambda seen: seen.active and seen.so_far.batch).so_far.begun
        assert begun is not None
        assert 1 <= begun.epoch <= len(before)
        assert look(runs, key).so_far.epochs[: begun.epoch] == before[: begun.epoch]
        runs.pause(key)
        wait_for(runs, key, lambda seen: seen.phase is Phase.PAUSED)
        runs.stop(key)
        seen = wait_for(runs, key, ended)
        assert (seen.phase, seen.problem) == (Phase.STOPPED, None)
        assert seen.so_far.saved is not None
        assert seen.so_far.scored is not None
        assert seen.folder.model.exists()
        epochs = [epoch.epoch for epoch in seen.so_far.epochs]
        assert epochs == list(range(1, len(epochs) + 1))
    finally:
        runs.close()


def stand_in(path: str) -> None:
    """Do in the place of Keras what `work` does, and follow orders."""
    folder = RunFolder(Path(path))
    with folder.held():
        for record in (BEGUN, BATCH, EPOCHS[0]):
            folder.write(record)
        while (ordered := folder.ordered()) is None or ordered.order is not Order.STOP:
            time.sleep(0.01)
        folder.write(Ended(complete=False))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_any_executor_may_do_the_work(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which knows nothing of runs, and freezes and kills nothing: all is told and ordered in the folder."""
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    monkeypatch.setattr("pages.ui.runs.work", stand_in)
    pool: Executor = ThreadPoolExecutor(1)
    if kind == "processes":
        pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    with pool:
        runs = Runs(pool, Room(1))
        keys = [runs.start(small_plan(seed=seed), "me") for seed in range(2)]
        wait_for(runs, keys[0], lambda seen: seen.so_far.epochs)
        assert look(runs, keys[1]).place == 1
        for key in keys:
            wait_for(runs, key, has_batch)
            runs.pause(key)
            assert look(runs, key).phase is Phase.PAUSED
            runs.stop(key)
            assert wait_for(runs, key, ended).phase is Phase.STOPPED


def test_only_one_process_is_at_a_folder(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.make(small_plan())
    assert not folder.is_held
    with folder.held() as is_ours:
        assert is_ours
        assert folder.is_held
    assert not folder.is_held
    folder.write(Saved("model.keras", 1))
    assert Heard().records == []
