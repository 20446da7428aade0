"""What the browser computes of a moved picture, held against Keras's recorded answers, Pillow and NumPy."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_core.models.position_networks import Sort, Taught, answers, shipped_digits, shuffled_order
from cnn_core.pictures.chests import APART, LEFT_LUNG, chest, even_chest, spot_at
from cnn_core.training.data import shifted
from pages.ui.convolution.networks import described

pytestmark = pytest.mark.browser

Call = Callable[..., Any]
SHOWN = (0, 11, 25)
"""Of the pictures that come along."""


def layers(taught: Taught, sort: Sort) -> list[dict[str, Any]]:
    """Return a network as the browser has it, its numbers unpacked."""
    arrays = ("kernel", "bias")
    return [
        {name: numbers(value) if name in arrays else value for name, value in layer.items()}
        for layer in described(taught, sort)
    ]


def numbers(text: str) -> list[float]:
    return [float(number) for number in np.frombuffer(base64.b64decode(text), "<f4")]


def shares(call: Call, network: list[dict[str, Any]], pixels: np.ndarray) -> np.ndarray:
    side = pixels.shape[0]
    given = {"height": side, "width": side, "channels": 1, "values": pixels.ravel().tolist()}
    return np.array(call("forward", "answered", network, given))


def pictures(taught: Taught) -> np.ndarray:
    if taught is Taught.CHESTS:
        return np.stack([chest(seed).pixels for seed in SHOWN])
    digits = shipped_digits()[0][list(SHOWN)].astype(np.float32) / 255
    return digits.reshape(3, -1)[:, shuffled_order()].reshape(digits.shape) if taught is Taught.SHUFFLED else digits


@pytest.mark.parametrize("taught", Taught)
@pytest.mark.parametrize("sort", Sort)
def test_the_browser_answers_as_keras_did(taught: Taught, sort: Sort, call: Call) -> None:
    network = layers(taught, sort)
    for pixels, recorded in zip(pictures(taught), answers(taught, sort)[list(SHOWN)], strict=True):
        np.testing.assert_allclose(shares(call, network, pixels), recorded, atol=1e-4)


def test_the_mean_of_all_places_cannot_tell_left_from_right(call: Call) -> None:
    row, column = LEFT_LUNG
    left, right = ((even_chest() + spot_at(row, place)).clip(0, 1) for place in (column, column + APART))
    same = layers(Taught.CHESTS, Sort.MEAN)
    np.testing.assert_allclose(shares(call, same, left), shares(call, same, right), atol=1e-4)
    for sort in (Sort.DENSE, Sort.FLATTEN):
        network = layers(Taught.CHESTS, sort)
        assert [shares(call, network, one).argmax() for one in (left, right)] == [1, 2]


def test_a_digit_moves_as_numpy_moves_it_and_turns_as_pillow_turns_it(call: Call) -> None:
    digit = pictures(Taught.DIGITS)[2]

    def moved(**by: int) -> np.ndarray:
        by = {"right": 0, "down": 0, "angle": 0} | by
        return np.array(call("moving", "moved", digit.ravel().tolist(), 28, by)).reshape(28, 28)

    np.testing.assert_array_equal(moved(right=5, down=-3), shifted(digit[np.newaxis], -3, 5)[0, ..., 0])
    for angle in (30, -75, 90, 180):
        wanted = Image.fromarray(digit[..., 0]).rotate(angle, Image.Resampling.BILINEAR)
        np.testing.assert_allclose(moved(angle=angle), np.asarray(wanted), atol=1e-5)


def test_pixels_are_shuffled_as_the_networks_were_taught(call: Call) -> None:
    digit = pictures(Taught.DIGITS)[0]
    said = call("moving", "shuffled", digit.ravel().tolist(), shuffled_order().tolist())
    np.testing.assert_array_equal(said, pictures(Taught.SHUFFLED)[0].ravel())
