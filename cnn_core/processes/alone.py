"""Work in processes of their own, submitted as to any executor of `concurrent.futures`: each can be frozen and killed.

As a program, `python -m cnn_core.processes.alone MEGABYTES MODULE:FUNCTION ARGUMENT …`, it calls one function. The end
of stdin means that whoever wanted the work is gone, and ends the process at once.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from importlib import import_module
from io import FileIO
from pathlib import Path
from typing import Any, Final

from cnn_core.processes.settle_in import settle_in

_ROOT: Final = Path(__file__).resolve().parents[2]
_COMMAND: Final = (sys.executable, "-m", "cnn_core.processes.alone")


class Alone(Future[None]):
    """Work that a process of its own does; it has a result, None, once the process has ended in whatever way."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        super().__init__()
        self._process = process
        self.set_running_or_notify_cancel()
        threading.Thread(target=self._attend, daemon=True).start()

    def freeze(self) -> bool:
        """Stop computing at once, in the middle of anything, memory kept; return whether the system can do that."""
        return self._send("SIGSTOP")

    def thaw(self) -> None:
        """Go on where it was frozen."""
        self._send("SIGCONT")

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def _send(self, name: str) -> bool:
        if not hasattr(signal, name):  # Windows
            return False
        self._process.send_signal(getattr(signal, name))
        return True

    def _attend(self) -> None:
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self.set_result(None)


class OwnProcesses:
    """Does each piece of work at once in a new process: whoever submits keeps the count.

    Args:
        megabytes: of private memory that each may take.
        command: starts a process that does what this module does as a program.
    """

    def __init__(self, megabytes: int, command: Sequence[str] = _COMMAND) -> None:
        self._command = (*command, str(megabytes))

    def submit(self, fn: Callable[..., Any], /, *args: str) -> Alone:
        """Call a function of a module with arguments that are texts; raises OSError where no process can be started."""
        # A group of its own: where its parent dies, the system wakes and ends what is frozen in it (POSIX, `exit`).
        group = None if sys.platform == "win32" else 0
        said = [f"{fn.__module__}:{fn.__qualname__}", *args]
        process = subprocess.Popen(
            [*self._command, *said], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=group
        )
        return Alone(process)


def main(megabytes: str, function: str, *arguments: str) -> None:
    settle_in(int(megabytes))
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    module, name = function.split(":")
    getattr(import_module(module), name)(*arguments)


def _end_with_stdin() -> None:
    # Without a buffer, for a buffer's lock held at the end of the program would make Python complain.
    stdin = FileIO(0, closefd=False)
    while stdin.read(4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
