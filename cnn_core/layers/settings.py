"""What a layer's settings may be: one descriptor a kind of value, which checks it and brings it into one form.

A descriptor is the only place that knows a setting's rule and its words. The constructor, the JSON reader and the
page's form all use it, so they cannot disagree. See "Descriptor-typed fields" in the documentation of `dataclasses`.
"""

import re
from enum import Enum, StrEnum, auto
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    TypedDict,
    TypeVar,
    Unpack,
    overload,
)

from cnn_core.errors import CnnError, LayerError
from cnn_core.sentences import N_

Given = TypeVar("Given")
Kept = TypeVar("Kept")
AnyEnum = TypeVar("AnyEnum", bound=StrEnum)

Pair = tuple[int, int]
Amounts = tuple[Pair, Pair]
"""Rows before and after, then columns before and after: `((top, bottom), (left, right))`."""

LARGEST: Final = 1_000_000
"""No size, count or stride may exceed this: products stay printable and nothing absurd is ever allocated."""


class _Required:
    """Says that a setting has no default."""


REQUIRED: Final = _Required()


class PaddingMode(StrEnum):
    """Keras's two names for padding. VALID: none. SAME: output length = ceil(input length / stride)."""

    VALID = "valid"
    SAME = "same"


Padding = PaddingMode | Amounts


class Told(Enum):
    """When a setting is told in a layer's short text, "32 filters, 3×3, same, relu"."""

    ALWAYS = auto()
    WHERE_CHANGED = auto()
    NEVER = auto()


class Words(TypedDict, total=False):
    """What people read of a setting; see Setting."""

    label: str
    help: str
    told: Told
    short: str
    short_none: str


class Setting(Generic[Given, Kept]):
    """One setting of a layer: its rule, its default, the form in which it is kept, and its words.

    The layer's constructor has it read what was given; the result lies in the layer's own dictionary.

    Args:
        default: REQUIRED where there is none.
        words: sentences to translate, marked with `N_`.
            label, help: what the setting is called, and what it does.
            told: when the layer's short text tells it; one without a default is always told.
            short: how it is told there, with `{value}`; "" for the value as it is written.
            short_none: how None is told there.
    """

    name: str

    def __init__(self, default: Any = REQUIRED, **words: Unpack[Words]) -> None:
        self._default = default
        self.label, self.help = words.get("label", ""), words.get("help", "")
        self.told = words.get("told", Told.WHERE_CHANGED)
        self.short, self.short_none = words.get("short", ""), words.get("short_none", "")

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Any: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Kept: ...
    def __get__(self, instance: object | None, owner: type) -> Any:
        # Without an AttributeError here `dataclass` would take the setting for optional.
        if self._default is REQUIRED:
            raise AttributeError(self.name)
        return self.default

    if TYPE_CHECKING:
        # Tells what the constructor takes. If it were there, Python would ask `__get__` before it looks into a layer.
        def __set__(self, instance: object, value: Given) -> None: ...

    @property
    def required(self) -> bool:
        return self._default is REQUIRED

    @property
    def default(self) -> Kept:
        """The kept form of the default."""
        return self.read(self._default)

    def read(self, value: Any) -> Kept:
        """Return `value` in the form in which it is kept, or raise LayerError."""
        raise NotImplementedError

    def to_json(self, value: Any) -> Any:
        """Return a kept value as JSON knows it; `read` takes it back."""
        return value

    def refuse(self, rule: str, value: object, **values: object) -> LayerError:
        """Return the error for `value`; `rule` is a CnnError template that says what is allowed."""
        return LayerError(
            "{rule} Received: {setting}={value}.",
            rule=CnnError(rule, setting=self.name, **values),
            setting=self.name,
            value=_shown(value),
        )


def _shown(value: object) -> str:
    """Return `value` as a message shows it: at most 80 characters, whatever it is."""
    try:
        shown = str(value) if isinstance(value, StrEnum) else repr(value)
    # Python writes no whole number of more than 4,300 digits and no list nested a thousand deep.
    except (ValueError, RecursionError):
        shown = type(value).__name__
    return shown if len(shown) <= 80 else shown[:80] + "…"


