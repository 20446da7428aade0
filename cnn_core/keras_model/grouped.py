"""Convolutions in groups, computed group by group.

On a processor Keras leaves them to XLA, which makes kernels over all channels of them, mostly zeros: 440 MB for the
1,536 groups of 7×7 of ConvNeXtLarge. Its gradients took a worker from 2.9 to 5.3 GB; computed here, to 2.8 GB.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf


def computed_by(operation: Any) -> Callable[..., Any]:
    """Return what computes a layer or an operation here: itself, or the same numbers made in another way."""
    is_grouped = type(operation) is keras.layers.Conv2D and operation.groups > 1
    if is_grouped and operation.data_format == "channels_last" and operation.compute_dtype == "float32":
        return _InGroups(operation)
    computed: Callable[..., Any] = operation
    return computed


@dataclass(frozen=True, eq=False)
class _InGroups:
    """A Conv2D whose groups are computed by themselves; what it has besides the convolution is the layer's."""

    layer: keras.layers.Conv2D

    def __call__(self, inputs: Any) -> Any:
        sums = self._convolved(inputs, tf.convert_to_tensor(self.layer.kernel))
        if self.layer.bias is not None:
            sums = sums + self.layer.bias
        return sums if self.layer.activation is None else self.layer.activation(sums)

    def _convolved(self, inputs: Any, kernel: Any) -> Any:
        groups, strides, dilations = self.layer.groups, self.layer.strides, self.layer.dilation_rate
        padding = self.layer.padding.upper()
        if groups == inputs.shape[-1] and strides[0] == strides[1]:
            # TensorFlow's depthwise kernels say which channel before which of its filters.
            kernel = tf.reshape(kernel, (*kernel.shape[:2], groups, -1))
            return tf.nn.depthwise_conv2d(inputs, kernel, (1, *strides, 1), padding, dilations=dilations)
        pairs = zip(tf.split(inputs, groups, axis=-1), tf.split(kernel, groups, axis=-1), strict=True)
        parts = [tf.nn.convolution(part, filters, strides, padding, dilations=dilations) for part, filters in pairs]
        return tf.concat(parts, axis=-1)
