"""Models as Keras describes them, in the form in which Keras 2 lists connections."""

from typing import Any, Final

from cnn_core.errors import ModelFileError
from cnn_core.model_file.script.signatures import DEFAULTS
from cnn_core.model_file.script.values import Chain, Made, Model, Unknown, Unread, flat
from cnn_core.model_file.shown import shown
from cnn_core.network.network import free_name

_DROPPED: Final = ("input_shape", "batch_input_shape", "batch_size", "seed", "dtype")
_AMOUNTS: Final = ("padding", "cropping")


def chain_description(model: Chain) -> dict[str, Any]:
    """Return a Sequential model; raises ModelFileError where its input is not known."""
    layers: dict[str, dict[str, Any]] = {}
    for made in model.layers:
        if not layers and made.kind != "InputLayer" and "input_shape" in made.settings:
            shape = made.settings["input_shape"]
            first = Made("InputLayer", {"batch_shape": [None, *flat(shape)], "name": "input"})
            layers["input"] = described(first, layers, [])
        layer = described(made, layers, [])
        layers[layer["name"]] = layer
    if not layers or next(iter(layers.values()))["class_name"] != "InputLayer":
        raise ModelFileError(
            'The model "{name}" does not know its input size yet. Add keras.Input(shape) as its first layer.',
            name=shown(model.name),
        )
    return _document("Sequential", model.name, list(layers.values()))


def functional_description(model: Model, called: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a functional model with the layers that were called."""
    ends = {
        "input_layers": [[output.name, 0, 0] for output in model.inputs],
        "output_layers": [[output.name, 0, 0] for output in model.outputs],
    }
    return _document("Functional", model.name, list(called.values()), **ends)


def _document(kind: str, name: str, layers: list[dict[str, Any]], **ends: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, "layers": layers, **ends}, "keras_version": "3"}


def described(made: Made, taken: dict[str, dict[str, Any]], sources: list[str]) -> dict[str, Any]:
    """Return a layer as Keras describes it, under the name that Keras would give it."""
    given = made.settings.get("name")
    name = given if isinstance(given, str) and given else free_name(made.kind, set(taken))
    settings = {
        setting: _full(made.kind, setting, value)
        for setting, value in made.settings.items()
        if setting not in _DROPPED and not isinstance(value, Unknown | Unread) and setting != "name"
    }
    settings = DEFAULTS.get(made.kind, {}) | settings
    nodes = [[[source, 0, 0, {}] for source in sources]] if sources else []
    return {"class_name": made.kind, "name": name, "config": {**settings, "name": name}, "inbound_nodes": nodes}


def _full(kind: str, setting: str, value: Any) -> Any:
    """Return a setting as Keras writes it out: amounts on all four sides."""
    if kind in ("ZeroPadding2D", "Cropping2D") and setting in _AMOUNTS:
        rows, columns = value if isinstance(value, tuple | list) and len(value) == 2 else (value, value)
        return [side if isinstance(side, tuple | list) else [side, side] for side in (rows, columns)]
    return value
