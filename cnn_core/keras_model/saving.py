"""A Network as a file with fresh weights, .keras or ONNX; and with trained ones as ONNX."""

import tempfile
from pathlib import Path
from typing import Final

import keras

from cnn_core.errors import NetworkError
from cnn_core.keras_model.build import build_model
from cnn_core.keras_model.opening import load_own_model
from cnn_core.layers import Input
from cnn_core.model_file.onnx_export import onnx_file, refuse_unwritable
from cnn_core.network.keras_names import keras_name
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize

MOST_PARAMETERS: Final = 75_000_000
"""A file of 300 MB, the largest that is opened here again."""


def untrained_onnx(network: Network, seed: int = 0) -> bytes:
    """Return the network as a file of ONNX.

    Raises:
        NetworkError: it does not fit together, its weights are too many for a file, or ONNX has no such layer.
    """
    refuse_unwritable(network)
    return _onnx(network, build_model(network, seed))


def trained_onnx(network: Network, path: Path) -> bytes:
    """Return the network as a file of ONNX, with the weights that its layers have in one of our `.keras` files.

    Raises:
        NetworkError: its weights are too many for a file, or ONNX has no such layer.
        CnnError: the file cannot be read.
    """
    refuse_unwritable(network)
    return _onnx(network, load_own_model(path))


def _onnx(network: Network, model: keras.Model) -> bytes:
    weights = {
        named.name: model.get_layer(keras_name(named.name)).get_weights()
        for named in network.layers
        if not isinstance(named.layer, Input)
    }
    return onnx_file(network, weights)


def untrained_file(network: Network, seed: int = 0) -> bytes:
    """Return what Keras saves of the network.

    Raises:
        NetworkError: it does not fit together, or its weights are too many for a file.
    """
    count = summarize(network).parameters
    if count > MOST_PARAMETERS:
        raise NetworkError(
            "The file would be too large. Received: {count} parameters; at most {most} are saved. Use the Keras "
            "code instead, which builds the same model.",
            count=f"{count:,}",
            most=f"{MOST_PARAMETERS:,}",
        )
    with tempfile.TemporaryDirectory(prefix="convscope-") as folder:
        path = Path(folder) / "network.keras"
        build_model(network, seed).save(path)
        return path.read_bytes()
