"""A class of Keras and its settings, as a file holds them, as a layer of ours: which there are, and which settings.

`keras_model` has the layers of a living model read here too: they describe themselves in the same words. What matters
only while training (initializers, regularizers, constraints, fill modes of augmentation, seeds, dtype) is left out.
What changes a shape, a number of parameters or an output and has no word here is refused, and so is every setting that
nobody knows.
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any, Final

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import SLOPES, ActivationName, Layer
from cnn_core.layers.shapes import output_shape
from cnn_core.model_file.arithmetic import Numbers, arithmetic, row, scaled
from cnn_core.model_file.configuration import class_of
from cnn_core.model_file.entry_settings import EntrySettings, Sizes, demand
from cnn_core.model_file.operations import OLD_KINDS, OLD_OPERATIONS
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


@reads("RandomCrop")
def _random_crop(entry: EntrySettings) -> Layer:
    """Outside of training Keras 2 cuts to the ratio and resizes; Keras 3 passes on whatever comes."""
    entry.ignore("rng_type")
    height, width = entry.take("height"), entry.take("width")
    if not entry.old and entry.sizes[:2] != (height, width):
        raise LayerError(
            "Outside training, RandomCrop passes whole pictures on, so the layers after it get different sizes than "
            "they were built for. Received: {height}×{width} of {sizes}. Use a Resizing instead.",
            height=shown(height),
            width=shown(width),
            sizes=shown(entry.sizes),
        )
    return layers.Resizing(height, width, crop_to_aspect_ratio=True)


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
        raise LayerError("hard_sigmoid was a different function in Keras 2. Save the model with Keras 3.")
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
    entry.demand(approximate=(False,))
    slope = entry.take("negative_slope", "alpha")
    return layers.Activation(activation, None if slope == SLOPES.get(activation) else slope)


for _name in set(ActivationName) - {ActivationName.LINEAR, ActivationName.SOFTMAX, ActivationName.EXPONENTIAL}:
    reads("".join(word.capitalize() for word in _name.split("_")))(partial(_function, _name))
reads("Exp")(partial(_function, ActivationName.EXPONENTIAL))


@reads("Negative")
def _negative(entry: EntrySettings) -> Layer:
    return layers.Rescaling(-1, 0)


@reads("BiasAdd")
def _bias_add(entry: EntrySettings) -> Layer:
    """One number a channel is added: `preprocess_input` of Keras 2's VGG and ResNet writes the means so."""
    demand("data_format", entry.take("data_format"), None, "NHWC", "N...C")
    return scaled((1.0,), row(entry.take("bias")))


@reads("TrueDivide", "Divide")
def _no_merge(entry: EntrySettings) -> Layer:
    raise LayerError("Two layers' outputs can only be combined by sums, differences, products, maxima and minima here.")


# Values put together along axes, parts and other shapes

_ALONG: Final = (
    "It puts whole pictures of a batch together, or its axes are no numbers. Received: axis={axis}. Name the axes of "
    "one picture: 1 and 2 for height and width, -1 for the channels."
)


def _reduced(kind: type[layers.Reduce], entry: EntrySettings) -> Layer:
    """Return a mean or a maximum along axes; over height and width of maps it is a global pooling."""
    entry.demand(initial=(None,))
    axes, keepdims = _axes_of(entry), entry.take("keepdims") or False
    if axes == (1, 2) and len(entry.sizes) == 3:
        is_mean = kind is layers.ReduceMean
        return (layers.GlobalAveragePooling2D if is_mean else layers.GlobalMaxPooling2D)(keepdims)
    return kind(axes, keepdims)


reads("Mean")(partial(_reduced, layers.ReduceMean))
reads("Max", "Amax")(partial(_reduced, layers.ReduceMax))


@reads("Sum")
def _sum(entry: EntrySettings) -> Layer:
    """Return a sum along axes: their mean times the number of values."""
    axes = entry.take("axis")
    counted = EntrySettings({"axis": axes}, entry.sizes, entry.old)
    count = prod(entry.shape[axis - 1] for axis in _axes_of(counted))
    entry.behind.append(layers.Rescaling(count, 0))
    entry.put("axis", axes)
    return _reduced(layers.ReduceMean, entry)


def _axes_of(entry: EntrySettings) -> tuple[int, ...]:
    """Return `axis` counted from 1 without the batch axis."""
    axis, count = entry.take("axis"), len(entry.sizes) + 1
    axes = axis if isinstance(axis, list) else [axis]
    if not axes or not all(type(one) is int and -count < one < count and one for one in axes):
        raise LayerError(_ALONG, axis=shown(axis))
    return tuple(sorted({one % count for one in axes}))


