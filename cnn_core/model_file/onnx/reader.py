"""What reads ONNX in the process that is thrown away: `../reader.py` runs this file before it gives up its rights.

`parts` yields the graph as JSON that nobody has parsed yet, and after it the values of each array of numbers that the
graph lists, as float32. Nothing is computed and no other file is opened: a tensor that lies elsewhere is refused.
"""

import json
from collections.abc import Iterator
from math import prod
from typing import Any, Final

import numpy as np
import onnx

Refused: Any = globals().get("Refused")
"""Given by the script that runs this one: `Refused(reason, place, received, allowed)`."""

MOST_NODES: Final = 20_000
MOST_ARRAYS: Final = 20_000
MOST_WHOLE: Final = 4_096
"""Whole numbers of one tensor that are handed on: they are sizes, axes and positions."""
LONGEST_NAME: Final = 1_000

_TENSOR: Final = onnx.TensorProto
_ATTRIBUTE: Final = onnx.AttributeProto
_FLOATS: Final = {
    _TENSOR.FLOAT: ("<f4", "float_data"),
    _TENSOR.DOUBLE: ("<f8", "double_data"),
    # Both lie as whole numbers of 16 bits where they are not raw.
    _TENSOR.FLOAT16: ("<u2", "int32_data"),
    _TENSOR.BFLOAT16: ("<u2", "int32_data"),
}
_WHOLE: Final = {
    _TENSOR.INT64: ("<i8", "int64_data"),
    _TENSOR.INT32: ("<i4", "int32_data"),
    _TENSOR.BOOL: ("|u1", "int32_data"),
}


