"""Everything that lasts between two runs of a page: one table of name, kind, default and allowed values.

Streamlit keeps a widget's own key only while its page is open, so every value lives under a key of its own and widgets
are tied to it by `widget`. Values with `shared=True` also stand in the address, so that a link opens the same view.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

Value = TypeVar("Value")


@dataclass(frozen=True)
class Key(Generic[Value]):
    """One value of a session. `read` turns the address's text into a value and returns None where it makes no sense."""

    name: str
    default: Value
    read: Callable[[str], Value | None]
    shared: bool = False

    def get(self) -> Value:
        """Return the session's value, else the address's, else the default."""
        try:
            return st.session_state[self.name]
        except KeyError:
            value = self._from_address()
        if value is None:
            value = self.default
        # Kept at once: Streamlit drops the address's values when the person goes to another page.
        st.session_state[self.name] = value
        return value

    def set(self, value: Value) -> None:
        st.session_state[self.name] = value

    def _from_address(self) -> Value | None:
        text = st.query_params.get(self.name) if self.shared else None
        return None if text is None else self.read(text)

    def widget(self, after: Callable[[], None] | None = None, part: str = "") -> dict[str, Any]:
        """Return the arguments that tie a widget to this value; `after` runs once the new value is in.

        `part` tells several widgets of one value apart.
        """
        own = f"{self.name}{part}_widget"
        st.session_state[own] = self.get()

        def take() -> None:
            if st.session_state[own] is not None:
                self.set(st.session_state[own])
            if after is not None:
                after()

        return {"key": own, "on_change": take}


def share(*keys: Key[Any]) -> None:
    """Write these values into the address, as far as they differ from their defaults."""
    wanted = {key.name: str(key.get()) for key in keys if key.shared and key.get() != key.default}
    if dict(st.query_params) != wanted:
        st.query_params.from_dict(wanted)


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda text: text if text in allowed else None


def _whole(minimum: int, maximum: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() and minimum <= int(text[:9]) <= maximum else None

    return read


def _flag(text: str) -> bool | None:
    return {"True": True, "False": False}.get(text)


def _short(text: str) -> str | None:
    return text if 0 < len(text) <= 200 and text.isprintable() else None


def _browser_language() -> str:
    return "ko" if (st.context.locale or "").lower().startswith("ko") else "en"


@dataclass(frozen=True)
class _Language(Key[str]):
    """The language; without a choice it is the browser's."""

    def get(self) -> str:
        try:
            return st.session_state[self.name]  # asked for with every sentence
        except KeyError:
            if self._from_address() is None:
                self.set(_browser_language())
        return super().get()


LANGUAGES = {"en": "English", "ko": "한국어"}

LANGUAGE = _Language("lang", "en", _one_of(*LANGUAGES), shared=True)
FRONT_DOOR = Key("front_door", False, _flag)

# The picture and the model: the same on every page.
SAMPLE = Key("picture", "chelsea", _short, shared=True)
SOURCE = Key("source", "sample", _one_of("sample", "upload", "camera"))
UPLOAD: Key[Any] = Key("upload", None, _short)
MODEL = Key("model", "mobilenet_v2", _short, shared=True)
FIT = Key("fit", "crop", _one_of("crop", "pad", "stretch"), shared=True)
INVERT = Key("invert", False, _flag, shared=True)

# Feature maps.
LAYER = Key("layer", "", _short, shared=True)
CHANNEL = Key("channel", 0, _whole(0, 10**6), shared=True)
ORDER = Key("order", "index", _one_of("index", "mean", "spread"), shared=True)
SCOPE = Key("scope", "per_layer", _one_of("per_map", "per_layer", "fixed"), shared=True)
LIMIT: Key[float] = Key("limit", 1.0, lambda text: None)
STOPPED: Key[Any] = Key("stopped", None, lambda text: None)

# Design a network. The address names the preset only: an edited network is handed on as a file.
DESIGN_PRESET = Key("design", "mnist", _short, shared=True)
DESIGN = Key("design_network", "", lambda text: None)
DESIGN_LAYER = Key("design_layer", 0, _whole(0, 10**6))
DESIGN_PAST: Key[tuple[Any, ...]] = Key("design_past", (), lambda text: None)
DESIGN_FUTURE: Key[tuple[Any, ...]] = Key("design_future", (), lambda text: None)
DESIGN_DRAFT: Key[dict[str, Any]] = Key("design_draft", {}, lambda text: None)
DESIGN_PROBLEM: Key[Any] = Key("design_problem", None, lambda text: None)
DESIGN_ANSWERED = Key("design_answered", 0, _whole(0, 10**15))
DESIGN_SQUARE = Key("design_square", True, _flag)


def field(name: str, value: Any, take: Callable[[Any], None]) -> dict[str, Any]:
    """Return the arguments that tie a widget to a value kept elsewhere; `take` gets what the person puts in."""
    own = f"design_{name}_field"
    st.session_state[own] = value
    return {"key": own, "on_change": lambda: take(st.session_state[own])}


def widget_value(key: str) -> Any:
    """Return what a widget holds, None where it is not on the page."""
    return st.session_state.get(key)


def component_value(key: str, name: str) -> Any:
    """Return what a component of ours has just said under `name`, None where it said nothing."""
    return (st.session_state.get(key) or {}).get(name)