@reads("Reshape")
def _reshape(entry: EntrySettings) -> Layer:
    shape = entry.take("newshape")
    if shape is None:
        return spelled(layers.Reshape, entry)
    if not isinstance(shape, list) or len(shape) < 2 or shape[0] not in (-1, None):
        raise LayerError(
            "It splits up the pictures of a batch. Received: newshape={shape}. Let it begin with -1.",
            shape=shown(shape),
        )
    return layers.Reshape(tuple(shape[1:]))


@reads("ExpandDims")
def _expand(entry: EntrySettings) -> Layer:
    axis, shape = entry.take("axis"), entry.shape
    count = len(shape) + 2
    if type(axis) is not int or not -count < axis < count or not axis:
        raise LayerError(_ALONG, axis=shown(axis))
    place = axis % count - 1
    return layers.Reshape((*shape[:place], 1, *shape[place:]))


@reads("Squeeze")
def _squeeze(entry: EntrySettings) -> Layer:
    dropped, shape = _axes_of(entry), entry.shape
    if any(shape[axis - 1] != 1 for axis in dropped):
        raise LayerError("Only axes of size 1 can be left out. Received: {sizes}.", sizes=shown(shape))
    return layers.Reshape(tuple(size for axis, size in enumerate(shape, start=1) if axis not in dropped))


@reads("Transpose")
def _transpose(entry: EntrySettings) -> Layer:
    axes = entry.take("axes")
    entry.ignore("conjugate")
    if not isinstance(axes, list) or axes[:1] != [0]:
        raise LayerError(_ALONG, axis=shown(axes))
    return layers.Permute(tuple(axes[1:]))


@reads("Resize")
def _resize(entry: EntrySettings) -> Layer:
    size = entry.take("size")
    entry.ignore("fill_mode")
    demand("data_format", entry.take("data_format"), None, "channels_last")
    entry.demand(antialias=(False,))
    height, width = size if isinstance(size, list) and len(size) == 2 else (size, size)
    return layers.Resizing(
        height,
        width,
        entry.take("interpolation") or "bilinear",
        entry.take("crop_to_aspect_ratio") or False,
        entry.take("pad_to_aspect_ratio") or False,
        entry.take("fill_value") or 0,
    )


@reads("GetItem")
def _get_item(entry: EntrySettings) -> Layer:
    """Return the part of a map that a key takes; whole numbers leave an axis out, None adds one."""
    keys = _one_an_axis(entry.take("key"), len(entry.sizes) + 1)
    taken = [key for key in keys if key is not None]
    cuts = [key if isinstance(key, tuple) else (key, key + 1 or None, None) for key in taken]
    part: list[Layer] = []
    if not all(cut in _WHOLE for cut in cuts):
        if len(cuts) != 3:
            raise LayerError(
                "Only parts of maps, (height, width, channels), are supported. Received: {key}.", key=shown(keys)
            )
        part.append(layers.Slice(*cuts))
    if len(taken) < len(keys) or not all(isinstance(key, tuple) for key in taken):
        shape = output_shape(part[0], entry.shape) if part else entry.shape
        left = iter(shape)
        sizes = [1 if key is None else next(left) for key in keys]
        part.append(layers.Reshape(tuple(size for key, size in zip(keys, sizes, strict=True) if type(key) is not int)))
    first, *behind = part or [layers.Activation(ActivationName.LINEAR)]
    entry.behind += behind
    return first


_WHOLE: Final = ((None, None, None), (None, None, 1), (0, None, None), (0, None, 1))


def _one_an_axis(key: Any, axes: int) -> list[Any]:
    """Return what a key says of each axis behind the batch axis; raises LayerError where it is no plain key."""
    keys = key if isinstance(key, list) else [key]
    missing = axes - sum(one is not None and one != "…" for one in keys)
    place = keys.index("…") if "…" in keys else len(keys)
    every: list[Any] = [*keys[:place], *([_WHOLE[0]] * missing), *keys[place + 1 :]]
    first, *rest = every or [None]
    is_plain = all(one is None or type(one) is int or _is_slice(one) for one in rest)
    if missing < 0 or first not in _WHOLE or not is_plain:
        raise LayerError(
            "It takes a part of its input that is not supported here. Received: {key}. Use slices of rows, columns "
            "and channels, after a : for the batch.",
            key=shown(key),
        )
    return rest


def _is_slice(key: Any) -> bool:
    return isinstance(key, tuple) and all(end is None or type(end) is int for end in key)


def _operation(kind: str, settings: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return an operation of Keras 2 as one of Keras 3; everything else as it is."""
    if kind not in OLD_KINDS:
        return kind, settings
    function = shown(settings.get("function"))
    if function not in OLD_OPERATIONS:
        return f"{kind} {function}", {}
    new = OLD_OPERATIONS[function]
    return new.kind, {theirs: settings[old] for old, theirs in new.settings.items() if old in settings}
