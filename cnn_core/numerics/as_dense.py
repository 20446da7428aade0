"""The Dense layer whose every unit is a window of a convolution, and the convolution that is a Dense layer.

All of it follows from the two axes' `Taps`, so a transposed convolution needs nothing of its own here.
"""

from math import prod

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Values
from cnn_core.errors import LayerError
from cnn_core.layers.shapes import Shape, show
from cnn_core.numerics.maps import refuse_depth
from cnn_core.numerics.taps import NOWHERE, Taps


def convolution_matrix(kernel: npt.ArrayLike, vertical: Taps, horizontal: Taps, input_shape: Shape) -> Values:
    """Return the matrix M for which M @ x.ravel() is the convolution of x without bias, flattened too.

    Its row for an output is that output's window, laid on the whole flattened input: mostly zeros, and the same numbers
    in every row (arXiv:1603.07285, section 4.1). A transposed convolution has the matrix transposed.

    Args:
        kernel: (kernel height, kernel width, C, filters); of a transposed convolution `kernel.swapaxes(2, 3)`.
        vertical, horizontal: of `axis_taps` or `transposed_taps`.
        input_shape: (H, W, C).

    Returns:
        (H' · W' · filters, H · W · C).

    Raises:
        LayerError: a kernel of another depth.
    """
    weights = np.asarray(kernel)
    height, width, channels = input_shape
    refuse_depth(weights.shape[2], channels)
    down, across = _parts(vertical, height, weights.shape[0]), _parts(horizontal, width, weights.shape[1])
    cells = np.einsum("ayt,bxu,tucf->abfyxc", down, across, weights, optimize=True)
    return np.asarray(cells).reshape(-1, prod(input_shape))


def dense_as_convolution(weights: npt.ArrayLike, input_shape: Shape) -> Values:
    """Return the kernel (H, W, C, units) that computes a Dense layer behind Flatten as one window over everything.

    Args:
        weights: (H · W · C, units), as Keras has them.
        input_shape: (H, W, C), before Flatten.

    Raises:
        LayerError: weights for another number of values.
    """
    values = np.asarray(weights)
    if values.ndim != 2 or len(values) != prod(input_shape):
        raise LayerError(
            "A Dense layer has one row of weights per value. Received: weights of shape "
            "{weights} for an input of {shape}, which has {count} values. Use the weights of the "
            "layer that follows this input.",
            weights=show(values.shape),
            shape=show(input_shape),
            count=prod(input_shape),
        )
    return values.reshape(*input_shape, -1)


def _parts(taps: Taps, length: int, kernel: int) -> Values:
    """Return (outputs, length, kernel): 1 where an output takes an input by an index of the kernel."""
    parts = np.zeros((len(taps.taps), length, kernel), np.float32)
    for output, pairs in enumerate(taps.taps):
        for place, tap in pairs:
            if taps.sources[place] != NOWHERE:
                parts[output, taps.sources[place], tap] = 1
    return parts
