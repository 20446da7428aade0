"""A class of Keras and its settings, as a file holds them, as a layer of ours: which there are, and which settings.

`keras_model` has the layers of a living model read here too: they describe themselves in the same words. What matters
only while training (initializers, regularizers, constraints, fill modes of augmentation, seeds, dtype) is left out.
What changes a shape, a number of parameters or an output and has no word here is refused, and so is every setting that
nobody knows.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import SLOPES, ActivationName, Layer
from cnn_core.model_file.arithmetic import Numbers, arithmetic, row, scaled
from cnn_core.model_file.configuration import class_of
from cnn_core.model_file.entry_settings import EntrySettings, Sizes, demand
from cnn_core.model_file.shown import shown
from cnn_core.model_file.unread import unread

OPEN_SIDE: Final = 224
"""Height and width where a model leaves them open: what keras.applications calls the default for such models."""


def layers_of(
    kind: str,
    settings: dict[str, Any],
    sizes: Sizes,
    constants: tuple[Numbers | None, ...] = (None,),
    *,
    old: bool = False,
) -> tuple[Layer, ...]:
    """Return the layers, one behind the other, that a class of Keras with these settings is: nearly always one.

    Args:
        sizes: of its first input without the batch axis, None where one is open.
        constants: what it is applied to, in order: numbers, or None for another layer's output.
        old: whether Keras 2 wrote the settings.

    Raises:
        LayerError: there is no such layer here.
    """
    kind, settings = _operation(kind, settings)
    if any(numbers is not None for numbers in constants):
        return (arithmetic(kind, constants),)
    entry = EntrySettings(settings, sizes, old)
    layer = _reader_of(kind)(entry)
    entry.finish()
    return (layer, *entry.behind)


Reader = Callable[[EntrySettings], Layer]

_READERS: Final[dict[str, Reader]] = {}
"""Classes of Keras whose spelling says too little, or that are no kind here but one of its settings."""


def reads(*names: str) -> Callable[[Reader], Reader]:
    """Enter a function that reads these classes of Keras."""

    def enter(reader: Reader) -> Reader:
        _READERS.update(dict.fromkeys(names, reader))
        return reader

    return enter


def known_classes() -> frozenset[str]:
    """Return the classes of Keras that are read."""
    return frozenset(_READERS) | {kind.keras_name() for kind in layers.KINDS.values()}


def _reader_of(name: str) -> Reader:
    """Return what reads a class of Keras: a function of its own, or the spelling of the kind; raises LayerError."""
    kind = next((kind for kind in layers.KINDS.values() if kind.keras_name() == name), None)
    if name in _READERS:
        return _READERS[name]
    if kind is None:
        raise unread(name)
    return partial(spelled, kind)


def spelled(kind: type[Layer], entry: EntrySettings) -> Layer:
    """Return the layer that a kind's spelling makes of Keras's settings."""
    if kind.spelling.last_axis:
        entry.take_last_axis()
    _leave_out(kind, entry)
    values = {name: _setting(kind, name, entry) for name in kind.settings()}
    # What Keras does not say is as it is by default.
    rules = kind.settings()
    return kind(**{name: value for name, value in values.items() if value is not None or rules[name].required})


def _leave_out(kind: type[Layer], entry: EntrySettings) -> None:
    """Take what has no word here."""
    entry.demand(**kind.spelling.fixed)
    entry.ignore(*kind.spelling.ignored)


def _setting(kind: type[Layer], name: str, entry: EntrySettings) -> Any:
    """Return a setting of ours as Keras's settings have it; None where they do not say."""
    if name == "activation":
        return _activation(entry)
    return entry.take(kind.spelling.of(name))


def closed(sizes: Sequence[Any]) -> tuple[Any, ...]:
    """Return an input's sizes without the batch axis, OPEN_SIDE for every None before the last, the channels.

    >>> closed((None, 96, 3))
    (224, 96, 3)
    """
    last = len(sizes) - 1
    return tuple(OPEN_SIDE if size is None and i < last else size for i, size in enumerate(sizes))


# Kinds whose spelling says too little ---------------------------------------------------------------------------------


@reads("InputLayer")
def _input(entry: EntrySettings) -> Layer:
    _leave_out(layers.Input, entry)
    shape = entry.take("batch_shape", "batch_input_shape")
    return layers.Input(closed(shape[1:]) if isinstance(shape, list) else ())


def _pooling(kind: type[layers.Pooling], entry: EntrySettings) -> Layer:
    size, strides, padding = (entry.take(name) for name in ("pool_size", "strides", "padding"))
    # Convolutions keep the word in small letters, poolings as it was given.
    padding = padding.lower() if isinstance(padding, str) else padding
    return kind(size, None if strides == size else strides, padding)


reads("MaxPooling2D")(partial(_pooling, layers.MaxPooling2D))
reads("AveragePooling2D")(partial(_pooling, layers.AveragePooling2D))


