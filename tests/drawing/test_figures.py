"""Figures show the numbers they were given, in the mosaic's colours, and nothing of a name is read as markup."""

import base64
import json
import subprocess
import sys
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from folders import ROOT

from cnn_core.drawing.figures import (
    BINS,
    MAX_BARS,
    NEGATIVE,
    POSITIVE,
    histogram_figure,
    precision_recall_figure,
    vector_figure,
)
from cnn_core.drawing.network_figure import MAX_NAMES, network_figure
from cnn_core.drawing.statistics import LayerStatistics
from cnn_core.numerics.precision import precision_recall


def wire(figure: go.Figure) -> dict[str, Any]:
    """The figure as the browser gets it."""
    sent: dict[str, Any] = json.loads(figure.to_json())
    return sent


def numbers(sent: Any) -> np.ndarray:
    if isinstance(sent, list):
        return np.array(sent)
    values = np.frombuffer(base64.b64decode(sent["bdata"]), dtype=sent["dtype"])
    return values.reshape([int(side) for side in sent["shape"].split(",")]) if "shape" in sent else values


def title_of(figure: go.Figure) -> str:
    title = figure.layout.title
    return f"{title.text} {title.subtitle.text or ''}".replace("<br>", " ").strip()


def a_network(layers: int) -> dict[str, LayerStatistics]:
    return {f"layer <{index}>": LayerStatistics(index, 0.5, index / 200, index, 200) for index in range(layers)}


def every_figure() -> dict[str, go.Figure]:
    return {
        "histogram": histogram_figure(np.random.default_rng(5).normal(size=100)),
        "vector": vector_figure(np.random.default_rng(5).normal(size=10)),
        "network": network_figure(a_network(5)),
    }


@pytest.mark.parametrize("name", every_figure())
def test_every_figure_lies_on_the_page_s_own_background_and_fills_its_place(name: str) -> None:
    layout = every_figure()[name].layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert layout.font.color is None
    assert max(layout.margin.l, layout.margin.r, layout.margin.b) <= 10
    assert layout.margin.t <= 60


# A histogram


def test_bars_count_every_value_but_zeros() -> None:
    values = np.concatenate([np.random.default_rng(5).normal(size=3000), np.zeros(1000)]).astype(np.float32)
    figure = histogram_figure(values)
    bars = figure.data[0]
    low, high = np.array(bars.customdata).T
    for count, left, right in zip(bars.y, low, high, strict=True):
        inside = (values >= left) & (values < right) if right < high[-1] else (values >= left)
        assert count == np.count_nonzero(inside & (values != 0))
    assert sum(bars.y) == 3000
    assert BINS <= len(bars.y) <= BINS + 2
    assert title_of(figure) == "25.0% of the values are exactly zero; they have no bar."


@pytest.mark.parametrize(
    ("sentence", "lines"),
    [
        ("{share} of the values are exactly zero; they have no bar.", 2),
        ("정확히 0인 값(전체의 {share})은 막대로 그리지 않았습니다.", 2),  # its letters are wider
        ("{share}: 0.", 1),
    ],
)
def test_what_is_said_above_the_bars_fits_a_phone(sentence: str, lines: int) -> None:
    figure = histogram_figure(np.array([0.0, 1.0]), translate=lambda said: sentence if "{share}" in said else said)
    assert title_of(figure) == sentence.format(share="50.0%")
    assert len(figure.layout.title.text.split("<br>")) == lines


def test_bars_are_coloured_by_sign_with_zero_between_two() -> None:
    bars = histogram_figure(np.random.default_rng(5).normal(size=500)).data[0]
    edges = np.array(bars.customdata)
    assert 0 in edges
    assert list(bars.marker.color) == [NEGATIVE if right <= 0 else POSITIVE for _, right in edges]


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ([5.0] * 7, 7),
        ([-2.0], 1),
        ([1e30, 1e30], 2),
        ([1e-40, 2e-40, 3e-40], 3),
        ([-3e38, 3e38], 2),
        ([1.0, 1.0 + 1e-12], 2),
        ([0.0, 0.0], 0),
        ([], 0),
        ([np.nan, np.inf, 1.0], 1),
    ],
)
def test_odd_values_are_counted_too(values: list[float], counted: int) -> None:
    figure = histogram_figure(np.array(values))
    bars = figure.data[0]
    assert sum(bars.y) == counted
    assert all(width > 0 for width in bars.width)
    assert ("not finite (NaN or infinity): 2" in title_of(figure)) == (len(values) == 3 and np.isnan(values[0]))
    wire(figure)


def test_the_browser_gets_bars_and_not_values() -> None:
    assert len(histogram_figure(np.random.default_rng(5).normal(size=1_000_000)).to_json()) < 30_000


# Units, cost


