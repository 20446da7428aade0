"""A graph of ONNX as a network of ours: its nodes in order, numbers folded, the rest turned into layers."""

from collections import Counter
from typing import Final, NamedTuple

import numpy as np

from cnn_core import layers
from cnn_core.errors import LayerError, ModelFileError
from cnn_core.model_file.kinds import OPEN_SIDE
from cnn_core.model_file.onnx import operators
from cnn_core.model_file.onnx.building import Array, Building
from cnn_core.model_file.onnx.call import OPERATORS, Call, Tensor
from cnn_core.model_file.onnx.description import MOST_NUMBERS, Graph, GraphInput, Node
from cnn_core.model_file.onnx.folding import folded, is_foldable
from cnn_core.model_file.onnx.fusing import fused
from cnn_core.model_file.onnx.naming import names_of
from cnn_core.model_file.onnx.values import Order, Value, usual_order
from cnn_core.model_file.shown import shown
from cnn_core.network.network import Network
from cnn_core.sentences import N_

__all__ = ["FIRST_VERSION", "LAST_VERSION", "Walked", "operators", "walked"]

FIRST_VERSION: Final = 7
LAST_VERSION: Final = 27
"""Of ONNX's operators: from PyTorch 1.0 to what is known today. A later one may mean something else by a name."""

MOST_CHANNELS: Final = 4
"""Of a picture."""


_NO_COUNTERPART: Final = N_(
    "This operator of ONNX has no counterpart here. Replace it in the model, or export the part before it alone."
)
_PROGRAM: Final = N_("It contains graphs that run depending on the data. Export the model without loops and branches.")
_ROWS: Final = N_("It works on sequences, not on maps. Only networks for pictures are read here.")
_QUANTIZED: Final = N_("Quantized networks are not read here. Export the model in float32.")
_REASONS: Final = {
    **dict.fromkeys(("If", "Loop", "Scan", "SequenceMap"), _PROGRAM),
    **dict.fromkeys(("LSTM", "GRU", "RNN", "Attention"), _ROWS),
    **dict.fromkeys(("QLinearConv", "QuantizeLinear", "DequantizeLinear", "ConvInteger", "MatMulInteger"), _QUANTIZED),
}


class Walked(NamedTuple):
    """The network of a graph, the layers that are its outputs, and the weights and names of its layers.

    `is_open` says whether the graph leaves the picture's height or width open.
    """

    network: Network
    outputs: tuple[str, ...]
    weights: dict[str, tuple[Array, ...]]
    display_names: dict[str, str]
    is_open: bool


def walked(graph: Graph) -> Walked:
    """Return the network that a graph describes; raises ModelFileError, which names the node and its operator."""
    if not FIRST_VERSION <= graph.version <= LAST_VERSION:
        raise ModelFileError(
            "ONNX operators of versions {first} to {last} are read. Received: version {version}. Export the model "
            "with opset_version=17.",
            first=FIRST_VERSION,
            last=LAST_VERSION,
            version=graph.version,
        )
    walk = _Walk(graph)
    for node in walk.nodes:
        walk.take(node)
    outputs = walk.outputs()
    network = walk.building.network(outputs, graph.name)
    return Walked(network, outputs, walk.building.weights, walk.building.display_names, walk.is_open)


