"""The calls that make up a Keras model, in order, with the calls inside nested models in their place.

Read from `get_config`, which is Keras's public description of a graph. Names are those of the Keras layers; a layer of
a nested model is called `<nested model>.<layer>`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final

import keras

from cnn_core.errors import NetworkError
from cnn_core.keras_model import own_layers
from cnn_core.network.keras_names import allowed_name, free_among, own_name
from cnn_core.network.network import INSIDE

LOCK: Final = RLock()
"""Held while a graph is read or traced: Keras marks tensors while it does either."""


@dataclass(frozen=True)
class Source:
    """Stands in a call's arguments for an output of an earlier call; `shape` is Keras's, with the batch axis."""

    call: str
    index: int
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class Call:
    """A layer or an operation applied once; tensors among the arguments are Sources. An input has no arguments."""

    name: str
    operation: Any
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the call takes its input from, in order."""
        leaves = keras.tree.flatten((self.args, self.kwargs))
        return tuple(leaf for leaf in leaves if isinstance(leaf, Source))


@dataclass(frozen=True)
class Graph:
    """A model's calls in an order in which they can be computed, its inputs first."""

    name: str
    inputs: tuple[Source, ...]
    calls: tuple[Call, ...]
    outputs: tuple[Source, ...]


def read_graph(model: keras.Model) -> Graph:
    """Return the graph of a Sequential or functional model; raises NetworkError for any other."""
    with LOCK:
        whole = functional(model)
        reader = _Reader()
        inputs = reader.add_inputs(whole)
        outputs = reader.add_model(whole, "", inputs)
    name = allowed_name(own_name(model.name))
    return Graph(name, _sources(inputs, whole.inputs), tuple(reader.calls), _sources(outputs, whole.outputs))


def _sources(origins: list["_Origin"], tensors: list[Any]) -> tuple[Source, ...]:
    return tuple(Source(*origin, tuple(tensor.shape)) for origin, tensor in zip(origins, tensors, strict=True))


@dataclass(frozen=True)
class _Tensor:
    """A tensor as `get_config` names it: output `index` of the `number`-th call of an operation."""

    operation: str
    number: int
    index: int
    shape: tuple[int | None, ...]


_Origin = tuple[str, int]
"""The name of a call and which of its outputs."""


