"""A network out of the table that Keras's `model.summary()` prints, as far as shapes and parameters determine it.

For each row the layers of its kind that are in use are tried, the most usual first, and the first that gives the row's
output shape and parameters is taken. What no figure shows is assumed, and said; where nothing fits, the row is refused.
"""

from collections.abc import Iterator
from itertools import permutations, product
from math import isqrt
from typing import Any, Final, NamedTuple

from cnn_core.errors import LayerError, NetworkError, NetworkFileError
from cnn_core.layers import KINDS, ActivationName, Group, Input, Layer
from cnn_core.layers.cost import parameters
from cnn_core.layers.shapes import output_shape, show
from cnn_core.network.files import LONGEST_NAME, MOST_LAYERS
from cnn_core.network.network import NamedLayer, Network, check_name, free_name
from cnn_core.network.summary import summarize
from cnn_core.network.summary_table import CUT, SummaryRow, is_summary, rows_of
from cnn_core.sentences import N_, Note

__all__ = ["ReadSummary", "is_summary", "read_summary"]

Shape = tuple[int, ...]

_ACTIVATIONS: Final = {"ReLU": "relu", "Softmax": "softmax", "LeakyReLU": "leaky_relu", "ELU": "elu"}
"""What Keras has as layers of their own."""
_MODES: Final = ("same", "valid")
_STRIDES: Final = range(1, 17)
_DILATIONS: Final = range(2, 25)
_POOLS: Final = (3, 2, *range(4, 17))
_KERNELS: Final = range(1, 16)
_USUAL_SIZES: Final = frozenset(
    (28, 32, 48, 64, 96, 100, 128, 150, 160, 180, 192, 200, 224, 227, 256, 299, 300, 320, 331, 380, 384, 448, 512, 600)
)
"""Of pictures."""
_GROUPS: Final = (32, 16, 8, 4, 2, 1)


class ReadSummary(NamedTuple):
    """The network of a table, and what was assumed for it."""

    network: Network
    notes: tuple[Note, ...]


def read_summary(text: str) -> ReadSummary:
    """Return the network of a table that `model.summary()` prints.

    Raises:
        NetworkFileError: the line of the table that cannot be understood, or for which no layer is found.

    >>> table = '''
    ... Layer (type)                Output Shape              Param #
    ... =================================================================
    ... conv2d (Conv2D)             (None, 26, 26, 32)        320
    ... flatten (Flatten)           (None, 21632)             0
    ... dense (Dense)               (None, 10)                216330
    ... '''
    >>> from cnn_core.network.line import write_line
    >>> write_line(read_summary(table).network)
    '28x28x1-C32vlin-F-D10lin'
    """
    reader = _Reader()
    for row in rows_of(text):
        reader.read(row)
    if not reader.layers:
        raise NetworkFileError(N_("The table has no layers below its header. Paste all of it."))
    return ReadSummary(reader.network(), tuple(reader.notes()))


