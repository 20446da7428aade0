"""A network: named layers in order, each with the names of the layers that it takes its input from.

A Network may be unfinished or wrong: someone is still designing it. `steps` walks it and raises at the first layer that
does not fit, so everything computed from a Network has been checked.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Final, NamedTuple

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import Input, Layer
from cnn_core.layers.shapes import Shape, output_shape, refuse_uncountable, show

INSIDE: Final = "."
"""Stands between a nested model's name and its layer's: TensorFlow allows it in a name, and a file system too."""


@dataclass(frozen=True)
class NamedLayer:
    """A layer in its place. `inputs` empty: the layer before. `trainable` False: frozen, as in transfer learning."""

    name: str
    layer: Layer
    inputs: tuple[str, ...] = ()
    trainable: bool = True

    @property
    def kind(self) -> str:
        return self.layer.kind


class Step(NamedTuple):
    """A layer with what goes in and what comes out.

    Networks repeat themselves: `like` is the position of the first step with an equal layer and equal input shapes,
    often an earlier one, and what these two decide needs to be found out there only.
    """

    named: NamedLayer
    sources: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    like: int


@dataclass(frozen=True)
class Network:
    """Layers in an order in which they can be computed; the first is the only Input."""

    layers: tuple[NamedLayer, ...]
    name: str = "network"

    @classmethod
    def of(cls, *layers: Layer | NamedLayer, name: str = "network") -> "Network":
        """Make a network of layers, naming those without a name as Keras does.

        >>> from cnn_core.layers import Dense, Input
        >>> [layer.name for layer in Network.of(Input((4,)), Dense(3), Dense(2)).layers]
        ['input', 'dense', 'dense_1']
        """
        return cls(tuple(name_layers(layers)), name)

    @classmethod
    def from_json(cls, text: str) -> "Network":
        """Read what `to_json` wrote; raises NetworkFileError, which names the place."""
        from cnn_core.network.files import read_network

        return read_network(text)

    def to_json(self) -> str:
        """Write the network with every setting; equal networks give equal text."""
        from cnn_core.network.files import write_network

        return write_network(self)

    def __getitem__(self, name: str) -> NamedLayer:
        """Return the layer called `name`; raises NetworkError."""
        for named in self.layers:
            if named.name == name:
                return named
        raise NetworkError(
            'There is no layer "{layer}". The layers are: {names}.',
            layer=name,
            names=", ".join(named.name for named in self.layers),
        )

    def steps(self) -> Iterator[Step]:
        """Walk the layers in order with their shapes; raises NetworkError at the first that does not fit."""
        if not self.layers or not isinstance(self.layers[0].layer, Input):
            raise NetworkError(
                "A network begins with an Input. Received: {kind}. Add an Input as the first layer.",
                kind=self.layers[0].kind if self.layers else "–",
                layer=self.layers[0].name if self.layers else None,
            )
        shapes: dict[str, Shape] = {}
        first: dict[tuple[Layer, tuple[Shape, ...]], int] = {}
        for position, named in enumerate(self.layers):
            try:
                sources = self._sources(position, shapes)
                inputs = tuple([shapes[source] for source in sources])
                like = first.setdefault((named.layer, inputs), position)
                shape = shapes[self.layers[like].name] if like < position else output_shape(named.layer, *inputs)
                refuse_uncountable(shape)
            except LayerError as error:
                raise at_layer(named, error) from error
            shapes[named.name] = shape
            yield Step(named, sources, inputs, shape, like)

    def output_names(self) -> tuple[str, ...]:
        """Return the names of the layers that nothing else takes its input from."""
        used = {source for step in self.steps() for source in step.sources}
        return tuple(named.name for named in self.layers if named.name not in used)

    def _sources(self, position: int, shapes: dict[str, Shape]) -> tuple[str, ...]:
        """Return the names that the layer takes its input from, after checking names and their number."""
        named = self.layers[position]
        check_name(named.name, shapes)
        fewest, most = named.layer.inputs
        sources = named.inputs or ((self.layers[position - 1].name,) if most else ())
        for source in sources:
            if source not in shapes:
                raise self._missing(named.name, source)
        if not fewest <= len(sources) <= most or (position and not most):
            raise _wrong_number(named, sources)
        return sources

    def _missing(self, name: str, source: str) -> LayerError:
        """Return the error for an input that is not there yet: none, one in a cycle, or one that comes later."""
        if source not in {named.name for named in self.layers}:
            return LayerError(
                'Its input "{source}" does not exist. Choose a layer above it.',
                source=source,
            )
        cycle = self._cycle(name)
        if cycle:
            return LayerError(
                "The layers form a cycle: {cycle}. Remove one of these connections.",
                cycle=" → ".join(cycle),
            )
        return LayerError('Its input "{source}" comes after it. Move "{source}" up.', source=source)

    def _cycle(self, start: str) -> list[str]:
        """Return the names along a cycle through `start`, or none."""
        sources = {
            named.name: named.inputs or tuple(before.name for before in self.layers[max(i - 1, 0) : i])
            for i, named in enumerate(self.layers)
        }
        trails = [[start]]
        seen: set[str] = set()
        while trails:
            trail = trails.pop()
            for source in sources.get(trail[-1], ()):
                if source == start:
                    return [start, *reversed(trail)]
                if source not in seen:
                    seen.add(source)
                    trails.append([*trail, source])
        return []


def check_name(name: str, taken: Collection[str]) -> None:
    """Raise LayerError where `name` cannot stand for a layer beside the names that are taken."""
    if not name.strip() or "/" in name or len(name) > 200 or not name.isprintable():
        raise LayerError(
            "A layer's name is 1 to 200 printable characters without a slash. Received: {name}.", name=repr(name[:80])
        )
    if name in taken:
        raise LayerError('The name "{name}" is used twice. Rename one of the two layers.', name=name)


def _wrong_number(named: NamedLayer, sources: tuple[str, ...]) -> LayerError:
    fewest, most = named.layer.inputs
    if not most:
        return LayerError("A network has one Input, and it comes first. Remove this one or its inputs.")
    if most == 1:
        return LayerError(
            "This layer takes one input. Received: {sources}. Join them with Add or Concatenate first.",
            sources=", ".join(sources),
        )
    return LayerError(
        "This layer takes {fewest} to {most} inputs. Received: {sources}. Name the layers that it joins.",
        fewest=fewest,
        most=most,
        sources=", ".join(sources),
    )


def at_layer(named: NamedLayer, error: LayerError) -> NetworkError:
    """Return the error that names the layer at fault."""
    return NetworkError('Layer "{layer}" ({kind}): {cause}', layer=named.name, kind=named.kind, cause=error)


@lru_cache(maxsize=256)
def snake_case(kind: str) -> str:
    """Return the name that Keras derives from a kind.

    >>> snake_case("Conv2DTranspose"), snake_case("MaxPooling2D")
    ('conv2d_transpose', 'max_pooling2d')
    """
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def free_name(kind: str, taken: Sequence[str] | set[str]) -> str:
    """Return the first of `conv2d`, `conv2d_1`, … that is not taken."""
    return next(name for name in _names_of(kind) if name not in taken)


def _names_of(kind: str) -> Iterator[str]:
    base = snake_case(kind)
    yield base
    yield from (f"{base}_{number}" for number in count(1))


class Names:
    """The names that are taken, where many are given one after another: each kind is counted on from its last."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._left: dict[str, Iterator[str]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, name: str) -> str:
        """Take this name, and return it."""
        self._taken.add(name)
        return name

    def take_free(self, kind: str) -> str:
        """Return what `free_name` gives, and take it.

        >>> names = Names(["dense_1"])
        >>> names.take_free("Dense"), names.take_free("Dense")
        ('dense', 'dense_2')
        """
        left = self._left.setdefault(kind, _names_of(kind))
        return self.take(next(name for name in left if name not in self._taken))


def name_layers(layers: Sequence[Layer | NamedLayer]) -> list[NamedLayer]:
    """Name the layers that have no name yet, in order."""
    names = Names(layer.name for layer in layers if isinstance(layer, NamedLayer))
    return [
        layer if isinstance(layer, NamedLayer) else NamedLayer(names.take_free(layer.kind), layer) for layer in layers
    ]


__all__ = ["NamedLayer", "Names", "Network", "Step", "check_name", "free_name", "name_layers", "show", "snake_case"]
