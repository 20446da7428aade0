"""Each layer kind as a Keras layer, with nothing left to Keras's global settings."""

from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from typing import Any

import keras

from cnn_core import layers
from cnn_core.keras_model.names import keras_name
from cnn_core.keras_model.own_layers import LayerScale, StochasticDepth
from cnn_core.layers import ActivationName, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.settings import PaddingMode


def keras_layer(layer: Layer, name: str, seed: int = 0) -> Any:
    """Return the Keras layer for a layer called `name`; explicit padding is left to a ZeroPadding2D before it.

    Its weights depend on `seed`, `name` and its input's channels only.
    """
    return _make(layer, _Maker(name, seed))


class _Maker:
    """What all Keras layers of one name have in common: the name, the dtype and a source of chance of their own."""

    def __init__(self, name: str, seed: int) -> None:
        self._name, self._seed = name, seed

    def of_kind(self, kind: Callable[..., Any], **settings: Any) -> Any:
        return kind(name=keras_name(self._name), dtype="float32", **settings)

    def same(self, layer: Layer, **settings: Any) -> Any:
        """Make the layer that Keras calls as we do, with our settings of the same names, and these."""
        values = {name: getattr(layer, name) for name in layer.settings()}
        plain = {name: value.value if isinstance(value, Enum) else value for name, value in values.items()}
        return self.of_kind(getattr(keras.layers, layer.kind), **plain | settings)

    def same_on_images(self, layer: Layer, **settings: Any) -> Any:
        """Make a layer that asks where the channels are."""
        return self.same(layer, data_format="channels_last", **settings)

    def seed(self, purpose: str) -> int:
        """Return a seed from 0 to 2³¹ − 1, another one for each purpose."""
        digest = sha256(f"{self._seed}/{self._name}/{purpose}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1

    def weights(self, purpose: str) -> Any:
        """Return Keras's default initializer for kernels, seeded."""
        return keras.initializers.GlorotUniform(seed=self.seed(purpose))


@by_kind
def _make(layer: Layer, maker: _Maker) -> Any:
    raise NotImplementedError(layer.kind)


@_make.register(layers.Rescaling)
@_make.register(layers.Reshape)
@_make.register(layers.Merge)
def _(layer: Layer, maker: _Maker) -> Any:
    return maker.same(layer)


@_make.register(layers.GlobalPooling)
@_make.register(layers.UpSampling2D)
@_make.register(layers.ZeroPadding2D)
@_make.register(layers.Cropping2D)
@_make.register(layers.Flatten)
def _(layer: Layer, maker: _Maker) -> Any:
    return maker.same_on_images(layer)


@_make.register
def _(layer: layers.Pooling, maker: _Maker) -> Any:
    return maker.same_on_images(layer, strides=layer.steps)


@_make.register
def _(layer: layers.Concatenate, maker: _Maker) -> Any:
    return maker.same(layer, axis=-1)


# With kernels ---------------------------------------------------------------------------------------------------------


@_make.register
def _(layer: layers.Conv2D, maker: _Maker) -> Any:
    padding = layer.padding.value if isinstance(layer.padding, PaddingMode) else "valid"
    return maker.same_on_images(layer, padding=padding, kernel_initializer=maker.weights("kernel"))


@_make.register
def _(layer: layers.Conv2DTranspose, maker: _Maker) -> Any:
    return maker.same_on_images(layer, kernel_initializer=maker.weights("kernel"))


@_make.register
def _(layer: layers.DepthwiseConv2D, maker: _Maker) -> Any:
    return maker.same_on_images(layer, depthwise_initializer=maker.weights("depthwise"))


@_make.register
def _(layer: layers.SeparableConv2D, maker: _Maker) -> Any:
    initializers = {f"{part}_initializer": maker.weights(part) for part in ("depthwise", "pointwise")}
    return maker.same_on_images(layer, **initializers)


@_make.register
def _(layer: layers.Dense, maker: _Maker) -> Any:
    return maker.same(layer, kernel_initializer=maker.weights("kernel"))


# Normalization and activation -----------------------------------------------------------------------------------------


@_make.register(layers.BatchNormalization)
@_make.register(layers.LayerNormalization)
def _(layer: Layer, maker: _Maker) -> Any:
    return maker.same(layer, axis=-1)


@_make.register
def _(layer: layers.Normalization, maker: _Maker) -> Any:
    if layer.mean is None or layer.variance is None:
        return maker.same(layer, axis=-1)
    # Keras wants as many variances as means; here one number stands for all channels.
    count = max(len(layer.mean), len(layer.variance))
    mean, variance = (list(values) * (count // len(values)) for values in (layer.mean, layer.variance))
    return maker.same(layer, axis=-1, mean=mean, variance=variance)


@_make.register
def _(layer: layers.LayerScale, maker: _Maker) -> Any:
    return maker.of_kind(LayerScale, init_values=layer.initial_value)


@_make.register
def _(layer: layers.Activation, maker: _Maker) -> Any:
    if layer.activation is ActivationName.LEAKY_RELU and layer.slope is not None:
        return maker.of_kind(keras.layers.LeakyReLU, negative_slope=layer.slope)
    if layer.activation is ActivationName.ELU and layer.slope is not None:
        return maker.of_kind(keras.layers.ELU, alpha=layer.slope)
    return maker.of_kind(keras.layers.Activation, activation=layer.activation.value)


# Regularization and augmentation: active in training only -------------------------------------------------------------


@_make.register
def _(layer: layers.Dropout, maker: _Maker) -> Any:
    return maker.same(layer, seed=maker.seed("dropout"))


@_make.register
def _(layer: layers.SpatialDropout2D, maker: _Maker) -> Any:
    return maker.same_on_images(layer, seed=maker.seed("dropout"))


@_make.register
def _(layer: layers.StochasticDepth, maker: _Maker) -> Any:
    return maker.of_kind(StochasticDepth, drop_path_rate=layer.rate, seed=maker.seed("dropout"))


@_make.register(layers.RandomFlip)
@_make.register(layers.RandomRotation)
@_make.register(layers.RandomTranslation)
@_make.register(layers.RandomContrast)
def _(layer: Layer, maker: _Maker) -> Any:
    return maker.same_on_images(layer, seed=maker.seed("augmentation"))


@_make.register
def _(layer: layers.RandomZoom, maker: _Maker) -> Any:
    seed = maker.seed("augmentation")
    return maker.of_kind(keras.layers.RandomZoom, height_factor=layer.factor, data_format="channels_last", seed=seed)
