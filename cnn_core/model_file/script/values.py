"""What an expression of Keras code stands for, as far as it is understood."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from cnn_core.errors import CnnError, LayerError, ModelFileError
from cnn_core.model_file.shown import shown
from cnn_core.network.files import MOST_LAYERS

_LARGEST_VALUE: Final = 2_000
"""Numbers and characters of one value."""


def at(line: int, cause: CnnError) -> ModelFileError:
    return ModelFileError("Line {line}: {cause}", line=line, cause=cause)


@dataclass(frozen=True)
class Made:
    """A layer that was made and not yet called."""

    kind: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class Output:
    """What a layer gives, by the name under which it was called."""

    name: str


@dataclass
class Chain:
    """A Sequential model, which grows by `add`; of a chain within it, it takes the layers that this has by then.

    `is_part` says that another model has it within itself.
    """

    name: str
    layers: list[Made] = field(default_factory=list)
    is_part: bool = False

    def add(self, part: "Made | Chain", line: int) -> None:
        """Put a layer, or those of another chain, behind the others; raises ModelFileError for too many."""
        if isinstance(part, Chain):
            part.is_part = True
        self.layers += part.layers if isinstance(part, Chain) else [part]
        if len(self.layers) > MOST_LAYERS:
            raise at(line, LayerError("The model has too many layers; at most {most} are read.", most=MOST_LAYERS))


@dataclass(frozen=True)
class Model:
    """A functional model."""

    inputs: tuple[Output, ...]
    outputs: tuple[Output, ...]
    name: str


@dataclass(frozen=True)
class Function:
    """A function of the code itself."""

    definition: ast.FunctionDef


class Returned(Exception):  # noqa: N818 - no error
    """A function of the code comes to its end."""

    def __init__(self, value: Any, line: int) -> None:
        super().__init__()
        self.value, self.line = value, line


class Unknown:
    """What was not understood; it matters only where a layer needs it."""


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Unread:
    """A class of the code itself, or something that nobody here knows."""

    name: str
    line: int

    def error(self) -> ModelFileError:
        cause = LayerError(
            "{name} is not a Keras layer that is known here. Write out its layers, or use a known one.",
            name=shown(self.name),
        )
        return at(self.line, cause)


def bounded(value: Any) -> Any:
    """Return a value, unless it is larger than any setting: code may double one again and again."""
    return value if _size(value) <= _LARGEST_VALUE else UNKNOWN


def _size(value: Any) -> int:
    if isinstance(value, tuple | list):
        return 1 + sum(map(_size, value))
    return len(value) if isinstance(value, str) else 1


def flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        yield from value
    elif value is not None:
        yield value


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_CALCULATED: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: lambda left, right: left % right,
}


def calculated(operator: ast.operator, left: float, right: float) -> Any:
    """Return what two numbers give; powers only of small ones, for they grow without bounds."""
    if isinstance(operator, ast.Pow) and abs(left) <= 64 and 0 <= right <= 16:
        return left**right
    calculate = _CALCULATED.get(type(operator))
    if calculate is None or max(abs(left), abs(right)) > 1e12:
        return UNKNOWN
    try:
        return calculate(left, right)
    except ZeroDivisionError:
        return UNKNOWN


COMPARED: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: lambda left, right: bool(left == right),
    ast.NotEq: lambda left, right: bool(left != right),
    ast.Lt: lambda left, right: bool(left < right),
    ast.LtE: lambda left, right: bool(left <= right),
    ast.Gt: lambda left, right: bool(left > right),
    ast.GtE: lambda left, right: bool(left >= right),
    ast.Is: lambda left, right: left is right,
    ast.IsNot: lambda left, right: left is not right,
}
