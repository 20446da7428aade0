"""What the script of a fit needs beside it is there to be taken along; what it does is in test_fit.py."""

import io
import re

import numpy as np
import pytest

from cnn_core.pictures.outlines import ShapeKind
from cnn_core.training.data import training_set
from cnn_core.training.fitting import FitPlan
from cnn_core.training.networks import small_network
from cnn_core.training.script import files_beside, script
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import Shapes, Shipped
from cnn_core.training.sets.split import Split
from cnn_core.training.transfer import Transfer, base_file, transfer_network

DRAWN = Data(Shapes((ShapeKind.CIRCLE, ShapeKind.STAR), 10, 32, 0), Split(0.2, 0.2), (32, 32), 3)
PLANS = {
    "from scratch": FitPlan(DRAWN, small_network((32, 32, 3), 2)),
    "transfer": FitPlan(DRAWN, transfer_network(Transfer(), (32, 32), 2), transfer=Transfer()),
}


@pytest.mark.parametrize("name", PLANS)
def test_what_it_reads_is_offered(name: str) -> None:
    text = script(PLANS[name])
    read = set(re.findall(r'(?:load|load_model)\("([^"]+)"', text))
    assert set(files_beside(PLANS[name])) == read


def test_the_base_is_the_bundled_file() -> None:
    assert files_beside(PLANS["transfer"])["mobilenet_v2.keras"]() == base_file("mobilenet_v2").read_bytes()


def test_the_pictures_are_those_of_the_training() -> None:
    data = Data(Shipped("mnist_small"), Split(0.2, 0.2), (28, 28), 1)
    plan = FitPlan(data, small_network((28, 28, 1), 10))
    with np.load(io.BytesIO(files_beside(plan)["pictures.npz"]())) as stored:
        total = sum(len(stored[f"{part}_labels"]) for part in ("train", "validation", "test"))
        shape = stored["train_pictures"].shape[1:]
    known = training_set("mnist_small")
    assert total == len(known.train) + len(known.test)
    assert shape == (28, 28, 1)
