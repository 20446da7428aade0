"""One widget, or a few, for each kind of setting; the rule of the setting says which."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cnn_core.layers import Input
from cnn_core.layers.kind import by_kind
from cnn_core.layers.settings import (
    LARGEST,
    AmountsSetting,
    Axes,
    AxisOrder,
    AxisPair,
    Choice,
    CutSetting,
    Flag,
    Number,
    OptionalAxes,
    OptionalNumber,
    OptionalNumbers,
    OptionalPair,
    OptionalRange,
    PaddingMode,
    PaddingSetting,
    Range,
    Setting,
    ShapeSetting,
    Whole,
    WholePair,
    WithSettings,
)
from pages.ui.design import panels
from pages.ui.text import _

Take = Callable[[Any], None]

_AMOUNTS = "amounts"


@dataclass(frozen=True)
class Form:
    """What the widgets of one setting show, and what takes a new value.

    Attributes:
        label, help: in the session's language.
        value: of the setting; it may be one that the layer refused.
        others: the values of all the layer's settings.
        is_input: whether the layer is the network's input.
        square: whether one number stands for both directions.
    """

    label: str
    help: str
    value: Any
    others: Mapping[str, Any]
    is_input: bool
    square: bool
    take: Take


def setting(
    rule: Setting[Any, Any], of: type[WithSettings], shown: Mapping[str, Any], square: bool, take: Take
) -> None:
    """Draw the widget or widgets of one setting of a kind of layers or blocks."""
    label = _(rule.label)
    # Keras's word beside ours, for it is what people meet in code.
    if label.casefold() != rule.name:
        label = f"{label} ({rule.name})"
    draw_widgets(rule, Form(label, _(rule.help), shown[rule.name], shown, issubclass(of, Input), square, take))


@by_kind
def draw_widgets(rule: Setting[Any, Any], form: Form) -> None:
    """Draw what suits a kind of setting: a function of the rule's class."""
    raise NotImplementedError(type(rule).__name__)


@draw_widgets.register
def _draw_flag(rule: Flag, form: Form) -> None:
    st.checkbox(form.label, help=form.help, **panels.field(rule.name, form.value, form.take))


@draw_widgets.register(Choice)
def _draw_choice(rule: Choice[Any], form: Form) -> None:
    options = [choice.value for choice in rule.choices]
    st.selectbox(form.label, options, help=form.help, **panels.field(rule.name, str(form.value), form.take))


@draw_widgets.register(Range)
@draw_widgets.register(OptionalRange)
def _draw_range(rule: Range | OptionalRange, form: Form) -> None:
    # What was refused is shown as it was typed.
    ends = form.value if isinstance(form.value, str) else rule.to_json(form.value)
    numbers = (ends,) if isinstance(ends, float) else ends
    _list(rule.name, replace(form, value=numbers), whole=False)


@draw_widgets.register
def _draw_whole(rule: Whole, form: Form) -> None:
    whole(form.label, rule.name, form.value, form.take, rule.minimum, help=form.help)


@draw_widgets.register
def _draw_number(rule: Number, form: Form) -> None:
    _number(rule, form.label, form.help, form.value, form.take)


@draw_widgets.register
def _draw_optional_number(rule: OptionalNumber, form: Form) -> None:
    tied = panels.field(rule.name, form.value, form.take)
    st.number_input(form.label, step=0.05, format="%.6g", help=form.help, **tied)


@draw_widgets.register
def _draw_pair(rule: WholePair, form: Form) -> None:
    _pair(form.label, form.help, rule, form.value, form.square, form.take)


@draw_widgets.register
def _draw_optional_pair(rule: OptionalPair, form: Form) -> None:
    otherwise = rule.otherwise if isinstance(rule.otherwise, tuple) else form.others[rule.otherwise]
    _optional_pair(form.label, form.help, rule, form.value, otherwise, form.square, form.take)


@draw_widgets.register
def _draw_padding(rule: PaddingSetting, form: Form) -> None:
    _padding(form.label, form.help, rule.name, form.value, form.take)


@draw_widgets.register
def _draw_amounts(rule: AmountsSetting, form: Form) -> None:
    _amounts(form.label, form.help, rule.name, form.value, form.take)


@draw_widgets.register
def _draw_shape(rule: ShapeSetting, form: Form) -> None:
    if form.is_input:
        _input_shape(form.value, form.take)
    else:
        _list(rule.name, form, whole=True)


@draw_widgets.register
def _draw_cut(rule: CutSetting, form: Form) -> None:
    st.text_input(form.label, help=form.help, **panels.field(rule.name, form.value, form.take))


@draw_widgets.register(Axes)
@draw_widgets.register(AxisOrder)
@draw_widgets.register(AxisPair)
@draw_widgets.register(OptionalAxes)
def _draw_axes(rule: Axes | AxisOrder | AxisPair | OptionalAxes, form: Form) -> None:
    _list(rule.name, form, whole=True)


@draw_widgets.register
def _draw_numbers(rule: OptionalNumbers, form: Form) -> None:
    _list(rule.name, form, whole=False)


