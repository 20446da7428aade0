"""MobileNetV2 at width 1 and 224 pixels: Sandler et al., arXiv:1801.04381, table 2.

Names, padding and momentum are those of `keras.applications.MobileNetV2`, so that its weights fit layer by layer.
"""

from functools import cache

from cnn_core.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    Input,
    ZeroPadding2D,
)
from cnn_core.network.network import NamedLayer, Network

# The paper's t (expansion), c (filters), n (repeats) and s (stride of the first of them).
TABLE_2 = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


@cache
def mobilenet_v2() -> Network:
    """224×224×3 → 1,000 classes; 3,538,984 parameters."""
    return Network.of(
        Input((224, 224, 3)),
        NamedLayer("Conv1", Conv2D(32, 3, strides=2, padding="same", use_bias=False)),
        _normalize("bn_Conv1"),
        _relu6("Conv1_relu"),
        *_all_blocks(),
        NamedLayer("Conv_1", _pointwise(1280)),
        _normalize("Conv_1_bn"),
        _relu6("out_relu"),
        GlobalAveragePooling2D(),
        NamedLayer("predictions", Dense(1000, activation="softmax")),
        name="mobilenet_v2",
    )


def _all_blocks() -> list[NamedLayer]:
    found: list[NamedLayer] = []
    channels, number = 32, 0
    for expansion, filters, repeats, first_stride in TABLE_2:
        for stride in (first_stride, *[1] * (repeats - 1)):
            name = f"block_{number}_" if number else "expanded_conv_"
            source = found[-1].name if found else "Conv1_relu"
            found += _expand(name, expansion * channels) if number else []
            found += _depthwise(name, stride)
            found += [NamedLayer(f"{name}project", _pointwise(filters)), _normalize(f"{name}project_BN")]
            if stride == 1 and channels == filters:
                found.append(NamedLayer(f"{name}add", Add(), (source, f"{name}project_BN")))
            channels, number = filters, number + 1
    return found


def _expand(name: str, channels: int) -> list[NamedLayer]:
    return [
        NamedLayer(f"{name}expand", _pointwise(channels)),
        _normalize(f"{name}expand_BN"),
        _relu6(f"{name}expand_relu"),
    ]


def _depthwise(name: str, stride: int) -> list[NamedLayer]:
    """With stride 2 Keras pads in a layer of its own; as all maps here are even, `same` would add just that."""
    pad = [NamedLayer(f"{name}pad", ZeroPadding2D(((0, 1), (0, 1))))] if stride == 2 else []
    convolution = DepthwiseConv2D(3, strides=stride, padding="valid" if pad else "same", use_bias=False)
    return [
        *pad,
        NamedLayer(f"{name}depthwise", convolution),
        _normalize(f"{name}depthwise_BN"),
        _relu6(f"{name}depthwise_relu"),
    ]


def _pointwise(filters: int) -> Conv2D:
    return Conv2D(filters, 1, padding="same", use_bias=False)


def _normalize(name: str) -> NamedLayer:
    return NamedLayer(name, BatchNormalization(momentum=0.999))


def _relu6(name: str) -> NamedLayer:
    return NamedLayer(name, Activation("relu6"))
