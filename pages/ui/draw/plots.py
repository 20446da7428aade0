"""Plotly's figures on the page: all of one kind, without its buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

_CONFIG = {"displaylogo": False, "displayModeBar": False}


def draw_figure(figure: Any, key: str, alt: str, place: Any = st) -> None:
    """Draw a figure; `alt` says to those who cannot see it what it shows."""
    place.plotly_chart(figure, key=key, alt=alt, config=_CONFIG)


def together(series: Mapping[str, Sequence[float]]) -> dict[str, Sequence[float]]:
    """Return curves with those that are equal drawn as one, under all their names."""
    names_by_curve: dict[tuple[float, ...], list[str]] = {}
    for name, values in series.items():
        names_by_curve.setdefault(tuple(float(f"{value:.4g}") for value in values), []).append(name)
    return {"<br>= ".join(names): values for values, names in names_by_curve.items()}
