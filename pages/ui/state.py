"""Everything that lasts between two runs of a page: one table of names, defaults and kinds.

Streamlit keeps a widget's own key only while its page is open, so every value lives under a key of its own and widgets
are tied to it by `widget`. What has a kind (`address`) and is not said to be `shared=False` also stands in the address
of the pages that use it, so that a link opens the same view and the browser's Back the view before.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar, cast
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnn_core.layers import ActivationName, FillMode
from cnn_core.layers.settings import PaddingMode
from cnn_core.models.position_networks import Taught
from cnn_core.network.memory import Optimizer
from cnn_core.network.volumes import Scale
from cnn_core.numerics.enlarging import Stamp
from cnn_core.numerics.pool import PoolingKind
from cnn_core.pictures.samples import SAMPLES
from pages.ui.address import Choice, Flag, Kind, Names, Number, Rows, Text, Whole
from pages.ui.languages import offered
from pages.ui.scripts import run_in_browser

Value = TypeVar("Value")
Named = TypeVar("Named")


_RUN = threading.local()
"""What the runs of a page in this thread know: a thread of Streamlit's has one session and one context."""


def _known() -> dict[str, Any]:
    """Return what was read or set so far, by name: a run asks a thousand times, and Streamlit is slow to say.

    Runs that follow one another in a thread share it, so values are set by `Key.set` alone.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return {}
    if getattr(_RUN, "context", None) is not context:
        _RUN.context, _RUN.known, _RUN.changes = context, {}, 0
    known: dict[str, Any] = _RUN.known
    return known


def changes() -> int:
    """Return how many values the runs of this thread have set to others so far."""
    _known()
    return getattr(_RUN, "changes", 0)


@dataclass(frozen=True)
class Key(Generic[Value]):
    """One value of a session; without a kind it never stands in an address.

    `kind` is for every page and the address, `here` what the page's data allow of it. As long as nobody has chosen, the
    value may be None, and `automatic` takes its place.
    """

    name: str
    default: Value
    kind: Kind[Any] | None = None
    shared: bool = True
    here: Kind[Any] | None = None
    automatic: Value | None = None

    @property
    def in_address(self) -> bool:
        return self.kind is not None and self.shared

    def get(self) -> Value:
        """Return the session's value, else the address's, else the default, within the bounds; and keep it."""
        known = _known()
        if self.name not in known:
            known[self.name] = self._kept()
        kept = known[self.name]
        value = self.fit(kept)
        if value is not kept:
            self.set(value)
        return cast("Value", self.automatic if value is None else value)

    def _kept(self) -> Any:
        try:
            return st.session_state[self.name]
        except KeyError:
            # Kept at once: Streamlit drops the address's values when the person goes to another page.
            self.set(value := self.fit(self.said_by(st.query_params)))
            return value

    def set(self, value: Value) -> None:
        known, fitting = _known(), self.fit(value)
        if self.name not in known or known[self.name] is not fitting:
            _RUN.changes = getattr(_RUN, "changes", 0) + 1
        st.session_state[self.name] = known[self.name] = fitting

    def fit(self, value: Any) -> Any:
        """Return a value within the bounds."""
        if value is not None:
            for kind in filter(None, (self.kind, self.here)):
                value = kind.fit(value)
        return value

    def said_by(self, address: Mapping[str, str]) -> Value:
        """Return what an address says of this value; where it says nothing, or no sense, the default."""
        value = self.kind.read(address[self.name]) if self.kind and self.shared and self.name in address else None
        return self.default if value is None else value

    def written(self) -> str:
        """Return the text that stands for this value in an address."""
        return self.kind.write(self.get()) if self.kind else ""

    def within(self: "Key[Any]", low: int, high: int, automatic: int | None = None) -> "Key[int]":
        """Return the same value within bounds that only the page's data tell."""
        return replace(self, here=Whole(low, high), automatic=automatic)

    def among(self: "Key[Any]", choices: Iterable[Named], automatic: Named | None = None) -> "Key[Named]":
        """Return the same value as one of what the page's data offer; what is none of them becomes the default."""
        offered = tuple(choices)
        return replace(self, here=Choice(offered, self.default), automatic=automatic)

    def otherwise(self: "Key[Any]", automatic: Named) -> "Key[Named]":
        """Return the same value, which is `automatic` as long as nobody has chosen."""
        return replace(self, automatic=automatic)

    def widget(self, after: Callable[[], None] | None = None, part: str = "") -> dict[str, Any]:
        """Return the arguments that tie a widget to this value, its bounds or choices among them.

        `after` runs once the new value is in; `part` tells several widgets of one value apart.
        """
        own = f"{self.name}{part}_widget"
        # A place lies within what is open, which a click changes together with the bounds.
        late = PLACE_ON_ITS_WAY if isinstance(self.here, Whole) else 0
        _show(own, self.get(), late)

        def take() -> None:
            if _is_from_before(own, late):
                return
            said = st.session_state.get(own)  # nothing where the session was cleared a moment ago
            if said is not None:
                self.set(said)
            if after is not None:
                after()

        kind = self.here or self.kind
        return {"key": own, "on_change": take, **(kind.arguments() if kind else {})}

    def part(self: "Key[tuple[str, ...]]", name: str) -> dict[str, Any]:
        """Return the arguments that tie a part of a page, which can be opened, to whether it is named here."""
        others = tuple(other for other in self.get() if other != name)
        is_open = name in self.get()
        return field(f"{self.name}_{name}", is_open, lambda opened: self.set((*others, name) if opened else others))


