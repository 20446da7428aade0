"""Edits of a network: pure functions from one Network to another.

A layer whose input is the layer directly above it follows its place: what stands above it after an edit is its input.
A layer that names any other input keeps it. An edited network may not fit together; walking it says where.
"""

import dataclasses
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import (
    KINDS,
    Input,
    Layer,
)
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.network import NamedLayer, Names, Network, check_name, free_name


def starter(kind: str) -> Layer:
    """Return what a new layer of this kind begins with: Keras's defaults where there are some.

    >>> starter("MaxPooling2D").pool_size, starter("Dense").units
    ((2, 2), 64)
    """
    return KINDS[kind](**KINDS[kind].starter)


def convert(layer: Layer, kind: str) -> Layer:
    """Return a layer of another kind that keeps the settings which both kinds have.

    >>> from cnn_core.layers import Conv2D
    >>> convert(Conv2D(8, 5), "SeparableConv2D").filters
    8
    """
    first = starter(kind)
    values = {name: getattr(first, name) for name in first.settings()}
    for name, rule in first.settings().items():
        if name in layer.settings():
            try:
                values[name] = rule.read(getattr(layer, name))
            except LayerError:
                continue
    try:
        return KINDS[kind](**values)
    except LayerError:
        return first


def insert(network: Network, position: int, layer: Layer, inputs: Iterable[str] = ()) -> Network:
    """Put a layer at `position`, on the way from the layer above that place to the layer below it.

    Without `inputs` it takes its input from the layer above. Its name is made of its kind.
    """
    if len(network.layers) >= MOST_LAYERS:
        raise NetworkError("A network has at most {most} layers. Remove one before adding another.", most=MOST_LAYERS)
    if position < _first_free(network):
        raise NetworkError("Nothing comes before the Input. Add the layer below it.")
    name = free_name(layer.kind, {named.name for named in network.layers})
    layers = list(network.layers)
    position = min(position, len(layers))
    if 0 < position < len(layers):
        above, below = layers[position - 1].name, layers[position]
        layers[position] = dataclasses.replace(
            below, inputs=tuple(name if one == above else one for one in below.inputs)
        )
    layers.insert(position, NamedLayer(name, layer, tuple(inputs)))
    return _settled(network, layers)


def splice(network: Network, above: str, part: Network) -> Network:
    """Put the layers of another network below the layer called `above`, which takes the place of its Input.

    They get names that are free here. The layer that stood below `above`, where that was its input, now takes the last
    of them.
    """
    at = place(network, above)
    taken = Names(named.name for named in network.layers)
    names = {named.name: above for named in part.layers[:1] if isinstance(named.layer, Input)}
    pasted = []
    for named in part.layers[len(names) :]:
        made = _is_made_of(named.name, named.kind) or named.name in taken
        names[named.name] = taken.take_free(named.kind) if made else taken.take(named.name)
        inputs = tuple(names.get(source, source) for source in named.inputs)
        pasted.append(dataclasses.replace(named, name=names[named.name], inputs=inputs))
    if len(network.layers) + len(pasted) > MOST_LAYERS:
        raise NetworkError("A network has at most {most} layers. Remove one before adding another.", most=MOST_LAYERS)
    below = list(network.layers[at + 1 :])
    if below and pasted:
        inputs = tuple(pasted[-1].name if one == above else one for one in below[0].inputs)
        below[0] = dataclasses.replace(below[0], inputs=inputs)
    return _settled(network, [*network.layers[: at + 1], *pasted, *below])