class _Reader:
    """Collects calls; nested models leave theirs in the same list."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._taken: set[str] = set()

    def add_inputs(self, whole: keras.Model) -> list[_Origin]:
        """Add the model's inputs and return them."""
        layers = [whole.get_layer(name) for name, _, _ in whole.get_config()["input_layers"]]
        return [(self._add("", layer, (), {}), 0) for layer in layers]

    def add_model(self, whole: keras.Model, path: str, inputs: list[_Origin]) -> list[_Origin]:
        """Add the model's calls, fed by `inputs`, and return its outputs."""
        config = whole.get_config()
        operations = {operation.name: operation for operation in whole.operations}
        known: dict[tuple[str, int], list[_Origin] | str] = {
            (name, 0): [origin] for (name, _, _), origin in zip(config["input_layers"], inputs, strict=True)
        }
        for name, number, args, kwargs in _in_order(config["layers"], known):
            args, kwargs = keras.tree.map_structure(lambda leaf: _source(leaf, known), (args, kwargs))
            known[name, number] = self._add_call(path, operations[name], args, kwargs)
        return [_origin(known, *_end(end, operations)) for end in config["output_layers"]]

    def _add_call(
        self, path: str, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> list[_Origin] | str:
        if has_graph(operation):
            inner = path + own_name(operation.name) + INSIDE
            given = [leaf for leaf in keras.tree.flatten(args) if isinstance(leaf, Source)]
            return self.add_model(functional(operation), inner, [(source.call, source.index) for source in given])
        if operation_kind(operation) == "CustomScaleLayer":
            return self._add_scaled_sum(path, operation, args)
        if _has_sloped_activation(operation):
            return self._add_with_activation(path, operation, args, kwargs)
        return self._add(path, operation, args, kwargs)

    def _add_with_activation(self, path: str, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Add a layer whose activation has a slope of its own as the two layers that it is here."""
        name = self._add(path, without_activation(operation), args, kwargs)
        shape = tuple(operation.compute_output_shape(keras.tree.flatten(args)[0].shape))
        return self._add("", operation.activation, (Source(name, 0, shape),), {}, f"{name}_activation")

    def _add_scaled_sum(self, path: str, operation: Any, args: tuple[Any, ...]) -> str:
        """Add InceptionResNetV2's `x[0] + x[1] * scale` as the two layers that it is; the sum keeps the name."""
        straight, scaled = args[0]
        dtype = operation.dtype_policy
        rescaling = keras.layers.Rescaling(operation.scale, name=f"{operation.name}_scale", dtype=dtype)
        branch = Source(self._add(path, rescaling, (scaled,), {}), 0, scaled.shape)
        total = keras.layers.Add(name=operation.name, dtype=dtype)
        return self._add(path, total, ([straight, branch],), {})

    def _add(
        self, path: str, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any], name: str | None = None
    ) -> str:
        name = free_among(allowed_name(name or path + own_name(operation.name)), self._taken)
        self._taken.add(name)
        self.calls.append(Call(name, operation, args, kwargs))
        return name


def without_activation(layer: Any) -> Any:
    """Return a layer over the same weights without its activation: taking it from the layer would change the model."""
    bare = object.__new__(type(layer))
    vars(bare).update(vars(layer), activation=keras.activations.linear)
    return bare


_SLOPES: Final = {
    "LeakyReLU": ("negative_slope", (0.2,)),
    "ELU": ("alpha", (1.0,)),
    "ReLU": ("negative_slope", (0, 0.2)),
}
"""Classes of Keras that are an activation with a slope, its name, and the slopes that need no layer of their own."""


def _has_sloped_activation(operation: Any) -> bool:
    activation = getattr(operation, "activation", None)
    if operation_kind(activation) not in _SLOPES or operation_kind(operation) == "Activation":
        return False
    slope, without_layer = _SLOPES[operation_kind(activation)]
    return getattr(activation, slope) not in without_layer


def has_graph(operation: Any) -> bool:
    """Say whether `operation` is a Sequential or functional model, computed as its graph says and not otherwise."""
    if not isinstance(operation, keras.Function | keras.Sequential):
        return False
    return _is_of_keras(type(operation).call)


def operation_kind(operation: Any) -> str:
    """Return the class name of an object of Keras or of ours; that of anybody else's with its module before it."""
    kind = type(operation)
    is_known = _is_of_keras(kind) or kind.__module__ == own_layers.__name__
    return kind.__name__ if is_known else f"{kind.__module__}.{kind.__name__}"


def _is_of_keras(thing: Any) -> bool:
    return str(thing.__module__).partition(".")[0] == "keras"


def functional(model: keras.Model) -> keras.Model:
    """Return the model as a functional one over the same layers; raises NetworkError where there is none."""
    if not has_graph(model):
        raise NetworkError(
            "The connections of this model are in its program, not in the model. Received: {kind}. "
            "Use a Sequential or a functional model.",
            kind=type(model).__name__,
        )
    try:
        return keras.Model(list(model.inputs), list(model.outputs), name=model.name)
    except AttributeError as error:
        raise NetworkError(
            'The model "{name}" does not know its input size yet. Add keras.Input(shape) as its first layer.',
            name=model.name,
        ) from error


def _in_order(
    layers: list[dict[str, Any]], known: dict[tuple[str, int], list[_Origin] | str]
) -> Iterator[tuple[str, int, Any, Any]]:
    """Yield each call when its inputs are known: a layer that is called twice may wait for one that comes later."""
    waiting = [
        (layer["name"], number, _parsed(node["args"]), _parsed(node["kwargs"]))
        for layer in layers
        for number, node in enumerate(layer["inbound_nodes"])
    ]
    while waiting:
        late = []
        for call in waiting:
            tensors = [leaf for leaf in keras.tree.flatten(call[2:]) if isinstance(leaf, _Tensor)]
            if all((tensor.operation, tensor.number) in known for tensor in tensors):
                yield call
            else:
                late.append(call)
        waiting = late


def _parsed(value: Any) -> Any:
    """Return a serialized argument as Python knows it, with a _Tensor for each tensor of the graph."""
    if isinstance(value, list | tuple):
        return type(value)(_parsed(item) for item in value)
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__keras_tensor__":
        operation, number, index = value["config"]["keras_history"]
        return _Tensor(operation, number, index, tuple(value["config"]["shape"]))
    if "class_name" in value:
        return keras.saving.deserialize_keras_object(value)
    return {key: _parsed(item) for key, item in value.items()}


def _source(leaf: Any, known: dict[tuple[str, int], list[_Origin] | str]) -> Any:
    if not isinstance(leaf, _Tensor):
        return leaf
    return Source(*_origin(known, leaf.operation, leaf.number, leaf.index), leaf.shape)


def _origin(known: dict[tuple[str, int], list[_Origin] | str], operation: str, number: int, index: int) -> _Origin:
    made = known[operation, number]
    return (made, index) if isinstance(made, str) else made[index]


def _end(end: tuple[str, int, int], operations: dict[str, Any]) -> tuple[str, int, int]:
    """Return an output of the configuration; there, and only there, calls of a functional model count from 1."""
    name, number, index = end
    return name, number - isinstance(operations[name], keras.Function), index