class _Reader:
    """Puts layers behind one another, each with the shape that the table gives."""

    def __init__(self) -> None:
        self.layers: list[NamedLayer] = []
        self.rows: list[SummaryRow] = []
        self.shapes: dict[str, Shape] = {}
        self.shown: dict[str, str] = {}
        self.used: set[str] = set()
        self.begins_with_input = True

    def read(self, row: SummaryRow) -> None:
        """Put the layer of a row behind the others."""
        if len(self.layers) >= MOST_LAYERS:
            raise row.refuse(LayerError("A network has at most {most} layers.", most=MOST_LAYERS))
        name, kind = row.name_and_kind
        kind = _known(kind, row)
        if kind == Input.__name__:
            if self.layers:
                raise row.refuse(LayerError("A network here has one input, which comes first."))
            self.put(name, Input(row.shape), (), row)
            return
        if not self.layers:
            self.begins_with_input = False
            self.put(free_name("Input", ()), Input(_input_before(kind, row)), (), row)
        sources = self.sources(row)
        shapes = tuple(self.shapes[source] for source in sources)
        self.put(name, _fitting(kind, name, row, shapes), sources, row)

    def put(self, name: str, layer: Layer, sources: tuple[str, ...], row: SummaryRow) -> None:
        try:
            check_name(name, self.shapes)
            own = free_name(layer.kind, {*self.shapes}) if CUT in name or len(name) > LONGEST_NAME else name
        except LayerError:
            own = free_name(layer.kind, {*self.shapes})
        follows = bool(self.layers) and sources == (self.layers[-1].name,)
        self.layers.append(NamedLayer(own, layer, () if follows else sources))
        self.rows.append(row)
        self.shapes[own] = layer.shape if isinstance(layer, Input) else row.shape
        self.shown[own] = name
        self.used |= {*sources}

    def sources(self, row: SummaryRow) -> tuple[str, ...]:
        """Return the layers that a row is connected to: by name, or the one above."""
        return tuple(self.source(name, row) for name in row.sources) or (self.layers[-1].name,)

    def source(self, said: str, row: SummaryRow) -> str:
        """Return the layer of a name in "Connected to"; of several cut off alike, the last that nothing uses."""
        start = said.removesuffix(CUT)
        above = [named.name for named in reversed(self.layers)]
        exact = [name for name in above if self.shown[name] == said]
        alike = [name for name in above if said != start and self.shown[name].removesuffix(CUT).startswith(start)]
        # A name may be cut off earlier in its own column than where it is referred to.
        alike += [name for name in above if CUT in self.shown[name] and start.startswith(self.shown[name][:-1])]
        for found in (exact, [name for name in alike if name not in self.used], alike):
            if found:
                return found[0]
        raise row.refuse(LayerError('It is connected to "{name}", but no row above has that name.', name=said[:80]))

    def network(self) -> Network:
        """Return the network, whose figures are those of the table."""
        network = Network(tuple(self.layers))
        try:
            summary = summarize(network)
        except NetworkError as error:
            places = {named.name: place for place, named in enumerate(self.layers)}
            raise self.rows[places.get(error.layer or "", 0)].refuse(error) from error
        for ours, row in zip(summary.rows, self.rows, strict=True):
            if ours.output_shape != self.shapes[ours.name]:
                raise _unfitting(row)
        return network

    def notes(self) -> Iterator[Note]:
        """Yield what was assumed."""
        layers = [named.layer for named in self.layers]
        if not self.begins_with_input:
            message = N_("The table does not say what enters the network; {shape} is the usual size that fits.")
            yield Note(message, {"shape": show(self.shapes[self.layers[0].name])})
        if any("activation" in layer.settings() and layer.kind != "Activation" for layer in layers):
            yield Note(
                N_("A table does not show activations: convolutions and dense layers are linear until you set one.")
            )
        if any(layer.group is Group.POOLING and "pool_size" in layer.settings() for layer in layers):
            yield Note(N_("Pooling layers are the smallest usual ones that give these shapes."))
        others = {layer.kind for layer in layers if _has_hidden_settings(layer)}
        if others:
            message = N_("Settings that do not affect shapes or counts are our defaults. Check: {kinds}.")
            yield Note(message, {"kinds": ", ".join(sorted(others))})


def _has_hidden_settings(layer: Layer) -> bool:
    """Say whether a layer has settings that neither its shape nor its parameters show."""
    return layer.group in (Group.REGULARIZATION, Group.AUGMENTATION) or layer.kind in (
        "Activation",
        "Rescaling",
        "Resizing",
        "UpSampling2D",
        "GroupNormalization",
    )


