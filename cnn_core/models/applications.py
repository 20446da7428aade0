"""How much memory a model of keras.applications takes: measured, so that it is known before it is built."""

import json
from functools import cache

from cnn_core.models.bundled import MODELS


@cache
def _measured() -> dict[str, int]:
    table: dict[str, int] = json.loads((MODELS / "applications.json").read_text(encoding="utf-8"))
    return table


def needed_by_application(name: str) -> int:
    """Return the megabytes that a process comes to with `keras.applications.<name>`; 0 where nobody measured it."""
    return _measured().get(name, 0)
