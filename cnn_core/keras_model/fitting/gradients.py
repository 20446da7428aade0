"""How large the loss's gradient is at each layer: where it vanishes, nothing is learned."""

from typing import Any, Final

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

MOST_PICTURES: Final = 16
"""Whose mean loss is differentiated: a step as small as that adds little to an epoch."""


class GradientNorms:
    """The Euclidean norms of the gradients of a model's kernels, by layer, always over the same pictures.

    Dropout and augmentation rest meanwhile, so nothing is drawn.

    Args:
        model: compiled; its layers' `trainable` says which of them count.
        inputs, labels: of some pictures, of which the first are taken.
    """

    def __init__(self, model: keras.Model, inputs: npt.NDArray[Any], labels: npt.NDArray[Any]) -> None:
        self._inputs = tf.constant(np.asarray(inputs[:MOST_PICTURES], np.float32))
        self._labels = tf.constant(np.asarray(labels[:MOST_PICTURES]))
        self._kernels = {layer.name: kernel for layer in model.layers if (kernel := _kernel(layer)) is not None}
        self._model, self._traced = model, tf.function(self._norms)

    def now(self) -> dict[str, float]:
        """Return the norms for the weights that the model has now."""
        return dict(zip(self._kernels, map(float, self._traced()), strict=True))

    def _norms(self) -> list[Any]:
        kernels = [kernel.value for kernel in self._kernels.values()]
        with tf.GradientTape() as tape:
            outputs = self._model(self._inputs, training=False)
            loss = self._model.compute_loss(x=self._inputs, y=self._labels, y_pred=outputs, training=False)
        return [tf.norm(slope) for slope in tape.gradient(loss, kernels)]


def _kernel(layer: Any) -> Any:
    """Return the first array of weights of a layer that is trained, None where it has only one number a channel."""
    return next((weight for weight in layer.trainable_weights if len(weight.shape) > 1), None)
