"""What is legal and yet worth a sentence: places that no window sees, a Dense on a map, a softmax of one value."""

from collections.abc import Callable, Sequence
from math import gcd
from typing import TypeVar

from cnn_core.layers import ActivationName, Dense
from cnn_core.layers.windows import Window, effective_kernel, rest, windows_of
from cnn_core.network.summary import Row
from cnn_core.sentences import N_, Note

Said = TypeVar("Said")


def of_each(rows: Sequence[Row], say: Callable[[Row], Said]) -> list[Said]:
    """Return what is to be said of each layer of a summary, whatever its name; of equal layers it is found out once."""
    said = {position: say(row) for position, row in enumerate(rows) if row.like == position}
    return [said[row.like] for row in rows]


def all_remarks(rows: Sequence[Row]) -> list[tuple[Note, ...]]:
    """Return the remarks on each layer of a summary."""
    return of_each(rows, remarks)


def remarks(row: Row) -> tuple[Note, ...]:
    """Return the sentences on one layer of a summary, mostly none."""
    said = (never_seen(row), leaps_over(row) or _passes_over_some(row), on_a_map(row), softmax_of_one(row))
    return tuple(note for note in said if note is not None)


def never_seen(row: Row) -> Note | None:
    """Say how many rows and columns at the end no window reaches."""
    both = windows_of(row.layer)
    below, right = (0, 0) if both is None else [rest(row.input_shapes[0][axis], both[axis]) for axis in (0, 1)]
    if not (below or right):
        return None
    message = N_(
        "The stride does not divide evenly, so the size is rounded down and no window reaches the "
        "end of the input. Never used: rows {rows}, columns {columns}."
    )
    return Note(message, {"rows": below, "columns": right})


def leaps_over(row: Row) -> Note | None:
    """Say where a stride is larger than its window."""
    if not any(window.stride > effective_kernel(window.kernel, window.dilation) for window in _moving(row)):
        return None
    return Note(N_("The stride is larger than the window, so there are places between windows that no window sees."))


def _passes_over_some(row: Row) -> Note | None:
    """Say where a spread kernel leaves places out."""
    if not any(map(_passes_over, _moving(row))):
        return None
    message = N_(
        "Because of the dilation, windows one stride apart never use some of the places between them. Use a stride "
        "that is no larger than the kernel and shares no divisor with the dilation."
    )
    return Note(message)


def _moving(row: Row) -> list[Window]:
    """Return the windows along the axes on which there is more than one."""
    both = windows_of(row.layer)
    return [] if both is None else [both[axis] for axis in (0, 1) if row.output_shape[axis] > 1]


def _passes_over(window: Window) -> bool:
    """Say whether windows in a row leave places out: the kernel's indices do not reach every remainder of the stride.

    >>> _passes_over(Window(3, 2, 2)), _passes_over(Window(3, 2, 3)), _passes_over(Window(2, 3, 2))
    (True, False, True)
    """
    return min(window.kernel, window.stride // gcd(window.stride, window.dilation)) < window.stride


def on_a_map(row: Row) -> Note | None:
    """Say what a Dense does on a map."""
    if not isinstance(row.layer, Dense) or len(row.input_shapes[0]) < 3:
        return None
    message = N_(
        "This Dense follows a map that was never flattened: it acts on the channels of each place alone, like a 1×1 "
        "convolution. Put a Flatten or a global pooling before it to let it see everything."
    )
    return Note(message)


def softmax_of_one(row: Row) -> Note | None:
    """Say what softmax makes of one value."""
    activation = getattr(row.layer, "activation", None)
    if activation is not ActivationName.SOFTMAX or row.output_shape[-1] > 1:
        return None
    return Note(N_("Softmax over one value is always 1. For two classes with one unit, use sigmoid."))
