"""The parts of the page below the film strip, which run by themselves where nothing else changes."""

from enum import StrEnum

from pages.ui import state
from pages.ui.waiting import run_again


class Part(StrEnum):
    """Each is drawn from what the session says of layer, map, value and view; LAYER holds the others."""

    LAYER = "layer"
    MAPS = "maps"
    MAP = "map"
    PANELS = "panels"
    WHY = "why"
    DECISION = "decision"


_OF_A_MAP = (Part.MAP, Part.PANELS, Part.WHY)


def open_map_marked(channel: int) -> None:
    """Open a map on the board of all maps, which has marked it already."""
    state.CHANNEL.set(channel)
    run_again(*_OF_A_MAP)


def open_map(channel: int) -> None:
    """Open a map from anywhere else."""
    state.CHANNEL.set(channel)
    map_changed()


def map_changed() -> None:
    run_again(Part.MAPS, *_OF_A_MAP)


def value_changed() -> None:
    run_again(Part.MAP, Part.WHY)


def open_value_marked(row: int, column: int) -> None:
    """Open a value of the open map, which has marked it already."""
    state.ROW.set(row)
    state.COLUMN.set(column)
    state.TRAIL.set(())
    run_again(Part.WHY)
