"""What the score of a class owes to the places of a picture: Grad-CAM, input gradients and occlusion.

The score of a class is what the model computes for it before a softmax or sigmoid at its end (of a Dense layer, or a
step of its own); any other output counts as it is. This is y^c of Grad-CAM and S_c of Simonyan et al.: a probability
would also answer to the other classes, and hardly move where the model is sure. A model with a single output knows two
classes: the score of 1 is that number, the score of 0 its negative.

Of an output with height and width the score of a class is its mean over the places where the model answers with that
class, or over all places where it does so nowhere: Seg-Grad-CAM (Vinogradova et al., arXiv:2002.11434), but for their
sum. Of several outputs the first counts, unless another is named. Nested models are walked. The model itself is never
changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from cachetools import LRUCache

from cnn_core.errors import CnnError
from cnn_core.keras_model.activations import Array, check_input, computing, graph_of, input_values, outputs_of
from cnn_core.keras_model.bare import before_activation, squashes
from cnn_core.keras_model.walk import LOCK, Call, Graph
from cnn_core.layers.shapes import Shape, show

Pass = Callable[[Any, Any], list[Any]]

MOST_PASSES: Final = 8
"""How many layers (and input sizes, where the model leaves them open) stay traced for one model, at most."""

MOST_TRACED: Final = 2000
"""How many layers all passes of one model have together, unless two passes have more: each layer takes memory."""

BATCH: Final = 8
"""Covered pictures computed at once: more take more memory and, on two processors, no less time."""


def passes_kept(layer_count: int) -> int:
    """Return how many passes of one model stay traced: fewer of a deep one, but always two.

    >>> passes_kept(10), passes_kept(500), passes_kept(5000)
    (8, 4, 2)
    """
    return max(2, min(MOST_PASSES, MOST_TRACED // max(1, layer_count)))


def map_layers(model: keras.Model, output: str | None = None) -> tuple[str, ...]:
    """Return the layers that `grad_cam` can show: between input and score, with a map of more than one place.

    Names are those of `network_from_keras`, in order. The last one is what Grad-CAM shows by default: after it the maps
    are flattened or pooled as a whole.

    Args:
        output: one of `output_names`, whose score counts; by default the first.

    Raises:
        CnnError: no such output.
        NetworkError: a model whose connections are in its program.
    """
    graph = _scored(model).ending_in(output)
    calls = {call.name: call for call in graph.calls}
    shapes: dict[str, tuple[int | None, ...]] = {}
    waiting = [graph.outputs[0]]
    while waiting:
        source = waiting.pop()
        if source.call not in shapes:
            shapes[source.call] = source.shape[1:]
            waiting.extend(calls[source.call].sources)
    maps = {name for name, shape in shapes.items() if len(shape) == 3 and shape[:2] != (1, 1)}
    return tuple(name for name, call in calls.items() if name in maps and call.sources)


def grad_cam(
    model: keras.Model,
    pixels: npt.ArrayLike,
    class_index: int,
    layer_name: str | None = None,
    output: str | None = None,
) -> Array:
    """Return where a layer's maps A_k speak for a class: ReLU(Σ_k α_k · A_k), α_k the mean over places of ∂score/∂A_k.

    Selvaraju et al., arXiv:1610.02391, equations 1 and 2. The ReLU keeps what speaks for the class; where nothing does,
    all is zero. The result is not normalized, and not stretched to the picture.

    Args:
        model: a Sequential or functional model with one input.
        pixels: (H, W, C); enters the model as it is.
        class_index: counted from 0; 0 or 1 for a model with a single output.
        layer_name: one of `map_layers`; by default the last.
        output: one of `output_names`, whose score counts; by default the first.

    Returns:
        (h, w) float32, the layer's height and width, in units of the score.

    Raises:
        CnnError: no such class, layer or output, another input size than the model's, no gradient.
    """
    names = map_layers(model, output)
    name = layer_name if layer_name is not None else next(reversed(names), "")
    if name not in names:
        raise CnnError(
            "Grad-CAM needs a layer with a map of more than one place, between the picture and the class scores. "
            'Received: "{layer}". Choose one of: {names}.',
            layer=name,
            names=", ".join(names) or "-",
        )
    maps, slopes = _maps_and_slopes(_Score(model, input_values(pixels), class_index, output), name)
    return np.asarray(np.maximum(maps @ slopes.mean(axis=(0, 1)), 0))


def saliency(model: keras.Model, pixels: npt.ArrayLike, class_index: int, output: str | None = None) -> Array:
    """Return how strongly the score of a class answers to each pixel: the largest |∂score/∂value| of its channels.

    Simonyan, Vedaldi and Zisserman, arXiv:1312.6034, section 3.1. It says where a small change counts, not which way.

    Args:
        model, pixels, class_index, output: as for `grad_cam`.

    Returns:
        (H, W) float32, score per unit of the input.

    Raises:
        CnnError: no such class or output, another input than a picture of the model's size, no gradient.
    """
    score = _Score(model, _picture(pixels), class_index, output)
    _, slopes = _maps_and_slopes(score, score.graph.inputs[0].call)
    return np.asarray(np.abs(slopes).max(axis=2))


def occlusion_drops(
    model: keras.Model,
    pixels: npt.ArrayLike,
    class_index: int,
    boxes: npt.ArrayLike,
    fill: npt.ArrayLike | None = None,
    at_once: int = BATCH,
    output: str | None = None,
) -> Array:
    """Return how far the score of a class drops while a box of the picture is covered, for each box.

    Zeiler and Fergus, arXiv:1311.2901, section 4.2. They draw the probability; the score still moves where that is 1.

    Args:
        model, pixels, class_index, output: as for `grad_cam`.
        boxes: (..., 4) integers: top, left, bottom, right, ends excluded.
        fill: what covers: a number, or one a channel; None is the picture's mean colour.
        at_once: how many covered pictures go through the model together; each takes memory.

    Returns:
        (...) float32: the whole picture's score − the covered one's; negative where the box speaks against the class.

    Raises:
        CnnError: no such class or output, a box outside of the picture, another input than a picture of the model's
            size.
    """
    values = _picture(pixels)
    places = _inside(np.asarray(boxes, np.int64), values)
    colour = values.mean(axis=(0, 1)) if fill is None else np.asarray(fill, np.float32)
    score = _Score(model, values, class_index, output)
    (whole,), rows = score.run(None, values[np.newaxis]), places.reshape(-1, 4)
    batches = [rows[first : first + at_once] for first in range(0, len(rows), at_once)]
    drops = [whole - score.run(None, _covered(values, batch, colour))[0] for batch in batches]
    return np.concatenate([*drops, whole[:0]]).reshape(places.shape[:-1])


def _covered(values: Array, boxes: npt.NDArray[np.int64], colour: Array) -> Array:
    """Return (boxes, H, W, C): the picture once for each box, which is covered there."""
    pictures = np.repeat(values[np.newaxis], len(boxes), axis=0)
    for picture, (top, left, bottom, right) in zip(pictures, boxes, strict=True):
        picture[top:bottom, left:right] = colour
    return pictures


def _inside(boxes: npt.NDArray[np.int64], values: Array) -> npt.NDArray[np.int64]:
    """Return the boxes, or refuse them: NumPy would cut what lies outside, and count from the end below zero."""
    begins, ends = boxes[..., :2], boxes[..., 2:]
    if not ((begins >= 0) & (begins < ends) & (ends <= values.shape[:2])).all():
        raise CnnError(
            "A patch must lie within the picture and cover a pixel. "
            "Received: places from {low} to {high} on {shape} pixels. Plan the patches for this size.",
            low=int(boxes.min()),
            high=int(boxes.max()),
            shape=show(values.shape[:2]),
        )
    return boxes


def _picture(pixels: npt.ArrayLike) -> Array:
    values = input_values(pixels)
    if values.ndim != 3:
        raise CnnError(
            "Only a picture (height, width, channels) has places. Received: {shape}. Use a model that takes pictures.",
            shape=show(values.shape) or "one number",
        )
    return values


# Scores and their gradients -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Scored:
    """A model's graph, and its last passes by output, size and layer; nothing that keeps the model itself alive."""

    whole: Graph
    passes: LRUCache[tuple[str, Shape, str | None], Pass]
    graphs: dict[str, Graph] = field(default_factory=dict)

    def ending_in(self, output: str | None) -> Graph:
        """Return the graph up to an output's scores, by default the first's; raises CnnError for another layer."""
        ends = {source.call: source for source in reversed(self.whole.outputs)}
        name = self.whole.outputs[0].call if output is None else output
        if name not in ends:
            raise CnnError(
                'There is no output "{output}". Choose one of: {names}.', output=name, names=", ".join(reversed(ends))
            )
        if name not in self.graphs:
            self.graphs[name] = _before_squashing(replace(self.whole, outputs=(ends[name],)))
        return self.graphs[name]


