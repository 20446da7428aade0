"""What layers are called: as PyTorch's modules where the file knows them, else as the nodes."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cnn_core.model_file.onnx.description import Node
from cnn_core.network.network import INSIDE, snake_case

_KERNEL = ".weight"
_WHOLE = ("model.", "module.", "_orig_mod.")
"""What stands before every name where the network lies in another module, or did in training."""


def names_of(nodes: Sequence[Node]) -> dict[Node, str]:
    """Return what the layers of each node are called.

    A node that is no module, in one that has others inside, is called by what it does there: `layer1.0.add`.
    """
    paths = {node: _path(node) for node in nodes}
    for whole in _WHOLE:
        if sum(bool(path) for path in paths.values()) == sum(path.startswith(whole) for path in paths.values()) > 0:
            paths = {node: path.removeprefix(whole) for node, path in paths.items()}
    around = {path[:end] for path in paths.values() for end, letter in enumerate(path) if letter == INSIDE}
    return {
        node: path if path and path not in around else f"{path}{INSIDE}{_plain(node)}" if path else _plain(node)
        for node, path in paths.items()
    }


def _path(node: Node) -> str:
    """Return the modules around a node, the module that it is last; "" where the file says none.

    PyTorch names weights by their modules; where it has joined layers and renamed those, the nodes say the path.
    """
    weights = [name.removesuffix(_KERNEL) for name in node.inputs[1:2] if name.endswith(_KERNEL)]
    if weights and ":" not in weights[0]:
        return weights[0]
    return node.scopes[-1] if node.scopes else _joined([part for part in node.name.split("/") if part][:-1])


def _joined(parts: Iterable[str]) -> str:
    """Return a path of modules as one name; PyTorch writes the one around before some of them again.

    >>> _joined(["layer1", "layer1.0", "conv1"])
    'layer1.0.conv1'
    """
    pairs = pairwise([*parts, ""])
    return INSIDE.join(first for first, second in pairs if not second.startswith(f"{first}{INSIDE}"))


def _plain(node: Node) -> str:
    """Return a node's own name without the number that every node has: `Conv_12` and `node_conv2d_3` are `conv2d`."""
    own = node.name.rpartition("/")[2].removeprefix("node_")
    head, _, number = own.rpartition("_")
    return snake_case((head if number.isdecimal() and head else own) or node.operator.rpartition(".")[2])
