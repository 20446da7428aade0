"""Short forms of layers: a code, its main setting, letters with a number and words for the rest, `C32k3s2same`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final

from cnn_core.layers import KINDS, ActivationName, Layer
from cnn_core.layers.settings import (
    AmountsSetting,
    Number,
    OptionalPair,
    PaddingMode,
    PaddingSetting,
    Setting,
    ShapeSetting,
    WholePair,
)

ACTIVATION_SHORT: Final = "sm"
ACTIVATION_WORDS: Final = {"lin": ActivationName.LINEAR, ACTIVATION_SHORT: ActivationName.SOFTMAX}
"""Beside the activations' own names."""


@dataclass(frozen=True)
class Short:
    """How layers of a kind are written in short.

    Args:
        code: what the form begins with.
        main: the setting whose value follows at once; "" where there is none.
        letters: the settings that are written as a letter and a value.
        words: those that are written as a word.
    """

    code: str
    kind: str
    main: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[str, Any]] = field(default_factory=dict)

    @cached_property
    def unsaid(self) -> Mapping[str, Any]:
        """What the settings are that a short form does not name: those of a layer that is newly added.

        >>> SHORT_FORMS["C"].unsaid["kernel_size"]
        (3, 3)
        """
        cls = KINDS[self.kind]
        rules = cls.settings()
        return {
            name: rule.read(cls.starter[name]) if name in cls.starter else rule.default
            for name, rule in rules.items()
            if name in cls.starter or not rule.required
        }

    @cached_property
    def all_words(self) -> Mapping[str, tuple[str, Any]]:
        """Every word of the form with the setting and the value that it stands for, the longest first.

        "selu" is no stride, and "sigmoid" no "si".
        """
        words = dict(self.words)
        if "activation" in KINDS[self.kind].settings():
            words |= {name: ("activation", value) for name, value in _activations().items()}
        return dict(sorted(words.items(), key=lambda word: -len(word[0])))


def _activations() -> dict[str, ActivationName]:
    return {**{name.value: name for name in ActivationName}, **ACTIVATION_WORDS}


_PADDING = {"same": ("padding", PaddingMode.SAME), "v": ("padding", PaddingMode.VALID)}
_NO_BIAS = {"nb": ("use_bias", False)}
_MOVED = {"k": "kernel_size", "s": "strides", "d": "dilation_rate"}

SHORT_FORMS: Final = {
    form.code: form
    for form in (
        Short("I", "Input", "shape"),
        Short("C", "Conv2D", "filters", {**_MOVED, "g": "groups", "p": "padding"}, {**_PADDING, **_NO_BIAS}),
        Short("DW", "DepthwiseConv2D", "kernel_size", {**_MOVED, "m": "depth_multiplier"}, {**_PADDING, **_NO_BIAS}),
        Short("S", "SeparableConv2D", "filters", {**_MOVED, "m": "depth_multiplier"}, {**_PADDING, **_NO_BIAS}),
        Short("T", "Conv2DTranspose", "filters", _MOVED, {**_PADDING, **_NO_BIAS}),
        Short("P", "MaxPooling2D", "pool_size", {"s": "strides"}, _PADDING),
        Short("A", "AveragePooling2D", "pool_size", {"s": "strides"}, _PADDING),
        Short("GA", "GlobalAveragePooling2D", words={"keep": ("keepdims", True)}),
        Short("GM", "GlobalMaxPooling2D", words={"keep": ("keepdims", True)}),
        Short("U", "UpSampling2D", "size", words={"bilinear": ("interpolation", "bilinear")}),
        Short("Z", "ZeroPadding2D", "padding"),
        Short("B", "BatchNormalization", letters={"m": "momentum", "e": "epsilon"}),
        Short("R", "Activation"),
        Short("DO", "Dropout", "rate"),
        Short("F", "Flatten"),
        Short("D", "Dense", "units", words=_NO_BIAS),
    )
}
"""Every short form by its code."""

JOINS: Final = {"+": "Add", "*": "Multiply", "&": "Concatenate"}
"""The merges that have a sign."""

_CODES: Final = sorted(SHORT_FORMS, key=len, reverse=True)
_BY_KIND: Final = {form.kind: form for form in SHORT_FORMS.values()}
# Python reads no number of more than 4,300 digits; no setting has more than seven.
_WHOLE, _PAIR, _REAL = r"\d{1,9}", r"\d{1,9}(?:x\d{1,9})?", r"\d{1,9}(?:\.\d{1,20})?|\.\d{1,20}"


