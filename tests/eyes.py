"""Colours as they look to eyes that lack a kind of cones, and how far apart they then are."""

from itertools import combinations

import numpy as np

# Viénot, Brettel and Mollon, 1999, "Digital video colourmaps for checking the legibility of displays by dichromats":
# linear red, green and blue as those see them who lack the long or the middle cones. Tritanopia, of which it says
# nothing, is that of Machado, Oliveira and Fernandes, 2009.
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "deuteranopia": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # IEC 61966-2-1
WHITE = TO_XYZ.sum(axis=1)


def lab(colour: tuple[int, int, int] | str, eyes: str) -> np.ndarray:
    """Return L*, a* and b* (CIE 1976) of an sRGB colour, or "#rrggbb", as these eyes see it."""
    xyz = TO_XYZ @ (EYES[eyes] @ _linear(colour)).clip(0, 1) / WHITE
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def least_difference(colours: list[str], eyes: str) -> tuple[float, tuple[str, str]]:
    """Return how far the two most alike of some colours are apart (CIE 1976), and which they are."""
    return min(
        (float(np.linalg.norm(lab(one, eyes) - lab(other, eyes))), (one, other))
        for one, other in combinations(colours, 2)
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    darker, lighter = sorted(float(TO_XYZ[1] @ _linear(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def _linear(colour: tuple[int, int, int] | str) -> np.ndarray:
    """Return linear red, green and blue, 0 to 1, of an sRGB colour."""
    levels = bytes.fromhex(colour.removeprefix("#")) if isinstance(colour, str) else colour
    shares = np.array(list(levels)) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
