"""A Keras model of a network and of weights that lie somewhere else; `model_file` reads both from strangers' files."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from cnn_core.errors import ModelFileError, NetworkError
from cnn_core.keras_model.build import build_model
from cnn_core.keras_model.names import keras_name
from cnn_core.network import Network
from cnn_core.shapes import show


def build_with_weights(network: Network, weights: Mapping[str, Sequence[npt.NDArray[np.float32]]]) -> keras.Model:
    """Return the network as a Keras model with these weights.

    Args:
        weights: of each layer that has some, by its name, in Keras's order.

    Raises:
        ModelFileError: the network is too large to build, or a layer's weights have other shapes than given.
    """
    try:
        model = build_model(network)
    except NetworkError as error:
        raise ModelFileError("The model cannot be built: {cause}", cause=error) from error
    for named in network.layers:
        _set(model.get_layer(keras_name(named.name)), named.name, weights.get(named.name, ()))
    return model


def _set(layer: Any, name: str, values: Sequence[npt.NDArray[np.float32]]) -> None:
    needed = [tuple(weight.shape) for weight in layer.weights]
    given = [value.shape for value in values]
    if needed != given:
        raise ModelFileError(
            'Layer "{layer}" needs weights of other shapes. Received: {given}; {needed} are needed.',
            layer=name,
            given=", ".join(map(show, given)) or "–",
            needed=", ".join(map(show, needed)) or "–",
        )
    if given:
        layer.set_weights(list(values))
    if isinstance(layer, keras.layers.Normalization):
        # It computes with copies, which it takes of its weights here only.
        layer.finalize_state()
