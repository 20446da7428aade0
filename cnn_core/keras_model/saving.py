"""A Network as a .keras file with fresh weights."""

import tempfile
from pathlib import Path
from typing import Final

from cnn_core.errors import NetworkError
from cnn_core.keras_model.build import build_model
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize

MOST_PARAMETERS: Final = 75_000_000
"""A file of 300 MB, the largest that is opened here again."""


def untrained_file(network: Network, seed: int = 0) -> bytes:
    """Return what Keras saves of the network.

    Raises:
        NetworkError: it does not fit together, or its weights are too many for a file.
    """
    count = summarize(network).parameters
    if count > MOST_PARAMETERS:
        raise NetworkError(
            "The file would be too large. Received: {count} parameters; at most {most} are saved. "
            "Take the Keras code instead, which builds the same model.",
            count=f"{count:,}",
            most=f"{MOST_PARAMETERS:,}",
        )
    with tempfile.TemporaryDirectory(prefix="convscope-") as folder:
        path = Path(folder) / "network.keras"
        build_model(network, seed).save(path)
        return path.read_bytes()
