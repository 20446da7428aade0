"""A process for one file: what it is told, what it may still do, and that it ends."""

import sys
import time
from pathlib import Path

import pytest

from cnn_core.disposable import limit_itself, started

pytestmark = pytest.mark.process


def script(folder: Path, text: str) -> Path:
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return path


def said(path: Path, *told: bytes, seconds: float = 60) -> bytes:
    """Return all that a script says."""
    with started(path, *told, seconds=seconds, environment={"OWN": "1"}) as child:
        return child.said.read()


def test_it_is_told_everything_and_finds_the_core_but_nothing_of_its_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "1")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "json.py").write_text("1 / 0", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = "import json, os, sys, cnn_core; print(sys.stdin.read(), *(n in os.environ for n in ('SECRET', 'OWN')))"
    assert said(script(tmp_path, text), b"one ", b"two").split() == [b"one", b"two", b"False", b"True"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems limit less")
def test_what_it_gave_up_is_gone(tmp_path: Path) -> None:
    text = """
import socket
from cnn_core.disposable import limit_itself
assert limit_itself(500_000_000, 1) == []
for action in (lambda: open(__file__), lambda: open("/tmp/written", "w"), socket.socket, lambda: bytearray(10**9)):
    try:
        action()
        print("done")
    except (OSError, MemoryError) as error:
        print(type(error).__name__, flush=True)
while True:
    pass
"""
    began = time.monotonic()
    assert said(script(tmp_path, text)).split() == [b"OSError"] * 3 + [b"MemoryError"]
    assert time.monotonic() - began < 30


def test_what_a_system_cannot_limit_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    assert limit_itself(10**9, 10) == ["memory", "processor time", "files"]


def test_it_is_killed_after_its_time_and_when_nobody_listens_any_more(tmp_path: Path) -> None:
    path = script(tmp_path, "import time; time.sleep(100)")
    assert said(path, seconds=0.2) == b""
    with started(path, b"told", seconds=60, environment={}) as child:
        pass
    assert child.process.poll() is not None


def test_one_that_does_not_start_is_told_apart(tmp_path: Path) -> None:
    with started(script(tmp_path, "import no_such_library"), seconds=60, environment={}) as child:
        assert child.said.read() == b""
        assert child.has_failed_to_start()


def test_what_it_says_is_taken_in_pieces_and_missed_where_it_breaks_off(tmp_path: Path) -> None:
    text = "import sys, time\nfor _ in range(3): print('abc', end='', flush=True); time.sleep(0.05)"
    with started(script(tmp_path, text), seconds=60, environment={}) as child:
        filled = bytearray(9)
        assert child.fill(memoryview(filled))
        assert bytes(filled) == b"abcabcabc"
        assert not child.fill(memoryview(bytearray(1)))
