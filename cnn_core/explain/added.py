"""What the maps of a layer's inputs add to each map of its output: a function of the layer's kind, whose rules for
layers with kernels stand in `added_by_kernels`.

An amount is the mean over all places of the output map of what one input map adds there, before bias, normalization
and activation, so the amounts and the bias together are the map's mean before its activation.
"""

import string
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Flags, Indices, Numbers, Values
from cnn_core.errors import LayerError
from cnn_core.explain.merge import length_of
from cnn_core.explain.opened import IN_TRAINING_ONLY
from cnn_core.explain.resizing import filled_share
from cnn_core.explain.scaled import scale_and_shift
from cnn_core.layers import Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.settings import places_of_slice


class Computed(NamedTuple):
    """A layer's weights, what went in and what came out, and how many maps each input's last axis holds: as many as it
    has channels, or fewer units than that where a Flatten put maps in one row."""

    weights: Sequence[Values]
    inputs: Sequence[Values]
    output: Values
    counts: Sequence[int]


class Added(NamedTuple):
    """What is added to each of n maps, k amounts to each.

    Attributes:
        sources: the layer's input that an amount comes from, shaped so that it stretches to (k, n).
        channels: the map of that input, likewise.
        amounts: (k, n).
        bias: (n,), what is added to each beside: the bias of a filter, the shift of a normalization.
    """

    sources: Indices
    channels: Indices
    amounts: Values
    bias: Values


@by_kind
def added(layer: Layer, computed: Computed) -> Added:
    """Return what a layer's inputs add to each of its maps; raises LayerError for a kind without a rule, unless it acts
    in training only and passes every map on as it is."""
    if layer.group not in IN_TRAINING_ONLY:
        raise LayerError(
            "What is added to a map of {kind} is not known. Choose a map of the layer before it.", kind=layer.kind
        )
    return _from_one(means(computed.output))


@added.register
def _(layer: layers.Input, computed: Computed) -> Added:
    """Nothing stands before it."""
    maps = computed.output.shape[-1]
    none = np.zeros((0, 1), np.intp)
    return Added(none, none, np.zeros((0, maps)), np.zeros(maps))


@added.register(layers.Pooling)
@added.register(layers.GlobalPooling)
@added.register(layers.UpSampling2D)
@added.register(layers.ZeroPadding2D)
@added.register(layers.Cropping2D)
def _(layer: Layer, computed: Computed) -> Added:
    """Each map is made of the map in its place, which gives all of it."""
    return _from_one(means(computed.output))


@added.register
def _(layer: layers.Resizing, computed: Computed) -> Added:
    """Each map is made of the map in its place; what is padded around it to bring it to a ratio is no map's."""
    every = means(computed.output)
    share = filled_share(layer, computed.inputs[0].shape) if layer.pad_to_aspect_ratio else 0.0
    filling = np.full_like(every, layer.fill_value * share)
    return _from_one(every - filling, filling)


@added.register(layers.Activation)
@added.register(layers.PReLU)
def _(layer: layers.Activation | layers.PReLU, computed: Computed) -> Added:
    """What is added before an activation is all that enters it."""
    return _from_one(means(computed.inputs[0]))


@added.register(layers.BatchNormalization)
@added.register(layers.LayerNormalization)
@added.register(layers.GroupNormalization)
@added.register(layers.Normalization)
@added.register(layers.Rescaling)
@added.register(layers.LayerScale)
def _(layer: Layer, computed: Computed) -> Added:
    """Each map is that in its place times a scale; what is added to it is no map's."""
    values = np.asarray(computed.inputs[0], np.float64)
    scale, shift = scale_and_shift(layer, computed.weights, values)
    return _from_one(means(values * scale), means(np.broadcast_to(shift, values.shape)))


def means(values: Values) -> Numbers:
    """Return the mean of each map of (…, n) over all places, (n,)."""
    return np.asarray(values.reshape(-1, values.shape[-1]).mean(axis=0, dtype=np.float64))


def column(count: int) -> Indices:
    """Return the numbers of so many maps, (count, 1)."""
    return np.arange(count)[:, np.newaxis]


