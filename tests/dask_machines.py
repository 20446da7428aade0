"""A Dask cluster of separate processes, as somebody starts it on machines of their own."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
from folders import ROOT
from serving import free_port

SECONDS = 60


class Machines:
    """A scheduler and workers, each under a nanny, started by Dask's own commands.

    Args:
        folder: for their logs and what they keep, which is not what this process keeps.
        environment: of the workers besides.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder, self._port = folder, free_port()
        own = {"TMPDIR": str(folder), "CONVSCOPE_RUNS": str(folder / "runs")}
        paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
        self._environment = {**os.environ, **own, "PYTHONPATH": paths, **environment}
        self._running: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self._port}"

    def start_scheduler(self) -> None:
        self._start("scheduler", "--host", "127.0.0.1", "--port", str(self._port))

    def start_workers(self, count: int, memory: str = "700MB") -> None:
        more = ("--nworkers", str(count), "--nthreads", "1", "--memory-limit", memory, "--death-timeout", str(SECONDS))
        self._start("worker", self.address, *more)

    def trainings(self) -> list[psutil.Process]:
        """Return the processes that train, each a child of the worker that attends to it."""
        family = [child for one in self._running for child in psutil.Process(one.pid).children(recursive=True)]
        return [process for process in family if "cnn_core.processes.alone" in process.cmdline()]

    def kill(self) -> None:
        """End all of it at once, as a power cut does."""
        for process in self._running:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            for one in family:
                one.kill()
            process.wait(SECONDS)
            psutil.wait_procs(family, timeout=SECONDS)
        self._running.clear()

    def _start(self, what: str, *arguments: str) -> None:
        command = [sys.executable, "-m", "dask", what, "--no-dashboard", *arguments]
        with (self._folder / f"{what}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._running.append(process)
