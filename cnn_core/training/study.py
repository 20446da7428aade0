"""The recorded study of down-sampling: what `assets/make/studies/downsampling.py` measured."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import mean, stdev
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core.data import DATA
from cnn_core.layers import DepthwiseConv2D
from cnn_core.network.replacing import Replacement, study_network
from cnn_core.training.differences import Difference, Size, differences_from_best
from cnn_core.training.plan import Run, Training

RECORD = DATA / "studies" / "downsampling.json"
SMALL_BATCH: Final = 32
"""A quarter of the recorded study's: its pictures are few, and each batch is a step."""
LEARNING_RATE: Final = 3e-3


@dataclass(frozen=True)
class Study:
    """One network trained in five ways; every figure of a way is over its seeds."""

    made: str
    data: str
    pictures: int
    test_pictures: int
    epochs: int
    parameters: Mapping[str, int]
    multiply_adds: Mapping[str, int]
    runs: tuple[Mapping[str, Any], ...]

    @property
    def seeds(self) -> int:
        return len({run["seed"] for run in self.runs})

    @property
    def shifts(self) -> tuple[int, ...]:
        """Return by how many pixels the test pictures were moved."""
        return tuple(sorted(map(int, self.runs[0]["shifted_accuracy"])))

    def of(self, way: Replacement) -> list[Mapping[str, Any]]:
        """Return the runs of a way."""
        return [run for run in self.runs if run["way"] == way]

    def accuracy(self, way: Replacement, shift: int) -> tuple[float, float]:
        """Return mean and standard deviation of the accuracy on test pictures moved by so many pixels."""
        accuracies = list(self.by_seed(shift)[way].values())
        return mean(accuracies), stdev(accuracies) if len(accuracies) > 1 else 0.0

    def by_seed(self, shift: int) -> dict[Replacement, dict[int, float]]:
        """Return each way's accuracies on test pictures moved by so many pixels, by the seed of the run."""
        return {way: {run["seed"]: run["shifted_accuracy"][str(shift)] for run in self.of(way)} for way in Replacement}

    def differences(self, shift: int) -> tuple[Difference[Replacement], ...]:
        """Return how the most accurate way differs from the others on test pictures moved by so many pixels."""
        sizes = {way: Size(self.parameters[way], self.multiply_adds[way]) for way in Replacement}
        return differences_from_best(self.by_seed(shift), sizes)

    def test_loss(self, way: Replacement) -> list[float]:
        """Return the mean loss on the test pictures after each epoch."""
        return [mean(losses) for losses in zip(*(run["test_loss"] for run in self.of(way)), strict=True)]

    def seconds(self, way: Replacement) -> float:
        """Return the mean time of an epoch."""
        return float(mean(run["seconds_per_epoch"] for run in self.of(way)))


def blur_weights(channels: int) -> npt.NDArray[np.float32]:
    """Return the fixed kernel of the blur, (3, 3, channels, 1): 1 2 1 across and down, by 16."""
    line = np.array([1, 2, 1], np.float32) / np.float32(4)
    return np.repeat(np.outer(line, line)[:, :, np.newaxis, np.newaxis], channels, axis=2)


def study_run(way: Replacement) -> Run:
    """Return the study's network to be trained; its blurs stay as they are."""
    network = study_network(way)
    blurs = [step for step in network.steps() if isinstance(step.named.layer, DepthwiseConv2D)]
    return Run(way, network, {step.named.name: (blur_weights(step.input_shapes[0][-1]),) for step in blurs})


def small_study(ways: Iterable[Replacement], pictures: int, epochs: int, seed: int) -> Training:
    """Return the study on a few thousand pictures, with one seed, as a training of minutes."""
    runs = tuple(study_run(way) for way in ways)
    return Training("fashion_mnist_small", runs, seed, epochs, SMALL_BATCH, pictures, LEARNING_RATE, shifts=(2, 4))


@cache
def recorded_study() -> Study:
    """Return what was recorded."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    fields = ("made", "data", "pictures", "test_pictures", "epochs", "parameters", "multiply_adds")
    return Study(**{field: record[field] for field in fields}, runs=tuple(record["runs"]))
