"""What a channel looks for: the slope of its value on a picture, on which `numerics.ascent` climbs.

The number is the mean of the channel's map, or the unit's value; of a layer that ends in a softmax or sigmoid, what it
computes before that, as in section 2 of Simonyan et al., arXiv:1312.6034: a share can also grow because others fall,
and has hardly any slope where the layer is sure. Where a number has no slope, as behind a ReLU that is zero everywhere,
the step passes the last activation before it as if there were none (Lucid, the code of Olah et al., 2017, does so too).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf
from cachetools import LRUCache

from cnn_core.errors import CnnError
from cnn_core.keras_model.activations import Array, check_input, check_names, computing, graph_of, outputs_of
from cnn_core.keras_model.bare import before_activation, squashes
from cnn_core.keras_model.walk import LOCK, Call, Graph, Source
from cnn_core.layers.shapes import Shape
from cnn_core.numerics.ascent import Slope
from cnn_core.steps import Step, taking

MOST_PASSES: Final = 2
"""How many layers stay traced for one model: a reader makes picture after picture for channels of one."""


class Answer(NamedTuple):
    """What a channel is on a picture.

    Attributes:
        value: what the layer gives: the mean of the channel's map, or the unit's value.
        slope: of what is climbed, which may be another number.
    """

    value: float
    slope: Slope


def channel_slope(model: keras.Model, values: Array, layer: str, channel: int) -> Answer:
    """Return what a channel is on a picture, and the slope of what is climbed.

    Args:
        model: a Sequential or functional model with one input.
        values: (H, W, C); enters the model as it is.
        layer: as in `network_from_keras`.
        channel: of a map, or the unit of a vector; counted from 0.

    Raises:
        CnnError: no such layer or channel, another input size than the model's, no gradient.
    """
    traced = _traced(model, values.shape, layer)
    if not 0 <= channel < traced.channels:
        raise CnnError(
            "Channels are counted from 0 to {last} here. Received: channel {channel}. Choose one of these.",
            last=traced.channels - 1,
            channel=channel,
        )
    # The first call optimizes the pass, which no other thread may disturb; later ones use all processors anyway.
    with LOCK, computing(values.shape):
        value, score, gradient, is_usual = traced.function(tf.constant(values), tf.constant(channel))
    return Answer(float(value), Slope(float(score), np.asarray(gradient), bool(is_usual)))


def stride_of(model: keras.Model, shape: Shape, layer: str) -> int:
    """Return how many pixels of an input of this shape lie between neighbours of a layer's map; 1 for a vector."""
    return _traced(model, shape, layer).stride


# Compiled passes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Traced:
    """The compiled pass of one layer.

    Attributes:
        function: (values, channel) → [value, score, the score's gradient with respect to the values, is it usual].
        channels, stride: of the layer's output.
    """

    function: Callable[[Any, Any], list[Any]]
    channels: int
    stride: int


@dataclass(frozen=True, eq=False)
class _Watched:
    """A model's graph and its last passes; nothing that keeps the model itself alive."""

    graph: Graph
    traced: LRUCache[tuple[Shape, str], _Traced] = field(default_factory=lambda: LRUCache(MOST_PASSES))


_models: WeakKeyDictionary[keras.Model, _Watched] = WeakKeyDictionary()


def _traced(model: keras.Model, shape: Shape, layer: str) -> _Traced:
    with LOCK:
        graph = graph_of(model)
        watched = _models.get(model)
        if watched is None or watched.graph is not graph:
            watched = _models[model] = _Watched(graph)
        traced = watched.traced.get((shape, layer))
        if traced is None:
            check_input(graph, shape)
            check_names(graph, (layer,))
            with taking(Step.TRACING):
                traced = watched.traced[shape, layer] = _trace(graph, shape, layer)
        return traced


