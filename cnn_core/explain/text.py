"""Sums, products and maxima with their numbers put in, as text that is the same in every language."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

MOST_WRITTEN: Final = 9
"""How many numbers a formula spells out: all of a 3×3 kernel."""


def written(number: float) -> str:
    """Write a number in four digits.

    >>> written(-0.123456), written(2.0), written(1e-7)
    ('−0.1235', '2', '1e−07')
    """
    return f"{number + 0.0:.4g}".replace("-", "−")


def factor(number: float) -> str:
    """Write a number that stands behind another sign: a negative one in brackets.

    >>> factor(-2), factor(2)
    ('(−2)', '2')
    """
    return f"({written(number)})" if number < 0 else written(number)


def listed(texts: Iterable[str], sign: str) -> str:
    """Join texts by a sign, the first few of them.

    >>> listed(["1", "2"], " + "), listed("abcdefghijk", ", "), listed([], " + ")
    ('1 + 2', 'a, b, c, d, e, f, g, h, i, …', '0')
    """
    every = list(texts) or ["0"]
    return sign.join([*every[:MOST_WRITTEN], "…"] if len(every) > MOST_WRITTEN else every)


def sum_text(amounts: npt.NDArray[Any]) -> str:
    """Write a sum, first the largest amounts if it is long.

    >>> sum_text(np.array([1.0, -2.0, 0.5]))
    '1 + (−2) + 0.5'
    """
    return listed(map(factor, _in_order(amounts, amounts)), " + ")


def products_text(values: npt.NDArray[Any], weights: npt.NDArray[Any]) -> str:
    """Write a sum of products, first the largest if it is long.

    >>> products_text(np.array([1.0, -2.0]), np.array([0.5, 3.0]))
    '1·0.5 + (−2)·3'
    """
    pairs = _in_order(np.stack([values, weights], axis=-1), values * weights)
    return listed((f"{factor(value)}·{factor(weight)}" for value, weight in pairs), " + ")


def _in_order(shown: npt.NDArray[Any], amounts: npt.NDArray[Any]) -> list[Any]:
    if len(amounts) <= MOST_WRITTEN:
        return list(shown.tolist())
    # One more than is written, so that whoever joins them sees that there are more.
    return list(shown[np.argsort(-np.abs(amounts), kind="stable")[: MOST_WRITTEN + 1]].tolist())


def largest_text(values: npt.NDArray[Any], result: float) -> str:
    """Write a maximum, the largest values if there are many.

    >>> largest_text(np.array([1.0, -2.0]), 1.0)
    'max(1, −2) = 1'
    """
    shown = values if len(values) <= MOST_WRITTEN else -np.sort(-values)[: MOST_WRITTEN + 1]
    return f"max({listed(map(written, shown.tolist()), ', ')}) = {written(result)}"


def smallest_text(values: npt.NDArray[Any], result: float) -> str:
    """Write a minimum, the smallest values if there are many.

    >>> smallest_text(np.array([1.0, -2.0]), -2.0)
    'min(1, −2) = −2'
    """
    shown = values if len(values) <= MOST_WRITTEN else np.sort(values)[: MOST_WRITTEN + 1]
    return f"min({listed(map(written, shown.tolist()), ', ')}) = {written(result)}"
