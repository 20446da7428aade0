"""The networks for shapes: what their outputs mean, by hand, and that the files are as good as their record says."""

from typing import Any

import numpy as np
import pytest

from cnn_core.arrays import Maps, Pixels
from cnn_core.errors import CnnError
from cnn_core.models import shape_networks
from cnn_core.models.shape_networks import (
    SIDES_UNIT,
    Detected,
    Located,
    ShapeNetwork,
    answers,
    boxed_instances,
    classes_of,
    connected_instances,
    detected,
    outputs,
    recorded,
    training_record,
)
from cnn_core.network.presets.tasks import STRIDE
from cnn_core.numerics.boxes import intersection_over_union
from cnn_core.numerics.precision import hits
from cnn_core.numerics.regions import class_overlap
from cnn_core.pictures.shapes import ShapesPicture, shapes_picture
from pages.ui import state

each_network = pytest.mark.parametrize("network", ShapeNetwork)
TRIED = range(2_000_000, 2_000_040)
"""Of the seeds on which the networks were measured."""


def first_pixels() -> Pixels:
    return shapes_picture(state.SHAPES_SEED.default).pixels


def test_a_place_of_the_detector_says_how_far_the_sides_are() -> None:
    kinds, sides = np.zeros((2, 3, 3), np.float32), np.zeros((2, 3, 4), np.float32)
    kinds[1, 2] = 0.1, 0.7, 0.2
    sides[1, 2] = np.array([2, 3, 4, 5]) / SIDES_UNIT
    found = detected(kinds, sides)
    assert len(found) == 6
    assert (found.kinds[0], found.scores[0]) == (1, pytest.approx(0.7))
    row, column = 1.5 * STRIDE, 2.5 * STRIDE
    np.testing.assert_allclose(found.boxes[0], [row - 2, column - 3, row + 4, column + 5], atol=1e-6)
    assert len(found.from_score(0.5)) == 1


def test_suppression_leaves_the_kinds_alone() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 10], [30, 30, 40, 40]], np.float64)
    found = Detected(boxes, np.array([0, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.6]))
    kept = found.suppressed(0.5)
    assert kept.scores.tolist() == [0.9, 0.7, 0.6]
    assert kept.kinds.tolist() == [0, 1, 0]
    assert len(found.taken(np.zeros(0, np.int64)).suppressed()) == 0


def test_a_box_in_shares_is_one_in_pixels() -> None:
    located = Located(np.array([0.2, 0.5, 0.3], np.float32), np.array([0.25, 0.5, 0.75, 1], np.float32))
    assert located.kind == 1
    assert located.rectangle(64).tolist() == [[16, 32, 48, 64]]


def touching() -> Maps:
    """Return shares of two squares of a kind side by side, which touch, (8, 16, 4)."""
    shares = np.zeros((8, 16, 4), np.float32)
    shares[..., 0] = 0.1
    shares[2:7, 2:14, 2] = 0.9
    return shares


def test_what_touches_hangs_together_and_boxes_tell_it_apart() -> None:
    (one,) = connected_instances(touching())
    assert (one.label, one.mask.sum()) == (2, 60)
    assert one.score == pytest.approx(0.9)
    boxes = np.array([[2, 2, 7, 8], [2, 8, 7, 14], [0, 0, 8, 16]], np.float64)
    found = Detected(boxes, np.array([1, 1, 0]), np.array([0.9, 0.8, 0.7]))
    left, right = boxed_instances(touching(), found)
    assert left.mask[2:7, 2:8].all()
    assert right.mask[2:7, 8:14].all()
    assert left.mask.sum() == right.mask.sum() == 30
    assert (left.label, left.score) == (2, 0.9)
    assert boxed_instances(touching(), found.from_score(1)) == ()


