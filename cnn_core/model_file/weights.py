"""Which weights a layer has, in Keras's order, and where each file format keeps them."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from cnn_core.layers import KINDS, Layer
from cnn_core.layers.shapes import Shape
from cnn_core.layers.weights import NOT_TRAINED, weight_shapes
from cnn_core.model_file.configuration import Entry, Model
from cnn_core.network.network import snake_case

# What a layer has -----------------------------------------------------------------------------------------------------


class Weight(NamedTuple):
    """One array of a layer: its name in Keras and its shape."""

    name: str
    shape: Shape


def weights_of(layer: Layer, *inputs: Shape) -> tuple[Weight, ...]:
    """Return a layer's weights for its input shapes; none where it keeps nothing."""
    return tuple(Weight(name, shape) for name, shape in weight_shapes(layer, *inputs).items())


_NAMES: Final = frozenset(name for kind in KINDS.values() for name in kind.weight_names)


def contradicts(name: str, weight: Weight) -> bool:
    """Say whether a file calls something by the name of another weight; other names say nothing.

    >>> contradicts("conv/depthwise_kernel:0", Weight("kernel", (3, 3, 1, 1)))
    False
    >>> contradicts("norm/beta", Weight("gamma", (8,)))
    True
    """
    found = name.rpartition("/")[2].partition(":")[0]
    return found in _NAMES and not found.endswith(weight.name)


# Where it lies --------------------------------------------------------------------------------------------------------


class Wanted(NamedTuple):
    """One weight of an entry, the `number`-th."""

    entry: Entry
    number: int
    weight: Weight


class Place(NamedTuple):
    """A group of the file and all weights that must lie there, in order."""

    path: tuple[str, ...]
    weights: tuple[Wanted, ...]


Kept = dict[Entry, tuple[Weight, ...]]
"""The weights of each layer that has some."""


class _Numbering(NamedTuple):
    """How a version of Keras names the groups of a .keras file: under `home`, by the class, each counted by itself.

    A layer with weights stands in the list as often as `times`, and its first place is where they are.
    """

    home: str
    times: int


_OLD_HOME: Final = "_layer_checkpoint_dependencies"
_OLD_NUMBERINGS: Final = {
    "2.12": _Numbering(_OLD_HOME, 2),
    "2.13": _Numbering(_OLD_HOME, 2),
    "2.14": _Numbering(_OLD_HOME, 1),
}
_NUMBERING: Final = _Numbering("layers", 1)


def places_in_keras(model: Model, kept: Kept, version: str) -> Iterator[Place]:
    """Yield where a .keras file keeps the weights: `layers/<class>[_n]/vars`, counted a class, model within model.

    Args:
        version: of the Keras that wrote it, "2.13.1"; some call the groups otherwise and count them otherwise.
    """
    numbering = _OLD_NUMBERINGS.get(".".join(version.split(".")[:2]), _NUMBERING)
    return _numbered(model, kept, numbering, ())


def _numbered(model: Model, kept: Kept, numbering: _Numbering, inside: tuple[str, ...]) -> Iterator[Place]:
    counts: Counter[str] = Counter()
    for entry in model.entries:
        name = snake_case(entry.kind)
        path = (*inside, numbering.home, f"{name}_{counts[name]}" if counts[name] else name)
        counts[name] += numbering.times if _has_weights(entry, kept) else 1
        if entry.model:
            yield from _numbered(entry.model, kept, numbering, path)
        elif entry in kept:
            yield Place((*path, "vars"), tuple(Wanted(entry, i, weight) for i, weight in enumerate(kept[entry])))


def _has_weights(entry: Entry, kept: Kept) -> bool:
    return entry in kept or any(_has_weights(inner, kept) for inner in (entry.model.entries if entry.model else ()))


def places_in_h5(model: Model, kept: Kept, home: tuple[str, ...], *, old: bool) -> Iterator[Place]:
    """Yield where an .h5 file keeps the weights: `<home>/<layer>`, those of a nested model in one row.

    What is trained comes first there, then what is not: averages, and everything that was frozen. Keras 2 (`old`) also
    counts as frozen what stands in a frozen model within that nested model.
    """
    for entry in model.entries:
        row = list(_row(entry, kept, entry.trainable, old))
        if row:
            ordered = sorted(row, key=lambda item: not item[0])
            yield Place((*home, *entry.name.split("/")), tuple(wanted for _, wanted in ordered))


def _row(entry: Entry, kept: Kept, trained: bool, old: bool) -> Iterator[tuple[bool, Wanted]]:
    """Yield the weights in a layer or a nested model, and whether each was trained."""
    for inner in entry.model.entries if entry.model else ():
        yield from _row(inner, kept, trained and (entry.trainable or not old), old)
    for i, weight in enumerate(kept.get(entry, ())):
        yield trained and entry.trainable and weight.name not in NOT_TRAINED, Wanted(entry, i, weight)
