"""What an address may say: kinds of values, each with its bounds.

A kind reads a text of the address, which anybody may have written; brings a value within its bounds; and hands a widget
these bounds, so that they stand in one place.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")

_WHOLE = re.compile("0|-?[1-9][0-9]{0,17}")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?")
_ROW = re.compile("(0|[1-9][0-9]{0,6})(-(0|[1-9][0-9]{0,6}))*")
_NAME = re.compile("[A-Za-z0-9_]{1,40}")


@dataclass(frozen=True)
class Kind(ABC, Generic[Value]):
    """What a value may be."""

    @abstractmethod
    def read(self, text: str) -> Value | None:
        """Return what a text of an address says, None where that makes no sense."""

    def write(self, value: Value) -> str:
        """Return the text that `read` takes for this value."""
        return str(value)

    def fit(self, value: Value) -> Value:
        """Return the value, brought within the bounds."""
        return value

    def arguments(self) -> dict[str, Any]:
        """Return what a widget must know of the bounds."""
        return {}


@dataclass(frozen=True)
class Whole(Kind[int]):
    """A whole number from `low` to `high`; in an address it has no needless zeros and signs."""

    low: int
    high: int

    def read(self, text: str) -> int | None:
        value = int(text) if _WHOLE.fullmatch(text) else None
        return value if value is not None and self.low <= value <= self.high else None

    def fit(self, value: int) -> int:
        return max(self.low, min(value, self.high))

    def arguments(self) -> dict[str, Any]:
        return {"min_value": self.low, "max_value": self.high}


@dataclass(frozen=True)
class Number(Kind[float]):
    """A number from `low` to `high`; with a `step` a multiple of it."""

    low: float
    high: float
    step: float | None = None

    def read(self, text: str) -> float | None:
        value = float(text) if _NUMBER.fullmatch(text) else None
        return self.fit(value) if value is not None and self.low <= value <= self.high else None

    def fit(self, value: float) -> float:
        stepped = value if self.step is None else round(round(value / self.step) * self.step, 9)
        return max(self.low, min(stepped, self.high))

    def arguments(self) -> dict[str, Any]:
        bounds = {"min_value": self.low, "max_value": self.high}
        return bounds if self.step is None else bounds | {"step": self.step}


@dataclass(frozen=True)
class Choice(Kind[Value]):
    """One of a few, best of an enum; what is none of them becomes `otherwise` if that is one, else the first."""

    choices: tuple[Value, ...]
    otherwise: Value | None = None

    def read(self, text: str) -> Value | None:
        return next((choice for choice in self.choices if self.write(choice) == text), None)

    def fit(self, value: Value) -> Value:
        named = next(name for name in (value, self.otherwise, *self.choices) if name in self.choices)
        return self.choices[self.choices.index(named)]

    def arguments(self) -> dict[str, Any]:
        return {"options": self.choices}


@dataclass(frozen=True)
class Flag(Kind[bool]):
    """Yes or no."""

    def read(self, text: str) -> bool | None:
        return {"True": True, "False": False}.get(text)


@dataclass(frozen=True)
class Text(Kind[str]):
    """A text that can be printed, of up to `longest` characters, all of them among those of `allowed`."""

    longest: int = 200
    allowed: str = ""

    def read(self, text: str) -> str | None:
        fits = 0 < len(text) <= self.longest and text.isprintable()
        return text if fits and (not self.allowed or re.fullmatch(f"[{self.allowed}]+", text)) else None


@dataclass(frozen=True)
class Names(Kind[tuple[str, ...]]):
    """Up to `most` names of things that only a page knows, with dots between them; a name may come again."""

    most: int = 16

    def read(self, text: str) -> tuple[str, ...] | None:
        names = text.split(".", self.most) if text else []
        return tuple(names) if len(names) <= self.most and all(map(_NAME.fullmatch, names)) else None

    def write(self, value: tuple[str, ...]) -> str:
        return ".".join(value)


@dataclass(frozen=True)
class Rows(Kind[tuple[tuple[int, ...], ...]]):
    """Up to `most` short rows of whole numbers from 0, such as places: "4-0-31-7.2-5"; of more the first are written.

    A row has one to `longest` numbers of up to seven digits.
    """

    most: int = 64
    longest: int = 4

    def read(self, text: str) -> tuple[tuple[int, ...], ...] | None:
        rows = text.split(".", self.most)
        fits = len(rows) <= self.most and all(_ROW.fullmatch(row) and row.count("-") < self.longest for row in rows)
        return tuple(tuple(map(int, row.split("-"))) for row in rows) if fits else None

    def write(self, value: tuple[tuple[int, ...], ...]) -> str:
        return ".".join("-".join(map(str, row)) for row in value[: self.most])
