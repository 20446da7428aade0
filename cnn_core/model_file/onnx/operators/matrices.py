"""Maps multiplied by a matrix along their height and one along their width: resizing by rules that Keras has not."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.model_file.onnx.building import Building
from cnn_core.model_file.onnx.values import Value

Places = npt.NDArray[np.float64]
"""For each place of an output along an axis one of the input; between two of them, or beyond the ends, in resizing."""

Matrix = npt.NDArray[np.float32]
"""How much of each place of the input (rows) each place of the output (columns) takes."""


MOST_PLACES: Final = 4_096
"""Of an axis that a matrix is written for, before and after it."""


def refuse_long(*counts: int) -> None:
    """Raise LayerError where a matrix along an axis would have too many places."""
    if max(counts) > MOST_PLACES:
        raise LayerError(
            "Maps of up to {most} rows and columns are resized here. Received: {count}.",
            most=f"{MOST_PLACES:,}",
            count=f"{max(counts):,}",
        )


def taken(rows: npt.NDArray[Any], length: int, shares: Places | float = 1.0) -> Matrix:
    """Return the matrix that takes a share of one whole place each; beyond its ends an axis goes on as it ends."""
    matrix = np.zeros((length, len(rows)), np.float32)
    matrix[np.clip(rows, 0, length - 1).astype(np.int64), np.arange(len(rows))] = shares
    return matrix


def multiplied(building: Building, value: Value, matrices: list[Matrix]) -> Value:
    """Return maps multiplied by a matrix along the height and one along the width, as Dense along the last axis."""
    for matrix, along, order in zip(matrices, ("rows", "columns"), ((1, 2, 0), (1, 0, 2)), strict=True):
        if not np.array_equal(matrix, np.eye(*matrix.shape)):
            layer = layers.Dense(matrix.shape[1], use_bias=False)
            value = building.value(layer, building.ordered(value, order), weights=(matrix,), suffix=along)
    return building.usual(value)
