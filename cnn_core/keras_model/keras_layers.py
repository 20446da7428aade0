"""Each layer kind as a Keras layer, with nothing left to Keras's global settings."""

from hashlib import sha256
from typing import Any

import keras

from cnn_core import layers
from cnn_core.keras_model import own_layers
from cnn_core.layers import Layer
from cnn_core.layers.keras_calls import keras_call
from cnn_core.layers.kind import by_kind
from cnn_core.network.keras_names import keras_name


def keras_layer(layer: Layer, name: str, seed: int | None = 0) -> Any:
    """Return the Keras layer for a layer called `name`; explicit padding is left to a ZeroPadding2D before it.

    Its weights depend on `seed`, `name` and its input's channels only; without a seed on Keras's global one.
    """
    return made(layer, Maker(name, seed))


class Maker:
    """What all Keras layers of one name have in common: the name, the dtype and a source of chance of their own."""

    def __init__(self, name: str, seed: int | None) -> None:
        self._name, self._seed = name, seed

    def of_class(self, name: str, **settings: Any) -> Any:
        """Make a layer of a class of Keras, or of one of ours."""
        kind = getattr(own_layers, name, None) or getattr(keras.layers, name)
        return kind(name=keras_name(self._name), dtype="float32", **settings)

    def called(self, layer: Layer, **instead: Any) -> Any:
        """Make what the kind's call says, and settle what Keras would decide by itself; `instead` comes last."""
        call, spelling = keras_call(layer), layer.spelling
        beside: dict[str, Any] = {}
        if call.name == layer.keras_name():
            beside |= {"axis": -1} if spelling.last_axis else {}
            beside |= {"data_format": "channels_last"} if spelling.on_images else {}
        if call.name == layer.keras_name() and self._seed is not None:
            beside |= {f"{weight}_initializer": self._initializer(weight) for weight in spelling.initializers}
            beside |= {"seed": self._seed_for(spelling.chance)} if spelling.chance else {}
        return self.of_class(call.name, **call.settings | beside | instead)

    def _seed_for(self, purpose: str) -> int:
        """Return a seed from 0 to 2³¹ − 1, another one for each purpose."""
        digest = sha256(f"{self._seed}/{self._name}/{purpose}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1

    def _initializer(self, weight: str) -> Any:
        """Return Keras's default initializer for kernels, seeded."""
        return keras.initializers.GlorotUniform(seed=self._seed_for(weight))


@by_kind
def made(layer: Layer, maker: Maker) -> Any:
    """Return a layer as Keras's, as its kind's call says; kinds for which that is not enough have a rule here."""
    return maker.called(layer)


@made.register
def _(layer: layers.GaussianNoise, maker: Maker) -> Any:
    made_layer = maker.called(layer, stddev=min(layer.stddev, 1.0))
    # Keras's constructor takes no more than 1, which is little where pixels go to 255; it computes with any.
    made_layer.stddev = layer.stddev
    return made_layer


@made.register(layers.RandomBrightness)
@made.register(layers.RandomSaturation)
def _(layer: layers.RandomBrightness | layers.RandomSaturation, maker: Maker) -> Any:
    made_layer = maker.called(layer)
    # Keras makes a list of it, which it tracks and then cannot copy when it saves an .h5 file.
    made_layer.value_range = layer.value_range
    return made_layer
