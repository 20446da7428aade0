"""Constants in a model, `x / 127.5 - 1`, as layers of ours."""

from collections.abc import Callable
from typing import Any, Final

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import Layer
from cnn_core.model_file.shown import shown

Numbers = tuple[float, ...]
"""One number for all channels, or one a channel."""

_LARGEST: Final = 1e9
"""As in `settings.Number`; keeps out NaN, infinity and whole numbers too large for a float."""


ARRAYS: Final = ("__numpy__", "__tensor__")
"""What Keras writes as the class of an array."""


def row(value: Any) -> Numbers:
    """Return a number, a list of them or an array, as Keras writes them; raises LayerError for anything else.

    >>> row(2), row([[[1, 2, 4]]])
    ((2.0,), (1.0, 2.0, 4.0))
    """
    config = value.get("config") if isinstance(value, dict) and value.get("class_name") in ARRAYS else None
    value = config.get("value") if isinstance(config, dict) else value
    numbers = [value]
    # A row along the last axis has one place along all others.
    while len(numbers) == 1 and isinstance(numbers[0], list) and numbers[0]:
        numbers = numbers[0]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= _LARGEST:
            raise LayerError(
                "Only numbers up to {most}, and lists of them, are supported as constants here. Received: {value}.",
                most=f"{_LARGEST:g}",
                value=shown(value),
            )
    return tuple(map(float, numbers))


def scaled(scale: Numbers, offset: Numbers) -> Layer:
    """Return x · scale + offset as a layer; with one number a channel it is a Normalization.

    >>> scaled((2.0,), (-1.0,))
    Rescaling(scale=2.0, offset=-1.0)
    """
    if len(scale) == len(offset) == 1:
        return layers.Rescaling(scale[0], offset[0])
    count = max(len(scale), len(offset))
    scales, offsets = (values * (count if len(values) == 1 else 1) for values in (scale, offset))
    if len(scales) != len(offsets) or min(scales) <= 0:
        raise LayerError(
            "Only single numbers and positive factors, one per channel, are supported as "
            "constants here. Received: {scale} and {offset}.",
            scale=shown(scale),
            offset=shown(offset),
        )
    pairs = tuple(zip(scales, offsets, strict=True))
    return layers.Normalization(tuple(-offset / scale for scale, offset in pairs), tuple(scale**-2 for scale in scales))


Turn = Callable[[Numbers], Layer]

_ONE: Final = (1.0,)
_NONE: Final = (0.0,)


def _each(function: Callable[[float], float], numbers: Numbers) -> Numbers:
    return tuple(map(function, numbers))


_AFTER: Final[dict[str, Turn]] = {
    "Add": lambda numbers: scaled(_ONE, numbers),
    "Subtract": lambda numbers: scaled(_ONE, _each(lambda number: -number, numbers)),
    "Multiply": lambda numbers: scaled(numbers, _NONE),
    "TrueDivide": lambda numbers: scaled(_each(lambda number: 1 / number, numbers), _NONE),
    "Divide": lambda numbers: scaled(_each(lambda number: 1 / number, numbers), _NONE),
}
"""What Keras 3's operations on an output and constants after it are."""

_BEFORE: Final[dict[str, Turn]] = {
    "Add": _AFTER["Add"],
    "Subtract": lambda numbers: scaled((-1.0,), numbers),
    "Multiply": _AFTER["Multiply"],
}


def arithmetic(kind: str, operands: tuple[Numbers | None, ...]) -> Layer:
    """Return an operation on an output (None) and constants as a layer; raises LayerError."""
    left, right = operands if len(operands) == 2 else (None, None)
    turn = _AFTER.get(kind) if left is None else _BEFORE.get(kind)
    numbers = right if left is None else left
    if turn is None or numbers is None or (left is not None and right is not None):
        raise LayerError(
            "{kind} with constants as these inputs is not supported here. Write it with layers, such as Rescaling.",
            kind=shown(kind),
        )
    try:
        return turn(numbers)
    except (ZeroDivisionError, OverflowError) as error:
        raise LayerError("A constant is too small or too large. Received: {value}.", value=shown(numbers)) from error
