"""Streamlit servers as processes of their own, for the rows that measure a running app."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import IO

import psutil

ROOT = Path(__file__).resolve().parents[2]
PLAIN = ("-m", "streamlit")
WITH_TENSORFLOW = ("-c", "import sys, tensorflow; from streamlit.web import cli; sys.exit(cli.main())")

_START_SECONDS = 120
_STOP_SECONDS = 10


@dataclass(frozen=True)
class Server:
    """A server that was just started; it may not answer yet."""

    port: int
    process: psutil.Popen
    log: IO[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """Return the processor time of the server's own process, its threads included, its children not."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def wait_for_port(self) -> None:
        """Return as soon as the server takes connections."""
        until = monotonic() + _START_SECONDS
        while monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            sleep(0.01)
        raise RuntimeError(f"The server does not answer.\n{self.read_log()}")

    def read_log(self) -> str:
        """Return the end of what the server wrote."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2000:]


@contextlib.contextmanager
def running(folder: Path, how: Sequence[str] = PLAIN, port: int = 0, **environment: str) -> Iterator[Server]:
    """Start the folder's app.py as `streamlit run app.py` does, on any free port, and end it with its workers."""
    port = port or _free_port()
    command = [sys.executable, *how, "run", "app.py", f"--server.port={port}", "--server.address=127.0.0.1"]
    with tempfile.TemporaryFile() as log:
        process = psutil.Popen(
            command,
            cwd=folder,
            env={**_environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Server(port, process, log)
        finally:
            _end(process)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "CONVSCOPE_"))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: psutil.Popen) -> None:
    """End the process and what it started, so that nothing of it runs beside the next measurement."""
    family = [process]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += process.children(recursive=True)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    _, left = psutil.wait_procs(family, timeout=_STOP_SECONDS)
    for one in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(left, timeout=_STOP_SECONDS)
