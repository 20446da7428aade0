"""The courses' claims, measured on the reader's own input: shifts, noise, sharpness, contrast, energy."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.numerics.maps import Values
from cnn_core.numerics.reductions import Effects, Reduction, effects, noise_left, shift_response
from pages.ui import state
from pages.ui.draw.tables import CONFIG, draw_table, offer_csv, together
from pages.ui.messages import show_error
from pages.ui.pooling.choices import WAYS, Setup, way_title
from pages.ui.text import _

MOST_SHIFT = 8
BAND = 48
"""Rows of a large input on which shifts and noise are measured."""
STRENGTHS = (5, 10, 20, 40, 70, 100)
"""Of the noise, in percent of the input's spread."""

_TOWERING = 2.0

Shifts = dict[Reduction, tuple[tuple[float, ...], tuple[float, ...]]]


def _band(x: Values) -> Values:
    top = max(0, (x.shape[0] - BAND) // 2)
    return x[top : top + BAND]


def _say_band(now: Setup) -> None:
    if now.x.shape[0] > BAND:
        st.caption(_("Measured on the middle {band} of {rows} rows.").format(band=BAND, rows=now.x.shape[0]))


# Shifts ---------------------------------------------------------------------------------------------------------------


def draw_position(now: Setup) -> None:
    """Plot how much each output changes while the input moves."""
    most = min(MOST_SHIFT, now.x.shape[1] - now.windows[1].kernel)
    if most < 1:
        st.info(_("The input is too narrow to be moved under this window. Choose more columns or a smaller window."))
        return
    st.markdown(
        _(
            "The input moves to the right, pixel by pixel. 0: the output stays as it is; about 1.4: it is as "
            "different as that of another picture. In the second plot, each output is first moved back by the whole "
            "number of output values that comes nearest to the shift."
        )
    )
    try:
        found: Shifts = now.kept("shifts", lambda: _shifts(now, most))
    except CnnError as error:
        show_error(error)
        return
    titles = (_("As it stands"), _("Output moved back"))
    figures = now.kept("shift_figures", lambda: [_shift_figure(found, which, titles[which]) for which in (0, 1)])
    for which, place in enumerate(st.columns(2)):
        place.plotly_chart(figures[which], key=f"shift_{which}", alt=titles[which], config=CONFIG)
    st.markdown(_of_one_pixel(found) + " " + _of_strides(now, found) + " " + _of_blur(found))
    _say_band(now)
    hidden = _towering(found, 0) or _towering(found, 1)
    if hidden:
        st.caption(_("Hidden until you click on its name, since it is far above the others: {way}.").format(way=hidden))
    st.caption(
        _(
            "The mean magnitude of the change, divided by the mean magnitude of the output's deviation from its mean. "
            "Ways with equal curves share one. A click on a name hides or shows its curve."
        )
    )
    rows = [
        [str(way), shift, f"{stands:.6g}", f"{aligned:.6g}"]
        for way, both in found.items()
        for shift, (stands, aligned) in enumerate(zip(*both, strict=True))
    ]
    offer_csv(["way", "shift", "as_it_stands", "moved_back"], rows, "pooling_shifts")


def _shifts(now: Setup, most: int) -> Shifts:
    x = _band(now.x)
    return {way: shift_response(x, way, now.windows, most, now.kernel) for way in WAYS}


def _shift_figure(found: Shifts, which: int, title: str) -> Any:
    from cnn_core.drawing.figures import lines_figure  # plotly takes a while to import

    series = together({way_title(way): both[which] for way, both in found.items()})
    count = len(found[Reduction.MAX][which])
    figure = lines_figure(range(count), series, title, _("shift in pixels"), _("change of the output"))
    for curve in figure.data:
        if curve.name == _towering(found, which):
            curve.visible = "legendonly"
    figure.layout.height = 470
    return figure


def _towering(found: Shifts, which: int) -> str:
    """Return the name of a way beside whose curve all others would lie on each other, "" where there is none."""
    heights = sorted((max(both[which]), way_title(way)) for way, both in found.items())
    return heights[-1][1] if heights[-1][0] > _TOWERING * heights[-2][0] else ""


def _of_one_pixel(found: Shifts) -> str:
    first = {way: both[0][1] for way, both in found.items()}
    calm, nervous = min(first, key=lambda way: first[way]), max(first, key=lambda way: first[way])
    return _(
        "Moved by one pixel, max pooling changes by {max}, average pooling by {average} and plain subsampling by "
        "{plain}; the least of all: {calm} ({low}), the most: {nervous} ({high})."
    ).format(
        max=f"{first[Reduction.MAX]:.3g}",
        average=f"{first[Reduction.AVERAGE]:.3g}",
        plain=f"{first[Reduction.SUBSAMPLE]:.3g}",
        calm=way_title(calm),
        low=f"{first[calm]:.3g}",
        nervous=way_title(nervous),
        high=f"{first[nervous]:.3g}",
    )


def _of_strides(now: Setup, found: Shifts) -> str:
    """Say what is left of the change where the input moved by whole strides."""
    stride, most = now.windows[1].stride, len(found[Reduction.MAX][1]) - 1
    if most < stride:
        return ""
    largest = max(both[1][shift] for both in found.values() for shift in range(stride, most + 1, stride))
    if largest < 1e-6:
        text = _("Moved by whole strides ({stride} pixels), every output only moves along and does not change.")
    else:
        text = _("Moved by whole strides ({stride} pixels), an output moved back differs by {largest} at most.")
    return text.format(stride=stride, largest=f"{largest:.2g}")


def _of_blur(found: Shifts) -> str:
    """Say what a blur before the maximum or before subsampling changes, from the aligned curves."""
    sharp, first, between = (
        float(np.mean(found[way][1][1:])) for way in (Reduction.MAX, Reduction.BLUR_FIRST, Reduction.BLUR_MAX)
    )
    if not sharp:
        return ""
    return _(
        "In the mean over all shifts, max pooling's output moved back differs by {sharp}; with a blur before the "
        "pooling by {first} ({first_share}), with a blur between maximum and subsampling by {between} "
        "({between_share})."
    ).format(
        sharp=f"{sharp:.3g}",
        first=f"{first:.3g}",
        first_share=_percent(first / sharp - 1),
        between=f"{between:.3g}",
        between_share=_percent(between / sharp - 1),
    )


def _percent(change: float) -> str:
    return f"{change:+.0%}".replace("-", "−")


# Noise ----------------------------------------------------------------------------------------------------------------


def draw_noise(now: Setup) -> None:
    """Plot what is left of noise, over its strength, and say it for the chosen one."""
    st.slider(_("Noise, as a share of the input's spread"), **state.NOISE.widget())
    chosen = state.NOISE.get()
    curves = now.kept("noise", lambda: _noise(now, [share / 100 for share in STRENGTHS]))
    left = {way: one[0] for way, one in now.kept(f"noise_{chosen:.2f}", lambda: _noise(now, [chosen])).items()}
    title = _("Share of the noise that is left")
    figure = now.kept(f"noise_figure_{chosen:.2f}", lambda: _noise_figure(curves, chosen, title))
    plot, table = st.columns([3, 2])
    plot.plotly_chart(figure, key="noise_plot", alt=title, config=CONFIG)
    with table:
        draw_table([_("Way"), _("Noise left")], [[way_title(way), f"{left[way]:.1%}"] for way in WAYS], "noise")
    ordered = sorted(left, key=lambda way: left[way])
    st.markdown(
        _(
            "At {chosen} of the spread, average pooling leaves {average} of the noise, max pooling {max}, plain "
            "subsampling {plain}; the least: {best} ({low}), the most: {worst} ({high})."
        ).format(
            chosen=f"{chosen:.0%}",
            average=f"{left[Reduction.AVERAGE]:.0%}",
            max=f"{left[Reduction.MAX]:.0%}",
            plain=f"{left[Reduction.SUBSAMPLE]:.0%}",
            best=way_title(ordered[0]),
            low=f"{left[ordered[0]]:.0%}",
            worst=way_title(ordered[-1]),
            high=f"{left[ordered[-1]]:.0%}",
        )
    )
    _say_band(now)
    st.caption(
        _(
            "Gaussian noise, always the same chance numbers. Noise left: the standard deviation of what it changes in "
            "the output, divided by its own; a way that can enlarge values, as a sum does, is divided by that first."
        )
    )
    rows = [
        [str(way), share / 100, f"{value:.6g}"]
        for way, values in curves.items()
        for share, value in zip(STRENGTHS, values, strict=True)
    ]
    offer_csv(["way", "noise", "left"], rows, "pooling_noise")


def _noise(now: Setup, shares: Sequence[float]) -> dict[Reduction, tuple[float, ...]]:
    x = _band(now.x)
    spread = float(x.std()) or 1.0
    strengths = [share * spread for share in shares]
    return {way: noise_left(x, way, now.windows, strengths, now.kernel) for way in WAYS}


def _noise_figure(curves: Mapping[Reduction, Sequence[float]], chosen: float, title: str) -> Any:
    from cnn_core.drawing.figures import lines_figure

    series = together({way_title(way): values for way, values in curves.items()})
    across = _("noise, in percent of the input's spread")
    figure = lines_figure(STRENGTHS, series, title, across, _("Noise left"))
    figure.add_vline(chosen * 100, line_dash="dot", line_color="grey")
    figure.layout.height = 520
    figure.layout.xaxis.dtick = 20
    figure.layout.yaxis.tickformat = ".0%"
    return figure


# Sharpness, contrast, energy ------------------------------------------------------------------------------------------


def draw_kept(now: Setup) -> None:
    """Plot what is left of edges, contrast and energy, with the figures below."""
    found: dict[Reduction, Effects] = now.kept(
        "kept", lambda: {way: effects(now.x, way, now.windows, now.kernel) for way in WAYS}
    )
    names = (_("Sharpness"), _("Contrast"), _("Energy"))
    title = _("What is kept, as a share of the input's")
    figure = now.kept("kept_figure", lambda: _kept_figure(found, names, title))
    st.plotly_chart(figure, key="kept_plot", alt=title, config=CONFIG)
    st.markdown(_of_edges(found))
    heads = [_("Way"), *names]
    figures = {way: (one.sharpness, one.contrast, one.energy) for way, one in found.items()}
    draw_table(heads, [[way_title(way), *(f"{n:.3g}" for n in three)] for way, three in figures.items()], "kept")
    st.caption(
        _(
            "1: as in the input. Sharpness (gradient energy): mean squared step between neighbours; neighbours of the "
            "output lie further apart in the picture, so it may grow. Contrast: standard deviation. Energy: mean "
            "square. A way that can enlarge values, as a sum does, is divided by that first."
        )
    )
    rows = [[str(way), *(f"{n:.6g}" for n in three)] for way, three in figures.items()]
    offer_csv(["way", "sharpness", "contrast", "energy"], rows, "pooling_kept")


def _kept_figure(found: Mapping[Reduction, Effects], names: Sequence[str], title: str) -> Any:
    from cnn_core.drawing.figures import ratios_figure

    parts = zip(names, ("sharpness", "contrast", "energy"), strict=True)
    series = {name: [getattr(one, part) for one in found.values()] for name, part in parts}
    return ratios_figure([way_title(way) for way in found], series, title)


def _of_edges(found: Mapping[Reduction, Effects]) -> str:
    largest, mean, blurred = (found[way] for way in (Reduction.MAX, Reduction.AVERAGE, Reduction.BLUR_FIRST))
    if largest.sharpness > mean.sharpness:
        text = _("On this input max pooling keeps steeper steps than average pooling ({max} against {average}).")
    else:
        text = _("On this input max pooling does not keep steeper steps than average pooling ({max}, {average}).")
    first = text.format(max=f"{largest.sharpness:.3g}", average=f"{mean.sharpness:.3g}")
    second = _(
        "A blur before max pooling takes its sharpness to {blurred}. Of the energy, max pooling has {max}, "
        "average pooling {average} times the input's."
    ).format(blurred=f"{blurred.sharpness:.3g}", max=f"{largest.energy:.3g}", average=f"{mean.energy:.3g}")
    return f"{first} {second}"
