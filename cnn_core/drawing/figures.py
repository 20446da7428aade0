"""Plain data to Plotly figures.

Sentences and axis names go through `translate`. Names from outside (layers, classes) are shown as they are, never read
as markup. Backgrounds are transparent and text colours are left to the page: light and dark themes both work.
"""

import html
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Colour, Numbers
from cnn_core.drawing.colour_scale import DIVERGING, LEVELS, SEQUENTIAL
from cnn_core.sentences import N_, letters_across

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Translate: TypeAlias = Callable[[str], str]

MAX_BARS: Final = 512
BINS: Final = 40
MOST_TICKS: Final = 10
LINE: Final = 38
"""Latin letters that fit beside each other on a phone."""
_CLEAR: Final = "rgba(0,0,0,0)"
_COUNTS: Final = "{:,}"


def _hex(colour: Colour) -> str:
    return "#" + bytes(colour).hex()


# Colours of the two tables, so that they keep their meaning; each is strong on a light and on a dark page.
NEGATIVE: Final = _hex(DIVERGING[LEVELS // 5])
POSITIVE: Final = _hex(DIVERGING[-1 - LEVELS // 5])
MAGNITUDE: Final = _hex(SEQUENTIAL[LEVELS // 2])


def _english(message: str) -> str:
    return message


def new_figure(**panels: Any) -> "Figure":
    """Return a figure without anything in it, with panels as `plotly.subplots.make_subplots` takes them.

    Plotly is imported when the first figure is drawn: that takes longer than a page without one.
    """
    from plotly.graph_objects import Figure
    from plotly.subplots import make_subplots

    return make_subplots(**panels) if panels else Figure()


def histogram_figure(values: npt.ArrayLike, title: str = "", translate: Translate = _english) -> "Figure":
    """Draw how often values (of any shape) occur, negative and positive ones in their colours.

    Exact zeros, most of what a ReLU gives, would dwarf the bars: a sentence gives their share instead. The browser gets
    the bars only.
    """
    every = np.asarray(values, dtype=np.float64).ravel()
    finite = every[np.isfinite(every)]
    edges, counts = _binned(finite[finite != 0])
    hover = translate(N_("{low} to {high}. Number of values: {count}"))
    figure = new_figure().add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=np.diff(edges),
        customdata=np.stack([edges[:-1], edges[1:]], axis=1),
        marker={"color": _sign_colours(edges[:-1] + edges[1:]), "line": {"width": 0}},
        hovertemplate=hover_text(hover, low="%{customdata[0]:.4g}", high="%{customdata[1]:.4g}", count="%{y:,}"),
    )
    figure.update_xaxes(title=translate(N_("value")))
    figure.update_yaxes(title=translate(N_("number of values")))
    return finished(figure, title, _without_a_bar(every, every.size - finite.size, translate))


def _without_a_bar(every: Numbers, not_finite: int, translate: Translate) -> str:
    """Return a sentence on the zeros and one on what is no number, each only where there are any."""
    share = float(np.mean(every == 0)) if every.size else 0.0
    zeros = translate(N_("{share} of the values are exactly zero; they have no bar.")).format(share=f"{share:.1%}")
    others = translate(N_("Values that are not finite (NaN or infinity): {count}.")).format(
        count=_COUNTS.format(not_finite)
    )
    return " ".join(sentence for sentence, said in ((zeros, share > 0), (others, not_finite > 0)) if said)


def vector_figure(values: npt.ArrayLike, title: str = "", translate: Translate = _english) -> "Figure":
    """Draw a layer's output (units,) as bars, negative and positive ones in their colours.

    Of more than `MAX_BARS` units, the largest magnitude in each run of neighbours is drawn, and the figure says so.
    """
    every = np.asarray(values, dtype=np.float32)
    factor = max(1, -(-every.size // MAX_BARS))
    units = _peaks(every, factor)
    figure = new_figure().add_bar(
        x=units,
        y=every[units],
        width=factor,
        marker={"color": _sign_colours(every[units]), "line": {"width": 0}},
        hovertemplate=hover_text(translate(N_("unit {unit}: {value}")), unit="%{x}", value="%{y:.4g}"),
    )
    figure.update_xaxes(title=translate(N_("unit")))
    figure.update_yaxes(title=translate(N_("value")))
    reduced = translate(N_("Of every {factor} neighbouring units, the one with the largest magnitude is drawn."))
    return finished(figure, title, reduced.format(factor=factor) if factor > 1 else "")


def hover_text(template: str, **fields: str) -> str:
    """Return a sentence for the pointer, filled with Plotly's own fields."""
    # The empty tag keeps Plotly from adding the name of the trace.
    return template.format(**fields) + "<extra></extra>"


def as_it_is(text: str) -> str:
    """Return text that Plotly shows as it is: it reads tags, links among them, in every label."""
    return html.escape(text, quote=False)


def _sign_colours(values: npt.NDArray[Any]) -> list[str]:
    return [NEGATIVE if value < 0 else POSITIVE for value in values]


def _binned(values: Numbers) -> tuple[Numbers, npt.NDArray[np.int64]]:
    """Return the edges (n + 1,) and counts (n,) of about `BINS` equal bins; zero is an edge wherever it is inside."""
    if values.size == 0:
        return np.zeros(1), np.zeros(0, dtype=np.int64)
    low, high = float(values.min()), float(values.max())
    width = (high - low) / BINS
    if width <= max(abs(low), abs(high)) * 1e-9:  # all but equal: one bin around them
        margin = abs(low) / 10
        edges = np.array([low - margin, high + margin])
    else:
        edges = np.arange(math.floor(low / width), math.ceil(high / width) + 1) * width
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)  # rounding may end the edges a bit early
    return edges, counts


def _peaks(values: npt.NDArray[np.float32], factor: int) -> npt.NDArray[np.int64]:
    """Return the index of the largest magnitude in each run of `factor` values."""
    runs = -(-values.size // factor)
    sizes = np.full(runs * factor, -1.0)
    sizes[: values.size] = np.nan_to_num(np.abs(values), nan=0.0)
    return np.asarray(sizes.reshape(runs, factor).argmax(axis=1) + np.arange(runs) * factor, dtype=np.int64)


def _lines(said: str) -> list[str]:
    """Return a sentence in lines that fit on a phone."""
    lines: list[str] = []
    for word in said.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and letters_across(longer) <= LINE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def finished(figure: "Figure", title: str, said: str = "", height: int | None = None) -> "Figure":
    """Set what all figures share: a title and a sentence under it where there are any, and no margin for nothing."""
    # Plotly breaks no lines: on a phone a longer sentence would run out of the picture.
    sentence = "<br>".join(_lines(said))
    heading = {"text": f"<b>{as_it_is(title)}</b>", "subtitle": {"text": sentence}} if title else {"text": sentence}
    breaks = sentence.count("<br>")
    lines = bool(title) + (breaks + 1 if said else 0)
    # Plotly lays the last line of a title, not the first, at the top.
    place = {"x": 0, "yref": "container", "y": 0.99, "yanchor": "top", "pad": {"t": 0 if title else 18 * breaks}}
    figure.update_layout(
        title=heading | place | {"font": {"size": 14}},
        margin={"l": 8, "r": 8, "t": 8 + 24 * lines, "b": 8},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        font={"size": 13},
        showlegend=False,
        height=height,
    )
    return figure


_SYMBOLS = "circle", "square", "diamond", "triangle-up", "x", "star", "cross"
_DASHES = "solid", "dash", "dot", "dashdot"
"""What tells lines apart besides their colours: eyes that lack a kind of cones take some of these for one."""


def lines_figure(
    places: Sequence[int] | range,
    series: Mapping[str, Sequence[float]],
    title: str,
    across: str,
    up: str,
    top: float | None = None,
) -> "Figure":
    """Draw several measurements over the same whole numbers, one line each; all words come translated.

    A line whose measurements are still coming may be shorter than the others. `top` is where the upright axis ends.
    """
    figure = new_figure()
    for number, (name, values) in enumerate(series.items()):
        figure.add_scatter(
            x=list(places)[: len(values)],
            y=list(values),
            name=name,
            mode="lines+markers",
            line={"dash": _DASHES[number % len(_DASHES)]},
            marker={"symbol": _SYMBOLS[number % len(_SYMBOLS)], "size": 8},
        )
    apart = places[1] - places[0] if len(places) > 1 else 1
    margin = apart * len(places) / 20
    figure.update_layout(
        title={"text": title},
        xaxis={
            "title": across,
            "dtick": apart * -(-len(places) // MOST_TICKS),
            "range": [places[0] - margin, places[-1] + margin],
        },
        yaxis={"title": up, "rangemode": "tozero", "range": None if top is None else [0, top]},
        legend={"orientation": "h", "y": -0.25},
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
    )
    return figure


def ratios_figure(rows: Sequence[str], series: Mapping[str, Sequence[float]], title: str) -> "Figure":
    """Draw several ratios of each row as bars, with a line at 1; all words come translated."""
    figure = new_figure()
    for name, values in series.items():
        figure.add_bar(y=list(rows), x=list(values), name=name, orientation="h", hovertemplate="%{y}: %{x:.3g}")
    figure.add_vline(1, line_dash="dot", line_color="grey")
    figure.update_layout(
        title={"text": title},
        height=34 * len(rows) + 120,
        barmode="group",
        yaxis={"autorange": "reversed", "automargin": True},
        xaxis={"rangemode": "tozero"},
        legend={"orientation": "h", "y": -0.1},
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
    )
    return figure


def precision_recall_figure(
    precision: npt.ArrayLike, recall: npt.ArrayLike, envelope: npt.ArrayLike, translate: Translate = _english
) -> "Figure":
    """Draw precision over recall, (N,) each, and the area under its envelope, which is the average precision."""
    edges = np.concatenate([[0.0], np.asarray(recall, np.float64)])
    figure = new_figure()
    figure.add_scatter(
        x=np.repeat(edges, 2)[1:-1],
        y=np.repeat(np.asarray(envelope, np.float64), 2),
        line={"width": 0},
        fill="tozeroy",
        fillcolor="rgba(86, 180, 233, 0.35)",
        mode="lines",
        hoverinfo="skip",
    )
    hover = translate(N_("recall {recall}, precision {precision}"))
    figure.add_scatter(
        x=recall,
        y=precision,
        mode="lines+markers",
        line={"color": MAGNITUDE},
        hovertemplate=hover_text(hover, recall="%{x:.0%}", precision="%{y:.0%}"),
    )
    axis = {"range": [-0.02, 1.05], "tickformat": ".0%"}
    figure.update_xaxes(axis, title=translate(N_("recall")))
    figure.update_yaxes(axis, title=translate(N_("precision")))
    return finished(figure, "", height=280).update_layout(showlegend=False)
