"""Draw the synthetic sample pictures beside this folder: pictures in which a filter's answer can be foretold.

python assets/make/images/synthetic.py
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

IMAGES = Path(__file__).resolve().parents[3] / "cnn_core" / "data" / "images"
Pixels = NDArray[np.uint8]


def stripes(side: int = 224, period: int = 16) -> Pixels:
    """Return (side, side): four quarters of hard stripes; level, upright, falling and rising, all of one period."""
    row, column = np.mgrid[: side // 2, : side // 2]
    # Along a diagonal the same distance is √2 as many rows or columns.
    slanted = np.sqrt(2) * period
    quarters = [row / period, column / period, (row - column) / slanted, (row + column) / slanted]
    level, upright, falling, rising = (np.where(phase % 1 < 0.5, 230, 25).astype(np.uint8) for phase in quarters)
    return np.block([[level, upright], [falling, rising]])


def checkerboard(side: int = 128, square: int = 16) -> Pixels:
    """Return (side, side): black and white squares, the top left one white."""
    row, column = np.mgrid[:side, :side] // square
    return np.where((row + column) % 2, 0, 255).astype(np.uint8)


def point(side: int = 31) -> Pixels:
    """Return (side, side): one white pixel in the middle of black."""
    pixels = np.zeros((side, side), np.uint8)
    pixels[side // 2, side // 2] = 255
    return pixels


def edge(side: int = 128) -> Pixels:
    """Return (side, side): above an even ramp from black to white, below one sudden step in the middle."""
    ramp = np.linspace(0, 255, side).round()
    step = np.where(np.arange(side) < side // 2, 0, 255)
    return np.repeat(np.stack([ramp, step]), side // 2, axis=0).astype(np.uint8)


def colours(patch: int = 40) -> Pixels:
    """Return (3 patch, 3 patch, 3): red, green, blue; cyan, magenta, yellow; black, grey, white."""
    primary = 255 * np.eye(3)
    rows = np.stack([primary, 255 - primary, np.outer((0, 128, 255), np.ones(3))])
    return rows.astype(np.uint8).repeat(patch, axis=0).repeat(patch, axis=1)


if __name__ == "__main__":
    for draw in (stripes, checkerboard, point, edge, colours):
        Image.fromarray(draw()).save(IMAGES / f"{draw.__name__}.png", optimize=True)
