"""A class of Keras and its settings, as a file holds them, as a layer of ours: which there are, and which settings.

`keras_model` has the layers of a living model read here too: they describe themselves in the same words. What matters
only while training (initializers, regularizers, constraints, fill modes of augmentation, seeds, dtype) is left out.
What changes a shape, a number of parameters or an output and has no word here is refused, and so is every setting that
nobody knows.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import SLOPES, ActivationName, Layer
from cnn_core.model_file.arithmetic import Numbers, arithmetic, row, scaled
from cnn_core.model_file.configuration import class_of
from cnn_core.model_file.entry_settings import EntrySettings, demand, number
from cnn_core.model_file.shown import shown

OPEN_SIDE: Final = 224
"""Height and width where a model leaves them open: what keras.applications calls the default for such models."""


def layer_of(
    kind: str,
    settings: dict[str, Any],
    rank: int,
    constants: tuple[Numbers | None, ...] = (None,),
    *,
    old: bool = False,
) -> Layer:
    """Return the layer that a class of Keras with these settings is; raises LayerError where there is none.

    Args:
        rank: axes of its first input, the batch axis among them.
        constants: what it is applied to, in order: numbers, or None for another layer's output.
        old: whether Keras 2 wrote the settings.
    """
    kind, settings = _operation(kind, settings)
    if any(numbers is not None for numbers in constants):
        return arithmetic(kind, constants)
    read = _READERS.get(kind)
    if read is None:
        raise LayerError(
            "Received: {kind}, which has no counterpart here. Replace it by one of: {kinds}.",
            kind=shown(kind),
            kinds=", ".join(layers.KINDS),
        )
    asked = EntrySettings(settings, rank, old)
    layer = read(asked)
    asked.finish()
    return layer


def closed(sizes: Sequence[Any]) -> tuple[Any, ...]:
    """Return an input's sizes without the batch axis, OPEN_SIDE for every None before the last, the channels.

    >>> closed((None, 96, 3))
    (224, 96, 3)
    """
    last = len(sizes) - 1
    return tuple(OPEN_SIDE if size is None and i < last else size for i, size in enumerate(sizes))


Reader = Callable[[EntrySettings], Layer]


def _same(kind: type[Layer]) -> Reader:
    """Return a reader for a kind whose settings Keras calls as we do."""

    def read(asked: EntrySettings) -> Layer:
        rules = kind.settings()
        values = {name: asked.take(name) for name in rules if name != "activation"}
        values = {name: value for name, value in values.items() if value is not None or rules[name].required}
        if "activation" in rules:
            values["activation"] = _activation(asked)
        return kind(**values)

    return read


def _same_on_last_axis(kind: type[Layer]) -> Reader:
    def read(asked: EntrySettings) -> Layer:
        asked.take_last_axis()
        return _same(kind)(asked)

    return read


def _input(asked: EntrySettings) -> Layer:
    shape = asked.take("batch_shape", "batch_input_shape")
    return layers.Input(closed(shape[1:]) if isinstance(shape, list) else ())


def _pooling(kind: type[layers.Pooling]) -> Reader:
    def read(asked: EntrySettings) -> Layer:
        size, strides, padding = (asked.take(name) for name in ("pool_size", "strides", "padding"))
        # Convolutions keep the word in small letters, poolings as it was given.
        padding = padding.lower() if isinstance(padding, str) else padding
        return kind(size, None if strides == size else strides, padding)

    return read


def _normalization(asked: EntrySettings) -> Layer:
    mean, variance = asked.take("mean"), asked.take("variance")
    # Keras writes [] for one number for all axes.
    asked.take_last_axis(*([] if mean is None else [[]]))
    return layers.Normalization(*(None if value is None else row(value) for value in (mean, variance)))


# Activations ----------------------------------------------------------------------------------------------------------

_OLD_NAMES: Final = {"swish": "silu", "hard_swish": "hard_silu"}


def _activation(asked: EntrySettings) -> ActivationName:
    """Return the setting `activation`: its name, or an activation layer used as one."""
    value = asked.take("activation")
    name = "linear" if value is None else _OLD_NAMES.get(value, value) if isinstance(value, str) else None
    if name == ActivationName.HARD_SIGMOID and asked.old:
        raise LayerError("hard_sigmoid was another function in Keras 2. Save the model with Keras 3.")
    if name in tuple(ActivationName):
        return ActivationName(name)
    kind = class_of(value) if isinstance(value, dict) and "class_name" in value else None
    if kind in _ACTIVATIONS and isinstance(value["config"], dict):
        layer = layer_of(kind, value["config"], 2, old=asked.old)
        if isinstance(layer, layers.Activation) and layer.slope in (None, SLOPES.get(layer.activation)):
            return layer.activation
    raise LayerError(
        "Its activation is not one of: {names}. Received: {function}. Add it as a layer of its own.",
        names=", ".join(ActivationName),
        function=shown(kind or value),
    )


def _relu(asked: EntrySettings) -> Layer:
    slope, highest = asked.take("negative_slope"), asked.take("max_value")
    demand("max_value", highest, None, *([] if slope else [6]))
    if slope:
        return layers.Activation(ActivationName.LEAKY_RELU, slope)
    return layers.Activation(ActivationName.RELU if highest is None else ActivationName.RELU6)


def _leaky_relu(asked: EntrySettings) -> Layer:
    # Keras 2 calls it alpha. 0.3 is the layer's default in both; the function's is another.
    slope = asked.take("negative_slope", "alpha")
    return layers.Activation(ActivationName.LEAKY_RELU, 0.3 if slope is None else slope)


def _elu(asked: EntrySettings) -> Layer:
    alpha = asked.take("alpha")
    return layers.Activation(ActivationName.ELU, 1.0 if alpha is None else alpha)


def _softmax(asked: EntrySettings) -> Layer:
    asked.take_last_axis()
    return layers.Activation(ActivationName.SOFTMAX)


def _fixed(layer: Layer) -> Reader:
    return lambda asked: layer


_ACTIVATIONS: Final[dict[str, Reader]] = {
    "ReLU": _relu,
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "Softmax": _softmax,
    "Identity": _fixed(layers.Activation(ActivationName.LINEAR)),
    "ActivityRegularization": _fixed(layers.Activation(ActivationName.LINEAR)),
}

# Augmentation: active in training only --------------------------------------------------------------------------------


def _factor(setting: str, value: Any, *, signed: bool = True) -> float:
    """Return f for Keras's (-f, f), or (0, f) where not `signed`."""
    pair = value if isinstance(value, list) and len(value) == 2 else None
    high = number(setting, pair[1] if pair else value)
    demand(setting, pair, None, [-high if signed else 0, high])
    return high


