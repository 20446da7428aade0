"""A whole network in one Plotly figure: what each layer's values are like, from input to output."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cnn_core.drawing.colour_scale import DIVERGING, LEVELS
from cnn_core.drawing.figures import MAGNITUDE, POSITIVE, Translate, as_it_is, finished, hover_text, new_figure
from cnn_core.drawing.statistics import LayerStatistics
from cnn_core.sentences import N_

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MAX_NAMES: Final = 12
"""Layer names that fit beside each other below the figure; the others are read with the pointer."""
_BAND: Final = f"rgba({','.join(map(str, DIVERGING[-1 - LEVELS // 5]))},0.22)"
_PANELS: Final = (N_("Mean ± standard deviation"), N_("Share of zeros"), N_("Dead channels"))


def network_figure(
    layers: Mapping[str, LayerStatistics], opened: str = "", translate: Translate = lambda message: message
) -> "Figure":
    """Draw mean ± spread, the share of zeros and the share of dead channels of each layer, `opened` marked."""
    figure = new_figure(
        rows=3,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.07,
        row_heights=[2, 1, 1],
        subplot_titles=list(map(translate, _PANELS)),
    )
    names = [as_it_is(name) for name in layers]
    every = list(layers.values())
    _add_band(figure, every)
    hover = hover_text(
        translate(N_("{name}: {value} ± {spread}")), name="%{text}", value="%{y:.4g}", spread="%{customdata:.4g}"
    )
    spreads = [one.spread for one in every]
    means = {"customdata": spreads, "hovertemplate": hover, "line": {"color": POSITIVE, "width": 2}}
    figure.add_scatter(y=[one.mean for one in every], text=names, mode="lines", **means, row=1, col=1)
    shares = [one.zero_share for one in every], [one.dead_share for one in every]
    hover = hover_text(translate(N_("{name}: {value}")), name="%{text}", value="%{y:.1%}")
    for row, values in enumerate(shares, start=2):
        bars = {"marker": {"color": MAGNITUDE, "line": {"width": 0}}, "hovertemplate": hover}
        figure.add_bar(y=values, hovertext=names, text=names, textposition="none", **bars, row=row, col=1)
        figure.update_yaxes(range=[0, 1.05], tickformat=".0%", tickvals=[0, 0.5, 1], row=row, col=1)
    _name_columns(figure, names)
    if opened in layers:
        figure.add_vline(list(layers).index(opened), line={"width": 1, "dash": "dot", "color": POSITIVE})
    figure.update_layout(bargap=0.15)
    figure.update_annotations(font={"size": 13}, x=0, xanchor="left")
    return finished(figure, "", height=520).update_layout(margin={"t": 28})


def _add_band(figure: "Figure", every: list[LayerStatistics]) -> None:
    """Fill what lies within one spread of the mean."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(y=[one.mean + one.spread for one in every], **edge, row=1, col=1)
    figure.add_scatter(
        y=[one.mean - one.spread for one in every], fill="tonexty", fillcolor=_BAND, **edge, row=1, col=1
    )


def _name_columns(figure: "Figure", names: list[str]) -> None:
    # Numbers with names at them, as in the other figures: a category axis would join layers of one name.
    shown = range(0, len(names), -(-len(names) // MAX_NAMES))
    figure.update_xaxes(range=[-0.5, len(names) - 0.5], showgrid=False, zeroline=False)
    ticks = {"tickvals": list(shown), "ticktext": [names[index] for index in shown], "tickangle": 50}
    figure.update_xaxes(**ticks, tickfont={"size": 11}, automargin=True, row=3, col=1)
