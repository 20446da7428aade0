"""The values that were opened one after the other, on the way back to the pixel, and those that lie ahead."""

from collections.abc import Collection

from cnn_core.explain.unit import Place
from pages.ui import components, state
from pages.ui.ask.layer import open_value
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.text import _
from pages.ui.waiting import run_again

Stop = tuple[str, Place]
"""A layer and a place in its output."""


def place_text(place: Place) -> str:
    """Return a place as people write it."""
    if len(place) == 1:
        return _("unit {unit}").format(unit=place[0])
    row, column, channel = place
    return _("[{row}, {column}] map {channel}").format(row=row, column=column, channel=channel)


def trail_at(stops: tuple[Stop, ...], here: Stop, layers: Collection[str]) -> tuple[Stop, ...]:
    """Return the trail on which a value stands: what was kept, or where that does not have it, a new one.

    >>> trail_at((("b", (1,)), ("a", (2,))), ("a", (2,)), "ab"), trail_at((("b", (1,)),), ("a", (0,)), "ab")
    ((('b', (1,)), ('a', (2,))), (('a', (0,)),))
    """
    known = tuple(stop for stop in stops if stop[0] in layers)
    return known if here in known else (here,)


def walked(stops: tuple[Stop, ...], here: Stop, to: Stop) -> tuple[Stop, ...]:
    """Return the trail after going on: what lay ahead stays where the way leads along it, else it is left.

    >>> walked((("c", (1,)), ("b", (2,)), ("a", (3,))), ("c", (1,)), ("b", (7,)))
    (('c', (1,)), ('b', (7,)))
    """
    if to in stops:
        return stops
    return (*stops[: stops.index(here) + 1], to)


def draw_trail(layer: OpenLayer) -> None:
    """Draw the trail; every value on it is opened by a click."""
    here = layer.name, layer.place
    stops = trail_at(state.TRAIL.get(), here, layer.rows)
    state.TRAIL.set(stops)
    at = stops.index(here)
    data = {
        "stops": [
            {"layer": name, "place": place_text(place), "ahead": index > at}
            for index, (name, place) in enumerate(stops)
        ],
        "at": at,
        "words": {"trail": _("Values that were opened"), "back": _("Back to {name}"), "on": _("On to {name}")},
    }
    components.trail(data, key="trail", on_pick=lambda index: _go(*stops[index]))


def go_on(layer: OpenLayer, to: Stop) -> None:
    """Open a value that the open one was made of, and keep the way."""
    here = layer.name, layer.place
    state.TRAIL.set(walked(trail_at(state.TRAIL.get(), here, layer.rows), here, to))
    _go(*to)


def _go(layer: str, place: Place) -> None:
    row, column, channel = place if len(place) == 3 else (None, None, place[0])
    open_value(layer, row, column, channel)
    run_again()
