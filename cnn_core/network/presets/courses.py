"""The networks that the courses train: handwritten digits, cats and dogs."""

from functools import cache

from cnn_core.layers import (
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    Layer,
    MaxPooling2D,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
    Rescaling,
)
from cnn_core.network.network import Network


@cache
def mnist() -> Network:
    """28×28×1 → 10 digits; 1,101,526 parameters."""
    return Network.of(Input((28, 28, 1)), *_mnist_features(), *_mnist_head(), name="mnist")


@cache
def mnist_augmented() -> Network:
    augmentation = (RandomTranslation(0.1, 0.1), RandomRotation(0.05), RandomZoom(0.1))
    return Network.of(
        Input((28, 28, 1)),
        *augmentation,
        *_mnist_features(),
        Dropout(0.5),
        *_mnist_head(),
        name="mnist_augmented",
    )


def _mnist_features() -> tuple[Layer, ...]:
    return (
        Conv2D(32, 3, padding="same", activation="relu"),
        Conv2D(64, 3, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
    )


def _mnist_head() -> tuple[Layer, ...]:
    return (Dense(100, activation="relu"), Dense(10, activation="softmax"))


@cache
def cats_dogs() -> Network:
    """180×180×3 → the probability of a dog; 991,041 parameters."""
    return Network.of(Input((180, 180, 3)), *_cats_dogs_features(), Dense(1, activation="sigmoid"), name="cats_dogs")


@cache
def cats_dogs_augmented() -> Network:
    return Network.of(
        Input((180, 180, 3)),
        RandomFlip("horizontal"),
        RandomRotation(0.1),
        RandomZoom(0.2),
        *_cats_dogs_features(),
        Dropout(0.5),
        Dense(1, activation="sigmoid"),
        name="cats_dogs_augmented",
    )


def _cats_dogs_features() -> tuple[Layer, ...]:
    features: list[Layer] = [Rescaling(1 / 255), Conv2D(32, 3, activation="relu")]
    for filters in (64, 128, 256, 256):
        features += [MaxPooling2D(2), Conv2D(filters, 3, activation="relu")]
    return (*features, Flatten())
