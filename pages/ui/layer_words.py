"""Layers in words: what their groups are called, and a layer's settings in short. A kind's own words stand with it."""

from enum import StrEnum
from functools import lru_cache
from typing import Any

from cnn_core.layers import Group, Layer
from cnn_core.layers.settings import (
    Amounts,
    AmountsSetting,
    Axes,
    AxisOrder,
    AxisPair,
    CutSetting,
    OptionalAxes,
    OptionalRange,
    PaddingSetting,
    Range,
    Setting,
    Told,
)
from cnn_core.layers.shapes import show
from cnn_core.network.volumes import Words
from cnn_core.sentences import N_
from pages.ui.text import _

GROUPS = {
    Group.INPUT: N_("Input"),
    Group.CONVOLUTION: N_("Convolution"),
    Group.POOLING: N_("Pooling"),
    Group.RESIZING: N_("Resizing"),
    Group.NORMALIZATION: N_("Normalization"),
    Group.ACTIVATION: N_("Activation"),
    Group.REGULARIZATION: N_("Regularization"),
    Group.AUGMENTATION: N_("Augmentation"),
    Group.SHAPE: N_("Shape"),
    Group.DENSE: N_("Dense"),
    Group.MERGE: N_("Merge"),
}


def volume_words() -> Words:
    """Return what is written beside the volumes of a network, in the session's language."""
    return Words({group: _(name) for group, name in GROUPS.items()}, _("{count} layers"))


# The sessions' languages must not mix, so the language is part of the key.
@lru_cache(maxsize=4096)
def in_short(layer: Layer, language: str) -> str:
    """Return a layer's settings as a short text in the session's language: "32 filters, 3×3, same, relu".

    It tells what is not the default, and what nobody would want to miss.
    """
    values = {rule: getattr(layer, name) for name, rule in layer.settings().items()}
    return ", ".join(filter(None, (_part(rule, value) for rule, value in values.items() if _is_told(rule, value))))


def _is_told(rule: Setting[Any, Any], value: Any) -> bool:
    if rule.told is not Told.WHERE_CHANGED:
        return rule.told is Told.ALWAYS
    return rule.required or value != rule.default


def _part(rule: Setting[Any, Any], value: Any) -> str:
    if value is None:
        return _(rule.short_none) if rule.short_none else ""
    if isinstance(rule, CutSetting):
        return f"{rule.name} {value}"
    if isinstance(rule, Range | OptionalRange) and not rule.short:
        return f"{rule.name} {_written(rule, value)}"
    if rule.short:
        return _(rule.short).format(value=_written(rule, value))
    if isinstance(value, bool):
        return rule.name if value else _("no {setting}").format(setting=rule.name)
    return f"{rule.name} {_written(rule, value)}" if isinstance(value, int | float) else _written(rule, value)


def _written(rule: Setting[Any, Any], value: Any) -> str:
    """Return a setting's value as text: a stride that is the same in both directions as one number, sides in words."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(rule, AmountsSetting | PaddingSetting):
        return _sides(value)
    if isinstance(rule, Axes | AxisOrder | AxisPair | OptionalAxes):
        return ", ".join(map(str, value))
    if isinstance(rule, Range | OptionalRange):
        ends = rule.to_json(value)
        return f"{ends:.3g}" if isinstance(ends, float) else "{:.3g}…{:.3g}".format(*ends)
    if isinstance(value, tuple):
        return str(value[0]) if rule.short and len(set(value)) == 1 else show(value)
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _sides(amounts: Amounts) -> str:
    (top, bottom), (left, right) = amounts
    if top == bottom == left == right:
        return _("{amount} at each side").format(amount=top)
    return _("{top}, {bottom}, {left}, {right} at top, bottom, left, right").format(
        top=top, bottom=bottom, left=left, right=right
    )
