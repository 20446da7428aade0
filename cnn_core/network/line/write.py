"""A network as a line of text, as short as it can be without leaving anything out."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from cnn_core.layers import Layer, Merge
from cnn_core.network.editing import sources
from cnn_core.network.line.short import JOINS, write_short
from cnn_core.network.network import NamedLayer, Network, name_layers

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)
_SIGNS: Final = {kind: sign for sign, kind in JOINS.items()}


def write_line(network: Network, *, names: bool = True) -> str:
    """Return the line of text that `read_line` reads as this network, but for the network's own name.

    Args:
        names: whether layers keep the names that reading would not give them. Without names a line is shorter, and
            layers that are named elsewhere in it keep theirs all the same.

    >>> from cnn_core.network.presets import preset
    >>> write_line(preset("mnist").make())
    '28x28x1-C32-C64v-P2-F-D100-D10sm'
    >>> write_line(preset("pattern_three_pools").make())
    '64x64x3-C32-P2-C64-P2-C128-P2-F-D128-D10sm'
    """
    return "".join(_Writer(network, names).all_pieces())


class _Writer:
    """Finds branches that part at one layer and are joined again, and writes the rest layer by layer."""

    def __init__(self, network: Network, names: bool) -> None:
        self.layers = network.layers
        self.places = {named.name: position for position, named in enumerate(self.layers)}
        self.sources = [
            tuple(self.places.get(source, -1) for source in sources(network, position))
            for position in range(len(self.layers))
        ]
        self.source_names = [sources(network, position) for position in range(len(self.layers))]
        self.joins: dict[int, list[int]] = {}
        self.branches: dict[int, list[tuple[int, int]]] = {}
        for position in range(len(self.layers)):
            self._find_branches(position)
        joined = set(self.branches)
        referred = {
            source
            for position, taken in enumerate(self.source_names)
            for source in taken
            if position not in joined and self.sources[position] != (position - 1,)
        }
        self.named = _names_to_write(self.layers) if names else _names_to_write(self.layers) & referred

    # Branches ---------------------------------------------------------------------------------------------------------

    def _find_branches(self, join: int) -> None:
        """Keep the branches that a merge joins, where all between their fork and the merge belongs to one of them.

        A branch is (its first layer, the place behind its last); an empty one is (fork + 1, fork + 1).
        """
        ends = self.sources[join]
        if not isinstance(self.layers[join].layer, Merge) or len(set(ends)) < max(len(ends), 2) or min(ends) < 0:
            return
        first_end = min(ends)
        after = self.sources[first_end + 1]
        for fork in dict.fromkeys((first_end, *(after if len(after) == 1 else ()))):
            branches = self._branches(fork, join)
            if [end - 1 if end > start else fork for start, end in branches] == list(ends):
                self.branches[join] = branches
                self.joins.setdefault(fork, []).append(join)
                return

    def _branches(self, fork: int, join: int) -> list[tuple[int, int]]:
        """Return the branches between a fork and a merge, in the order in which the merge names them if it can be."""
        branches = []
        at = fork + 1
        while at < join and self.sources[at] == (fork,):
            end = self._follow(fork, at, join)
            branches.append((at, end))
            at = end
        if at != join or fork < 0:
            return []
        if fork in self.sources[join]:
            branches.insert(self.sources[join].index(fork), (fork + 1, fork + 1))
        return branches

    def _follow(self, last: int, at: int, end: int) -> int:
        """Return the place behind the last layer of a branch that goes on at `at` behind the layer at `last`."""
        while at < end:
            inner = self._join_within(last, at, end)
            if inner is not None:
                at = inner + 1
            elif self.sources[at] == (last,):
                at += 1
            else:
                break
            last = at - 1
        return at

    def _join_within(self, fork: int, at: int, end: int) -> int | None:
        """Return the last merge before `end` of branches that part at `fork` and begin at `at`."""
        if at != fork + 1:
            return None
        return max((join for join in self.joins.get(fork, ()) if join < end), default=None)

    # Text -------------------------------------------------------------------------------------------------------------

    def all_pieces(self) -> Iterator[str]:
        yield from self._pieces(-1, 0, len(self.layers))

    def _pieces(self, last: int, at: int, end: int) -> Iterator[str]:
        """Yield the text of the layers from `at` to before `end`, the first of which follows that at `last`."""
        first = at
        while at < end:
            join = self._join_within(last, at, end)
            if join is not None:
                yield from self._stage(last, join, is_first=at == first)
                at = join + 1
            else:
                follows = self.sources[at] == ((last,) if at else ())
                yield ("" if at == first else "-" if follows else " -> ") + self._item(at, follows)
                at += 1
            last = at - 1

    def _stage(self, fork: int, join: int, *, is_first: bool) -> Iterator[str]:
        yield "->" if is_first else " ->"
        for number, (start, end) in enumerate(self.branches[join]):
            yield " |" if number else ""
            yield " " if start < end else ""
            pieces = "".join(self._pieces(fork, start, end))
            yield f"({pieces})" if " -> " in pieces or pieces.startswith("->") else pieces
        yield " -> " + self._item(join, follows=True)

    def _item(self, position: int, follows: bool) -> str:
        named = self.layers[position]
        name = f"{_written_name(named.name)}=" if named.name in self.named else ""
        taken = "" if follows else f"[{', '.join(map(_written_name, self.source_names[position]))}]"
        return name + _written(named.layer) + taken + ("" if named.trainable else "!")


def _names_to_write(layers: tuple[NamedLayer, ...]) -> set[str]:
    """Return the names that reading would not give to these layers by itself."""
    said: set[str] = set()
    while True:
        read = name_layers([named if named.name in said else named.layer for named in layers])
        other = {ours.name for ours, theirs in zip(layers, read, strict=True) if ours.name != theirs.name}
        if not other:
            return said
        said |= other


def _written_name(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _written(layer: Layer) -> str:
    return _SIGNS.get(layer.kind) or write_short(layer) or _with_settings(layer)


def _with_settings(layer: Layer) -> str:
    """Return a layer as in Keras code.

    >>> from cnn_core.layers import GroupNormalization
    >>> _with_settings(GroupNormalization(4))
    'GroupNormalization(groups=4)'
    """
    rules = layer.settings()
    said = [
        f"{name}={_literal(getattr(layer, name))}"
        for name, rule in rules.items()
        if rule.required or getattr(layer, name) != rule.default
    ]
    return f"{layer.kind}({', '.join(said)})" if said else layer.kind


def _literal(value: Any) -> str:
    return repr(value.value) if isinstance(value, StrEnum) else repr(value)
