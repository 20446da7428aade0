"""A fit in a process of its own: `python -m cnn_core.processes.fitting FOLDER MEGABYTES`.

The folder is all that it shares with others: the plan lies there, records are written into it, and orders are read from
it. So `work` may as well be run by any executor whose machines see the folder. The end of stdin means that the server
is gone, and ends the process at once; the last epoch's checkpoint stays.
"""

import os
import sys
from pathlib import Path
from threading import Event, Thread
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.processes.settle_in import settle_in
from cnn_core.processes.talking import own_stdin, spaced
from cnn_core.training.orders import Order, Orders
from cnn_core.training.records import Ended, Refused
from cnn_core.training.run_folder import RunFolder

SECONDS_BETWEEN_LOOKS: Final = 0.1
"""At the orders."""


def main(path: str, megabytes: int) -> None:
    settle_in(megabytes)
    Thread(target=_end_with_stdin, daemon=True).start()
    work(path)


def work(path: str) -> None:
    """Do the fit of a folder, from its checkpoint on, unless another process is at it already."""
    folder = RunFolder(Path(path))
    with folder.held() as is_ours:
        if is_ours:
            _work(folder)


def _work(folder: RunFolder) -> None:
    orders, done = Orders(), Event()
    Thread(target=_follow, args=(folder, orders, done), daemon=True).start()
    tell = spaced(folder.write)
    try:
        plan = folder.plan()
        from cnn_core.keras_model.fitting import fit  # takes seconds; orders are heard meanwhile

        fit(plan, folder, tell, orders)
    except CnnError as error:
        tell(Refused.of(error))
    else:
        tell(Ended(complete=not orders.is_stopped))
    finally:
        done.set()


def _follow(folder: RunFolder, orders: Orders, done: Event) -> None:
    """Pass on every new order that is left in the folder."""
    last: Order | None = None
    while not done.wait(SECONDS_BETWEEN_LOOKS):
        order = folder.ordered()
        if order is not None and order is not last:
            orders.tell(order)
        last = order


def _end_with_stdin() -> None:
    stdin = own_stdin()
    while stdin.read(4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