class WithSettings:
    """What has settings, as a dataclass has fields: each is a Setting in the body of the class."""

    _rules: ClassVar[dict[str, Setting[Any, Any]]] = {}

    def __init_subclass__(cls) -> None:
        cls._rules = cls._rules | {name: rule for name, rule in vars(cls).items() if isinstance(rule, Setting)}

    def __post_init__(self) -> None:
        """Bring every setting into the form in which it is kept, or raise LayerError."""
        values = vars(self)
        for name, rule in self._rules.items():
            values[name] = rule.read(values[name])

    @classmethod
    def settings(cls) -> dict[str, Setting[Any, Any]]:
        """The rules of the settings, in the order of the constructor."""
        return dict(cls._rules)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class Whole(Setting[int, int]):
    """A whole number from `minimum` to `LARGEST`."""

    def __init__(self, default: Any = REQUIRED, *, minimum: int = 1, **words: Unpack[Words]) -> None:
        super().__init__(default, **words)
        self.minimum = minimum

    def read(self, value: Any) -> int:
        if not _is_whole(value) or not self.minimum <= value <= LARGEST:
            rule = N_("{setting} must be a whole number from {minimum} to {maximum}.")
            raise self.refuse(rule, value, minimum=self.minimum, maximum=LARGEST)
        return int(value)


class WholePair(Setting[int | tuple[int, int], Pair]):
    """Two whole numbers, (vertical, horizontal); one number stands for both. None, where allowed, is kept."""

    def __init__(self, default: Any = REQUIRED, *, minimum: int = 1, **words: Unpack[Words]) -> None:
        super().__init__(default, **words)
        self.minimum = minimum

    def read(self, value: Any) -> Pair:
        pair = (value, value) if _is_whole(value) else value
        if not _is_pair(pair, self.minimum):
            rule = N_("{setting} must be one or two whole numbers from {minimum} to {maximum}, (vertical, horizontal).")
            raise self.refuse(rule, value, minimum=self.minimum, maximum=LARGEST)
        return (int(pair[0]), int(pair[1]))

    def to_json(self, value: Any) -> Any:
        return list(value)


def _is_pair(value: object, minimum: int) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(_is_whole(number) and minimum <= number <= LARGEST for number in value)
    )


class OptionalPair(Setting[int | tuple[int, int] | None, Pair | None]):
    """As WholePair, or None, for what else follows from the other settings.

    Args:
        minimum: of both numbers.
        otherwise: the setting whose value None stands for, or the pair that a form begins with.
        none_label, none_help: what people read of None.
    """

    def __init__(
        self, *, otherwise: str | Pair, none_label: str, none_help: str, minimum: int = 1, **words: Unpack[Words]
    ) -> None:
        super().__init__(None, **words)
        self.otherwise, self.none_label, self.none_help = otherwise, none_label, none_help
        self._pair: WholePair = WholePair(minimum=minimum)

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self._pair.name = name

    @property
    def minimum(self) -> int:
        return self._pair.minimum

    def read(self, value: Any) -> Pair | None:
        return None if value is None else self._pair.read(value)

    def to_json(self, value: Any) -> Any:
        return None if value is None else list(value)


class Number(Setting[float, float]):
    """A finite number from `minimum` to `maximum`; `below` leaves the maximum itself out."""

    def __init__(
        self,
        default: Any = REQUIRED,
        *,
        minimum: float = -1e9,
        maximum: float = 1e9,
        below: bool = False,
        **words: Unpack[Words],
    ) -> None:
        super().__init__(default, **words)
        self.minimum, self.maximum, self.below = minimum, maximum, below

    def read(self, value: Any) -> float:
        # The bounds also keep out NaN, infinity and whole numbers too large for a float.
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self._allows(value):
            rule = N_("{setting} must be a number from {minimum} to {maximum}.")
            if self.below:
                rule = N_("{setting} must be a number from {minimum} to below {maximum}.")
            raise self.refuse(rule, value, minimum=f"{self.minimum:g}", maximum=f"{self.maximum:g}")
        return float(value)

    def _allows(self, value: float) -> bool:
        return self.minimum <= value and (value < self.maximum if self.below else value <= self.maximum)


class OptionalNumber(Setting[float | None, float | None]):
    """A number as Number has it, or None for "as Keras has it"."""

    def __init__(self, *, minimum: float, **words: Unpack[Words]) -> None:
        super().__init__(None, **words)
        self._number: Number = Number(minimum=minimum)

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self._number.name = name

    def read(self, value: Any) -> float | None:
        return None if value is None else self._number.read(value)


