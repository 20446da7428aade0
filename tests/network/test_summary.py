"""The table of a network: golden files, totals, the three ways to write it, and the memory that is alive at once."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ENORMOUS, any_layers, fitting_networks

from cnn_core.layers import (
    Add,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Input,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
    UpSampling2D,
    ZeroPadding2D,
)
from cnn_core.layers.cost import activation_bytes, multiply_adds, parameters
from cnn_core.layers.settings import LARGEST
from cnn_core.layers.shapes import output_shape
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, Preset, preset
from cnn_core.network.remarks import remarks
from cnn_core.network.summary import HEADINGS, Summary, summarize, summarize_so_far

GROWING = (
    Conv2DTranspose(LARGEST, 2, LARGEST),
    Conv2DTranspose(1, LARGEST, dilation_rate=7),
    DepthwiseConv2D(2, depth_multiplier=LARGEST, padding="same", strides=LARGEST),
    SeparableConv2D(LARGEST, LARGEST, 3, "same", depth_multiplier=LARGEST),
    Conv2D(1, 3, LARGEST, padding=LARGEST),
    MaxPooling2D(LARGEST, LARGEST, "same"),
    ZeroPadding2D(LARGEST),
)
"""What makes sizes, costs and receptive fields as large as a layer can."""

BRANCHES = Network(
    (
        NamedLayer("input", Input((4, 4, 1))),
        NamedLayer("wide|deep", Conv2D(8, 3, padding="same")),
        NamedLayer("narrow, too", Conv2D(8, 1), ("input",)),
        NamedLayer('the "sum"', Add(), ("wide|deep", "narrow, too")),
        NamedLayer("flat", Flatten()),
        NamedLayer("out", Dense(2)),
    )
)


GOLDEN = Path(__file__).parent / "golden"
OTHER_FORMS = ("mnist.csv", "mnist.md", "mnist.tex")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return a function that compares a text with a golden file, or writes it with `--overwrite`."""

    def compare(name: str, text: str) -> None:
        if request.config.getoption("--overwrite"):
            (GOLDEN / name).write_text(text, encoding="utf-8", newline="")
        assert text == (GOLDEN / name).read_bytes().decode("utf-8")

    return compare


@pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.key)
def test_tables_of_the_presets(known: Preset, golden: Callable[[str, str], None]) -> None:
    golden(f"{known.key}.txt", summarize(known.make()).to_text())


def test_other_forms_of_one_preset(golden: Callable[[str, str], None]) -> None:
    summary = summarize(preset("mnist").make())
    for name, text in zip(OTHER_FORMS, (summary.to_csv(), summary.to_markdown(), summary.to_latex()), strict=True):
        golden(name, text)


def test_every_golden_table_is_compared() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {*OTHER_FORMS, *(f"{known.key}.txt" for known in PRESETS)}


# The three forms ---------------------------------------------------------------------------------------------------


def test_text_has_aligned_columns() -> None:
    lines = summarize(preset("mnist").make()).to_text().splitlines()
    starts = lines[0].index("Layer"), lines[0].index("Kind")
    assert starts[0] == 0
    assert all(line[starts[1] - 2 : starts[1]] == "  " for line in lines)
    end = lines[0].index("Parameters") + len("Parameters")
    assert [line[:end].split()[-1] for line in lines[1:]] == [
        "0",
        "320",
        "18,496",
        "0",
        "0",
        "1,081,700",
        "1,010",
        "1,101,526",
    ]
    assert all(line == line.rstrip() for line in lines)


def test_csv_can_be_read_back() -> None:
    summary = summarize(BRANCHES)
    table = list(csv.reader(io.StringIO(summary.to_csv())))
    assert table[0] == list(HEADINGS)
    assert [line[0] for line in table[1:-1]] == [named.name for named in BRANCHES.layers]
    assert [int(line[3]) for line in table[1:]] == [*(row.parameters for row in summary.rows), summary.parameters]
    assert [int(line[4]) for line in table[1:]] == [*(row.multiply_adds for row in summary.rows), summary.multiply_adds]
    assert [int(line[5]) for line in table[1:]] == [
        *(row.activation_bytes for row in summary.rows),
        summary.activation_bytes,
    ]
    assert table[4] == ['the "sum"', "Add", "4×4×8", "0", "0", "512", "3×3", "wide|deep, narrow, too"]


