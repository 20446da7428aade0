"""Kernels made by hand: what each answers to, where it was published, and functions that make them at any size.

All are to be laid on the picture as they stand, without a turn, as convolutional layers do (`convolve.conv2d`). A
kernel is named for the edges it answers to, not for the direction in which it subtracts: a vertical edge divides left
from right, so its kernel subtracts left from right. Literature names kernels both ways.
"""

from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np

from cnn_core.arrays import Kernel, Vector
from cnn_core.errors import CnnError
from cnn_core.sentences import N_


@dataclass(frozen=True, eq=False)
class HandMade:
    """A kernel that somebody thought out.

    Attributes:
        key: its name in addresses and files, never translated.
        title: English, to be translated.
        about: one sentence on what it does and what to look for; English, to be translated.
        source: where it was published; the same in every language.
        values: (height, width), read-only.
    """

    key: str
    title: str
    about: str
    source: str
    values: Kernel

    def __post_init__(self) -> None:
        self.values.setflags(write=False)


def box(size: int) -> Kernel:
    """Return the kernel (size, size) that takes the mean.

    >>> box(2).tolist()
    [[0.25, 0.25], [0.25, 0.25]]

    Raises:
        CnnError: a size below 1.
    """
    _need_positive(size=size)
    return np.full((size, size), 1 / size**2)