def _from_one(amounts: Numbers, bias: Numbers | None = None) -> Added:
    """Return (n,) amounts, each of the map of the only input in the same place."""
    shift = np.zeros(len(amounts)) if bias is None else bias
    return Added(np.zeros((1, 1), np.intp), np.arange(len(amounts))[np.newaxis], amounts[np.newaxis], shift)


# Values in other places -----------------------------------------------------------------------------------------------


@added.register(layers.Flatten)
@added.register(layers.Reshape)
def _(layer: layers.Flatten | layers.Reshape, computed: Computed) -> Added:
    """All values keep their order, so a value's number tells its map."""
    places = computed.output.reshape(-1, computed.output.shape[-1])
    numbers = np.arange(places.size).reshape(places.shape) % computed.counts[0]
    return _moved(numbers, places, computed.counts[0])


@added.register
def _(layer: layers.Permute, computed: Computed) -> Added:
    count = computed.inputs[0].shape[-1]
    numbers = np.broadcast_to(np.arange(count), computed.inputs[0].shape)
    axes = [axis - 1 for axis in layer.dims]
    places = computed.output.reshape(-1, computed.output.shape[-1])
    return _moved(numbers.transpose(axes).reshape(places.shape), places, count)


@added.register
def _(layer: layers.Slice, computed: Computed) -> Added:
    """Each map is a part of one map."""
    channels = np.array(places_of_slice(layer.channels, computed.inputs[0].shape[-1]))
    amounts = means(computed.output)
    return Added(np.zeros((1, 1), np.intp), channels[np.newaxis], amounts[np.newaxis], np.zeros(len(amounts)))


def _moved(numbers: Indices, values: Values, count: int) -> Added:
    """Return what is added to n maps whose values (places, n) come from the maps with these numbers, of `count`."""
    one, bias = np.zeros((1, 1), np.intp), np.zeros(values.shape[1])
    if (numbers == numbers[0]).all():
        return Added(one, numbers[:1], means(values)[np.newaxis], bias)
    shares = np.asarray(values, np.float64) / len(values)
    if numbers.size == count:
        return Added(one, numbers, shares, bias)
    amounts = np.zeros((count, values.shape[1]))
    np.add.at(amounts, (numbers, np.arange(values.shape[1])), shares)
    return Added(one, column(count), amounts, bias)


# Values put together along axes ---------------------------------------------------------------------------------------


@added.register
def _(layer: layers.ReduceMean, computed: Computed) -> Added:
    """Each value adds what it is divided by the number of those that are put together."""
    return _reduced(layer, computed, np.ones(computed.inputs[0].shape, bool))


@added.register
def _(layer: layers.ReduceMax, computed: Computed) -> Added:
    """Only the first of the largest adds anything, all of itself."""
    values, axes = computed.inputs[0], _axes(layer)
    left = [axis for axis in range(values.ndim) if axis not in axes]
    lines = values.transpose(*left, *axes)
    rows = lines.reshape(*lines.shape[: len(left)], -1)
    chosen = np.zeros(rows.shape, bool)
    np.put_along_axis(chosen, rows.argmax(axis=-1, keepdims=True), True, axis=-1)
    return _reduced(layer, computed, chosen.reshape(lines.shape).transpose(np.argsort([*left, *axes])))


def _axes(layer: layers.Reduce) -> tuple[int, ...]:
    return tuple(axis - 1 for axis in layer.axis)


def _reduced(layer: layers.Reduce, computed: Computed, counted: Flags) -> Added:
    """Return what the maps of the input add where only some of their values count."""
    values, axes, count = np.asarray(computed.inputs[0], np.float64), _axes(layer), computed.counts[0]
    share = np.where(counted, values, 0) / counted.sum(axis=axes, keepdims=True)
    # Each map's values are put together by themselves; then the maps, where the channels are among the axes.
    own = tuple(axis for axis in axes if axis != values.ndim - 1)
    apart = share.sum(axis=own, keepdims=True)
    if values.ndim - 1 not in axes:
        return _from_one(means(apart))
    maps = apart.reshape(*apart.shape[:-1], -1, count).sum(axis=-2)
    places = np.moveaxis(maps, -1, 0).reshape(count, -1, computed.output.shape[-1])
    return Added(np.zeros((1, 1), np.intp), column(count), places.mean(axis=1), np.zeros(places.shape[-1]))


# Merges ---------------------------------------------------------------------------------------------------------------


