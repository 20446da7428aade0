"""Small grids of numbers to try an operation on: named ones, and a short text for an address."""

import base64
import binascii
import re
import zlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Numbers
from cnn_core.errors import CnnError
from cnn_core.sentences import N_

LARGEST: Final = 32
"""Rows or columns of a grid; above, its numbers could not be read."""
UNREADABLE: Final = N_("The numbers in this address cannot be read. Ask for the link again.")
_LARGEST_TEXT: Final = 60_000
_SIDE: Final = "(0|[1-9][0-9]{0,3})"
_WRITTEN: Final = re.compile(rf"(?P<shape>{_SIDE}(x{_SIDE}){{0,3}})(?P<numbers>[-+.e0-9 ]*)")


@dataclass(frozen=True)
class NamedGrid:
    """A grid that can be drawn at any size: `picture` is its pattern, row by row, enlarged without smoothing."""

    key: str
    title: str
    picture: str


GRIDS: Final = (
    NamedGrid(
        "digit",
        N_("A digit"),
        "0000000 0111110 0000010 0000100 0001000 0010000 0000000",
    ),
    NamedGrid("vertical_edge", N_("A vertical edge"), "0001111"),
    NamedGrid("horizontal_edge", N_("A horizontal edge"), "0 0 0 1 1 1 1"),
    NamedGrid("square", N_("A square"), "0000000 0000000 0011100 0011100 0011100 0000000 0000000"),
    NamedGrid("slope", N_("A smooth ramp"), "0123456"),
)
SINGLE: Final = "single"
NOISE: Final = "noise"


def named_grid(key: str, rows: int, columns: int) -> Numbers:
    """Return a grid (rows, columns) of one of GRIDS, or with a single 1 in the middle, or of chance numbers 0 to 9.

    >>> named_grid("vertical_edge", 2, 7).tolist()
    [[0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]]

    Raises:
        CnnError: no grid has this key.
    """
    if key == SINGLE:
        grid = np.zeros((rows, columns))
        grid[rows // 2, columns // 2] = 1
        return grid
    if key == NOISE:
        return np.random.default_rng(0).integers(0, 10, (rows, columns)).astype(np.float64)
    for named in GRIDS:
        if named.key == key:
            pattern = np.array([[int(figure) for figure in line] for line in named.picture.split()], dtype=np.float64)
            across = np.arange(columns) * pattern.shape[1] // columns
            return pattern[np.arange(rows) * len(pattern) // rows][:, across]
    raise CnnError(N_("There is no such grid. Received: {key}. Choose one from the list."), key=repr(key[:80]))


def grid_text(values: npt.NDArray[Any]) -> str:
    """Return an array of any shape as a short text of letters, digits, - and _, for an address.

    >>> grid_of_text(grid_text(np.array([[1.5, -2.0]]))).tolist()
    [[1.5, -2.0]]
    """
    shape = "x".join(map(str, values.shape))
    numbers = " ".join(f"{value:.6g}" for value in values.ravel())
    packed = zlib.compress(f"{shape} {numbers}".encode("ascii"), 9)
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def grid_of_text(text: str) -> Numbers:
    """Return the array that `grid_text` wrote.

    Raises:
        CnnError: the text was written by nobody, or holds more or other numbers than a grid may.
    """
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        plain = zlib.decompressobj().decompress(packed, _LARGEST_TEXT).decode("ascii")
        written = _WRITTEN.fullmatch(plain)
        if written is None:
            raise ValueError("written by nobody")
        shape = tuple(map(int, written["shape"].split("x")))
        values = np.array(written["numbers"].split(), dtype=np.float64).reshape(shape)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise CnnError(UNREADABLE) from error
    if not values.size or max(shape) > LARGEST or not np.isfinite(values).all() or np.abs(values).max() > 1e6:
        raise CnnError(
            N_("A grid has up to {largest} rows and columns and numbers up to a million. Received: {shape}."),
            largest=LARGEST,
            shape="×".join(map(str, shape)),
        )
    return values