def part_of(network: Network, names: Collection[str]) -> Network:
    """Return some layers as a network of their own, behind an Input of the shape that the first of them gets.

    Inputs from layers that are left out come from the nearest layer before these, or from the Input. Where it is not
    known what the first layer gets, for the network does not fit together above it, the Input is 28×28×1.
    """
    chosen = [named for named in network.layers if named.name in names and not isinstance(named.layer, Input)]
    shape = _input_shape(network, chosen[0].name) if chosen else None
    start = NamedLayer(free_name("Input", {named.name for named in chosen}), Input(shape or (28, 28, 1)))
    kept = [start]
    for named in chosen:
        known = {before.name for before in kept}
        wanted = sources(network, place(network, named.name))
        found = (_nearest(network, source, known) or start.name for source in wanted)
        inputs = tuple(dict.fromkeys(found))
        kept.append(dataclasses.replace(named, inputs=inputs))
    return _settled(dataclasses.replace(network, layers=()), kept)


def _nearest(network: Network, name: str, known: Collection[str]) -> str | None:
    """Return the layer of this name if it is known, else the first known one on the way up from it."""
    places = {named.name: position for position, named in enumerate(network.layers)}
    at = len(places)
    # Only ever upwards: what takes its input from below does not fit together yet.
    while name in places and places[name] < at:
        if name in known:
            return name
        at = places[name]
        name = next(iter(sources(network, at)), "")
    return None


def _input_shape(network: Network, name: str) -> tuple[int, ...] | None:
    try:
        return next(step.input_shapes[0] for step in network.steps() if step.named.name == name)
    except NetworkError:
        return None


def repeat(network: Network, names: Collection[str], times: int) -> Network:
    """Put so many copies of some layers below the last of them, one behind the other."""
    part = part_of(network, names)
    above = next(named.name for named in reversed(network.layers) if named.name in names)
    for _ in range(times):
        network = splice(network, above, part)
        above = network.layers[place(network, above) + len(part.layers) - 1].name
    return network


def replace(network: Network, name: str, layer: Layer) -> Network:
    """Put another layer in the place of the one called `name`, which keeps its name and inputs."""
    at = place(network, name)
    if isinstance(network.layers[at].layer, Input) != isinstance(layer, Input):
        raise _keep_input(name)
    layers = list(network.layers)
    layers[at] = dataclasses.replace(layers[at], layer=layer)
    return _settled(network, layers)


def named_as(network: Network, before: Network) -> Network:
    """Return a network whose equal layers are called as in another one; only names made of their kind are replaced.

    >>> from cnn_core.layers import Flatten
    >>> before = Network((NamedLayer("picture", Input((8, 8, 1))), NamedLayer("row", Flatten())))
    >>> [named.name for named in named_as(Network.of(Input((9, 9, 1)), Flatten()), before).layers]
    ['input', 'row']
    """
    ours, theirs = ([named.layer for named in one.layers] for one in (network, before))
    names = {}
    for block in SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            named = network.layers[block.b + offset]
            if _is_made_of(named.name, named.kind):
                names[named.name] = before.layers[block.a + offset].name
    taken = Names(names.values())
    for named in network.layers:
        if named.name not in names:
            # What was said stays; what was only counted is counted again beside the names from before.
            made = named.name in taken and _is_made_of(named.name, named.kind)
            names[named.name] = taken.take_free(named.kind) if made else taken.take(named.name)
    if len(set(names.values())) < len(network.layers):
        return network
    return dataclasses.replace(
        network,
        layers=tuple(
            dataclasses.replace(named, name=names[named.name], inputs=tuple(names[one] for one in named.inputs))
            for named in network.layers
        ),
    )


def change_kind(network: Network, name: str, kind: str) -> Network:
    """Make a layer one of another kind; a name that was made of the old kind is made anew."""
    old = network[name]
    if old.kind == kind:
        return network
    result = replace(network, name, convert(old.layer, kind))
    others = {named.name for named in network.layers} - {name}
    if _is_made_of(name, old.kind):
        result = rename(result, name, free_name(kind, others))
    return result


def rename(network: Network, name: str, new_name: str) -> Network:
    """Give a layer another name; those that name it as their input follow."""
    at = place(network, name)
    check_name(new_name, {named.name for named in network.layers} - {name})
    layers = [
        dataclasses.replace(named, inputs=tuple(new_name if one == name else one for one in named.inputs))
        for named in network.layers
    ]
    layers[at] = dataclasses.replace(layers[at], name=new_name)
    return _settled(network, layers)


