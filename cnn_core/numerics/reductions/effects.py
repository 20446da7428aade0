"""What a way of making a map smaller does to edges, contrast, noise and shifts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Planes, Values
from cnn_core.errors import CnnError
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import padding_amounts
from cnn_core.numerics.maps import maps_of
from cnn_core.numerics.reductions.ways import Reducer
from cnn_core.sentences import N_


@dataclass(frozen=True)
class Effects:
    """What is left of the first input, as ratios to it. Of a way that scales (a sum), the scale is taken out first.

    Attributes:
        sharpness: the mean squared step from a value to its neighbour, of the output by the input's.
        contrast: the standard deviation, of the output by the input's.
        energy: the mean square, of the output by the input's.
    """

    sharpness: float
    contrast: float
    energy: float


def effects_of(reducer: Reducer, x: Planes) -> Effects:
    """Return what a way leaves of (H, W, C)."""
    result = reducer.reduce(x) / reducer.scale
    return Effects(
        _ratio(_steps(result), _steps(x)),
        _ratio(float(result.std()), float(x.std())),
        _ratio(float(np.square(result).mean()), float(np.square(x).mean())),
    )


def _steps(maps: Values) -> float:
    """Return the mean squared difference of neighbours, down and across."""
    squares = [np.square(np.diff(maps, axis=axis)).mean() for axis in (0, 1) if maps.shape[axis] > 1]
    return float(np.mean(squares)) if squares else 0.0


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def noise_left(reducer: Reducer, x: Planes, strengths: Sequence[float]) -> tuple[float, ...]:
    """Return what is left of Gaussian noise added to (H, W, C), for each standard deviation, above 0.

    The standard deviation of what the noise changes in the output, by the noise's own. Always the same random numbers.
    """
    maps = maps_of(x)
    still = reducer.reduce(maps)
    noisy = _each_reduced(reducer, [with_noise(maps, strength) for strength in strengths])
    return tuple(
        float((result - still).std()) / (reducer.scale * strength)
        for result, strength in zip(noisy, strengths, strict=True)
    )


def with_noise(x: Planes, strength: float) -> Values:
    """Return (H, W, C) with Gaussian noise of that standard deviation added, always the same random numbers."""
    maps = maps_of(x)
    noisy: Values = maps + _standard_noise(maps.shape).astype(maps.dtype) * maps.dtype.type(strength)
    return noisy


def _each_reduced(reducer: Reducer, inputs: Sequence[Values]) -> list[Values]:
    """Reduce several inputs of one shape as channels of one, which takes a fraction of the time."""
    maps = reducer.reduce(np.concatenate(inputs, axis=2))
    return [np.ascontiguousarray(result) for result in np.split(maps, len(inputs), axis=2)]


@lru_cache(maxsize=4)
def _standard_noise(shape: Shape) -> npt.NDArray[np.float32]:
    numbers = np.random.default_rng(0).standard_normal(shape, np.float32)
    numbers.setflags(write=False)
    return numbers


def shift_response(reducer: Reducer, x: Planes, most: int = 8) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return how much the output changes when the input moves right by 0 to `most` pixels: as it stands, and aligned.

    The change is the mean magnitude of the difference, by the mean magnitude of the output's deviation from its mean: 0
    for no change, about 1.4 for another picture. Aligned, the output is first moved by the nearest whole number of its
    own places. Where there are enough, only places are compared that see no edge of either picture.

    Raises:
        CnnError: an input that is too narrow.
    """
    stride = reducer.strides[1]
    width = x.shape[1] - most
    if width < reducer.size[1]:
        raise CnnError(
            N_("The input is too narrow to be shifted by {most}. Received: {width} columns. Use a wider one."),
            most=most,
            width=x.shape[1],
        )
    moved = [x[:, most - shift : most - shift + width] for shift in range(most + 1)]
    results = _each_reduced(reducer, moved)
    across = reducer.windows_on((x.shape[0], width))[1]
    margin = -(-(max(padding_amounts(width, across)) + 1) // stride)  # one more for a blur
    changes = [
        [_change(results[0], result, places, margin) for result, places in zip(results, along, strict=True)]
        for along in ([0] * len(results), [round(shift / stride) for shift in range(most + 1)])
    ]
    spread = float(np.abs(results[0] - results[0].mean()).mean())
    stands, aligned = (tuple(_ratio(change, spread) for change in line) for line in changes)
    return stands, aligned


def _change(first: Values, other: Values, places: int, margin: int) -> float:
    """Return the mean magnitude of the difference, the other moved back by so many places."""
    width = first.shape[1]
    if width - places <= 2 * margin:
        margin = 0
    before = first[:, margin : width - places - margin]
    after = other[:, margin + places : width - margin]
    return float(np.abs(before - after).mean()) if before.size else 0.0