def field(name: str, value: Any, take: Callable[[Any], None], late: float = 0) -> dict[str, Any]:
    """Return the arguments that tie a widget to a value kept elsewhere; `take` gets what the person puts in.

    With whatever is done on the page the browser tells what stands in all its fields. Until it shows a value that the
    page has changed it tells the one from before, which nobody has put in and which would take the change back: that
    one is not taken for `late` seconds.
    """
    own = f"{name}_field"
    _show(own, value, late)

    def hear() -> None:
        # It is not there where the session was cleared a moment ago.
        if own in st.session_state and not _is_from_before(own, late):
            take(st.session_state[own])

    return {"key": own, "on_change": hear}


PLACE_ON_ITS_WAY: Final = 2.0
"""`late` of what says a place: a click that opens a layer is followed by others at once."""


def _show(own: str, value: Any, late: float) -> None:
    """Let a widget show a value, and note what it showed before and since when it does not.

    What it showed is kept beside it: a run in which it is not drawn, as what it stands with is still awaited, lets
    Streamlit forget it, and the browser tells it all the same.
    """
    if late:
        before, since, shown = st.session_state.get(f"{own}_before", (None, -math.inf, value))
        told = st.session_state.get(own, shown)
        if told != value:
            before, since = told, time.monotonic()
        st.session_state[f"{own}_before"] = before, since, value
    st.session_state[own] = value


def _is_from_before(own: str, late: float) -> bool:
    """Say whether a widget tells what it showed until the page changed it, so many seconds ago at most."""
    before, since, _shown = st.session_state.get(f"{own}_before", (None, -math.inf, None))
    return bool(st.session_state.get(own) == before) and time.monotonic() - since < late


def _browser_language() -> str:
    locale = (st.context.locale or "").lower().replace("-", "_")
    return next((code for code in sorted(LANGUAGES, key=len, reverse=True) if locale.startswith(code.lower())), "en")


@dataclass(frozen=True)
class _Language(Key[str]):
    """The language; without a choice it is the browser's."""

    def get(self) -> str:
        known = _known()
        if self.name in known:  # asked for with every sentence
            return cast("str", known[self.name])
        if self.name not in st.session_state and self.name not in st.query_params:
            self.set(_browser_language())
        return super().get()


_A_SAMPLE = Choice(tuple(sample.key for sample in SAMPLES))
_NAME = Text(40, "a-z0-9_")
_PACKED = Text(10_000, "A-Za-z0-9_-")
LARGEST_KERNEL = 7
"""Rows or columns of a kernel that a reader writes."""
MOST_SEED = 10**6
LANGUAGES = offered()

LANGUAGE = _Language("lang", "en", Choice(tuple(LANGUAGES)))
FRONT_DOOR = Key("front_door", False)

# The picture and the model: the same on every page.
SAMPLE: Key[str | None] = Key("picture", None, _A_SAMPLE)
SAMPLE_COLOUR = Key("sample_colour", "")
SOURCE = Key("source", "sample", Choice(("sample", "upload", "camera", "drawing")), shared=False)
UPLOAD: Key[Any] = Key("upload", None)
PHOTOGRAPH: Key[Any] = Key("photograph", None)
DRAWING: Key[Any] = Key("drawing", None)
DRAWN: Key[Any] = Key("drawn", None)
STROKE: Key[Any] = Key("stroke", None)
UPLOADER = Key("uploader", 0)
UPLOADED_FILES: Key[dict[str, str]] = Key("uploaded_files", {})
GIVEN = Key("given_number", 0)
GIVEN_REFUSED: Key[Any] = Key("given_refused", None)
LIVE: Key[Any] = Key("live", None)
PASSED: Key[Any] = Key("passed", None)
LIVE_REFUSED: Key[Any] = Key("live_refused", None)
MODEL = Key("model", "cifar10", Text(200, "A-Za-z0-9_:"))
MODEL_FILE = Key("model_file_id", "")
MODEL_FILE_NAMES: Key[dict[str, str]] = Key("model_file_names", {})
CLASS_LISTS: Key[dict[str, str]] = Key("class_lists", {})
CLASS_LIST_NOTE: Key[Any] = Key("class_list_note", None)
FIT = Key("fit", "crop", Choice(("crop", "pad", "stretch")))
INVERT = Key("invert", False, Flag())

