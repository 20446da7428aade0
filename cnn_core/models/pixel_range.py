"""In which numbers a model of unknown making wants its pixels: a guess from its layers, to be shown as one."""

from cnn_core.layers import Input, Normalization, Rescaling
from cnn_core.network.network import Network
from cnn_core.pictures.scaling import Scaling


def guessed_scaling(network: Network) -> Scaling:
    """Return BYTES where the first layers rescale or normalize, UNIT otherwise: a guess, to be shown as one."""
    first = [named.layer for named in network.layers[:4] if not isinstance(named.layer, Input)]
    scales = any(isinstance(layer, Normalization | Rescaling) and not _is_of_unit(layer) for layer in first)
    return Scaling.BYTES if scales else Scaling.UNIT


def _is_of_unit(layer: Normalization | Rescaling) -> bool:
    """Say whether a layer's own numbers suit pixels from 0 to 1."""
    if isinstance(layer, Rescaling):
        scale = layer.scale if isinstance(layer.scale, int | float) else max(layer.scale)
        return scale > 0.5
    means = layer.mean if isinstance(layer.mean, tuple) else (layer.mean,)
    return max((abs(mean) for mean in means if mean is not None), default=0) <= 1
