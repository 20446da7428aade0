"""Ways of making maps smaller, as layers: the network of the study, and any network with its down-sampling replaced."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from cnn_core.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    Pooling,
    SeparableConv2D,
)
from cnn_core.layers.settings import Padding, PaddingMode, Pair
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import BLUR_SIZE, Window, output_length, padding_amounts, windows_of
from cnn_core.network import editing
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.summary import Summary

STUDY_PREFIX: Final = "study_"
"""Of the names of the study's networks; the way follows."""


class Replacement(StrEnum):
    """How a network makes its maps smaller.

    MAX, AVERAGE: a pool. CONVOLUTION: a convolution with stride in its place (All-CNN of Springenberg et al.,
    arXiv:1412.6806). STRIDE: the stride in the convolution before (Strided-CNN, ibid.). BLUR: a maximum at stride 1,
    then a fixed blur at the stride (MaxBlurPool of Zhang, arXiv:1904.11486).
    """

    MAX = "max"
    AVERAGE = "average"
    CONVOLUTION = "convolution"
    STRIDE = "stride"
    BLUR = "blur"


def block(way: Replacement, filters: int, number: int) -> tuple[NamedLayer, ...]:
    """Return a 3×3 convolution whose maps are then half as large; a blur, blur_<number>, is frozen."""
    strides = 2 if way is Replacement.STRIDE else 1
    convolution = Conv2D(filters, 3, strides=strides, padding="same", activation="relu")
    blur = DepthwiseConv2D(BLUR_SIZE, strides=2, padding="same", use_bias=False)
    down: dict[Replacement, tuple[tuple[str, Layer], ...]] = {
        Replacement.MAX: (("pool", MaxPooling2D(2)),),
        Replacement.AVERAGE: (("pool", AveragePooling2D(2)),),
        Replacement.CONVOLUTION: (("down", Conv2D(filters, 3, strides=2, padding="same", activation="relu")),),
        Replacement.STRIDE: (),
        Replacement.BLUR: (
            ("pool", MaxPooling2D(2, strides=1, padding="same")),
            ("blur", blur),
        ),
    }
    layers = (("conv", convolution), *down[way])
    return tuple(NamedLayer(f"{name}_{number}", layer, trainable=layer is not blur) for name, layer in layers)


def study_network(way: Replacement, filters: tuple[int, int, int] = (16, 32, 64)) -> Network:
    """Return the small network of the study: 28×28 grey to ten classes, made smaller twice in one way."""
    first, second, third = filters
    return Network.of(
        Input((28, 28, 1)),
        *block(way, first, 1),
        *block(way, second, 2),
        NamedLayer("conv_3", Conv2D(third, 3, padding="same", activation="relu")),
        GlobalAveragePooling2D(),
        Dense(10, activation="softmax"),
        name=f"{STUDY_PREFIX}{way}",
    )


Strided = Conv2D | DepthwiseConv2D | SeparableConv2D


def down_sampling(network: Network) -> tuple[str, ...]:
    """Return the names of the pools and convolutions whose stride is above 1; raises NetworkError."""
    return tuple(step.named.name for step in network.steps() if max(_stride(step.named.layer)) > 1)


def _stride(layer: Layer) -> Pair:
    vertical, horizontal = windows_of(layer) or (Window(1), Window(1))
    return vertical.stride, horizontal.stride


def replaced(network: Network, way: Replacement, convolutions: bool = True) -> Network:
    """Return a network with its down-sampling done in another way.

    Every pool with a stride is replaced, with its own window, stride and padding. With `convolutions`, one whose stride
    is above 1 loses it and gets a pool as large as the stride behind it; it stays as it is where the way is itself a
    convolution. Unequal strides stay under BLUR, whose depthwise convolution has none.

    What gives the smaller maps has as many channels and keeps the name, and every layer behind sees the same shape, but
    for STRIDE behind a convolution without padding, where the pool leaves a rest: one more row or column is left then
    (`shape_changes` says where). STRIDE gives the stride to the convolution that the pool stands behind; where there is
    none of stride 1, or another layer looks at it too, a strided convolution takes the pool's place.

    Raises:
        NetworkError: the network does not fit together.
    """
    steps = {step.named.name: step for step in network.steps()}
    for name in down_sampling(network):
        layer, output = steps[name].named.layer, steps[name].output_shape
        if way is Replacement.BLUR and len(set(_stride(layer))) > 1:
            continue
        if isinstance(layer, Pooling):
            network = _pool_replaced(network, name, layer, way, output)
        elif convolutions and isinstance(layer, Strided) and way not in (Replacement.CONVOLUTION, Replacement.STRIDE):
            network = _stride_replaced(network, name, layer, way)
    return network