_models: WeakKeyDictionary[keras.Model, _Scored] = WeakKeyDictionary()


def _scored(model: keras.Model) -> _Scored:
    """Return what is kept of the model, made anew where layers were added to it or taken away."""
    with LOCK:
        whole = graph_of(model)
        scored = _models.get(model)
        if scored is None or scored.whole is not whole:
            scored = _models[model] = _Scored(whole, LRUCache(passes_kept(len(whole.calls))))
        return scored


def _before_squashing(graph: Graph) -> Graph:
    """Return the graph that ends before the softmax or sigmoid at its end, if there is one."""
    call = next(call for call in graph.calls if call.name == graph.outputs[0].call)
    before = before_activation(call) if squashes(call) else None
    if isinstance(before, Call):
        return replace(graph, calls=tuple(before if one is call else one for one in graph.calls))
    return graph if before is None else replace(graph, outputs=(before,))


class _Score:
    """The score of a class for one picture, as a sum of an output's numbers times fixed factors."""

    def __init__(self, model: keras.Model, values: Array, class_index: int, output: str | None) -> None:
        self._scored = _scored(model)
        self.graph = self._scored.ending_in(output)
        self._output, self.values = output or self._scored.whole.outputs[0].call, values
        check_input(self.graph, values.shape)
        self._factors = _factors(self.graph, values, class_index)

    def run(self, name: str | None, pictures: Array) -> list[Array]:
        """Return [a layer's maps, the score's gradient there] for one picture, or without a name [scores of many]."""
        shape = pictures.shape[1:]
        place = self._output, shape, name
        # The first call of a pass optimizes it, which no other thread may disturb; later ones use all processors.
        with LOCK:
            traced = self._scored.passes.get(place)
            if traced is None:
                traced = self._scored.passes[place] = _trace(self.graph, shape, name)
            with computing(shape):
                return [np.asarray(made) for made in traced(tf.constant(pictures), tf.constant(self._factors))]


