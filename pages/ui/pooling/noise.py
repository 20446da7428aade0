"""What each way leaves of noise, over its strength."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnn_core.arrays import Values
from cnn_core.drawing.figures import lines_figure
from cnn_core.numerics.reductions.effects import noise_left, with_noise
from cnn_core.numerics.reductions.ways import Reduction
from pages.ui import state
from pages.ui.draw.plots import draw_figure, together
from pages.ui.draw.tables import draw_table, offer_csv
from pages.ui.pooling import results
from pages.ui.pooling.band import band_of, say_band
from pages.ui.pooling.comparison import Comparison, Measure
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _

STRENGTHS = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
"""Of the noise, as shares of the input's spread."""

Curves = dict[Reduction, tuple[float, ...]]


@dataclass(frozen=True)
class NoiseLeft(Measure[Curves]):
    """Which share of noise each way leaves, for each strength, as a share of the input's spread."""

    strengths: tuple[float, ...]

    def of(self, comparison: Comparison) -> Curves:
        x = band_of(comparison.x)
        deviations = [share * _spread(x) for share in self.strengths]
        return {way: noise_left(reducer, x, deviations) for way, reducer in comparison.reducers.items()}


@dataclass(frozen=True)
class NoiseFigure(Measure[Any]):
    """The curves of that, with a mark at the chosen strength."""

    chosen: float

    def of(self, comparison: Comparison) -> Any:
        return _figure(comparison.measured(NoiseLeft(STRENGTHS)), self.chosen)


@dataclass(frozen=True)
class NoisyResults(Measure[results.Drawn]):
    """The input with noise, its share of the input's spread, and what every way makes of that."""

    share: float

    def of(self, comparison: Comparison) -> results.Drawn:
        noisy = with_noise(comparison.x, self.share * _spread(band_of(comparison.x)))
        made = {way: reducer.reduce(noisy) / reducer.scale for way, reducer in comparison.reducers.items()}
        return results.drawn(comparison, noisy, made)


def _spread(x: Values) -> float:
    return float(x.std()) or 1.0


def draw(comparison: Comparison) -> None:
    """Draw the noisy input with all its results, plot what is left of the noise, and say it for the chosen strength."""
    st.slider(_("Noise, as a share of the input's standard deviation"), **state.NOISE.widget())
    chosen = state.NOISE.get()
    results.draw_lenses(comparison, comparison.measured(NoisyResults(chosen)), _("Input with noise"), "noisy_lenses")
    curves = comparison.measured(NoiseLeft(STRENGTHS))
    left = {way: shares[0] for way, shares in comparison.measured(NoiseLeft((chosen,))).items()}
    plot, table = st.columns([3, 2])
    draw_figure(comparison.measured(NoiseFigure(chosen)), "noise_plot", _title(), plot)
    with table:
        draw_table(
            [_("Method"), _("Noise left")],
            [[reduction_title(way), f"{share:.1%}"] for way, share in left.items()],
        )
    ordered = sorted(left, key=lambda way: left[way])
    st.markdown(
        _(
            "With noise of {chosen} of the input's standard deviation, average pooling leaves {average} of it, max "
            "pooling {max}, plain subsampling {plain}; the least: {best} ({low}), the most: {worst} ({high})."
        ).format(
            chosen=f"{chosen:.0%}",
            average=f"{left[Reduction.AVERAGE]:.0%}",
            max=f"{left[Reduction.MAX]:.0%}",
            plain=f"{left[Reduction.SUBSAMPLE]:.0%}",
            best=reduction_title(ordered[0]),
            low=f"{left[ordered[0]]:.0%}",
            worst=reduction_title(ordered[-1]),
            high=f"{left[ordered[-1]]:.0%}",
        )
    )
    say_band(comparison)
    st.caption(
        _(
            "Gaussian noise, always the same random numbers. Noise left: the standard deviation of the change it "
            "causes in the output, divided by its own; a method that can enlarge values, such as a sum, is first "
            "divided by that factor."
        )
    )
    rows = [
        [str(way), share, f"{value:.6g}"]
        for way, values in curves.items()
        for share, value in zip(STRENGTHS, values, strict=True)
    ]
    offer_csv(["way", "noise", "left"], rows, "pooling_noise")


def _title() -> str:
    return _("Share of the noise left")


def _figure(curves: Curves, chosen: float) -> Any:
    series = together({reduction_title(way): values for way, values in curves.items()})
    across = _("noise, in percent of the input's standard deviation")
    figure = lines_figure([round(100 * share) for share in STRENGTHS], series, _title(), across, _("Noise left"))
    figure.add_vline(chosen * 100, line_dash="dot", line_color="grey")
    figure.layout.height = 520
    figure.layout.xaxis.dtick = 20
    figure.layout.yaxis.tickformat = ".0%"
    return figure