def _zoom(asked: EntrySettings) -> Layer:
    height, width = asked.take("height_factor"), asked.take("width_factor")
    demand("width_factor", width, None, height)
    return layers.RandomZoom(_factor("height_factor", height))


def _translation(asked: EntrySettings) -> Layer:
    return layers.RandomTranslation(*(_factor(name, asked.take(name)) for name in ("height_factor", "width_factor")))


# All ------------------------------------------------------------------------------------------------------------------

_OPERATIONS: Final = {
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Gelu": "gelu",
    "Silu": "silu",
    "HardSilu": "hard_silu",
    "HardSigmoid": "hard_sigmoid",
    "Mish": "mish",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Exp": "exponential",
}
"""Functions of Keras 3 between layers, `keras.ops.relu(x)`."""

_OLD_OPERATIONS: Final = {
    "math.add": "Add",
    "__operators__.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.truediv": "TrueDivide",
    "nn.relu": "Relu",
    "nn.relu6": "Relu6",
}
"""The same in Keras 2, which calls all of them TFOpLambda."""


def _operation(kind: str, settings: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return an operation of Keras 2 as one of Keras 3; everything else as it is."""
    if kind != "TFOpLambda":
        return kind, settings
    function = shown(settings.get("function"))
    return _OLD_OPERATIONS.get(function, f"{kind} {function}"), {}


def _no_merge(asked: EntrySettings) -> Layer:
    raise LayerError("Of two layers' outputs only sums, products and maxima are supported here.")


_READERS: Final[dict[str, Reader]] = {
    "InputLayer": _input,
    "Activation": lambda asked: layers.Activation(_activation(asked)),
    **_ACTIVATIONS,
    **{name: _fixed(layers.Activation(activation)) for name, activation in _OPERATIONS.items()},
    **dict.fromkeys(("Subtract", "TrueDivide", "Divide"), _no_merge),
    "Negative": _fixed(layers.Rescaling(-1, 0)),
    "MaxPooling2D": _pooling(layers.MaxPooling2D),
    "AveragePooling2D": _pooling(layers.AveragePooling2D),
    "BatchNormalization": _same_on_last_axis(layers.BatchNormalization),
    "LayerNormalization": _same_on_last_axis(layers.LayerNormalization),
    "Normalization": _normalization,
    "Rescaling": lambda asked: scaled(row(asked.take("scale")), row(asked.take("offset"))),
    "LayerScale": lambda asked: layers.LayerScale(asked.take("init_values")),
    "StochasticDepth": lambda asked: layers.StochasticDepth(asked.take("drop_path_rate")),
    "RandomRotation": lambda asked: layers.RandomRotation(_factor("factor", asked.take("factor"))),
    "RandomContrast": lambda asked: layers.RandomContrast(_factor("factor", asked.take("factor"), signed=False)),
    "RandomZoom": _zoom,
    "RandomTranslation": _translation,
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
