"""The pixels of the network's input that a value can depend on."""

from collections.abc import Mapping

from cnn_core.errors import LayerError
from cnn_core.explain.moved import origins_in
from cnn_core.explain.parts import Place, inside
from cnn_core.layers.receptive_field import ReceptiveField
from cnn_core.layers.settings import Pair
from cnn_core.network.summary import Row

Extent = tuple[Pair, Pair]
"""((top, left), (bottom, right)), both included."""


def seen_pixels(rows: Mapping[str, Row], layer: str, place: Place) -> Extent | None:
    """Return the box of input pixels that a value sees; it reaches out of the picture where padding is seen.

    It is the field of `receptive_field`, which encloses what is seen; a unit of a flattened map sees what its place in
    the map saw. None: it sees nothing, because a transposed convolution steps over it.

    Args:
        rows: the network's layers by their names, from its summary.
        layer: one of these names.
        place: of a value in its output.

    Raises:
        LayerError: the network's input is no picture, or the place is not in the layer's output.
    """
    start = layer, inside(place, rows[layer].output_shape)
    waiting, met, boxes = [start], {start}, []
    while waiting:
        name, at = waiting.pop()
        row = rows[name]
        field = _field(row)
        if len(at) == 3 or field.is_uniform:
            boxes.append(_box(field, at))
            continue
        places = origins_in(row.layer, at, row.output_shape, row.input_shapes)
        origins = {(row.sources[source], before) for source, before in places}
        waiting.extend(origins - met)
        met |= origins
    return _hull([box for box in boxes if box is not None])


def _field(row: Row) -> ReceptiveField:
    field = row.receptive_field
    if field is None:
        raise LayerError(
            "Only a network that takes a picture sees pixels. Received: a network whose input is a vector. Use one "
            "whose Input is (height, width, channels)."
        )
    return field


def _box(field: ReceptiveField, place: Place) -> Extent | None:
    """Return what is seen from a place of a map, or of a vector whose units all see the same."""
    seen = field.pixels(*place[:2]) if len(place) == 3 else field.pixels(0, 0)
    if seen is None:
        return None
    (top, bottom), (left, right) = seen
    return (top, left), (bottom, right)


def _hull(boxes: list[Extent]) -> Extent | None:
    if not boxes:
        return None
    starts, ends = zip(*boxes, strict=True)
    (tops, lefts), (bottoms, rights) = zip(*starts, strict=True), zip(*ends, strict=True)
    return (min(tops), min(lefts)), (max(bottoms), max(rights))
