"""What the stage of one value is told: the channels under the window, or the numbers that are put together.

All of a value's channels or numbers can be reached: the strongest are drawn first, the others are further pages.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from cnn_core.arrays import Indices, Maps
from cnn_core.drawing.colour_scale import DIVERGING, SEQUENTIAL, Range
from cnn_core.drawing.thumbnails import tinted_range
from cnn_core.explain.parts import Origin
from cnn_core.explain.unit import Explanation, Patch, Place, Stage, StageKind, Terms
from cnn_core.layers import ActivationName, Layer
from cnn_core.layers.windows import windows_of
from cnn_core.network.summary import Row
from cnn_core.numerics.taps import NOWHERE
from pages.ui.components import data_url
from pages.ui.draw.channels import Channels, channel_text, place_text
from pages.ui.draw.colours import colour_stops
from pages.ui.text import _, sentence

CHANNELS: Final = 3
PARTS: Final = 6
"""Channels and numbers on a page."""

LARGEST_WINDOW: Final = 14
"""Rows or columns: of a larger window single numbers are shown instead."""

_WEIGHED: Final = (StageKind.WEIGHTED_SUM, StageKind.INTERPOLATION, StageKind.AVERAGE)

_JOINED: Final[dict[StageKind, Callable[..., Any]]] = {
    StageKind.MAXIMUM: np.max,
    StageKind.MINIMUM: np.min,
    StageKind.PRODUCT: np.prod,
}
"""How numbers come together that are not added."""

_EXTREMES: Final = {StageKind.MAXIMUM: -1, StageKind.MINIMUM: 1}
"""Of which one number is taken: the one that comes first when all are put in order times this sign."""

DrawMap = Callable[[str, int], tuple[bytes, Range]]
"""Draws one map of a layer as PNG, with the range of its colours."""


@dataclass(frozen=True, eq=False)
class Unfolded:
    """A value with what it was made of.

    Args:
        why: how it came about.
        row: the layer.
        inputs: the outputs of the layers before it.
        channels: those of the picture, by the layer that gives them.
        page: which page of channels or numbers is drawn, from 0; one beyond the last is the last.
    """

    why: Explanation
    row: Row
    inputs: Sequence[Maps]
    channels: Mapping[str, Channels] = field(default_factory=dict)
    page: int = 0

    @property
    def first(self) -> Stage:
        return self.why.stages[0]

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Return the stages that do something: a layer with kernels may have no activation."""
        first, *later = self.why.stages
        has_none = getattr(self.row.layer, "activation", None) is ActivationName.LINEAR
        return first, *(stage for stage in later if not (has_none and stage.kind is StageKind.ACTIVATION))

    @cached_property
    def patch(self) -> Patch | None:
        """Return what lies under the window, None where there is none that can be drawn."""
        patch = self.first.patch
        if patch is None or not patch.rows or not patch.columns:
            return None
        return patch if max(len(patch.rows), len(patch.columns)) <= LARGEST_WINDOW else None

    @cached_property
    def order(self) -> Indices:
        """Return the numbers of the channels or parts in the order of the pages: the strongest first."""
        terms = self.terms
        if self.patch is not None:
            return np.argsort(-np.abs(self.amounts), kind="stable")
        if terms is None:
            return np.arange(0)
        if self.first.kind in _EXTREMES:
            return np.argsort(_EXTREMES[self.first.kind] * terms.amounts, kind="stable")
        return terms.order()

    @cached_property
    def amounts(self) -> Any:
        """Return what each channel under the window adds, (C,); of a pool, which has one channel, its value."""
        patch = self.patch
        if patch is None or patch.weights is None or self.first.terms is None:
            return np.array([self.first.after])
        return self.first.terms.amounts

    @cached_property
    def terms(self) -> Terms | None:
        """Return the numbers that are put together, None where there is only one."""
        return self.first.multiplied

    @property
    def per_page(self) -> int:
        return PARTS if self.patch is None else CHANNELS

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.order) // self.per_page))

    @cached_property
    def shown(self) -> list[int]:
        """Return the channels or parts of this page."""
        begin = min(self.page, self.pages - 1) * self.per_page
        chosen: list[int] = self.order[begin : begin + self.per_page].tolist()
        # The few values of a merge keep the order of the layers that give them.
        return sorted(chosen) if self.patch is None and self.pages == 1 else chosen


