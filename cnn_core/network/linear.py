"""Which layers are linear in the picture: whatever they make is made of sums with fixed weights and a constant."""

from collections.abc import Mapping
from typing import Final

from cnn_core import layers
from cnn_core.layers import ActivationName, Layer
from cnn_core.network.summary import Row

_LINEAR: Final = (
    *(layers.Input, layers.Rescaling, layers.Normalization, layers.BatchNormalization, layers.LayerScale),
    *(layers.AveragePooling2D, layers.GlobalAveragePooling2D, layers.ZeroPadding2D, layers.Cropping2D),
    *(layers.UpSampling2D, layers.Flatten, layers.Reshape, layers.Permute),
    *(layers.Add, layers.Average, layers.Concatenate),
    *(layers.Dropout, layers.SpatialDropout2D, layers.StochasticDepth),
)
"""Without settings that would make them anything else, once trained."""


def is_linear(rows: Mapping[str, Row], name: str) -> bool:
    """Say whether a layer is linear in the network's input: it and all that lies before it are."""
    seen, waiting = set[str](), [name]
    while waiting:
        row = rows[waiting.pop()]
        if not _is_linear(row.layer):
            return False
        waiting += [source for source in row.sources if source not in seen]
        seen.update(row.sources)
    return True


def _is_linear(layer: Layer) -> bool:
    if isinstance(layer, _LINEAR):
        return True
    # What has kernels, and the layer that is nothing but an activation, but for those kinds that have no choice of one.
    return getattr(layer, "activation", None) is ActivationName.LINEAR