def test_markdown_keeps_its_columns() -> None:
    lines = summarize(BRANCHES).to_markdown().splitlines()
    unescaped = [line.replace("\\|", "") for line in lines]
    assert {line.count("|") for line in unescaped} == {len(HEADINGS) + 1}
    assert lines[3].startswith("| wide\\|deep | Conv2D | 4×4×8 | 80 | 1,152 | 512 | 3×3 | input |")
    assert lines[1] == "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"
    assert lines[-1] == "| Total |  |  | 354 | 1,536 | 2,120 |  |  |"


def test_rows_say_where_their_input_comes_from() -> None:
    rows = summarize(BRANCHES).rows
    assert rows[0].cells()[-1] == ""
    assert rows[3].cells()[-1] == "wide|deep, narrow, too"
    assert rows[4].sources == ('the "sum"',)


# Networks repeat themselves ----------------------------------------------------------------------------------------


def check_each_row(network: Network) -> None:
    """Ask for every figure anew, layer by layer."""
    for row in summarize(network).rows:
        layer, inputs, output = row.layer, row.input_shapes, row.output_shape
        assert output == output_shape(layer, *inputs)
        counts = parameters(layer, *inputs)
        assert (row.trainable, row.non_trainable) == (counts if network[row.name].trainable else (0, counts.total))
        assert row.multiply_adds == multiply_adds(layer, output, *inputs)
        assert row.activation_bytes == activation_bytes(output)
        assert row.layer is network[row.name].layer


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.key)
def test_figures_of_presets_are_those_of_each_layer_alone(one: Preset) -> None:
    check_each_row(one.make())


@given(network=fitting_networks())
def test_figures_are_those_of_each_layer_alone(network: Network) -> None:
    check_each_row(network)


def test_equal_layers_see_more_and_more() -> None:
    """Their own figures are equal; what they see of the picture is not."""
    rows = summarize(Network.of(Input((16, 16, 4)), *(Conv2D(4, 3, padding="same") for _ in range(3)))).rows[1:]
    assert {(row.output_shape, row.parameters, row.multiply_adds) for row in rows} == {((16, 16, 4), 148, 36_864)}
    assert [row.receptive_field and row.receptive_field.size for row in rows] == [(3, 3), (5, 5), (7, 7)]


# Totals ------------------------------------------------------------------------------------------------------------


@given(network=fitting_networks())
def test_totals_are_sums(network: Network) -> None:
    summary = summarize(network)
    assert (
        summary.parameters == summary.trainable + summary.non_trainable == sum(row.parameters for row in summary.rows)
    )
    assert summary.multiply_adds == sum(row.multiply_adds for row in summary.rows)
    assert summary.activation_bytes == sum(row.activation_bytes for row in summary.rows)
    assert summary.parameter_bytes == 4 * summary.parameters


def test_frozen_layers_count_as_not_trainable() -> None:
    convolution = Conv2D(4, 3)
    network = Network.of(
        Input((9, 9, 4)),
        NamedLayer("frozen", convolution, trainable=False),
        NamedLayer("learning", convolution),
        NamedLayer("norm", BatchNormalization(), trainable=False),
        BatchNormalization(),
    )
    summary = summarize(network)
    assert [(row.trainable, row.non_trainable) for row in summary.rows] == [(0, 0), (0, 148), (148, 0), (0, 16), (8, 8)]
    assert (summary.trainable, summary.non_trainable) == (156, 172)


def test_memory_by_hand() -> None:
    summary = summarize(preset("mnist").make())
    values = [784, 25_088, 43_264, 10_816, 10_816, 100, 10]
    assert [row.activation_bytes for row in summary.rows] == [4 * count for count in values]
    assert summary.parameter_bytes == 4_406_104


# Memory alive at once ----------------------------------------------------------------------------------------------


def peak_by_looking_ahead(summary: Summary) -> int:
    """At each layer, count every output so far that is still read from here on, or that is a result."""
    read_by = {
        row.name: [i for i, other in enumerate(summary.rows) if row.name in other.sources] for row in summary.rows
    }
    peaks = [0]
    for now in range(len(summary.rows)):
        alive = [row for row in summary.rows[: now + 1] if not read_by[row.name] or max(read_by[row.name]) >= now]
        peaks.append(sum(row.activation_bytes for row in alive))
    return max(peaks)