# The course: which step stands beside the tool, and what this reader answered.
LESSON = Key("lesson", "", Text(60, "a-z0-9_."))
ANSWERS: Key[dict[str, Any]] = Key("course_answers", {})
PROGRESS: Key[frozenset[str]] = Key("course_progress", frozenset())
FORGOTTEN = Key("course_forgotten", False)
SOUGHT_WORD = Key("sought_word", "", Text(60))
LARGE_TYPE = Key("large_type", False, Flag())
COURSES = "K0", "K1", "K2", "K3", "K4"
"""What the numbers of each course's claims begin with."""
CLAIMS_OF: Key[str | None] = Key("claims_of", None, Choice(COURSES))
SHEET = Key("sheet", "", _NAME)
PRINTING = Key("printing", False)

# Feature maps.
OUTPUT: Key[str | None] = Key("output", None, Text())
LAYER = Key("layer", "", Text())
CHANNEL: Key[int | None] = Key("channel", None, Whole(0, 10**6))
ORDER = Key("order", "index", Choice(("index", "mean", "spread")))
SCOPE = Key("scope", "per_layer", Choice(("per_map", "per_layer", "fixed")))
LIMIT = Key("limit", 1.0, Number(0.001, 1e9))
ROW: Key[int | None] = Key("row", None, Whole(0, 10**6))
COLUMN: Key[int | None] = Key("column", None, Whole(0, 10**6))
UNFOLDED: Key[tuple[str, ...]] = Key("unfolded", ())
FOLDED: Key[tuple[str, ...]] = Key("folded", ())
TRAIL: Key[tuple[tuple[int, ...], ...]] = Key("trail", (), Rows())
VALUE_PAGE: Key[tuple[Any, int]] = Key("value_page", (None, 0))
FOLLOWED: Key[Any] = Key("followed", None)
PATH: Key[Any] = Key("path", None)
METHOD = Key("method", "grad_cam", Choice(("grad_cam", "occlusion", "saliency")))
AS_SHARES = Key("as_shares", False, Flag())
TARGET: Key[int | None] = Key("target", None, Whole(0, 10**6))
OPACITY = Key("opacity", 0.6, Number(0.0, 1.0, step=0.05), shared=False)
HEAT_LAYER: Key[str | None] = Key("heat_layer", None, Text())
PATCH: Key[int | None] = Key("patch", None, Whole(1, 4096))
PATCH_STRIDE: Key[int | None] = Key("patch_stride", None, Whole(1, 4096))
HOLDS: Key[Any] = Key("holds", None)
STOPPED: Key[Any] = Key("stopped", None)
MENUS: Key[tuple[str, ...]] = Key("menus_opened", ())
ASKED = Key("ask", "why", _NAME)
PANEL_PLACE = Key("panel_place", "panel_1")
PANELS_HELD: Key[dict[str, str]] = Key("panels_held", {})
NEAR_LAYER = Key("near_layer", "")
SOUGHT_SEED = Key("sought_seed", 0, Whole(0, MOST_SEED))
SOUGHT: Key[Any] = Key("sought", None)
RANKED_BY = Key("ranked_by", "maximum", Choice(("maximum", "mean")))
SURVEYED = Key("surveyed", False, Flag())
BESIDE = Key("beside", "changed", Choice(("changed", "sample")))
BESIDE_SAMPLE = Key("beside_sample", "coffee", _A_SAMPLE)
MIRRORED = Key("mirrored", False, Flag())
ANGLE = Key("angle", 0, Whole(-180, 180))
SHIFT_DOWN = Key("shift_down", 0, Whole(-4096, 4096))
SHIFT_RIGHT = Key("shift_right", 8, Whole(-4096, 4096))
BRIGHTNESS = Key("brightness", 1.0, Number(0.0, 2.0, step=0.05))
PICTURE_NOISE = Key("picture_noise", 0.0, Number(0.0, 0.5, step=0.01))

