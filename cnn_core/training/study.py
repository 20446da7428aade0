"""The study of down-sampling: what `assets/make/studies/downsampling.py` measured, and the same to be trained."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from statistics import mean, stdev
from typing import Any, Final

from cnn_core.data import DATA
from cnn_core.network.network import Network
from cnn_core.network.replacing import STUDY_PREFIX, Replacement, study_network
from cnn_core.training.differences import Difference, Size, differences_from_best
from cnn_core.training.fitting import FitPlan
from cnn_core.training.fixed import blurs
from cnn_core.training.networks import fitted
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import Shipped, Source
from cnn_core.training.sets.split import Split

RECORD = DATA / "studies" / "downsampling.json"
LEARNING_RATE: Final = 3e-3
BATCH_SIZE: Final = 128
EPOCHS: Final = 6
CLASSES: Final = 10
SMALL_BATCH: Final = 32
"""A quarter of the recorded study's: its pictures are few, and each batch is a step."""
SMALL_VALIDATION: Final = 50
SMALL_TEST: Final = 100
"""Pictures of each class, of those that come along."""
SMALL_SHIFTS: Final = (2, 4)


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


def study_plan(source: Source, split: Split, way: Replacement, network: Network | None = None) -> FitPlan:
    """Return the study's network, or another of 28×28 grey to ten classes, to be trained; blurs stay as they are."""
    data = Data(source, split, (28, 28), 1)
    made = fitted(network or study_network(way), data.shape, CLASSES)
    optimizer = OptimizerSettings(OptimizerName.ADAM, LEARNING_RATE)
    return FitPlan(
        data, made, optimizer=optimizer, batch_size=BATCH_SIZE, epochs=EPOCHS, keep_best=False, kernels=blurs(made)
    )


def small_study(way: Replacement, pictures: int, epochs: int, seed: int) -> FitPlan:
    """Return one way of the study on a few thousand pictures, with one seed, as a training of a minute."""
    split = Split(SMALL_VALIDATION, SMALL_TEST, train=pictures // CLASSES)
    plan = study_plan(Shipped("fashion_mnist_small"), split, way)
    return replace(plan, batch_size=SMALL_BATCH, epochs=epochs, seed=seed, shifts=SMALL_SHIFTS)


def small_batches(plan: FitPlan) -> int:
    """Return how many batches an epoch of `small_study` has."""
    return plan.batches(CLASSES * (plan.data.split.train or 0))


def way_of(plan: FitPlan) -> Replacement | None:
    """Return the way of the study that a plan trains, None where it trains something else."""
    name = plan.network.name.removeprefix(STUDY_PREFIX)
    return Replacement(name) if plan.network.name == f"{STUDY_PREFIX}{name}" and name in list(Replacement) else None


@cache
def recorded_study() -> Study:
    """Return what was recorded."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    fields = ("made", "data", "pictures", "test_pictures", "epochs", "parameters", "multiply_adds")
    return Study(**{field: record[field] for field in fields}, runs=tuple(record["runs"]))
