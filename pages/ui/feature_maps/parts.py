"""The parts of the page that run by themselves where nothing else changes, and what opens layers, maps and values."""

from enum import StrEnum

from pages.ui import state
from pages.ui.ask.layer import open_layer
from pages.ui.waiting import run_again


class Part(StrEnum):
    """Each is drawn from what the session says of layer, map, value and view."""

    NETWORK = "network"
    ANSWER = "answer"
    LAYER = "layer"
    MAP = "map"
    PANEL_1 = "panel_1"
    PANEL_2 = "panel_2"
    CAMERA = "camera"
    SHEET = "sheet"
    VALUES = "values"
    BESIDE = "beside"
    WAYS_IN = "ways_in"


ASKED = Part.PANEL_1, Part.PANEL_2
"""What is asked stands in one of them; the other may hold what was asked before."""


def panels_drawn() -> tuple[Part, ...]:
    """Return those of them that hold something; one that holds nothing need not be drawn."""
    held = state.PANELS_HELD.get()
    return tuple(place for place in ASKED if place in held) or ASKED


def of_the_map() -> tuple[Part, ...]:
    """Return the parts that show the open map."""
    return Part.MAP, *panels_drawn(), Part.VALUES


def of_the_layer() -> tuple[Part, ...]:
    """Return the parts that show the open layer."""
    return Part.LAYER, *of_the_map(), Part.BESIDE


def open_layer_marked(name: str) -> None:
    """Open a layer in the picture of the network, which has marked it already."""
    open_layer(name)
    run_again(*of_the_layer())


def open_map_marked(channel: int) -> None:
    """Open a map on the board of all maps, which has marked it already."""
    state.CHANNEL.set(channel)
    run_again(*of_the_map())


def open_map(channel: int) -> None:
    """Open a map from anywhere else."""
    state.CHANNEL.set(channel)
    map_changed()


def map_changed() -> None:
    run_again(Part.LAYER, *of_the_map())


def value_changed() -> None:
    run_again(Part.MAP, *panels_drawn())


def open_value_marked(row: int, column: int) -> None:
    """Open a value of the open map, which has marked it already."""
    state.ROW.set(row)
    state.COLUMN.set(column)
    run_again(*panels_drawn())