# Design a network. The address names the preset and, where it was edited, holds the network: whatever it is, so that
# the page can say what is wrong with it.
DESIGN_PRESET = Key("design", "mnist", _NAME)
DESIGN_LINK = Key("network", "", Text(100_000))
DESIGN = Key("design_network", "")
DESIGN_EDGE: Key[tuple[Any, ...]] = Key("design_edge", ())
DESIGN_FETCHED = Key("design_fetched", ("", ""))
DESIGN_LAYER = Key("design_layer", 0)
DESIGN_PAST: Key[tuple[Any, ...]] = Key("design_past", ())
DESIGN_FUTURE: Key[tuple[Any, ...]] = Key("design_future", ())
DESIGN_DRAFT: Key[dict[str, Any]] = Key("design_draft", {})
DESIGN_PROBLEM: Key[Any] = Key("design_problem", None)
DESIGN_MARKED: Key[tuple[str, ...]] = Key("design_marked", ())
DESIGN_COPIED: Key[Any] = Key("design_copied", None)
DESIGN_NOTES: Key[tuple[Any, ...]] = Key("design_notes", ())
DESIGN_AWAITED = Key("design_awaited", "")
DESIGN_BLOCK: Key[Any] = Key("design_block", None)
DESIGN_LINE: Key[Any] = Key("design_line", None)
DESIGN_LINE_NAMES = Key("design_line_names", False)
DESIGN_ANSWERED = Key("design_answered", 0)
DESIGN_REFUSED = Key("design_refused", 0)
DESIGN_SQUARE = Key("design_square", True)
DESIGN_SHOWN: Key[dict[str, Any]] = Key("design_shown", {})
DESIGN_PART = Key(
    "part", "picture", Choice(("picture", "costs", "sees", "compare", "take_away", "questions", "what_if"))
)
DRAWN_AS = Key("drawn_as", "volumes", Choice(("volumes", "graph")))
DRAWN_TO = Key("drawn_to", Scale.ROOT, Choice(tuple(Scale)))
DESIGN_UNFOLDED: Key[tuple[str, ...]] = Key("design_unfolded", ())
BATCH = Key("batch", 32, Whole(1, 65_536))
OPTIMIZER = Key("optimizer", Optimizer.ADAM, Choice(tuple(Optimizer)))
EPOCH_PICTURES = Key("epoch_pictures", 60_000, Whole(1, 10**9))
TIMED = Key("timed", False)
SEEN_SAMPLE = Key("seen_sample", "chelsea", _A_SAMPLE)
SEEN_ROW: Key[int | None] = Key("seen_row", None, Whole(0, 10**5))
SEEN_COLUMN: Key[int | None] = Key("seen_column", None, Whole(0, 10**5))
COMPARED = Key("compared", "before", _NAME)
COMPARED_FILE = Key("compared_file", "")
COMPARED_PROBLEM: Key[Any] = Key("compared_problem", None)
TAKEN_AS = Key("taken_as", "keras", Choice(("keras", "sequential", "torch", "text", "json")))
SAVED: Key[tuple[str, ...]] = Key("saved_design", ())
QUESTION = Key("question", "windows", Choice(("windows", "reach", "fits", "larger")))
FROM_SIZE = Key("from_size", 224, Whole(1, 10**5))
TO_SIZE = Key("to_size", 7, Whole(1, 10**5))
STAGES = Key("stages", 5, Whole(1, 20))
PIXELS_SEEN = Key("pixels_seen", 100, Whole(1, 10**5))
MOST_PARAMETERS = Key("most_parameters", 1_000_000, Whole(1, 10**10))
WHAT_IF: Key[tuple[Any, ...]] = Key("what_if", ())

