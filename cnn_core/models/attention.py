"""What the decision of a model looked at: heat maps of a picture, and the box around the hottest region.

Importing this module imports no TensorFlow; calling what takes a model's key does. The score of a class is the one
before softmax, see `keras_model.attribution`.
"""

from collections.abc import Callable
from enum import Enum
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Boxes, Drops, Heat, Pixels
from cnn_core.errors import CnnError
from cnn_core.layers import Group
from cnn_core.layers.shapes import Shape
from cnn_core.models.loading import KEPT, entered, load
from cnn_core.models.memory import (
    covered_at_once,
    needed_for_gradients,
    needed_for_occlusion,
    refuse_too_much_to_explain,
)
from cnn_core.network.network import Network
from cnn_core.pictures.prepare import Box
from cnn_core.sentences import N_

HOT_SHARE: Final = 0.5
MOST_SHARE: Final = 0.9
LEAST_SHARE: Final = 0.005
"""Of a picture's area: a box outside of these holds nearly everything, or single pixels of a map that is that fine."""


# Heat maps from a worker ----------------------------------------------------------------------------------------------


def map_layers(network: Network, output: str) -> tuple[str, ...]:
    """Return the layers that `grad_cam` can show, in order, the default last; needs no TensorFlow.

    Args:
        output: one of the model's outputs; layers that only others need have no part in its score.
    """
    steps = tuple(network.steps())
    needed = {output}
    for step in reversed(steps):
        if step.named.name in needed:
            needed.update(step.sources)
    return tuple(
        step.named.name
        for step in steps[1:]
        if step.named.name in needed and len(step.output_shape) == 3 and step.output_shape[:2] != (1, 1)
    )


def telling_layer(network: Network, output: str) -> str | None:
    """Return the layer whose maps Grad-CAM weighs first, None where there is none: the last of `map_layers`.

    Of an output with height and width it is the last of those with the fewest places, as in Seg-Grad-CAM; its own maps,
    and those that its activation is taken of, are the scores themselves.
    """
    names = map_layers(network, output)
    steps = {step.named.name: step for step in network.steps()}
    end = steps[output]
    if len(end.output_shape) == 1:
        return next(reversed(names), None)
    scores = {output, *(end.sources if end.named.layer.group is Group.ACTIVATION else ())}
    places = {name: prod(steps[name].output_shape[:2]) for name in names if name not in scores}
    fewest = (name for name in reversed(places) if places[name] == min(places.values()))
    return next(fewest, next(reversed(names), None))


def grad_cam(key: str, pixels: Pixels, class_index: int, layer: str | None = None, output: str | None = None) -> Heat:
    """Return where a layer's maps speak for a class, (h, w) of that layer: Grad-CAM, after its ReLU, not normalized.

    Args:
        key: of a model, see `models`.
        pixels: (H, W, C) in [0, 1].
        class_index: counted from 0.
        layer: one of `map_layers`; by default the last.
        output: the one of the model's outputs whose score counts; by default the first.

    Raises:
        CnnError: no such model, class, layer or output; pixels of another size; more memory than this process may have.
    """
    _admit(key, needed_for_gradients)
    from cnn_core.keras_model import attribution

    return attribution.grad_cam(*entered(key, pixels), class_index, layer, output)


def saliency(key: str, pixels: Pixels, class_index: int, output: str | None = None) -> Heat:
    """Return how strongly the score of a class answers to each pixel, (H, W), per unit of what enters the model.

    Arguments and errors are those of `grad_cam`.
    """
    _admit(key, needed_for_gradients)
    from cnn_core.keras_model import attribution

    return attribution.saliency(*entered(key, pixels), class_index, output)


def occlusion_chunk(
    key: str,
    pixels: Pixels,
    class_index: int,
    boxes: Boxes,
    fill: npt.ArrayLike | None = None,
    output: str | None = None,
) -> Drops:
    """Return how far the score of a class drops while each of some boxes is covered: (..., 4) → (...).

    A row of `occlusion_plan` makes a good chunk: a page can show it, and stop, before it asks for the next.

    Args:
        key: of a model, see `models`.
        pixels: (H, W, C) in [0, 1].
        class_index: counted from 0.
        boxes: any part of a plan.
        fill: what covers: a number in [0, 1], or one a channel; None is the picture's mean colour.
        output: as for `grad_cam`.

    Raises:
        CnnError: no such model, class or output, pixels of another size, a box outside of the picture, more memory
            than this process may have.
    """
    network = _admit(key, needed_for_occlusion)
    from cnn_core.keras_model import attribution

    model, values = entered(key, pixels)
    if fill is not None:
        # As a picture of its own, so that it enters in the same numbers.
        _, pictures = entered(key, np.full((1, 1, pixels.shape[-1]), fill, np.float32))
        fill = pictures[0, 0]
    at_once = covered_at_once(network)
    return attribution.occlusion_drops(model, values, class_index, boxes, fill, at_once, output)


def _admit(key: str, needed: Callable[[Network, int, int], int]) -> Network:
    """Return a model's network; refuse what would take too much memory, or forget other models for it."""
    loaded = load(key)
    # A bundled model is small enough for every worker.
    if loaded.megabytes:
        from cnn_core.keras_model.attribution import passes_kept

        megabytes = needed(loaded.network, loaded.megabytes, passes_kept(len(loaded.network.layers)))
        refuse_too_much_to_explain(megabytes)
        KEPT.make_room(key, megabytes)
    return loaded.network


# Occlusion ------------------------------------------------------------------------------------------------------------


