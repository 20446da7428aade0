"""What the numbers of augmentation mean; `keras_model/test_augmenting.py` holds the words against Keras."""

from dataclasses import fields

import pytest

from cnn_core import layers
from cnn_core.layers import KINDS, FillMode, Group, Layer
from cnn_core.training.augmentation import CHOICES, COURSE, meanings


def said(layer: Layer) -> str:
    return " ".join(map(str, meanings(layer)))


def test_the_courses_three() -> None:
    assert [type(layer).__name__ for layer in COURSE] == ["RandomFlip", "RandomRotation", "RandomZoom"]
    flip, turn, zoom = map(said, COURSE)
    assert "left and right" in flip
    assert "from −36° to +36°" in turn
    assert "−0.1 and +0.1 of a full turn" in turn
    assert "shows 80% to 120%" in zoom


def test_every_kind_for_augmentation_is_explained_and_offered() -> None:
    kinds = {kind for kind in KINDS.values() if kind.group is Group.AUGMENTATION}
    assert {type(layer) for layer in CHOICES} == kinds
    assert all(meanings(layer) for layer in CHOICES)
    assert meanings(layers.Dropout(0.5)) == ()


@pytest.mark.parametrize(
    ("layer", "words", "filled"),
    [
        (layers.RandomFlip("vertical"), "top and bottom", False),
        (layers.RandomFlip(), "one in four stays", False),
        (layers.RandomRotation((0.0, 0.25)), "from 0° to +90°", True),
        (layers.RandomZoom((-0.3, -0.1)), "shows 70% to 90%", False),
        (layers.RandomZoom(-0.1, (0.0, 0.5)), "drawn separately, 100% to 150% of its width", True),
        (layers.RandomTranslation(0.2, (0.0, 0.1)), "by −20% to 20% of its height (positive: down)", True),
        (layers.RandomBrightness(0.2), "from −51 to +51 is added", False),
        (layers.RandomBrightness(0.2, (0.0, 1.0)), "from −0.2 to +0.2 is added", False),
        (layers.RandomContrast(0.5), "a number from 1 to 1.5", False),
        (layers.RandomContrast((0.2, 0.5)), "a number from 0.8 to 1.5", False),
        (layers.RandomSaturation((0.3, 0.7)), "f from 0.3 to 0.7", False),
        (layers.RandomSaturation(0.2), "in 50% of all cases, the picture turns grey", False),
        (layers.RandomGrayscale(0.25), "with a probability of 25%", False),
        (layers.RandomHue(0.5), "from 0° to 90°, in either direction", False),
    ],
)
def test_meanings(layer: Layer, words: str, filled: bool) -> None:
    assert words in said(layer)
    assert ("mirror image" in said(layer)) is filled


@pytest.mark.parametrize(
    ("fill", "words"),
    [
        (FillMode.REFLECT, "mirror image"),
        (FillMode.CONSTANT, "stays black"),
        (FillMode.WRAP, "opposite side"),
        (FillMode.NEAREST, "last row or column"),
    ],
)
def test_what_fills_the_border(fill: FillMode, words: str) -> None:
    assert words in said(layers.RandomRotation(0.1, fill))
    assert words in said(layers.RandomTranslation(fill_mode=fill))
    assert words in said(layers.RandomZoom(0.2, None, fill))


def test_jitter_says_what_it_is_made_of() -> None:
    only = layers.RandomColorJitter(hue_factor=0.1)
    assert meanings(only) == meanings(layers.RandomHue(0.1))
    full = next(layer for layer in CHOICES if isinstance(layer, layers.RandomColorJitter))
    assert len(meanings(full)) == len(fields(full)) - 1


def test_a_constant_is_said_with_its_value() -> None:
    assert "the value 51 of 255 in" in said(layers.RandomTranslation(fill_mode=FillMode.CONSTANT, fill_value=51))
