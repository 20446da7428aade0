"""A training that takes no Keras: it reports an epoch every time somebody lays down a word for it.

It stands in for `cnn_core.processes.fitting.work` in processes beside a cluster's workers.
"""

import os
import time
from pathlib import Path

from cnn_core.training.orders import Order
from cnn_core.training.records import Begun, Ended, EpochEnd, Paused, Record, Resumed, Saved, Stage
from cnn_core.training.run_folder import RunFolder

PICTURES = {"train": 8, "validation": 2, "test": 2}
EPOCHS = 3
PLACE = "FITS_BY_HAND"
"""Names the file that says how many epochs may be done."""


def may_do(allowed: Path, epochs: int) -> None:
    """Let trainings that read from here do so many epochs in all."""
    allowed.write_text(str(epochs), encoding="ascii")


def epoch(number: int) -> EpochEnd:
    return EpochEnd(number, 0.7 / number, 0.5, 0.8 / number, 0.6, 1.0, 0.001)


def fit(path: str) -> None:
    """Report epochs until all are done, or it is told to stop; go on behind the last one of the checkpoint."""
    folder = RunFolder(Path(path))
    done = int(folder.checkpoint.read_text()) if folder.checkpoint.exists() else 0
    allowed = Path(os.environ[PLACE])
    folder.write(Begun(Stage.SCRATCH, done, 9, 0, 1, PICTURES, ("cat", "dog")))
    rests = False
    while done < EPOCHS:
        ordered = folder.ordered()
        order = None if ordered is None else ordered.order
        if order is Order.STOP:
            break
        if rests != (order is Order.PAUSE):
            rests = not rests
            tell(folder, Paused(done, 1) if rests else Resumed())
        if not rests and int(allowed.read_text(encoding="ascii")) > done:
            done += 1
            folder.checkpoint.write_text(str(done))
            tell(folder, epoch(done))
        time.sleep(0.02)
    folder.model.write_bytes(b"a model of %d epochs" % done)
    tell(folder, Saved(folder.model.name, done), Ended(complete=done == EPOCHS))


def tell(folder: RunFolder, *records: Record) -> None:
    for record in records:
        folder.write(record)
