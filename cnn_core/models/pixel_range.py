"""In which numbers a model of unknown making wants its pixels: what its layers say, else a guess, to be shown as one.

What begins a model may rescale or normalize pixels, which says what they were before. Where nothing does, the layers of
a network of `keras.applications` can be told by their names, which every model built on one keeps; its own
`preprocess_input` is then likely, and pixels from 0 to 1, with which many train on it all the same, come second.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.layers import ActivationName, Group, Layer
from cnn_core.layers.weights import weight_shapes
from cnn_core.network.network import INSIDE, Network, Step
from cnn_core.pictures.scaling import Scaling

Weights = Callable[[str], Sequence[npt.NDArray[Any]]]
"""The arrays of a layer by its name, in Keras's order."""

Guesses = tuple[Scaling] | tuple[Scaling, Scaling]

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
    def says_something(self) -> bool:
        return self != _Affine()

    @property
    def is_of_bytes(self) -> bool:
        """Say whether it suits pixels from 0 to 255 rather than from 0 to 1."""
        return abs(self.scale) < FAINT or abs(self.centre) > FAR


_BY_NAMES: Final = (
    (Scaling.SIGNED, {"conv_dw_1", "conv_pw_1"}),  # MobileNet
    (Scaling.SIGNED, {"bn_Conv1", "expanded_conv_depthwise"}),  # MobileNetV2
    (Scaling.SIGNED, {"expanded_conv_depthwise", "expanded_conv_project"}),  # MobileNetV3 without its own Rescaling
    (Scaling.SIGNED, {"block1_conv1_bn", "block1_conv2_bn"}),  # Xception
    (Scaling.SIGNED, {"mixed0", "mixed1"}),  # InceptionV3
    (Scaling.SIGNED, {"mixed_5b", "block35_1_mixed"}),  # InceptionResNetV2
    (Scaling.SIGNED, {"stem_conv1", "stem_bn1"}),  # NASNet
    (Scaling.SIGNED, {"conv1_conv", "conv2_block1_preact_bn"}),  # ResNetV2
    (Scaling.TORCH, {"conv1_conv", "conv2_block1_concat"}),  # DenseNet
    (Scaling.TORCH, {"conv1/conv", "conv2_block1_concat"}),  # DenseNet of Keras 2
    (Scaling.CAFFE, {"conv1_conv", "conv2_block1_out"}),  # ResNet
    (Scaling.CAFFE, {"bn_conv1", "res2a_branch2a"}),  # ResNet50 before Keras 2.3
    (Scaling.CAFFE, {"block1_conv1", "block1_conv2", "block1_pool"}),  # VGG
)
"""Layers by which a family of `keras.applications` is told, the first that fits, and its `preprocess_input`."""


def guessed_scalings(network: Network, weights: Weights = lambda _: (), *, is_exchanged: bool = False) -> Guesses:
    """Return how pixels may enter, the likeliest first: one way where the model's layers say it, else two.

    Args:
        weights: of a normalization that learned its mean and variance; without them it counts for nothing.
        is_exchanged: it comes from another framework than Keras, most likely PyTorch.
    """
    affines = [affine for affine in _beginning(network, weights) if affine.says_something]
    is_grey = next(network.steps()).output_shape[-1] == 1
    if affines:
        if any(affine.is_of_bytes for affine in affines):
            return (Scaling.BYTES,)
        # What is subtracted lies among the pixels.
        return (Scaling.SIGNED, Scaling.UNIT) if any(affine.centre < 0 for affine in affines) else (Scaling.UNIT,)
    if is_exchanged:
        return (Scaling.UNIT, Scaling.SIGNED) if is_grey else (Scaling.TORCH, Scaling.UNIT)
    named = {layer.name.rpartition(INSIDE)[2] for layer in network.layers}
    family = next((scaling for scaling, names in _BY_NAMES if names <= named), None)
    if family is None or (is_grey and family is not Scaling.SIGNED):
        return Scaling.UNIT, Scaling.BYTES
    return family, Scaling.UNIT


def _beginning(network: Network, weights: Weights) -> Iterable[_Affine]:
    """Return what the beginning of a network makes of its pixels, step by step.

    It is all that only rescales, normalizes or moves values, or does nothing without training, on every way from the
    input to the first layer that does anything else.
    """
    known = {network.layers[0].name: _Affine()}
    for step in network.steps():
        before = next((known[source] for source in step.sources if source in known), None)
        after = None if before is None else _affine(step, weights)
        if before is not None and after is not None:
            known[step.named.name] = before.then(after)
    return known.values()


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
