"""What every value of the open map is made of, as data for the browser, which opens whichever is clicked at once.

The server's own answer takes its place: it alone has the formulas, and the kinds of layers that are not told here.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Values
from cnn_core.drawing.thumbnails import tinted_range
from cnn_core.explain.in_place import is_in_place
from cnn_core.explain.merge import SHORTEST
from cnn_core.explain.moved import concatenated_from, stretched_from
from cnn_core.explain.parts import Origin
from cnn_core.explain.resizing import Taken, filled_share, taken_along
from cnn_core.explain.unit import Stage, StageKind
from cnn_core.explain.window import Windows, windows_over
from cnn_core.layers.settings import places_of_slice
from cnn_core.layers.shapes import Shape
from cnn_core.network.summary import Row
from cnn_core.numerics.taps import NOWHERE, Taps
from pages.ui.components import packed
from pages.ui.draw.channels import Channels, channel_text, place_pattern
from pages.ui.feature_maps.value_stage import LARGEST_WINDOW, Unfolded, positions, steps_of_windows
from pages.ui.text import _

MOST_VALUES: Final = 2**17
"""Of the input's maps that are sent, float32: half a megabyte."""


def can_be_told(row: Row) -> bool:
    """Say whether the browser can open the values of a layer's maps."""
    kind, layer = type(row.layer), row.layer
    known = is_in_place(layer) or windows_over.knows(kind) or taken_along.knows(kind)
    others = layers.Concatenate | layers.LayerNormalization | layers.Dot
    return len(row.output_shape) == 3 and (known or isinstance(layer, others))


def values_of_map(value: Unfolded, weights: Sequence[Values]) -> dict[str, Any] | None:
    """Return what `values.js` opens the values of a map from; None where that is more than is sent.

    Args:
        value: any value of the map, opened, of a layer whose values can be told.
        weights: the layer's.
    """
    row, channel = value.row, value.why.place[-1]
    if isinstance(row.layer, layers.LayerNormalization):
        made = _across_channels(value, row.layer)
    elif isinstance(row.layer, layers.Dot):
        made = _along_axes(value, row.layer)
    elif not windows_over.knows(type(row.layer)):
        made = _in_place(value)
    else:
        made = _under_windows(value, windows_over(row.layer, weights, value.inputs[0].shape, channel))
    if made is None:
        return None
    return {
        "layer": row.name,
        "channel": channel,
        "at": place_pattern(value.channels.get(row.name, ()), channel),
        "stages": [_affine(stage) for stage in value.stages],
        **dict.fromkeys(("windows", "parts", "normalized", "dot")),
        **made,
    }


def _affine(stage: Stage) -> list[float] | None:
    """Return by what a stage multiplies the number before it, and what it adds, at every place; None where it does
    more."""
    constants = stage.constants
    if stage.kind is StageKind.BIAS:
        return [1.0, constants["bias"]]
    if stage.kind is StageKind.NORMALIZATION and "epsilon" in constants and stage.terms is None:
        slope = float(1 / np.sqrt(constants["variance"] + constants["epsilon"]))
        return [slope, -constants["mean"] * slope]
    return None


# Under windows --------------------------------------------------------------------------------------------------------


def _under_windows(value: Unfolded, windows: Windows) -> dict[str, Any] | None:
    maps = value.inputs[0]
    channels = sorted(set(windows.channels))
    longest = max(len(taps) for axis in (windows.vertical, windows.horizontal) for taps in axis.taps)
    if longest > LARGEST_WINDOW or len(channels) * maps.shape[0] * maps.shape[1] > MOST_VALUES:
        return None
    source = value.row.sources[0]
    known = value.channels.get(source, ())
    vertical, horizontal = steps_of_windows(value.row.layer)
    return {
        "windows": {
            "rows": _axis(windows.vertical, vertical),
            "columns": _axis(windows.horizontal, horizontal),
            "channels": list(windows.channels),
            "held": [channels.index(channel) for channel in windows.channels],
            "names": [channel_text(known, channel) for channel in windows.channels],
            "tints": _tints(known, windows.channels, maps),
            "maps": packed(maps[:, :, channels].transpose(2, 0, 1)),
            "weights": None if windows.weights is None else packed(windows.weights),
            "kernel": None if windows.weights is None else list(windows.weights.shape[:2]),
        },
    }


def _axis(taps: Taps, step: int) -> list[dict[str, Any]]:
    """Return for each output where its window lies, which of its places are no padding, and the kernel's indices."""
    found = []
    for pairs in taps.taps:
        taken = tuple(taps.sources[place] for place, _index in pairs)
        real = [place != NOWHERE for place in taken]
        found.append({"at": positions(taken, step), "real": real, "kernel": [index for _place, index in pairs]})
    return found


