"""A network under design, as rules of advice see it, and what they say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from cnn_core.layers import Layer
from cnn_core.network import editing
from cnn_core.network.network import Network
from cnn_core.network.summary import Row, Summary
from cnn_core.sentences import Note


class Fix(NamedTuple):
    """A change that takes the reason of an advice away.

    Attributes:
        label: what it does, in a few words.
        change: gives the network with it.
    """

    label: Note
    change: Callable[[Network], Network]


class Advice(NamedTuple):
    """What may be meant otherwise.

    Attributes:
        rule: which rule says it; with `layer` it tells one advice from all others.
        layer: the name of the layer that it is about.
        note: what is so, and why that is seldom wanted.
        fix: what would mend it.
    """

    rule: str
    layer: str
    note: Note
    fix: Fix


@dataclass(frozen=True)
class Design:
    """A network with its figures, as far as it fits together."""

    network: Network
    summary: Summary

    @cached_property
    def rows(self) -> dict[str, Row]:
        return {row.name: row for row in self.summary.rows}

    @cached_property
    def users(self) -> dict[str, list[Row]]:
        """The layers that take their input from each layer."""
        users: dict[str, list[Row]] = {name: [] for name in self.rows}
        for row in self.summary.rows:
            for source in dict.fromkeys(row.sources):
                users[source].append(row)
        return users

    @property
    def outputs(self) -> list[Row]:
        """The layers that nothing else takes its input from; none while the network does not fit together."""
        return [] if self.summary.error else [row for row in self.summary.rows if not self.users[row.name]]

    def only_user(self, row: Row) -> Row | None:
        """Return the one layer that takes its input from this one; None where there are several, or none."""
        users = self.users[row.name]
        return users[0] if len(users) == 1 else None

    def before(self, row: Row) -> Row | None:
        """Return the one layer that this one takes its input from; None for an input or a merge."""
        return self.rows[row.sources[0]] if len(row.sources) == 1 else None

    def way_back(self, row: Row) -> Iterator[Row]:
        """Yield the layers before this one, as long as there is one way."""
        before = self.before(row)
        while before is not None:
            yield before
            before = self.before(before)

    def is_passed_by_all(self, row: Row) -> bool:
        """Say whether every way from the input to the outputs leads through this layer."""
        reached = {self.summary.rows[0].name}
        for other in self.summary.rows[1:]:
            if other.name != row.name and not reached.isdisjoint(other.sources):
                reached.add(other.name)
        return reached.isdisjoint(output.name for output in self.outputs)


def set_to(name: str, **settings: Any) -> Callable[[Network], Network]:
    """Return the change that gives a layer these settings."""

    def change(network: Network) -> Network:
        return editing.replace(network, name, replace(network[name].layer, **settings))

    return change


def put_before(name: str, layer: Layer) -> Callable[[Network], Network]:
    """Return the change that puts a layer on the way into the one called `name`."""

    def change(network: Network) -> Network:
        at = editing.place(network, name)
        source = editing.sources(network, at)[0]
        changed = editing.insert(network, at, layer, (source,))
        return editing.rewire(changed, name, (changed.layers[at].name,))

    return change