def _maps_and_slopes(score: _Score, name: str) -> tuple[Array, Array]:
    """Return a layer's maps (h, w, c), and the gradient of the class's score with respect to them."""
    maps, slopes = score.run(name, score.values[np.newaxis])
    return maps[0], slopes[0]


def _factors(graph: Graph, values: Array, class_index: int) -> Array:
    """Return the factors, (units,) or (h, w, c), with which the output's numbers add up to the class's score."""
    sizes = graph.outputs[0].shape[1:]
    if len(sizes) not in (1, 3) or sizes[-1] is None:
        raise CnnError(
            "The model must end in one number per class, or in one map per class. Received: an "
            "output of {shape}. Use a model that classifies.",
            shape="×".join("?" if size is None else str(size) for size in sizes) or "one number",
        )
    directions = np.eye(sizes[-1], dtype=np.float32) if sizes[-1] > 1 else np.array([[-1], [1]], np.float32)
    if not 0 <= class_index < len(directions):
        raise CnnError(
            "Classes are counted from 0 to {last} here. Received: class {index}. Choose one of these.",
            last=len(directions) - 1,
            index=class_index,
        )
    direction = directions[class_index]
    if len(sizes) == 1:
        return np.asarray(direction)
    return np.asarray(_places_of(graph, values, class_index)[..., np.newaxis] * direction)


def _places_of(graph: Graph, values: Array, class_index: int) -> Array:
    """Return (h, w) factors that add up to 1: alike where a map's answer is the class, all alike where it is nowhere.

    Before a softmax the largest channel wins as behind it, and 0 is a sigmoid's half.
    """
    end = graph.outputs[0]
    with LOCK, computing(values.shape):
        scores = np.asarray(outputs_of(graph, tf.constant(values[np.newaxis]))[end.call][end.index])[0]
    answered = scores.argmax(axis=2) if scores.shape[2] > 1 else scores[:, :, 0] > 0
    places = answered == class_index
    region = places if places.any() else np.ones_like(places)
    return np.asarray(region / region.sum(), np.float32)


def _trace(graph: Graph, shape: Shape, name: str | None) -> Pass:
    """Compile (pictures, factors) → [scores] or, for a layer's name, [its maps, the score's gradient there]."""
    end = graph.outputs[0]

    def compute(pictures: Any, factors: Any) -> list[Any]:
        made = outputs_of(graph, pictures)
        numbers = tf.cast(made[end.call][end.index], tf.float32) * factors
        scores = tf.reduce_sum(numbers, axis=range(1, len(end.shape)))
        outputs = [scores] if name is None else [made[name][0], _gradient(scores, made[name][0], name)]
        return [tf.cast(output, tf.float32) for output in outputs]

    pictures = tf.TensorSpec((None if name is None else 1, *shape), tf.float32)
    function = tf.function(compute, autograph=False)
    traced: Pass = function.get_concrete_function(pictures, tf.TensorSpec(end.shape[1:], tf.float32))
    return traced


def _gradient(scores: Any, maps: Any, name: str) -> Any:
    (slopes,) = tf.gradients(scores, maps)
    if slopes is None:
        raise CnnError(
            'The score has no gradient with respect to layer "{layer}": values are rounded or selected on the way. '
            "Use a later layer, or occlusion, which needs no gradient.",
            layer=name,
        )
    return slopes