@added.register
def _(layer: layers.Merge, computed: Computed) -> Added:
    """Each input adds one map; a single one of it stretches to all."""
    amounts = np.array([np.broadcast_to(one, computed.output.shape[-1:]) for one in _merged(layer, computed)])
    own = np.arange(amounts.shape[1])
    channels = np.array([own if one.shape[-1] > 1 else own * 0 for one in computed.inputs])
    return Added(column(len(amounts)), channels, amounts, np.zeros(amounts.shape[1]))


@by_kind
def _merged(layer: layers.Merge, computed: Computed) -> list[Numbers]:
    """Return what each input adds, to each map or one number for all."""
    raise NotImplementedError(layer.kind)


@_merged.register
def _(layer: layers.Add, computed: Computed) -> list[Numbers]:
    return [means(one) for one in computed.inputs]


@_merged.register
def _(layer: layers.Subtract, computed: Computed) -> list[Numbers]:
    first, second = computed.inputs
    return [means(first), -means(second)]


@_merged.register
def _(layer: layers.Average, computed: Computed) -> list[Numbers]:
    return [means(one) / len(computed.inputs) for one in computed.inputs]


@_merged.register
def _(layer: layers.Multiply, computed: Computed) -> list[Numbers]:
    """No factor adds anything by itself: each has an equal share in the product, its Shapley value with 0 for what is
    left out (Shapley, "A value for n-person games", 1953)."""
    return [means(computed.output) / len(computed.inputs)] * len(computed.inputs)


@_merged.register(layers.Maximum)
@_merged.register(layers.Minimum)
def _(layer: layers.Maximum | layers.Minimum, computed: Computed) -> list[Numbers]:
    """An input adds its value where it is the one that is taken, the first of equals."""
    stretched = np.array(np.broadcast_arrays(*computed.inputs))
    winners = stretched.argmax(axis=0) if isinstance(layer, layers.Maximum) else stretched.argmin(axis=0)
    return [means(np.where(winners == number, one, 0)) for number, one in enumerate(stretched)]


@added.register
def _(layer: layers.Dot, computed: Computed) -> Added:
    """Each product is added by its two factors alike, as that of Multiply."""
    first, second = (np.asarray(one, np.float64) for one in computed.inputs)
    one, other = layer.along(first.shape, second.shape)
    if layer.normalize:
        first, second = first / length_of(first, one), second / length_of(second, other)
    # Every axis has a letter: what is put together the same one in both.
    letters = [string.ascii_lowercase[: first.ndim], string.ascii_uppercase[: second.ndim]]
    letters[1] = letters[1].replace(letters[1][other], letters[0][one])
    left = (letters[0] + letters[1]).replace(letters[0][one], "")
    places = computed.output.size // computed.output.shape[-1]
    amounts = []
    for own, count in zip(letters, computed.counts, strict=True):
        along = _amounts_of(own[-1], left, (letters[0], first), (letters[1], second)) / (2 * places)
        amounts.append(along.reshape(-1, count, along.shape[-1]).sum(axis=0))
    sources = np.repeat(np.arange(2), computed.counts)[:, np.newaxis]
    channels = np.concatenate([np.arange(count) for count in computed.counts])[:, np.newaxis]
    every = np.concatenate(amounts)
    return Added(sources, channels, every, np.zeros(every.shape[1]))


def _amounts_of(letter: str, left: str, first: tuple[str, Numbers], second: tuple[str, Numbers]) -> Numbers:
    """Return the sums of all products by the index of one axis and of the result's last, (k, n)."""
    last = left[-1:]
    wanted = last if letter == last else letter + last
    added_up = np.einsum(f"{first[0]},{second[0]}->{wanted}", first[1], second[1], optimize=True)
    if letter == last:
        return np.diag(added_up)
    return np.asarray(added_up.reshape(len(added_up), -1))


@added.register
def _(layer: layers.Concatenate, computed: Computed) -> Added:
    """Each map is one of one input."""
    sizes = [one.shape[-1] for one in computed.inputs]
    sources = np.repeat(np.arange(len(sizes)), sizes)
    channels = np.concatenate([np.arange(size) for size in sizes])
    amounts = means(computed.output)[np.newaxis]
    return Added(sources[np.newaxis], channels[np.newaxis], amounts, np.zeros(amounts.shape[1]))
