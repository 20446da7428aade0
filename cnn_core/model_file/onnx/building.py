"""A network that grows layer by layer, with names and weights, while a graph of ONNX is walked."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from math import prod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import Layer
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.layers.weights import weight_shapes
from cnn_core.model_file.graph import MOST_VALUES
from cnn_core.model_file.onnx.values import Order, Value, same_sequence, usual_order
from cnn_core.model_file.shown import shown
from cnn_core.network.files import LONGEST_NAME, MOST_LAYERS
from cnn_core.network.network import NamedLayer, Network, check_name, free_name

Array = npt.NDArray[np.float32]

MOST_RESHAPED: Final = 4
"""Axes of a Reshape of ours, without that of the batch."""


class Building:
    """The layers so far. `name` is what the next layer is called, and those that it needs beside it."""

    def __init__(self) -> None:
        self.name = ""
        self.weights: dict[str, tuple[Array, ...]] = {}
        self.display_names: dict[str, str] = {}
        self._layers: dict[str, tuple[Layer, tuple[str, ...]]] = {}
        self._shapes: dict[str, Shape] = {}
        self._count = 0
        self._note = ""

    def add(self, layer: Layer, *sources: Value, weights: Iterable[npt.NDArray[Any]] = (), suffix: str = "") -> str:
        """Add a layer and return its name; raises LayerError where it does not fit.

        Args:
            weights: in Keras's order.
            suffix: what is added to the name of the node where it takes several layers.
        """
        inputs = tuple(self._shapes[source.layer] for source in sources)
        shape = output_shape(layer, *inputs)
        self._allow(shape)
        arrays = tuple(np.ascontiguousarray(array, np.float32) for array in weights)
        needed = tuple(weight_shapes(layer, *inputs).values())
        if tuple(array.shape for array in arrays) != needed:
            raise LayerError(
                "Its weights do not have the shapes that its input needs. Received: {given}; {needed} are needed.",
                given=", ".join(show(array.shape) for array in arrays),
                needed=", ".join(map(show, needed)),
            )
        name = self._free_name(layer, suffix)
        self._layers[name] = layer, tuple(source.layer for source in sources)
        self._shapes[name] = shape
        if arrays:
            self.weights[name] = arrays
        return name

    def _allow(self, shape: Shape) -> None:
        self._count += prod(shape)
        if self._count > MOST_VALUES or len(self._layers) >= MOST_LAYERS:
            raise LayerError(
                "Up to here the network has too many layers or values. Received: {count} layers with {values} values "
                "together for one picture; at most {layers} and {most} are read. Use a smaller input or fewer layers.",
                count=f"{len(self._layers) + 1:,}",
                values=f"{self._count:,}",
                layers=f"{MOST_LAYERS:,}",
                most=f"{MOST_VALUES:,}",
            )

    def _free_name(self, layer: Layer, suffix: str) -> str:
        theirs = f"{self.name}_{suffix}" if suffix and self.name else self.name or suffix
        name = _numbered(theirs, self._layers)
        try:
            check_name(name, self._layers)
        except LayerError:
            name = free_name(layer.kind, set(self._layers))
            self.display_names[name] = shown(theirs, LONGEST_NAME)
        if self._note:
            self.display_names[name], self._note = self._note, ""
        return name

    def value(self, layer: Layer, *sources: Value, order: Order | None = None, **settings: Any) -> Value:
        """Add a layer and return its output; its axes stand as in the first source, if no order is given."""
        name = self.add(layer, *sources, **settings)
        return Value(name, self._shapes[name], sources[0].order if order is None else order)

    def each(self, layer: Layer, value: Value, *, is_positive: bool = False, **settings: Any) -> Value:
        """Add a layer that works value by value and return its output."""
        after = self.value(layer, value, **settings)
        return replace(after, before=value.before, is_positive=is_positive)

    def kind(self, name: str) -> Layer:
        return self._layers[name][0]

    def note(self, words: str) -> None:
        """Say how the file calls the next layer."""
        self._note = words

    def replace(self, name: str, layer: Layer, weights: tuple[Array, ...]) -> None:
        """Put another layer, which gives the same shape, in the place of one."""
        self._layers[name] = layer, self._layers[name][1]
        self.weights[name] = weights

    def network(self, outputs: Collection[str], name: str) -> Network:
        """Return those layers that the outputs need, and the input, as a network."""
        needed, first = set(outputs), next(iter(self._layers))
        for layer in reversed(self._layers):
            if layer in needed:
                needed.update(self._layers[layer][1])
        named: list[NamedLayer] = []
        for layer, (kind, sources) in self._layers.items():
            if layer in needed or layer == first:
                follows = bool(named) and sources == (named[-1].name,)
                named.append(NamedLayer(layer, kind, () if follows else sources))
        self.weights = {layer: self.weights[layer] for layer in self.weights if layer in needed}
        self.display_names = {layer: self.display_names[layer] for layer in self.display_names if layer in needed}
        try:
            check_name(name, ())
        except LayerError:
            name = "network"
        return Network(tuple(named), name)

    # Axes -------------------------------------------------------------------------------------------------------------

    def plain(self, value: Value) -> Value:
        """Return a row with its values in the sequence of ONNX's."""
        if value.before is None:
            return value
        shape, order = value.before
        again = Value(self.add(layers.Reshape(shape), value, suffix="maps"), shape, order)
        ordered = self.ordered(again, tuple(range(len(shape))))
        return replace(self.value(layers.Flatten(), ordered, order=(0,), suffix="row"), is_positive=value.is_positive)

    def ordered(self, value: Value, order: Order) -> Value:
        """Return the same tensor of ONNX with its axes in our output in another order."""
        value = self.plain(value)
        if value.order == order:
            return value
        axes = [value.order[order.index(axis)] for axis in range(len(order))]
        long = [axis for axis in axes if value.shape[axis] > 1]
        layer: Layer = layers.Permute(tuple(axis + 1 for axis in axes))
        if long == sorted(long):
            layer = layers.Reshape(tuple(value.shape[axis] for axis in axes))
        return replace(self.value(layer, value, order=order, suffix="order"), is_positive=value.is_positive)

    def with_last(self, value: Value, axis: int) -> Value:
        """Return the same tensor with one axis of ONNX's last in our output."""
        last = len(value.order) - 1
        if value.order[axis] == last:
            return value
        others = [other for other in range(last + 1) if other != axis]
        return self.ordered(value, tuple((*others, axis).index(other) for other in range(last + 1)))

    def usual(self, value: Value) -> Value:
        """Return the same tensor with height and width first in our output, its channels last."""
        return self.ordered(value, usual_order(len(value.order)))

    def maps(self, value: Value) -> Value:
        """Return a tensor of channels, height and width as maps of ours; raises LayerError for any other."""
        if len(value.shape) != 3:
            raise LayerError(
                "It works on maps here: tensors of batch, channels, height and width. Received: {axes} axes.",
                axes=len(value.shape) + 1,
            )
        return self.usual(value)

    def reshaped(self, value: Value, sizes: Shape) -> Value:
        """Return ONNX's tensor with the same values in other axes, as ONNX runs through them: the last one fastest."""
        if value.sizes == sizes:
            return value
        if len(sizes) == 1:
            return self._flattened(value)
        value = self.plain(value)
        if len(sizes) > MOST_RESHAPED:
            raise LayerError(
                "Tensors of at most {most} axes are read here. Received: {sizes}.",
                most=MOST_RESHAPED + 1,
                sizes=show(sizes),
            )
        if value.sizes[-2:] == sizes[-2:] and min(len(value.sizes), len(sizes)) >= 3:
            # The channels alone are divided or joined.
            value = self.usual(value)
            target = (*sizes[-2:], *sizes[:-2])
            return self._reshape(value, target, usual_order(len(sizes)))
        if not same_sequence(value):
            value = self.ordered(value, tuple(range(len(value.order))))
        order = usual_order(len(sizes))
        target = tuple(sizes[order.index(axis)] for axis in range(len(sizes)))
        if not same_sequence(Value("", target, order)):
            order, target = tuple(range(len(sizes))), sizes
        return self._reshape(value, target, order)

    def _reshape(self, value: Value, target: Shape, order: Order) -> Value:
        if value.shape == target:
            return replace(value, order=order)
        return replace(self.value(layers.Reshape(target), value, order=order), is_positive=value.is_positive)

    def _flattened(self, value: Value) -> Value:
        row = self.value(layers.Flatten(), value, order=(0,))
        before = None if same_sequence(value) else (value.shape, value.order)
        return replace(row, before=before, is_positive=value.is_positive)


def _numbered(name: str, taken: Collection[str]) -> str:
    """Return `name`, or the first of `name_1`, `name_2`, … that is not taken."""
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