# Networks repeat themselves, and an edit leaves most of their layers as they are.
@lru_cache(maxsize=4096)
def write_short(layer: Layer) -> str | None:
    """Return the short form of a layer; None where it has none, or where that does not say all of its settings.

    >>> from cnn_core.layers import Activation, Conv2D
    >>> write_short(Conv2D(32, 3, padding="same", activation="relu")), write_short(Activation("tanh"))
    ('C32', 'tanh')
    """
    if layer.kind == "Activation" and getattr(layer, "slope", None) is None:
        name = str(getattr(layer, "activation", ""))
        return "R" if name == ActivationName.RELU else name
    form = _BY_KIND.get(layer.kind)
    if form is None:
        return None
    text, unsaid, rules = form.code, form.unsaid, layer.settings()
    rest = {name: getattr(layer, name) for name in rules if getattr(layer, name) != unsaid.get(name)}
    if form.main:
        rest.pop(form.main, None)
        written = write_value(rules[form.main], getattr(layer, form.main))
        if written is None:
            return None
        text += written
    letters = {name: letter for letter, name in form.letters.items()}
    words = {value: word for word, value in form.all_words.items()}
    for name, value in rest.items():
        word = words.get((name, value))
        written = word or (write_value(rules[name], value) if name in letters else None)
        if written is None:
            return None
        text += written if word else letters[name] + written
    # A picture's size is known by its crosses.
    return text.removeprefix("I") if form.code == "I" and "x" in text else text


def write_value(rule: Setting[Any, Any], value: Any) -> str | None:
    """Return a setting's value as a short form writes it; None where it cannot."""
    match rule, value:
        case ShapeSetting(), tuple():
            return "x".join(map(str, value)) if min(value) > 0 else None
        case ((AmountsSetting() | PaddingSetting()), ((top, bottom), (left, right))):
            return _pair(top, left) if (top, left) == (bottom, right) else None
        case ((WholePair() | OptionalPair()), (vertical, horizontal)):
            return _pair(vertical, horizontal)
        case Number(), float():
            written = repr(value)
            return written if re.fullmatch(_REAL, written) else None
        case _, int():
            return str(value)
    return None


def _pair(vertical: int, horizontal: int) -> str:
    return str(vertical) if vertical == horizontal else f"{vertical}x{horizontal}"


def read_value(rule: Setting[Any, Any], text: str) -> Any:
    """Return the value that `write_value` wrote, as a layer takes it."""
    if isinstance(rule, Number):
        return float(text)
    numbers = tuple(int(number) for number in text.split("x"))
    if isinstance(rule, ShapeSetting):
        return numbers
    first, last = numbers[0], numbers[-1]
    if isinstance(rule, AmountsSetting | PaddingSetting):
        return ((first, first), (last, last))
    return numbers if len(numbers) == 2 else first


def value_pattern(rule: Setting[Any, Any]) -> str:
    """Return what a value of this setting looks like, as a regular expression."""
    if isinstance(rule, ShapeSetting):
        return rf"{_WHOLE}(?:x{_WHOLE})*"
    if isinstance(rule, Number):
        return _REAL
    if isinstance(rule, WholePair | OptionalPair | AmountsSetting | PaddingSetting):
        return _PAIR
    return _WHOLE


@dataclass(frozen=True)
class ReadShort:
    """A text as a short form: what it says, and how many of its characters were understood."""

    form: Short
    settings: dict[str, Any]
    understood: int

    @property
    def expected(self) -> str:
        """What could follow the characters that were understood."""
        return ", ".join(_expected(self.form))


def read_short(text: str) -> Iterator[ReadShort]:
    """Yield what a text says as each short form that it may be, the one with the longest code first."""
    for code in _CODES:
        if text[: len(code)].upper() == code:
            yield _read_as(SHORT_FORMS[code], text)


def _read_as(form: Short, text: str) -> ReadShort:
    rules = KINDS[form.kind].settings()
    settings, at = dict(form.unsaid), len(form.code)
    if form.main and (match := re.compile(value_pattern(rules[form.main])).match(text, at)):
        settings[form.main] = read_value(rules[form.main], match[0])
        at = match.end()
    words, lower = form.all_words, text.lower()
    while at < len(text):
        word = next((name for name in words if lower.startswith(name, at)), None)
        letter = form.letters.get(lower[at])
        match = re.compile(value_pattern(rules[letter])).match(text, at + 1) if letter else None
        if letter and match:
            settings[letter] = read_value(rules[letter], match[0])
            at = match.end()
        elif word:
            setting, settings[setting] = words[word][0], words[word][1]
            at += len(word)
        else:
            break
    return ReadShort(form, settings, at)


def _expected(form: Short) -> Iterator[str]:
    """Yield examples of what may follow a code."""
    yield from (f"{letter}2 ({name})" for letter, name in form.letters.items())
    yield from form.words
    if "activation" in KINDS[form.kind].settings():
        yield from (ActivationName.RELU, ACTIVATION_SHORT)
