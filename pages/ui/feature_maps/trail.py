"""The values that were opened one after the other, on the way back to the pixel, and those that lie ahead.

The session and the address keep each as the number of its layer with its place: names of layers would make long links.
"""

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from cnn_core.explain.path import PathStep
from cnn_core.explain.text import written
from cnn_core.explain.unit import Place
from cnn_core.network.summary import Row
from pages.ui import components, state
from pages.ui.ask.layer import open_value
from pages.ui.cached import strongest_path
from pages.ui.draw.channels import picture_channels, place_text
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import panels_drawn
from pages.ui.text import _
from pages.ui.waiting import asked, draw_again, run_again

Stop = tuple[str, Place]
"""A layer and a place in its output."""


def stops_of(kept: Iterable[tuple[int, ...]], rows: Mapping[str, Row]) -> tuple[Stop, ...]:
    """Return the stops that are kept, as far as the network has these values: an address may say anything."""
    layers = tuple(rows.values())
    found = ((layers[number], place) for number, *place in kept if number < len(layers))
    return tuple((row.name, tuple(place)) for row, place in found if _lies_in(place, row.output_shape))


def _lies_in(place: Sequence[int], shape: tuple[int, ...]) -> bool:
    return len(place) == len(shape) and all(index < size for index, size in zip(place, shape, strict=True))


def trail_at(stops: tuple[Stop, ...], here: Stop) -> tuple[Stop, ...]:
    """Return the trail on which a value stands: what was kept, or where that does not have it, a new one.

    >>> trail_at((("b", (1,)), ("a", (2,))), ("a", (2,))), trail_at((("b", (1,)),), ("a", (0,)))
    ((('b', (1,)), ('a', (2,))), (('a', (0,)),))
    """
    return stops if here in stops else (here,)


def walked(stops: tuple[Stop, ...], here: Stop, to: Stop) -> tuple[Stop, ...]:
    """Return the trail after going on: what lay ahead stays where the way leads along it, else it is left.

    >>> walked((("c", (1,)), ("b", (2,)), ("a", (3,))), ("c", (1,)), ("b", (7,)))
    (('c', (1,)), ('b', (7,)))
    """
    if to in stops:
        return stops
    return (*stops[: stops.index(here) + 1], to)


def settle(rows: Mapping[str, Row]) -> None:
    """Drop the trail where the open value was chosen elsewhere: what is off the trail begins another."""
    channel, row, column = state.CHANNEL.get(), state.ROW.get(), state.COLUMN.get()
    place = (channel,) if row is None or column is None else (row, column, channel)
    kept = stops_of(state.TRAIL.get(), rows)
    _keep(kept if (state.LAYER.get(), place) in kept else (), rows)


def _keep(stops: Iterable[Stop], rows: Mapping[str, Row]) -> None:
    numbers = {name: number for number, name in enumerate(rows)}
    state.TRAIL.set(tuple((numbers[layer], *place) for layer, place in stops))


def _stops_at(layer: OpenLayer) -> tuple[Stop, ...]:
    """Return the trail on which the open value stands."""
    return trail_at(stops_of(state.TRAIL.get(), layer.rows), (layer.name, layer.place))


def draw_trail(layer: OpenLayer) -> None:
    """Draw the trail; every value on it is opened by a click, and the strongest path to the pixel is found by one."""
    here = layer.name, layer.place
    stops = _stops_at(layer)
    at, path = stops.index(here), path_through(layer)
    steps = {(step.layer, step.place): step for step in path[1:]}
    data = {
        "stops": [
            {
                "layer": stop[0],
                "place": place_text(picture_channels(layer.info, layer.rows[stop[0]]), stop[1]),
                "ahead": index > at,
                "adds": _adds_text(steps.get(stop)),
            }
            for index, stop in enumerate(stops)
        ],
        "at": at,
        "path": [{"layer": step.layer, "channel": step.place[-1]} for step in path],
        "follows": bool(layer.row.sources) and not path,
        "words": {
            "trail": _("Values you have opened"),
            "back": _("Back to {name}"),
            "on": _("On to {name}"),
            "follow": _("Strongest path to the pixel"),
        },
    }
    components.trail(
        data, key="values_trail", on_pick=lambda index: _go(*stops[index]), on_follow=lambda _wanted: _follow(here)
    )
    if len(path) == 1:
        st.caption(_("No earlier value takes part in this one: no path leads to a pixel."))


def _adds_text(step: PathStep | None) -> str:
    """Say what a value of the path adds to the one before it, and how much of all that is; nothing of any other."""
    if step is None:
        return ""
    return _("adds {amount}, {share}").format(amount=written(step.amount), share=f"{step.share:.0%}")


def path_through(layer: OpenLayer) -> tuple[PathStep, ...]:
    """Return the strongest path that was found, as long as the open value lies on it and the trail leads along it."""
    found = state.PATH.get()
    if found is None or found[0] != layer.picture.key:
        return ()
    path: tuple[PathStep, ...] = found[1]
    stops = {(step.layer, step.place) for step in path}
    return path if (layer.name, layer.place) in stops and stops <= set(_stops_at(layer)) else ()


def _follow(here: Stop) -> None:
    state.FOLLOWED.set(here)
    run_again(*panels_drawn())


def is_followed(layer: OpenLayer) -> bool:
    """Say whether the strongest path from the open value is wanted and not found yet."""
    return bool(state.FOLLOWED.get() == (layer.name, layer.place))


def follow_path(layer: OpenLayer) -> None:
    """Find the strongest path from the open value where that was wanted, and lay it out on the trail."""
    if not is_followed(layer):
        return
    here = layer.name, layer.place
    saying = _("Following the largest contributions back to the picture.")
    path = asked(strongest_path(layer.picture, *here), saying, place="_path")
    stops = _stops_at(layer)
    _keep((*stops[: stops.index(here) + 1], *((step.layer, step.place) for step in path[1:])), layer.rows)
    state.PATH.set((layer.picture.key, path))
    _open(*here)  # what was open by itself is chosen now
    state.FOLLOWED.set(None)
    draw_again()


def go_on(layer: OpenLayer, to: Stop) -> None:
    """Open a value that the open one was made of, and keep the way."""
    here = layer.name, layer.place
    _keep(walked(_stops_at(layer), here, to), layer.rows)
    _go(*to)


def _go(layer: str, place: Place) -> None:
    _open(layer, place)
    run_again()


def _open(layer: str, place: Place) -> None:
    row, column, channel = place if len(place) == 3 else (None, None, place[-1])
    open_value(layer, row, column, channel)
