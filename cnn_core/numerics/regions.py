"""Classes pixel by pixel: which pixels hang together as one thing, and how far two such maps are the same."""

from dataclasses import dataclass

import numpy as np

from cnn_core.arrays import Indices, Numbers, Overlaps, PlacedFlags, PlacedIndices


def components(mask: PlacedFlags) -> PlacedIndices:
    """Return which pixels of a mask (H, W) hang together by their sides: 0 outside, else a number from 1.

    They are numbered in the order of their first pixels, row by row.
    """
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        spread = _least_of_neighbours(labels, mask)
        if (spread == labels).all():
            break
        labels = spread
    return np.searchsorted(np.unique(np.append(labels, 0)), labels)


def _least_of_neighbours(labels: PlacedIndices, mask: PlacedFlags) -> PlacedIndices:
    """Return for each pixel of a mask the least label in the runs of the mask that it lies in, down and across."""
    return _least_in_runs(_least_in_runs(labels, mask).T, mask.T).T


def _least_in_runs(labels: PlacedIndices, mask: PlacedFlags) -> PlacedIndices:
    begins = mask & ~np.pad(mask, ((0, 0), (1, 0)))[:, :-1]
    runs = np.where(mask, begins.ravel().cumsum().reshape(mask.shape), 0)
    least = np.full(int(runs.max(initial=0)) + 1, labels.size + 1)
    np.minimum.at(least, runs, labels)
    least[0] = 0
    return least[runs]


@dataclass(frozen=True, eq=False)
class Instance:
    """One thing in a picture.

    Attributes:
        label: its class.
        mask: (H, W), its pixels.
        score: how sure it is, 0 to 1.
    """

    label: int
    mask: PlacedFlags
    score: float = 1.0


def instances_of(classes: PlacedIndices, sure: Numbers, least: int = 1) -> tuple[Instance, ...]:
    """Return what hangs together in each class of a map (H, W), 0 for the background, class by class.

    Two things of one class that touch come out as one.

    Args:
        classes: (H, W).
        sure: (H, W), how sure the class of each pixel is; a thing is as sure as its pixels are on average.
        least: pixels; what is smaller is left out.
    """
    found = []
    for label in np.unique(classes[classes > 0]):
        parts = components(classes == label)
        for number in range(1, int(parts.max()) + 1):
            mask = parts == number
            if mask.sum() >= least:
                found.append(Instance(int(label), mask, float(sure[mask].mean())))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class ClassOverlap:
    """How far two maps of classes are the same, class by class, each (classes,).

    Attributes:
        shared: pixels that have the class in both maps.
        covered: pixels that have it in either.
    """

    shared: Indices
    covered: Indices

    @property
    def ious(self) -> Numbers:
        """Return the intersection over union of each class; NaN of one that is in neither map."""
        none = np.full(len(self.shared), np.nan)
        return np.asarray(np.divide(self.shared, self.covered, out=none, where=self.covered > 0))

    @property
    def mean_iou(self) -> float:
        """Return the mean over the classes that are in one of the maps at least."""
        return float(np.nanmean(self.ious))

    def __add__(self, other: "ClassOverlap") -> "ClassOverlap":
        return ClassOverlap(self.shared + other.shared, self.covered + other.covered)


def class_overlap(classes: PlacedIndices, others: PlacedIndices, count: int) -> ClassOverlap:
    """Count how far two maps (H, W) of `count` classes agree."""
    shared = np.bincount(classes[classes == others], minlength=count)
    totals = np.bincount(classes.ravel(), minlength=count) + np.bincount(others.ravel(), minlength=count)
    return ClassOverlap(shared, totals - shared)


def mask_overlaps(masks: tuple[PlacedFlags, ...], others: tuple[PlacedFlags, ...]) -> Overlaps:
    """Return the intersection over union of each mask (H, W) with each of the others, (N, M)."""
    if not masks or not others:
        return np.zeros((len(masks), len(others)))
    rows, columns = (np.array([mask.ravel() for mask in part], np.float64) for part in (masks, others))
    shared = rows @ columns.T
    covered = rows.sum(axis=1)[:, np.newaxis] + columns.sum(axis=1)[np.newaxis] - shared
    return np.asarray(np.divide(shared, covered, out=np.zeros_like(shared), where=covered > 0))