class _Arrays:
    """The tensors of a graph in the order in which they are met, each described before it is read."""

    def __init__(self) -> None:
        self._floats: list[Any] = []
        self.described: list[dict[str, Any]] = []

    def add(self, tensor: Any, name: str) -> int:
        """Describe a tensor and return its number."""
        if tensor.external_data or tensor.data_location == _TENSOR.EXTERNAL or tensor.HasField("segment"):
            raise Refused("outside", name)
        if len(self.described) >= MOST_ARRAYS:
            raise Refused("too many", "arrays", allowed=MOST_ARRAYS)
        shape = list(tensor.dims)
        described = {"name": name, "shape": shape, "is_whole": tensor.data_type in _WHOLE, "values": None}
        if tensor.data_type in _FLOATS:
            self._floats.append((name, tensor))
            _check_length(tensor, name, shape, *_FLOATS[tensor.data_type])
        elif tensor.data_type in _WHOLE and prod(shape) <= MOST_WHOLE:
            described["values"] = _stored(tensor, name, shape, *_WHOLE[tensor.data_type]).tolist()
        elif tensor.data_type not in _WHOLE:
            described = {"name": name, "type": _type_name(tensor.data_type)}
        self.described.append(described)
        return len(self.described) - 1

    def values(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and the values of each tensor of floating-point numbers, in order."""
        for name, tensor in self._floats:
            values = _stored(tensor, name, list(tensor.dims), *_FLOATS[tensor.data_type])
            if tensor.data_type == _TENSOR.FLOAT16:
                values = values.view("<f2")
            elif tensor.data_type == _TENSOR.BFLOAT16:
                values = (values.astype("<u4") << 16).view("<f4")
            with np.errstate(over="ignore"):
                values = np.ascontiguousarray(values, "<f4")
            # A single number may be the end of a range that has none.
            if values.size > 1 and not np.isfinite(values).all():
                raise Refused("finite", name)
            yield name, values


def _type_name(number: int) -> str:
    return str(_TENSOR.DataType.Name(number)) if number in _TENSOR.DataType.values() else f"type {number}"


def _check_length(tensor: Any, name: str, shape: list[int], dtype: str, field: str) -> None:
    """Refuse a tensor that says to be larger or smaller than what is stored of it."""
    raw = len(tensor.raw_data)
    stored = raw / np.dtype(dtype).itemsize if raw else len(getattr(tensor, field))
    if min(shape, default=1) < 0 or stored != prod(shape):
        raise Refused("stored", name, f"{stored:g}", prod(shape))


def _stored(tensor: Any, name: str, shape: list[int], dtype: str, field: str) -> Any:
    """Return the numbers of a tensor as they are stored, in one row."""
    _check_length(tensor, name, shape, dtype, field)
    if tensor.raw_data:
        return np.frombuffer(tensor.raw_data, dtype)
    values = np.asarray(getattr(tensor, field))
    return values.astype(dtype) if values.size else np.zeros(0, dtype)


# The graph ------------------------------------------------------------------------------------------------------------


def _name(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise Refused("long name", text[:80])
    return text


def _names(texts: Any) -> list[str]:
    return [_name(text) for text in texts]


def _setting(attribute: Any, arrays: _Arrays, place: str) -> Any:
    """Return an attribute as JSON has it; of what is no number and no text only what it is."""
    match attribute.type:
        case _ATTRIBUTE.INT:
            return attribute.i
        case _ATTRIBUTE.FLOAT:
            return attribute.f
        case _ATTRIBUTE.STRING:
            return attribute.s[:LONGEST_NAME].decode(errors="replace")
        case _ATTRIBUTE.INTS if len(attribute.ints) <= MOST_WHOLE:
            return list(attribute.ints)
        case _ATTRIBUTE.FLOATS if len(attribute.floats) <= MOST_WHOLE:
            return list(attribute.floats)
        case _ATTRIBUTE.TENSOR:
            return {"array": arrays.add(attribute.t, place)}
    return {"other": attribute.type}


def _node(node: Any, arrays: _Arrays) -> dict[str, Any]:
    place = (node.output[0] if node.output else node.name)[:LONGEST_NAME]
    settings = {_name(attribute.name): _setting(attribute, arrays, place) for attribute in node.attribute}
    scopes = [entry.value for entry in node.metadata_props if entry.key == "pkg.torch.onnx.name_scopes"]
    return {
        "operator": _name(node.op_type),
        "domain": _name(node.domain),
        "name": _name(node.name),
        "scopes": scopes[0][:LONGEST_NAME] if scopes else "",
        "inputs": _names(node.input),
        "outputs": _names(node.output),
        "settings": settings,
    }


def _sizes(value: Any) -> list[int | None] | None:
    """Return what the graph says of an input's shape, None for a size that is open, or for a value without a shape."""
    if not value.type.HasField("tensor_type") or not value.type.tensor_type.HasField("shape"):
        return None
    sizes = value.type.tensor_type.shape.dim
    return [size.dim_value if size.HasField("dim_value") else None for size in sizes[:MOST_WHOLE]]


def _graph(model: Any, arrays: _Arrays, most: int) -> bytes:
    graph = model.graph
    if len(graph.node) > MOST_NODES:
        raise Refused("too many", "nodes", len(graph.node), MOST_NODES)
    if len(graph.sparse_initializer):
        raise Refused("sparse", _name(graph.sparse_initializer[0].values.name))
    for tensor in graph.initializer:
        arrays.add(tensor, _name(tensor.name))
    parts, length = [], 0
    for node in graph.node:
        parts.append(_node(node, arrays))
        length += len(json.dumps(parts[-1]))
        if length > most:
            raise Refused("large", "graph", f"{length:,}", f"{most:,}")
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    description = {
        "version": versions[0] if versions else 0,
        "name": _name(graph.name),
        "inputs": [{"name": _name(value.name), "shape": _sizes(value)} for value in graph.input],
        "outputs": [_name(value.name) for value in graph.output],
        "nodes": parts,
        # The first ones have names that nodes use; the others are settings of nodes.
        "tensors": len(graph.initializer),
        "arrays": arrays.described,
    }
    return json.dumps(description).encode()


def parts(data: bytes, most: int) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield what the answer is made of: lines, each with the bytes that follow it.

    Args:
        most: bytes of the description.
    """
    model = onnx.ModelProto.FromString(data)
    arrays = _Arrays()
    description = _graph(model, arrays, most)
    if len(description) > most:
        raise Refused("large", "graph", f"{len(description):,}", f"{most:,}")
    yield {"size": len(description)}, description
    for name, values in arrays.values():
        yield {"name": name[-200:]}, values.data