def wide_prewitt(size: int) -> Kernel:
    """Return the kernel (size, size) that subtracts the mean of what lies left of the middle from that right of it.

    Of size 3 it is Prewitt's, divided by the number of values on a side.

    >>> (wide_prewitt(3) * 3).tolist()
    [[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]

    Raises:
        CnnError: a size below 1.
    """
    _need_positive(size=size)
    return np.tile(np.sign(_distances(size)) / max(1, size * (size // 2)), (size, 1))


def gaussian(size: int, sigma: float) -> Kernel:
    """Return a Gaussian bell (size, size) whose values sum to 1; `sigma` is its standard deviation in pixels.

    Raises:
        CnnError: a size below 1, a sigma of 0 or less.
    """
    _need_positive(size=size, sigma=sigma)
    bell = np.exp(-0.5 * (_distances(size) / sigma) ** 2)
    return np.asarray(np.outer(bell, bell) / bell.sum() ** 2)


def usual_sigma(size: int) -> float:
    """Return the standard deviation that OpenCV takes for a Gaussian kernel: 0.3 · ((size − 1) / 2 − 1) + 0.8 pixels.

    >>> usual_sigma(3), usual_sigma(5)
    (0.8, 1.1)
    """
    return 0.3 * ((size - 1) / 2 - 1) + 0.8


def gabor(
    size: int, wavelength: float, orientation: float = 0.0, sigma: float = 1.7, aspect: float = 0.5, phase: float = 0.0
) -> Kernel:
    """Return a wave under a Gaussian bell, (size, size): what cells of the visual cortex and first layers answer to.

    exp(−(u² + aspect² · v²) / (2 · sigma²)) · cos(2π · u / wavelength + phase), where u runs across the stripes and v
    along them (N. Petkov and P. Kruizinga, Biological Cybernetics 76, 1997, equation 1).

    Args:
        size: of a side.
        wavelength: from stripe to stripe, in pixels.
        orientation: of u, in radians: 0 points right, for vertical stripes; π/2 points down, for horizontal ones.
        sigma: the bell's standard deviation across the stripes, in pixels.
        aspect: below 1, the bell is longer along the stripes than across them.
        phase: in radians; 0 answers to a bright line, −π/2 to an edge that gets brighter along u.

    Raises:
        CnnError: a size below 1, or a wavelength, sigma or aspect of 0 or less.
    """
    _need_positive(size=size, wavelength=wavelength, sigma=sigma, aspect=aspect)
    x, y = _distances(size)[np.newaxis, :], _distances(size)[:, np.newaxis]
    u = x * np.cos(orientation) + y * np.sin(orientation)
    v = y * np.cos(orientation) - x * np.sin(orientation)
    bell = np.exp(-0.5 * (u**2 + (aspect * v) ** 2) / sigma**2)
    return np.asarray(bell * np.cos(2 * pi * u / wavelength + phase))


def _distances(size: int) -> Vector:
    """Return how far each value of a side lies from the middle, in pixels."""
    return np.arange(size, dtype=np.float64) - (size - 1) / 2


def _need_positive(**numbers: float) -> None:
    for name, value in numbers.items():
        if not value > 0:
            raise CnnError(
                "A kernel's {name} must be above 0. Received: {name}={value}. Choose a larger one.",
                name=name,
                value=value,
            )


def _rows(text: str) -> Kernel:
    """Return the kernel that is written row by row, with a slash between the rows."""
    return np.array([row.split() for row in text.split("/")], dtype=np.float64)


_SOBEL: Final = "I. Sobel and G. Feldman, An isotropic 3×3 image gradient operator, Stanford AI Project, 1968"
_PREWITT: Final = "J. Prewitt, Object enhancement and extraction, Picture Processing and Psychopictorics, 1970"
_GONZALEZ: Final = "R. Gonzalez and R. Woods, Digital Image Processing, section 3.6"
_MEANS: Final = "R. Gonzalez and R. Woods, Digital Image Processing, section 3.5"
_GABOR: Final = "J. Daugman, Journal of the Optical Society of America A 2, 1985; Petkov and Kruizinga, 1997"

HAND_MADE: Final = (
    HandMade(
        "identity",
        N_("Identity"),
        N_("Leaves everything as it is: a single 1 in the middle, a starting point for your own kernels."),
        _MEANS,
        _rows("0 0 0 / 0 1 0 / 0 0 0"),
    ),
    HandMade(
        "box_3",
        N_("Mean, 3×3"),
        N_("Replaces each pixel by the mean of the 3×3 pixels around it: noise and fine texture fade."),
        _MEANS,
        box(3),
    ),
    HandMade(
        "box_5",
        N_("Mean, 5×5"),
        N_("The mean of 25 pixels: a stronger blur, in which thin lines become broad and pale."),
        _MEANS,
        box(5),
    ),
    HandMade(
        "gaussian_3",
        N_("Gaussian blur, 3×3"),
        N_("A mean in which near pixels count more: as soft as the plain mean, but less blocky."),
        _MEANS,
        gaussian(3, usual_sigma(3)),
    ),
    HandMade(
        "gaussian_5",
        N_("Gaussian blur, 5×5"),
        N_("A wider bell curve: details of a pixel or two vanish, larger forms remain."),
        _MEANS,
        gaussian(5, usual_sigma(5)),
    ),
    HandMade(
        "sharpen",
        N_("Sharpen"),
        N_("Adds to each pixel its difference from its four neighbours: edges become steeper, noise becomes stronger."),
        _GONZALEZ,
        _rows("0 -1 0 / -1 5 -1 / 0 -1 0"),
    ),
    HandMade(
        "sobel_vertical_edges",
        N_("Sobel: vertical edges"),
        N_(
            "Right minus left: positive where the picture gets brighter to the right, negative where it gets darker, "
            "0 on horizontal edges."
        ),
        _SOBEL,
        _rows("-1 0 1 / -2 0 2 / -1 0 1"),
    ),
    HandMade(
        "sobel_horizontal_edges",
        N_("Sobel: horizontal edges"),
        N_(
            "Below minus above: positive where the picture gets brighter downwards, negative where it gets darker, 0 "
            "on vertical edges."
        ),
        _SOBEL,
        _rows("-1 -2 -1 / 0 0 0 / 1 2 1"),
    ),
    HandMade(
        "prewitt_vertical_edges",
        N_("Prewitt: vertical edges"),
        N_("Like Sobel, but all three rows count alike: a little more blur along the edge."),
        _PREWITT,
        _rows("-1 0 1 / -1 0 1 / -1 0 1"),
    ),
    HandMade(
        "prewitt_horizontal_edges",
        N_("Prewitt: horizontal edges"),
        N_("Below minus above, with all three columns weighted alike: compare it with Sobel on slanted edges."),
        _PREWITT,
        _rows("-1 -1 -1 / 0 0 0 / 1 1 1"),
    ),
    HandMade(
        "laplacian_4",
        N_("Laplacian, 4 neighbours"),
        N_("Edges of all directions: positive on the dark side, negative on the bright side, 0 on a uniform slope."),
        _GONZALEZ,
        _rows("0 1 0 / 1 -4 1 / 0 1 0"),
    ),
    HandMade(
        "laplacian_8",
        N_("Laplacian, 8 neighbours"),
        N_("The same with the diagonals: it responds more strongly to slanted edges, and also to noise."),
        _GONZALEZ,
        _rows("1 1 1 / 1 -8 1 / 1 1 1"),
    ),
    HandMade(
        "outline",
        N_("Outline"),
        N_("How a pixel differs from its eight neighbours: after a ReLU, only the bright side of each edge is left."),
        "Pillow, ImageFilter.FIND_EDGES; the Laplacian with the opposite sign",
        _rows("-1 -1 -1 / -1 8 -1 / -1 -1 -1"),
    ),
    HandMade(
        "emboss",
        N_("Emboss"),
        N_(
            "A relief: edges that get brighter towards the lower right turn bright, the opposite ones dark; uniform "
            "areas do not change."
        ),
        "V. Powell, Image Kernels Explained Visually, setosa.io/ev/image-kernels",
        _rows("-2 -1 0 / -1 1 1 / 0 1 2"),
    ),
    HandMade(
        "gabor_vertical_lines",
        N_("Gabor: vertical lines"),
        N_("Bright vertical lines two pixels wide: look for hair, bars and letters. First layers learn such kernels."),
        _GABOR,
        gabor(7, wavelength=4),
    ),
    HandMade(
        "gabor_diagonal_edges",
        N_("Gabor: diagonal edges"),
        N_(
            "Edges that rise to the right: positive where the picture gets brighter to the lower right, negative "
            "where it gets darker."
        ),
        _GABOR,
        gabor(7, wavelength=6, orientation=pi / 4, phase=-pi / 2),
    ),
)


def hand_made(key: str) -> HandMade:
    """Return a kernel by its key.

    >>> hand_made("sobel_vertical_edges").title
    'Sobel: vertical edges'

    Raises:
        CnnError: no kernel has this key.
    """
    for kernel in HAND_MADE:
        if kernel.key == key:
            return kernel
    raise CnnError(
        "There is no such kernel. Received: {key}. The kernels are: {keys}.",
        key=repr(key[:80]),
        keys=", ".join(kernel.key for kernel in HAND_MADE),
    )
