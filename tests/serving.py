"""The app as a process of its own, as `streamlit run` starts it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import psutil
import pytest
from folders import ROOT

START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(eq=False)
class AppServer:
    """The app as `streamlit run` starts it; its workers are its children.

    Attributes:
        is_killed: a test has ended it on purpose.
    """

    url: str
    log: Path
    process: subprocess.Popen[bytes]
    is_killed: bool = False

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End the server's own process at once, as a power cut does."""
        self.is_killed = True
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def end(self) -> None:
        """End the server as a supervisor does who starts it anew."""
        self.is_killed = True
        self.process.terminate()
        self.process.wait(STOP_SECONDS)

    def read_log(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def family(self) -> list[psutil.Process]:
        """Return the server's child processes, children of children among them."""
        try:
            family: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
            return family
        except psutil.NoSuchProcess:
            return []

    def workers(self) -> list[psutil.Process]:
        """Return the processes that compute."""
        return [child for child in self.family() if "popen_loky" in _command(child)]

    def stop(self) -> str | None:
        """End the server as a supervisor does, kill what is left, and return what went wrong."""
        if self.process.poll() is not None:
            self._kill_group()
            if self.is_killed:
                return None
            return f"The app ended by itself with status {self.process.returncode}.\n{self.read_log()[-4000:]}"
        family = self.family()
        self.process.terminate()
        _, left = psutil.wait_procs([psutil.Process(self.process.pid), *family], timeout=STOP_SECONDS)
        names = [f"{process.pid} {_command(process)[:200]}" for process in left]
        self._kill_group()
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(STOP_SECONDS)
        return f"Still running {STOP_SECONDS} s after the app was told to end: {names}" if names else None

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return "?"


@contextlib.contextmanager
def running_app(folder: Path, port: int | None = None, **environment: str) -> Iterator[AppServer]:
    """Start the app on a free port, its log in `folder`; stop it at the end, and fail if it or a worker went astray."""
    server = _start_app(folder / "server.log", port or free_port(), environment)
    try:
        _wait_until_healthy(server)
        yield server
    finally:
        problem = server.stop()
    assert problem is None, problem


def _start_app(log: Path, port: int, environment: dict[str, str]) -> AppServer:
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = {"server.address": "127.0.0.1", "server.port": port, "server.fileWatcherType": "none"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *(f"--{name}={value}" for name, value in options.items())],
            cwd=ROOT,
            env={**_server_environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return AppServer(f"http://127.0.0.1:{port}", log, process)


def _server_environment() -> dict[str, str]:
    """Return this process's environment without its settings for tests, and with warnings written to the log."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "CONVSCOPE_"))}
    return {**kept, "PYTHONWARNINGS": "default", "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}


def free_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(server: AppServer) -> None:
    until = monotonic() + START_SECONDS
    while monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(0.05)
            break
    pytest.fail(f"The app does not answer.\n{server.read_log()[-4000:]}")
