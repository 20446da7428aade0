"""Where Keras models come from: files of strangers, files of our own, keras.applications."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt

from cnn_core.errors import ModelFileError, NetworkError
from cnn_core.keras_model.activations import operations
from cnn_core.keras_model.build import build_model
from cnn_core.layers.shapes import show
from cnn_core.model_file import ModelFile, read_model_file
from cnn_core.network.network import Network


class OpenedModel(NamedTuple):
    """A model file's network, and the Keras model that was built of it, with its outputs in the file's order."""

    network: Network
    model: keras.Model
    display_names: dict[str, str]


def open_model(data: bytes) -> OpenedModel:
    """Return the model in a .keras or .h5 file as a Keras model with the file's weights, fresh ones if it holds none.

    No code of the file runs, no other file is read, and no global setting changes. It needs Keras, so pages ask a
    worker for it; `read_model_file` is what can be had without.

    Raises:
        ModelFileError: what is wrong with the file, or has no counterpart here, by name.
    """
    file = read_model_file(data)
    return OpenedModel(file.network, build_of_file(file.network, file), file.display_names)


def build_of_file(network: Network, file: ModelFile, seed: int = 0) -> keras.Model:
    """Return the network of a file as a Keras model with the file's weights and outputs.

    Args:
        network: the file's, or one with the same layers and more.
        file: what was read; where it holds no weights, they are drawn.
        seed: of weights that are drawn.

    Raises:
        ModelFileError: the network is too large to build.
    """
    if file.has_weights:
        return build_with_weights(network, file.weights, file.outputs)
    return _build(network, file.outputs, seed)


def build_with_weights(
    network: Network,
    weights: Mapping[str, Sequence[npt.NDArray[np.float32]]],
    outputs: Sequence[str] | None = None,
) -> keras.Model:
    """Return the network as a Keras model with these weights.

    Args:
        weights: of each layer that has some, by its name, in Keras's order.
        outputs: as for `build_model`.

    Raises:
        ModelFileError: the network is too large to build, or a layer's weights have other shapes than given.
    """
    model = _build(network, outputs)
    layers = operations(model)
    for named in network.layers:
        _set(layers[named.name], named.name, weights.get(named.name, ()))
    return model


def _build(network: Network, outputs: Sequence[str] | None, seed: int = 0) -> keras.Model:
    try:
        return build_model(network, seed, outputs)
    except NetworkError as error:
        raise ModelFileError("The model cannot be built: {cause}", cause=error) from error


def _set(layer: Any, name: str, values: Sequence[npt.NDArray[np.float32]]) -> None:
    needed = [tuple(weight.shape) for weight in layer.weights]
    given = [value.shape for value in values]
    if needed != given:
        raise ModelFileError(
            'Layer "{layer}" needs weights of different shapes. Received: {given}; {needed} are needed.',
            layer=name,
            given=", ".join(map(show, given)) or "–",
            needed=", ".join(map(show, needed)) or "–",
        )
    if given:
        layer.set_weights(list(values))
    if isinstance(layer, keras.layers.Normalization):
        # It computes with copies, which it takes of its weights here only.
        layer.finalize_state()


def load_own_model(path: Path) -> keras.Model:
    """Return the model in a file that we made ourselves, for inference.

    A stranger's file must never come here: Keras's reader has been made to run code.
    """
    return keras.models.load_model(path, compile=False)


def build_application(name: str, weights: str | None, seed: int) -> keras.Model:
    """Return `keras.applications.<name>`; random weights are those of the seed, others are downloaded by Keras.

    Raises:
        Exception: whatever a failed download raises.
    """
    # Seeded, so that random weights are the same in every worker.
    keras.utils.set_random_seed(seed)
    return getattr(keras.applications, name)(weights=weights)
