"""What is legal and yet worth a sentence: places that no window sees, a Dense on a map, a softmax of one value."""

from math import gcd

from cnn_core.layers import ActivationName, Dense
from cnn_core.layers.windows import Window, effective_kernel, rest, windows_of
from cnn_core.network.summary import Row
from cnn_core.sentences import N_, Note


def remarks(row: Row) -> tuple[Note, ...]:
    """Return the sentences on one layer of a summary, mostly none."""
    return (*_unseen(row), *_on_a_map(row), *_softmax_of_one(row))


def _unseen(row: Row) -> tuple[Note, ...]:
    both = windows_of(row.layer)
    if both is None:
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
