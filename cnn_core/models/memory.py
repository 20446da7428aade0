"""How much memory a model takes in the process that runs it, and how much that process may have; in megabytes."""

from math import prod
from typing import Final

from cnn_core.errors import ModelFileError
from cnn_core.layers.cost import BYTES_PER_VALUE
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.sentences import N_

_MEGABYTE: Final = 2**20

# Above what was measured of the models in applications.json that fit into 5 GB, with Keras 3.15 and TensorFlow 2.21.
_AT_REST: Final = 850
"""Of a worker with TensorFlow and the bundled models."""
_OF_WEIGHTS: Final = 2.75
"""Times all weights: they are made, kept, and kept once more in the order in which a processor multiplies fastest."""
_OF_LARGEST: Final = 2.9
"""Times the weights of one layer: they are drawn in a finer type first."""
_OF_OUTPUTS: Final = 1.8
"""Times all outputs for one picture."""


def needed_megabytes(network: Network) -> int:
    """Return the most that a process takes that builds a network and sends a picture through it; an estimate."""
    rows = summarize(network).rows
    weights = [row.parameters * BYTES_PER_VALUE for row in rows]
    outputs = sum(prod(row.output_shape) * BYTES_PER_VALUE for row in rows)
    more = _OF_WEIGHTS * sum(weights) + _OF_LARGEST * max(weights) + _OF_OUTPUTS * outputs
    return _AT_REST + int(more / _MEGABYTE)


def allowed_megabytes() -> int | None:
    """Return the private memory that this process may have, None without a bound."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    bound = resource.getrlimit(resource.RLIMIT_DATA)[0]
    return None if bound == resource.RLIM_INFINITY else bound // _MEGABYTE


def refuse_too_large(needed: int) -> None:
    """Raise ModelFileError, with the figure and the bound, where this process may not have so many megabytes."""
    allowed = allowed_megabytes()
    if allowed is not None and needed > allowed:
        raise ModelFileError(
            N_(
                "The model is too large for this server. Received: it needs about {needed} MB of memory for its "
                "weights and the outputs of all its layers; a process may have {allowed} MB here. Choose a smaller "
                "model, or start the server with a larger CONVSCOPE_WORKER_MEMORY_MB."
            ),
            needed=f"{needed:,}",
            allowed=f"{allowed:,}",
        )
