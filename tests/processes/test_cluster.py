"""The workers of a Dask cluster, each a process of its own with Dask's commands, and trainings beside them.

The functions are Python's own and cheap; that a worker computes with Keras as one of this machine does is no matter of
where it is.
"""

import operator
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
import pytest
from dask_machines import SECONDS, Machines
from fits_by_hand import EPOCHS, PLACE, epoch, fit, may_do
from registries import ended, wait_for
from serving import free_port
from small_fits import small_plan

from cnn_core.errors import CnnError
from cnn_core.models.kept_files import FileGoneError, keep_file, kept_bytes
from cnn_core.network.presets import preset
from cnn_core.processes import in_cluster
from cnn_core.processes.cluster import Cluster, UnreachableError
from pages.ui import runs as registry
from pages.ui.compute import OverdueError, Workers, asked_by
from pages.ui.jobs import Phase, Room
from pages.ui.runs import Runs

pytestmark = pytest.mark.process

Answer = TypeVar("Answer")
MEGABYTES = 600


def answer(future: "Future[Answer]") -> Answer:
    return future.result(timeout=SECONDS)


def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What trainings read from: how many epochs they may do."""
    return tmp_path_factory.mktemp("allowed") / "epochs"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, allowed: Path) -> Iterator[Machines]:
    """A scheduler with two workers."""
    made = Machines(tmp_path_factory.mktemp("machines"), **{PLACE: str(allowed)})
    made.start_scheduler()
    made.start_workers(2)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def cluster(machines: Machines) -> Iterator[Cluster]:
    made = Cluster(machines.address, MEGABYTES, warms_up=False, patience=SECONDS)
    yield made
    made.shutdown()


@pytest.fixture
def workers(cluster: Cluster) -> Workers:
    """What the pages ask, with both workers there."""
    made = Workers.of_cluster(cluster)
    answer(made.submit(abs, -1))
    until(lambda: len(cluster.state.memory) == 2)
    return made


# Questions ------------------------------------------------------------------------------------------------------------


def test_a_class_is_answered_by_separate_processes_and_each_has_its_turn(workers: Workers) -> None:
    asked = []
    for student in range(30):
        with asked_by(student):
            asked += [workers.submit(operator.mul, student, number) for number in range(3)]
    pids = {answer(workers.submit(os.getpid)) for _ in range(20)}
    assert [answer(future) for future in asked] == [student * number for student in range(30) for number in range(3)]
    assert answer(workers.submit(int, "101", base=2)) == 5
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_an_error_comes_back_with_its_sentence_and_values(workers: Workers) -> None:
    with pytest.raises(CnnError) as caught:
        answer(workers.submit(preset, "nothing"))
    with pytest.raises(CnnError) as here:
        preset("nothing")
    assert (type(caught.value), str(caught.value)) == (type(here.value), str(here.value))
    with pytest.raises(ZeroDivisionError):
        answer(workers.submit(operator.truediv, 1, 0))


def test_a_picture_is_sent_once_however_often_it_is_asked_about(
    workers: Workers, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = cluster._client
    assert client is not None
    sent: list[str] = []
    scatter = client.scatter

    def counted(data: dict[str, object]) -> object:
        sent.extend(data)
        return scatter(data)

    monkeypatch.setattr(client, "scatter", counted)
    picture, other = (np.full((64, 64, 3), value, np.float32) for value in (2.0, 3.0))
    for _ in range(4):
        assert answer(workers.submit(np.sum, picture.copy())) == 2 * picture.size
    assert len(sent) == 1
    assert answer(workers.submit(np.sum, other)) == 3 * other.size
    assert answer(workers.submit(np.sum, other[:2])) == 3 * 2 * 64 * 3  # small enough to go along
    assert len(sent) == 2


def test_a_worker_that_lacks_a_model_file_asks_for_it(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    data = os.urandom(100_000)
    assert answer(workers.submit(kept_bytes, keep_file(data))) == data
    with pytest.raises(FileGoneError):
        answer(workers.submit(kept_bytes, "0" * 64))


def test_what_a_killed_worker_was_doing_is_done_by_another(workers: Workers, tmp_path: Path) -> None:
    script = f"import os, pathlib, time\npathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch()\n"
    script += f"while not pathlib.Path({str(tmp_path)!r}, 'go on').exists():\n    time.sleep(0.01)\n"
    asked = workers.submit(exec, script)
    until(lambda: list(tmp_path.iterdir()))
    (first,) = tmp_path.iterdir()
    os.kill(int(first.name), signal.SIGKILL)
    until(lambda: len(list(tmp_path.iterdir())) == 2)
    (tmp_path / "go on").touch()
    assert answer(asked) is None


def test_work_that_hangs_is_ended_with_its_worker(workers: Workers, cluster: Cluster) -> None:
    hasty = Workers.of_cluster(cluster, seconds=0.5)
    asked = hasty.submit(exec, "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")
    assert isinstance(asked.exception(timeout=SECONDS), OverdueError)
    assert answer(workers.submit(abs, -2)) == 2


# Trainings ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def runs(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """The registry of the page Train with the cluster behind it; no worker sees its folders."""
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    monkeypatch.setattr(registry, "work", fit)
    made = Runs(cluster.trainings, Room(2))
    yield made
    made.close()


def test_a_training_reports_rests_goes_on_and_ends(runs: Runs, workers: Workers, allowed: Path) -> None:
    may_do(allowed, 1)
    key = runs.start(small_plan(), "me")
    seen = wait_for(runs, key, lambda seen: seen.so_far.epochs)
    assert (seen.phase, seen.so_far.epochs) == (Phase.RUNNING, (epoch(1),))
    runs.pause(key)
    wait_for(runs, key, lambda seen: seen.so_far.is_paused)
    assert answer(workers.submit(abs, -3)) == 3  # it takes nobody's place
    runs.resume(key)
    wait_for(runs, key, lambda seen: not seen.so_far.is_paused)
    may_do(allowed, EPOCHS)
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.problem) == (Phase.DONE, None)
    assert seen.so_far.epochs == tuple(map(epoch, (1, 2, 3)))
    assert seen.folder.model.read_bytes() == b"a model of 3 epochs"


def test_a_training_that_is_stopped_keeps_what_it_learned_and_goes_on_later(runs: Runs, allowed: Path) -> None:
    may_do(allowed, 2)
    key = runs.start(small_plan(), "me")
    wait_for(runs, key, lambda seen: len(seen.so_far.epochs) == 2)
    runs.stop(key)
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.folder.model.read_bytes()) == (Phase.STOPPED, b"a model of 2 epochs")
    may_do(allowed, EPOCHS)
    runs.go_on(key)
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.so_far.epochs) == (Phase.DONE, tuple(map(epoch, (1, 2, 3))))
    assert seen.so_far.begun is not None
    assert seen.so_far.begun.epoch == 2


def test_a_training_whose_worker_is_killed_goes_on_beside_another(
    runs: Runs, machines: Machines, allowed: Path
) -> None:
    may_do(allowed, 1)
    key = runs.start(small_plan(), "me")
    wait_for(runs, key, lambda seen: seen.so_far.epochs)
    (process,) = machines.trainings()
    process.parent().kill()
    assert psutil.wait_procs([process], timeout=SECONDS)[1] == []
    may_do(allowed, EPOCHS)
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.so_far.epochs) == (Phase.DONE, tuple(map(epoch, (1, 2, 3))))


# Without a cluster ----------------------------------------------------------------------------------------------------


def test_a_worker_remembers_the_last_of_what_was_stopped_and_not_all_of_it() -> None:
    for number in range(10_000):
        in_cluster.note_stop("a server", number)
    assert in_cluster._Topic("a server").is_stopped(9_999)
    assert not in_cluster._Topic("another").is_stopped(9_999)
    assert len(in_cluster._STOPPED) <= 256


def test_a_scheduler_that_does_not_answer_is_a_sentence() -> None:
    nobody = Cluster(f"tcp://127.0.0.1:{free_port()}", MEGABYTES, patience=0.3)
    with pytest.raises(UnreachableError, match=r"cannot be reached\. Received: .+ from tcp://127\.0\.0\.1") as caught:
        answer(Workers.of_cluster(nobody).submit(abs, -1))
    assert isinstance(caught.value, BrokenExecutor)  # so the page offers to try again
    nobody.shutdown()


def test_what_was_under_way_when_all_of_it_was_started_anew_is_answered(
    workers: Workers, cluster: Cluster, runs: Runs, machines: Machines, allowed: Path
) -> None:
    may_do(allowed, 1)
    key = runs.start(small_plan(), "me")
    wait_for(runs, key, lambda seen: seen.so_far.epochs)
    asked = workers.submit(time.sleep, 3)
    machines.kill()
    machines.start_scheduler()
    machines.start_workers(2)
    assert answer(asked) is None
    may_do(allowed, EPOCHS)
    seen = wait_for(runs, key, ended)
    assert (seen.phase, seen.so_far.epochs) == (Phase.DONE, tuple(map(epoch, (1, 2, 3))))
