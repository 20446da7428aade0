"""Several nodes that stand for one operator: exporters spell some functions out."""

from collections import Counter
from dataclasses import replace
from math import sqrt

import numpy as np

from cnn_core.model_file.onnx.description import Graph, Node


def fused(graph: Graph) -> tuple[Node, ...]:
    """Return the nodes, with x/2 · (1 + erf(x/√2)) as one node, which is GELU (arXiv:1606.08415)."""
    links = _Links(graph)
    gone: set[int] = set()
    instead: dict[int, Node] = {}
    for node in graph.nodes:
        found = _gelu(links, node) if node.operator == "Erf" else None
        if found is not None:
            source, nodes = found
            gone.update(map(id, nodes[:-1]))
            instead[id(nodes[-1])] = replace(nodes[-1], operator="Gelu", inputs=(source,), settings={})
    return tuple(instead.get(id(node), node) for node in graph.nodes if id(node) not in gone)


class _Links:
    """Which node gives and which takes what, and which names are single numbers."""

    def __init__(self, graph: Graph) -> None:
        self._uses = Counter(name for node in graph.nodes for name in node.inputs) + Counter(graph.outputs)
        self._takers = {name: node for node in graph.nodes for name in node.inputs}
        self.makers = {name: node for node in graph.nodes for name in node.outputs}
        arrays = dict(graph.constants)
        for node in graph.nodes:
            value = node.settings.get("value")
            if node.operator == "Constant" and isinstance(value, np.ndarray):
                arrays.update(dict.fromkeys(node.outputs, value))
        self._numbers = {name: float(array.ravel()[0]) for name, array in arrays.items() if array.size == 1}

    def is_used_once(self, name: str) -> bool:
        return self._uses[name] == 1

    def only_taker(self, node: Node) -> Node | None:
        """Return the one node that takes the output of another; None where there are several, or none."""
        name = next(iter(node.outputs), "")
        return self._takers.get(name) if self.is_used_once(name) else None

    def factor(self, node: Node | None) -> tuple[str, float]:
        """Return x and c of a node that is c · x, x · c or x / (1/c); ("", 0) for any other."""
        if node is not None and node.operator in ("Mul", "Div") and len(node.inputs) == 2:
            for i in (1, 0) if node.operator == "Mul" else (1,):
                number = self._numbers.get(node.inputs[i], 0.0)
                if number:
                    return node.inputs[1 - i], number if node.operator == "Mul" else 1 / number
        return "", 0.0

    def is_one_more(self, node: Node) -> bool:
        return node.operator == "Add" and any(self._numbers.get(name) == 1 for name in node.inputs)


def _gelu(links: _Links, erf: Node) -> tuple[str, list[Node]] | None:
    """Return x, and the nodes that make x/2 · (1 + erf(x/√2)) around an Erf, the last one last; None for others."""
    first = links.makers.get(next(iter(erf.inputs), ""))
    source, scale = links.factor(first)
    added = links.only_taker(erf)
    if first is None or abs(scale - sqrt(0.5)) > 1e-5 or added is None or not links.is_one_more(added):
        return None
    products = _products(links, added, source)
    if products is None or not links.is_used_once(erf.inputs[0]):
        return None
    return source, [first, erf, added, *products]


def _products(links: _Links, node: Node, source: str) -> list[Node] | None:
    """Return the nodes that multiply what `node` gives by x and by 1/2, in any sequence; None where they do not."""
    missing, found = {"x", "half"}, []
    while missing:
        after = links.only_taker(node)
        if after is None or after.operator not in ("Mul", "Div") or len(after.inputs) != 2:
            return None
        other = next((name for name in after.inputs if name not in node.outputs), "")
        maker = links.makers.get(other)
        if links.factor(after)[1] == 0.5:
            factors = {"half"}
        elif after.operator == "Mul" and other == source:
            factors = {"x"}
        elif after.operator == "Mul" and links.factor(maker) == (source, 0.5) and links.is_used_once(other):
            factors = {"x", "half"}
            found += [maker] if maker else []
        else:
            return None
        if not factors <= missing:
            return None
        missing -= factors
        found.append(after)
        node = after
    return found