@given(network=fitting_networks(most_layers=10))
def test_peak_by_looking_ahead(network: Network) -> None:
    summary = summarize(network)
    assert summary.peak_bytes == peak_by_looking_ahead(summary)


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.key)
def test_peak_of_presets_by_looking_ahead(one: Preset) -> None:
    summary = summarize(one.make())
    assert summary.peak_bytes == peak_by_looking_ahead(summary) < summary.activation_bytes


def test_peak_of_a_chain_is_two_neighbours() -> None:
    """25,088 values of the first convolution and 43,264 of the second."""
    assert summarize(preset("mnist").make()).peak_bytes == 4 * (25_088 + 43_264)


def test_peak_of_a_shortcut_is_three() -> None:
    network = Network(
        (
            NamedLayer("input", Input((8, 8, 1))),
            NamedLayer("start", Conv2D(4, 3, padding="same")),
            NamedLayer("around", Conv2D(4, 3, padding="same")),
            NamedLayer("sum", Add(), ("start", "around")),
            NamedLayer("pool", MaxPooling2D(2)),
        )
    )
    assert summarize(network).peak_bytes == 3 * 4 * 8 * 8 * 4


def test_results_stay_to_the_end() -> None:
    network = Network(
        (
            NamedLayer("input", Input((10,))),
            NamedLayer("first result", Dense(100)),
            NamedLayer("second result", Dense(1), ("input",)),
        )
    )
    assert summarize(network).peak_bytes == 4 * (10 + 100 + 1)


# Enormous networks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("network", "name"), ENORMOUS.values(), ids=ENORMOUS)
def test_what_cannot_be_counted_is_refused_at_its_layer(network: Network, name: str) -> None:
    summary = summarize_so_far(network)
    assert summary.error is not None
    assert summary.error.layer == name
    assert "at most 9,223,372,036,854,775,807 can be counted" in str(summary.error)
    check_writable(summary)


def test_what_can_just_be_counted_is_written_in_full() -> None:
    side = LARGEST
    network = Network.of(Input((side, side, side)), Conv2D(side, side, padding="same"), Flatten(), Dense(side))
    summary = summarize(network)
    assert summary.multiply_adds == 10**36 + 10**24
    assert summary.parameters == (10**24 + 10**6) + (10**24 + 10**6)
    check_writable(summary)
    assert "1,000,000,000,001" + ",000" * 8 in summary.to_text()


@given(shape=st.lists(st.integers(1, LARGEST), min_size=1, max_size=3), layers=st.lists(any_layers(), max_size=30))
def test_any_chain_of_any_settings_can_be_written(shape: list[int], layers: list[Layer]) -> None:
    check_writable(summarize_so_far(Network.of(Input(tuple(shape)), *layers)))


@given(layers=st.lists(st.sampled_from([UpSampling2D(LARGEST), *GROWING]), min_size=1, max_size=40))
def test_any_chain_that_grows_can_be_written(layers: list[Layer]) -> None:
    check_writable(summarize_so_far(Network.of(Input((3, 2, 1)), *layers)))


def check_writable(summary: Summary) -> None:
    """All figures of a summary can be written in full, and used in calculations with floats."""
    for text in (summary.to_text(), summary.to_csv(), summary.to_markdown(), str(summary.error)):
        assert len(text) < 10_000_000
    totals = (summary.parameters, summary.trainable, summary.multiply_adds, summary.peak_bytes, summary.parameter_bytes)
    assert all(float(total) < 1e60 for total in totals)
    for row in summary.rows:
        assert all(formula.text for formula in row.formulas)
        assert all(str(note) for note in remarks(row))
        if row.receptive_field is not None:
            assert f"{row.receptive_field.jump[0]:g} {row.receptive_field.start} {row.receptive_field.size}"


def test_names_in_latex_are_printed_as_they_stand() -> None:
    network = Network((NamedLayer('a_b&c%$#{}~^\\<|>"', Input((9,))),))
    line = summarize(network).to_latex().splitlines()[4]
    escaped = r"a\_b\&c\%\$\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}\textless{}\textbar{}"
    assert line.startswith(escaped + r"\textgreater{}\char34{} &")
