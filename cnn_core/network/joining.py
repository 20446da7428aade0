"""Edges between layers, drawn and taken away: pure functions from one Network to another, as those of `editing`.

A layer that takes one input takes a further one through a merge, which is put directly above it. What the two are to be
merged may differ in shape; then layers on the way bring the further one to the other's.
"""

from dataclasses import dataclass
from enum import StrEnum

from cnn_core.errors import CnnError, LayerError, NetworkError
from cnn_core.layers import (
    KINDS,
    ActivationName,
    Conv2D,
    Cropping2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    UpSampling2D,
)
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.network import editing
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.network import NamedLayer, Names, Network
from cnn_core.sentences import N_

_MAP = 3
"""Axes of feature maps: height, width and channels."""


class Merging(StrEnum):
    """The kinds of layers that join what is drawn."""

    ADD = "Add"
    CONCATENATE = "Concatenate"


@dataclass(frozen=True)
class Joint:
    """A way of letting a layer take a further input.

    Attributes:
        merging: the layer that joins both.
        bridge: the layers on the way from the further one to it, in order; none where the shapes fit as they are.
        problem: why it cannot be done; None where it can.
    """

    merging: Merging
    bridge: tuple[Layer, ...] = ()
    problem: CnnError | None = None


def is_joined(network: Network, source: str, target: str) -> bool:
    """Return whether a layer takes its input from another one; raises NetworkError where one is not there."""
    return network[source].name in editing.sources(network, editing.place(network, target))


def takes_many(network: Network, name: str) -> bool:
    """Return whether a layer takes further inputs without a merge before it."""
    return network[name].layer.inputs[1] > 1


def joints(network: Network, source: str, target: str) -> tuple[Joint, ...]:
    """Return the ways in which the layer `target`, which takes one input, can take the layer `source` as well."""
    shapes = _shapes(network)
    taken = editing.sources(network, editing.place(network, target))
    given, wanted = shapes.get(source), shapes.get(taken[0]) if taken else None
    return tuple(_joint(merging, given, wanted) for merging in Merging)


def connect(network: Network, source: str, target: str, merging: Merging = Merging.ADD) -> Network:
    """Let the layer `target` take its input from the layer `source` too.

    Raises:
        NetworkError: there is no such edge in a network, or nothing brings the two to one shape.
    """
    refuse_edge(network, source, target)
    taken = editing.sources(network, editing.place(network, target))
    if not taken or takes_many(network, target):
        return _fitting(editing.rewire(network, target, (*taken, source)), target)
    joint = next(one for one in joints(network, source, target) if one.merging is merging)
    if joint.problem is not None:
        raise NetworkError(
            N_('"{source}" and "{taken}", which "{target}" takes, cannot be joined. {cause}'),
            source=source,
            taken=taken[0],
            target=target,
            cause=joint.problem,
        )
    return _joined(network, source, target, joint)


def disconnect(network: Network, source: str, target: str) -> Network:
    """Take an edge away; a merge that then joins one input only goes with it.

    So do layers that only brought the one to the other's shape, as `connect` puts them between: the edge may be any on
    their way.

    Raises:
        NetworkError: there is no such edge, or it is all that the layer takes.
    """
    if not is_joined(network, source, target):
        raise NetworkError(N_('"{target}" does not take its input from "{source}".'), source=source, target=target)
    taken = editing.sources(network, editing.place(network, target))
    rest = tuple(name for name in taken if name != source)
    if not rest:
        users = _users(network, target)
        if len(users) == 1 and _is_bridge(network[target].layer):
            return disconnect(network, target, users[0])
        raise NetworkError(
            N_(
                '"{source}" is the only input of "{target}". Connect "{target}" with another layer first, or remove it.'
            ),
            source=source,
            target=target,
        )
    rewired = editing.rewire(network, target, rest)
    after = rewired if len(rest) >= network[target].layer.inputs[0] else editing.remove(rewired, target)
    return _without_bridge(after, source)


def _without_bridge(network: Network, name: str) -> Network:
    """Take a layer away that leads nowhere now, with those before it, as far as they only change a shape."""
    while not _users(network, name) and _is_bridge(network[name].layer):
        (before,) = editing.sources(network, editing.place(network, name))
        network, name = editing.remove(network, name), before
    return network


def _users(network: Network, name: str) -> list[str]:
    """Return the layers that take their input from one."""
    named = enumerate(network.layers)
    return [other.name for position, other in named if name in editing.sources(network, position)]


def _is_bridge(layer: Layer) -> bool:
    """Say whether a layer is one of those that `_bridge` puts between."""
    if isinstance(layer, Conv2D):
        return layer.kernel_size == (1, 1) and layer.activation is ActivationName.LINEAR
    if isinstance(layer, Dense):
        return layer.activation is ActivationName.LINEAR
    return isinstance(layer, Cropping2D | GlobalAveragePooling2D | MaxPooling2D | UpSampling2D)


def refuse_edge(network: Network, source: str, target: str) -> None:
    """Raise NetworkError where no edge leads from one layer to another, whatever their shapes."""
    if isinstance(network[target].layer, Input):
        raise NetworkError(N_('Nothing goes into the Input. Received: an edge from "{source}" to it.'), source=source)
    if is_joined(network, source, target):
        raise NetworkError(N_('"{target}" already takes "{source}".'), source=source, target=target)
    if editing.place(network, source) >= editing.place(network, target):
        raise NetworkError(
            N_(
                "An edge leads from a layer to one below it in the table, so that no layer depends on itself. "
                'Received: "{source}" → "{target}". Draw it the other way, or move a layer.'
            ),
            source=source,
            target=target,
        )


