"""Curves of functions as a small SVG, for paper: named lines over one axis, each with dashes of its own."""

import html
from collections.abc import Mapping
from typing import Final

import numpy as np

from cnn_core.arrays import Values

INK: Final = "#31333f"
_COLOURS: Final = "#0b6bcb", "#b04a00", "#00795a"
_DASHES: Final = "", "7 3", "2 3"
"""Lines are told apart without their colours as well, as on a grey print."""
_WIDTH, _HEIGHT = 300, 210
_LEFT, _TOP, _RIGHT, _BOTTOM = 34, 12, 12, 44
_LETTERS: Final = 12


def curves_svg(places: Values, curves: Mapping[str, Values], low: float, high: float, marks: tuple[float, ...]) -> str:
    """Return the curves over their places (N,), cut to `low` to `high`, with a line and its number at each mark.

    Names are shown as they are, never as markup.
    """
    inner = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    across = _LEFT + inner[0] * (places - places[0]) / (places[-1] - places[0])

    def up(values: Values) -> Values:
        return np.asarray(_TOP + inner[1] * (high - values) / (high - low))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="system-ui, sans-serif" font-size="{_LETTERS}" fill="{INK}">'
    ]
    for mark in marks:
        y = float(up(np.array(float(mark))))
        parts += [_line(_LEFT, y, _WIDTH - _RIGHT, y), _text(_LEFT - 5, y + 4, _number(mark), "end")]
    for place in (places[0], 0, places[-1]):
        x = float(np.interp(place, places, across))
        parts += [_line(x, _TOP, x, _HEIGHT - _BOTTOM), _text(x, _HEIGHT - _BOTTOM + 14, _number(place), "middle")]
    for number, (name, values) in enumerate(curves.items()):
        parts += _curve(number, name, across, up(np.clip(values, low, high)), inner[0] / len(curves))
    return "".join([*parts, "</svg>"])


def _curve(number: int, name: str, across: Values, up: Values, room: float) -> list[str]:
    """Return a curve, and its name below with a piece of its line."""
    style = (
        f'fill="none" stroke="{_COLOURS[number % len(_COLOURS)]}" stroke-width="2" '
        f'stroke-dasharray="{_DASHES[number % len(_DASHES)]}"'
    )
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, up, strict=True))
    left, base = _LEFT + number * room, _HEIGHT - 8
    return [
        f'<polyline points="{points}" {style}/>',
        f'<polyline points="{left:.0f},{base - 4} {left + 22:.0f},{base - 4}" {style}/>',
        _text(left + 27, base, name, "start"),
    ]


def _line(left: float, top: float, right: float, bottom: float) -> str:
    return f'<path d="M{left:.1f} {top:.1f}L{right:.1f} {bottom:.1f}" stroke="{INK}" stroke-opacity="0.25"/>'


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'
