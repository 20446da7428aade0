"""Networks trained side by side, with every batch reported; from a script or a notebook as well as in a process."""

import time
from collections.abc import Callable
from typing import Any, Final

import keras
import numpy as np

from cnn_core.arrays import Labels, Pictures
from cnn_core.errors import CnnError
from cnn_core.keras_model.activations import operations
from cnn_core.keras_model.build import build_model
from cnn_core.layers.shapes import show
from cnn_core.training.data import TrainingSet, shifted, training_set
from cnn_core.training.plan import Run, Training
from cnn_core.training.records import Batch, Epoch, Moved, Record

_AT_ONCE: Final = 500
"""Pictures in a batch where nothing is learned: the answers do not depend on it."""


def never() -> bool:
    return False


def train(
    training: Training, report: Callable[[Record], None], stopped: Callable[[], bool] = never
) -> dict[str, keras.Model]:
    """Train all runs, taking turns after every epoch, and return the models by the runs' names.

    `report` gets a Batch after each batch, an Epoch after each epoch and at last a Moved for each run. `stopped` is
    asked after each batch; once it says yes nothing more is reported. The models' weights, the order of the pictures
    and so the results depend on the training alone; Keras's global seed is neither read nor changed.

    Raises:
        CnnError: the data are not there or too few, or a network does not take or give what they need.
    """
    data = training_set(training.data)
    _refuse_misfits(training, data)
    chosen, test = data.train.first(training.pictures), (data.test.pixels(), data.test.labels)
    pixels, labels = chosen.pixels(), chosen.labels
    models = {run.name: compiled_model(run, training.seed, training.learning_rate) for run in training.runs}
    for epoch in range(1, training.epochs + 1):
        order = np.random.default_rng((training.seed, epoch)).permutation(training.pictures)
        for name, model in models.items():
            watch = _Watch(name, epoch, report, stopped)
            model.fit(pixels[order], labels[order], training.batch_size, shuffle=False, verbose=0, callbacks=[watch])
            if stopped():
                return models
            report(watch.tested(test))
    for name, model in models.items():
        accuracy = {shift: shifted_accuracy(model, *test, shift) for shift in training.shifts if not stopped()}
        if stopped():
            return models
        report(Moved(name, len(data.test), accuracy))
    return models


def compiled_model(run: Run, seed: int, learning_rate: float) -> keras.Model:
    """Return a run's network ready to be trained to name classes by their index; raises CnnError."""
    model = build_model(run.network, seed)
    layers = operations(model) if run.fixed else {}
    for name, weights in run.fixed.items():
        layer = layers[name]
        needed, given = ([show(array.shape) for array in arrays] for arrays in (layer.get_weights(), weights))
        if needed != given:
            raise CnnError(
                'The weights of layer "{layer}" have other shapes. Received: {given}; {needed} are needed.',
                layer=name,
                given=", ".join(given),
                needed=", ".join(needed),
            )
        layer.set_weights(weights)
        layer.trainable = False
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def shifted_accuracy(model: keras.Model, pixels: Pictures, labels: Labels, shift: int) -> float:
    """Return the share that is right when the pictures are moved by `shift` pixels, the mean over four directions."""
    places = [(shift, 0), (-shift, 0), (0, shift), (0, -shift)] if shift else [(0, 0)]
    return float(np.mean([_accuracy(model, shifted(pixels, *place), labels) for place in places]))


def _accuracy(model: keras.Model, pixels: Pictures, labels: Labels) -> float:
    answers = model.predict(pixels, batch_size=_AT_ONCE, verbose=0).argmax(axis=1)
    return float((answers == labels).mean())


def _refuse_misfits(training: Training, data: TrainingSet) -> None:
    """Raise CnnError where the pictures are too few or the networks do not fit them."""
    if training.pictures > len(data.train):
        raise CnnError(
            "There are fewer pictures to train on. Received: {wanted}; {count} are there.",
            wanted=f"{training.pictures:,}",
            count=f"{len(data.train):,}",
        )
    needed = [data.train.pictures.shape[1:], (data.classes,)]
    for run in training.runs:
        if run.shapes != needed:
            given, wanted = (" → ".join(map(show, shapes)) for shapes in (run.shapes, needed))
            raise CnnError(
                'The network "{run}" does not fit the pictures. Received: {given}; {wanted} is needed.',
                run=run.name,
                given=given,
                wanted=wanted,
            )


class _Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Reports an epoch's batches and ends it when that is wanted."""

    def __init__(self, run: str, epoch: int, report: Callable[[Record], None], stopped: Callable[[], bool]) -> None:
        super().__init__()
        self._run, self._epoch, self._report, self._stopped = run, epoch, report, stopped
        self._began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._stopped():
            self.model.stop_training = True
        else:
            self._report(Batch(self._run, self._epoch, batch + 1, **_figures(logs), seconds=self._seconds()))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._found = _figures(logs)

    def tested(self, test: tuple[Pictures, Labels]) -> Epoch:
        """Return the epoch that has just ended, with what the model makes of the test pictures."""
        found = _figures(self.model.evaluate(*test, batch_size=_AT_ONCE, verbose=0, return_dict=True))
        tested = {f"test_{name}": value for name, value in found.items()}
        return Epoch(self._run, self._epoch, **self._found, **tested, seconds=self._seconds())

    def _seconds(self) -> float:
        return time.perf_counter() - self._began


def _figures(logs: dict[str, Any] | None) -> dict[str, float]:
    """Return what Keras says of loss and accuracy."""
    assert logs is not None
    return {name: float(logs[name]) for name in ("loss", "accuracy")}
