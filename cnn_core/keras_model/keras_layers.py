"""Each layer kind as a Keras layer, with nothing left to Keras's global settings."""

from enum import Enum
from hashlib import sha256
from typing import Any

import keras

from cnn_core import layers
from cnn_core.keras_model import own_layers
from cnn_core.layers import ActivationName, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.settings import PaddingMode
from cnn_core.network.keras_names import keras_name


def keras_layer(layer: Layer, name: str, seed: int = 0) -> Any:
    """Return the Keras layer for a layer called `name`; explicit padding is left to a ZeroPadding2D before it.

    Its weights depend on `seed`, `name` and its input's channels only.
    """
    return made(layer, Maker(name, seed))


class Maker:
    """What all Keras layers of one name have in common: the name, the dtype and a source of chance of their own."""

    def __init__(self, name: str, seed: int) -> None:
        self._name, self._seed = name, seed

    def of_class(self, name: str, **settings: Any) -> Any:
        """Make a layer of a class of Keras, or of one of ours."""
        kind = getattr(own_layers, name, None) or getattr(keras.layers, name)
        return kind(name=keras_name(self._name), dtype="float32", **settings)

    def spelled(self, layer: Layer, **settings: Any) -> Any:
        """Make what the kind's spelling says, with these settings of Keras instead of those that follow from it."""
        spelling = layer.spelling
        values: dict[str, Any] = {spelling.of(name): _plain(getattr(layer, name)) for name in layer.settings()}
        values |= {f"{weight}_initializer": self._initializer(weight) for weight in spelling.initializers}
        if spelling.last_axis:
            values["axis"] = -1
        if spelling.on_images:
            values["data_format"] = "channels_last"
        if spelling.chance:
            values["seed"] = self._seed_for(spelling.chance)
        return self.of_class(layer.keras_name(), **values | settings)

    def _seed_for(self, purpose: str) -> int:
        """Return a seed from 0 to 2³¹ − 1, another one for each purpose."""
        digest = sha256(f"{self._seed}/{self._name}/{purpose}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1

    def _initializer(self, weight: str) -> Any:
        """Return Keras's default initializer for kernels, seeded."""
        return keras.initializers.GlorotUniform(seed=self._seed_for(weight))


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


@by_kind
def made(layer: Layer, maker: Maker) -> Any:
    """Return a layer as Keras's, as its kind's spelling says; kinds for which that is not enough have a rule here."""
    return maker.spelled(layer)


@made.register
def _(layer: layers.Conv2D, maker: Maker) -> Any:
    return maker.spelled(layer, padding=layer.padding.value if isinstance(layer.padding, PaddingMode) else "valid")


@made.register
def _(layer: layers.Pooling, maker: Maker) -> Any:
    return maker.spelled(layer, strides=layer.steps)


@made.register
def _(layer: layers.Normalization, maker: Maker) -> Any:
    if layer.mean is None or layer.variance is None:
        return maker.spelled(layer)
    # Keras wants as many variances as means; here one number stands for all channels.
    count = max(len(layer.mean), len(layer.variance))
    mean, variance = (list(values) * (count if len(values) == 1 else 1) for values in (layer.mean, layer.variance))
    return maker.spelled(layer, mean=mean, variance=variance)


@made.register
def _(layer: layers.GaussianNoise, maker: Maker) -> Any:
    made_layer = maker.spelled(layer, stddev=min(layer.stddev, 1.0))
    # Keras's constructor takes no more than 1, which is little where pixels go to 255; it computes with any.
    made_layer.stddev = layer.stddev
    return made_layer


@made.register(layers.RandomBrightness)
@made.register(layers.RandomSaturation)
def _(layer: layers.RandomBrightness | layers.RandomSaturation, maker: Maker) -> Any:
    made_layer = maker.spelled(layer)
    # Keras makes a list of it, which it tracks and then cannot copy when it saves an .h5 file.
    made_layer.value_range = layer.value_range
    return made_layer


@made.register
def _(layer: layers.Activation, maker: Maker) -> Any:
    if layer.activation is ActivationName.LEAKY_RELU and layer.slope is not None:
        return maker.of_class("LeakyReLU", negative_slope=layer.slope)
    if layer.activation is ActivationName.ELU and layer.slope is not None:
        return maker.of_class("ELU", alpha=layer.slope)
    return maker.of_class("Activation", activation=layer.activation.value)
