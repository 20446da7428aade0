"""What trainings of presets really take, beside what `cnn_core.network.memory` counts: python measure_training.py.

Each training is a process of its own: the peak of its resident memory in four steps, less what it had before.
"""

import os
import subprocess
import sys
import threading
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import psutil

from cnn_core.keras_model.build import build_model
from cnn_core.network.memory import Optimizer, training_memory
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize

TRAININGS = (
    ("mnist", 32, "adam"),
    ("mnist", 128, "sgd"),
    ("cats_dogs", 16, "rmsprop"),
    ("cats_dogs", 32, "adam"),
    ("resnet_20", 64, "momentum"),
)
OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "momentum": lambda: keras.optimizers.SGD(momentum=0.9),
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
}


def peak_of(work: threading.Thread) -> int:
    """Run a thread and return the most memory that the process had meanwhile, in bytes."""
    process, peak = psutil.Process(), 0
    work.start()
    while work.is_alive():
        peak = max(peak, process.memory_info().rss)
        time.sleep(0.003)
    return peak


def train(model: keras.Model, batch: int, steps: int) -> None:
    pictures = np.random.default_rng(0).random((batch, *model.input_shape[1:]), np.float32)
    for _ in range(steps):
        model.train_on_batch(pictures, np.zeros((batch, model.output_shape[-1]), np.float32))


def measure(key: str, batch: int, optimizer: str) -> None:
    # What TensorFlow takes for the first training of a process, whatever its size, is none of the network's.
    small = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.GlobalMaxPooling2D()])
    small.compile("adam", "mse", jit_compile=False)
    train(small, 2, 1)
    before = psutil.Process().memory_info().rss
    network = preset(key).make()
    model = build_model(network)
    model.compile(OPTIMIZERS[optimizer](), "mse", jit_compile=False)
    taken = peak_of(threading.Thread(target=train, args=(model, batch, 4))) - before
    counted = training_memory(summarize(network), batch, Optimizer(optimizer)).total
    print(f"{key}, {batch}, {optimizer}: {taken / 1e6:.0f} MB, counted {counted / 1e6:.0f} MB: {taken / counted:.2f}")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        measure(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    else:
        for training in TRAININGS:
            subprocess.run([sys.executable, __file__, *map(str, training)], check=True)