def _tints(known: Channels, channels: Sequence[int], maps: Values) -> list[dict[str, Any] | None]:
    if not known:
        return [None for _ in channels]
    low, high = tinted_range(maps)
    return [{"colour": known[channel].tint, "low": low, "high": high} for channel in channels]


# In place -------------------------------------------------------------------------------------------------------------


def _in_place(value: Unfolded) -> dict[str, Any] | None:
    """Return what makes values each of which is a value of each input, or is copied or interpolated from one."""
    layer, shapes = value.row.layer, [maps.shape for maps in value.inputs]
    if isinstance(layer, layers.Resizing) and filled_share(layer, shapes[0]) > 0:
        return None  # beside what is filled the values have other stages
    rows, columns = taken_along(layer, shapes[0]) if taken_along.knows(type(layer)) else (None, None)
    origins = _origins(value, shapes)
    maps = [value.inputs[origin.source][:, :, origin.place[-1]] for origin in origins]
    if sum(one.size for one in maps) > MOST_VALUES:
        return None
    return {
        "parts": [
            {
                "layer": (source := value.row.sources[origin.source]),
                "channel": origin.place[-1],
                "at": place_pattern(value.channels.get(source, ()), origin.place[-1]),
                "size": list(one.shape),
                "map": packed(one),
                "rows": _weighed(rows),
                "columns": _weighed(columns),
            }
            for origin, one in zip(origins, maps, strict=True)
        ],
    }


def _origins(value: Unfolded, shapes: Sequence[Shape]) -> list[Origin]:
    """Return in which channels of which inputs the open map's values lie."""
    place = value.why.place
    if isinstance(value.row.layer, layers.Concatenate):
        return [concatenated_from(place, shapes)]
    if isinstance(value.row.layer, layers.Slice):
        return [Origin(0, (*place[:2], places_of_slice(value.row.layer.channels, shapes[0][2])[place[2]]))]
    return [stretched_from(place, source, shape) for source, shape in enumerate(shapes)]


def _weighed(taken: Taken | None) -> list[list[tuple[int, float]]] | None:
    return None if taken is None else [list(places.items()) for places in taken]


# Across the channels --------------------------------------------------------------------------------------------------


def _across_channels(value: Unfolded, layer: layers.LayerNormalization) -> dict[str, Any] | None:
    """Return what makes values that are normalized by all channels of their place."""
    (maps,) = value.inputs
    if maps.size > MOST_VALUES:
        return None
    (source,) = value.row.sources
    known, count = value.channels.get(source, ()), maps.shape[2]
    return {
        "normalized": {
            "layer": source,
            "channel": value.why.place[-1],
            "ats": [place_pattern(known, channel) for channel in range(count)],
            "size": list(maps.shape[:2]),
            "maps": packed(maps.transpose(2, 0, 1)),
            "epsilon": layer.epsilon,
        },
    }


# Along an axis of each of two inputs ----------------------------------------------------------------------------------


def _along_axes(value: Unfolded, layer: layers.Dot) -> dict[str, Any] | None:
    """Return what makes values that are dot products: the lines of both inputs, and which axes lead along them."""
    inputs, sources = value.inputs, value.row.sources
    if sum(one.size for one in inputs) > MOST_VALUES or any(value.channels.get(source) for source in sources):
        return None  # too much, or places that have names of their own
    # The axes of the result, in its order: those of the first input that are left, then those of the second.
    left: list[str | int] = ["row", "column", value.why.place[-1]]
    lines = []
    for one, source, axis in zip(inputs, sources, layer.along(inputs[0].shape, inputs[1].shape), strict=True):
        axes, left = left[: one.ndim - 1], left[one.ndim - 1 :]
        axes.insert(axis, "along")
        lines.append(
            {
                "layer": source,
                "axes": axes,
                "at": _pattern(one.ndim),
                "size": list(one.shape),
                "values": packed(one),
            }
        )
    return {"dot": {"lines": lines, "shortest": SHORTEST if layer.normalize else None}}


def _pattern(axes: int) -> str:
    """Return a place in an array of so many axes as people write it, its indices as the fields {0}, {1} and so on."""
    if axes == 1:
        return _("unit {unit}").format(unit="{0}")
    if axes == 3:
        return _("[{row}, {column}] map {channel}").format(row="{0}", column="{1}", channel="{2}")
    return f"[{', '.join(f'{{{axis}}}' for axis in range(axes))}]"
