"""How much of the picture the end of a network sees."""

from typing import Final

from cnn_core.layers.shapes import show
from cnn_core.network.summary import Row, Summary
from cnn_core.sentences import N_, Note

MUCH_LARGER: Final = 2
"""So many times the input's side, a receptive field is called much larger: half of it or more always is padding."""


def last_map(summary: Summary) -> Row | None:
    """Return the last layer with maps whose values do not all see the same: what is before global pooling or Flatten.

    None where the input is no picture.
    """
    maps = [row for row in summary.rows if len(row.output_shape) == 3 and row.receptive_field is not None]
    uneven = [row for row in maps if row.receptive_field is not None and not row.receptive_field.is_uniform]
    return next(reversed(uneven or maps), None)


def sight(summary: Summary) -> Note | None:
    """Say where a value of the last map sees less than the picture, or much more than there is."""
    row = last_map(summary)
    if row is None or row.receptive_field is None or not row.sources:
        return None
    field, picture = row.receptive_field.size, summary.rows[0].output_shape[:2]
    values = {"layer": row.name, "field": show(field), "input": show(picture)}
    if any(seen < side for seen, side in zip(field, picture, strict=True)):
        return Note(
            N_(
                "A value of the last map, {layer}, sees {field} pixels of {input}. By itself it cannot recognize "
                "anything larger than that: only the layers after it combine the places. More layers, larger "
                "kernels or an earlier stride let it see more."
            ),
            values,
        )
    if all(seen > MUCH_LARGER * side for seen, side in zip(field, picture, strict=True)):
        return Note(
            N_(
                "A value of the last map, {layer}, could see {field} pixels, but the picture has only {input}: more "
                "than half of what it looks at is padding. Fewer layers would also see the whole picture."
            ),
            values,
        )
    return None