def _fitting(network: Network, name: str) -> Network:
    """Return the network; raises NetworkError where the layer of this name is the first that does not fit."""
    try:
        for step in network.steps():
            if step.named.name == name:
                break
    except NetworkError as error:
        if error.layer == name:
            raise
    return network


def _joined(network: Network, source: str, target: str, joint: Joint) -> Network:
    at, names = editing.place(network, target), Names(named.name for named in network.layers)
    (taken,) = editing.sources(network, at)
    added = []
    for layer in joint.bridge:
        added.append(NamedLayer(names.take_free(layer.kind), layer, (source,)))
        source = added[-1].name
    merge = NamedLayer(names.take_free(joint.merging), KINDS[joint.merging](), (taken, source))
    layers = (*network.layers[:at], *added, merge, *network.layers[at:])
    if len(layers) > MOST_LAYERS:
        raise NetworkError("A network has at most {most} layers. Remove one before adding another.", most=MOST_LAYERS)
    return editing.rewire(Network(layers, network.name), target, (merge.name,))


def _shapes(network: Network) -> dict[str, Shape]:
    """Return the shapes of the layers that fit together."""
    shapes = {}
    try:
        for step in network.steps():
            shapes[step.named.name] = step.output_shape
    except NetworkError:
        pass
    return shapes


def _joint(merging: Merging, given: Shape | None, wanted: Shape | None) -> Joint:
    """Return how something of one shape is merged with something of another; None: what does not fit has no shape."""
    if given is None or wanted is None:
        return Joint(merging, problem=NetworkError(N_("The layers above do not fit together. Fix them first.")))
    keeps = len(wanted) if merging is Merging.ADD else len(wanted) - 1
    problem: CnnError | None = None
    for bridge in ((), _bridge(given, wanted, has_channels=merging is Merging.ADD)):
        try:
            joined = output_shape(KINDS[merging](), wanted, _through(bridge, given))
        except LayerError as error:
            problem = error
            continue
        # An axis of 1 would be stretched, and the layer get another shape than before.
        if joined[:keeps] == wanted[:keeps]:
            return Joint(merging, bridge)
    return Joint(merging, problem=problem)


def _through(layers: tuple[Layer, ...], shape: Shape) -> Shape:
    for layer in layers:
        shape = output_shape(layer, shape)
    return shape


def _bridge(given: Shape, wanted: Shape, *, has_channels: bool) -> tuple[Layer, ...]:
    """Return layers from one shape to another, to its channels too where these must be equal; () where none are known.

    A map is made smaller by a stride, as the shortcut of a residual block is (He et al., arXiv:1512.03385, option B);
    before that it is cropped, as in U-Net (Ronneberger et al., arXiv:1505.04597), where no stride fits. It is made
    larger by repeating its values, and a vector by its means.
    """
    to_channels = _to_channels(given, wanted) if has_channels else ()
    if len(given) == len(wanted) == _MAP:
        return _to_places(given, wanted, to_channels)
    if len(given) == _MAP and len(wanted) == 1:
        return (GlobalAveragePooling2D(), *to_channels)
    return to_channels if len(given) == len(wanted) == 1 else ()


def _to_channels(given: Shape, wanted: Shape) -> tuple[Layer, ...]:
    if given[-1] == wanted[-1]:
        return ()
    return (Conv2D(wanted[-1], 1),) if len(wanted) == _MAP else (Dense(wanted[-1]),)


def _to_places(given: Shape, wanted: Shape, to_channels: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return layers that give a map the height and width of another one."""
    axes = list(zip(given[:2], wanted[:2], strict=True))
    if all(size >= sought for size, sought in axes):
        down, across = (_stride(size, sought) for size, sought in axes)
        above, beside = (_cropped(size, sought) for size, sought in axes)
        cropping = (Cropping2D((above, beside)),) if above != (0, 0) or beside != (0, 0) else ()
        if to_channels:
            return (*cropping, Conv2D(wanted[-1], 1, strides=(down, across), padding="same"))
        return (*cropping, MaxPooling2D((down, across), padding="same")) if (down, across) != (1, 1) else cropping
    if all(sought % size == 0 for size, sought in axes):
        return (UpSampling2D((wanted[0] // given[0], wanted[1] // given[1])), *to_channels)
    return ()


def _stride(size: int, sought: int) -> int:
    """Return the stride that takes so many places to fewer, as they are or, where none does, cropped first.

    >>> _stride(28, 28), _stride(28, 14), _stride(7, 4), _stride(28, 26), _stride(28, 13)
    (1, 2, 2, 1, 2)
    """
    stride = -(-size // sought)
    return stride if -(-size // stride) == sought else size // sought


def _cropped(size: int, sought: int) -> tuple[int, int]:
    """Return how many places are cropped before and after, so that the stride leads to as many as are sought.

    >>> _cropped(28, 14), _cropped(7, 4), _cropped(28, 26), _cropped(28, 13), _cropped(9, 4)
    ((0, 0), (0, 0), (1, 1), (1, 1), (0, 1))
    """
    stride = _stride(size, sought)
    rest = 0 if -(-size // stride) == sought else size - stride * sought
    return rest // 2, rest - rest // 2
