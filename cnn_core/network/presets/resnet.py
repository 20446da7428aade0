"""ResNet-20 for CIFAR-10: He et al., arXiv:1512.03385, section 4.2 with n = 3.

Where height and width halve, the shortcut is a 1×1 convolution with stride 2 (the paper's option B). The paper itself
pads the missing channels with zeros there (option A), which has no layer of its own in Keras; that has 2,752 learned
parameters fewer.
"""

from functools import cache

from cnn_core.layers import Activation, Add, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, Input
from cnn_core.network.network import NamedLayer, Network


@cache
def resnet_20() -> Network:
    """32×32×3 → 10 classes; 274,042 parameters, 272,474 of them learned."""
    return Network.of(
        Input((32, 32, 3)),
        *_convolution("conv1", 16),
        NamedLayer("conv1_relu", Activation("relu")),
        *_stage(2, 16, source="conv1_relu"),
        *_stage(3, 32, source="conv2_block3_out"),
        *_stage(4, 64, source="conv3_block3_out"),
        GlobalAveragePooling2D(),
        NamedLayer("predictions", Dense(10, activation="softmax")),
        name="resnet_20",
    )


def _stage(number: int, filters: int, source: str) -> list[NamedLayer]:
    """Three blocks; the first halves height and width, except in the first stage."""
    found: list[NamedLayer] = []
    for block in (1, 2, 3):
        name = f"conv{number}_block{block}"
        found += _block(name, filters, halves=number > 2 and block == 1, source=source)
        source = f"{name}_out"
    return found


def _block(name: str, filters: int, halves: bool, source: str) -> list[NamedLayer]:
    """Two convolutions, and what came in added to what comes out."""
    shortcut: list[NamedLayer] = []
    around = source
    if halves:
        shortcut = _convolution(f"{name}_0", filters, kernel_size=1, strides=2, source=source)
        around = f"{name}_0_bn"
    return [
        *shortcut,
        *_convolution(f"{name}_1", filters, strides=2 if halves else 1, source=source),
        NamedLayer(f"{name}_1_relu", Activation("relu")),
        *_convolution(f"{name}_2", filters),
        NamedLayer(f"{name}_add", Add(), (around, f"{name}_2_bn")),
        NamedLayer(f"{name}_out", Activation("relu")),
    ]


def _convolution(
    name: str, filters: int, kernel_size: int = 3, strides: int = 1, source: str | None = None
) -> list[NamedLayer]:
    """A convolution and its batch normalization, whose shift makes a bias needless."""
    convolution = Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=False)
    inputs = () if source is None else (source,)
    return [NamedLayer(f"{name}_conv", convolution, inputs), NamedLayer(f"{name}_bn", BatchNormalization())]
