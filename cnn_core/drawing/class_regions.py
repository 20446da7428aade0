"""Classes place by place: which class a place has, how much of the picture each takes, and their colours over it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cnn_core.arrays import Indices, Maps, Pixels
from cnn_core.drawing.png import picture_png, places_under

# Okabe and Ito, 2008, "Color Universal Design": told apart with every common kind of colour vision.
_FEW: Final = "e69f00", "56b4e9", "009e73", "f0e442", "0072b2", "d55e00", "cc79a7", "000000"
# Tol, 2021, "Colour schemes", SRON/EPS/TN/09-002: "muted", less those that lie beside one of the above.
_MORE: Final = "332288", "882255", "117733", "999933", "ddcc77", "aa4499"
CLASS_COLOURS: Final = tuple((int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)) for code in _FEW + _MORE)
"""For so many classes; all others are grey."""
OTHERS: Final = (205, 205, 205)
STRENGTH: Final = 0.6
"""How much of its class's colour a place shows; the rest is the picture in grey."""


@dataclass(frozen=True)
class Region:
    """All places of one class.

    Attributes:
        number: of the class.
        share: of all places, above 0 and at most 1.
        colour: red, green and blue, 0 to 255.
    """

    number: int
    share: float
    colour: tuple[int, int, int]

    @property
    def css(self) -> str:
        return f"rgb{self.colour}"


def classes_by_place(maps: Maps, border: float) -> Indices:
    """Return the class of every place (H, W) of maps (H, W, C): the channel with the largest value there, the first of
    equals. One channel stands for two classes: 1 where it lies above `border`, else 0. NaN never wins.
    """
    known = np.where(np.isnan(maps), -np.inf, maps)
    return (known[:, :, 0] > border).astype(np.int64) if maps.shape[2] == 1 else known.argmax(axis=2)


def regions_of(classes: Indices, count: int) -> tuple[Region, ...]:
    """Return the classes that are somewhere in `classes` (H, W), of `count` that there are, from the largest region on.

    Where there are colours enough, a class has the same in every picture; else the largest regions have them.
    """
    numbers, places = np.unique(classes, return_counts=True)
    order = np.argsort(-places, kind="stable")
    fits = count <= len(CLASS_COLOURS)
    return tuple(
        Region(int(numbers[i]), float(places[i] / classes.size), _colour(int(numbers[i]) if fits else rank))
        for rank, i in enumerate(order)
    )


def regions_png(pixels: Pixels, classes: Indices, regions: tuple[Region, ...], longest: int = 480) -> bytes:
    """Lay the colours of classes (h, w) over the network's input (H, W, 3 or 1), stretched to its size; PNG."""
    table = np.zeros((max(region.number for region in regions) + 1, 3), np.float32)
    for region in regions:
        table[region.number] = np.array(region.colour, np.float32) / 255
    colours = table[classes[places_under(pixels, classes)]]
    grey = pixels.mean(axis=2, keepdims=True)
    return picture_png((grey * (1 - STRENGTH) + colours * STRENGTH).astype(np.float32), longest)


def _colour(number: int) -> tuple[int, int, int]:
    return CLASS_COLOURS[number] if number < len(CLASS_COLOURS) else OTHERS