def _known(kind: str, row: SummaryRow) -> str:
    """Return one of our kinds for a class that may be cut off."""
    if kind == "InputLayer":
        return Input.__name__
    if kind in KINDS or kind in _ACTIVATIONS:
        return kind
    start = kind.removesuffix(CUT)
    found = [known for known in (*KINDS, "InputLayer") if kind != start and known.startswith(start)]
    if len(found) == 1:
        return found[0].removesuffix("Layer") if found[0] == "InputLayer" else found[0]
    message = "There is no layer {kind} here. A model within the model is shown by summary(expand_nested=True)."
    raise row.refuse(LayerError(message, kind=kind[:80]))


# Which layer gives a row's figures ------------------------------------------------------------------------------------


def _fitting(kind: str, name: str, row: SummaryRow, shapes: tuple[Shape, ...]) -> Layer:
    """Return the first layer of a kind that gives the shape and the parameters of a row."""
    wanted = row.shape, row.parameters
    for settings in _settings(kind, name, row, shapes):
        try:
            layer = KINDS["Activation" if kind in _ACTIVATIONS else kind](**settings)
            if (output_shape(layer, *shapes), sum(parameters(layer, *shapes))) == wanted:
                return layer
        except (LayerError, ArithmeticError):
            continue
    raise _unfitting(row)


def _unfitting(row: SummaryRow) -> NetworkFileError:
    message = (
        "No {kind} is found that gives the shape {shape} and {count} parameters behind what comes before it. "
        "Design it by hand, or paste the code."
    )
    values = {"kind": row.name_and_kind[1], "shape": show(row.shape), "count": f"{row.parameters:,}"}
    return row.refuse(LayerError(message, **values))


