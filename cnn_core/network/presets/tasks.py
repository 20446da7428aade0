"""Small networks for the tasks: one class and one box, many boxes, a class for every pixel.

All take 64×64×3 with up to five circles, squares and triangles. They are not among the presets of the designer: their
trained weights lie in `data/tasks`, and the page on the tasks leads to them.
"""

from dataclasses import replace
from functools import cache

from cnn_core.layers import Concatenate, Conv2D, Conv2DTranspose, Dense, Flatten, Input, Layer, MaxPooling2D
from cnn_core.network.network import NamedLayer, Network

INPUT = (64, 64, 3)
KINDS = 3
STRIDE = 4
"""Pixels from one place of the detector to the next."""
WIDTHS = (8, 16, 24)
"""Channels of the encoder, level by level: more while height and width halve."""


@cache
def detector() -> Network:
    """A score for each kind and the way to the four sides, at each of 16×16 places.

    After FCOS, which needs no prepared boxes: Tian et al., arXiv:1904.01355. The ways are in units of 8 pixels.
    """
    return Network.of(
        *_features(),
        NamedLayer("kinds", Conv2D(KINDS, 1, activation="sigmoid")),
        NamedLayer("sides", Conv2D(4, 1, activation="softplus"), ("features",)),
        name="detector",
    )


@cache
def locator() -> Network:
    """One class and one box: two Dense layers on the same features.

    The convolutions are those of the detector, frozen: transfer learning.
    """
    features = Network.of(*_features(), name="features").layers
    frozen = (replace(named, trainable=not isinstance(named.layer, Conv2D)) for named in features)
    return Network.of(
        *frozen,
        NamedLayer("smaller", MaxPooling2D(2)),
        NamedLayer("mixed", _convolution(24)),
        NamedLayer("small", MaxPooling2D(2)),
        Flatten(),
        NamedLayer("joined", Dense(32, activation="relu")),
        NamedLayer("kind", Dense(KINDS, activation="softmax")),
        NamedLayer("box", Dense(4, activation="sigmoid"), ("joined",)),
        name="locator",
    )


def _features() -> tuple[Layer | NamedLayer, ...]:
    """Return the convolutions that make 16×16 places of a picture, each of which sees 48×48 pixels."""
    return (
        Input(INPUT),
        *(_convolution(8), _convolution(8), MaxPooling2D(2)),
        *(_convolution(16), _convolution(16), MaxPooling2D(2)),
        *(_convolution(32) for _ in range(3)),
        NamedLayer("features", _convolution(32)),
    )


@cache
def segmenter(skips: bool = True) -> Network:
    """A class for every pixel: an encoder that halves three times, and a decoder of transposed convolutions.

    With skip connections it is a small U-Net (Ronneberger et al., arXiv:1505.04597); without, all that the decoder
    knows has passed through 8×8 places.
    """
    layers: list[NamedLayer] = [NamedLayer("input", Input(INPUT))]
    for level, filters in enumerate(WIDTHS, start=1):
        layers += [
            NamedLayer(f"down{level}_first", _convolution(filters)),
            NamedLayer(f"down{level}", _convolution(filters)),
            NamedLayer(f"pool{level}", MaxPooling2D(2)),
        ]
    layers.append(NamedLayer("middle", _convolution(32)))
    for level, filters in reversed(list(enumerate(WIDTHS, start=1))):
        layers.append(NamedLayer(f"larger{level}", Conv2DTranspose(filters, 2, strides=2, activation="relu")))
        if skips:
            layers.append(NamedLayer(f"joined{level}", Concatenate(), (f"down{level}", f"larger{level}")))
        layers.append(NamedLayer(f"up{level}", _convolution(filters)))
    layers.append(NamedLayer("classes", Conv2D(KINDS + 1, 1, activation="softmax")))
    return Network(tuple(layers), "unet" if skips else "encoder_decoder")


def _convolution(filters: int) -> Conv2D:
    return Conv2D(filters, 3, padding="same", activation="relu")
