"""A training in a process of its own: `python -m cnn_core.processes.training MEGABYTES`.

On stdin comes a training as one line of JSON, then perhaps a line "stop"; its end means that nobody listens any more,
and ends the process at once. On stdout go the records, a line each, and nothing else.
"""

import os
import sys
import time
from collections.abc import Callable
from io import FileIO
from threading import Event, Thread
from typing import Final, TextIO

from cnn_core.errors import CnnError
from cnn_core.processes.settle_in import settle_in
from cnn_core.training.plan import Training
from cnn_core.training.records import Batch, Ended, Record, Refused, write_record

STOP: Final = "stop"
SECONDS_APART: Final = 0.1
"""Between two batches that are told: a fast network would keep the pages busy with listening."""


def main(megabytes: int) -> None:
    settle_in(megabytes)
    tell = _spaced(_own_stdout())
    # Without a buffer, for a buffer's lock held at the end of the program would make Python complain.
    orders = FileIO(0, closefd=False)
    line = orders.readline().decode()
    stop = Event()
    Thread(target=_listen, args=(orders, stop), daemon=True).start()
    try:
        training = Training.from_json(line)
        from cnn_core.keras_model.training import train  # takes seconds; "stop" is heard meanwhile

        train(training, tell, stop.is_set)
    except CnnError as error:
        tell(Refused.of(error))
    else:
        tell(Ended(complete=not stop.is_set()))


def _own_stdout() -> TextIO:
    """Return what was stdout; whatever a library prints goes to stderr from now on."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return out


def _spaced(out: TextIO) -> Callable[[Record], None]:
    """Return a function that writes records, leaving out batches that follow another too closely."""
    told = 0.0

    def tell(record: Record) -> None:
        nonlocal told
        now = time.monotonic()
        if not isinstance(record, Batch) or now - told >= SECONDS_APART:
            told = now
            out.write(write_record(record) + "\n")

    return tell


def _listen(orders: FileIO, stop: Event) -> None:
    for line in orders:
        if line.decode().strip() == STOP:
            stop.set()
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