def stage_data(value: Unfolded, draw_map: DrawMap) -> dict[str, Any]:
    """Return what the component is told."""
    lanes, under = _lanes(value, draw_map), _under(value)
    data: dict[str, Any] = {
        "layer": value.row.name,
        "channel": value.why.place[-1],
        "joined": value.first.kind.name.lower(),
        "under": under,
        "lanes": lanes,
        "parts": [] if under else _parts(value),
        "others": _others(value),
        "winner": _winner(value),
        "made": [_made(stage) for stage in value.stages],
        "ranges": _ranges(value, draw_map),
        "colours": {"grey": colour_stops(SEQUENTIAL), "diverging": colour_stops(DIVERGING)},
        "columns": _columns(value),
        "pages": _pages(value),
        "words": _words(value),
    }
    data["version"] = hashlib.sha256(json.dumps(data, separators=(",", ":")).encode()).hexdigest()
    return data


def _made(stage: Stage) -> dict[str, Any]:
    return {
        "kind": stage.kind.name.lower(),
        "name": _(stage.kind),
        "about": sentence(stage.about),
        "formula": stage.formula,
        "after": _plain(stage.after),
    }


def _plain(number: float) -> float | None:
    """Return a number as JSON knows them: None where it is none."""
    return number if math.isfinite(number) else None


# Under a window -------------------------------------------------------------------------------------------------------


def _under(value: Unfolded) -> dict[str, Any] | None:
    patch = value.patch
    if patch is None:
        return None
    steps = steps_of_windows(value.row.layer)
    return {
        "rows": positions(patch.rows, steps[0]),
        "columns": positions(patch.columns, steps[1]),
        "real": patch.real.tolist(),
        "size": list(value.inputs[0].shape[:2]),
        "layer": value.row.sources[0],
    }


def steps_of_windows(layer: Layer) -> tuple[int, int]:
    """Return how far the places of a layer's windows are apart, (vertical, horizontal)."""
    windows = windows_of(layer)
    return (1, 1) if windows is None else (windows[0].dilation, windows[1].dilation)


def positions(taken: Sequence[int], step: int) -> list[int]:
    """Return where the places of a window lie along an axis, those in the padding too, each `step` from the last.

    >>> positions((NOWHERE, 0, 1), 1), positions((4, NOWHERE), 3)
    ([-1, 0, 1], [4, 7])
    """
    known = next((index for index, place in enumerate(taken) if place != NOWHERE), 0)
    return [place if place != NOWHERE else taken[known] + (index - known) * step for index, place in enumerate(taken)]


def _lanes(value: Unfolded, draw_map: DrawMap) -> list[dict[str, Any]]:
    patch = value.patch
    if patch is None:
        return []
    weights = _acting(value, patch)
    source = value.row.sources[0]
    known = value.channels.get(source, ())
    return [
        {
            "name": channel_text(known, patch.channels[lane]),
            "picture": data_url(draw_map(source, patch.channels[lane])[0]),
            "tint": _tint(value, known, patch.channels[lane]),
            "values": patch.values[:, :, lane].tolist(),
            "weights": None if weights is None else weights[:, :, lane].tolist(),
            "amount": _plain(float(value.amounts[lane])),
            "channel": patch.channels[lane],
        }
        for lane in value.shown
    ]


def _tint(value: Unfolded, known: Channels, channel: int) -> dict[str, Any] | None:
    """Return the colour of a channel of the picture, and the values that are black and that have all of it."""
    if not known:
        return None
    low, high = tinted_range(value.inputs[0])
    return {"colour": known[channel].tint, "low": low, "high": high}


def _acting(value: Unfolded, patch: Patch) -> Any:
    """Return the weights (a, b, C) by which the values come into the sum; a 1×1 kernel behind them counts too."""
    if patch.weights is None or value.first.terms is None:
        return patch.weights
    return patch.weights * value.first.terms.weights


def _winner(value: Unfolded) -> int | None:
    """Return which cell of the window a maximum takes, counted row by row with the padding."""
    patch, terms = value.patch, value.first.terms
    if patch is None or terms is None or terms.chosen is None:
        return None
    return int(np.flatnonzero(patch.real.ravel())[terms.chosen])


def _ranges(value: Unfolded, draw_map: DrawMap) -> dict[str, Any]:
    patch = value.patch
    if patch is None:
        return {}
    reach = draw_map(value.row.sources[0], patch.channels[value.shown[0]])[1]
    weights = _acting(value, patch)
    return {
        "values": {"limit": reach.limit or 1.0, "signed": reach.signed},
        "weights": {"limit": _largest(weights), "signed": True},
        "products": {"limit": _largest(None if weights is None else weights * patch.values), "signed": True},
    }


def _largest(values: Any) -> float:
    if values is None:
        return 1.0
    return float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0


