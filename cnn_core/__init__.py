"""What ConvScope knows about convolutional networks, without a page around it.

The names below are loaded when they are asked for: whoever only counts parameters never waits for NumPy or Keras.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cnn_core.keras_model import build_model, feature_maps, network_from_keras
    from cnn_core.keras_model.opening import open_model
    from cnn_core.network.network import Network
    from cnn_core.network.summary import summarize
    from cnn_core.pictures.read import read_image

__all__ = ["Network", "build_model", "feature_maps", "network_from_keras", "open_model", "read_image", "summarize"]

_HOMES: Final = {
    "Network": "cnn_core.network.network",
    "build_model": "cnn_core.keras_model",
    "feature_maps": "cnn_core.keras_model",
    "network_from_keras": "cnn_core.keras_model",
    "open_model": "cnn_core.keras_model.opening",
    "read_image": "cnn_core.pictures.read",
    "summarize": "cnn_core.network.summary",
}


def __getattr__(name: str) -> object:
    """Load a public name at its first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
