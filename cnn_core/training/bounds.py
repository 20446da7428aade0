"""Numbers of a training held to their bounds."""

from typing import Any

from cnn_core.errors import CnnError


def check_whole(name: str, value: Any, least: int, most: int) -> None:
    """Raise CnnError where `value` is no whole number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise CnnError(
            "{name} must be a whole number from {least} to {most}. Received: {value}.",
            name=name,
            least=f"{least:,}",
            most=f"{most:,}",
            value=value,
        )
