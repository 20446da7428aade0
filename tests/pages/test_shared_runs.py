"""Two servers that share no disk but a store: what one trains the other shows, steers, and goes on with."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest
from fits_by_hand import EPOCHS, PLACE, epoch, fit, may_do
from folders import ROOT
from registries import SECONDS, ended, wait_for
from small_fits import small_plan

from cnn_core.training import run_folder
from cnn_core.training.store import runs_folder, runs_store
from pages.ui import runs as registry
from pages.ui.jobs import Phase, Room
from pages.ui.runs import Runs, SeenRun
from pages.ui.shared_runs import SharedRuns, server_folder

pytestmark = pytest.mark.process


class Server:
    """A server's runs, which are exchanged as often as somebody looks."""

    def __init__(self, url: str, home: Path) -> None:
        self.runs, self.home = Runs(room=Room(1)), home
        self.runs.home = home
        self.shared = SharedRuns(url, home, self.runs.ours)
        self.is_dead = False

    def look(self, key: str) -> SeenRun | None:
        if not self.is_dead:
            self.shared.exchange()
        return self.runs.look(key)

    def close(self) -> None:
        self.runs.close()


@pytest.fixture(params=["memory", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"memory://{uuid4().hex}" if request.param == "memory" else (tmp_path / "store").as_uri()


@pytest.fixture
def allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """How many epochs trainings may do; what stands in for them can be imported by their processes."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))
    monkeypatch.setenv(PLACE, str(tmp_path / "allowed"))
    monkeypatch.setattr(registry, "work", fit)
    may_do(tmp_path / "allowed", 1)
    return tmp_path / "allowed"


@pytest.fixture
def servers(url: str, tmp_path: Path, allowed: Path) -> Iterator[tuple[Server, Server]]:
    made = Server(url, tmp_path / "one"), Server(url, tmp_path / "two")
    yield made
    for server in made:
        server.close()


def both(one: Server, other: Server, key: str, condition: Callable[[SeenRun], object]) -> SeenRun:
    """Return what `other` shows as soon as a condition holds there, while both exchange."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        one.look(key)
        seen = other.look(key)
        if seen is not None and condition(seen):
            return seen
        time.sleep(0.01)
    pytest.fail(f"It is still so: {seen}.")


def test_the_address_of_a_training_works_at_the_other_server(servers: tuple[Server, Server], allowed: Path) -> None:
    one, other = servers
    key = one.runs.start(small_plan(), "me")
    seen = both(one, other, key, lambda seen: seen.so_far.epochs)
    assert (seen.phase, seen.plan, seen.person) == (Phase.RUNNING, small_plan(), "me")
    may_do(allowed, EPOCHS)
    seen = both(one, other, key, ended)
    assert (seen.phase, seen.so_far.epochs) == (Phase.DONE, tuple(map(epoch, (1, 2, 3))))
    assert seen.folder.model.read_bytes() == b"a model of 3 epochs"
    assert seen.folder.path.parent == other.home


def test_the_other_server_steers_it(servers: tuple[Server, Server]) -> None:
    one, other = servers
    key = one.runs.start(small_plan(), "me")
    both(one, other, key, lambda seen: seen.so_far.epochs)
    other.runs.pause(key)
    both(one, other, key, lambda seen: seen.so_far.is_paused)
    other.runs.resume(key)
    both(one, other, key, lambda seen: not seen.so_far.is_paused)
    other.runs.stop(key)
    assert both(one, other, key, ended).phase is Phase.STOPPED


def test_what_a_dead_server_trained_goes_on_at_the_other(
    servers: tuple[Server, Server], allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = servers
    key = one.runs.start(small_plan(), "me")
    both(one, other, key, lambda seen: seen.so_far.epochs)
    one.is_dead = True
    one.close()
    monkeypatch.setattr(run_folder, "ELSEWHERE_SECONDS", 0.2)
    seen = wait_for(other, key, lambda seen: seen.phase is Phase.INTERRUPTED)
    assert seen.can_continue
    may_do(allowed, EPOCHS)
    other.runs.go_on(key)
    seen = wait_for(other, key, ended)
    assert (seen.phase, seen.so_far.epochs) == (Phase.DONE, tuple(map(epoch, (1, 2, 3))))


def test_what_is_forgotten_at_one_is_forgotten_at_both(servers: tuple[Server, Server], allowed: Path, url: str) -> None:
    one, other = servers
    may_do(allowed, EPOCHS)
    key = one.runs.start(small_plan(), "me")
    both(one, other, key, ended)
    wait_for(one, key, ended)
    other.runs.forget(key)
    for server in (other, one):
        assert server.look(key) is None
    store, root = fsspec.core.url_to_fs(url)
    assert not store.exists(f"{root}/{key}/plan.json")


def test_of_runs_that_are_forgotten_nothing_is_remembered(servers: tuple[Server, Server]) -> None:
    one, other = servers
    key = one.runs.start(small_plan(), "me")
    both(one, other, key, lambda seen: seen.so_far.epochs)
    other.runs.stop(key)
    both(one, other, key, ended)
    wait_for(one, key, ended)
    other.runs.forget(key)
    for server in (other, one, other, one):
        server.look(key)
    for server in servers:
        assert [server.shared._brought, server.shared._fetched, server.shared._orders] == [{}, {}, {}]


# Two processes --------------------------------------------------------------------------------------------------------

SERVER = """
import sys, time
from pages.ui import runs
from fits_by_hand import fit
from small_fits import small_plan
runs.work = fit
key = runs.RUNS.start(small_plan(), "me") if sys.argv[1:] == ["start"] else sys.argv[1]
print(key, flush=True)
while (seen := runs.RUNS.look(key)) is None or not seen.so_far.epochs:
    time.sleep(0.05)
print(seen.phase, flush=True)
sys.stdin.read()
"""


def server(argument: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SERVER, argument]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_two_processes_find_each_other_s_runs_by_the_setting(
    tmp_path: Path, allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVSCOPE_RUNS", (tmp_path / "store").as_uri())
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (ROOT, ROOT / "tests"))))
    with server("start") as one:
        assert one.stdout is not None
        key = one.stdout.readline().strip()
        with server(key) as other:
            assert other.stdout is not None
            assert other.stdout.readline().strip() == key
            assert other.stdout.readline().strip() == one.stdout.readline().strip() == "running"
            other.communicate()
        one.communicate()
    assert (one.returncode, other.returncode) == (0, 0)


def test_a_store_leaves_the_folder_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVSCOPE_RUNS", raising=False)
    usual = runs_folder()
    monkeypatch.setenv("CONVSCOPE_RUNS", "s3://school/convscope/")
    assert (runs_folder(), runs_store()) == (usual, "s3://school/convscope")
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    assert (runs_folder(), runs_store()) == (tmp_path, "")


def test_what_processes_that_are_gone_have_left_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    for pid in (gone.pid, os.getpid()):
        (tmp_path / f"server-{pid}" / "run").mkdir(parents=True)
    assert server_folder(tmp_path) == tmp_path / f"server-{os.getpid()}"
    assert [path.name for path in tmp_path.iterdir()] == [f"server-{os.getpid()}"]