# Convolution. The address holds all of it; numbers of the reader's own stand there packed.
GRID = Key("grid", "digit", _NAME)
GRID_ROWS = Key("rows", 7, Whole(1, 32))
GRID_COLUMNS = Key("columns", 7, Whole(1, 32))
GRID_NUMBERS = Key("numbers", "", _PACKED)
CUT_ROW = Key("cut_row", 100, Whole(0, 10**5))
CUT_COLUMN = Key("cut_column", 170, Whole(0, 10**5))
CUT_SCALE = Key("cut_scale", 4, Whole(1, 64))
KERNEL = Key("kernel", "sobel_vertical_edges", _NAME)
LEARNED = Key("learned", 0, Whole(0, 10**4))
KERNEL_NUMBERS = Key("weights", "", _PACKED)
KERNEL_ROWS = Key("kernel_rows", 3, Whole(1, LARGEST_KERNEL), shared=False)
KERNEL_COLUMNS = Key("kernel_columns", 3, Whole(1, LARGEST_KERNEL), shared=False)
STRIDE_DOWN = Key("stride_down", 1, Whole(1, 8))
STRIDE_ACROSS = Key("stride_across", 1, Whole(1, 8))
DILATION_DOWN = Key("dilation_down", 1, Whole(1, 4))
DILATION_ACROSS = Key("dilation_across", 1, Whole(1, 4))
PADDING = Key("padding", "valid", Choice(("valid", "same", "explicit")))
PAD_TOP = Key("pad_top", 1, Whole(0, 8))
PAD_BOTTOM = Key("pad_bottom", 1, Whole(0, 8))
PAD_LEFT = Key("pad_left", 1, Whole(0, 8))
PAD_RIGHT = Key("pad_right", 1, Whole(0, 8))
FILLING = Key("filling", "zero", Choice(("zero", "reflect", "replicate")))
TURNED = Key("turned", False, Flag())
BIAS = Key("bias", 0.0, Number(-1e6, 1e6))
OPENED: Key[tuple[str, ...]] = Key("open", (), Names())
FILTERS = Key("filters", 2, Whole(1, 4))
FILTER_KERNELS: Key[tuple[str, ...]] = Key(
    "filter_kernels", ("sobel_vertical_edges", "sobel_horizontal_edges", "gaussian_3", "sharpen"), Names(most=4)
)
FILTER_BIAS = Key("filter_bias", 10.0, Number(-1e6, 1e6))
FILTER_NUMBERS = Key("filter_weights", "", _PACKED)
MIX_NUMBERS = Key("mix_weights", "", _PACKED)
DEEP = Key("deep", 256, Whole(1, 4096))
NARROW = Key("narrow", 64, Whole(1, 4096))
SEPARABLE_CHANNELS = Key("separable_channels", 32, Whole(1, 4096))
SEPARABLE_FILTERS = Key("separable_filters", 64, Whole(1, 4096))
DENSE_UNITS = Key("dense_units", 10, Whole(1, 4096))
DENSE_CHANNELS = Key("dense_channels", 1, Choice((1, 3)))
MOVED_DIGIT = Key("moved_digit", 21, Whole(0, 29))
DIGIT_RIGHT = Key("digit_right", 0, Whole(-14, 14))
DIGIT_DOWN = Key("digit_down", 0, Whole(-14, 14))
DIGIT_ANGLE = Key("digit_angle", 0, Whole(-180, 180))
DIGIT_SHUFFLED = Key("digit_shuffled", False, Flag())
DIGITS_TAUGHT = Key("digits_taught", Taught.DIGITS, Choice((Taught.DIGITS, Taught.SHUFFLED)))
SPOT_RIGHT = Key("spot_right", 0, Whole(-12, 35))
SPOT_DOWN = Key("spot_down", 0, Whole(-20, 20))
SPOT_SHOWN = Key("spot_shown", True, Flag())
TEMPLATE: Key[tuple[tuple[int, ...], ...]] = Key("template", (), Rows(1, 4))
SEARCHED = Key("searched", "same", Choice(("same", "dark", "mirrored")))
SIDE_KERNEL = Key("side_kernel", "mean", Choice(("mean", "edges")))
SIDE_ENLARGED = Key("side_enlarged", False, Flag())
POOLS_KIND = Key("pools_kind", PoolingKind.MAX, Choice((PoolingKind.MAX, PoolingKind.AVERAGE)))
SPREAD_KERNEL = Key("spread_kernel", 3, Whole(1, 7))
SPREAD_STRIDE = Key("spread_stride", 2, Whole(1, 4))
SPREAD_PADDING = Key("spread_padding", PaddingMode.VALID, Choice(tuple(PaddingMode)))
STACKED = Key("stacked", 2, Choice((1, 2, 3)))
STACK_CHANNELS = Key("stack_channels", 64, Whole(1, 4096))
ON_COLOURS = Key("on_colours", False, Flag())
ACTIVATION = Key(
    "activation",
    ActivationName.RELU,
    Choice((ActivationName.LINEAR, ActivationName.RELU, ActivationName.TANH, ActivationName.SIGMOID)),
)

# Neuron.
NEURON_VIEW = Key("neuron_view", "neuron", Choice(("neuron", "layers", "plane")))
_INPUT_TO_A_NEURON, _WEIGHT_OF_A_NEURON = Number(-1.0, 1.0, step=0.1), Number(-2.0, 2.0, step=0.1)
INPUT_1 = Key("x1", 1.0, _INPUT_TO_A_NEURON)
INPUT_2 = Key("x2", 0.5, _INPUT_TO_A_NEURON)
INPUT_3 = Key("x3", -0.5, _INPUT_TO_A_NEURON)
WEIGHT_1 = Key("w1", 0.8, _WEIGHT_OF_A_NEURON)
WEIGHT_2 = Key("w2", -0.6, _WEIGHT_OF_A_NEURON)
WEIGHT_3 = Key("w3", 0.4, _WEIGHT_OF_A_NEURON)
NEURON_BIAS = Key("neuron_bias", 0.3, Number(-3.0, 3.0, step=0.1))
CHAIN_INPUT = Key("chain_input", 0.5, Number(-2.0, 2.0, step=0.1))
CHAIN_WEIGHT = Key("chain_weight", 1.0, Number(-4.0, 4.0, step=0.1))
CHAIN_BIAS = Key("chain_bias", 0.0, Number(-2.0, 2.0, step=0.1))
NEURON_ACTIVATION = Key("neuron_activation", "sigmoid", Choice(("step", "sigmoid", "tanh", "relu")))
PLANE_POINTS = Key("plane_points", "circle", Choice(("halves", "circle", "corners", "spirals")))
HIDDEN_LAYERS = Key("hidden_layers", 1, Whole(0, 3))
HIDDEN_UNITS = Key("hidden_units", 3, Whole(1, 8))
PLANE_ACTIVATION = Key("plane_activation", "tanh", Choice(("tanh", "relu", "sigmoid")))
PLANE_RATE = Key("plane_rate", 0.03, Choice((0.003, 0.01, 0.03, 0.1), 0.03))
PLANE_SEED = Key("plane_seed", 1, Whole(1, MOST_SEED))

