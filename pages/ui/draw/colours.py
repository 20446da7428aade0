"""Colour tables for the browser, which interpolates between a few of their colours."""

import numpy as np

from cnn_core.arrays import Colours

_STOPS = 11


def colour_stops(table: Colours) -> list[list[int]]:
    """Return colours of a table at equal distances, red, green and blue from 0 to 255."""
    places = np.linspace(0, len(table) - 1, _STOPS).round().astype(int)
    colours: list[list[int]] = table[places].tolist()
    return colours