@each_network
def test_files_are_small_and_their_record_is_complete(network: ShapeNetwork) -> None:
    assert network.path.stat().st_size < 300_000
    record = training_record()["networks"][network]
    assert 30_000 < record["parameters"] < 60_000
    assert all(0.5 < value <= 1 for name, value in record.items() if name.startswith("mean"))


def test_skip_connections_gave_more_right_pixels_and_boxes_tell_more_things_apart() -> None:
    """What the page says of them."""
    record = training_record()
    assert record["networks"]["unet"]["mean_iou"] > record["networks"]["encoder_decoder"]["mean_iou"] + 0.02
    assert record["instances"]["boxed"] > record["instances"]["connected"]


@pytest.mark.keras
@each_network
def test_files_hold_the_networks_that_are_drawn(network: ShapeNetwork) -> None:
    from cnn_core.keras_model import network_from_keras
    from cnn_core.keras_model.opening import load_own_model

    model = load_own_model(network.path)
    assert network_from_keras(model).layers == network.network.layers
    assert model.count_params() == training_record()["networks"][network]["parameters"]


@pytest.mark.keras
def test_the_recorded_answers_are_the_networks() -> None:
    kept, live = recorded(first_pixels()), answers(first_pixels())
    assert kept is not None
    for kept_values, live_values in (
        (kept.located.shares, live.located.shares),
        (kept.located.box, live.located.box),
        (kept.unet, live.unet),
        (kept.encoder_decoder, live.encoder_decoder),
        (kept.detected.scores, live.detected.scores),
    ):
        np.testing.assert_allclose(kept_values, live_values, atol=1e-4)


def test_another_picture_and_a_network_that_was_trained_anew_have_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recorded(first_pixels()) is not None
    assert recorded(shapes_picture(state.SHAPES_SEED.default + 1).pixels) is None
    monkeypatch.setattr(shape_networks, "digest", lambda network: "00" * 32)
    shape_networks._record.cache_clear()
    assert recorded(first_pixels()) is None
    shape_networks._record.cache_clear()


@pytest.mark.keras
def test_the_networks_are_as_good_as_was_measured() -> None:
    """On some of the pictures on which all was measured; chance alone would be far below."""
    pictures = [shapes_picture(seed) for seed in TRIED]
    found = [answers(picture.pixels) for picture in pictures]
    record = training_record()["networks"]
    kinds = [one.located.kind == picture.largest.kind for one, picture in zip(found, pictures, strict=True)]
    assert np.mean(kinds) == pytest.approx(record["locator"]["accuracy"], abs=0.15)
    overlaps = [
        np.mean([mean_iou(getattr(one, name), picture) for one, picture in zip(found, pictures, strict=True)])
        for name in ("unet", "encoder_decoder")
    ]
    wanted = [record[name]["mean_iou"] for name in ("unet", "encoder_decoder")]
    # A mean over pictures, not over pixels: a small picture of few classes counts as much as any.
    assert overlaps == pytest.approx(wanted, abs=0.1)
    right = [found_share(one.detected, picture) for one, picture in zip(found, pictures, strict=True)]
    assert np.mean(right) > 0.85


def mean_iou(shares: Maps, picture: ShapesPicture) -> float:
    return class_overlap(classes_of(shares), picture.classes, 4).mean_iou


def found_share(found: Detected, picture: ShapesPicture) -> float:
    """Return how many of the shapes a detector has found."""
    kept = found.from_score(0.5).suppressed()
    true = np.array([shape.box for shape in picture.shapes], np.float64)
    same = kept.kinds[:, np.newaxis] == np.array([shape.kind for shape in picture.shapes])
    return float(hits(np.where(same, intersection_over_union(kept.boxes, true), 0.0)).sum() / len(picture.shapes))


@pytest.mark.parametrize("shape", [(32, 32, 3), (64, 64, 1)])
def test_a_picture_of_another_size_is_refused(shape: Any) -> None:
    with pytest.raises(CnnError, match="Received"):
        outputs(np.zeros(shape, np.float32))