# Pooling and stride.
REDUCED = Key("reduced", "picture", Choice(("grid", "picture", "map")))
REDUCED_GRID = Key("reduced_grid", "noise", _NAME)
POOL_DOWN = Key("pool_down", 2, Whole(1, 7))
POOL_ACROSS = Key("pool_across", 2, Whole(1, 7))
STEP_DOWN = Key("step_down", 2, Whole(1, 8))
STEP_ACROSS = Key("step_across", 2, Whole(1, 8))
POOL_PADDING_DOWN = Key("pool_padding_down", PaddingMode.VALID, Choice(tuple(PaddingMode)))
POOL_PADDING_ACROSS = Key("pool_padding_across", PaddingMode.VALID, Choice(tuple(PaddingMode)))
WAY = Key("way", "max", _NAME)
LOOK_ROW: Key[int | None] = Key("look_row", None, Whole(0, 10**5))
LOOK_COLUMN: Key[int | None] = Key("look_column", None, Whole(0, 10**5))
WAY_ONE = Key("way_one", "max", _NAME)
OTHER_WAY = Key("other_way", "average", _NAME)
MEASURED = Key("measured", "costs", Choice(("costs", "difference", "equal", "position", "noise", "kept")))
MOVED = Key("moved", "square", _NAME)
NOISE = Key("noise", 0.5, Number(0.01, 1.0, step=0.01))
REPLACED = Key("replaced", "mnist", _NAME)
REPLACED_SOUGHT = Key("replaced_sought", False)
STRIDES_TOO = Key("strides_too", True, Flag())
STUDY_OPEN = Key("study_open", False, Flag())
TRAINING = Key("training", "", Text(120, "A-Za-z0-9_.-"))
TRAINED_WAYS: Key[tuple[str, ...]] = Key("trained_ways", ("max", "average", "convolution", "stride", "blur"), Names())
TRAINING_PICTURES = Key("training_pictures", 3000, Whole(1000, 3500))
TRAINING_EPOCHS = Key("training_epochs", 5, Whole(1, 20))
TRAINING_SEED = Key("training_seed", 0, Whole(0, 10**6))

