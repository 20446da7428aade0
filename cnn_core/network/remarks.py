"""What is legal and yet worth a sentence: places that no window sees, a Dense on a map, a softmax of one value."""

from math import gcd

from cnn_core.layers import ActivationName, Conv2DTranspose, Dense
from cnn_core.layers.shapes import Window, effective_kernel, output_length, padding_amounts, windows
from cnn_core.network.summary import Row
from cnn_core.sentences import N_, Note


def remarks(row: Row) -> tuple[Note, ...]:
    """Return the sentences on one layer of a summary, mostly none."""
    return (*_unseen(row), *_on_a_map(row), *_softmax_of_one(row))


def rest(length: int, window: Window) -> int:
    """Return how many places at the end of an axis no window covers: the stride leaves them over.

    >>> rest(7, Window(3, 2)), rest(28, Window(3, 2)), rest(43, Window(2, 2))
    (0, 1, 1)
    """
    _, after = padding_amounts(length, window)
    padded = length + sum(padding_amounts(length, window))
    span = effective_kernel(window.kernel, window.dilation)
    covered = (output_length(length, window) - 1) * window.stride + span
    # Where the last window ends in the padding before, no more than the whole input is left over.
    return min(max(padded - covered - after, 0), length)


def padding_that_fits(length: int, window: Window) -> int:
    """Return how much more padding along an axis the stride needs to leave no rest.

    >>> padding_that_fits(7, Window(3, 3)), padding_that_fits(7, Window(3, 2))
    (2, 0)
    """
    padded = length + sum(padding_amounts(length, window))
    return (effective_kernel(window.kernel, window.dilation) - padded) % window.stride


def _unseen(row: Row) -> tuple[Note, ...]:
    both = windows(row.layer)
    if both is None or isinstance(row.layer, Conv2DTranspose):
        return ()
    below, right = (rest(row.input_shapes[0][axis], both[axis]) for axis in (0, 1))
    notes = []
    if below or right:
        message = N_(
            "The stride leaves a rest, so the size is rounded down and no window reaches the end of the input. "
            "Never seen: rows {rows}, columns {columns}."
        )
        notes.append(Note(message, {"rows": below, "columns": right}))
    moving = [both[axis] for axis in (0, 1) if row.output_shape[axis] > 1]
    if any(window.stride > effective_kernel(window.kernel, window.dilation) for window in moving):
        message = N_("The stride is larger than the window, so there are places between two windows that none sees.")
        notes.append(Note(message))
    elif any(map(_passes_over, moving)):
        message = N_(
            "The kernel is spread so that windows one stride apart never take some of the places between them. "
            "Use a stride that is no larger than the kernel and shares no divisor with the dilation."
        )
        notes.append(Note(message))
    return tuple(notes)


def _passes_over(window: Window) -> bool:
    """Say whether windows in a row leave places out: the kernel's indices do not reach every remainder of the stride.

    >>> _passes_over(Window(3, 2, 2)), _passes_over(Window(3, 2, 3)), _passes_over(Window(2, 3, 2))
    (True, False, True)
    """
    return min(window.kernel, window.stride // gcd(window.stride, window.dilation)) < window.stride


def _on_a_map(row: Row) -> tuple[Note, ...]:
    if not isinstance(row.layer, Dense) or len(row.input_shapes[0]) < 3:
        return ()
    message = N_(
        "This Dense stands on a map that was never flattened: it acts at each place on the channels alone, "
        "as a 1×1 convolution does. Put a Flatten or a global pooling before it to let it see everything."
    )
    return (Note(message),)


def _softmax_of_one(row: Row) -> tuple[Note, ...]:
    activation = getattr(row.layer, "activation", None)
    if activation is not ActivationName.SOFTMAX or row.output_shape[-1] > 1:
        return ()
    return (Note(N_("Softmax over one value is always 1. For two classes with one unit use sigmoid.")),)
