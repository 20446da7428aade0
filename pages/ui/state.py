"""Everything that lasts between two runs of a page: one table of name, kind, default and allowed values.

Streamlit keeps a widget's own key only while its page is open, so every value lives under a key of its own and widgets
are tied to it by `widget`. Values with `shared=True` also stand in the address, so that a link opens the same view.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from cnn_core.pictures.samples import SAMPLES

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


def share(*keys: Key[Any], instead: dict[str, str] | None = None) -> None:
    """Write these values into the address, as far as they differ from their defaults; `instead` of some, others."""
    wanted = {key.name: str(key.get()) for key in keys if key.shared and key.get() != key.default}
    wanted.update(instead or {})
    if dict(st.query_params) != wanted:
        st.query_params.from_dict(wanted)


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda text: text if text in allowed else None


_a_sample = _one_of(*(sample.key for sample in SAMPLES))


def _whole(minimum: int, maximum: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() and minimum <= int(text[:9]) <= maximum else None

    return read


def _flag(text: str) -> bool | None:
    return {"True": True, "False": False}.get(text)


def _short(text: str) -> str | None:
    return text if 0 < len(text) <= 200 and text.isprintable() else None


def _packed(text: str) -> str | None:
    return text if len(text) <= 10_000 and text.isascii() and text.isprintable() else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= 1e6 else None


def _from(minimum: float, maximum: float) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        value = _number(text)
        return value if value is not None and minimum <= value <= maximum else None

    return read


def _signed(most: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        size = _whole(0, most)(text.removeprefix("-"))
        return size if size is None or not text.startswith("-") else -size

    return read


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
SAMPLE = Key("picture", "", _a_sample, shared=True)
SAMPLE_COLOUR = Key("sample_colour", "", lambda text: None)
SOURCE = Key("source", "sample", _one_of("sample", "upload", "camera"))
UPLOAD: Key[Any] = Key("upload", None, lambda text: None)
PHOTOGRAPH: Key[Any] = Key("photograph", None, lambda text: None)
MODEL = Key("model", "mobilenet_v2", _short, shared=True)
MODEL_SOURCE = Key("model_source", "", lambda text: None)
MODEL_FILE = Key("model_file_id", "", lambda text: None)
CLASS_LIST = Key("class_list", "", lambda text: None)
CLASS_LIST_NOTE: Key[Any] = Key("class_list_note", None, lambda text: None)
FIT = Key("fit", "crop", _one_of("crop", "pad", "stretch"), shared=True)
INVERT = Key("invert", False, _flag, shared=True)

# Feature maps.
LAYER = Key("layer", "", _short, shared=True)
CHANNEL = Key("channel", 0, _whole(0, 10**6), shared=True)
ORDER = Key("order", "index", _one_of("index", "mean", "spread"), shared=True)
SCOPE = Key("scope", "per_layer", _one_of("per_map", "per_layer", "fixed"), shared=True)
LIMIT: Key[float] = Key("limit", 1.0, lambda text: None)
ROW = Key("row", 0, _whole(0, 10**6), shared=True)
COLUMN = Key("column", 0, _whole(0, 10**6), shared=True)
UNFOLDED: Key[tuple[str, ...]] = Key("unfolded", (), lambda text: None)
TRAIL: Key[tuple[Any, ...]] = Key("trail", (), lambda text: None)
METHOD = Key("method", "grad_cam", _one_of("grad_cam", "occlusion", "saliency"), shared=True)
TARGET = Key("target", -1, _whole(0, 10**6), shared=True)
OPACITY: Key[float] = Key("opacity", 0.6, lambda text: None)
HEAT_LAYER = Key("heat_layer", "", _short, shared=True)
PATCH = Key("patch", 0, _whole(1, 4096), shared=True)
PATCH_STRIDE = Key("patch_stride", 0, _whole(1, 4096), shared=True)
STOPPED: Key[Any] = Key("stopped", None, lambda text: None)
PANELS = Key("panels", "", _short, shared=True)
RANKED_BY = Key("ranked_by", "maximum", _one_of("maximum", "mean"), shared=True)
SURVEYED = Key("surveyed", False, _flag, shared=True)
BESIDE = Key("beside", "changed", _one_of("changed", "sample"), shared=True)
BESIDE_SAMPLE = Key("beside_sample", "coffee", _a_sample, shared=True)
MIRRORED = Key("mirrored", False, _flag, shared=True)
ANGLE = Key("angle", 0, _signed(180), shared=True)
SHIFT_DOWN = Key("shift_down", 0, _signed(4096), shared=True)
SHIFT_RIGHT = Key("shift_right", 8, _signed(4096), shared=True)
BRIGHTNESS = Key("brightness", 1.0, _from(0, 2), shared=True)
PICTURE_NOISE = Key("picture_noise", 0.0, _from(0, 0.5), shared=True)

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

# Convolution. The address holds all of it; numbers of the reader's own stand there packed.
GRID = Key("grid", "digit", _short, shared=True)
GRID_ROWS = Key("rows", 7, _whole(1, 32), shared=True)
GRID_COLUMNS = Key("columns", 7, _whole(1, 32), shared=True)
GRID_NUMBERS = Key("numbers", "", _packed, shared=True)
CUT_ROW = Key("cut_row", 100, _whole(0, 10**5), shared=True)
CUT_COLUMN = Key("cut_column", 170, _whole(0, 10**5), shared=True)
CUT_SCALE = Key("cut_scale", 4, _whole(1, 64), shared=True)
KERNEL = Key("kernel", "sobel_vertical_edges", _short, shared=True)
LEARNED = Key("learned", 0, _whole(0, 10**4), shared=True)
KERNEL_NUMBERS = Key("weights", "", _packed, shared=True)
KERNEL_ROWS = Key("kernel_rows", 3, _whole(1, 7))
KERNEL_COLUMNS = Key("kernel_columns", 3, _whole(1, 7))
STRIDE_DOWN = Key("stride_down", 1, _whole(1, 8), shared=True)
STRIDE_ACROSS = Key("stride_across", 1, _whole(1, 8), shared=True)
DILATION_DOWN = Key("dilation_down", 1, _whole(1, 4), shared=True)
DILATION_ACROSS = Key("dilation_across", 1, _whole(1, 4), shared=True)
PADDING = Key("padding", "valid", _one_of("valid", "same", "explicit"), shared=True)
PAD_TOP = Key("pad_top", 1, _whole(0, 8), shared=True)
PAD_BOTTOM = Key("pad_bottom", 1, _whole(0, 8), shared=True)
PAD_LEFT = Key("pad_left", 1, _whole(0, 8), shared=True)
PAD_RIGHT = Key("pad_right", 1, _whole(0, 8), shared=True)
FILLING = Key("filling", "zero", _one_of("zero", "reflect", "replicate"), shared=True)
TURNED = Key("turned", False, _flag, shared=True)
BIAS = Key("bias", 0.0, _number, shared=True)
OPENED = Key("open", "", _short, shared=True)
FILTERS = Key("filters", 2, _whole(1, 4), shared=True)
FILTER_KERNELS = Key(
    "filter_kernels",
    "sobel_vertical_edges.sobel_horizontal_edges.gaussian_3.sharpen",
    _short,
    shared=True,
)
FILTER_BIAS = Key("filter_bias", 10.0, _number, shared=True)
FILTER_NUMBERS = Key("filter_weights", "", _packed, shared=True)
MIX_NUMBERS = Key("mix_weights", "", _packed, shared=True)
DEEP = Key("deep", 256, _whole(1, 4096), shared=True)
NARROW = Key("narrow", 64, _whole(1, 4096), shared=True)
SEPARABLE_CHANNELS = Key("separable_channels", 32, _whole(1, 4096), shared=True)
SEPARABLE_FILTERS = Key("separable_filters", 64, _whole(1, 4096), shared=True)
SPREAD_KERNEL = Key("spread_kernel", 3, _whole(1, 7), shared=True)
SPREAD_STRIDE = Key("spread_stride", 2, _whole(1, 4), shared=True)
SPREAD_PADDING = Key("spread_padding", "valid", _one_of("valid", "same"), shared=True)
STACKED = Key("stacked", 2, _whole(1, 3), shared=True)
STACK_CHANNELS = Key("stack_channels", 64, _whole(1, 4096), shared=True)
ON_COLOURS = Key("on_colours", False, _flag, shared=True)
ACTIVATION = Key("activation", "relu", _one_of("linear", "relu", "tanh", "sigmoid"), shared=True)

# Pooling and stride.
REDUCED = Key("reduced", "picture", _one_of("grid", "picture", "map"), shared=True)
REDUCED_GRID = Key("reduced_grid", "noise", _short, shared=True)
POOL_DOWN = Key("pool_down", 2, _whole(1, 7), shared=True)
POOL_ACROSS = Key("pool_across", 2, _whole(1, 7), shared=True)
STEP_DOWN = Key("step_down", 2, _whole(1, 8), shared=True)
STEP_ACROSS = Key("step_across", 2, _whole(1, 8), shared=True)
POOL_PADDING_DOWN = Key("pool_padding_down", "valid", _one_of("valid", "same"), shared=True)
POOL_PADDING_ACROSS = Key("pool_padding_across", "valid", _one_of("valid", "same"), shared=True)
WAY = Key("way", "max", _short, shared=True)
LOOK_ROW = Key("look_row", -1, _whole(0, 10**5), shared=True)
LOOK_COLUMN = Key("look_column", -1, _whole(0, 10**5), shared=True)
SHOWN = Key("shown", "true", _one_of("true", "enlarged"), shared=True)
WAY_ONE = Key("way_one", "max", _short, shared=True)
OTHER_WAY = Key("other_way", "average", _short, shared=True)
MEASURED = Key("measured", "costs", _one_of("costs", "difference", "equal", "position", "noise", "kept"), shared=True)
NOISE: Key[float] = Key("noise", 0.1, _from(0.01, 1), shared=True)
REPLACED = Key("replaced", "mnist", _short, shared=True)
STRIDES_TOO = Key("strides_too", True, _flag, shared=True)
STUDY_OPEN = Key("study_open", False, _flag, shared=True)
TRAINING = Key("training", "", _short, shared=True)
TRAINED_WAYS = Key("trained_ways", "max.average.convolution.stride.blur", _short, shared=True)
TRAINING_PICTURES = Key("training_pictures", 4000, _whole(1000, 4000), shared=True)
TRAINING_EPOCHS = Key("training_epochs", 5, _whole(1, 20), shared=True)
TRAINING_SEED = Key("training_seed", 0, _whole(0, 10**6), shared=True)


def field(name: str, value: Any, take: Callable[[Any], None]) -> dict[str, Any]:
    """Return the arguments that tie a widget to a value kept elsewhere; `take` gets what the person puts in."""
    own = f"{name}_field"
    st.session_state[own] = value
    return {"key": own, "on_change": lambda: take(st.session_state[own])}


def widget_value(key: str) -> Any:
    """Return what a widget holds, None where it is not on the page."""
    return st.session_state.get(key)


def component_value(key: str, name: str) -> Any:
    """Return what a component of ours has just said under `name`, None where it said nothing."""
    return (st.session_state.get(key) or {}).get(name)
