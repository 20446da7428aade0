"""How arguments and results are held against their types while the tests run."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from beartype import BeartypeConf, FrozenDict, beartype

# A whole number is a number, as it is to mypy, and so are those of NumPy. What is given as an array NumPy takes as one.
_OVERRIDES: Any = FrozenDict(
    {
        int: int | np.integer,
        float: float | int | np.number,
        npt.ArrayLike: object,
        npt.ArrayLike | None: object,
    }
)
checked = beartype(conf=BeartypeConf(hint_overrides=_OVERRIDES))


def unchecked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function as callers have it who do not keep to its types: what it says to them is tested too."""
    plain: Callable[..., Any] = inspect.unwrap(function)
    return plain
