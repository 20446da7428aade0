"""A training as plain data: what is trained, how and on what; as JSON.

Nothing here needs Keras: `keras_model/training.py` trains, `processes/training.py` does so in a process of its own.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core.errors import CnnError
from cnn_core.layers.shapes import Shape
from cnn_core.network.network import Network
from cnn_core.sentences import N_

Array = npt.NDArray[np.float32]

MOST_RUNS: Final = 16
_BOUNDS: Final = {
    "seed": (0, 2**31 - 1),
    "epochs": (1, 1_000),
    "batch_size": (1, 4_096),
    "pictures": (1, 10**6),
}


@dataclass(frozen=True, eq=False)
class Run:
    """One network to be trained.

    Args:
        fixed: the weights, in Keras's order, of layers that are not trained, by the layer's name.

    Raises:
        NetworkError: the layers do not fit together.
        CnnError: a layer to be left untrained is not there.
    """

    name: str
    network: Network
    fixed: Mapping[str, tuple[Array, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [step.named.name for step in self.network.steps()]
        for layer in self.fixed:
            if layer not in names:
                raise CnnError('There is no layer "{layer}" in the network "{run}".', layer=layer, run=self.name)

    @property
    def shapes(self) -> list[Shape]:
        """What goes in, (height, width, channels), and what comes out of each output."""
        shapes = {step.named.name: step.output_shape for step in self.network.steps()}
        return [next(iter(shapes.values())), *(shapes[name] for name in self.network.output_names())]


@dataclass(frozen=True, eq=False)
class Training:
    """Networks trained for comparison: all see the same pictures in the same order, batch by batch.

    Args:
        data: one of `data.TRAINING_SETS`.
        pictures: how many of its pictures are trained on; all of its test pictures are tested on.
        learning_rate: Adam's, above 0 and at most 1.
        shifts: by how many pixels the test pictures are moved once all is trained.

    Raises:
        CnnError: a number is out of bounds, or two runs have one name.
    """

    data: str
    runs: tuple[Run, ...]
    seed: int
    epochs: int
    batch_size: int
    pictures: int
    learning_rate: float
    shifts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            check_whole(name, getattr(self, name), least, most)
        check_whole("runs", len({run.name for run in self.runs}), max(1, len(self.runs)), MOST_RUNS)
        if not 0 < self.learning_rate <= 1:
            raise CnnError(
                "The learning rate must be above 0 and at most 1. Received: {value}.", value=self.learning_rate
            )
        for shift in self.shifts:
            check_whole("shifts", shift, 0, 4_096)

    @property
    def batches(self) -> int:
        """How many batches an epoch has."""
        return math.ceil(self.pictures / self.batch_size)

    def to_json(self) -> str:
        """Return the training as one line."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return json.dumps({**plain, "runs": [_run_to_json(run) for run in self.runs]})

    @classmethod
    def from_json(cls, text: str) -> "Training":
        """Return what `to_json` wrote; raises CnnError."""
        try:
            document = json.loads(text)
            runs = tuple(_read_run(entry) for entry in document.pop("runs"))
            return cls(runs=runs, **{**document, "shifts": tuple(document["shifts"])})
        except CnnError:
            raise
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise CnnError(N_("This does not describe a training: {problem}."), problem=error) from error


_PLAIN: Final = tuple(field_.name for field_ in fields(Training) if field_.name != "runs")


def check_whole(name: str, value: Any, least: int, most: int) -> None:
    """Raise CnnError where `value` is no whole number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise CnnError(
            "{name} must be a whole number from {least} to {most}. Received: {value}.",
            name=name,
            least=f"{least:,}",
            most=f"{most:,}",
            value=value,
        )


def _run_to_json(run: Run) -> dict[str, Any]:
    fixed = {layer: [array.tolist() for array in arrays] for layer, arrays in run.fixed.items()}
    return {"name": run.name, "network": run.network.to_json(), "fixed": fixed}


def _read_run(entry: Any) -> Run:
    fixed = {layer: tuple(np.array(array, np.float32) for array in arrays) for layer, arrays in entry["fixed"].items()}
    return Run(entry["name"], Network.from_json(entry["network"]), fixed)
