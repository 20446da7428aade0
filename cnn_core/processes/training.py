"""A training in a process of its own: `python -m cnn_core.processes.training MEGABYTES`.

On stdin comes a training as one line of JSON, then perhaps a line "stop"; its end means that nobody listens any more,
and ends the process at once. On stdout go the records, a line each, and nothing else.
"""

import os
import sys
from io import FileIO
from threading import Event, Thread
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.processes.settle_in import settle_in
from cnn_core.processes.talking import own_stdin, own_stdout, spaced
from cnn_core.training.plan import Training
from cnn_core.training.records import Ended, Refused, write_record

STOP: Final = "stop"


def main(megabytes: int) -> None:
    settle_in(megabytes)
    out, orders = own_stdout(), own_stdin()
    tell = spaced(lambda record: print(write_record(record), file=out))
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


def _listen(orders: FileIO, stop: Event) -> None:
    for line in orders:
        if line.decode().strip() == STOP:
            stop.set()
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
