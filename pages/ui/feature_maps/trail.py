"""The values that were opened one after the other, on the way back to the pixel, and those that lie ahead."""

from collections.abc import Collection

import streamlit as st

from cnn_core.explain.path import PathStep
from cnn_core.explain.text import written
from cnn_core.explain.unit import Place
from pages.ui import components, state
from pages.ui.ask.layer import open_value
from pages.ui.cached import strongest_path
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import Part
from pages.ui.text import _
from pages.ui.waiting import asked, run_again

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
    """Draw the trail; every value on it is opened by a click, and the strongest path to the pixel is found by one."""
    here = layer.name, layer.place
    stops = trail_at(state.TRAIL.get(), here, layer.rows)
    state.TRAIL.set(stops)
    at, path = stops.index(here), path_through(layer)
    steps = {(step.layer, step.place): step for step in path[1:]}
    data = {
        "stops": [
            {"layer": stop[0], "place": place_text(stop[1]), "ahead": index > at, "adds": _adds_text(steps.get(stop))}
            for index, stop in enumerate(stops)
        ],
        "at": at,
        "path": [{"layer": step.layer, "channel": step.place[-1]} for step in path],
        "follows": bool(layer.row.sources) and not path,
        "words": {
            "trail": _("Values that were opened"),
            "back": _("Back to {name}"),
            "on": _("On to {name}"),
            "follow": _("Strongest path to the pixel"),
        },
    }
    components.trail(
        data, key="values_trail", on_pick=lambda index: _go(*stops[index]), on_follow=lambda _wanted: _follow(here)
    )
    if len(path) == 1:
        st.caption(_("Nothing that comes before takes part in this value: no path leads to a pixel."))


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
    return path if (layer.name, layer.place) in stops and stops <= set(state.TRAIL.get()) else ()


def _follow(here: Stop) -> None:
    state.FOLLOWED.set(here)
    run_again(Part.ASKED)


def follow_path(layer: OpenLayer) -> None:
    """Find the strongest path from the open value where that was wanted, and lay it out on the trail."""
    here = layer.name, layer.place
    if state.FOLLOWED.get() != here:
        return
    saying = _("The largest contributions are followed back to the picture.")
    path = asked(strongest_path(layer.picture, *here), saying, place="_path")
    stops = state.TRAIL.get()
    state.TRAIL.set((*stops[: stops.index(here) + 1], *((step.layer, step.place) for step in path[1:])))
    state.PATH.set((layer.picture.key, path))
    state.FOLLOWED.set(None)
    run_again(Part.ASKED)


def go_on(layer: OpenLayer, to: Stop) -> None:
    """Open a value that the open one was made of, and keep the way."""
    here = layer.name, layer.place
    state.TRAIL.set(walked(trail_at(state.TRAIL.get(), here, layer.rows), here, to))
    _go(*to)


def _go(layer: str, place: Place) -> None:
    row, column, channel = place if len(place) == 3 else (None, None, place[0])
    open_value(layer, row, column, channel)
    run_again()