# Tasks.
TASK = Key("task", "localization", Choice(("classification", "localization", "detection", "semantic", "instance")))
TASK_PICTURE = Key("task_picture", "shapes", Choice(("shapes", "photograph")))
SHAPES_SEED = Key("shapes", 115, Whole(0, 10**6))
TASK_GIVEN = Key("task_given", 0)
OWN_BOX: Key[tuple[tuple[int, ...], ...]] = Key("box", (), Rows(1, 4))
LEAST_SCORE = Key("least_score", 0.5, Number(0.05, 0.95, step=0.05))
MOST_OVERLAP = Key("most_overlap", 0.5, Number(0.0, 1.0, step=0.05))
SEGMENTED_BY = Key("segmented_by", "unet", Choice(("unet", "encoder_decoder", "true")))
INSTANCES_BY = Key("instances_by", "connected", Choice(("connected", "boxed", "true")))
ENLARGED = Key("enlarged", 4, Choice((2, 4, 8)))
STAMP = Key("stamp", Stamp.LEARNED, Choice(tuple(Stamp)))
# Train. The address holds what is trained on, the network and every setting, and the run that is looked at.
TRAIN_ON = Key(
    "train_on",
    "mnist_small",
    Choice(("mnist_small", "fashion_mnist_small", "shapes", "textures", "own", "cats_and_dogs", "mnist", "cifar10")),
)
SHAPE_CLASSES: Key[tuple[str, ...]] = Key("shape_classes", ("circle", "square", "triangle"), Names(most=6))
PER_CLASS = Key("per_class", 200, Whole(10, 2000))
PICTURE_SIDE: Key[int | None] = Key("picture_side", None, Whole(16, 224))
PICTURE_COLOUR: Key[str | None] = Key("picture_colour", None, Choice(("rgb", "grey")))
FETCHED = Key("fetched_set", "")
OWN_PICTURES = Key("own_pictures", "", Text(64, "0-9a-f"))
OWN_CLASSES: Key[tuple[Any, ...]] = Key("own_classes", ())
OWN_REFUSED: Key[Any] = Key("own_refused", None)
OWN_GIVEN: Key[Any] = Key("own_given", None)
OWN_CAMERA: Key[Any] = Key("own_camera_on", None)
OWN_BURST_FROM = Key("own_burst_from", 0)
VALIDATION_SHARE = Key("validation_share", 0.2, Number(0.05, 0.5, step=0.05))
TEST_SHARE = Key("test_share", 0.2, Number(0.05, 0.5, step=0.05))
TRAIN_NETWORK = Key("train_network", "small", Choice(("small", "course", "design", "transfer")))
TUNED_LAYERS = Key("tuned_layers", 0, Whole(0, 100))
TUNING_EPOCHS = Key("tuning_epochs", 5, Whole(1, 100))
TUNING_RATE = Key("tuning_rate", 1e-5, Number(1e-7, 0.1))
KEEP_FEATURES = Key("keep_features", True, Flag())
DROPOUT = Key("dropout", 0.0, Number(0.0, 0.9, step=0.05))
FLIP = Key("flip", "none", Choice(("none", "horizontal", "vertical", "horizontal_and_vertical")))
ROTATION = Key("rotation", 0.0, Number(0.0, 0.5, step=0.01))
ZOOM = Key("zoom", 0.0, Number(0.0, 0.9, step=0.05))
TRANSLATION = Key("translation", 0.0, Number(0.0, 0.5, step=0.05))
CONTRAST = Key("contrast", 0.0, Number(0.0, 1.0, step=0.05))
BRIGHTENING = Key("brightening", 0.0, Number(0.0, 1.0, step=0.05))
COLOUR_JITTER = Key("colour_jitter", 0.0, Number(0.0, 1.0, step=0.05))
CROPPED = Key("cropped", 0.0, Number(0.0, 0.8, step=0.05))
GREYED = Key("greyed", 0.0, Number(0.0, 1.0, step=0.05))
FILL_MODE = Key("fill_mode", FillMode.REFLECT, Choice(tuple(FillMode)))
FILL_VALUE = Key("fill_value", 0, Whole(0, 255))
AUGMENTED_PICTURE = Key("augmented_picture", 0, Whole(0, 10**4))
FILL_MARKED = Key("fill_marked", False, Flag())
TRAIN_OPTIMIZER = Key("train_optimizer", "rmsprop", Choice(("rmsprop", "adam", "sgd")))
RATE = Key("rate", 0.001, Number(1e-6, 1.0))
MOMENTUM = Key("momentum", 0.9, Number(0.0, 0.99, step=0.01))
WEIGHT_DECAY = Key("weight_decay", 0.0, Number(0.0, 0.1))
SCHEDULE = Key("schedule", "constant", Choice(("constant", "cosine_decay", "exponential_decay")))
TRAIN_BATCH = Key("train_batch", 32, Whole(1, 512))
TRAIN_EPOCHS = Key("train_epochs", 10, Whole(1, 200))
PATIENCE: Key[int | None] = Key("patience", None, Whole(1, 50))
KEEP_BEST = Key("keep_best", True, Flag())
TEST_MOVED = Key("test_moved", False, Flag())
CLASS_WEIGHTS = Key("class_weights", False, Flag())
TRAIN_SEED = Key("train_seed", 0, Whole(0, MOST_SEED))
SEEDS = Key("seeds", 1, Whole(1, 5))
RUN = Key("run", "", Text(40, "A-Za-z0-9_-"))
TRAIN_PART = Key(
    "train_part",
    "pictures",
    Choice(
        (
            "pictures",
            "augmentation",
            "network",
            "settings",
            "watch",
            "compare",
            "gradients",
            "dropout",
            "studies",
            "after",
        )
    ),
)
TRAIN_STUDY = Key("train_study", "transfer", Choice(("transfer", "mnist", "pooling_equal", "cats_dogs")))
WATCHED_EPOCH: Key[int | None] = Key("watched_epoch", None, Whole(0, 10**4))
COMPARED_RUNS = Key("compared_runs", "", Text(400, "A-Za-z0-9_.-"))
PERSON = Key("runs_person", "")
DEPTH = Key("depth", 12, Whole(2, 24))
DROPPED_LAYER: Key[str | None] = Key("dropped_layer", None, Text())
DROPPED_RATE: Key[float | None] = Key("dropped_rate", None, Number(0.05, 0.95, step=0.05))
DROPPED_PICTURE: Key[int | None] = Key("dropped_picture", None, Whole(0, 10**6))
GRADIENT_RUNS = Key("gradient_runs", "", Text(200, "A-Za-z0-9_.-"))
GRADIENTS_REFUSED: Key[Any] = Key("gradients_refused", None)
RUN_DRAWN: Key[tuple[str, int]] = Key("run_drawn", ("", 0))
RUN_REFUSED: Key[Any] = Key("run_refused", None)
RUN_TO_DELETE = Key("run_to_delete", "")


ADDRESSED = {key.name: key for key in list(globals().values()) if isinstance(key, Key) and key.in_address}
"""What may stand in an address, by its name there."""


ANEW = "anew"
"""Stands in a link that sets its page up as it says, whatever the reader did there before, with a number.

Streamlit's browser side goes on to send the address of the last link, so each number counts once.
"""
_SET_UP_LAST = Key("set_up_last", 0)
LED_TO: Key[tuple[int, str]] = Key("led_to", (-1, ""))
_READERS_OWN = {LANGUAGE.name, LARGE_TYPE.name, TRAINING.name}
"""What no link sets up unless it names it."""
_ON_EVERY_PAGE: tuple[Key[Any], ...] = (LESSON, LARGE_TYPE)
_DESIGNED = {DESIGN_PRESET.name, DESIGN_LINK.name}

