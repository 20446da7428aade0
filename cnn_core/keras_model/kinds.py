"""One call of a Keras model as a layer of ours: which kinds there are, and which settings must be as ours are.

What matters only while training (initializers, regularizers, constraints, fill modes of augmentation, seeds, dtype) is
left out. What changes a shape, a number of parameters or an output and has no word here is refused.
"""

from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.keras_model.graph import Call, Source, operation_kind
from cnn_core.keras_model.operations import OPERATIONS, SLOPES, Reader, demand, scaled
from cnn_core.layers import ActivationName, Layer

_ALWAYS: Final[dict[str, Any]] = {
    "data_format": "channels_last",
    "output_padding": None,
    "lora_enabled": False,
    "quantization_mode": None,
    "rms_scaling": False,
    "invert": False,
    "threshold": 0,
}
"""Keras's settings without a word here: wherever a layer has one, it must have this value."""


def layer_of(call: Call) -> Layer:
    """Return the layer that does what `call` does; raises LayerError where there is none."""
    kind = operation_kind(call.operation)
    is_layer = isinstance(call.operation, keras.layers.Layer)
    read = (_LAYERS if is_layer else OPERATIONS).get(kind or "")
    if read is None:
        raise LayerError(
            "Received: {kind}, which has no counterpart here. Replace it by one of: {kinds}.",
            kind=type(call.operation).__name__,
            kinds=", ".join(layers.KINDS),
        )
    for setting, value in _ALWAYS.items():
        demand(setting, getattr(call.operation, setting, value), value)
    return read(call)


def _demand_last_axis(call: Call) -> None:
    """Check `axis`, which Keras keeps as a number or several, counted from either end."""
    rank = len(call.sources[0].shape)
    axis = call.operation.axis
    axes = axis if isinstance(axis, list | tuple) else (axis,)
    demand("axis", tuple(axes), (-1,), (rank - 1,))


# Layers of the same words ---------------------------------------------------------------------------------------------


def _same(kind: type[Layer]) -> Reader:
    """Return a reader for a kind whose settings Keras calls as we do."""

    def read(call: Call) -> Layer:
        operation = call.operation
        values = {name: _python(getattr(operation, name)) for name in kind.settings() if name != "activation"}
        if "activation" in kind.settings():
            values["activation"] = _activation_name(operation.activation)
        return kind(**values)

    return read


def _same_on_last_axis(kind: type[Layer]) -> Reader:
    def read(call: Call) -> Layer:
        _demand_last_axis(call)
        return _same(kind)(call)

    return read


def _python(value: Any) -> Any:
    """Return numbers and arrays of NumPy and TensorFlow as Python's own."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        return tuple(_python(item) for item in value)
    return value


def _pooling(kind: type[layers.Pooling]) -> Reader:
    def read(call: Call) -> Layer:
        size, strides = _python(call.operation.pool_size), _python(call.operation.strides)
        return kind(
            pool_size=size, strides=None if strides == size else strides, padding=call.operation.padding.lower()
        )

    return read


# Activations ----------------------------------------------------------------------------------------------------------

_FUNCTIONS: Final[dict[Any, ActivationName]] = {
    function: name
    for name in ActivationName
    for home in (tf.nn, keras.ops, keras.activations)
    # Only this one function has another default than the activation of its name.
    if (function := getattr(home, name, None)) not in (None, keras.ops.gelu)
}
"""What may be given as an activation, by TensorFlow's and Keras's functions."""


def _activation_name(function: Any) -> ActivationName:
    """Return the name of a function, or of an activation layer used as one."""
    if function is None:
        return ActivationName.LINEAR
    if isinstance(function, keras.layers.Layer):
        layer = layer_of(Call(function.name, function, (Source("", 0, (None, None)),)))
        if isinstance(layer, layers.Activation) and layer.slope in (None, SLOPES.get(layer.activation)):
            return layer.activation
    elif function in _FUNCTIONS:
        return _FUNCTIONS[function]
    raise LayerError(
        "Its activation is not one of: {names}. Received: {function}. Add it as a layer of its own.",
        names=", ".join(ActivationName),
        function=str(getattr(function, "name", None) or getattr(function, "__name__", function))[:80],
    )


def _relu(call: Call) -> Layer:
    slope, highest = _python(call.operation.negative_slope), _python(call.operation.max_value)
    demand("max_value", highest, None, *([] if slope else [6]))
    if slope:
        return layers.Activation(ActivationName.LEAKY_RELU, slope)
    return layers.Activation(ActivationName.RELU if highest is None else ActivationName.RELU6)


def _softmax(call: Call) -> Layer:
    _demand_last_axis(call)
    return layers.Activation(ActivationName.SOFTMAX)


def _normalization(call: Call) -> Layer:
    mean, variance = call.operation.input_mean, call.operation.input_variance
    # Keras writes () for one number for all axes.
    if mean is None or call.operation.axis != ():
        _demand_last_axis(call)
    if mean is None:
        return layers.Normalization()
    return layers.Normalization(*(tuple(np.ravel(np.asarray(value, float)).tolist()) for value in (mean, variance)))


# Augmentation ---------------------------------------------------------------------------------------------------------


def _factor(value: Any, *, signed: bool = True) -> Any:
    """Return f for Keras's (-f, f), or (0, f) where not `signed`."""
    low, high = value if isinstance(value, list | tuple) else (-value if signed else 0, value)
    demand("factor", (low, high), (-high if signed else 0, high))
    return _python(high)