Ends = tuple[float, float]
"""The ends of a range, the lower one first."""


class Range(Setting[float | tuple[float, ...], Ends]):
    """All numbers between two, given in any order, from `minimum` to `maximum`.

    Args:
        alone: -1 or 0 where one number f stands for the range from `alone` · f to f, whatever its sign.
        open_below: `minimum` is allowed only as the end of the whole range, as in Keras's RandomZoom.
    """

    def __init__(
        self,
        default: Any = REQUIRED,
        *,
        alone: int | None = 0,
        minimum: float = -1.0,
        maximum: float = 1.0,
        open_below: bool = False,
        **words: Unpack[Words],
    ) -> None:
        super().__init__(default, **words)
        self.alone, self.minimum, self.maximum, self.open_below = alone, minimum, maximum, open_below

    def read(self, value: Any) -> Ends:
        numbers = list(value) if isinstance(value, tuple | list) else [value]
        if not 1 + (self.alone is None) <= len(numbers) <= 2 or not all(map(self._allows, numbers)):
            rule = N_("{setting} must be one or two numbers from {minimum} to {maximum}.")
            if self.alone is None:
                rule = N_("{setting} must be two numbers from {minimum} to {maximum}.")
            raise self.refuse(rule, value, minimum=f"{self.minimum:g}", maximum=f"{self.maximum:g}")
        if self.alone is not None and len(numbers) == 1:
            numbers = [self.alone * abs(numbers[0]), abs(numbers[0])]
        low, high = sorted(float(number) + 0.0 for number in numbers)
        if self.open_below and low == self.minimum and high != self.maximum:
            rule = N_("{setting} must begin above {minimum}, unless it goes on to {maximum}.")
            raise self.refuse(rule, value, minimum=f"{self.minimum:g}", maximum=f"{self.maximum:g}")
        return low, high

    def _allows(self, number: object) -> bool:
        # The bounds also keep out NaN, infinity and whole numbers too large for a float.
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        return is_number and self.minimum <= number <= self.maximum  # type: ignore[operator]

    def to_json(self, value: Any) -> Any:
        """Return one number where it stands for the range, else both."""
        low, high = value
        return high if self.alone is not None and low == self.alone * high else [low, high]


class OptionalRange(Setting[float | tuple[float, ...] | None, Ends | None]):
    """As Range, or None for "none" or "the same as another setting"."""

    def __init__(
        self,
        *,
        alone: int = 0,
        minimum: float = -1.0,
        maximum: float = 1.0,
        open_below: bool = False,
        **words: Unpack[Words],
    ) -> None:
        super().__init__(None, **words)
        self.range: Range = Range(alone=alone, minimum=minimum, maximum=maximum, open_below=open_below)

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.range.name = name

    def read(self, value: Any) -> Ends | None:
        return None if value is None else self.range.read(value)

    def to_json(self, value: Any) -> Any:
        return None if value is None else self.range.to_json(value)


class Flag(Setting[bool, bool]):
    """True or False."""

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse("{setting} must be true or false.", value)
        return value


class Choice(Setting[AnyEnum | str, AnyEnum]):
    """One member of a closed enum, given as itself or as its value."""

    def __init__(self, choices: type[AnyEnum], default: Any = REQUIRED, **words: Unpack[Words]) -> None:
        super().__init__(default, **words)
        self.choices = choices

    def read(self, value: Any) -> AnyEnum:
        try:
            return self.choices(value)
        except ValueError:
            options = ", ".join(self.choices)
            raise self.refuse("{setting} must be one of {options}.", value, options=options) from None

    def to_json(self, value: Any) -> Any:
        return value.value


class AmountsSetting(Setting[int | tuple[int, int] | Amounts, Amounts]):
    """Rows and columns to add or take away: one number, (vertical, horizontal) or ((top, bottom), (left, right))."""

    def read(self, value: Any) -> Amounts:
        amounts = _amounts(value)
        if amounts is None:
            rule = N_(
                "{setting} must be whole numbers from 0: one for every side, (vertical, horizontal) "
                "or ((top, bottom), (left, right))."
            )
            raise self.refuse(rule, value)
        return amounts

    def to_json(self, value: Any) -> Any:
        return [list(side) for side in value]


