"""Colours mean what is said of them: looked up pixel by pixel, and measured as people see them."""

import io
import re

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_core.drawing.colour_scale import DIVERGING, LEVELS, MIDDLE, NAN_COLOUR, SEQUENTIAL, colour_stops
from cnn_core.drawing.mosaic import (
    ChannelOrder,
    ChannelStatistics,
    Mosaic,
    Range,
    RangeScope,
    channel_statistics,
    colour_bar_css,
    map_png,
    mosaic_png,
    order_channels,
    page_of,
    reduce_maps,
    value_range,
    value_ranges,
)
from cnn_core.errors import CnnError

SIGNED = np.random.default_rng(11).normal(size=(5, 4, 6)).astype(np.float32)
POSITIVE = np.maximum(SIGNED, 0)
CLEAR = (0, 0, 0, 0)
Maps = npt.NDArray[np.float32]


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def rgba(png: bytes) -> npt.NDArray[np.uint8]:
    return np.asarray(opened(png).convert("RGBA"))


def colour_of(value: float, reach: Range) -> tuple[int, ...]:
    """The colour of one value, in plain steps."""
    if not np.isfinite(value):
        return (*NAN_COLOUR, 255)
    share = np.float32(value) / np.float32(reach.limit) if reach.limit else np.float32(0)
    place = share * np.float32(MIDDLE) + np.float32(MIDDLE) if reach.signed else share * np.float32(LEVELS - 1)
    table = DIVERGING if reach.signed else SEQUENTIAL
    return (*table[round(min(max(float(place), 0), LEVELS - 1))].tolist(), 255)


def drawn_by_hand(maps: Maps, mosaic: Mosaic) -> npt.NDArray[np.uint8]:
    """The mosaic of maps that are not reduced, one pixel after the other."""
    height = mosaic.gap + mosaic.rows * (mosaic.cell_height + mosaic.gap)
    width = mosaic.gap + mosaic.columns * (mosaic.cell_width + mosaic.gap)
    picture = np.zeros((height, width, 4), np.uint8)
    for place, (channel, reach) in enumerate(zip(mosaic.channels, mosaic.ranges, strict=True)):
        top = mosaic.gap + place // mosaic.columns * (mosaic.cell_height + mosaic.gap)
        left = mosaic.gap + place % mosaic.columns * (mosaic.cell_width + mosaic.gap)
        for row in range(mosaic.cell_height):
            for column in range(mosaic.cell_width):
                value = maps[row // mosaic.scale, column // mosaic.scale, channel]
                picture[top + row, left + column] = colour_of(float(value), reach)
    return picture


# Pixel by pixel


@pytest.mark.parametrize("maps", [SIGNED, POSITIVE], ids=["signed", "positive"])
@pytest.mark.parametrize("scope", RangeScope)
@pytest.mark.parametrize(("columns", "cell", "gap"), [(4, 5, 2), (3, 16, 1), (6, 10, 0), (99, 5, 3)])
def test_every_pixel(maps: Maps, scope: RangeScope, columns: int, cell: int, gap: int) -> None:
    channels = [3, 0, 5, 5, 1]
    mosaic = mosaic_png(maps, channels, scope, fixed=0.7, columns=columns, cell=cell, gap=gap)
    assert mosaic.channels == tuple(channels)
    assert mosaic.reduction == 1
    assert mosaic.scale == cell // 5
    np.testing.assert_array_equal(rgba(mosaic.png), drawn_by_hand(maps, mosaic))


def test_odd_values() -> None:
    maps = POSITIVE.copy()
    maps[0, 0, 0], maps[1, 1, 0], maps[2, 2, 1] = np.nan, np.inf, -np.inf
    maps[..., 2], maps[..., 3], maps[..., 4] = 0, 4, np.nan
    for values in (maps, -maps):
        mosaic = mosaic_png(values, range(6), RangeScope.PER_MAP, cell=5)
        np.testing.assert_array_equal(rgba(mosaic.png), drawn_by_hand(values, mosaic))
        assert mosaic.ranges[2].limit == mosaic.ranges[4].limit == 0
        assert mosaic.ranges[3].limit == 4


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(width=32), min_size=1, max_size=12),
    st.sampled_from(RangeScope),
    st.sampled_from([1e-30, 0.001, 1.0, 1e30]),
)
def test_any_values_have_their_colour(values: list[float], scope: RangeScope, fixed: float) -> None:
    vector = np.array(values, dtype=np.float32)
    mosaic = mosaic_png(vector, range(len(values)), scope, fixed=fixed, columns=5, cell=1, gap=1)
    with np.errstate(over="ignore"):
        by_hand = drawn_by_hand(vector[None, None], mosaic)
    np.testing.assert_array_equal(rgba(mosaic.png), by_hand)