@reads("BatchNormalizationV1", "SyncBatchNormalization")
def _batch_normalization(entry: EntrySettings) -> Layer:
    """Early versions of Keras 2 wrote the first name, and the second for one that learns on several processors."""
    return spelled(layers.BatchNormalization, entry)


@reads("Normalization")
def _normalization(entry: EntrySettings) -> Layer:
    _leave_out(layers.Normalization, entry)
    mean, variance = entry.take("mean"), entry.take("variance")
    # Keras writes [] for one number for all axes.
    entry.take_last_axis(*([] if mean is None else [[]]))
    return layers.Normalization(*(None if value is None else row(value) for value in (mean, variance)))


@reads("Rescaling")
def _rescaling(entry: EntrySettings) -> Layer:
    return scaled(row(entry.take("scale")), row(entry.take("offset")))


# Activations ----------------------------------------------------------------------------------------------------------

_OLD_NAMES: Final = {"swish": "silu", "hard_swish": "hard_silu"}


def _activation(entry: EntrySettings) -> ActivationName:
    """Return the setting `activation`: its name, or an activation layer used as one; with a slope it goes behind."""
    value = entry.take("activation")
    name = "linear" if value is None else _OLD_NAMES.get(value, value) if isinstance(value, str) else None
    if name == ActivationName.HARD_SIGMOID and entry.old:
        raise LayerError("hard_sigmoid was another function in Keras 2. Save the model with Keras 3.")
    if name in tuple(ActivationName):
        return ActivationName(name)
    kind = class_of(value) if isinstance(value, dict) and "class_name" in value else None
    if kind in _ACTIVATION_LAYERS and isinstance(value["config"], dict):
        (layer,) = layers_of(kind, value["config"], entry.sizes, old=entry.old)
        assert isinstance(layer, layers.Activation)
        if layer.slope in (None, SLOPES.get(layer.activation)):
            return layer.activation
        entry.behind.append(layer)
        return ActivationName.LINEAR
    raise LayerError(
        "Its activation is not one of: {names}. Received: {function}. Add it as a layer of its own.",
        names=", ".join(ActivationName),
        function=shown(kind or value),
    )


_ACTIVATION_LAYERS: Final = ("ReLU", "LeakyReLU", "ELU", "Softmax", "Identity", "ActivityRegularization")
"""Classes of Keras that a setting `activation` may hold."""


@reads("Activation")
def _activation_layer(entry: EntrySettings) -> Layer:
    activation = layers.Activation(_activation(entry))
    return entry.behind.pop() if entry.behind else activation


@reads("ReLU")
def _relu(entry: EntrySettings) -> Layer:
    slope, highest = entry.take("negative_slope"), entry.take("max_value")
    entry.demand(threshold=(0,))
    demand("max_value", highest, None, *([] if slope else [6]))
    if slope:
        return layers.Activation(ActivationName.LEAKY_RELU, slope)
    return layers.Activation(ActivationName.RELU if highest is None else ActivationName.RELU6)


@reads("LeakyReLU")
def _leaky_relu(entry: EntrySettings) -> Layer:
    # Keras 2 calls it alpha. 0.3 is the layer's default in both; the function's is another.
    slope = entry.take("negative_slope", "alpha")
    return layers.Activation(ActivationName.LEAKY_RELU, 0.3 if slope is None else slope)


@reads("ELU")
def _elu(entry: EntrySettings) -> Layer:
    alpha = entry.take("alpha")
    return layers.Activation(ActivationName.ELU, 1.0 if alpha is None else alpha)


@reads("Softmax")
def _softmax(entry: EntrySettings) -> Layer:
    entry.take_last_axis()
    return layers.Activation(ActivationName.SOFTMAX)


@reads("Identity", "ActivityRegularization")
def _identity(entry: EntrySettings) -> Layer:
    entry.ignore("l1", "l2")
    return layers.Activation(ActivationName.LINEAR)


# Operations: functions of Keras between layers, `keras.ops.relu(x)` ---------------------------------------------------


def _function(activation: ActivationName, entry: EntrySettings) -> Layer:
    entry.demand(approximate=(False,), negative_slope=(0.2,), alpha=(1.0,))
    return layers.Activation(activation)


for _name in set(ActivationName) - {ActivationName.LINEAR, ActivationName.SOFTMAX, ActivationName.EXPONENTIAL}:
    reads("".join(word.capitalize() for word in _name.split("_")))(partial(_function, _name))
reads("Exp")(partial(_function, ActivationName.EXPONENTIAL))


@reads("Negative")
def _negative(entry: EntrySettings) -> Layer:
    return layers.Rescaling(-1, 0)


@reads("TrueDivide", "Divide")
def _no_merge(entry: EntrySettings) -> Layer:
    raise LayerError("Of two layers' outputs only sums, differences, products, maxima and minima are supported here.")


_OLD_OPERATIONS: Final = {
    "math.add": "Add",
    "__operators__.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
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
