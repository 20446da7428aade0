"""What enters a network."""

from dataclasses import dataclass

from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.settings import ShapeSetting
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.layers.spelling import Spelling
from cnn_core.sentences import N_

__all__ = ["Input"]


@layer_kind
@dataclass(frozen=True)
class Input(Layer):
    """What enters the network, without the batch axis: (height, width, channels), or (units,) for plain numbers."""

    group = Group.INPUT
    about = N_("What enters the network: one picture, without the batch axis.")
    spelling = Spelling(name="InputLayer", fixed={"sparse": (False, None), "ragged": (False, None)})
    inputs = (0, 0)
    starter = {"shape": (28, 28, 1)}
    shape: ShapeSetting = ShapeSetting(
        label=N_("Size"), help=N_("Height, width and channels of the picture, or the number of values of a vector.")
    )


@output_shape.register
def _(layer: Input, *inputs: Shape) -> Shape:
    return layer.shape
