"""How a window moves along one axis: how many fit, how much padding they need, and what they leave over.

The relationships are those of Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"
(arXiv:1603.07285), in TensorFlow's convention for `same`, which may pad one more after than before.
"""

from typing import Final, NamedTuple

from cnn_core.errors import LayerError
from cnn_core.layers.kind import Layer, by_kind
from cnn_core.layers.settings import PaddingMode, Pair
from cnn_core.sentences import N_

AXES = (N_("height"), N_("width"))

BLUR_SIZE: Final = 3
"""Rows and columns of the blur 1 2 1 of MaxBlurPool (arXiv:1904.11486), on arrays and in networks."""


class Window(NamedTuple):
    """How a kernel or a pool moves along one axis. `padding` is a mode or the amounts (before, after).

    `output_padding` matters to a transposed convolution only: see `transposed_length`.
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: PaddingMode | Pair = PaddingMode.VALID
    output_padding: int | None = None

    @property
    def span(self) -> int:
        """Places that the kernel spans."""
        return effective_kernel(self.kernel, self.dilation)


def effective_kernel(kernel: int, dilation: int) -> int:
    """Return how many places a kernel spans: d · (k − 1) + 1.

    >>> effective_kernel(3, 2)
    5
    """
    return dilation * (kernel - 1) + 1


def padding_amounts(length: int, window: Window) -> Pair:
    """Return how much is added (before, after) along one axis.

    `same` adds what ceil(length / stride) windows need; the odd one goes after, as TensorFlow does.

    >>> padding_amounts(4, Window(3, 2, padding=PaddingMode.SAME))
    (0, 1)
    """
    kernel, stride, dilation, padding, _ = window
    if isinstance(padding, tuple):
        return padding
    if padding is PaddingMode.VALID:
        return (0, 0)
    count = -(-length // stride)
    spanned = (count - 1) * stride + effective_kernel(kernel, dilation)
    total = max(spanned - length, 0)
    return (total // 2, total - total // 2)


def output_length(length: int, window: Window) -> int:
    """Return how many windows fit: ⌊(n + p − k) / s⌋ + 1 (relationship 6 of arXiv:1603.07285); below 1 none does.

    >>> output_length(28, Window(3)), output_length(7, Window(3, 3)), output_length(2, Window(3))
    (26, 2, 0)
    """
    kernel, stride, dilation, *_ = window
    padded = length + sum(padding_amounts(length, window))
    return (padded - effective_kernel(kernel, dilation)) // stride + 1


def window_count(length: int, window: Window, axis: str) -> int:
    """Return how many windows fit along an axis, at least 1.

    Args:
        axis: what the error calls it, one of `AXES` or another word for the catalogues.

    Raises:
        LayerError: a window larger than the padded line.
    """
    count = output_length(length, window)
    if count < 1:
        raise LayerError(
            "The window is larger than its input. Received: a window of {kernel} on {length} along the {axis}. "
            "Use padding 'same', a smaller window, or fewer layers that shrink the map before it.",
            kernel=effective_kernel(window.kernel, window.dilation),
            length=length + sum(padding_amounts(length, window)),
            axis=LayerError(axis),
        )
    return count


def transposed_length(length: int, window: Window) -> int:
    """Return the length after a transposed convolution, as Keras has it.

    `same`: n · s. `valid`: n · s + max(k − s, 0). With `output_padding` p it is (n − 1) · s + p and k, of which `same`
    leaves the rest by 2.

    >>> transposed_length(7, Window(3, 2, padding=PaddingMode.SAME)), transposed_length(7, Window(3, 2))
    (14, 15)
    >>> transposed_length(7, Window(3, 2, 1, PaddingMode.SAME, 0)), transposed_length(7, Window(3, 2, output_padding=1))
    (13, 16)
    """
    is_same = window.padding is PaddingMode.SAME
    if window.output_padding is not None:
        return (length - 1) * window.stride + (window.span % 2 if is_same else window.span) + window.output_padding
    return length * window.stride + (0 if is_same else max(window.span - window.stride, 0))


def cropped(window: Window) -> Pair:
    """Return how many outputs `same` cuts off a transposed convolution, (before, after) along an axis; `valid` none.

    Cut off is what the kernels laid out one stride apart have more than `transposed_length`, the odd one after, as
    TensorFlow does.

    >>> cropped(Window(4, 2, padding=PaddingMode.SAME)), cropped(Window(3, 2, 1, PaddingMode.SAME, 0))
    ((1, 1), (1, 1))
    """
    if window.padding is not PaddingMode.SAME:
        return (0, 0)
    total = max(window.span - transposed_length(1, window), 0)
    return (total // 2, total - total // 2)


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


@by_kind
def windows_of(layer: Layer) -> tuple[Window, Window] | None:
    """Return the windows that a layer slides over its input, (vertical, horizontal); None for one that slides none."""
    return None