def whole(
    label: str, name: str, value: int, take: Take, minimum: int = 0, maximum: int = LARGEST, **options: Any
) -> None:
    """Draw the widget of a whole number."""
    tied = panels.field(name, value, _unless_empty(take))
    st.number_input(label, min_value=minimum, max_value=maximum, step=1, **options, **tied)


def _unless_empty(take: Take) -> Take:
    """A number that was rubbed out is no value yet."""
    return lambda value: None if value is None else take(value)


def _number(rule: Number, label: str, meaning: str, value: float, take: Take) -> None:
    step = 0.05 if rule.name.endswith(("rate", "factor")) else 0.001
    st.number_input(
        label,
        min_value=float(rule.minimum),
        max_value=float(rule.maximum),
        step=step,
        format="%.6g",
        help=meaning,
        **panels.field(rule.name, float(value), _unless_empty(take)),
    )


def _pair(
    label: str, meaning: str, rule: WholePair | OptionalPair, value: tuple[int, int], square: bool, take: Take
) -> None:
    if square:
        whole(label, rule.name, value[0], lambda one: take((one, one)), rule.minimum, help=meaning)
        return
    vertical, horizontal = st.columns(2)
    with vertical:
        whole(
            _("{setting}, vertical").format(setting=label),
            f"{rule.name}_vertical",
            value[0],
            lambda one: take((one, value[1])),
            rule.minimum,
            help=meaning,
        )
    with horizontal:
        whole(
            _("{setting}, horizontal").format(setting=label),
            f"{rule.name}_horizontal",
            value[1],
            lambda one: take((value[0], one)),
            rule.minimum,
            help=meaning,
        )


def _optional_pair(
    label: str,
    meaning: str,
    rule: OptionalPair,
    value: tuple[int, int] | None,
    otherwise: tuple[int, int],
    square: bool,
    take: Take,
) -> None:
    st.checkbox(
        _(rule.none_label),
        help=_(rule.none_help),
        **panels.field(f"{rule.name}_none", value is None, lambda same: take(None if same else otherwise)),
    )
    if value is not None:
        _pair(label, meaning, rule, value, square, take)


def _padding(label: str, meaning: str, name: str, value: Any, take: Take) -> None:
    given = not isinstance(value, PaddingMode)
    first = value if given else ((1, 1), (1, 1))
    options = [*(mode.value for mode in PaddingMode), _AMOUNTS]
    st.selectbox(
        label,
        options,
        format_func=lambda option: _("custom amounts") if option == _AMOUNTS else option,
        help=meaning,
        **panels.field(
            name,
            _AMOUNTS if given else value.value,
            lambda option: take(first if option == _AMOUNTS else option),
        ),
    )
    if given:
        _amounts("", meaning, name, value, take)


def _amounts(label: str, meaning: str, name: str, value: Any, take: Take) -> None:
    if label:
        st.markdown(label, help=meaning)
    sides = (_("top"), _("bottom"), _("left"), _("right"))
    flat = [amount for side in value for amount in side]

    def take_one(which: int) -> Take:
        def put(amount: int) -> None:
            changed = [*flat]
            changed[which] = amount
            top, bottom, left, right = changed
            take(((top, bottom), (left, right)))

        return put

    columns = st.columns(2)
    for which, side in enumerate(sides):
        with columns[which % 2]:
            whole(side, f"{name}_{which}", flat[which], take_one(which))


def _input_shape(shape: tuple[int, ...], take: Take) -> None:
    """Height, width and channels of a picture; or the count of plain numbers."""
    st.toggle(
        _("Input is a vector"),
        **panels.field("plain", len(shape) == 1, lambda plain: take(shape[:1] if plain else (*shape, 28, 1)[:3])),
    )
    labels = {1: (_("Numbers"),), 3: (_("Height"), _("Width"), _("Channels"))}.get(len(shape))
    for axis, size in enumerate(shape):
        label = labels[axis] if labels else _("Axis {number}").format(number=axis + 1)
        whole(label, f"shape_{axis}", size, _axis_taker(shape, axis, take), 1)


def _axis_taker(shape: tuple[int, ...], axis: int, take: Take) -> Take:
    return lambda size: take((*shape[:axis], size, *shape[axis + 1 :]))


def _list(name: str, form: Form, *, whole: bool) -> None:
    text = form.value if isinstance(form.value, str) else ", ".join(f"{number:.10g}" for number in form.value or ())
    tied = panels.field(name, text, lambda typed: form.take(read_list(typed, whole)))
    st.text_input(form.label, help=form.help, **tied)


def read_list(text: str, whole: bool) -> tuple[int, ...] | tuple[float, ...] | str | None:
    """Return the numbers in a text; nothing for an empty one, the text itself where it holds no numbers.

    >>> read_list("7, 7, 64", True), read_list("7×7×64", True), read_list(" ", False), read_list("a", True)
    ((7, 7, 64), (7, 7, 64), None, 'a')
    """
    parts = [part for part in re.split(r"[\s,;×x]+", text) if part]
    try:
        return tuple((int if whole else float)(part) for part in parts) or None
    except ValueError:
        return text
