"""What the reader says of an ONNX graph, checked: it has seen a stranger's file and is not trusted."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core.errors import LayerError, ModelFileError
from cnn_core.model_file.sandbox import opened_onnx, stopped
from cnn_core.model_file.shown import shown

Constant = npt.NDArray[Any]
"""Numbers that the file holds or that follow from such: float32 or int64."""

MOST_NUMBERS: Final = 75_000_000
"""In all tensors of a file together: 300 MB of float32. VGG16 has 138 million and is not opened, ResNet152 has 60."""
MOST_AXES: Final = 8


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of the graph. `scopes`: the modules of PyTorch around it, where the file says so.

    An input that is left out is called "". Settings are numbers, texts, lists of numbers and tensors; anything else
    (a graph, for instance) is None.
    """

    operator: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()

    def refuse(self, cause: LayerError) -> ModelFileError:
        """Return the error that names this node."""
        return ModelFileError(
            'Node "{node}" ({operator}): {cause}',
            node=shown(self.name or next(iter(self.outputs), "")),
            operator=shown(self.operator),
            cause=cause,
        )


@dataclass(frozen=True)
class GraphInput:
    """An input of the graph; an open size is None."""

    name: str
    sizes: tuple[int | None, ...] | None


@dataclass(frozen=True, eq=False)
class Graph:
    """A graph of ONNX. `version` is that of its operators; `constants` are the tensors by name."""

    name: str
    version: int
    inputs: tuple[GraphInput, ...]
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    constants: dict[str, Constant]
    unusable: dict[str, str]
    unlimited: tuple[str, ...]


def read_graph(data: bytes) -> Graph:
    """Return the graph in an ONNX file with all of its numbers; raises ModelFileError."""
    with opened_onnx(data) as (description, next_array):
        try:
            told = _Told(json.loads(description.text))
            return told.graph(list(told.arrays(next_array)), description.unlimited)
        # The reader was led to say something else than it should.
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            if isinstance(error, ModelFileError):
                raise
            raise stopped("onnx") from error


class _Told:
    """The description; whatever is not of the right kind raises KeyError, TypeError or ValueError."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._arrays = [_checked(entry, dict) for entry in _checked(document["arrays"], list)]

    def arrays(self, next_array: Any) -> Iterator[Constant | str]:
        """Yield each tensor, or of what type one is that holds no numbers for us."""
        shapes = [_shape(entry["shape"]) if "shape" in entry else () for entry in self._arrays]
        _refuse_too_many(sum(map(prod, shapes)))
        for entry, shape in zip(self._arrays, shapes, strict=True):
            if "shape" not in entry:
                yield str(entry["type"])
            elif not entry["is_whole"]:
                yield next_array(shape)
            elif entry["values"] is None:
                yield "INT64"
            else:
                yield np.array(_numbers(entry["values"]), np.int64).reshape(shape)

    def graph(self, arrays: list[Constant | str], unlimited: tuple[str, ...]) -> Graph:
        document = self._document
        names = [_checked(entry["name"], str) for entry in self._arrays[: _checked(document["tensors"], int)]]
        named = list(zip(names, arrays, strict=False))
        return Graph(
            _checked(document["name"], str),
            _checked(document["version"], int),
            tuple(_input(entry) for entry in document["inputs"]),
            _names(document["outputs"]),
            tuple(_node(entry, arrays) for entry in _checked(document["nodes"], list)),
            {name: array for name, array in named if not isinstance(array, str)},
            {name: array for name, array in named if isinstance(array, str)},
            unlimited,
        )


def _refuse_too_many(count: int) -> None:
    if count > MOST_NUMBERS:
        raise ModelFileError(
            "The model is too large. Received: {count} parameters; at most {most} are read.",
            count=f"{count:,}",
            most=f"{MOST_NUMBERS:,}",
        )


def _checked(value: Any, kind: type[Any]) -> Any:
    if type(value) is not kind:
        raise TypeError(kind)
    return value


def _names(values: Any) -> tuple[str, ...]:
    return tuple(_checked(value, str) for value in _checked(values, list))


def _shape(values: Any) -> tuple[int, ...]:
    shape = tuple(_checked(value, int) for value in _checked(values, list))
    if min(shape, default=0) < 0 or len(shape) > MOST_AXES:
        raise ValueError(shape)
    return shape


def _numbers(values: Any) -> list[int | float]:
    numbers: list[int | float] = _checked(values, list)
    if not all(type(value) is float or (type(value) is int and abs(value) <= 2**63) for value in numbers):
        raise TypeError(values)
    return numbers


def _input(entry: Any) -> GraphInput:
    sizes = entry["shape"]
    if sizes is not None:
        # Some exporters write 0 or -1 for a size that is open.
        sizes = tuple(size if type(size) is int and size > 0 else None for size in _checked(sizes, list))
    return GraphInput(_checked(entry["name"], str), sizes)


def _node(entry: Any, arrays: list[Constant | str]) -> Node:
    operator, domain = _checked(entry["operator"], str), _checked(entry["domain"], str)
    return Node(
        operator if domain in ("", "ai.onnx") else f"{domain}.{operator}",
        _checked(entry["name"], str),
        _names(entry["inputs"]),
        _names(entry["outputs"]),
        {_checked(key, str): _setting(value, arrays) for key, value in _checked(entry["settings"], dict).items()},
        _scopes(_checked(entry["scopes"], str)),
    )


def _setting(value: Any, arrays: list[Constant | str]) -> Any:
    if isinstance(value, dict):
        number = value.get("array")
        return arrays[_checked(number, int)] if number is not None and 0 <= number < len(arrays) else None
    if isinstance(value, str):
        return value
    return _numbers(value) if isinstance(value, list) else _numbers([value])[0]


def _scopes(text: str) -> tuple[str, ...]:
    """Return the modules around a node in the words of PyTorch's exporter; the last name is the node's own.

    >>> _scopes("['', 'layer1', 'layer1.0', 'relu_2']")
    ('layer1', 'layer1.0')
    """
    names = [part.strip().strip("'\"") for part in text.strip("[]").split(",")]
    return tuple(name for name in names[:-1] if name)
