"""Where dropout can be seen in a network: on what a layer puts out, if that is all that the layers behind it get."""

from typing import Final

from cnn_core.layers import Dropout, Input
from cnn_core.layers.kind import Group
from cnn_core.network.network import Network

USUAL: Final = 0.5
"""The rate of the courses."""

_UNCHANGED: Final = (Group.REGULARIZATION, Group.AUGMENTATION)


def droppable(network: Network) -> tuple[str, ...]:
    """Return the layers with maps or units on whose output dropout can be tried, in their order; not the answer."""
    steps = {step.named.name: step for step in network.steps()}
    found: list[str] = []
    step = steps[network.layers[-1].name]
    while len(step.sources) == 1:
        step = steps[step.sources[0]]
        layer = step.named.layer
        is_seen = len(step.output_shape) in (1, 3)
        if is_seen and not isinstance(layer, Input) and layer.group not in _UNCHANGED:
            found.append(step.named.name)
    return tuple(reversed(found))


def dropped_first(network: Network) -> tuple[str, float]:
    """Return where a network drops values itself, and at which rate; without, what its last layer takes, and USUAL."""
    possible = droppable(network)
    before = ""
    for step in network.steps():
        if step.named.name in possible:
            before = step.named.name
        elif isinstance(step.named.layer, Dropout) and before:
            return before, step.named.layer.rate
    return before, USUAL
