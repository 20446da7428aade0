"""How much each way's output changes while the input moves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.drawing.figures import lines_figure
from cnn_core.numerics.reductions.effects import shift_response
from cnn_core.numerics.reductions.ways import Reduction
from pages.ui.draw.plots import draw_figure, together
from pages.ui.draw.tables import offer_csv
from pages.ui.messages import part
from pages.ui.pooling import moved
from pages.ui.pooling.band import band_of, say_band
from pages.ui.pooling.comparison import Comparison, Measure
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _

_MOST = 8
_TOWERING = 2.0

Responses = dict[Reduction, tuple[tuple[float, ...], tuple[float, ...]]]
"""For each way the change of its output for each shift: as it stands, and moved back."""


@dataclass(frozen=True)
class Shifts(Measure[Responses]):
    """How much the outputs change while the input moves by up to `most` pixels; raises CnnError."""

    most: int

    def of(self, comparison: Comparison) -> Responses:
        x = band_of(comparison.x)
        return {way: shift_response(reducer, x, self.most) for way, reducer in comparison.reducers.items()}


@dataclass(frozen=True)
class ShiftFigure(Measure[Any]):
    """The curves of that, as they stand or moved back."""

    most: int
    moved_back: bool

    def of(self, comparison: Comparison) -> Any:
        return _figure(comparison.measured(Shifts(self.most)), self.moved_back)


def draw(comparison: Comparison) -> None:
    """Draw an example that moves by one pixel, then plot how much each output changes while the input moves."""
    with part():
        moved.draw(comparison)
    most = min(_MOST, comparison.x.shape[1] - comparison.windows[1].kernel)
    if most < 1:
        st.info(_("The input is too narrow to be shifted under this window. Choose more columns or a smaller window."))
        return
    st.markdown(
        _(
            "The input is shifted to the right, pixel by pixel. 0: the output does not change; "
            "about 1.4: it is as different as that of an unrelated picture. In the second plot, "
            "each output is first shifted back by the whole number of output values nearest to "
            "the shift."
        )
    )
    responses = comparison.measured(Shifts(most))
    for moved_back, place in zip((False, True), st.columns(2), strict=True):
        figure = comparison.measured(ShiftFigure(most, moved_back))
        draw_figure(figure, f"shift_{moved_back:d}", _title(moved_back), place)
    st.markdown(_of_one_pixel(responses) + " " + _of_strides(comparison, responses) + " " + _of_blur(responses))
    say_band(comparison)
    hidden = _towering(responses, False) or _towering(responses, True)
    if hidden:
        st.caption(_("Hidden until you click its name, because it is far above the others: {way}.").format(way=hidden))
    st.caption(
        _(
            "The mean magnitude of the change, divided by the mean magnitude of the output's deviation from its "
            "mean. Methods with equal curves share one. A click on a name hides or shows its curve."
        )
    )
    rows = [
        [str(way), shift, f"{stands:.6g}", f"{aligned:.6g}"]
        for way, both in responses.items()
        for shift, (stands, aligned) in enumerate(zip(*both, strict=True))
    ]
    offer_csv(["way", "shift", "as_it_stands", "moved_back"], rows, "pooling_shifts")


def _title(moved_back: bool) -> str:
    return _("After shifting it back") if moved_back else _("Compared in place")


def _figure(responses: Responses, moved_back: bool) -> Any:
    series = together({reduction_title(way): both[moved_back] for way, both in responses.items()})
    count = len(responses[Reduction.MAX][moved_back])
    figure = lines_figure(range(count), series, _title(moved_back), _("shift in pixels"), _("change of the output"))
    for curve in figure.data:
        if curve.name == _towering(responses, moved_back):
            curve.visible = "legendonly"
    figure.layout.height = 470
    return figure


def _towering(responses: Responses, moved_back: bool) -> str:
    """Return the name of a way beside whose curve all others would lie on each other, "" where there is none."""
    heights = sorted((max(both[moved_back]), reduction_title(way)) for way, both in responses.items())
    return heights[-1][1] if heights[-1][0] > _TOWERING * heights[-2][0] else ""


def _of_one_pixel(responses: Responses) -> str:
    first = {way: both[0][1] for way, both in responses.items()}
    calm, nervous = min(first, key=lambda way: first[way]), max(first, key=lambda way: first[way])
    return _(
        "Shifted by one pixel, max pooling changes by {max}, average pooling by {average} and plain subsampling by "
        "{plain}; the least: {calm} ({low}), the most: {nervous} ({high})."
    ).format(
        max=f"{first[Reduction.MAX]:.3g}",
        average=f"{first[Reduction.AVERAGE]:.3g}",
        plain=f"{first[Reduction.SUBSAMPLE]:.3g}",
        calm=reduction_title(calm),
        low=f"{first[calm]:.3g}",
        nervous=reduction_title(nervous),
        high=f"{first[nervous]:.3g}",
    )


def _of_strides(comparison: Comparison, responses: Responses) -> str:
    """Say what is left of the change where the input moved by whole strides."""
    stride, most = comparison.windows[1].stride, len(responses[Reduction.MAX][1]) - 1
    if most < stride:
        return ""
    largest = max(both[1][shift] for both in responses.values() for shift in range(stride, most + 1, stride))
    if largest < 1e-6:
        text = _(
            "Shifted by whole strides ({stride} pixels), every output shifts along with the input and does not change."
        )
    else:
        text = _(
            "Shifted by whole strides ({stride} pixels), an output that is shifted back differs by {largest} at most."
        )
    return text.format(stride=stride, largest=f"{largest:.2g}")


def _of_blur(responses: Responses) -> str:
    """Say what a blur before the maximum or before subsampling changes, from the aligned curves."""
    sharp, first, between = (
        float(np.mean(responses[way][1][1:])) for way in (Reduction.MAX, Reduction.BLUR_FIRST, Reduction.BLUR_MAX)
    )
    if not sharp:
        return ""
    return _(
        "On average over all shifts, max pooling's output, shifted back, differs by {sharp}; "
        "with a blur before the pooling by {first} ({first_share}), with a blur between "
        "maximum and subsampling by {between} ({between_share})."
    ).format(
        sharp=f"{sharp:.3g}",
        first=f"{first:.3g}",
        first_share=_percent(first / sharp - 1),
        between=f"{between:.3g}",
        between_share=_percent(between / sharp - 1),
    )


def _percent(change: float) -> str:
    return f"{change:+.0%}".replace("-", "−")