def test_units_are_bars_by_sign() -> None:
    values = np.array([0.5, -1, 0, 2], np.float32)
    sent = wire(vector_figure(values))["data"][0]
    np.testing.assert_array_equal(numbers(sent["y"]), values)
    np.testing.assert_array_equal(numbers(sent["x"]), [0, 1, 2, 3])
    assert sent["marker"]["color"] == [POSITIVE, NEGATIVE, POSITIVE, POSITIVE]


@pytest.mark.parametrize("count", [MAX_BARS + 1, 1000, 4096, 10_816])
def test_of_many_units_the_largest_magnitudes_are_drawn_and_that_is_said(count: int) -> None:
    values = np.random.default_rng(5).normal(size=count).astype(np.float32)
    values[7] = np.nan
    figure = vector_figure(values)
    bars, factor = figure.data[0], -(-count // MAX_BARS)
    assert len(bars.x) == -(-count // factor) <= MAX_BARS
    for run, (unit, value) in enumerate(zip(bars.x, bars.y, strict=True)):
        places = range(run * factor, min((run + 1) * factor, count))
        assert unit == max(places, key=lambda place: abs(np.nan_to_num(values[place])))
        assert value == values[unit]
    assert f"Of every {factor} neighbouring units" in title_of(figure)


def test_a_vector_that_is_no_number_is_still_a_figure() -> None:
    (bars,) = wire(vector_figure(np.full(3, np.nan)))["data"]
    np.testing.assert_array_equal(numbers(bars["x"]), [0, 1, 2])
    assert np.isnan(numbers(bars["y"])).all()


# A network


@pytest.mark.parametrize("count", [1, 7, 12, 13, 154])
def test_a_network_is_drawn_from_input_to_output(count: int) -> None:
    layers = a_network(count)
    figure = network_figure(layers, "layer <0>")
    above, below, mean, zeros, dead = figure.data
    np.testing.assert_allclose(mean.y, [one.mean for one in layers.values()])
    np.testing.assert_allclose(np.subtract(above.y, below.y), 1)
    np.testing.assert_allclose(zeros.y, [one.zero_share for one in layers.values()])
    np.testing.assert_allclose(dead.y, [one.dead / 200 for one in layers.values()])
    assert list(mean.text) == list(zeros.text) == [f"layer &lt;{index}&gt;" for index in range(count)]
    # Some names stand below, each at its layer.
    ticks = figure.layout.xaxis3
    assert 1 <= len(ticks.tickvals) <= MAX_NAMES
    assert [mean.text[place] for place in ticks.tickvals] == list(ticks.ticktext)


def test_the_open_layer_is_marked_where_it_is() -> None:
    lines = network_figure(a_network(9), "layer <4>").layout.shapes
    assert {(line.x0, line.x1) for line in lines} == {(4, 4)}
    assert not network_figure(a_network(9), "another").layout.shapes


# Words


def test_names_are_shown_as_they_are() -> None:
    name = '<a href="javascript:alert(1)">cat</a> & %{x}'
    figure = network_figure({name: LayerStatistics(0, 0.5, 0.1, 1, 200)}, name)
    assert "<a" not in json.dumps(figure.to_plotly_json(), default=str)
    assert figure.data[2].text[0].startswith("&lt;a href=")
    # A name is a datum of the template and not a part of it.
    assert "cat" not in figure.data[2].hovertemplate


def test_every_word_is_translated() -> None:
    heard: list[str] = []

    def shout(message: str) -> str:
        heard.append(message)
        return "¡" + message if "{" in message else message.upper()

    values = np.array([[-1.0, np.nan, 0.0, 2.0]], np.float32)
    histogram = histogram_figure(values, translate=shout)
    assert (histogram.layout.xaxis.title.text, histogram.layout.yaxis.title.text) == ("VALUE", "NUMBER OF VALUES")
    assert title_of(histogram).count("¡") == 2
    assert vector_figure(values[0], translate=shout).layout.xaxis.title.text == "UNIT"
    network = network_figure(a_network(2), translate=shout)
    assert [one.text for one in network.layout.annotations] == [
        "MEAN ± STANDARD DEVIATION",
        "SHARE OF ZEROS",
        "DEAD CHANNELS",
    ]
    assert "¡" in network.data[2].hovertemplate
    assert len(set(heard)) >= 10


def test_plotly_waits_for_the_first_figure() -> None:
    """Pages import what draws at their top; a page without a figure must not pay for Plotly."""
    program = "import sys, cnn_core.drawing.network_figure as drawn; print(drawn.__name__, 'plotly' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "cnn_core.drawing.network_figure False\n"


def test_the_area_under_the_envelope_is_the_average_precision() -> None:
    curve = precision_recall(np.array([True, False, True, False, True]), 4)
    figure = precision_recall_figure(curve.precision, curve.recall, curve.envelope)
    area, line = figure.data
    assert np.trapezoid(area.y, area.x) == pytest.approx(curve.average_precision)
    assert list(line.y) == pytest.approx(list(curve.precision))
