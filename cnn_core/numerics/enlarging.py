"""A picture made smaller and larger again: nearest neighbour, bilinear, and a transposed convolution with any kernel.

Maps are (height, width, channels); each channel is treated by itself, with the same kernel.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from cnn_core.arrays import Kernel, Numbers, Planes
from cnn_core.errors import CnnError
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d_transpose
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.sentences import N_

LEARNED_REACH: Final = 3
"""A learned kernel is so many times as long as the stride: each output is made of so many inputs along a side."""


class Stamp(StrEnum):
    """Kernels of a transposed convolution whose stride is the factor."""

    ONES = "ones"
    BILINEAR = "bilinear"
    UNEVEN = "uneven"
    LEARNED = "learned"


def shrunk(x: Planes, factor: int) -> Planes:
    """Return the means of blocks of factor × factor; sides that the factor does not divide lose their rest."""
    window = Window(factor, factor)
    return pool(x, (window, window), PoolingKind.AVERAGE)


def enlarged_bilinear(x: Planes, factor: int) -> Planes:
    """Return maps `factor` times as large, values between mixed: Keras's UpSampling2D with interpolation="bilinear".

    Pixels are squares whose middles lie half a pixel from their edges; beyond the border the last one goes on.
    """
    down, across = (_mixing(length, factor) for length in x.shape[:2])
    return np.asarray(np.einsum("ah,bw,hwc->abc", down, across, x))


def _mixing(length: int, factor: int) -> Numbers:
    """Return how much of each value of a line each value of the longer line takes, (length · factor, length)."""
    places = ((np.arange(length * factor) + 0.5) / factor - 0.5).clip(0, length - 1)
    return np.asarray((1 - np.abs(places[:, np.newaxis] - np.arange(length))).clip(0))


def enlarged_by_stamps(x: Planes, kernel: Kernel, factor: int) -> Planes:
    """Return a transposed convolution with stride `factor` and padding "same": maps `factor` times as large.

    Beyond the border the last value goes on, as for bilinear; a Conv2DTranspose by itself finds zeros there.
    """
    window = Window(len(kernel), factor, padding=PaddingMode.SAME)
    stamp = kernel.astype(x.dtype)[:, :, np.newaxis, np.newaxis]
    wider = np.pad(x, ((1, 1), (1, 1), (0, 0)), mode="edge")
    channels = [conv2d_transpose(wider[:, :, [channel]], stamp, (window, window)) for channel in range(x.shape[2])]
    return np.concatenate(channels, axis=2)[factor:-factor, factor:-factor]


def stamp_of(stamp: Stamp, factor: int) -> Kernel:
    """Return a kernel that nobody has to learn, for a factor of at least 2.

    ONES repeats each value and is nearest neighbour; BILINEAR, a tent of twice the stride, mixes neighbours (the start
    of the decoder of Long, Shelhamer and Darrell, arXiv:1411.4038); UNEVEN is as long as the stride and one more, so
    that outputs get different numbers of parts.

    Raises:
        CnnError: LEARNED, which needs pictures.
    """
    if stamp is Stamp.ONES:
        line = np.ones(factor)
    elif stamp is Stamp.UNEVEN:
        line = np.ones(factor + 1) * factor / (factor + 1)
    elif stamp is Stamp.BILINEAR:
        # As long as is needed for an even rest: an odd stride has a middle.
        length = 2 * factor - factor % 2
        line = 1 - np.abs((np.arange(length) - (length - 1) / 2) / factor)
    else:
        raise CnnError(N_("A kernel of this name must be learned from pictures. Received: {stamp}."), stamp=stamp)
    return np.outer(line, line)


def learned_stamp(pictures: Sequence[Planes], factor: int) -> Kernel:
    """Return the kernel that makes smaller pictures large again with the least squared error, by linear regression.

    Every output of a transposed convolution whose kernel is three times as long as its stride is a weighted sum of 3×3
    inputs, with weights of its own for each of the factor × factor places between two inputs: sub-pixel convolution
    (Shi et al., arXiv:1609.05158). So the best weights are those of a linear regression.

    Args:
        pictures: (H, W, C) each, of sides that the factor divides.
    """
    products = np.zeros((LEARNED_REACH**2, LEARNED_REACH**2))
    wanted = np.zeros((LEARNED_REACH**2, factor**2))
    for picture in pictures:
        inputs, outputs = _neighbourhoods(shrunk(picture, factor)), _phases(picture, factor)
        products += inputs.T @ inputs
        wanted += inputs.T @ outputs
    weights = np.linalg.lstsq(products, wanted, rcond=None)[0].reshape(LEARNED_REACH, LEARNED_REACH, factor, factor)
    # The input before a place reaches it with the end of its kernel.
    kernel = weights[::-1, ::-1].transpose(0, 2, 1, 3).reshape(LEARNED_REACH * factor, LEARNED_REACH * factor)
    return kernel.astype(np.float64)


def _neighbourhoods(x: Planes) -> Numbers:
    """Return the 3×3 values around each inner value of each channel, row by row, (N, 9)."""
    windows = np.lib.stride_tricks.sliding_window_view(x.astype(np.float64), (LEARNED_REACH, LEARNED_REACH), (0, 1))
    return windows.reshape(-1, LEARNED_REACH**2)


def _phases(x: Planes, factor: int) -> Numbers:
    """Return the factor × factor values in each inner block of each channel, row by row, (N, factor²)."""
    height, width = (length // factor for length in x.shape[:2])
    blocks = x[: height * factor, : width * factor].astype(np.float64).reshape(height, factor, width, factor, -1)
    return blocks[1:-1, :, 1:-1].transpose(0, 2, 4, 1, 3).reshape(-1, factor**2)


def peak_signal_to_noise(x: Planes, other: Planes) -> float:
    """Return how near two pictures with values from 0 to 1 are, in decibels; infinite where they are equal."""
    error = float(np.mean(np.square(x.astype(np.float64) - other)))
    return float("inf") if error == 0 else -10 * float(np.log10(error))
