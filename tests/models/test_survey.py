"""What channels make of several pictures: the numbers are NumPy's, the windows those of the receptive field."""

import numpy as np
import pytest

from cnn_core.layers import Activation, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from cnn_core.models.bundled import bundled_network
from cnn_core.models.survey import RankedBy, Survey, channel_peaks, dead_everywhere, ranked, survey_of, window_of
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize


def test_every_channel_is_measured() -> None:
    maps = np.random.default_rng(6).normal(size=(5, 7, 12)).astype(np.float32)
    maps[:, :, 3] = 0
    peaks = channel_peaks(maps)
    np.testing.assert_allclose(peaks.mean, maps.mean(axis=(0, 1)), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(peaks.maximum, maps.max(axis=(0, 1)))
    for channel, (row, column) in enumerate(peaks.places.tolist()):
        assert maps[row, column, channel] == maps[:, :, channel].max()
    assert np.flatnonzero(peaks.dead).tolist() == [3]


def test_the_first_of_equal_maxima_is_taken() -> None:
    maps = np.zeros((4, 4, 2), np.float32)
    maps[1, 2, 0] = maps[3, 3, 0] = 5
    assert channel_peaks(maps).places.tolist() == [[1, 2], [0, 0]]


def test_a_negative_channel_is_not_dead() -> None:
    maps = np.zeros((2, 2, 2), np.float32)
    maps[0, 0, 1] = -1
    assert channel_peaks(maps).dead.tolist() == [True, False]


def test_units_are_channels_of_one_place() -> None:
    peaks = channel_peaks(np.array([0.5, 0, -2], np.float32))
    assert peaks.mean.tolist() == peaks.maximum.tolist() == [0.5, 0, -2]
    assert peaks.places.tolist() == [[0, 0]] * 3
    assert peaks.dead.tolist() == [False, True, False]


def surveys() -> list[Survey]:
    pictures = np.random.default_rng(6).normal(size=(5, 6, 6, 4)).astype(np.float32)
    pictures[:, :, :, 2] = 0
    pictures[1, :, :, 1] = 0
    return [{"layer": channel_peaks(picture)} for picture in pictures]


@pytest.mark.parametrize("by", RankedBy)
def test_the_strongest_picture_comes_first(by: RankedBy) -> None:
    every = surveys()
    found = ranked(every, "layer", 3, by)
    figures = [one.mean if by is RankedBy.MEAN else one.maximum for one in found]
    assert figures == sorted(figures, reverse=True)
    assert sorted(one.picture for one in found) == list(range(5))
    for one in found:
        peaks = every[one.picture]["layer"]
        assert (one.mean, one.maximum) == (peaks.mean[3], peaks.maximum[3])
        assert list(one.place) == peaks.places[3].tolist()


def test_equally_strong_pictures_keep_their_order() -> None:
    assert [one.picture for one in ranked(surveys(), "layer", 2, RankedBy.MAXIMUM)] == [0, 1, 2, 3, 4]


def test_dead_is_what_is_dead_on_every_picture() -> None:
    assert dead_everywhere(surveys(), "layer").tolist() == [False, False, True, False]


def test_windows_are_cut_at_the_border() -> None:
    rows = {row.name: row for row in summarize(bundled_network("mnist")).rows}
    assert window_of(rows, "conv2d", (0, 5, 0), (28, 28)) == (0, 4, 2, 7)
    assert window_of(rows, "conv2d", (27, 27, 0), (28, 28)) == (26, 26, 28, 28)
    assert window_of(rows, "max_pooling2d", (3, 4, 0), (28, 28)) == (5, 7, 11, 13)
    assert window_of(rows, "dense", (0,), (28, 28)) == (0, 0, 28, 28)


def test_a_unit_of_a_flattened_map_sees_what_its_place_in_the_map_saw() -> None:
    network = Network.of(
        Input((28, 28, 1)), Conv2D(4, 3), MaxPooling2D(2), Flatten(), Dropout(0.5), Activation("relu"), Dense(3)
    )
    rows = {row.name: row for row in summarize(network).rows}
    height, width, channels = rows["max_pooling2d"].output_shape
    for unit in range(0, height * width * channels, 37):
        place = np.unravel_index(unit, (height, width, channels))
        expected = window_of(rows, "max_pooling2d", tuple(map(int, place)), (28, 28))
        for name in ("flatten", "dropout", "activation"):
            assert window_of(rows, name, (unit,), (28, 28)) == expected
    assert window_of(rows, "dense", (2,), (28, 28)) == (0, 0, 28, 28)


def test_a_window_in_the_padding_is_the_pixel_at_the_border() -> None:
    network = Network.of(Input((4, 4, 1)), ZeroPadding2D(6))
    rows = {row.name: row for row in summarize(network).rows}
    assert window_of(rows, "zero_padding2d", (0, 15, 0), (4, 4)) == (0, 3, 1, 4)


@pytest.mark.keras
def test_a_survey_is_that_of_the_network_s_maps() -> None:
    from cnn_core.models import run

    pixels = np.random.default_rng(6).random((28, 28, 1), np.float32)
    kept = len(run._KEPT)
    found = survey_of("mnist", pixels)
    # A survey must not push the reader's own picture out of what is kept.
    assert len(run._KEPT) == kept
    assert list(found) == [row.name for row in summarize(bundled_network("mnist")).rows]
    for name, peaks in found.items():
        maps = run.layer_maps("mnist", pixels, name)
        np.testing.assert_array_equal(peaks.maximum, maps.reshape(-1, maps.shape[-1]).max(axis=0))
