"""Steps of a process's start: what one tells, another reads, also where the first dies or the folder goes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import ROOT

from cnn_core import steps
from cnn_core.steps import Step, StoppedError, counting, numbered, report_into, step_for, taking


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process report as one that has just started."""
    monkeypatch.setattr(steps, "_OWN", steps._Reporter())


def step_now(folder: Path, number: int = 1, has_begun: bool = True) -> Step | None:
    taken = step_for(folder, number, has_begun)
    return None if taken is None else taken.step


def other_reports(folder: Path, pid: int, said: str) -> None:
    (folder / str(pid)).write_text(said, encoding="ascii")


@pytest.mark.usefixtures("own")
def test_each_step_is_told_while_it_lasts(tmp_path: Path) -> None:
    seen: list[Step | None] = [step_now(tmp_path)]

    def work() -> Iterator[None]:
        seen.append(step_now(tmp_path))
        with taking(Step.OPENING):
            seen.append(step_now(tmp_path))
            with taking(Step.IMPORTING):
                seen.append(step_now(tmp_path))
            seen.append(step_now(tmp_path))
        seen.append(step_now(tmp_path))
        return iter(())

    report_into(tmp_path)
    numbered(1, work)
    assert seen == [Step.STARTING, None, Step.OPENING, Step.IMPORTING, Step.OPENING, None]


@pytest.mark.usefixtures("own")
def test_a_step_ends_where_it_fails(tmp_path: Path) -> None:
    report_into(tmp_path)
    with pytest.raises(ZeroDivisionError), taking(Step.OPENING):
        raise ZeroDivisionError
    assert step_now(tmp_path, steps.NO_WORK) is None


@pytest.mark.usefixtures("own")
def test_a_process_that_reports_to_nobody_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with taking(Step.TRACING):
        assert list(tmp_path.iterdir()) == []


def test_work_that_runs_hears_of_itself_and_work_that_waits_of_the_furthest(tmp_path: Path) -> None:
    other_reports(tmp_path, 10, "IMPORTING 1")
    other_reports(tmp_path, 11, "TRACING 2")
    other_reports(tmp_path, 12, "")
    assert step_now(tmp_path, 1) is Step.IMPORTING
    assert step_now(tmp_path, 2) is Step.TRACING
    assert step_now(tmp_path, 3) is None
    assert step_now(tmp_path, 3, has_begun=False) is Step.TRACING


def test_seconds_are_those_of_the_step(tmp_path: Path) -> None:
    other_reports(tmp_path, 10, "IMPORTING 1")
    before = time.time() - 30
    os.utime(tmp_path / "10", (before, before))
    taken = step_for(tmp_path, 1, True)
    assert taken is not None
    assert 30 <= taken.seconds < 60


@pytest.mark.usefixtures("own")
def test_a_folder_that_is_gone_is_no_error(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    report_into(folder)
    (folder / str(os.getpid())).unlink()
    folder.rmdir()
    with taking(Step.OPENING):
        assert step_now(folder) is None


@pytest.mark.keras
def test_the_import_of_tensorflow_is_a_step(tmp_path: Path) -> None:
    """Read by another process, as a page does; the import takes seconds, so it is seen."""
    code = (
        "import pathlib, sys; from cnn_core.steps import report_into\n"
        "report_into(pathlib.Path(sys.argv[1])); import cnn_core.keras_model"
    )
    seen = set()
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT) as process:
        while process.poll() is None:
            seen.add(step_now(tmp_path, steps.NO_WORK))
            time.sleep(0.01)
    assert process.returncode == 0
    assert Step.IMPORTING in seen
    assert step_now(tmp_path, steps.NO_WORK) is None


@pytest.mark.usefixtures("own")
def test_how_much_is_done_is_told_until_the_work_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_EVERY", 0)
    seen: list[tuple[int, int]] = []

    def work() -> None:
        with counting(Step.READING) as count:
            for done in range(1, 100):
                count(done, 100)
                taken = step_for(tmp_path, 7, True)
                assert taken is not None
                assert taken.step is Step.READING
                seen.append((taken.done, taken.of))
                if done == 3:
                    steps.stop(tmp_path, 7)

    report_into(tmp_path)
    with pytest.raises(StoppedError):
        numbered(7, work)
    assert seen == [(1, 100), (2, 100), (3, 100)]
    assert step_now(tmp_path) is None
    # Other work goes on.
    with counting(Step.READING) as count:
        numbered(8, lambda: count(1, 2))
        taken = step_for(tmp_path, 8, True)
    assert taken is not None
    assert (taken.done, taken.of) == (1, 2)


@pytest.mark.usefixtures("own")
def test_it_is_told_only_now_and_then(tmp_path: Path) -> None:
    report_into(tmp_path)
    with counting(Step.CHECKING) as count:
        for done in range(1000):
            count(done, 1000)
        taken = step_for(tmp_path, steps.NO_WORK, True)
    assert taken is not None
    assert taken.done < 999
