"""Enlarging maps: by TensorFlow's rules where they are the same, else by matrices along each axis."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import Interpolation, Layer
from cnn_core.layers.settings import Pair
from cnn_core.layers.shapes import Shape
from cnn_core.model_file.onnx.call import Call, operator
from cnn_core.model_file.onnx.operators.matrices import MOST_PLACES, Matrix, Places, multiplied, refuse_long, taken
from cnn_core.model_file.onnx.values import Value


class _Rules(NamedTuple):
    """Which places of the input an output place takes its value from, and how."""

    mode: str
    coordinates: str
    rounding: str


@operator("Resize", "Upsample")
def _resize(call: Call) -> Value:
    value = call.maps()
    is_old = call.node.operator == "Upsample" or call.version < 11
    scales_at, sizes_at = (1, 3) if is_old else (2, 3)
    given = call.constant(scales_at) if call.has(scales_at) else call.any("scales")
    scales = [] if given is None else [float(scale) for scale in np.ravel(given)]
    rules = _rules(call, is_old=is_old)
    size = _size_after(call, value, scales, call.wholes_at(sizes_at))
    if size == value.shape[:2]:
        return value
    matrices = []
    for axis, (length, count) in enumerate(zip(value.shape, size, strict=False)):
        # What the size was rounded from counts where it is given.
        factor = scales[2 + axis] if scales else count / length
        matrices.append(_matrix(call, _places(call, count, factor, length, rules.coordinates), length, rules))
    return replace(_resized(call, value, size, matrices), is_positive=value.is_positive)


def _rules(call: Call, *, is_old: bool) -> _Rules:
    mode, coordinates = call.text("mode", "nearest"), call.text("coordinate_transformation_mode", "half_pixel")
    rounding = call.text("nearest_mode", "round_prefer_floor")
    call.demand("antialias", 0)
    call.demand("exclude_outside", 0)
    call.demand("keep_aspect_ratio_policy", "stretch")
    call.any("cubic_coeff_a")
    call.any("extrapolation_value")
    if call.any("axes") is not None:
        raise call.refuse_setting("axes")
    return _Rules(mode, *(("asymmetric", "floor") if is_old else (coordinates, rounding)))


def _size_after(call: Call, value: Value, scales: list[float], sizes: Shape | None) -> Pair:
    """Return height and width of the output."""
    if sizes:
        whole = tuple(sizes)
    elif len(scales) == 4 and min(scales) > 0 and max(scales) <= MOST_PLACES:
        before = (call.batch, *value.sizes)
        whole = tuple(int(np.floor(size * scale)) for size, scale in zip(before, scales, strict=True))
    else:
        whole = ()
    fits = len(whole) == 4 and whole[:2] == (call.batch, value.shape[2])
    if not fits or min(whole) < 1:
        raise LayerError("It resizes maps along height and width, to sizes or by factors that the file holds.")
    refuse_long(*whole[2:], *value.shape[:2])
    return whole[2], whole[3]


def _places(call: Call, count: int, factor: float, length: int, rule: str) -> Places:
    """Return for each place of the output the place of the input that it takes its value from."""
    after = np.arange(count, dtype=np.float64)
    if rule == "half_pixel" or (rule == "pytorch_half_pixel" and count > 1):
        return (after + 0.5) / factor - 0.5
    if rule == "asymmetric":
        return after / factor
    if rule not in ("align_corners", "pytorch_half_pixel"):
        raise call.refuse_setting("coordinate_transformation_mode")
    return after * ((length - 1) / max(count - 1, 1))


def _matrix(call: Call, places: Places, length: int, rules: _Rules) -> Matrix:
    """Return how much of each place of the input (rows) each place of the output (columns) takes."""
    if rules.mode == "linear":
        return _mixed(places, length)
    if rules.mode != "nearest":
        raise call.refuse_setting("mode", "nearest", "linear")
    # The places are quotients: what is a whole number is so up to rounding.
    exact = np.round(places, 6)
    rows = {
        "floor": np.floor(exact),
        "ceil": np.ceil(exact),
        "round_prefer_floor": np.ceil(exact - 0.5),
        "round_prefer_ceil": np.floor(exact + 0.5),
    }.get(rules.rounding)
    if rows is None:
        raise call.refuse_setting("nearest_mode")
    return taken(rows, length)


def _mixed(places: Places, length: int) -> Matrix:
    """Return the matrix that mixes the two places around each."""
    low = np.floor(places)
    return taken(low, length, 1 - (places - low)) + taken(low + 1, length, places - low)


def _in_keras(length: int, count: int, interpolation: Interpolation) -> Matrix:
    """Return the matrix of Keras's resizing: places are middles, and the nearest is where the middle falls."""
    middles = (np.arange(count, dtype=np.float64) + 0.5) * (length / count)
    if interpolation is Interpolation.BILINEAR:
        return _mixed(middles - 0.5, length)
    return taken(np.floor(np.round(middles, 6)), length)


def _resized(call: Call, value: Value, size: Pair, matrices: list[Matrix]) -> Value:
    """Return the maps resized by Keras's layer that does the same, or by Dense along each axis."""
    for interpolation in Interpolation:
        theirs = [_in_keras(length, count, interpolation) for length, count in zip(value.shape, size, strict=False)]
        if all(np.allclose(a, b, atol=1e-5) for a, b in zip(theirs, matrices, strict=True)):
            return call.building.value(_layer(value, size, interpolation), value)
    return multiplied(call.building, value, matrices)


def _layer(value: Value, size: Pair, interpolation: Interpolation) -> Layer:
    height, width, _ = value.shape
    if size[0] % height == size[1] % width == 0:
        return layers.UpSampling2D((size[0] // height, size[1] // width), interpolation)
    return layers.Resizing(size[0], size[1], interpolation)
