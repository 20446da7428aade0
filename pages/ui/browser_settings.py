"""Settings that a component moves in the browser: told to it, and taken back, as an address says them."""

from collections.abc import Iterable, Mapping
from typing import Any

from pages.ui.address import Number, Whole
from pages.ui.state import Key


def told(keys: Iterable[Key[Any]]) -> dict[str, Any]:
    """Return the values by name and the bounds of those that are numbers."""
    keys = tuple(keys)
    kinds = {key.name: key.kind for key in keys}
    return {
        "values": {key.name: key.written() for key in keys},
        "bounds": {
            name: {"low": kind.low, "high": kind.high, "step": getattr(kind, "step", 1)}
            for name, kind in kinds.items()
            if isinstance(kind, Number | Whole)
        },
    }


def take(keys: Iterable[Key[Any]], said: Mapping[str, str]) -> None:
    """Keep what a component says of these values; what makes no sense becomes the default."""
    for key in keys:
        key.set(key.said_by(said))