def occlusion_plan(input_shape: Shape, patch: int, stride: int) -> Boxes:
    """Return the square patches that cover a picture: (rows, columns, 4), each (top, left, bottom, right).

    They lie `stride` apart; the last row and column are moved back to end with the picture, so every pixel is covered
    and all patches are equally large.

    Args:
        input_shape: (H, W) or (H, W, C).
        patch: pixels on a side.
        stride: pixels from one patch to the next, at most `patch`.

    Raises:
        CnnError: a patch that does not fit into the picture, a stride that leaves gaps.
    """
    height, width = input_shape[:2]
    if not 1 <= patch <= min(height, width):
        raise CnnError(
            N_(
                "A patch must be at least 1 pixel and at most the picture's shorter side. "
                "Received: {patch} on a picture of {height}×{width}. Choose a smaller patch."
            ),
            patch=patch,
            height=height,
            width=width,
        )
    if not 1 <= stride <= patch:
        raise CnnError(
            N_(
                "The stride must be from 1 to the patch's side, so that patches leave no gaps. "
                "Received: stride={stride} with patches of {patch}."
            ),
            stride=stride,
            patch=patch,
        )
    lines = [np.minimum(np.arange(0, side - patch + stride, stride), side - patch) for side in (height, width)]
    begins = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).astype(np.int64)
    return np.concatenate([begins, begins + patch], axis=-1)


def occlusion_heat(input_shape: Shape, boxes: Boxes, drops: Drops) -> Heat:
    """Return the mean drop of the boxes over each pixel, (H, W); NaN where no box lies, as in a plan that was stopped.

    Args:
        input_shape: (H, W) or (H, W, C).
        boxes: (..., 4), a plan or a part of it.
        drops: (...), as `occlusion_chunk` gives them.
    """
    totals, counts = np.zeros((2, *input_shape[:2]))
    for (top, left, bottom, right), drop in zip(boxes.reshape(-1, 4), drops.ravel(), strict=True):
        totals[top:bottom, left:right] += drop
        counts[top:bottom, left:right] += 1
    means = np.divide(totals, counts, out=np.full_like(totals, np.nan), where=counts > 0)
    return np.asarray(means, np.float32)


# The hottest region ---------------------------------------------------------------------------------------------------


def hot_box(heat: npt.NDArray[np.floating], share: float = HOT_SHARE) -> Box | None:
    """Return the box around the hottest region: what hangs together with the maximum and is at least `share` of it.

    Cells hang together by their sides; of several maxima the first in reading order counts. This is weak localization
    (Zhou et al., arXiv:1512.04150): it says where the evidence for a class lies, which may be a part of the object or
    what surrounds it; it is no detection, and does not tell two objects apart.

    Args:
        heat: (h, w); NaN counts as cold.
        share: above 0 and at most 1.

    Returns:
        (top, left, bottom, right) in cells, ends excluded; None where nothing is above zero.

    Raises:
        CnnError: another share, or no map.
    """
    if heat.ndim != 2 or not heat.size or not 0 < share <= 1:
        raise CnnError(
            N_("A hot region needs a map (h, w) and a share above 0 and at most 1. Received: {shape} and {share}."),
            shape=heat.shape,
            share=share,
        )
    warmth = np.nan_to_num(heat)
    hottest = np.unravel_index(warmth.argmax(), warmth.shape)
    if warmth[hottest] <= 0:
        return None
    rows, columns = np.nonzero(_region(warmth >= share * warmth[hottest], hottest))
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1


class NoBox(Enum):
    """Why no box says where the evidence lies: nothing speaks for the class, or a few pixels do, or all of them."""

    COLD = "cold"
    SPECK = "speck"
    WHOLE = "whole"


def evidence_box(heat: npt.NDArray[np.floating], size: tuple[int, ...]) -> Box | NoBox:
    """Return the box around the hottest region in pixels of a picture of `size`, or why it would say nothing."""
    cells = hot_box(heat)
    if cells is None:
        return NoBox.COLD
    box = top, left, bottom, right = box_in_pixels(cells, heat.shape, size)
    share = (bottom - top) * (right - left) / (size[0] * size[1])
    if share > MOST_SHARE:
        return NoBox.WHOLE
    return NoBox.SPECK if share < LEAST_SHARE else box


def _region(hot: npt.NDArray[np.bool], start: tuple[np.intp, ...]) -> npt.NDArray[np.bool]:
    """Return the hot cells that hang together with `start`: it grows by its neighbours until nothing is added."""
    region = np.zeros_like(hot)
    region[start] = True
    while True:
        grown = region.copy()
        grown[1:] |= region[:-1]
        grown[:-1] |= region[1:]
        grown[:, 1:] |= region[:, :-1]
        grown[:, :-1] |= region[:, 1:]
        grown &= hot
        if (grown == region).all():
            return region
        region = grown


def box_in_pixels(box: Box, cells: tuple[int, ...], pixels: tuple[int, ...]) -> Box:
    """Return the pixels that show a box of cells when its map is stretched over the picture, as `overlay_png` does it.

    Args:
        box: (top, left, bottom, right) in cells, ends excluded.
        cells: (h, w) of the map.
        pixels: (H, W) of the picture. Where it is smaller than the map, the box keeps at least one pixel.
    """
    (top, bottom), (left, right) = (_stretched(box[axis], box[axis + 2], cells[axis], pixels[axis]) for axis in (0, 1))
    return top, left, bottom, right


def _stretched(begin: int, end: int, cells: int, pixels: int) -> tuple[int, int]:
    """Pixel p shows cell ⌊p · cells / pixels⌋."""
    first = min(-(-begin * pixels // cells), pixels - 1)
    return first, max(-(-end * pixels // cells), first + 1)