def _amounts(value: Any) -> Amounts | None:
    if _is_whole(value):
        value = (value, value)
    if not isinstance(value, tuple | list) or len(value) != 2:
        return None
    sides = [(side, side) if _is_whole(side) else side for side in value]
    if not all(_is_pair(side, 0) for side in sides):
        return None
    (top, bottom), (left, right) = sides
    return ((top, bottom), (left, right))


class PaddingSetting(Setting[Literal["valid", "same"] | PaddingMode | int | Amounts, Padding]):
    """`valid`, `same`, the amounts ((top, bottom), (left, right)), or one number for all four."""

    def read(self, value: Any) -> Padding:
        if isinstance(value, str) and value in tuple(PaddingMode):
            return PaddingMode(value)
        amounts = None if isinstance(value, str) else _amounts(value)
        if amounts is None:
            raise self.refuse(
                "{setting} must be valid, same or the amounts ((top, bottom), (left, right)), from 0.", value
            )
        return amounts

    def to_json(self, value: Any) -> Any:
        return value.value if isinstance(value, PaddingMode) else [list(side) for side in value]


class ShapeSetting(Setting[tuple[int, ...], tuple[int, ...]]):
    """Sizes of one to four axes, without the batch axis; `open_axis` lets one of them be -1, "what is left"."""

    def __init__(self, default: Any = REQUIRED, *, open_axis: bool = False, **words: Unpack[Words]) -> None:
        super().__init__(default, **words)
        self.open_axis = open_axis

    def read(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, tuple | list) or not 1 <= len(value) <= 4 or not self._allows(value):
            rule = N_("{setting} must be one to four whole numbers from 1 to {maximum}.")
            if self.open_axis:
                rule = N_("{setting} must be one to four whole numbers from 1 to {maximum}; one of them may be -1.")
            raise self.refuse(rule, value, maximum=LARGEST)
        return tuple(int(size) for size in value)

    def _allows(self, sizes: Any) -> bool:
        closed = [size for size in sizes if not (self.open_axis and _is_whole(size) and size == -1)]
        return len(sizes) - len(closed) <= 1 and all(_is_whole(size) and 1 <= size <= LARGEST for size in closed)

    def to_json(self, value: Any) -> Any:
        return list(value)


class OptionalNumbers(Setting[tuple[float, ...] | None, tuple[float, ...] | None]):
    """One finite number a channel, or None for "to be learned from data"."""

    def __init__(self, *, minimum: float = -1e9, **words: Unpack[Words]) -> None:
        super().__init__(None, **words)
        self.minimum = minimum

    def read(self, value: Any) -> tuple[float, ...] | None:
        if value is None:
            return None
        if not isinstance(value, tuple | list) or not value:
            raise self.refuse("{setting} must be null or a list of numbers, one per channel.", value)
        one = Number(minimum=self.minimum)
        one.name = self.name
        return tuple(one.read(number) for number in value)

    def to_json(self, value: Any) -> Any:
        return None if value is None else list(value)


MOST_AXES: Final = 4


class OptionalAxes(Setting[int | tuple[int, ...] | None, tuple[int, ...] | None]):
    """Some of the input's axes, counted from 1 without the batch axis; None for none of them."""

    def __init__(self, **words: Unpack[Words]) -> None:
        super().__init__(None, **words)

    def read(self, value: Any) -> tuple[int, ...] | None:
        axes = [value] if _is_whole(value) else value
        if axes is not None and not (_are_axes(axes) and len(set(axes)) == len(axes)):
            rule = N_("{setting} must be null or different whole numbers from 1 to {maximum}, one per axis.")
            raise self.refuse(rule, value, maximum=MOST_AXES)
        return None if axes is None else tuple(sorted(axes))

    def to_json(self, value: Any) -> Any:
        return None if value is None else list(value)


