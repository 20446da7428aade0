"""The registry of trainings with small processes in the place of Keras: places, ends of every kind, bounds, threads."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from folders import ROOT
from registries import SECONDS, all_closed, ended, look, wait_for

from cnn_core.errors import CnnError
from cnn_core.network.replacing import Replacement
from cnn_core.training.records import Batch, Ended, Epoch, Moved, Refused, write_record
from cnn_core.training.study import small_study
from pages.ui.jobs import AT_ONCE, Phase
from pages.ui.trainings import Seen, Trainings

pytestmark = pytest.mark.process

TRAINING = small_study([Replacement.MAX], pictures=1_000, epochs=1, seed=0)

BATCH = Batch("max", 1, 1, 2.0, 0.1, 0.5)
EPOCH = Epoch("max", 1, 1.5, 0.3, 1.25, 0.5, 3.0)
MOVED = Moved("max", 1_000, {2: 0.4, 4: 0.3})

CHILD = f"""
import os, sys, time
def tell(*lines):
    print(*lines, sep="\\n", flush=True)
training = sys.stdin.readline()
batch, epoch, moved = {write_record(BATCH)!r}, {write_record(EPOCH)!r}, {write_record(MOVED)!r}
done, stopped = {write_record(Ended(complete=True))!r}, {write_record(Ended(complete=False))!r}
"""
CHILDREN = {
    "quick": "tell(batch, epoch, moved, done)",
    "patient": "tell(batch)\nsys.stdin.readline() == 'stop\\n' and tell(stopped)",
    "deaf": "tell(batch)\ntime.sleep(600)",
    "late": "tell(batch, epoch, moved)\nsys.stdin.readline()\ntell(done)",
    "lingering": "tell(batch, epoch, moved, done)\ntime.sleep(600)",
    "dying": "tell(batch, epoch)\nos._exit(3)",
    "babbling": "tell(batch, 'oneDNN custom operations are on')\ntime.sleep(600)",
    "binary": "tell(batch)\nos.write(1, bytes([255, 10]))\ntime.sleep(600)",
    "refusing": f"tell({write_record(Refused.of(CnnError('Received: {count}.', count=3)))!r})",
}

Make = Callable[..., Trainings]


def command(kind: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", CHILD + CHILDREN[kind]]


@pytest.fixture
def make() -> Iterator[Make]:
    """Return a function that makes a registry whose processes are of one kind; none of them is left behind."""
    with all_closed() as made:

        def make_one(kind: str, **bounds: Any) -> Trainings:
            trainings = Trainings(command(kind), **{"at_once": 1, "grace": SECONDS, **bounds})
            made.append(trainings)
            return trainings

        yield make_one


def has_begun(seen: Seen) -> bool:
    return seen.batch is not None


@pytest.mark.parametrize("kind", ["quick", "lingering"])
def test_a_training_that_is_done_keeps_what_it_reported(make: Make, kind: str) -> None:
    trainings = make(kind)
    seen = wait_for(trainings, trainings.start(TRAINING), ended)
    assert (seen.phase, seen.problem) == (Phase.DONE, None)
    assert (seen.batch, seen.epochs, seen.moved) == (BATCH, (EPOCH,), (MOVED,))
    assert seen.training is TRAINING


def test_an_unknown_id_is_no_error(make: Make) -> None:
    trainings = make("quick")
    assert trainings.look("nothing") is None
    trainings.stop("nothing")


def test_the_clock_begins_with_the_first_batch_and_ends_with_the_last_word(make: Make) -> None:
    trainings = make("patient")
    key = trainings.start(TRAINING)
    first = wait_for(trainings, key, lambda seen: seen.seconds > 0)
    assert first.batch is not None
    wait_for(trainings, key, lambda seen: seen.seconds > first.seconds)
    trainings.stop(key)
    seconds = wait_for(trainings, key, ended).seconds
    assert look(trainings, key).seconds == seconds


def test_the_others_wait_in_a_queue_and_move_up(make: Make) -> None:
    trainings = make("patient")
    keys = [trainings.start(TRAINING) for _ in range(4)]
    wait_for(trainings, keys[0], has_begun)
    assert [look(trainings, key).place for key in keys] == [0, 1, 2, 3]
    trainings.stop(keys[1])
    assert [look(trainings, key).phase for key in keys[:2]] == [Phase.RUNNING, Phase.STOPPED]
    assert [look(trainings, key).place for key in keys] == [0, 0, 1, 2]
    trainings.stop(keys[0])
    wait_for(trainings, keys[2], has_begun)
    assert [look(trainings, key).place for key in keys] == [0, 0, 0, 1]


def test_as_many_run_at_once_as_may(make: Make) -> None:
    trainings = make("patient", at_once=2)
    keys = [trainings.start(TRAINING) for _ in range(3)]
    for key in keys[:2]:
        wait_for(trainings, key, has_begun)
    assert look(trainings, keys[2]).phase is Phase.WAITING
    assert 1 <= AT_ONCE <= 2


def test_too_many_are_refused(make: Make) -> None:
    trainings = make("patient", waiting=2)
    for _ in range(3):
        trainings.start(TRAINING)
    with pytest.raises(CnnError, match="2 trainings are waiting already"):
        trainings.start(TRAINING)


def test_what_ended_long_ago_is_forgotten(make: Make) -> None:
    trainings = make("quick", kept=2)
    keys = [trainings.start(TRAINING) for _ in range(4)]
    wait_for(trainings, keys[3], ended)
    until = time.monotonic() + SECONDS
    while trainings.look(keys[1]) is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert [trainings.look(key) is None for key in keys] == [True, True, False, False]


def test_stopping_ends_after_the_batch_and_keeps_it(make: Make) -> None:
    trainings = make("patient")
    key = trainings.start(TRAINING)
    wait_for(trainings, key, has_begun)
    trainings.stop(key)
    trainings.stop(key)
    seen = wait_for(trainings, key, ended)
    assert (seen.phase, seen.problem, seen.batch) == (Phase.STOPPED, None, BATCH)


def test_stopping_before_the_process_is_there(make: Make) -> None:
    trainings = make("patient")
    key = trainings.start(TRAINING)
    trainings.stop(key)
    assert look(trainings, key).phase is Phase.STOPPING
    assert wait_for(trainings, key, ended).phase is Phase.STOPPED


def test_what_is_done_before_it_hears_the_word_is_done(make: Make) -> None:
    trainings = make("late")
    key = trainings.start(TRAINING)
    wait_for(trainings, key, lambda seen: seen.moved)
    trainings.stop(key)
    assert wait_for(trainings, key, ended).phase is Phase.DONE


def test_a_process_that_does_not_stop_is_killed(make: Make) -> None:
    trainings = make("deaf", grace=0.2)
    keys = [trainings.start(TRAINING) for _ in range(2)]
    wait_for(trainings, keys[0], has_begun)
    trainings.stop(keys[0])
    assert look(trainings, keys[0]).phase is Phase.STOPPING
    assert wait_for(trainings, keys[0], ended).phase is Phase.STOPPED
    wait_for(trainings, keys[1], has_begun)


@pytest.mark.parametrize("kind", ["patient", "deaf"])
def test_a_training_that_nobody_stops_ends_at_its_time(make: Make, kind: str) -> None:
    trainings = make(kind, limit=0.5, grace=0.2)
    seen = wait_for(trainings, trainings.start(TRAINING), ended)
    assert seen.phase is Phase.STOPPED
    assert "took longer than" in str(seen.problem)


@pytest.mark.parametrize("kind", ["dying", "babbling", "binary"])
def test_a_process_that_dies_or_talks_nonsense_is_said_in_a_sentence(make: Make, kind: str) -> None:
    trainings = make(kind)
    keys = [trainings.start(TRAINING) for _ in range(2)]
    for key in keys:
        seen = wait_for(trainings, key, ended)
        assert seen.phase is Phase.FAILED
        assert "stopped before it was done" in str(seen.problem)
        assert seen.batch == BATCH


def test_a_refusal_comes_with_its_sentence(make: Make) -> None:
    trainings = make("refusing")
    seen = wait_for(trainings, trainings.start(TRAINING), ended)
    assert (seen.phase, str(seen.problem)) == (Phase.FAILED, "Received: 3.")


def test_a_process_that_cannot_be_started_is_a_failed_training() -> None:
    trainings = Trainings(["/nowhere/python"])
    seen = wait_for(trainings, trainings.start(TRAINING), ended)
    assert seen.phase is Phase.FAILED


def test_closing_ends_what_runs_and_starts_no_more(make: Make) -> None:
    trainings = make("deaf")
    keys = [trainings.start(TRAINING) for _ in range(2)]
    wait_for(trainings, keys[0], has_begun)
    trainings.close()
    wait_for(trainings, keys[0], ended)
    assert look(trainings, keys[1]).phase is Phase.WAITING


def test_ids_are_long_and_different(make: Make) -> None:
    trainings = make("patient")
    keys = {trainings.start(TRAINING) for _ in range(10)}
    assert len(keys) == 10
    assert all(len(key) >= 16 for key in keys)


def test_many_threads_may_ask_at_once(make: Make) -> None:
    trainings = make("quick", at_once=2, kept=100)

    def start_and_stop(number: int) -> str:
        key = trainings.start(TRAINING)
        if number % 2:
            trainings.stop(key)
        trainings.look(key)
        return key

    with ThreadPoolExecutor(8) as askers:
        keys = list(askers.map(start_and_stop, range(20)))
    for number, key in enumerate(keys):
        wanted = (Phase.STOPPED, Phase.DONE) if number % 2 else (Phase.DONE,)
        assert wait_for(trainings, key, ended).phase in wanted


# A server with one training that listens to its stdin alone, as the real one does.
SERVER = """
import sys, time, psutil
from cnn_core.network.replacing import Replacement
from cnn_core.training.study import small_study
from pages.ui.trainings import TRAININGS

key = TRAININGS.start(small_study([Replacement.MAX], 1_000, 20, 0))
while not psutil.Process().children():
    time.sleep(0.01)
print(psutil.Process().children()[0].pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
@pytest.mark.parametrize("end", ["killed", "finished"])
def test_the_process_ends_with_its_server(end: str) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    child = psutil.Process(int(server.stdout.readline()))
    try:
        if end == "killed":
            server.kill()
        server.communicate(timeout=SECONDS)
        assert psutil.wait_procs([child], timeout=SECONDS)[1] == []
    finally:
        server.kill()
        if child.is_running():
            child.kill()
