"""Ways of making maps smaller, as layers: the network of the study, and any network with its down-sampling replaced."""

from dataclasses import replace as changed
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from cnn_core import editing
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
)
from cnn_core.network import NamedLayer, Network
from cnn_core.settings import PaddingMode
from cnn_core.shapes import Shape, padding_amounts, windows

BLUR_SIZE: Final = 3


class Way(StrEnum):
    """How a network makes its maps smaller by 2.

    MAX, AVERAGE: a 2×2 pool. CONVOLUTION: a 3×3 convolution with stride 2 in its place (All-CNN of Springenberg
    et al., arXiv:1412.6806). STRIDE: stride 2 in the convolution before (Strided-CNN, ibid.). BLUR: a maximum at stride
    1, then a fixed blur at stride 2 (MaxBlurPool of Zhang, arXiv:1904.11486).
    """

    MAX = "max"
    AVERAGE = "average"
    CONVOLUTION = "convolution"
    STRIDE = "stride"
    BLUR = "blur"


def blur_weights(channels: int) -> npt.NDArray[np.float32]:
    """Return the fixed kernel of the blur, (3, 3, channels, 1): 1 2 1 across and down, by 16."""
    line = np.array([1, 2, 1], np.float32) / np.float32(4)
    return np.repeat(np.outer(line, line)[:, :, np.newaxis, np.newaxis], channels, axis=2)


def block(way: Way, filters: int, number: int) -> tuple[NamedLayer, ...]:
    """Return a 3×3 convolution whose maps are then half as large; what stays untrained is called blur_<number>."""
    strides = 2 if way is Way.STRIDE else 1
    convolution = Conv2D(filters, 3, strides=strides, padding="same", activation="relu")
    down: dict[Way, tuple[tuple[str, Layer], ...]] = {
        Way.MAX: (("pool", MaxPooling2D(2)),),
        Way.AVERAGE: (("pool", AveragePooling2D(2)),),
        Way.CONVOLUTION: (("down", Conv2D(filters, 3, strides=2, padding="same", activation="relu")),),
        Way.STRIDE: (),
        Way.BLUR: (
            ("pool", MaxPooling2D(2, strides=1, padding="same")),
            ("blur", DepthwiseConv2D(BLUR_SIZE, strides=2, padding="same", use_bias=False)),
        ),
    }
    return tuple(NamedLayer(f"{name}_{number}", layer) for name, layer in (("conv", convolution), *down[way]))


def study_network(way: Way) -> Network:
    """Return the small network of the study: 28×28 grey to ten classes, made smaller twice in one way."""
    return Network.of(
        Input((28, 28, 1)),
        *block(way, 16, 1),
        *block(way, 32, 2),
        NamedLayer("conv_3", Conv2D(64, 3, padding="same", activation="relu")),
        GlobalAveragePooling2D(),
        Dense(10, activation="softmax"),
        name=f"study_{way}",
    )


def replaced(network: Network, way: Way) -> Network:
    """Return a network with every 2×2 pool at stride 2 made smaller in another way.

    Maps behind a pool keep their size, but for STRIDE behind a convolution without padding whose maps have odd sides,
    where one more row or column is left. What is put in keeps the number of channels. STRIDE gives the stride to the
    convolution that the pool stands behind; where there is none, or another layer looks at it too, a strided
    convolution takes the pool's place.

    Raises:
        NetworkError: the network does not fit together.
    """
    steps = {step.named.name: step for step in network.steps()}
    for name, step in steps.items():
        layer = step.named.layer
        if isinstance(layer, Pooling) and layer.pool_size == layer.steps == (2, 2):
            network = _replaced(network, name, layer, way, step.output_shape)
    return network


def _replaced(network: Network, name: str, pool: Pooling, way: Way, output: Shape) -> Network:
    """Return the network with one pool replaced; what gives the smaller maps keeps its name, so that others find it."""
    if way in (Way.MAX, Way.AVERAGE):
        kind = MaxPooling2D if way is Way.MAX else AveragePooling2D
        return editing.replace(network, name, kind(2, padding=pool.padding))
    if way is Way.BLUR:
        return _with_blur(network, name, pool)
    before = _convolution_before(network, name) if way is Way.STRIDE else None
    if before is not None:
        return editing.remove(editing.replace(network, before.name, _strided(network, before, output)), name)
    # One more row and column at the end alone: as many windows as the pool has, also on odd sides.
    padding = PaddingMode.SAME if pool.padding is PaddingMode.SAME else ((0, 1), (0, 1))
    strided = Conv2D(output[-1], 3, strides=2, padding=padding, activation="relu")
    return editing.replace(network, name, strided)


def _with_blur(network: Network, name: str, pool: Pooling) -> Network:
    position = editing.place(network, name)
    dense = MaxPooling2D(2, strides=1, padding=pool.padding)
    network = editing.insert(network, position, dense, editing.sources(network, position))
    blur = DepthwiseConv2D(BLUR_SIZE, strides=2, padding="same", use_bias=False)
    return editing.rewire(editing.replace(network, name, blur), name, [network.layers[position].name])


def _convolution_before(network: Network, name: str) -> NamedLayer | None:
    """Return the convolution of stride 1 whose output nobody but the pool takes."""
    sources = {step.named.name: step.sources for step in network.steps()}
    (source,) = sources[name]
    found = network[source]
    users = [user for user, taken in sources.items() if source in taken]
    is_free = isinstance(found.layer, Conv2D) and found.layer.strides == found.layer.dilation_rate == (1, 1)
    return found if is_free and users == [name] else None


def _strided(network: Network, before: NamedLayer, output: Shape) -> Conv2D:
    """Return the convolution with stride 2, padded less at the end where the pool left a row or column out."""
    layer = before.layer
    assert isinstance(layer, Conv2D)
    (shape,) = next(step.input_shapes for step in network.steps() if step.named.name == before.name)
    amounts = []
    for length, wanted, window in zip(shape, output, windows(layer) or (), strict=False):
        first, last = padding_amounts(length, window)
        needed = (wanted - 1) * 2 + window.kernel - length - first
        amounts.append((first, max(0, min(last, needed))))
    return changed(layer, strides=2, padding=(amounts[0], amounts[1]))
