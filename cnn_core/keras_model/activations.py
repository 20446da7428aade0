"""What every layer of a model makes of one input, in one pass."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from cachetools import LRUCache

from cnn_core.errors import CnnError
from cnn_core.keras_model.grouped import computed_by
from cnn_core.keras_model.walk import LOCK, Call, Graph, Source, read_graph
from cnn_core.layers.shapes import Shape, show
from cnn_core.steps import Step, taking

Array = npt.NDArray[np.float32]
Names = tuple[str, ...] | None

MOST_TRACES: Final = 8
"""How many selections of layers (and input sizes, where the model leaves them open) stay traced for one model."""


def feature_maps(
    model: keras.Model, pixels: npt.ArrayLike, layer_names: Sequence[str] | None = None
) -> dict[str, Array]:
    """Return the outputs of layers for one input, all computed in a single pass without training.

    The names are those of `network_from_keras`. The first call for a selection of layers traces it (seconds for a large
    model); the trace is kept while the model lives and follows its weights, but no later change of a layer's settings.

    Args:
        model: a Sequential or functional model with one input; any number of outputs.
        pixels: (height, width, channels), or (units,) for a model of plain numbers; enters the model as it is.
        layer_names: None for every layer, the input among them.

    Returns:
        name → read-only float32 array, (height, width, channels) or (units,), in the order asked for.

    Raises:
        CnnError: an unknown layer, another input size than the model's, or an input that the model cannot compute.
    """
    values = input_values(pixels)
    known = _known(model)
    names = None if layer_names is None else tuple(layer_names)
    traced = known.find(values.shape, names)
    if traced is not None:
        return traced.run(values)
    # The first call of a trace optimizes it, which no other thread may disturb.
    with LOCK, taking(Step.TRACING):
        traced = known.find(values.shape, names) or _trace(known.graph, values.shape, names)
        outputs = traced.run(values)
        known.keep(values.shape, names, traced)
    return outputs


def output_names(model: keras.Model) -> tuple[str, ...]:
    """Return the names of the layers whose outputs the model gives, in its own order."""
    return tuple(dict.fromkeys(source.call for source in graph_of(model).outputs))


def operations(model: keras.Model) -> dict[str, Any]:
    """Return what Keras computes each layer with, by the names of `network_from_keras`, which are not always Keras's.

    Raises:
        NetworkError: a model whose connections are in its program.
    """
    return {call.name: call.operation for call in graph_of(model).calls}


def layer_weights(model: keras.Model, name: str) -> tuple[Array, ...]:
    """Return a layer's arrays in Keras's order, none for an operation that keeps none; `name` as in `operations`."""
    operation = operations(model)[name]
    return tuple(operation.get_weights()) if isinstance(operation, keras.layers.Layer) else ()


def graph_of(model: keras.Model) -> Graph:
    """Return the model's graph, read anew where layers were added or taken away; raises as `read_graph` does."""
    return _known(model).graph


def input_values(pixels: npt.ArrayLike) -> Array:
    """Return an input as float32, in its own shape; raises CnnError where it holds no numbers."""
    values = np.asarray(pixels)
    if values.dtype.kind not in "fiub":
        raise CnnError("The input must be an array of numbers. Received: {dtype}.", dtype=values.dtype)
    return values.astype(np.float32, copy=False)


@contextmanager
def computing(shape: Shape) -> Iterator[None]:
    """Turn what TensorFlow refuses to compute for an input of this shape into a CnnError."""
    try:
        yield
    except tf.errors.OpError as error:
        raise CnnError(
            "TensorFlow cannot compute this model here: it does not support the settings of one of its layers on "
            "this computer, or there is too little memory. Received: an input of {shape}.",
            shape=show(shape),
        ) from error


@dataclass(frozen=True)
class _Traced:
    """A compiled pass: `positions` says which of its outputs belongs to which name."""

    function: Callable[[Any], list[Any]]
    positions: dict[str, int]

    def run(self, values: Array) -> dict[str, Array]:
        with computing(values.shape):
            outputs = self.function(tf.constant(values[np.newaxis]))
        arrays = [_view(output) for output in outputs]
        return {name: arrays[position] for name, position in self.positions.items()}


def _view(output: Any) -> Array:
    """Return TensorFlow's own memory as an array: copying all layers of MobileNetV2 would take longer than the pass."""
    array: Array = np.asarray(output)[0]
    array.flags.writeable = False
    return array


_table: Final = Lock()


def _few_traces() -> "LRUCache[tuple[Shape, Names], _Traced]":
    return LRUCache(MOST_TRACES)


@dataclass(frozen=True)
class _Known:
    """What is kept of one model. It must not refer to the model itself, or the model would never be freed."""

    ends: tuple[Any, ...]
    graph: Graph
    traces: "LRUCache[tuple[Shape, Names], _Traced]" = field(default_factory=_few_traces)

    def find(self, shape: Shape, names: Names) -> _Traced | None:
        with _table:
            return self.traces.get((shape, names))

    def keep(self, shape: Shape, names: Names, traced: _Traced) -> None:
        with _table:
            self.traces[shape, names] = traced


