"""A graph of ONNX that grows node by node, and what a layer is written with.

ONNX puts the channels first. So in the graph a map is (batch, channels, height, width), and everything else has its
axes as we have them, behind the batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, helper, numpy_helper

from cnn_core.layers.shapes import Shape

MAP: Final = 3
"""Axes of maps: height, width and channels."""
_FIRST: Final = (0, 3, 1, 2)
_LAST: Final = (0, 2, 3, 1)

Array = npt.NDArray[Any]


@dataclass
class Graph:
    """Nodes and tensors so far; what a node gives goes by its name.

    Attributes:
        layer: the layer that is being written; its nodes lie below it, as those of a module of PyTorch do.
    """

    nodes: list[NodeProto] = field(default_factory=list)
    tensors: list[TensorProto] = field(default_factory=list)
    layer: str = ""
    _moved: dict[str, str] = field(default_factory=dict)

    def add(self, operator: str, *inputs: str | Array, **settings: Any) -> str:
        """Add a node and return what it gives; arrays become tensors of the file."""
        names = [one if isinstance(one, str) else self._tensor(one) for one in inputs]
        # No layer's name has a slash, and what comes out goes by the names of layers.
        name = f"/{self.layer}/{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, names, [name], name=name, **settings))
        return name

    def _tensor(self, values: Array) -> str:
        name = f"/{self.layer}/tensor_{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def channels_last(self, name: str, shape: Shape) -> str:
        """Return a value with its axes as we have them."""
        return self._turned(name, _LAST) if len(shape) == MAP else name

    def channels_first(self, name: str, shape: Shape) -> str:
        """Return what has its axes as we have them as the value that other layers take."""
        return self._turned(name, _FIRST) if len(shape) == MAP else name

    def _turned(self, name: str, order: Sequence[int]) -> str:
        # Two that follow one another cancel.
        if name in self._moved:
            return self._moved[name]
        turned = self.add("Transpose", name, perm=order)
        self._moved[turned] = name
        return turned


@dataclass(frozen=True, eq=False)
class Writing:
    """A layer on its way into a graph.

    Attributes:
        inputs: what goes in, by name.
        shapes, output_shape: of what goes in and comes out, without the batch.
        weights: by Keras's names, as Keras has them.
    """

    graph: Graph
    inputs: tuple[str, ...]
    shapes: tuple[Shape, ...]
    output_shape: Shape
    weights: Mapping[str, Array]

    @property
    def x(self) -> str:
        return self.inputs[0]

    @property
    def shape(self) -> Shape:
        return self.shapes[0]

    def __call__(self, operator: str, *inputs: str | Array, **settings: Any) -> str:
        return self.graph.add(operator, *inputs, **settings)

    def last(self) -> str:
        """Return the first input with its axes as we have them."""
        return self.graph.channels_last(self.x, self.shape)

    def first(self, name: str) -> str:
        """Return what has its axes as we have them, as the layer's output."""
        return self.graph.channels_first(name, self.output_shape)

    def a_channel(self, numbers: Array) -> Array:
        """Return one number a channel so that it goes with the layer's input."""
        numbers = np.asarray(numbers, np.float32)
        return numbers.reshape(-1, 1, 1) if len(self.shape) == MAP else numbers