class _Walk:
    """All tensors that are known so far, by their names in the graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.nodes = fused(graph)
        self._names = names_of(self.nodes)
        self.building = Building()
        self._known: dict[str, Tensor] = dict(graph.constants)
        self._made = 0
        self._uses = Counter(name for node in self.nodes for name in node.inputs) + Counter(graph.outputs)
        self._batch = 1
        self._add_input()

    def _add_input(self) -> None:
        # Older files list the weights among the inputs too.
        inputs = [one for one in self._graph.inputs if one.name not in self._known and one.name in self._uses]
        if len(inputs) != 1:
            raise ModelFileError(
                "A network has one input here. Received: {count} inputs: {names}.",
                count=len(inputs),
                names=", ".join(shown(one.name) for one in inputs) or "–",
            )
        (graph_input,) = inputs
        batch, shape, order = _picture(graph_input)
        self.is_open = any(not size for size in (graph_input.sizes or ())[1:])
        self._batch = batch
        self.building.name = graph_input.name
        try:
            layer = layers.Input(shape)
            self._known[graph_input.name] = Value(self.building.add(layer), shape, order, is_positive=False)
        except LayerError as error:
            raise ModelFileError('Input "{name}": {cause}', name=shown(graph_input.name), cause=error) from error

    def take(self, node: Node) -> None:
        """Add what a node gives to what is known; raises ModelFileError."""
        try:
            call = self._call(node)
            made = folded(call) if is_foldable(call) else self._computed(call)
            call.finish()
            self._allow(made)
        except LayerError as error:
            raise node.refuse(error) from error
        for name, tensor in zip(node.outputs, made if isinstance(made, list) else [made], strict=False):
            if name in self._known:
                raise node.refuse(LayerError('Two nodes give "{name}".', name=shown(name)))
            if name:
                self._known[name] = tensor

    def _allow(self, made: Tensor | list[Tensor]) -> None:
        """Count the numbers that nodes make of numbers; raise LayerError where they are too many."""
        self._made += made.size if isinstance(made, np.ndarray) else 0
        if self._made > MOST_NUMBERS:
            raise LayerError(
                "Up to here the graph computes too many numbers. Received: {count}; at most {most} are allowed.",
                count=f"{self._made:,}",
                most=f"{MOST_NUMBERS:,}",
            )

    def _call(self, node: Node) -> Call:
        for name in node.inputs:
            if name in self._graph.unusable:
                raise LayerError(
                    'Its numbers "{name}" are of a type that is not supported. Received: {type}. Export the model '
                    "in float32, not quantized.",
                    name=shown(name),
                    type=shown(self._graph.unusable[name]),
                )
            if name and name not in self._known:
                raise LayerError(
                    'Its input "{name}" does not exist, comes later, or is a further output of a node. '
                    "Nodes come after those whose outputs they take.",
                    name=shown(name),
                )
        self.building.name = self._names[node]
        return Call(
            node,
            tuple(self._known[name] if name else None for name in node.inputs),
            self.building,
            self._graph.version,
            self._batch,
            all(name in self._graph.outputs and self._uses[name] == 1 for name in node.outputs),
            lambda number: self._uses[node.inputs[number]] == 1,
        )

    def _computed(self, call: Call) -> Tensor | list[Tensor]:
        if call.node.operator not in OPERATORS:
            raise LayerError(_REASONS.get(call.node.operator, _NO_COUNTERPART))
        return OPERATORS[call.node.operator](call)

    def outputs(self) -> tuple[str, ...]:
        """Return the layers that the graph's outputs are, their values in the sequence of ONNX's rows."""
        names = []
        for name in self._graph.outputs:
            found = self._known.get(name)
            if not isinstance(found, Value):
                raise ModelFileError('The output "{name}" is not computed from the picture.', name=shown(name))
            self.building.name = name
            names.append(self.building.usual(found).layer)
        if not names:
            raise ModelFileError("The graph has no output. Export the model again.")
        # The same output may be listed twice.
        return tuple(dict.fromkeys(names))


def _picture(graph_input: GraphInput) -> tuple[int, tuple[int, ...], Order]:
    """Return how many pictures the graph takes at once, their shape here, and the order of their axes in ONNX."""
    sizes = graph_input.sizes or ()
    if len(sizes) == 4:
        batch, first, _, last = sizes
        channels_last = last is not None and last <= MOST_CHANNELS and (first is None or first > MOST_CHANNELS)
        channels = last if channels_last else first
        if channels is not None and channels <= MOST_CHANNELS:
            height, width = (size or OPEN_SIDE for size in (sizes[1:3] if channels_last else sizes[2:4]))
            order = (0, 1, 2) if channels_last else usual_order(3)
            return batch or 1, (height, width, channels), order
    raise ModelFileError(
        'A network for pictures takes a tensor of batch, channels, height and width. Received: "{name}" of {sizes}. '
        "Export it with an example input of 1×3×224×224, or whatever size the network takes.",
        name=shown(graph_input.name),
        sizes="×".join("?" if size is None else str(size) for size in sizes) or "–",
    )
