"""Convolution in NumPy, all windows at once; `taps.py` and `one_window.py` tell of each.

Maps are (height, width, channels) without a batch axis. Kernels are Keras's: (kernel height, kernel width, depth,
filters). What everybody in this field calls convolution does not turn the kernel; `flipped` does. float64 stays
float64, everything else becomes float32.
"""

from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Filtered, Kernels, Planes, Values
from cnn_core.errors import LayerError
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window, effective_kernel, transposed_length
from cnn_core.numerics.maps import Windows, maps_of, refuse_depth
from cnn_core.numerics.padding import Filling, pad
from cnn_core.numerics.taps import cropped_before, tap_slices


def conv2d(
    x: npt.ArrayLike,
    kernel: npt.ArrayLike,
    windows: Windows,
    bias: npt.ArrayLike | None = None,
    groups: int = 1,
    filling: Filling = Filling.ZERO,
) -> Filtered:
    """Return a convolution, (H', W', filters).

    Args:
        x: (H, W, C).
        kernel: (kernel height, kernel width, C / groups, filters).
        windows: (vertical, horizontal).
        bias: (filters,).
        groups: the channels and the filters are cut into so many parts, and each part of the filters sees its own part
            of the channels.
        filling: what the padding shows.

    Raises:
        LayerError: shapes that do not fit together, a window larger than the padded input, reflection too far.
    """
    maps = maps_of(x)
    weights = _kernel(kernel, maps, windows, groups)
    return _plus(_correlated(pad(maps, windows, filling), weights, windows, groups), bias)


def depthwise_conv2d(
    x: npt.ArrayLike,
    kernel: npt.ArrayLike,
    windows: Windows,
    bias: npt.ArrayLike | None = None,
    filling: Filling = Filling.ZERO,
) -> Planes:
    """Return each channel's own convolutions, (H', W', C · multiplier); kernel (height, width, C, multiplier)."""
    maps, weights = maps_of(x), _with_four_axes(kernel)
    height, width, channels, _ = weights.shape
    refuse_depth(channels, maps.shape[2])
    return conv2d(maps, weights.reshape(height, width, 1, -1), windows, bias, channels, filling)


def separable_conv2d(
    x: npt.ArrayLike,
    depthwise_kernel: npt.ArrayLike,
    pointwise_kernel: npt.ArrayLike,
    windows: Windows,
    bias: npt.ArrayLike | None = None,
    filling: Filling = Filling.ZERO,
) -> Planes:
    """Return a depthwise convolution whose channels a 1×1 kernel (1, 1, C · multiplier, filters) then mixes."""
    channels = depthwise_conv2d(x, depthwise_kernel, windows, filling=filling)
    return conv2d(channels, pointwise_kernel, (Window(1), Window(1)), bias)


def conv2d_transpose(
    x: npt.ArrayLike, kernel: npt.ArrayLike, windows: Windows, bias: npt.ArrayLike | None = None
) -> Planes:
    """Return a transposed convolution; kernel (height, width, filters, C).

    It is the convolution, with the turned kernel, of x with stride − 1 zeros between its values (arXiv:1603.07285,
    section 4.5). One output at a time it is `transposed_taps`.

    Raises:
        LayerError: shapes that do not fit together, padding in amounts.
    """
    maps, weights = maps_of(x), _with_four_axes(kernel)
    (down, across), channels = (window.stride for window in windows), maps.shape[2]
    height, width = ((length - 1) * step + 1 for length, step in zip(maps.shape, (down, across), strict=False))
    spread = np.zeros((height, width, channels), maps.dtype)
    spread[::down, ::across] = maps
    dense = tuple(_as_dense(length, window) for length, window in zip(maps.shape, windows, strict=False))
    return conv2d(spread, flipped(weights.swapaxes(2, 3)), (dense[0], dense[1]), bias)


def _as_dense(length: int, window: Window) -> Window:
    """Return the window that computes a transposed convolution on the line with zeros between its values."""
    reach = effective_kernel(window.kernel, window.dilation) - 1
    before = reach - cropped_before(window)
    after = transposed_length(length, window) + reach - ((length - 1) * window.stride + 1) - before
    return Window(window.kernel, 1, window.dilation, (before, after))


def flipped(kernel: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the kernel turned by 180°: with it, convolution is what mathematics calls so."""
    return kernel[::-1, ::-1]


def _correlated(maps: Planes, kernel: Kernels, windows: Windows, groups: int) -> Filtered:
    """Return (H', W', filters) for padded maps: one matrix product for each row of the kernel, summed.

    What lies under a row of the kernel is laid out as a row of the picture's width, so memory grows by the kernel's
    width and not by its area.
    """
    height, width, depth, filters = kernel.shape
    down, across = (tap_slices(length, window) for length, window in zip(maps.shape, windows, strict=False))
    planes = np.ascontiguousarray(maps.reshape(*maps.shape[:2], groups, depth).transpose(2, 0, 3, 1))
    under = np.concatenate([planes[..., step] for step in across], axis=2)  # (groups, H, width · depth, W')
    weights = kernel.reshape(height, width * depth, groups, 1, -1).transpose(0, 2, 3, 4, 1)
    result: Values = reduce(np.add, (row @ under[:, step] for row, step in zip(weights, down, strict=True)))
    return result.transpose(1, 3, 0, 2).reshape(result.shape[1], -1, filters)


def _kernel(kernel: npt.ArrayLike, maps: Planes, windows: Windows, groups: int) -> Kernels:
    """Return the kernel in the maps' type, or refuse it."""
    values = _with_four_axes(kernel)
    channels, sizes = maps.shape[2], tuple(window.kernel for window in windows)
    if values.shape[:2] != sizes:
        raise LayerError(
            "The kernel must be as large as the windows. Received: a kernel of {kernel} for windows of {windows}. "
            "Give both the same height and width.",
            kernel=show(values.shape[:2]),
            windows=show(sizes),
        )
    if channels % groups or values.shape[3] % groups:
        raise LayerError(
            "The groups must divide the input channels and the filters. "
            "Received: {channels} channels, {filters} filters, groups={groups}. Change one of them.",
            channels=channels,
            filters=values.shape[3],
            groups=groups,
        )
    refuse_depth(values.shape[2], channels // groups)
    return np.asarray(values, maps.dtype)


def _with_four_axes(kernel: npt.ArrayLike) -> npt.NDArray[Any]:
    values = np.asarray(kernel)
    if values.ndim != 4:
        raise LayerError(
            "A kernel is (height, width, depth, filters). Received: an array of shape {shape}. "
            "Give it these four axes; depth and filters may be 1.",
            shape=show(values.shape),
        )
    return values


def _plus(maps: Planes, bias: npt.ArrayLike | None) -> Planes:
    if bias is None:
        return maps
    values = np.asarray(bias, maps.dtype)
    if values.shape != maps.shape[2:]:
        raise LayerError(
            "The bias must hold one number per filter. Received: {count} numbers for {filters} filters.",
            count=values.size,
            filters=maps.shape[2],
        )
    return maps + values
