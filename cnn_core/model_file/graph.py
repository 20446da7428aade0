"""The layers that a description's entries stand for, in an order in which they can be computed."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Final

from cnn_core.errors import LayerError, ModelFileError
from cnn_core.layers import Input, Layer
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.model_file.arithmetic import Numbers
from cnn_core.model_file.configuration import Argument, Entry, Model, Reference
from cnn_core.model_file.kinds import layers_of
from cnn_core.model_file.shown import shown
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.network import snake_case

MOST_VALUES: Final = 2**29
"""Of all outputs for one picture together: 2 GB. EfficientNetB5 at 456×456 pixels has 358 million, B7 at 600×600 twice
as many as this."""


@dataclass(frozen=True, eq=False)
class FileCall:
    """A layer applied once. `sources` are positions in the list of calls, all before its own.

    `path` holds the names of the models around it, outermost first.
    """

    entry: Entry
    path: tuple[str, ...]
    layer: Layer
    sources: tuple[int, ...]
    input_shapes: tuple[Shape, ...]
    shape: Shape


@dataclass(frozen=True)
class FileGraph:
    """All calls, the input first, and the positions of those that are the model's outputs."""

    calls: tuple[FileCall, ...]
    outputs: tuple[int, ...]

    @property
    def is_open(self) -> bool:
        """Say whether the input leaves its height or width open."""
        settings = self.calls[0].entry.settings
        shape = settings.get("batch_shape") or settings.get("batch_input_shape") or ()
        return None in shape[1:]

    def used(self) -> list[int]:
        """Return the positions of the calls that the outputs need, and of the input, in order."""
        needed = {0, *self.outputs}
        for position in reversed(range(len(self.calls))):
            if position in needed:
                needed.update(self.calls[position].sources)
        return sorted(needed)


def file_graph(model: Model, *, old: bool) -> FileGraph:
    """Return the model's calls, those of nested models in their place; raises ModelFileError, which names the layer.

    Args:
        old: whether Keras 2 wrote the description.
    """
    walk = _Walk(old)
    first = walk.add(_input(model), (), ())
    outputs = walk.add_model(model, (), [first])
    return FileGraph(tuple(walk.calls), tuple(outputs))


def _input(model: Model) -> Entry:
    """Return the one input; a chain may leave it to its first layer to know it."""
    if len(model.inputs) > 1:
        raise ModelFileError(
            "A network has one input here. Received: {count} inputs: {names}. Save a model of the part that takes the "
            "picture alone.",
            count=len(model.inputs),
            names=", ".join(shown(reference.name) for reference in model.inputs),
        )
    named = [reference.name for reference in model.inputs]
    first = next((entry for entry in model.entries if model.is_chain or entry.name in named), None)
    if first is not None and first.model and model.is_chain:
        return _input(first.model)
    if first is not None and first.kind == "InputLayer":
        return first
    settings = first.settings if first is not None and model.is_chain else {}
    shape = settings.get("batch_input_shape") or settings.get("batch_shape") or model.input_shape
    if shape is None:
        raise ModelFileError(
            'The model "{name}" does not know its input size yet. Add keras.Input(shape) as its first layer.',
            name=shown(model.name),
        )
    return Entry("InputLayer", "input", {"batch_shape": shape})


