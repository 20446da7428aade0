"""What a model answers to a picture in each of the ways in which its pixels may enter.

Importing this module imports no TensorFlow; calling it does.
"""

from collections.abc import Sequence

from cnn_core.arrays import Output, Pixels
from cnn_core.models.loading import load
from cnn_core.pictures.scaling import Scaling, scaled


def answers_by_scaling(key: str, pixels: Pixels, scalings: Sequence[Scaling], output: str) -> tuple[Output, ...]:
    """Return one of the model's outputs for `pixels` (H, W, C) in [0, 1], once for each scaling, in their order.

    Raises:
        CnnError: no such model or output, or pixels that do not fit.
    """
    from cnn_core.keras_model import feature_maps

    model = load(key).model
    return tuple(feature_maps(model, scaled(pixels, scaling), (output,))[output] for scaling in scalings)
