"""What a fit needs to go on: variables and how far it is, in a file that is there as a whole or not at all."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from cnn_core.training.records import EpochEnd, Stage
from cnn_core.training.run_folder import replacing


@dataclass(frozen=True)
class Progress:
    """How far a fit is.

    Attributes:
        stage: the number of the stage that is being trained, from 0.
        begun: how many epochs were done when this stage began.
        history: of all epochs that are done.
    """

    stage: int = 0
    begun: int = 0
    history: tuple[EpochEnd, ...] = ()

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.history)

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights `keras.callbacks.ModelCheckpoint` would keep as the best; 0 where there is none."""
        return best_epoch([epoch.val_loss for epoch in self.history])

    def after(self, epoch: EpochEnd) -> "Progress":
        """Return it after one more epoch."""
        return replace(self, history=(*self.history, epoch))

    def next_stage(self) -> "Progress":
        return replace(self, stage=self.stage + 1, begun=self.epoch)

    def is_over(self, epochs: int, patience: int | None) -> bool:
        """Say whether the stage has had its epochs, or `keras.callbacks.EarlyStopping` would end it."""
        losses = [epoch.val_loss for epoch in self.history[self.begun :]]
        is_patient = patience is None or len(losses) - best_epoch(losses) < patience
        return len(losses) >= epochs or not is_patient


def best_epoch(val_losses: Sequence[float]) -> int:
    """Return the first epoch with the lowest loss, counted from 1; 0 where there is none. NaN is never the lowest.

    >>> best_epoch([0.5, 0.25, float("nan"), 0.25])
    2
    """
    losses = [math.inf if math.isnan(loss) else loss for loss in val_losses]
    return losses.index(min(losses)) + 1 if losses and min(losses) < math.inf else 0


def save(path: Path, progress: Progress, state: Sequence[Any], optimizer: Sequence[Any] = ()) -> None:
    """Write variables of Keras, and how far it is."""
    arrays = {f"state_{place}": variable.numpy() for place, variable in enumerate(state)}
    arrays |= {f"optimizer_{place}": variable.numpy() for place, variable in enumerate(optimizer)}
    with replacing(path) as part, part.open("wb") as file:
        np.savez(file, progress=np.array(json.dumps(asdict(progress))), **arrays)


def read_progress(path: Path) -> Progress | None:
    """Return how far a checkpoint is, None where there is none."""
    if not path.exists():
        return None
    with _opened(path) as stored:
        said = json.loads(str(stored["progress"]))
        history = tuple(EpochEnd(**{**epoch, "stage": Stage(epoch["stage"])}) for epoch in said["history"])
        return Progress(said["stage"], said["begun"], history)


def restore(path: Path, state: Sequence[Any], optimizer: Sequence[Any] = ()) -> None:
    """Give variables the values that `save` wrote of them."""
    with _opened(path) as stored:
        for name, variables in (("state", state), ("optimizer", optimizer)):
            for place, variable in enumerate(variables):
                variable.assign(stored[f"{name}_{place}"])


def _opened(path: Path) -> Any:
    try:
        return np.load(path)
    except (OSError, EOFError, BadZipFile, ValueError) as error:
        raise CnnError(N_("The checkpoint of this training cannot be read: {problem}."), problem=error) from error
