"""How a process that trains hears and is heard: over its pipes, without what libraries print."""

import os
import time
from collections.abc import Callable
from io import FileIO
from typing import Final, TextIO

from cnn_core.training.records import Batch, BatchEnd, Preparing, Record

SECONDS_APART: Final = 0.1
"""Between two batches that are told: a fast network would keep the pages busy with listening."""


def own_stdout() -> TextIO:
    """Return what was stdout; whatever a library prints goes to stderr from now on."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return out


def own_stdin() -> FileIO:
    """Return stdin without a buffer, for a buffer's lock held at the end of the program would make Python complain."""
    return FileIO(0, closefd=False)


def spaced(tell: Callable[[Record], None]) -> Callable[[Record], None]:
    """Return a function that tells records, leaving out small steps that follow another record too closely."""
    told = 0.0

    def tell_spaced(record: Record) -> None:
        nonlocal told
        now = time.monotonic()
        if not isinstance(record, Batch | BatchEnd | Preparing) or now - told >= SECONDS_APART:
            told = now
            tell(record)

    return tell_spaced