def _settings(kind: str, name: str, row: SummaryRow, shapes: tuple[Shape, ...]) -> Iterator[dict[str, Any]]:
    """Yield settings of a kind, the most usual first, that may give a row's figures."""
    inputs, output, count = shapes[0], row.shape, row.parameters
    channels, last = inputs[-1], output[-1]
    match kind:
        case "Conv2D":
            for square, groups, bias in product((True, False), (1, *range(2, channels + 1)), (True, False)):
                if channels % groups == 0 and last % groups == 0:
                    sizes = _kernels(count - bias * last, last * channels // groups, square)
                    more = {"filters": last, "groups": groups, "use_bias": bias}
                    yield from ({**more, **moved} for size in sizes for moved in _moved(size))
        case "DepthwiseConv2D":
            for square, bias in product((True, False), repeat=2):
                sizes = _kernels(count - bias * last, last, square)
                more = {"depth_multiplier": max(last // channels, 1), "use_bias": bias}
                yield from ({**more, **moved} for size in sizes for moved in _moved(size))
        case "SeparableConv2D":
            for square, multiplier, bias in product((True, False), range(1, 9), (True, False)):
                between = channels * multiplier
                sizes = _kernels(count - bias * last - between * last, between, square)
                more = {"filters": last, "depth_multiplier": multiplier, "use_bias": bias}
                yield from ({**more, **moved} for size in sizes for moved in _moved(size))
        case "Conv2DTranspose":
            for square, bias in product((True, False), repeat=2):
                sizes = _kernels(count - bias * last, last * channels, square)
                more = {"filters": last, "use_bias": bias}
                yield from ({**more, **moved} for size in sizes for moved in _moved(size))
        case "MaxPooling2D" | "AveragePooling2D":
            for pool, mode in product(range(2, 17), ("valid", "same")):
                yield {"pool_size": pool, "padding": mode}
            for stride, pool, mode in product(_STRIDES, _POOLS, ("valid", "same")):
                yield {"pool_size": pool, "strides": stride, "padding": mode}
            if len(inputs) == len(output) == 3 and min(output) > 0:
                yield {"pool_size": tuple(inputs[axis] // output[axis] for axis in (0, 1))}
        case "Dense":
            yield from ({"units": last, "use_bias": bias, "activation": "linear"} for bias in (True, False))
        case "ZeroPadding2D" | "Cropping2D" if len(inputs) == len(output) == 3:
            amounts = [abs(output[axis] - inputs[axis]) for axis in (0, 1)]
            setting = "padding" if kind == "ZeroPadding2D" else "cropping"
            yield {setting: tuple((amount // 2, amount - amount // 2) for amount in amounts)}
        case "UpSampling2D" if len(inputs) == len(output) == 3:
            yield {"size": tuple(output[axis] // inputs[axis] for axis in (0, 1))}
        case "Resizing" if len(output) == 3:
            yield {"height": output[0], "width": output[1]}
        case "Reshape":
            yield {"target_shape": output}
        case "Permute":
            yield from ({"dims": order} for order in permutations(range(1, min(len(inputs), 4) + 1)))
        case "BatchNormalization" | "LayerNormalization":
            yield from ({"center": center, "scale": scale} for center, scale in product((True, False), repeat=2))
        case "GroupNormalization":
            for groups, center, scale in product(_GROUPS, (True, False), (True, False)):
                yield {"groups": groups, "center": center, "scale": scale}
        case "GlobalAveragePooling2D" | "GlobalMaxPooling2D":
            yield from ({"keepdims": keep} for keep in (False, True))
        case "PReLU":
            yield from ({"shared_axes": axes} for axes in ((1, 2), None))
        case "Activation":
            names = sorted(ActivationName, key=len, reverse=True)
            yield {"activation": next((known for known in names if known in name.lower()), ActivationName.RELU)}
        case _ if kind in _ACTIVATIONS:
            yield {"activation": _ACTIVATIONS[kind]}
        case _:
            yield dict(KINDS[kind].starter)


def _kernels(weights: int, each: int, square: bool = True) -> Iterator[tuple[int, int]]:
    """Yield kernels with so many weights, of which each place has `each`: the square one, or the others.

    >>> list(_kernels(288, 32)), list(_kernels(96, 32)), list(_kernels(96, 32, square=False))
    ([(3, 3)], [], [(1, 3), (3, 1)])
    """
    places, rest = divmod(weights, each)
    if rest or places < 1:
        return
    side = isqrt(places)
    if square:
        yield from [(side, side)] if side * side == places else []
    else:
        rows = (rows for rows in _KERNELS if places % rows == 0 and rows * rows != places)
        yield from ((row, places // row) for row in rows if places // row in _KERNELS)


def _moved(kernel: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """Yield the ways in which a kernel may move: by few strides first, spread at the end."""
    linear = {"kernel_size": kernel, "activation": "linear"}
    for stride, mode in product(_STRIDES, _MODES):
        yield {**linear, "strides": stride, "padding": mode}
    for dilation, mode in product(_DILATIONS, _MODES):
        yield {**linear, "dilation_rate": dilation, "padding": mode}


def _input_before(kind: str, row: SummaryRow) -> Shape:
    """Return the usual input before the first layer of a table that names none."""
    output, count = row.shape, row.parameters
    if kind == "Dense" and len(output) == 1 and count % output[0] == 0 and count > output[0]:
        return (count // output[0] - 1,)
    if kind == "Flatten":
        # Grey pictures, or pictures with colours, that are square.
        for channels in (1, 3):
            side = isqrt(output[0] // channels)
            if side * side * channels == output[0]:
                return side, side, channels
        return output
    if kind == "Conv2D" and len(output) == 3:
        for channels, bias in product((3, 1), (True, False)):
            for vertical, horizontal in _kernels(count - bias * output[2], output[2] * channels):
                grown = output[0] + vertical - 1, output[1] + horizontal - 1
                is_kept = grown[0] not in _USUAL_SIZES and output[0] in _USUAL_SIZES
                return (*(output[:2] if is_kept else grown), channels)
    if not count and len(output) in (1, 3) and KINDS.get(kind, Input).group is not Group.POOLING:
        return output
    raise row.refuse(
        LayerError("The table does not say what enters the network, and it does not follow from this layer.")
    )
