"""Chains of layers that became famous: LeNet-5, AlexNet, VGG16, CNN Explainer's Tiny VGG and ours after it."""

from functools import cache

from cnn_core.layers import Activation, AveragePooling2D, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from cnn_core.layers.settings import PaddingMode
from cnn_core.network.network import NamedLayer, Network


@cache
def lenet_5() -> Network:
    """32×32×1 → 10 digits; 61,706 parameters, where the original's sparse C3 and learned poolings have 60,000.

    The paper connects each map of C3 to some maps of S2 only, multiplies each pooled map by a learned number, scales
    tanh by 1.7159 and ends in radial basis functions.
    """
    return Network.of(
        Input((32, 32, 1)),
        NamedLayer("C1", Conv2D(6, 5, activation="tanh")),
        NamedLayer("S2", AveragePooling2D(2)),
        NamedLayer("C3", Conv2D(16, 5, activation="tanh")),
        NamedLayer("S4", AveragePooling2D(2)),
        NamedLayer("C5", Conv2D(120, 5, activation="tanh")),
        Flatten(),
        NamedLayer("F6", Dense(84, activation="tanh")),
        NamedLayer("output", Dense(10, activation="softmax")),
        name="lenet_5",
    )


@cache
def alexnet() -> Network:
    """224×224×3 → 1,000 classes; 61,100,840 parameters."""
    return Network.of(
        Input((224, 224, 3)),
        NamedLayer("conv1", Conv2D(64, 11, strides=4, padding=((2, 2), (2, 2)), activation="relu")),
        NamedLayer("pool1", MaxPooling2D(3, strides=2)),
        NamedLayer("conv2", Conv2D(192, 5, padding=((2, 2), (2, 2)), activation="relu")),
        NamedLayer("pool2", MaxPooling2D(3, strides=2)),
        NamedLayer("conv3", _padded_3x3(384)),
        NamedLayer("conv4", _padded_3x3(256)),
        NamedLayer("conv5", _padded_3x3(256)),
        NamedLayer("pool5", MaxPooling2D(3, strides=2)),
        Flatten(),
        NamedLayer("drop6", Dropout(0.5)),
        NamedLayer("fc6", Dense(4096, activation="relu")),
        NamedLayer("drop7", Dropout(0.5)),
        NamedLayer("fc7", Dense(4096, activation="relu")),
        NamedLayer("fc8", Dense(1000, activation="softmax")),
        name="alexnet",
    )


def _padded_3x3(filters: int) -> Conv2D:
    return Conv2D(filters, 3, padding=((1, 1), (1, 1)), activation="relu")


@cache
def vgg16() -> Network:
    """224×224×3 → 1,000 classes; 138,357,544 parameters."""
    return Network.of(
        Input((224, 224, 3)),
        *_vgg_block(1, convolutions=2, filters=64),
        *_vgg_block(2, convolutions=2, filters=128),
        *_vgg_block(3, convolutions=3, filters=256),
        *_vgg_block(4, convolutions=3, filters=512),
        *_vgg_block(5, convolutions=3, filters=512),
        Flatten(),
        NamedLayer("fc1", Dense(4096, activation="relu")),
        NamedLayer("fc2", Dense(4096, activation="relu")),
        NamedLayer("predictions", Dense(1000, activation="softmax")),
        name="vgg16",
    )


def _vgg_block(number: int, convolutions: int, filters: int) -> list[NamedLayer]:
    convolution = Conv2D(filters, 3, padding="same", activation="relu")
    block = [NamedLayer(f"block{number}_conv{i + 1}", convolution) for i in range(convolutions)]
    return [*block, NamedLayer(f"block{number}_pool", MaxPooling2D(2))]


@cache
def tiny_vgg() -> Network:
    """64×64×3 → 10 classes; 19,920 parameters."""
    return Network.of(
        Input((64, 64, 3)),
        *_tiny_block(1),
        *_tiny_block(2),
        Flatten(),
        NamedLayer("output", Dense(10, activation="softmax")),
        name="tiny_vgg",
    )


@cache
def cifar10() -> Network:
    """32×32×3 → 10 classes; 9,420 parameters: Tiny VGG whose convolutions keep the size, for pictures half as large."""
    return Network.of(
        Input((32, 32, 3)),
        *_tiny_block(1, PaddingMode.SAME),
        *_tiny_block(2, PaddingMode.SAME),
        Flatten(),
        NamedLayer("output", Dense(10, activation="softmax")),
        name="cifar10",
    )


def _tiny_block(number: int, padding: PaddingMode = PaddingMode.VALID) -> list[NamedLayer]:
    """Activations are layers of their own there, because the page draws them as such."""
    return [
        NamedLayer(f"conv_{number}_1", Conv2D(10, 3, padding=padding)),
        NamedLayer(f"relu_{number}_1", Activation("relu")),
        NamedLayer(f"conv_{number}_2", Conv2D(10, 3, padding=padding)),
        NamedLayer(f"relu_{number}_2", Activation("relu")),
        NamedLayer(f"max_pool_{number}", MaxPooling2D(2)),
    ]