def _trace(graph: Graph, shape: Shape, layer: str) -> _Traced:
    sizes = _sizes(graph, layer)
    rows = sizes[0] if len(sizes) == 3 else None
    return _Traced(_pass(graph, shape, layer), sizes[-1] or 1, max(1, round(shape[0] / rows)) if rows else 1)


def _sizes(graph: Graph, layer: str) -> tuple[int | None, ...]:
    """Return the axes of a layer's only output, without the batch."""
    sources = [source for call in graph.calls for source in call.sources] + [*graph.outputs]
    sizes = {source.index: source.shape[1:] for source in sources if source.call == layer}
    if len(sizes) != 1:
        raise CnnError('Layer "{layer}" gives several outputs; only layers with one can be shown.', layer=layer)
    return sizes.popitem()[1]


def _pass(graph: Graph, shape: Shape, layer: str) -> Callable[[Any, Any], list[Any]]:
    """Compile what `_Traced` says of `function`."""
    opened = _opened_at_activation(graph, layer)

    def compute(values: Any, channel: Any) -> list[Any]:
        made = outputs_of(opened.graph, values[tf.newaxis])
        sums, activated = (made[source.call][source.index] for source in (opened.sums, opened.activated))
        value = tf.reduce_mean(tf.gather(tf.cast(made[layer][0], tf.float32), channel, axis=-1))
        (slope,), (straight,) = tf.gradients(value, sums), tf.gradients(value, activated)
        # Past the activation, as if it were none: of the layer itself this is the mean before the activation.
        is_usual = tf.constant(False) if opened.squashes else tf.reduce_any(slope != 0)
        score = tf.where(is_usual, value, tf.reduce_sum(tf.cast(straight * sums, tf.float32)))
        (gradient,) = tf.gradients(sums, values, grad_ys=tf.where(is_usual, slope, straight))
        if gradient is None:
            raise CnnError(
                'Layer "{layer}" has no gradient with respect to the picture: values are rounded or selected on the '
                "way. Choose an earlier layer.",
                layer=layer,
            )
        return [value, score, gradient, is_usual | opened.squashes]

    function = tf.function(compute, autograph=False)
    traced: Callable[[Any, Any], list[Any]] = function.get_concrete_function(
        tf.TensorSpec(shape, tf.float32), tf.TensorSpec((), tf.int32)
    )
    return traced


class _Opened(NamedTuple):
    """The calls that a layer needs, taken apart where the last activation on the way to it is applied.

    Attributes:
        sums, activated: what it is applied to, and what it gives; both the layer itself where there is none.
        squashes: whether it is the layer's own, and a softmax or sigmoid.
    """

    graph: Graph
    sums: Source
    activated: Source
    squashes: bool


def _opened_at_activation(graph: Graph, layer: str) -> _Opened:
    calls = _needed(graph, layer)
    by_name = {call.name: call for call in calls}
    call = by_name[layer]
    while before_activation(call) is None and len(call.sources) == 1:
        call = by_name[call.sources[0].call]
    before, activated = before_activation(call), Source(call.name, 0, ())
    if before is None:
        itself = Source(layer, 0, ())
        return _Opened(replace(graph, calls=calls), itself, itself, False)
    if isinstance(before, Call):
        # With a space in it, it is no layer's name.
        bare = replace(before, name=f"{call.name} before")
        before = Source(bare.name, 0, ())
        pair = bare, Call(call.name, call.operation.activation, (before,))
        at = calls.index(call)
        calls = (*calls[:at], *pair, *calls[at + 1 :])
    return _Opened(replace(graph, calls=calls), before, activated, call.name == layer and squashes(call))


def _needed(graph: Graph, layer: str) -> tuple[Call, ...]:
    """Return the calls that a layer needs, itself last, and the inputs."""
    needed = {layer}
    for call in reversed(graph.calls):
        if call.name in needed:
            needed.update(source.call for source in call.sources)
    last = next(call for call in graph.calls if call.name == layer)
    inputs_first = [call for call in graph.calls if call is not last and (call.name in needed or not call.sources)]
    return (*inputs_first, last)
