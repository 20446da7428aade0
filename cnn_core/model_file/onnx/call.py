"""A node of the graph as an operator sees it: what goes in, and its settings, each taken once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from cnn_core.errors import LayerError
from cnn_core.layers.shapes import Shape, show
from cnn_core.model_file.onnx.building import Building
from cnn_core.model_file.onnx.description import Constant, Node
from cnn_core.model_file.onnx.values import Value
from cnn_core.model_file.shown import shown

Tensor = Value | Constant
"""What a node takes and gives: an output of a layer of ours, or numbers."""


@dataclass
class Call:
    """A node with its inputs.

    Args:
        inputs: in ONNX's order; None for one that is left out.
        version: of the operators.
        batch: how many pictures the graph takes at once.
        is_output: whether it gives what the graph gives and nothing else takes.
        is_used_once: says of an input by its position whether nothing else takes it.
    """

    node: Node
    inputs: tuple[Tensor | None, ...]
    building: Building
    version: int
    batch: int
    is_output: bool
    is_used_once: Callable[[int], bool]
    _taken: set[str] = field(default_factory=set)

    # Inputs -----------------------------------------------------------------------------------------------------------

    def has(self, number: int) -> bool:
        return number < len(self.inputs) and self.inputs[number] is not None

    def value(self, number: int = 0) -> Value:
        """Return an input that is an output of a layer; raises LayerError for numbers."""
        found = self.inputs[number] if self.has(number) else None
        if not isinstance(found, Value):
            raise LayerError(
                "Its input {number} must come from another node here. Received: {found}.",
                number=number + 1,
                found="–" if found is None else show(found.shape),
            )
        return found

    def maps(self, number: int = 0) -> Value:
        """Return an input that is maps, height and width first; raises LayerError for any other."""
        return self.building.maps(self.value(number))

    def constant(self, number: int) -> Constant:
        """Return an input that is numbers of the file; raises LayerError for the output of a layer."""
        found = self.inputs[number] if self.has(number) else None
        if found is None or isinstance(found, Value):
            raise LayerError(
                "Its input {number} must be numbers that the file holds. It is computed here, or missing.",
                number=number + 1,
            )
        return found

    def values(self) -> list[Value]:
        return [self.value(number) for number in range(len(self.inputs))]

    def wholes_at(self, number: int) -> tuple[int, ...] | None:
        """Return an input that is a row of whole numbers; None where it is left out."""
        if not self.has(number):
            return None
        return tuple(int(one) for one in np.ravel(self.constant(number)))

    def number_at(self, number: int, default: float) -> float:
        """Return an input that is one number."""
        if not self.has(number):
            return default
        found = self.constant(number)
        if found.size != 1:
            raise LayerError("Its input {number} must be one number.", number=number + 1)
        return float(found.ravel()[0])

    # Settings ---------------------------------------------------------------------------------------------------------

    def _take(self, name: str, default: Any, *kinds: type[Any]) -> Any:
        self._taken.add(name)
        value = self.node.settings.get(name, default)
        if value is not None and not isinstance(value, kinds):
            raise self.refuse_setting(name)
        return default if value is None and name not in self.node.settings else value

    def number(self, name: str, default: float) -> float:
        return float(self._take(name, default, int, float))

    def whole(self, name: str, default: int) -> int:
        return int(self._take(name, default, int))

    def text(self, name: str, default: str) -> str:
        return str(self._take(name, default, str))

    def wholes(self, name: str, default: tuple[int, ...] | None = None) -> tuple[int, ...] | None:
        found = self._take(name, default, list, tuple)
        if found is None:
            return None
        if not all(isinstance(one, int) for one in found):
            raise self.refuse_setting(name)
        return tuple(found)

    def any(self, name: str) -> Any:
        self._taken.add(name)
        return self.node.settings.get(name)

    def demand(self, name: str, *allowed: Any) -> None:
        """Take a setting that must be one of these where it is given; the first is the default."""
        if self.any(name) not in (None, *allowed):
            raise self.refuse_setting(name, *allowed)

    def refuse_setting(self, name: str, *allowed: Any) -> LayerError:
        """Return the error for a setting that has no word here."""
        if allowed:
            return LayerError(
                "{setting} must be {allowed} here. Received: {value}.",
                setting=name,
                allowed=", ".join(map(str, allowed)),
                value=shown(self.node.settings.get(name)),
            )
        return LayerError(
            "{setting} has a value that is not supported here. Received: {value}.",
            setting=name,
            value=shown(self.node.settings.get(name)),
        )

    def finish(self) -> None:
        """Refuse settings that nobody took."""
        for name in self.node.settings:
            if name not in self._taken:
                raise LayerError("Its setting {setting} is not known here.", setting=shown(name))


def axes_of(rank: int, given: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return axes of a tensor, counted from 0 without that of the batch; raises LayerError for the batch's."""
    axes = range(1, rank + 1) if given is None else [axis if axis >= 0 else axis + rank + 1 for axis in given]
    for axis in axes:
        if not 1 <= axis <= rank:
            raise LayerError(
                "It works across the pictures of a batch, or along an axis that does not exist. Received: axes {axes}.",
                axes=", ".join(map(str, given or ())),
            )
    return tuple(sorted(axis - 1 for axis in axes))


Operator = Callable[[Call], Tensor | list[Tensor]]

OPERATORS: Final[dict[str, Operator]] = {}
"""What makes layers of ours of each operator of ONNX."""


def operator(*names: str) -> Callable[[Operator], Operator]:
    """Enter a function that reads these operators."""

    def enter(function: Operator) -> Operator:
        OPERATORS.update(dict.fromkeys(names, function))
        return function

    return enter


def without_batch(call: Call, sizes: Shape) -> Shape:
    """Return sizes of a tensor without that of the batch; raises LayerError where the batch does not come first."""
    if len(sizes) < 2 or sizes[0] != call.batch:
        raise LayerError(
            "It moves values between the pictures of a batch, or leaves the batch out. Received: {sizes}. "
            "Export the model for one picture at a time.",
            sizes=show(sizes),
        )
    return sizes[1:]