class Axes(Setting[int | tuple[int, ...], tuple[int, ...]]):
    """Some of the input's axes, at least one, counted from 1 without the batch axis."""

    def read(self, value: Any) -> tuple[int, ...]:
        axes = [value] if _is_whole(value) else value
        if not (_are_axes(axes) and len(set(axes)) == len(axes)):
            rule = N_("{setting} must be different whole numbers from 1 to {maximum}, one per axis.")
            raise self.refuse(rule, value, maximum=MOST_AXES)
        return tuple(sorted(axes))

    def to_json(self, value: Any) -> Any:
        return list(value)


class AxisPair(Setting[int | tuple[int, ...], Pair]):
    """An axis of each of two inputs, counted from 1 without the batch axis or from -1 back; one number for both."""

    def read(self, value: Any) -> Pair:
        axes = [value] if _is_whole(value) else value
        if not isinstance(axes, tuple | list) or not 1 <= len(axes) <= 2 or not all(map(self._allows, axes)):
            rule = N_("{setting} must be one or two whole numbers from -{maximum} to {maximum}, and none of them 0.")
            raise self.refuse(rule, value, maximum=MOST_AXES)
        return int(axes[0]), int(axes[-1])

    def _allows(self, axis: object) -> bool:
        return isinstance(axis, int) and _is_whole(axis) and axis != 0 and abs(axis) <= MOST_AXES

    def to_json(self, value: Any) -> Any:
        return list(value)


class CutSetting(Setting[str | tuple[int | None, ...], str]):
    """A slice of an axis as Python writes it, "1:-1" or "::2"; `backward` allows a step below 0."""

    def __init__(self, *, backward: bool = False, **words: Unpack[Words]) -> None:
        super().__init__(":", **words)
        self.backward = backward

    def read(self, value: Any) -> str:
        parts = parts_of_slice(value) if isinstance(value, str) else value
        if not isinstance(parts, tuple | list) or len(parts) != 3 or not all(map(self._allows, parts)):
            raise self._refused(value)
        start, stop, step = parts
        if step == 0 or (step is not None and step < 0 and not self.backward):
            raise self._refused(value)
        ends = ["" if end is None else str(end) for end in (start, stop)]
        return ":".join(ends if step in (None, 1) else [*ends, str(step)])

    def _refused(self, value: object) -> LayerError:
        rule = N_("{setting} must be a slice start:stop:step of whole numbers up to {maximum}, with a step from 1.")
        if self.backward:
            rule = N_("{setting} must be a slice start:stop:step of whole numbers up to {maximum}; the step is not 0.")
        return self.refuse(rule, value, maximum=LARGEST)

    def _allows(self, part: object) -> bool:
        return part is None or (isinstance(part, int) and _is_whole(part) and -LARGEST <= part <= LARGEST)


def parts_of_slice(text: str) -> list[int | None] | None:
    """Return start, stop and step of a slice as Python writes it; None where it is none.

    >>> parts_of_slice("1:-1"), parts_of_slice("::2"), parts_of_slice("3")
    ([1, -1, None], [None, None, 2], None)
    """
    parts = [part.strip() for part in text.split(":")]
    if not 2 <= len(parts) <= 3 or not all(re.fullmatch(r"-?[0-9]{1,7}|", part) for part in parts):
        return None
    return [int(part) if part else None for part in [*parts, ""][:3]]


def places_of_slice(text: str, size: int) -> range:
    """Return which of so many places a slice takes.

    >>> places_of_slice("1:-1", 5), places_of_slice("::-1", 3)
    (range(1, 4), range(2, -1, -1))
    """
    return range(*slice(*parts_of_slice(text) or ()).indices(size))


class AxisOrder(Setting[tuple[int, ...], tuple[int, ...]]):
    """All of the input's axes in another order, counted from 1 without the batch axis: (2, 1, 3) swaps two."""

    def read(self, value: Any) -> tuple[int, ...]:
        if not _are_axes(value) or sorted(value) != list(range(1, len(value) + 1)):
            rule = N_(
                "{setting} must be the whole numbers from 1 to the number of axes, at most {maximum}, in any order."
            )
            raise self.refuse(rule, value, maximum=MOST_AXES)
        return tuple(int(axis) for axis in value)

    def to_json(self, value: Any) -> Any:
        return list(value)


def _are_axes(value: object) -> bool:
    return (
        isinstance(value, tuple | list)
        and 1 <= len(value) <= MOST_AXES
        and all(_is_whole(axis) and 1 <= axis <= MOST_AXES for axis in value)
    )