_models: WeakKeyDictionary[keras.Model, _Known] = WeakKeyDictionary()


def _known(model: keras.Model) -> _Known:
    """Return what is kept of the model, read anew where layers were added to it or taken away."""
    ends = tuple(getattr(model, "outputs", ()))
    known = _kept(model, ends)
    if known is None:
        with LOCK:
            known = _kept(model, ends) or _Known(ends, read_graph(model))
            with _table:
                _models[model] = known
    return known


def _kept(model: keras.Model, ends: tuple[Any, ...]) -> _Known | None:
    with _table:
        known = _models.get(model)
    # By identity: `==` between Keras's tensors makes a new tensor.
    same = known is not None and list(map(id, known.ends)) == list(map(id, ends))
    return known if same else None


def _trace(graph: Graph, shape: Shape, names: Names) -> _Traced:
    """Compile one pass that gives the named layers' outputs, each tensor once."""
    check_input(graph, shape)
    check_names(graph, names)
    positions: dict[str, int] = {}

    def compute(values: Any) -> list[Any]:
        made = outputs_of(graph, values)
        single = {name: outputs[0] for name, outputs in made.items() if len(outputs) == 1}
        distinct: dict[Any, int] = {}
        for name in single if names is None else names:
            positions[name] = distinct.setdefault(_only(single, name).ref(), len(distinct))
        return [tf.cast(reference.deref(), tf.float32) for reference in distinct]

    # Autograph would rewrite Python's `if`, of which Keras's layers have none that depend on values: 3 times slower.
    function = tf.function(compute, autograph=False)
    return _Traced(function.get_concrete_function(tf.TensorSpec((1, *shape), tf.float32)), positions)


def outputs_of(graph: Graph, values: Any) -> dict[str, list[Any]]:
    """Return the outputs of every call, by its name, without training; for use while a pass is traced.

    What nobody asks for is dropped from the compiled pass by TensorFlow.

    Args:
        values: a tensor, (inputs, height, width, channels) or (inputs, units).

    Raises:
        CnnError: a layer that cannot be computed for an input of this size.
    """
    first = graph.inputs[0].call
    made = {first: [tf.cast(values, graph.calls[0].operation.dtype)]}
    # Inside a scope TensorFlow also takes the names of strangers that begin with an underscore.
    with tf.name_scope("network"):
        for call in graph.calls[1:]:
            made[call.name] = _apply(call, made)
    return made


def outputs_behind(graph: Graph, name: str, values: Any) -> dict[str, list[Any]]:
    """Return what the calls behind one make of other values than its own, without training; it is among them.

    Those that take something else besides are left out, with all behind them.

    Args:
        values: a tensor, (inputs, height, width, channels) or (inputs, units).
    """
    made = {name: [values]}
    for call in graph.calls:
        if call.sources and call.name != name and all(source.call in made for source in call.sources):
            made[call.name] = _apply(call, made)
    return made


def _apply(call: Call, made: dict[str, list[Any]]) -> list[Any]:
    def filled(leaf: Any) -> Any:
        return made[leaf.call][leaf.index] if isinstance(leaf, Source) else leaf

    args, kwargs = keras.tree.map_structure(filled, (call.args, call.kwargs))
    if "training" in kwargs:
        kwargs["training"] = False
    try:
        outputs: list[Any] = keras.tree.flatten(computed_by(call.operation)(*args, **kwargs))
    # Keras and TensorFlow raise whatever they like here, with colour codes in the text.
    except Exception as error:
        raise CnnError(
            'Layer "{layer}" ({kind}) cannot be computed for an input of {shape}. Use an input of a different size, '
            "or a different model.",
            layer=call.name,
            kind=type(call.operation).__name__,
            shape=" and ".join(show(made[source.call][source.index].shape[1:]) for source in call.sources),
        ) from error
    return outputs


def _only(single: dict[str, Any], name: str) -> Any:
    if name not in single:
        raise CnnError('Layer "{layer}" gives several outputs; only layers with one can be shown.', layer=name)
    return single[name]


def check_input(graph: Graph, shape: Shape) -> None:
    """Raise CnnError where one input of this shape, without the batch axis, is not what the model takes."""
    if len(graph.inputs) > 1:
        raise CnnError(
            "The model takes several inputs, so a single one is not enough. Received: a model with {count} inputs.",
            count=len(graph.inputs),
        )
    sizes = graph.inputs[0].shape[1:]
    fits = len(sizes) == len(shape) and all(
        own > 0 if size is None else size == own for size, own in zip(sizes, shape, strict=True)
    )
    if not fits:
        raise CnnError(
            "The input does not have the model's input size. Received: {received}; the model takes {expected}. "
            "Resize it, or convert its channels.",
            received=show(shape) or "one number",
            expected="×".join("?" if size is None else str(size) for size in sizes),
        )


def check_names(graph: Graph, names: Names) -> None:
    """Raise CnnError where one of the names, if any, is no layer's."""
    known = {call.name for call in graph.calls}
    for name in names or ():
        if name not in known:
            raise CnnError(
                'There is no layer "{layer}". The layers are: {names}.',
                layer=name,
                names=", ".join(call.name for call in graph.calls),
            )
