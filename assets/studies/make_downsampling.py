"""Train one small network with five ways of down-sampling on Fashion-MNIST and write `downsampling.json`.

    apt-get download dataset-fashion-mnist && dpkg-deb -x dataset-fashion-mnist_*.deb fashion
    python assets/studies/make_downsampling.py fashion/usr/share/datasets/fashion-mnist

The folder holds the four idx.gz files of Zalando's Fashion-MNIST (MIT): 60,000 pictures to train on, 10,000 to test on.
Every way gets the same pictures in the same order, the same seeds and the same number of epochs. What a run has found
is written at once, so that a run that was ended goes on where it was.
"""

import datetime
import gzip
import json
import os
import platform
import struct
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import keras
import tensorflow as tf

from cnn_core import build_model, summarize
from cnn_core.downsampling import Way, blur_weights, study_network

SEEDS = (0, 1, 2)
EPOCHS = 6
BATCH_SIZE = 128
LEARNING_RATE = 3e-3
SHIFTS = (0, 1, 2, 3, 4)
RESULT = Path(__file__).with_name("downsampling.json")
Pixels = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """Return the array of an idx.gz file."""
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    shape = struct.unpack_from(f">{rank}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read(folder: Path, part: str) -> tuple[Pixels, Labels]:
    """Return pixels (N, 28, 28, 1) in [0, 1] and labels (N,) of "train" or "t10k"."""
    pixels = read_idx(folder / f"{part}-images-idx3-ubyte.gz").astype(np.float32)[..., np.newaxis] / np.float32(255)
    return pixels, read_idx(folder / f"{part}-labels-idx1-ubyte.gz").astype(np.int32)


def shifted(pixels: Pixels, down: int, right: int) -> Pixels:
    """Return the pictures moved, black let in at the border."""
    result = np.zeros_like(pixels)
    height, width = pixels.shape[1:3]
    to = (slice(max(0, down), height + min(0, down)), slice(max(0, right), width + min(0, right)))
    source = (slice(max(0, -down), height + min(0, -down)), slice(max(0, -right), width + min(0, -right)))
    result[(slice(None), *to)] = pixels[(slice(None), *source)]
    return result


def built(way: Way, seed: int) -> keras.Model:
    """Return the network with its blur fixed."""
    model = build_model(study_network(way), seed=seed)
    for layer in model.layers:
        if layer.name.startswith("blur"):
            layer.set_weights([blur_weights(layer.get_weights()[0].shape[2])])
            layer.trainable = False
    return model


def accuracy(model: keras.Model, pixels: Pixels, labels: Labels) -> float:
    answers = model.predict(pixels, batch_size=1000, verbose=0).argmax(axis=1)
    return float((answers == labels).mean())


def trained(way: Way, seed: int, data: tuple[Pixels, Labels], test: tuple[Pixels, Labels]) -> dict[str, Any]:
    """Train once and measure."""
    keras.utils.set_random_seed(seed)
    model = built(way, seed)
    model.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    began = time.perf_counter()
    history = model.fit(*data, batch_size=BATCH_SIZE, epochs=EPOCHS, validation_data=test, verbose=2)
    took = time.perf_counter() - began
    steps = {0: [(0, 0)], **{n: [(n, 0), (-n, 0), (0, n), (0, -n)] for n in SHIFTS if n}}
    return {
        "way": str(way),
        "seed": seed,
        "loss": [round(value, 5) for value in history.history["loss"]],
        "test_loss": [round(value, 5) for value in history.history["val_loss"]],
        "test_accuracy": [round(value, 5) for value in history.history["val_accuracy"]],
        "shifted_accuracy": {
            str(n): round(float(np.mean([accuracy(model, shifted(test[0], *step), test[1]) for step in places])), 5)
            for n, places in steps.items()
        },
        "seconds_per_epoch": round(took / EPOCHS, 2),
    }


def main(folder: Path) -> None:
    data, test = read(folder, "train"), read(folder, "t10k")
    runs = json.loads(RESULT.read_text(encoding="utf-8"))["runs"] if RESULT.exists() else []
    for seed in SEEDS:
        for way in Way:
            if any(run["way"] == way and run["seed"] == seed for run in runs):
                continue
            runs.append(trained(way, seed, data, test))
            write(runs)


def write(runs: list[dict[str, Any]]) -> None:
    summaries = {way: summarize(study_network(way)) for way in Way}
    about = {
        "made": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "data": "Fashion-MNIST, 60,000 to train on, 10,000 to test on",
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
    main(Path(sys.argv[1]))
