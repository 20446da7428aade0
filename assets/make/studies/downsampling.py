"""Train one small network with five ways of down-sampling on Fashion-MNIST and write `downsampling.json`.

    make study
    make study DATA=fashion/usr/share/datasets/fashion-mnist

DATA is a folder with the four idx.gz files of Zalando's Fashion-MNIST (MIT), 60,000 pictures to train on and 10,000 to
test on, as in Debian's package dataset-fashion-mnist; without it Keras downloads them. Every way gets the same
pictures in the same order, the same seeds and the same number of epochs. What a run has found is written at once, so
that a run that was ended goes on where it was; to begin anew, remove `downsampling.json`.
"""

import datetime
import json
import os
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import keras
import numpy as np
import tensorflow as tf

from cnn_core import summarize
from cnn_core.keras_model.fitting.models import Models
from cnn_core.keras_model.fitting.moved import shifted_accuracy
from cnn_core.network.replacing import Replacement, study_network
from cnn_core.training.data import Labelled, read_labelled
from cnn_core.training.sets.sources import Downloaded, DownloadKey
from cnn_core.training.studies import CLOTHES_SPLIT
from cnn_core.training.study import BATCH_SIZE, EPOCHS, LEARNING_RATE, study_plan

SEEDS = (0, 1, 2)
SHIFTS = (0, 1, 2, 3, 4)
RESULT = Path(__file__).resolve().parents[3] / "cnn_core" / "data" / "studies" / "downsampling.json"


def read(folder: Path | None) -> list[Labelled]:
    """Return pictures (N, 28, 28, 1) and labels (N,) to train on and to test on."""
    if folder is not None:
        return [read_labelled(folder, part, ".gz") for part in ("train", "t10k")]
    loaded = keras.datasets.fashion_mnist.load_data()
    return [Labelled(pictures[..., np.newaxis], labels.astype(np.int32)) for pictures, labels in loaded]


def trained(way: Replacement, seed: int, data: Labelled, test: Labelled) -> dict[str, Any]:
    """Train once on all pictures, tested after every epoch, and measure."""
    plan = replace(study_plan(Downloaded(DownloadKey.FASHION_MNIST), CLOTHES_SPLIT, way), seed=seed)
    model = Models(plan).compiled(plan.stages[0], plan.batches(len(data)))
    given, asked = ((part.pictures.astype(np.float32), part.labels) for part in (data, test))
    began = time.perf_counter()
    history = model.fit(*given, batch_size=BATCH_SIZE, epochs=EPOCHS, validation_data=asked, verbose=2)
    took = time.perf_counter() - began
    return {
        "way": str(way),
        "seed": seed,
        "loss": [round(value, 5) for value in history.history["loss"]],
        "test_loss": [round(value, 5) for value in history.history["val_loss"]],
        "test_accuracy": [round(value, 5) for value in history.history["val_accuracy"]],
        "shifted_accuracy": {
            str(shift): round(shifted_accuracy(model, test, plan.head.loss, BATCH_SIZE, shift), 5) for shift in SHIFTS
        },
        "seconds_per_epoch": round(took / EPOCHS, 2),
    }


def main(folder: Path | None) -> None:
    data, test = read(folder)
    runs = json.loads(RESULT.read_text(encoding="utf-8"))["runs"] if RESULT.exists() else []
    for seed in SEEDS:
        for way in Replacement:
            if any(run["way"] == way and run["seed"] == seed for run in runs):
                continue
            runs.append(trained(way, seed, data, test))
            write(runs)


def write(runs: list[dict[str, Any]]) -> None:
    summaries = {way: summarize(study_network(way)) for way in Replacement}
    about = {
        "made": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "data": "Fashion-MNIST",
        "pictures": 60_000,
        "test_pictures": 10_000,
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "optimizer": f"Adam, learning rate {LEARNING_RATE}",
        "versions": {"python": platform.python_version(), "keras": keras.__version__, "tensorflow": tf.__version__},
        "processors": os.cpu_count(),
        "parameters": {str(way): summary.parameters for way, summary in summaries.items()},
        "multiply_adds": {str(way): summary.multiply_adds for way, summary in summaries.items()},
        "runs": runs,
    }
    RESULT.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
