"""Boxes in a picture: how far two are the same, and which of many that say the same are kept.

A box is (top, left, bottom, right) in pixels; its edges may lie between pixels, and its area is height times width.
"""

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Indices, Numbers, OtherRectangles, Overlaps, Rectangles


def areas(boxes: Rectangles) -> Numbers:
    """Return the area of each box, (N,); one whose edges are crossed has none."""
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).clip(0).prod(axis=1))


def intersections(boxes: Rectangles, others: OtherRectangles) -> Overlaps:
    """Return the area that each box shares with each of the others, (N, M)."""
    begins = np.maximum(boxes[:, np.newaxis, :2], others[np.newaxis, :, :2])
    ends = np.minimum(boxes[:, np.newaxis, 2:], others[np.newaxis, :, 2:])
    return np.asarray((ends - begins).clip(0).prod(axis=2))


def intersection_over_union(boxes: Rectangles, others: OtherRectangles) -> Overlaps:
    """Return what each box shares with each other, as a share of what the two cover together (IoU), (N, M).

    Two boxes without an area have nothing in common: 0.
    """
    shared = intersections(boxes, others)
    covered = areas(boxes)[:, np.newaxis] + areas(others)[np.newaxis] - shared
    return np.divide(shared, covered, out=np.zeros_like(shared), where=covered > 0)


def suppressed(boxes: Rectangles, scores: npt.ArrayLike, most: float) -> Indices:
    """Return the numbers of the boxes that non-maximum suppression keeps, from the highest score to the lowest.

    The box with the highest score is kept, and all that overlap it by an IoU above `most` are dropped; then the next.

    Args:
        boxes: (N, 4).
        scores: (N,); of equal ones the first counts as the higher.
        most: from 0, where boxes that are kept share nothing, to 1, where all are kept.
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    overlaps = intersection_over_union(boxes, boxes)
    kept: list[int] = []
    for number in order:
        if (overlaps[number, kept] <= most).all():
            kept.append(int(number))
    return np.array(kept, np.int64)