def _pool_replaced(network: Network, name: str, pool: Pooling, way: Replacement, output: Shape) -> Network:
    """Return the network with one pool replaced; what gives the smaller maps keeps its name, so that others find it."""
    if way in (Replacement.MAX, Replacement.AVERAGE):
        kind = MaxPooling2D if way is Replacement.MAX else AveragePooling2D
        return editing.replace(network, name, kind(pool.pool_size, strides=pool.strides, padding=pool.padding))
    if way is Replacement.BLUR:
        dense = MaxPooling2D(pool.pool_size, strides=1, padding=pool.padding)
        return _two_steps(network, name, dense, _blur(pool.steps))
    before = _convolution_before(network, name) if way is Replacement.STRIDE else None
    if before is not None:
        return editing.remove(editing.replace(network, before.name, _strided(network, before, pool, output)), name)
    # An odd kernel, as All-CNN has it; beside an even pool one more row and column at the end: as many windows.
    padding: Padding = pool.padding
    if padding is PaddingMode.VALID and any(side % 2 == 0 for side in pool.pool_size):
        down, across = ((0, 1 - side % 2) for side in pool.pool_size)
        padding = (down, across)
    kernel = pool.pool_size[0] | 1, pool.pool_size[1] | 1
    strided = Conv2D(output[-1], kernel, strides=pool.steps, padding=padding, activation="relu")
    return editing.replace(network, name, strided)


def _stride_replaced(network: Network, name: str, layer: Strided, way: Replacement) -> Network:
    """Return the network with a convolution at stride 1 and a pool of its stride behind it, which takes its name."""
    strides: Pair = layer.strides
    dense = replace(layer, strides=1)
    if way is Replacement.BLUR:
        network = _two_steps(network, name, dense, _blur(strides))
        return _two_steps(network, name, MaxPooling2D(strides, strides=1, padding="same"), network[name].layer)
    kind = MaxPooling2D if way is Replacement.MAX else AveragePooling2D
    return _two_steps(network, name, dense, kind(strides, padding="same"))


def _blur(strides: Pair) -> DepthwiseConv2D:
    return DepthwiseConv2D(BLUR_SIZE, strides=strides, padding="same", use_bias=False)


def _two_steps(network: Network, name: str, first: Layer, second: Layer) -> Network:
    """Put `first` before the layer called `name`, which becomes `second`."""
    position = editing.place(network, name)
    network = editing.insert(network, position, first, editing.sources(network, position))
    return editing.rewire(editing.replace(network, name, second), name, [network.layers[position].name])


def _convolution_before(network: Network, name: str) -> NamedLayer | None:
    """Return the convolution of stride 1 whose output nobody but the pool takes, at most through layers that pass."""
    sources = {step.named.name: step.sources for step in network.steps()}
    while len(sources[name]) == 1:
        (source,) = sources[name]
        if [user for user, taken in sources.items() if source in taken] != [name]:
            return None
        candidate = network[source]
        if not candidate.layer.same_everywhere:
            is_free = isinstance(
                candidate.layer, Conv2D
            ) and candidate.layer.strides == candidate.layer.dilation_rate == (1, 1)
            return candidate if is_free else None
        name = source
    return None


def _strided(network: Network, before: NamedLayer, pool: Pooling, output: Shape) -> Conv2D:
    """Return the convolution with the pool's stride, centred on the pool's windows, as many as it may be."""
    layer = before.layer
    assert isinstance(layer, Conv2D)
    (shape,) = next(step.input_shapes for step in network.steps() if step.named.name == before.name)
    down, across = (
        _amounts(*axis) for axis in zip(shape, windows_of(layer) or (), windows_of(pool) or (), output, strict=False)
    )
    return replace(layer, strides=pool.steps, padding=(down, across))


def _amounts(length: int, window: Window, pool: Window, wanted: int) -> Pair:
    """Return the padding (before, after) of the convolution along one axis."""
    pooled_from = output_length(length, window)
    to_middle = (pool.kernel - 1) // 2 - padding_amounts(pooled_from, pool)[0]
    needed = (wanted - 1) * pool.stride + window.kernel - length
    most = max(0, needed + pool.stride - 1)
    first = min(most, max(0, padding_amounts(length, window)[0] - to_middle))
    return first, max(0, needed - first)


@dataclass(frozen=True)
class ShapeChange:
    """A layer that gets other maps than it did: `before` from the layer `source_before`, `after` from `source`."""

    layer: str
    before: Shape
    after: Shape
    source_before: str
    source: str


def shape_changes(before: Summary, after: Summary) -> tuple[ShapeChange, ...]:
    """Return which layers see another shape than they did, in order, where what they see is of both networks.

    The first one names the cause; all behind it follow from it.
    """
    rows = {row.name: row for row in before.rows}
    return tuple(
        ShapeChange(row.name, old_shape, shape, old_source, source)
        for row in after.rows
        if row.name in rows
        for old_shape, shape, old_source, source in zip(
            rows[row.name].input_shapes, row.input_shapes, rows[row.name].sources, row.sources, strict=False
        )
        if shape != old_shape and source in rows
    )
