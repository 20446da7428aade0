"""A process that is started for one file of a stranger's and thrown away: both its sides, from the standard library.

The parent starts a script with `started`, and takes what comes back for untrusted. The script gives up with
`limit_itself` what it needs no more, before it reads a byte of the file.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import IO, Any, Final, NamedTuple

_KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_ROOT: Final = str(Path(__file__).parents[1])
# `-I` keeps out the folder in which the server was started, and all that its environment says of Python.
_START: Final = "import runpy, sys; sys.path.append(sys.argv[2]); runpy.run_path(sys.argv[1], run_name='__main__')"


class Child(NamedTuple):
    """A process at work, and what it says."""

    process: "subprocess.Popen[bytes]"
    said: IO[bytes]

    def has_failed_to_start(self) -> bool:
        """Say whether it ended as Python does that cannot import something; asked of a child that says no more."""
        return self.process.wait() == 1

    def fill(self, buffer: memoryview) -> bool:
        """Fill `buffer` with what it says next; return whether there was enough."""
        filled = 0
        while filled < len(buffer):
            read = self.said.readinto(buffer[filled:])  # type: ignore[attr-defined]
            if not read:
                return False
            filled += read
        return True


@contextmanager
def started(script: Path, *told: bytes, seconds: float, environment: Mapping[str, str]) -> Iterator[Child]:
    """Start a script, tell it all this on its stdin, and end it afterwards, whatever happens.

    Args:
        script: what `python -I` runs; it finds this package.
        told: written one after the other; then the stdin is closed.
        seconds: by the clock, after which it is killed.
        environment: what it gets besides what any program needs to start.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-I", "-c", _START, str(script), _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept | dict(environment),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        timer = Timer(seconds, process.kill)
        timer.start()
        try:
            # One that has died already takes nothing; what it says will tell.
            with suppress(OSError):
                for part in told:
                    process.stdin.write(part)
            with suppress(OSError):
                process.stdin.close()
            yield Child(process, process.stdout)
        finally:
            timer.cancel()
            process.kill()


def limit_itself(memory: int, seconds: int) -> list[str]:
    """Let this process never again have more memory (bytes) or processor time, nor open a file.

    Returns:
        What this system cannot limit: nothing on Linux, everything on Windows.
    """
    limits = {
        "memory": {"RLIMIT_AS": memory, "RLIMIT_DATA": memory},
        "processor time": {"RLIMIT_CPU": seconds},
        # No file beside the three that are open now, neither to read nor to write.
        "files": {"RLIMIT_NOFILE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0},
    }
    try:
        import resource
    except ImportError:
        return list(limits)
    return [what for what, names in limits.items() if sum(_lower(resource, *each) for each in names.items()) == 0]


def _lower(resource: Any, name: str, value: int) -> bool:
    """Lower one limit for good; say whether that worked."""
    with suppress(AttributeError, ValueError, OSError):
        limit = getattr(resource, name)
        before = resource.getrlimit(limit)[1]
        value = value if before == resource.RLIM_INFINITY else min(value, before)
        resource.setrlimit(limit, (value, value))
        return True
    return False
