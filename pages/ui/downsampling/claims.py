"""The courses' claims, measured on the reader's own input: shifts, noise, sharpness, contrast, energy."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.reductions import Effects, Reduction, effects, shift_response
from pages.ui import state
from pages.ui.downsampling.setup import WAYS, Setup, way_title
from pages.ui.panels import show_error
from pages.ui.text import _

MOST_SHIFT = 8
_CONFIG = {"displaylogo": False, "displayModeBar": False}


def draw(now: Setup) -> None:
    """Draw the measurements, each with a sentence made of its figures."""
    st.header(_("The claims, measured here"), anchor=False)
    _draw_shifts(now)
    _draw_effects(now)


def _draw_shifts(now: Setup) -> None:
    """Plot how much each output changes while the input moves."""
    from cnn_core.figures import lines_figure  # plotly takes a while to import

    most = min(MOST_SHIFT, now.x.shape[1] - now.windows[1].kernel)
    try:
        found = {way: shift_response(now.x, way, now.windows, most, now.kernel) for way in WAYS}
    except CnnError as error:
        show_error(error)
        return
    if most < 1:
        return
    st.markdown(
        _(
            "**Position.** The input moves to the right, pixel by pixel. 0: the output stays as it is; about 1.4: it "
            "is as different as that of another picture."
        )
    )
    stands, aligned = st.columns(2)
    for place, which, title in ((stands, 0, _("As it stands")), (aligned, 1, _("Output moved along"))):
        series = {way_title(way): response[which] for way, response in found.items()}
        figure = lines_figure(range(most + 1), series, title, _("shift in pixels"), _("change of the output"))
        place.plotly_chart(figure, key=f"shift_{which}", alt=title, config=_CONFIG)
    first = {way: response[0][1] for way, response in found.items()}
    calm, nervous = _extremes(first)
    st.markdown(
        _("Moved by one pixel, {calm} changes least ({low}), {nervous} most ({high}).").format(
            calm=way_title(calm), low=f"{first[calm]:.3g}", nervous=way_title(nervous), high=f"{first[nervous]:.3g}"
        )
        + " "
        + _blur_sentence([found[Reduction.MAX][1], found[Reduction.BLUR_MAX][1]])
    )


def _blur_sentence(aligned: Sequence[Sequence[float]]) -> str:
    """Say what the blur before subsampling changes, from the aligned curves."""
    sharp, blurred = (float(np.mean(curve[1:])) for curve in aligned)
    if not sharp:
        return ""
    share = (sharp - blurred) / sharp
    if share > 0:
        text = _("A blur before subsampling takes {share} of the aligned change from max pooling.")
    else:
        text = _("Here a blur before subsampling does not make the aligned change smaller ({share}).")
    return text.format(share=f"{share:.0%}")


def _draw_effects(now: Setup) -> None:
    """Tabulate what is left of noise, edges, contrast and energy."""
    spread = float(now.x.std()) or 1.0
    st.slider(_("Noise, as a share of the input's spread"), 0.01, 1.0, step=0.01, **state.NOISE.widget())
    found = {way: effects(now.x, way, now.windows, state.NOISE.get() * spread, now.kernel) for way in WAYS}
    heads = [_("Way"), _("Noise left"), _("Sharpness"), _("Contrast"), _("Energy")]
    lines = ["| " + " | ".join(heads) + " |", "|---|---:|---:|---:|---:|"]
    for way, one in found.items():
        figures = (one.noise, one.sharpness, one.contrast, one.energy)
        lines.append(f"| {way_title(way)} | " + " | ".join(f"{figure:.3g}" for figure in figures) + " |")
    st.markdown("\n".join(lines))
    st.caption(
        _(
            "Each as a share of the input's. Noise: standard deviation of what Gaussian noise changes. Sharpness: mean "
            "squared step between neighbours. Contrast: standard deviation. Energy: mean square. A way that scales an "
            "even area, as a sum does, has its scale taken out first."
        )
    )
    st.markdown(_sentences(found))


def _sentences(found: dict[Reduction, Effects]) -> str:
    best, worst = found[Reduction.MAX], found[Reduction.AVERAGE]
    parts = [
        _("Noise: average pooling leaves {average} of it, max pooling {maximum}, subsampling {plain}.").format(
            average=f"{worst.noise:.0%}", maximum=f"{best.noise:.0%}", plain=f"{found[Reduction.SUBSAMPLE].noise:.0%}"
        )
    ]
    sharper, softer = (_("max"), _("average")) if best.sharpness > worst.sharpness else (_("average"), _("max"))
    parts.append(
        _(
            "Edges: on this input {sharper} pooling keeps steeper steps than {softer} pooling ({high} against {low})."
        ).format(
            sharper=sharper,
            softer=softer,
            high=f"{max(best.sharpness, worst.sharpness):.3g}",
            low=f"{min(best.sharpness, worst.sharpness):.3g}",
        )
    )
    return " ".join(parts)


def _extremes(values: dict[Reduction, float]) -> tuple[Reduction, Reduction]:
    return min(values, key=lambda way: values[way]), max(values, key=lambda way: values[way])