def test_the_file_is_a_palette_png_of_the_table() -> None:
    image = opened(mosaic_png(SIGNED, [0], RangeScope.PER_MAP).png)
    assert (image.format, image.mode) == ("PNG", "P")
    palette = np.array(image.getpalette()).reshape(-1, 3)
    np.testing.assert_array_equal(palette[:LEVELS], DIVERGING)


def test_a_vector_is_a_row_of_units() -> None:
    mosaic = mosaic_png(np.array([0.0, 0.5, 1.0]), range(3), RangeScope.PER_LAYER, columns=2, cell=3, gap=1)
    assert (mosaic.columns, mosaic.rows, mosaic.cell_width, mosaic.cell_height) == (2, 2, 3, 3)
    picture = rgba(mosaic.png)
    assert picture.shape == (9, 9, 4)
    np.testing.assert_array_equal(picture[2, 2, :3], SEQUENTIAL[0])
    np.testing.assert_array_equal(picture[2, 6, :3], SEQUENTIAL[126])
    np.testing.assert_array_equal(picture[6, 2, :3], SEQUENTIAL[-1])
    np.testing.assert_array_equal(picture[6, 6], CLEAR)


@pytest.mark.parametrize(("shape", "reduction"), [((10, 7), 2), ((9, 16), 3), ((6, 6), 1), ((7, 3), 2), ((50, 50), 9)])
def test_large_maps_are_drawn_by_means(shape: tuple[int, int], reduction: int) -> None:
    maps = np.random.default_rng(11).random((*shape, 3), dtype=np.float32)
    mosaic = mosaic_png(maps, [2, 0], RangeScope.FIXED, cell=6, gap=1)
    assert mosaic.reduction == reduction
    height, width = -(-shape[0] // reduction), -(-shape[1] // reduction)
    small = np.array(
        [
            [
                maps[row * reduction : (row + 1) * reduction, column * reduction : (column + 1) * reduction]
                .astype(np.float64)
                .mean(axis=(0, 1))
                for column in range(width)
            ]
            for row in range(height)
        ]
    )
    np.testing.assert_allclose(reduce_maps(maps, reduction), small, rtol=1e-6)
    np.testing.assert_array_equal(rgba(mosaic.png), drawn_by_hand(small.astype(np.float32), mosaic))


def test_the_range_of_reduced_maps_is_that_of_their_values() -> None:
    maps = np.zeros((8, 8, 1), np.float32)
    maps[0, 0] = 4
    mosaic = mosaic_png(maps, [0], RangeScope.PER_MAP, cell=4, gap=0)
    assert mosaic.ranges == (Range(4, False),)
    assert tuple(rgba(mosaic.png)[0, 0]) == colour_of(1.0, mosaic.ranges[0])


def test_one_map_as_a_picture() -> None:
    reach = Range(2.0, True)
    picture = rgba(map_png(SIGNED[..., 1], reach, scale=3))
    assert picture.shape == (15, 12, 4)
    for row, column in np.ndindex(15, 12):
        assert tuple(picture[row, column]) == colour_of(float(SIGNED[row // 3, column // 3, 1]), reach)


@pytest.mark.parametrize("channels", [[], [6], [-1], [0, 99]])
def test_channels_that_are_not_there(channels: list[int]) -> None:
    with pytest.raises(CnnError, match="channels from 0 to 5"):
        mosaic_png(SIGNED, channels, RangeScope.PER_MAP)


@pytest.mark.parametrize("shape", [(3, 4), (1, 2, 3, 4), (0,), (0, 3, 2), ()])
def test_arrays_that_are_no_maps(shape: tuple[int, ...]) -> None:
    with pytest.raises(CnnError, match=re.escape(f"shape={shape}")):
        mosaic_png(np.zeros(shape), [0], RangeScope.PER_MAP)


# Ranges


def test_ranges_by_scope() -> None:
    maps = np.array([[[1, -3, 0.5], [2, 1, 0]]], dtype=np.float32)
    assert value_ranges(maps, RangeScope.PER_MAP) == (Range(2, True), Range(3, True), Range(0.5, True))
    assert value_ranges(maps, RangeScope.PER_LAYER) == (Range(3, True),) * 3
    assert value_ranges(maps, RangeScope.FIXED, 10) == (Range(10, True),) * 3
    assert value_ranges(np.abs(maps), RangeScope.PER_MAP) == (Range(2, False), Range(3, False), Range(0.5, False))
    assert value_range(maps, RangeScope.PER_MAP, 2) == Range(0.5, True)


def test_a_range_is_of_the_whole_layer_and_not_of_the_maps_shown() -> None:
    maps = np.array([[[1, -3, 0.5]]], dtype=np.float32)
    assert mosaic_png(maps, [2], RangeScope.PER_LAYER).ranges == (Range(3, True),)
    assert mosaic_png(maps, [2], RangeScope.PER_MAP).ranges == (Range(0.5, True),)


def test_the_ends_of_a_range() -> None:
    assert (Range(3, True).low, Range(3, True).high) == (-3, 3)
    assert (Range(3, False).low, Range(3, False).high) == (0, 3)
    assert str(Range(0.0, True).low) == "0.0"


def test_zero_is_exactly_the_middle_or_the_start() -> None:
    picture = rgba(mosaic_png(np.array([-1.0, 0.0, 5.0]), [1], RangeScope.PER_LAYER, gap=0).png)
    np.testing.assert_array_equal(picture[0, 0, :3], DIVERGING[MIDDLE])
    np.testing.assert_array_equal(DIVERGING[MIDDLE], [247, 247, 247])
    picture = rgba(mosaic_png(np.array([1.0, 0.0, 5.0]), [1], RangeScope.PER_LAYER, gap=0).png)
    np.testing.assert_array_equal(picture[0, 0, :3], SEQUENTIAL[0])


@pytest.mark.parametrize("fixed", [0, -1, np.nan, np.inf, 1e-60, 1e60])
def test_impossible_fixed_ranges(fixed: float) -> None:
    with pytest.raises(CnnError, match="A fixed range must end"):
        value_ranges(SIGNED, RangeScope.FIXED, fixed)


# Colour tables as people see them


def lightness_and_lab(table: npt.NDArray[np.uint8], seen_by: str = "all") -> npt.NDArray[np.float64]:
    """CIE L*a*b* (D65) of sRGB colours, as seen with no, or without a kind of, cones (Machado et al. 2009)."""
    without = {
        "all": np.eye(3),
        "deuteranopia": [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        "protanopia": [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    }
    share = table / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(without[seen_by]).T, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = linear @ np.array(to_xyz).T / [0.95047, 1, 1.08883]
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


EYES = ["all", "deuteranopia", "protanopia"]


@pytest.mark.parametrize("eyes", EYES)
def test_the_sequential_table_grows_lighter_all_the_way(eyes: str) -> None:
    lightness = lightness_and_lab(SEQUENTIAL, eyes)[:, 0]
    assert np.diff(lightness).min() > -0.06  # rounding to bytes
    assert np.diff(lightness[::12]).min() > 1
    assert lightness[-1] - lightness[0] > 70


@pytest.mark.parametrize("eyes", EYES)
def test_the_diverging_table_darkens_from_its_middle_to_both_sides(eyes: str) -> None:
    lightness = lightness_and_lab(DIVERGING, eyes)[:, 0]
    assert np.diff(lightness[: MIDDLE + 1 : 6]).min() > 0
    assert np.diff(lightness[MIDDLE::6]).max() < 0


def test_the_diverging_table_is_as_dark_on_the_left_as_on_the_right() -> None:
    lightness = lightness_and_lab(DIVERGING)[:, 0]
    np.testing.assert_allclose(lightness, lightness[::-1], atol=5)


@pytest.mark.parametrize("eyes", EYES)
def test_negative_and_positive_are_told_apart(eyes: str) -> None:
    lab = lightness_and_lab(DIVERGING, eyes)
    distance = np.linalg.norm(lab - lab[::-1], axis=1)
    # A quarter of the way from zero, 25 is some ten times what can just be seen.
    assert distance[: MIDDLE - MIDDLE // 4].min() > 25


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("table", [SEQUENTIAL, DIVERGING], ids=["sequential", "diverging"])
def test_the_colour_of_no_number_is_in_no_table(table: npt.NDArray[np.uint8], eyes: str) -> None:
    magenta = lightness_and_lab(np.array([NAN_COLOUR], dtype=np.uint8), eyes)
    assert np.linalg.norm(lightness_and_lab(table, eyes) - magenta, axis=1).min() > 15


def test_colour_stops_are_the_published_colours_and_lead_to_the_table() -> None:
    from plotly import colors as published

    assert [colour for _, colour in colour_stops(Range(1, False))] == published.sequential.Viridis
    red_first = [published.unlabel_rgb(colour) for colour in published.diverging.RdBu]
    assert [tuple(bytes.fromhex(colour[1:])) for _, colour in colour_stops(Range(1, True))] == red_first[::-1]
    for reach, table in ((Range(1, False), SEQUENTIAL), (Range(1, True), DIVERGING)):
        places, colours = zip(*colour_stops(reach), strict=True)
        channels = np.array([list(bytes.fromhex(colour[1:])) for colour in colours]).T
        expected = [np.interp(np.arange(LEVELS) / (LEVELS - 1), places, channel) for channel in channels]
        np.testing.assert_allclose(table, np.array(expected).T, atol=0.51)


def test_the_colour_bar_runs_from_low_to_high() -> None:
    assert colour_bar_css(Range(1, False)).startswith("linear-gradient(to right, #440154,")
    assert colour_bar_css(Range(1, True)).endswith("#67001f)")


# Statistics, order, pages


def test_statistics() -> None:
    figures = channel_statistics(POSITIVE)
    for channel in range(6):
        values = POSITIVE[..., channel].astype(np.float64)
        assert figures.mean[channel] == pytest.approx(values.mean())
        assert figures.spread[channel] == pytest.approx(values.std())
        assert (figures.minimum[channel], figures.maximum[channel]) == (values.min(), values.max())
        assert figures.zero_share[channel] == np.count_nonzero(values == 0) / values.size
    with pytest.raises(ValueError, match="read-only"):
        figures.mean[0] = 0


def test_statistics_of_a_vector_and_of_what_is_no_number() -> None:
    figures = channel_statistics(np.array([1.0, 0.0, np.nan, np.inf]))
    np.testing.assert_array_equal(figures.mean, [1, 0, np.nan, np.inf])
    np.testing.assert_array_equal(figures.zero_share, [0, 1, 0, 0])
    np.testing.assert_array_equal(figures.spread, [0, 0, np.nan, np.nan])


def test_order() -> None:
    some = np.zeros(5)
    figures = ChannelStatistics(np.array([1, 3, np.nan, 3, 2.0]), np.array([5, 4, 4, 1, 9.0]), some, some, some)
    assert order_channels(figures, ChannelOrder.INDEX) == (0, 1, 2, 3, 4)
    assert order_channels(figures, ChannelOrder.MEAN) == (1, 3, 4, 0, 2)
    assert order_channels(figures, ChannelOrder.SPREAD) == (4, 0, 1, 2, 3)


@pytest.mark.parametrize(
    ("count", "page", "expected"),
    [(100, 1, (0, 64)), (100, 2, (64, 100)), (100, 3, (64, 100)), (100, 0, (0, 64)), (64, 2, (0, 64)), (0, 1, (0, 0))],
)
def test_pages(count: int, page: int, expected: tuple[int, int]) -> None:
    shown = page_of(count, page, 64)
    assert (shown.start, shown.stop) == expected