class _Walk:
    """Collects calls; nested models leave theirs in the same list."""

    def __init__(self, old: bool) -> None:
        self.calls: list[FileCall] = []
        self._old = old
        self._values = 0

    def add(self, entry: Entry, path: tuple[str, ...], arguments: Iterable[int | Numbers]) -> int:
        """Add a call of a layer that is no model and return its position; of several layers the last."""
        arguments = tuple(arguments)
        sources = tuple(argument for argument in arguments if isinstance(argument, int))
        shapes = tuple(self.calls[source].shape for source in sources)
        constants = tuple(None if isinstance(argument, int) else argument for argument in arguments)
        try:
            sizes = shapes[0] if shapes else ()
            layer, *behind = layers_of(entry.kind, entry.settings, sizes, constants, old=self._old)
            self._append(entry, path, layer, sources)
            for one in behind:
                follower = Entry(one.kind, f"{entry.name}_{snake_case(one.kind)}", {})
                self._append(follower, path, one, (len(self.calls) - 1,))
        except LayerError as error:
            raise entry.refuse(error) from error
        return len(self.calls) - 1

    def _append(self, entry: Entry, path: tuple[str, ...], layer: Layer, sources: tuple[int, ...]) -> None:
        shapes = tuple(self.calls[source].shape for source in sources)
        _check_number(layer, len(sources), first=not self.calls)
        shape = output_shape(layer, *shapes)
        self._allow(shape)
        self.calls.append(FileCall(entry, path, layer, sources, shapes, shape))

    def _allow(self, shape: Shape) -> None:
        """Count a layer and its output; raise LayerError where it is too much for one computer."""
        self._values += prod(shape)
        if self._values > MOST_VALUES or len(self.calls) >= MOST_LAYERS:
            raise LayerError(
                "Up to here the network has too many layers or values. Received: {count} layers with {values} values "
                "together for one picture; at most {layers} and {most} are read. Use a smaller input or fewer layers.",
                count=f"{len(self.calls) + 1:,}",
                values=f"{self._values:,}",
                layers=f"{MOST_LAYERS:,}",
                most=f"{MOST_VALUES:,}",
            )

    def add_model(self, model: Model, path: tuple[str, ...], inputs: list[int]) -> list[int]:
        """Add the calls of a model fed by `inputs` and return the positions of its outputs."""
        return self._add_chain(model, path, inputs) if model.is_chain else self._add_graph(model, path, inputs)

    def _add_entry(self, entry: Entry, path: tuple[str, ...], arguments: Iterable[int | Numbers]) -> list[int]:
        if entry.model is None:
            return [self.add(entry, path, arguments)]
        inputs = [argument for argument in arguments if isinstance(argument, int)]
        return self.add_model(entry.model, (*path, entry.name), inputs)

    def _add_chain(self, model: Model, path: tuple[str, ...], ends: list[int]) -> list[int]:
        for entry in model.entries:
            if entry.kind != "InputLayer":
                ends = self._add_entry(entry, path, ends)
        return ends

    def _add_graph(self, model: Model, path: tuple[str, ...], inputs: list[int]) -> list[int]:
        """Add each call when its inputs are known: a layer that is called twice may wait for one that comes later."""
        known = _Known(model, inputs)
        waiting = [(entry, number, call) for entry in model.entries for number, call in enumerate(entry.calls)]
        while waiting:
            late = []
            for entry, number, call in waiting:
                if all(known.has(argument) for argument in call):
                    arguments = [known.find(argument, entry) for argument in call]
                    known.enter(entry, number, self._add_entry(entry, path, arguments))
                else:
                    late.append((entry, number, call))
            if len(late) == len(waiting):
                raise late[0][0].refuse(_nowhere(late[0][2]))
            waiting = late
        return known.outputs()


class _Known:
    """The outputs of those layers of one model that have been added."""

    def __init__(self, model: Model, inputs: list[int]) -> None:
        if len(model.inputs) != len(inputs):
            raise ModelFileError(
                'The model "{name}" is given the wrong number of inputs. Received: {count} for {expected}.',
                name=shown(model.name),
                count=len(inputs),
                expected=len(model.inputs),
            )
        self._model = model
        self._nested = {entry.name for entry in model.entries if entry.model}
        self._positions = {
            (reference.name, 0): [position] for reference, position in zip(model.inputs, inputs, strict=True)
        }

    def _key(self, name: str, call: int) -> tuple[str, int]:
        # A nested model is called once; the versions of Keras count that call from 0 or from 1.
        return name, 0 if name in self._nested else call

    def enter(self, entry: Entry, call: int, positions: list[int]) -> None:
        """Remember the outputs of a call."""
        if entry.model and call:
            raise entry.refuse(
                LayerError("A model within the model can be used only once here. Use a copy at each place.")
            )
        self._positions[self._key(entry.name, call)] = positions

    def has(self, argument: Argument) -> bool:
        return not isinstance(argument, Reference) or self._key(argument.name, argument.call) in self._positions

    def find(self, argument: Argument, entry: Entry) -> int | Numbers:
        """Return the position of what `entry` refers to; numbers come back as they are."""
        return self._position(argument, entry) if isinstance(argument, Reference) else argument

    def _position(self, reference: Reference, entry: Entry) -> int:
        positions = self._positions[self._key(reference.name, reference.call)]
        if not 0 <= reference.output < len(positions):
            raise entry.refuse(LayerError("It uses a second output of a layer; layers here have one."))
        return positions[reference.output]

    def outputs(self) -> list[int]:
        """Return the positions of the model's outputs."""
        whole = Entry("Functional", self._model.name, {})
        if not all(map(self.has, self._model.outputs)) or not self._model.outputs:
            raise whole.refuse(_nowhere(self._model.outputs))
        return [self._position(reference, whole) for reference in self._model.outputs]


def _check_number(layer: Layer, count: int, *, first: bool) -> None:
    fewest, most = layer.inputs
    if not fewest <= count <= most or first is not isinstance(layer, Input):
        raise LayerError(
            "This layer takes {fewest} to {most} inputs. Received: {count}.", fewest=fewest, most=most, count=count
        )


def _nowhere(call: tuple[Argument, ...]) -> LayerError:
    names = [shown(argument.name) for argument in call if isinstance(argument, Reference)]
    return LayerError(
        "Its inputs do not exist, or the layers form a cycle. Received: {names}. Save the "
        "model again with model.save().",
        names=", ".join(names[:5]),
    )
