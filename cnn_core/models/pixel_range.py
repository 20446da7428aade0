"""In which numbers a model of unknown making wants its pixels: a guess from its first layers, to be shown as one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.layers import ActivationName, Group, Layer
from cnn_core.layers.weights import weight_shapes
from cnn_core.network.network import Network, Step
from cnn_core.pictures.scaling import Scaling

Weights = Callable[[str], Sequence[npt.NDArray[Any]]]
"""The arrays of a layer by its name, in Keras's order."""

FAINT: Final = 1 / 16
"""A model whose first layers multiply by less than this would see pixels from 0 to 1 as all alike; those of 0 to 255
come out as at most 16. Midway between the two, as ratios go."""

FAR: Final = 2.0
"""What a model subtracts from its pixels lies among them: above this, they do not end at 1."""

_PASSING: Final = (Group.AUGMENTATION, Group.REGULARIZATION, Group.RESIZING, Group.POOLING, Group.SHAPE)
"""Layers that do nothing without training, and those that only move values or choose among them."""


class _Affine(NamedTuple):
    """(x − centre) · scale; of channels that differ, the largest of each."""

    scale: float = 1.0
    centre: float = 0.0

    def then(self, other: "_Affine") -> "_Affine":
        """Return this one followed by another."""
        # A stranger's scales may be so small that their product is 0.
        moved = other.centre / self.scale if self.scale else 0.0
        return _Affine(self.scale * other.scale, self.centre + moved)

    @property
    def is_of_bytes(self) -> bool:
        """Say whether it suits pixels from 0 to 255 rather than from 0 to 1."""
        return abs(self.scale) < FAINT or abs(self.centre) > FAR


def guessed_scaling(network: Network, weights: Weights = lambda _: ()) -> Scaling:
    """Return BYTES where the beginning of the network rescales or normalizes pixels from 0 to 255, else UNIT.

    The beginning is all that only rescales, normalizes or moves values, or does nothing without training, on every way
    from the input to the first layer that does anything else.

    Args:
        weights: of a normalization that learned its mean and variance; without them it counts for nothing.
    """
    known = {network.layers[0].name: _Affine()}
    for step in network.steps():
        before = next((known[source] for source in step.sources if source in known), None)
        after = None if before is None else _affine(step, weights)
        if before is not None and after is not None:
            known[step.named.name] = before.then(after)
    return Scaling.BYTES if any(affine.is_of_bytes for affine in known.values()) else Scaling.UNIT


def _affine(step: Step, weights: Weights) -> _Affine | None:
    """Return what a layer makes of each value; None where it does something else."""
    layer = step.named.layer
    if isinstance(layer, layers.Rescaling):
        return _Affine(layer.scale, -layer.offset / layer.scale) if layer.scale else None
    if isinstance(layer, layers.Normalization | layers.BatchNormalization):
        names = weight_shapes(layer, *step.input_shapes)
        return _normalization(layer, dict(zip(names, weights(step.named.name), strict=False)))
    is_linear = isinstance(layer, layers.Activation) and layer.activation is ActivationName.LINEAR
    moves = layer.group in _PASSING or isinstance(layer, layers.Concatenate)
    return _Affine() if is_linear or moves else None


def _normalization(layer: Layer, learned: Mapping[str, npt.ArrayLike]) -> _Affine:
    """Return what a normalization does with its own mean and variance, or those that it learned."""
    mean, variance = (
        getattr(layer, name, None) or learned.get(name, learned.get(f"moving_{name}")) for name in ("mean", "variance")
    )
    if mean is None or variance is None:
        return _Affine()
    spread = float(np.sqrt(np.min(variance)))
    means = np.ravel(np.asarray(mean, np.float64))
    return _Affine(1 / spread if spread > 0 else 1.0, float(means[np.abs(means).argmax()]))
