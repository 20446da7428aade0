"""Output shapes, by integer arithmetic alone.

Shapes have no batch axis: (height, width, channels), or (units,) after Flatten. What each kind does to a shape stands
with the kind; here is what holds for all, and what several kinds have in common.
"""

from math import prod
from typing import Final

from cnn_core.errors import LayerError
from cnn_core.layers.kind import Layer, by_kind
from cnn_core.layers.settings import Pair
from cnn_core.layers.windows import AXES, Window, window_count

Shape = tuple[int, ...]

MOST_COUNTED: Final = 2**63 - 1
"""Values of one output, and pixels across that one value sees: what 64 bits count, and with them any array's size.
A layer beyond it is refused, so all that is calculated of a network stays below 10⁶⁰, which texts and floats hold."""


def show(shape: Shape) -> str:
    """Write a shape as people do.

    >>> show((28, 28, 1)), show((10,))
    ('28×28×1', '10')
    """
    return "×".join(map(str, shape))


@by_kind
def output_shape(layer: Layer, *inputs: Shape) -> Shape:
    """Return a layer's output shape for its input shapes, or raise LayerError where they do not fit.

    Layers without a rule of their own keep the shape.
    """
    return inputs[0]


def refuse_uncountable(shape: Shape) -> None:
    """Raise LayerError for an output of more values than MOST_COUNTED."""
    if prod(shape) > MOST_COUNTED:
        raise LayerError(
            "The output has too many values. Received: {shape}; at most {most} can be counted. "
            "Use smaller sizes here, or layers before it that shrink the map.",
            shape=show(shape),
            most=f"{MOST_COUNTED:,}",
        )


def image_shape(shape: Shape) -> tuple[int, int, int]:
    """Return the shape of feature maps, or raise LayerError where it is none."""
    if len(shape) != 3:
        raise LayerError(
            "This layer needs feature maps, (height, width, channels). Received: an input of shape {shape}. "
            "Move it before Flatten, or put a Reshape before it.",
            shape=show(shape),
        )
    return shape[0], shape[1], shape[2]


def count_windows(windows: tuple[Window, Window], shape: Shape) -> Pair:
    """Return how many windows fit on feature maps, (vertical, horizontal); raises LayerError where none does."""
    height, width, _ = image_shape(shape)
    vertical, horizontal = windows
    rows = window_count(height, vertical, AXES[0])
    if width == height and horizontal == vertical:
        return rows, rows
    return rows, window_count(width, horizontal, AXES[1])
