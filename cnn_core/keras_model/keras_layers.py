"""Each layer kind as a Keras layer, with nothing left to Keras's global settings."""

from collections.abc import Callable
from functools import singledispatch
from hashlib import sha256
from typing import Any

import keras

from cnn_core import layers
from cnn_core.keras_model.names import keras_name
from cnn_core.keras_model.own_layers import LayerScale, StochasticDepth
from cnn_core.layers import ActivationName, Layer
from cnn_core.settings import PaddingMode


def keras_layer(layer: Layer, name: str, seed: int = 0) -> Any:
    """Return the Keras layer for a layer called `name`; explicit padding is left to a ZeroPadding2D before it.

    Its weights depend on `seed`, `name` and its input's channels only.
    """
    return _make(layer, _Maker(name, seed))


class _Maker:
    """What all Keras layers of one name have in common: the name, the dtype and a source of chance of their own."""

    def __init__(self, name: str, seed: int) -> None:
        self._name, self._seed = name, seed

    def plain(self, kind: Callable[..., Any], **settings: Any) -> Any:
        return kind(name=keras_name(self._name), dtype="float32", **settings)

    def image(self, kind: Callable[..., Any], **settings: Any) -> Any:
        """Make a layer that asks where the channels are."""
        return self.plain(kind, data_format="channels_last", **settings)

    def seed(self, purpose: str) -> int:
        """Return a seed from 0 to 2³¹ − 1, another one for each purpose."""
        digest = sha256(f"{self._seed}/{self._name}/{purpose}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1

    def weights(self, purpose: str) -> Any:
        """Return Keras's default initializer for kernels, seeded."""
        return keras.initializers.GlorotUniform(seed=self.seed(purpose))


@singledispatch
def _make(layer: Layer, maker: _Maker) -> Any:
    raise NotImplementedError(layer.kind)


# Convolution --------------------------------------------------------------------------------------------------------


@_make.register
def _(layer: layers.Conv2D, maker: _Maker) -> Any:
    return maker.image(
        keras.layers.Conv2D,
        filters=layer.filters,
        kernel_size=layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding.value if isinstance(layer.padding, PaddingMode) else "valid",
        dilation_rate=layer.dilation_rate,
        groups=layer.groups,
        use_bias=layer.use_bias,
        activation=layer.activation.value,
        kernel_initializer=maker.weights("kernel"),
    )


@_make.register
def _(layer: layers.DepthwiseConv2D, maker: _Maker) -> Any:
    return maker.image(
        keras.layers.DepthwiseConv2D,
        kernel_size=layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding.value,
        depth_multiplier=layer.depth_multiplier,
        dilation_rate=layer.dilation_rate,
        use_bias=layer.use_bias,
        activation=layer.activation.value,
        depthwise_initializer=maker.weights("depthwise"),
    )


@_make.register
def _(layer: layers.SeparableConv2D, maker: _Maker) -> Any:
    return maker.image(
        keras.layers.SeparableConv2D,
        filters=layer.filters,
        kernel_size=layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding.value,
        depth_multiplier=layer.depth_multiplier,
        dilation_rate=layer.dilation_rate,
        use_bias=layer.use_bias,
        activation=layer.activation.value,
        depthwise_initializer=maker.weights("depthwise"),
        pointwise_initializer=maker.weights("pointwise"),
    )


@_make.register
def _(layer: layers.Conv2DTranspose, maker: _Maker) -> Any:
    return maker.image(
        keras.layers.Conv2DTranspose,
        filters=layer.filters,
        kernel_size=layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding.value,
        dilation_rate=layer.dilation_rate,
        use_bias=layer.use_bias,
        activation=layer.activation.value,
        kernel_initializer=maker.weights("kernel"),
    )


# Pooling and resizing -------------------------------------------------------------------------------------------------


@_make.register(layers.MaxPooling2D)
@_make.register(layers.AveragePooling2D)
def _(layer: layers.Pooling, maker: _Maker) -> Any:
    kind = getattr(keras.layers, layer.kind)
    return maker.image(kind, pool_size=layer.pool_size, strides=layer.steps, padding=layer.padding.value)


@_make.register(layers.GlobalMaxPooling2D)
@_make.register(layers.GlobalAveragePooling2D)
def _(layer: layers.GlobalPooling, maker: _Maker) -> Any:
    return maker.image(getattr(keras.layers, layer.kind), keepdims=layer.keepdims)


@_make.register
def _(layer: layers.UpSampling2D, maker: _Maker) -> Any:
    return maker.image(keras.layers.UpSampling2D, size=layer.size, interpolation=layer.interpolation.value)


@_make.register
def _(layer: layers.ZeroPadding2D, maker: _Maker) -> Any:
    return maker.image(keras.layers.ZeroPadding2D, padding=layer.padding)


@_make.register
def _(layer: layers.Cropping2D, maker: _Maker) -> Any:
    return maker.image(keras.layers.Cropping2D, cropping=layer.cropping)


# Normalization and activation -----------------------------------------------------------------------------------------


@_make.register
def _(layer: layers.BatchNormalization, maker: _Maker) -> Any:
    return maker.plain(
        keras.layers.BatchNormalization,
        axis=-1,
        momentum=layer.momentum,
        epsilon=layer.epsilon,
        center=layer.center,
        scale=layer.scale,
    )


@_make.register
def _(layer: layers.LayerNormalization, maker: _Maker) -> Any:
    kind = keras.layers.LayerNormalization
    return maker.plain(kind, axis=-1, epsilon=layer.epsilon, center=layer.center, scale=layer.scale)


@_make.register
def _(layer: layers.Normalization, maker: _Maker) -> Any:
    if layer.mean is None or layer.variance is None:
        return maker.plain(keras.layers.Normalization, axis=-1)
    # Keras wants as many variances as means; here one number stands for all channels.
    count = max(len(layer.mean), len(layer.variance))
    mean, variance = (list(values) * (count // len(values)) for values in (layer.mean, layer.variance))
    return maker.plain(keras.layers.Normalization, axis=-1, mean=mean, variance=variance)


@_make.register
def _(layer: layers.Rescaling, maker: _Maker) -> Any:
    return maker.plain(keras.layers.Rescaling, scale=layer.scale, offset=layer.offset)


@_make.register
def _(layer: layers.LayerScale, maker: _Maker) -> Any:
    return maker.plain(LayerScale, init_values=layer.initial_value)


@_make.register
def _(layer: layers.Activation, maker: _Maker) -> Any:
    if layer.activation is ActivationName.LEAKY_RELU and layer.slope is not None:
        return maker.plain(keras.layers.LeakyReLU, negative_slope=layer.slope)
    if layer.activation is ActivationName.ELU and layer.slope is not None:
        return maker.plain(keras.layers.ELU, alpha=layer.slope)
    return maker.plain(keras.layers.Activation, activation=layer.activation.value)


# Regularization and augmentation: active in training only -------------------------------------------------------------


@_make.register
def _(layer: layers.Dropout, maker: _Maker) -> Any:
    return maker.plain(keras.layers.Dropout, rate=layer.rate, seed=maker.seed("dropout"))


@_make.register
def _(layer: layers.SpatialDropout2D, maker: _Maker) -> Any:
    return maker.image(keras.layers.SpatialDropout2D, rate=layer.rate, seed=maker.seed("dropout"))


@_make.register
def _(layer: layers.StochasticDepth, maker: _Maker) -> Any:
    return maker.plain(StochasticDepth, drop_path_rate=layer.rate, seed=maker.seed("dropout"))


@_make.register
def _(layer: layers.RandomFlip, maker: _Maker) -> Any:
    return maker.image(keras.layers.RandomFlip, mode=layer.mode.value, seed=maker.seed("augmentation"))


@_make.register
def _(layer: layers.RandomZoom, maker: _Maker) -> Any:
    return maker.image(keras.layers.RandomZoom, height_factor=layer.factor, seed=maker.seed("augmentation"))


@_make.register
def _(layer: layers.RandomTranslation, maker: _Maker) -> Any:
    factors = {"height_factor": layer.height_factor, "width_factor": layer.width_factor}
    return maker.image(keras.layers.RandomTranslation, **factors, seed=maker.seed("augmentation"))


@_make.register(layers.RandomRotation)
@_make.register(layers.RandomContrast)
def _(layer: layers.RandomRotation | layers.RandomContrast, maker: _Maker) -> Any:
    return maker.image(getattr(keras.layers, layer.kind), factor=layer.factor, seed=maker.seed("augmentation"))


# Shape, dense and merge -----------------------------------------------------------------------------------------------


@_make.register
def _(layer: layers.Flatten, maker: _Maker) -> Any:
    return maker.image(keras.layers.Flatten)


@_make.register
def _(layer: layers.Reshape, maker: _Maker) -> Any:
    return maker.plain(keras.layers.Reshape, target_shape=layer.target_shape)


@_make.register
def _(layer: layers.Dense, maker: _Maker) -> Any:
    return maker.plain(
        keras.layers.Dense,
        units=layer.units,
        use_bias=layer.use_bias,
        activation=layer.activation.value,
        kernel_initializer=maker.weights("kernel"),
    )


@_make.register
def _(layer: layers.Merge, maker: _Maker) -> Any:
    return maker.plain(getattr(keras.layers, layer.kind))


@_make.register
def _(layer: layers.Concatenate, maker: _Maker) -> Any:
    return maker.plain(keras.layers.Concatenate, axis=-1)
