"""Boxes: overlaps against pixels that are counted, suppression by hand."""

import numpy as np
import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from cnn_core.arrays import Flags, Rectangles
from cnn_core.numerics.boxes import areas, intersection_over_union, suppressed

SIDE = 12


def boxes_of(*boxes: tuple[float, float, float, float]) -> Rectangles:
    return np.array(boxes, np.float64).reshape(-1, 4)


@st.composite
def whole_boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    top, left = draw(st.integers(0, SIDE - 1)), draw(st.integers(0, SIDE - 1))
    return top, left, draw(st.integers(top + 1, SIDE)), draw(st.integers(left + 1, SIDE))


def filled(box: tuple[int, int, int, int]) -> Flags:
    mask = np.zeros((SIDE, SIDE), np.bool_)
    mask[box[0] : box[2], box[1] : box[3]] = True
    return mask


@seed(1)
@given(whole_boxes(), whole_boxes())
def test_iou_of_whole_boxes_is_that_of_their_pixels(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    masks = filled(one), filled(other)  # type: ignore[arg-type]
    wanted = (masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum()
    assert intersection_over_union(boxes_of(one), boxes_of(other))[0, 0] == pytest.approx(wanted)  # type: ignore[arg-type]


def test_iou_of_boxes_between_pixels_and_without_an_area() -> None:
    ious = intersection_over_union(boxes_of((0, 0, 1, 1), (2, 2, 2, 5)), boxes_of((0, 0.5, 1, 1.5), (2, 2, 2, 5)))
    assert ious.ravel().tolist() == pytest.approx([1 / 3, 0, 0, 0])
    assert areas(boxes_of((0, 0, 2, 3.5), (3, 3, 1, 1))).tolist() == [7, 0]
    assert intersection_over_union(boxes_of(), boxes_of((0, 0, 1, 1))).shape == (0, 1)


def test_suppression_keeps_the_highest_of_those_that_say_the_same() -> None:
    # The second overlaps the first by 0.8, the third the second by 2/3 and the first by 0.5; the last lies elsewhere.
    boxes = boxes_of((0, 0, 10, 10), (0, 0, 8, 10), (0, 0, 5, 10), (20, 20, 30, 30))
    scores = [0.9, 0.8, 0.7, 0.95]
    assert suppressed(boxes, scores, 0.6).tolist() == [3, 0, 2]
    assert suppressed(boxes, scores, 0.45).tolist() == [3, 0]
    assert suppressed(boxes, scores, 0.5).tolist() == [3, 0, 2]  # an IoU of exactly so much is kept
    assert suppressed(boxes, scores, 1).tolist() == [3, 0, 1, 2]
    assert suppressed(boxes_of(), [], 0.5).tolist() == []


@seed(2)
@given(st.lists(whole_boxes(), max_size=12), st.sampled_from([0.0, 0.3, 0.5, 0.9]), st.integers(0, 10**6))
def test_what_is_kept_overlaps_little_and_what_is_dropped_much(
    given_boxes: list[tuple[int, int, int, int]], most: float, number: int
) -> None:
    boxes = boxes_of(*given_boxes)
    scores = np.random.default_rng(number).random(len(boxes))
    kept = suppressed(boxes, scores, most)
    overlaps = intersection_over_union(boxes, boxes)
    assert (np.diff(scores[kept]) <= 0).all()
    assert (overlaps[np.ix_(kept, kept)][~np.eye(len(kept), dtype=bool)] <= most).all()
    for dropped in set(range(len(boxes))) - set(kept.tolist()):
        better = [one for one in kept if scores[one] >= scores[dropped]]
        assert overlaps[dropped, better].max() > most