def move(network: Network, names: str | Collection[str], by: int) -> Network:
    """Move a layer, or several together, down by so many places, or up where `by` is negative.

    They go as far as there is room, and keep their distances.
    """
    wanted = {names} if isinstance(names, str) else set(names)
    layers = list(_settled(network, network.layers).layers)
    chosen = [named for named in layers if named.name in wanted]
    for named in chosen:
        if isinstance(named.layer, Input):
            raise _keep_input(named.name)
    places = [place(network, name) for name in wanted]
    by = max(min(by, len(layers) - 1 - max(places)), _first_free(network) - min(places))
    # The ones in front go first, so that none passes another.
    for named in chosen if by < 0 else reversed(chosen):
        at = layers.index(named)
        layers.insert(at + by, layers.pop(at))
    return _settled(network, layers)


def duplicate(network: Network, name: str) -> Network:
    """Put a copy of a layer below it; a copy of a merge joins the same layers."""
    at = place(network, name)
    named = network.layers[at]
    if isinstance(named.layer, Input):
        raise _keep_input(name)
    result = insert(network, at + 1, named.layer, named.inputs if named.layer.inputs[1] > 1 else ())
    layers = list(result.layers)
    layers[at + 1] = dataclasses.replace(layers[at + 1], trainable=named.trainable)
    return dataclasses.replace(result, layers=tuple(layers))


def remove(network: Network, name: str) -> Network:
    """Take a layer away; those that took their input from it now take what it took."""
    at = place(network, name)
    if isinstance(network.layers[at].layer, Input) and not at:
        raise _keep_input(name)
    instead = sources(network, at)
    layers = []
    for position, named in enumerate(network.layers):
        taken = sources(network, position)
        if name in taken:
            # One source for a layer that takes one: what was joined here is no longer joined.
            found = instead if named.layer.inputs[1] > 1 else instead[:1]
            named = dataclasses.replace(
                named, inputs=tuple(one for old in taken for one in (found if old == name else (old,)))
            )
        if position != at:
            layers.append(named)
    return _settled(network, layers)


def rewire(network: Network, name: str, inputs: Iterable[str]) -> Network:
    """Let a layer take its input from the layers with these names."""
    at, inputs = place(network, name), tuple(inputs)
    for source in inputs:
        place(network, source)
    layers = list(network.layers)
    layers[at] = dataclasses.replace(layers[at], inputs=inputs)
    return _settled(network, layers)


def place(network: Network, name: str) -> int:
    """Return the position of the layer called `name`; raises NetworkError."""
    return network.layers.index(network[name])


def sources(network: Network, position: int) -> tuple[str, ...]:
    """Return the names that a layer takes its input from, whether or not that fits together."""
    named = network.layers[position]
    if named.inputs or not position or not named.layer.inputs[1]:
        return named.inputs
    return (network.layers[position - 1].name,)


def _settled(network: Network, layers: Iterable[NamedLayer]) -> Network:
    """Return the network with these layers, where "the layer above" is never spelled out by its name."""
    settled: list[NamedLayer] = []
    for named in layers:
        follows = settled and named.inputs == (settled[-1].name,)
        settled.append(dataclasses.replace(named, inputs=()) if follows else named)
    return dataclasses.replace(network, layers=tuple(settled))


def _first_free(network: Network) -> int:
    """Return the first position that a layer may take: below the Input, if there is one."""
    return 1 if network.layers and isinstance(network.layers[0].layer, Input) else 0


def _is_made_of(name: str, kind: str) -> bool:
    base = free_name(kind, ())
    return name == base or (name.startswith(f"{base}_") and name[len(base) + 1 :].isdecimal())


def _keep_input(name: str) -> NetworkError:
    return NetworkError(
        'The Input cannot be replaced or moved. Received: an edit of "{layer}". Change its shape instead.',
        layer=name,
    )