# Numbers that are put together ----------------------------------------------------------------------------------------


def _parts(value: Unfolded) -> list[dict[str, Any]]:
    terms = value.terms
    if terms is None:
        return _only_part(value)
    weighs = value.first.kind in _WEIGHED
    found = []
    for number in value.shown:
        term = terms[number]
        lies = (
            {"layer": "", "place": None, "name": str(term.number)} if term.origin is None else _lies(value, term.origin)
        )
        found.append(
            {
                **lies,
                "value": _plain(term.value),
                "weight": _plain(term.weight) if weighs else None,
                "weighing": None if term.weighing is None else _lies(value, term.weighing),
                "amount": _plain(term.amount),
            }
        )
    return found


def _lies(value: Unfolded, origin: Origin) -> dict[str, Any]:
    """Return where an input value lies, and what that place is called."""
    layer = value.row.sources[origin.source]
    return {"layer": layer, "place": origin.place, "name": _part_name(value, layer, origin.place)}


def _only_part(value: Unfolded) -> list[dict[str, Any]]:
    """Return the one value that a layer takes, as one part; none where nothing is before it."""
    origins = value.why.origins
    if len(origins) != 1:
        return []
    number = _plain(float(value.inputs[origins[0].source][origins[0].place]))
    return [{**_lies(value, origins[0]), "value": number, "weight": None, "weighing": None, "amount": number}]


def _part_name(value: Unfolded, layer: str, place: Place) -> str:
    """Say where a number lies: in which layer only where there are several, or it is the only number."""
    text = place_text(value.channels.get(layer, ()), place)
    return text if value.terms is not None and len(value.row.sources) == 1 else f"{layer} {text}"


def _others(value: Unfolded) -> dict[str, Any] | None:
    """Return how many channels or numbers are on other pages, and what they come to."""
    count = len(value.order) - len(value.shown)
    if count <= 0:
        return None
    terms = value.terms
    amounts = value.amounts if value.patch is not None or terms is None else terms.amounts
    join = _JOINED.get(value.first.kind, np.sum)
    return {"count": count, "amount": _plain(float(join(np.delete(amounts, value.shown))))}


def _columns(value: Unfolded) -> dict[str, str | None]:
    """Return the heads of the table of numbers."""
    is_shared = value.first.kind is StageKind.ACTIVATION
    joins = value.terms is not None and (is_shared or value.first.kind in (*_WEIGHED, StageKind.SUM))
    amount = _("Share") if is_shared else _("Adds")
    return {
        "part": _("Place"),
        "value": _("Value"),
        "weight": _("Weight"),
        "amount": amount if joins and value.first.kind is not StageKind.SUM else None,
    }


def _pages(value: Unfolded) -> dict[str, Any] | None:
    """Return which page is drawn; None where there is only one."""
    if value.pages == 1:
        return None
    page = min(value.page, value.pages - 1)
    first = page * value.per_page + 1
    text = _("parts {first}–{last} of {count}") if value.patch is None else _("channels {first}–{last} of {count}")
    shown = text.format(first=first, last=first + len(value.shown) - 1, count=f"{len(value.order):,}")
    return {"page": page, "count": value.pages, "shown": shown}


# Words ----------------------------------------------------------------------------------------------------------------


def _words(value: Unfolded) -> dict[str, Any]:
    is_window = value.patch is not None
    others = (
        _("The other channels ({count}) add {amount}.") if is_window else _("The others ({count}) add up to {amount}.")
    )
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One step back"),
        "forward": _("One step forward"),
        "restart": _("From the beginning"),
        "speed": _("Speed"),
        "stronger": _("Stronger ones"),
        "weaker": _("Weaker ones"),
        "page": _("Page, the strongest first"),
        "map": _("The input's {name}, with the window on it"),
        "cell": _("Row {row}, column {column} of {name} is {value}. A click opens it."),
        "outside": _("This is padding: it belongs to no pixel."),
        "padding": _("padding does not take part"),
        "board": _("Values of {name} under the window: arrow keys move, Enter opens"),
        "heads": [_("Window"), _("Kernel"), _("Value × weight")],
        "window": _("The window lies on rows {top} to {bottom} and columns {left} to {right} of {layer}."),
        "together": _("total {sum}"),
        "others": others,
        "the_others": _("other channels ({count})") if is_window else _("the others ({count})"),
        "after": _("after {name}"),
        "all": _("Values that take part: {count}."),
        "open": _("Why does {name} have this value?"),
        "result": f"{value.row.name} {place_text(value.channels.get(value.row.name, ()), value.why.place)}:",
    }
