"""How much memory a model takes in the process that runs it, and how much that process may have; in megabytes."""

from typing import Final

from cnn_core import layers
from cnn_core.errors import CnnError, ModelFileError
from cnn_core.layers.cost import BYTES_PER_VALUE
from cnn_core.network.network import Network
from cnn_core.network.summary import Row, summarize
from cnn_core.sentences import N_

KEPT_BYTES: Final = 256 * 2**20
"""Of outputs of the last pictures, whatever their models, kept so that opening a layer computes nothing again."""
AT_REST: Final = 850
"""Of a worker with TensorFlow and the bundled models."""

_MEGABYTE: Final = 2**20

# Above what was measured of the models in applications.json that fit into 5 GB, with Keras 3.15 and TensorFlow 2.21.
_OF_WEIGHTS: Final = 2.75
"""Times all weights: they are made, kept, and kept once more in the order in which a processor multiplies fastest."""
_OF_LARGEST: Final = 2.9
"""Times the weights of one layer: they are drawn in a finer type first."""
_OF_OUTPUTS: Final = 1.8
"""Times all outputs for one picture."""

_OF_TRACED_LAYER: Final = 0.25
"""Of one layer in one traced pass: its nodes, the way back included, and what computes them."""
_OF_FIRST_PASS: Final = 50
_OF_SMOOTH: Final = 2
"""Times the outputs of layers that end in an activation: the way back takes what went into it, and a factor."""

MOST_COVERED: Final = 8
"""Covered pictures computed at once: more take more memory and, on two processors, no less time."""
_COVERED_BYTES: Final = 128 * 2**20
_OF_COVERED: Final = 2
"""Times the outputs alive at once: they are computed from one memory into another."""


def needed_megabytes(network: Network) -> int:
    """Return the most that a process takes that builds a network and sends a picture through it; an estimate."""
    rows = summarize(network).rows
    weights = [row.parameters * BYTES_PER_VALUE for row in rows]
    outputs = sum(_steps(row) * row.activation_bytes for row in rows)
    more = _OF_WEIGHTS * sum(weights) + _OF_LARGEST * max(weights) + _OF_OUTPUTS * outputs
    return AT_REST + int(more / _MEGABYTE)


def _steps(row: Row) -> int:
    """Return how many arrays of its output's size a layer makes."""
    in_parts = isinstance(row.layer, layers.Conv2D) and row.layer.groups > 1
    return 2 if in_parts or isinstance(row.layer, layers.LayerNormalization | layers.GroupNormalization) else 1


def needed_for_gradients(network: Network, opened: int, passes: int) -> int:
    """Return the most megabytes that a process takes that asks for gradients of one picture; an estimate.

    It is what opening takes, which holds the weights and the outputs of all layers, as the way back does; what the
    activations inside of layers keep besides; and all passes that are kept, 0.25 MB a layer of each.

    Held against the private memory of processes that opened a model of keras.applications and asked for saliency,
    Grad-CAM of its first layer and a row of occlusion, it was too high by 1 % (EfficientNetV2M), 4 % (VGG16 and
    EfficientNetB5), 8 % (NASNetLarge), 14 % (ConvNeXtLarge), 16 % (ConvNeXtXLarge), 21 % (MobileNetV2), 22 %
    (ResNet50), 23 % (DenseNet121 and ConvNeXtBase): they had three passes, and up to eight are kept.

    Args:
        network: the model's layers.
        opened: megabytes of a process that opened it and sent a picture through it.
        passes: how many are kept of it.
    """
    rows = summarize(network).rows
    smooth = sum(row.activation_bytes for row in rows if _ends_in_activation(row))
    return opened + _of_passes(rows, passes) + int(_OF_SMOOTH * smooth / _MEGABYTE)


def _ends_in_activation(row: Row) -> bool:
    activation = getattr(row.layer, "activation", layers.ActivationName.LINEAR)
    return not isinstance(row.layer, layers.Activation) and activation is not layers.ActivationName.LINEAR


def covered_at_once(network: Network) -> int:
    """Return how many covered pictures go through a network at once: fewer where the maps are large."""
    return max(1, min(MOST_COVERED, _COVERED_BYTES // max(1, summarize(network).peak_bytes)))


def needed_for_occlusion(network: Network, opened: int, passes: int) -> int:
    """Return the most megabytes that a process takes that covers patches of a picture; an estimate.

    Arguments are those of `needed_for_gradients`; the outputs that are alive at once are there for
    `covered_at_once` pictures, twice.
    """
    summary = summarize(network)
    covered = _OF_COVERED * covered_at_once(network) * summary.peak_bytes
    return opened + _of_passes(summary.rows, passes) + int(covered / _MEGABYTE)


def _of_passes(rows: tuple[Row, ...], passes: int) -> int:
    # One more for a moment: a new one takes the place of an old one when it is traced.
    return _OF_FIRST_PASS + int(_OF_TRACED_LAYER * len(rows) * (passes + 1))


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


def refuse_too_much_to_make(needed: int) -> None:
    """Raise CnnError, with the figure and the bound, where this process may not have so many megabytes."""
    allowed = allowed_megabytes()
    if allowed is not None and needed > allowed:
        raise CnnError(
            N_(
                "The gradients for a picture of what a channel looks for take more memory than this server has. "
                "Received: about {needed} MB are needed; a process may have {allowed} MB here. Choose a smaller "
                "model, or start the server with a larger CONVSCOPE_WORKER_MEMORY_MB."
            ),
            needed=f"{needed:,}",
            allowed=f"{allowed:,}",
        )


def refuse_too_much_to_explain(needed: int) -> None:
    """Raise CnnError, with the figure and the bound, where this process may not have so many megabytes."""
    allowed = allowed_megabytes()
    if allowed is not None and needed > allowed:
        raise CnnError(
            N_(
                "Showing what this model's decision looked at takes more memory than this server has. Received: "
                "about {needed} MB are needed; a process may have {allowed} MB here. Choose another method or a "
                "smaller model, or start the server with a larger CONVSCOPE_WORKER_MEMORY_MB."
            ),
            needed=f"{needed:,}",
            allowed=f"{allowed:,}",
        )