def _zoom(call: Call) -> Layer:
    height, width = call.operation.height_factor, call.operation.width_factor
    demand("width_factor", width, None, height)
    return layers.RandomZoom(_factor(height))


_LAYERS: Final[dict[str, Reader]] = {
    "InputLayer": lambda call: layers.Input(call.operation.batch_shape[1:]),
    "Identity": lambda call: layers.Activation(ActivationName.LINEAR),
    "ActivityRegularization": lambda call: layers.Activation(ActivationName.LINEAR),
    "MaxPooling2D": _pooling(layers.MaxPooling2D),
    "AveragePooling2D": _pooling(layers.AveragePooling2D),
    "BatchNormalization": _same_on_last_axis(layers.BatchNormalization),
    "LayerNormalization": _same_on_last_axis(layers.LayerNormalization),
    "Normalization": _normalization,
    "Rescaling": lambda call: scaled(call.operation.scale, call.operation.offset),
    "LayerScale": lambda call: layers.LayerScale(call.operation.init_values),
    "Activation": lambda call: layers.Activation(_activation_name(call.operation.activation)),
    "ReLU": _relu,
    "LeakyReLU": lambda call: layers.Activation(ActivationName.LEAKY_RELU, _python(call.operation.negative_slope)),
    "ELU": lambda call: layers.Activation(ActivationName.ELU, _python(call.operation.alpha)),
    "Softmax": _softmax,
    "StochasticDepth": lambda call: layers.StochasticDepth(call.operation.drop_path_rate),
    "RandomRotation": lambda call: layers.RandomRotation(_factor(call.operation.factor)),
    "RandomZoom": _zoom,
    "RandomTranslation": lambda call: layers.RandomTranslation(
        _factor(call.operation.height_factor), _factor(call.operation.width_factor)
    ),
    "RandomContrast": lambda call: layers.RandomContrast(_factor(call.operation.factor, signed=False)),
    "Concatenate": _same_on_last_axis(layers.Concatenate),
    **{
        kind.__name__: _same(kind)
        for kind in (
            layers.Conv2D,
            layers.DepthwiseConv2D,
            layers.SeparableConv2D,
            layers.Conv2DTranspose,
            layers.GlobalMaxPooling2D,
            layers.GlobalAveragePooling2D,
            layers.UpSampling2D,
            layers.ZeroPadding2D,
            layers.Cropping2D,
            layers.Dropout,
            layers.SpatialDropout2D,
            layers.RandomFlip,
            layers.Flatten,
            layers.Reshape,
            layers.Dense,
            layers.Add,
            layers.Multiply,
            layers.Average,
            layers.Maximum,
        )
    },
}
