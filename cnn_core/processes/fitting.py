"""A fit, done wherever an executor does it.

The folder is all that `work` shares with others: the plan lies there, records are written into it, and orders are read
from it. So any executor of the kind of `concurrent.futures` may do it, whose machines see the folder.
"""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.training.orders import Ordered, Orders
from cnn_core.training.records import BatchEnd, Ended, Preparing, Record, Refused
from cnn_core.training.run_folder import RunFolder

SECONDS_BETWEEN_LOOKS: Final = 0.1
"""At the orders."""
SECONDS_APART: Final = 0.1
"""Between two batches that are told: a fast network would keep the pages busy with listening."""


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
    last: Ordered | None = None
    while not done.wait(SECONDS_BETWEEN_LOOKS):
        order = folder.ordered()
        if order is not None and order != last:
            orders.tell(order.order, order.frozen)
        last = order


def spaced(tell: Callable[[Record], None]) -> Callable[[Record], None]:
    """Return a function that tells records, leaving out small steps that follow another record too closely."""
    told = 0.0

    def tell_spaced(record: Record) -> None:
        nonlocal told
        now = time.monotonic()
        if not isinstance(record, BatchEnd | Preparing) or now - told >= SECONDS_APART:
            told = now
            tell(record)

    return tell_spaced
