"""Operations between layers as files hold them, `keras.ops.mean(x, -1)`: which of their arguments are settings.

Keras 3 writes a slice beside the output that is sliced. Keras 2 calls all operations TFOpLambda and writes every
argument beside the output: `["conv", 0, 0, {"axis": -1, "keepdims": true}]`. Here settings go to the settings.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple


class OldOperation(NamedTuple):
    """What an operation of Keras 2 is called in Keras 3, and its settings there by their names in Keras 2."""

    kind: str
    settings: Mapping[str, str] = MappingProxyType({})


_REDUCED: Final = {"axis": "axis", "keepdims": "keepdims"}

OLD_OPERATIONS: Final = {
    "math.add": OldOperation("Add"),
    "__operators__.add": OldOperation("Add"),
    "math.subtract": OldOperation("Subtract"),
    "math.multiply": OldOperation("Multiply"),
    "math.maximum": OldOperation("Maximum"),
    "math.minimum": OldOperation("Minimum"),
    "math.truediv": OldOperation("TrueDivide"),
    "math.negative": OldOperation("Negative"),
    "math.sigmoid": OldOperation("Sigmoid"),
    "math.tanh": OldOperation("Tanh"),
    "nn.bias_add": OldOperation("BiasAdd", {"bias": "bias", "data_format": "data_format"}),
    "nn.relu": OldOperation("Relu"),
    "nn.relu6": OldOperation("Relu6"),
    "nn.silu": OldOperation("Silu"),
    "nn.leaky_relu": OldOperation("LeakyRelu", {"alpha": "negative_slope"}),
    "nn.softmax": OldOperation("Softmax", {"axis": "axis"}),
    "math.reduce_mean": OldOperation("Mean", _REDUCED),
    "math.reduce_max": OldOperation("Max", _REDUCED),
    "math.reduce_sum": OldOperation("Sum", _REDUCED),
    "reshape": OldOperation("Reshape", {"shape": "newshape"}),
    "expand_dims": OldOperation("ExpandDims", {"axis": "axis"}),
    "compat.v1.squeeze": OldOperation("Squeeze", {"axis": "axis"}),
    "compat.v1.transpose": OldOperation("Transpose", {"perm": "axes", "conjugate": "conjugate"}),
    "concat": OldOperation("Concatenate", {"axis": "axis"}),
    "image.resize": OldOperation("Resize", {"size": "size", "method": "interpolation", "antialias": "antialias"}),
    "__operators__.getitem": OldOperation("GetItem", {"slice_spec": "key"}),
}
"""By TensorFlow's names."""

OLD_KINDS: Final = ("TFOpLambda", "SlicingOpLambda")


def taken_apart(kind: str, settings: dict[str, Any], nodes: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """Return an operation's settings with those that stand among its arguments, and its one call without them."""
    if len(nodes) != 1:
        return settings, nodes
    if kind == "GetItem" and isinstance(nodes[0], dict):
        arguments = nodes[0].get("args")
        if isinstance(arguments, list) and len(arguments) == 2:
            return settings | {"key": plain_slices(arguments[1])}, [nodes[0] | {"args": arguments[:1]}]
    function = settings.get("function")
    if kind in OLD_KINDS and isinstance(function, str) and function in OLD_OPERATIONS:
        found: dict[str, Any] = {}
        rest = _without(nodes[0], {*OLD_OPERATIONS[function].settings, "name"}, found)
        return settings | {name: plain_slices(value) for name, value in found.items()}, [rest]
    return settings, nodes


def _without(value: Any, names: set[str], found: dict[str, Any], depth: int = 3) -> Any:
    """Return a call of Keras 2 without these arguments, which are put into `found`."""
    if isinstance(value, list) and depth:
        return [_without(item, names, found, depth - 1) for item in value]
    if isinstance(value, dict):
        found |= {name: value[name] for name in names if name in value}
        return {name: item for name, item in value.items() if name not in names}
    return value


def plain_slices(value: Any) -> Any:
    """Return a key's slices as (start, stop, step) and its ellipsis as "…"; everything else as it is.

    >>> plain_slices([{"class_name": "__ellipsis__"}, {"start": 1, "stop": None, "step": None}, 0])
    ['…', (1, None, None), 0]
    """
    if isinstance(value, list):
        return [plain_slices(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__ellipsis__":
        return "…"
    ends = value.get("config") if value.get("class_name") == "__slice__" else value
    return tuple(ends.get(name) for name in ("start", "stop", "step")) if isinstance(ends, dict) else value
