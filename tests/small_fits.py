"""Fits of a second or two, for the tests that train."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from cnn_core.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, RandomFlip, RandomRotation, Rescaling
from cnn_core.network.network import Network
from cnn_core.training.fitting import FitPlan
from cnn_core.training.records import EpochEnd, Record
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.gathering import gather
from cnn_core.training.sets.sources import Shapes
from cnn_core.training.sets.split import Split
from cnn_core.training.transfer import Transfer, transfer_network

SIDE = 24
DATA = Data(Shapes(per_class=40, size=SIDE), Split(0.2, 0.2), (SIDE, SIDE))
AUGMENTATION = (RandomFlip("horizontal"), RandomRotation(0.1))


def network(side: int = SIDE) -> Network:
    """Return a network for two classes: two convolutions, a dropout and one unit."""
    features = (Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Conv2D(8, 3, activation="relu"), MaxPooling2D(2))
    head = (Flatten(), Dropout(0.3), Dense(1, activation="sigmoid"))
    return Network.of(Input((side, side, 3)), Rescaling(1 / 255), *features, *head)


def small_plan(**changes: Any) -> FitPlan:
    return replace(FitPlan(DATA, network(), batch_size=16, epochs=3), **changes)


def transfer_plan(transfer: Transfer, **changes: Any) -> FitPlan:
    """Return a base of 32×32 pictures under a head for two classes."""
    data = replace(DATA, size=(32, 32))
    return FitPlan(data, transfer_network(transfer, data.size, 2), transfer=transfer, batch_size=16, **changes)


def unequal_data() -> Data:
    """Keep a set of 40 dark pictures and 10 light ones, and return it."""
    rng = np.random.default_rng(0)

    def files(count: int, least: int) -> list[tuple[str, bytes]]:
        return [(f"{n}.png", png(rng.integers(least, least + 140, (SIDE, SIDE, 3), np.uint8))) for n in range(count)]

    return replace(DATA, source=gather({"dark": files(40, 0), "light": files(10, 110)}).source)


def png(pixels: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "png")
    return out.getvalue()


class Heard:
    """Keeps what a fit reports."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def __call__(self, record: Record) -> None:
        self.records.append(record)

    def of(self, kind: type[Record]) -> list[Any]:
        return [record for record in self.records if isinstance(record, kind)]

    def history(self) -> dict[str, list[float]]:
        """Return the epochs as `fit` of Keras returns them."""
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        return {name: [getattr(epoch, name) for epoch in self.of(EpochEnd)] for name in names}
