"""What a server tells of itself, read with Prometheus's own parser; and its log, line by line."""

import json
import logging
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest, start_http_server, write_to_textfile
from prometheus_client.parser import text_string_to_metric_families
from serving import free_port

from cnn_core.errors import ImageError
from pages.ui import compute, going, measured, metrics
from pages.ui.compute import Load, Workers
from pages.ui.jobs import Phase
from pages.ui.log import JsonLines, write_json
from pages.ui.measured import BOUNDS, Durations
from pages.ui.runs import RUNS

NAME = "Grandma's holidays.jpg"


def told(text: str) -> dict[str, float]:
    families = text_string_to_metric_families(text)
    return {
        sample.name + "".join(sample.labels.values()): sample.value for family in families for sample in family.samples
    }


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A server of three tabs: one question is answered, one is being answered, one waits; of trainings one waits."""
    gate = threading.Event()
    monkeypatch.setattr(measured, "ANSWERS", Durations())
    monkeypatch.setattr(compute, "ANSWERS", measured.ANSWERS)
    monkeypatch.setattr(metrics, "sessions", lambda: 3)
    monkeypatch.setattr(metrics, "worker_memory", lambda: (800 * 2**20, 900 * 2**20))
    monkeypatch.setattr(RUNS, "phases", lambda: [Phase.WAITING, Phase.PAUSED, Phase.RUNNING])
    with Workers(lambda: ThreadPoolExecutor(1), 1) as workers:
        monkeypatch.setattr(compute, "WORK", workers)
        workers.submit(abs, -1).result()
        running, waiting = workers.submit(gate.wait), workers.submit(abs, -2)
        yield gate
        gate.set()
        running.result()
        waiting.result()


def test_what_is_told_is_what_is_so_and_names_nobody(server: threading.Event) -> None:
    text = generate_latest(metrics.observed()).decode()
    said = told(text)
    assert said["convscope_sessions"] == 3
    assert (said["convscope_questions_running"], said["convscope_questions_waiting"]) == (1, 1)
    assert said["convscope_longest_wait_seconds"] >= 0
    assert (said["convscope_workers"], said["convscope_workers_memory_bytes"]) == (2, 1700 * 2**20)
    assert said["convscope_largest_worker_memory_bytes"] == 900 * 2**20
    assert (said["convscope_trainings_waiting"], said["convscope_trainings_running"]) == (1, 2)
    assert said["convscope_answer_seconds_count"] == said["convscope_answer_seconds_bucket+Inf"] == 1
    labels = {
        name for family in text_string_to_metric_families(text) for sample in family.samples for name in sample.labels
    }
    assert labels == {"le"}


def test_durations_are_counted_up_to_their_bounds() -> None:
    taken = Durations()
    for seconds in (0.005, 0.01, 0.02, 5.0, 1000.0):
        taken.note(seconds)
    assert dict(zip((*BOUNDS, None), taken.up_to(), strict=True)) == {
        0.01: 2, 0.03: 3, 0.1: 3, 0.3: 3, 1.0: 3, 3.0: 3, 10.0: 4, 30.0: 4, 100.0: 4, None: 5,
    }  # fmt: skip
    assert taken.sum == pytest.approx(1005.035)
    with pytest.raises(KeyError), taken.timed():
        raise KeyError
    assert taken.up_to()[-1] == 6


class Never(Executor):
    """A pool that answers nothing."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return Future()


def test_what_nobody_waits_for_any_more_is_not_counted() -> None:
    workers = Workers(Never, 1)
    asked = [workers.submit(abs, -1) for _ in range(3)]
    assert workers.load()[:2] == (2, 1)
    asked[1].cancel()
    assert workers.load()[:2] == (1, 1)
    asked[2].cancel()
    assert workers.load() == Load(0, 1, 0.0)


# How is it going ------------------------------------------------------------------------------------------------------


def test_a_teacher_reads_a_line_for_each_server(
    server: threading.Event, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry, file, address = metrics.observed(), str(tmp_path / "metrics.prom"), f"127.0.0.1:{free_port()}"
    write_to_textfile(file, registry)
    httpd, thread = start_http_server(int(address.rpartition(":")[2]), "127.0.0.1", registry)
    nobody = f"127.0.0.1:{free_port()}"
    try:
        assert going.main([file, address, nobody]) == 1
        assert going.main([file, address]) == 0
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()
    head, *rows = (line.split() for line in capsys.readouterr().out.splitlines()[:4])
    assert head[:4] == ["server", "tabs", "waiting", "computing"]
    assert [row[0] for row in rows] == [file, address, nobody]
    assert [row[1:4] for row in rows] == [["3", "1", "1"], ["3", "1", "1"], ["no", "answer"]]
    assert "1,700" in rows[0]


@pytest.mark.parametrize("place", ["127.0.0.1:{taken}", "127.0.0.1:99999"])
def test_an_address_that_cannot_be_used_is_said_in_the_log(
    place: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(metrics, "METRICS", place.format(taken=taken.getsockname()[1]))
        monkeypatch.setattr(metrics, "_BEGUN", threading.Lock())
        metrics.start()
    assert f"CONVSCOPE_METRICS={metrics.METRICS} cannot be used" in caplog.text


# The log --------------------------------------------------------------------------------------------------------------


def record(message: str, *of: object, error: BaseException | None = None) -> dict[str, Any]:
    way = (type(error), error, error.__traceback__) if error is not None else None
    made = logging.LogRecord("pages.ui.runs", logging.ERROR, __file__, 1, message, of, way)
    line = JsonLines().format(made)
    assert "\n" not in line
    said: dict[str, Any] = json.loads(line)
    return said


def test_a_record_is_a_line_of_json() -> None:
    said = record("a training is over after %.0f s", 3.2)
    assert (said["level"], said["logger"]) == ("error", "pages.ui.runs")
    assert said["message"] == "a training is over after 3 s"
    assert said["time"].endswith("+00:00")


def test_of_an_error_its_kind_and_its_way_are_said_and_no_name_of_a_file() -> None:
    try:
        raise ImageError("This is no picture. Received: {name}.", name=NAME)
    except ImageError as error:
        said = record("uncaught", error=error)
    assert said["error"] == "cnn_core.errors.ImageError"
    assert said["way"][-1].startswith(f"{__file__}:")
    assert NAME not in json.dumps(said)


def test_every_handler_writes_so(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = logging.getLogger("somebody.elses")
    handler = logging.StreamHandler(sys.stderr)
    before = {logger: list(logger.handlers) for logger in (logging.getLogger(),)}
    formatters = {one: one.formatter for each in before.values() for one in each}
    theirs.addHandler(handler)
    try:
        write_json()
        assert isinstance(handler.formatter, JsonLines)
        assert all(isinstance(one.formatter, JsonLines) for one in logging.getLogger().handlers)
    finally:
        theirs.removeHandler(handler)
        for one, formatter in formatters.items():
            one.setFormatter(formatter)
