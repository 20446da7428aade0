"""Sentences on how much of the picture the last map sees."""

import pytest

from cnn_core.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, Input
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.network.sight import last_map, sight
from cnn_core.network.summary import summarize


@pytest.mark.parametrize(
    ("convolutions", "said"), [(1, "sees 3×3 pixels of 9×9"), (4, ""), (8, ""), (9, "could see 19×19")]
)
def test_smaller_and_much_larger_are_said(convolutions: int, said: str) -> None:
    # A convolution of 3×3 adds 2 pixels: 1 + 2n, beside a picture of 9.
    layers = [Conv2D(2, 3, padding="same") for _ in range(convolutions)]
    note = sight(summarize(Network.of(Input((9, 9, 1)), *layers, Flatten(), Dense(2))))
    assert (str(note) if note else "") == "" if not said else said in str(note)


def test_global_pooling_is_not_the_last_map() -> None:
    network = Network.of(Input((9, 9, 1)), Conv2D(2, 3), GlobalAveragePooling2D(keepdims=True), Dense(2))
    row = last_map(summarize(network))
    assert row is not None
    assert row.name == "conv2d"


def test_vgg16_sees_a_little_less_than_its_picture() -> None:
    # 212 of 224: Araujo, Norris and Sim, Distill 2019.
    assert "sees 212×212 pixels of 224×224" in str(sight(summarize(preset("vgg16").make())))


def test_plain_numbers_are_no_picture() -> None:
    assert sight(summarize(Network.of(Input((4,)), Dense(2)))) is None
    assert sight(summarize(Network.of(Input((4, 4, 1))))) is None