_PAGE = Key("page_shown", "")
_HAS_ARRIVED = Key("has_arrived", True)
_SHARED: Key[dict[str, tuple[str, ...]]] = Key("names_shared", {})
_IN_PLACE = """<script>history.replaceState({{}}, "", location.pathname + "{query}")</script>"""


def begin_run() -> None:
    """Take what an address says to which the reader went back or forward: what its page shared, and what it names."""
    context, page = get_script_run_ctx(), _page()
    if page != _PAGE.get():
        _PAGE.set(page)
        _HAS_ARRIVED.set(True)
    if context is None:
        return
    address = st.query_params.to_dict()
    number = Whole(1, 10**9).read(address.get(ANEW, ""))
    if number is not None and number > _SET_UP_LAST.get():
        _SET_UP_LAST.set(number)
        _set_up(address)
    if not context.is_history_navigation:
        return
    for name in {*address, *_SHARED.get().get(page, ())} & ADDRESSED.keys():
        _take(name, address)


def set_up_last() -> int:
    """Return the number of the link that set a page up last, 0 before any did."""
    return _SET_UP_LAST.get()


def link(address: str) -> dict[str, str]:
    """Return what stands behind the `?` of a link that sets its page up: what an address says there, and `ANEW`."""
    return dict(parse_qsl(address.partition("?")[2])) | {ANEW: str(_SET_UP_LAST.get() + 1)}


def _set_up(address: Mapping[str, str]) -> None:
    """Set all that an address may say as this one says it, and what it does not say to its default.

    A design stays as it is where the address speaks of none.
    """
    kept = _READERS_OWN if _DESIGNED & address.keys() else _READERS_OWN | _DESIGNED
    for name in ADDRESSED.keys() - (kept - address.keys()):
        _take(name, address)
    SOURCE.set(SOURCE.default)


def _take(name: str, address: Mapping[str, str]) -> None:
    """Set a value as an address says it; where that is another design, the session's is no longer the one."""
    key, said = ADDRESSED[name], ADDRESSED[name].said_by(address)
    if name in _DESIGNED and said != key.get():
        DESIGN.set(DESIGN.default)
    key.set(said)


def designed() -> dict[str, str]:
    """Return what the address of a page says of the design that it only uses: Back never takes that away from it."""
    return _written((DESIGN_PRESET, DESIGN_LINK))


def has_arrived() -> bool:
    """Say whether the reader has just come to this page, which has not shared anything yet."""
    return _HAS_ARRIVED.get()


def share(*keys: Key[Any], instead: dict[str, str] | None = None) -> None:
    """Write these values into the address, as far as they differ from their defaults; `instead` of some, others.

    What changes on a page makes an entry in the browser's history. What a page adds to the address with which it was
    reached makes none: nobody has seen the page without it.
    """
    keys = (*keys, *_ON_EVERY_PAGE)
    wanted = _written(keys) | (instead or {})
    in_place = "<script></script>"
    if st.query_params.to_dict() != wanted:
        if _HAS_ARRIVED.get():
            in_place = _IN_PLACE.format(query=f"?{urlencode(wanted)}" if wanted else "")
        else:
            st.query_params.from_dict(wanted)
    _HAS_ARRIVED.set(False)
    _PAGE.set(_page())  # at the beginning of a first run Streamlit does not know yet which page it will be
    _note_shared(keys)
    run_in_browser(in_place)  # its text is percent-encoded


def share_change(*keys: Key[Any]) -> None:
    """Write into the address what a part of a page changed that runs by itself, on a page that has shared before."""
    keys = (*keys, *_ON_EVERY_PAGE)
    wanted = _written(keys)
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    _note_shared(keys)


def _note_shared(keys: Iterable[Key[Any]]) -> None:
    """Keep what the page shares: where the reader goes back, it is as the address says, or its default."""
    _SHARED.set(_SHARED.get() | {_page(): tuple(key.name for key in keys if key.in_address)})


def _written(keys: Iterable[Key[Any]]) -> dict[str, str]:
    """Return what stands in an address of these values: those that differ from their defaults."""
    return {key.name: key.written() for key in keys if key.in_address and key.get() != key.default}


def _page() -> str:
    """Return what Streamlit calls the page that runs."""
    context = get_script_run_ctx()
    return "" if context is None else context.page_script_hash


def begin_widget(key: str, value: Any) -> None:
    """Let a widget that is about to be drawn hold a value, unless it holds one already."""
    if key not in st.session_state:
        st.session_state[key] = value


def widget_value(key: str) -> Any:
    """Return what a widget holds, None where it is not on the page."""
    return st.session_state.get(key)


def forget_file(file_id: str) -> None:
    """Let Streamlit forget an uploaded file, which it keeps for a session also after its widget has gone."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file_id)


def component_value(key: str, name: str) -> Any:
    """Return what a component of ours has just said under `name`, None where it said nothing."""
    return (st.session_state.get(key) or {}).get(name)
