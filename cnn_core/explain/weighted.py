"""Values opened that a layer with kernels made: a weighted sum, a bias and an activation."""

from typing import Final

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Numbers, Table
from cnn_core.explain.activation import activated, shared
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import Opened, Stage, StageKind, Unit, along_channels, terms_of
from cnn_core.explain.text import factor, products_text, written
from cnn_core.layers import ActivationName
from cnn_core.layers.kind import by_kind
from cnn_core.layers.shapes import output_shape
from cnn_core.sentences import N_, Note

Convolution = layers.Conv2D | layers.DepthwiseConv2D | layers.SeparableConv2D | layers.Conv2DTranspose
Weighted = Convolution | layers.Dense

BIAS_OF_UNIT: Final = N_("The bias of this unit is added, a learned number.")
BIAS_OF_CHANNEL: Final = N_("The bias of this channel is added, a learned number that is the same at every place.")


@by_kind
def weighted_sum(layer: layers.Layer, unit: Unit) -> Opened:
    """Open the weighted sum of a layer with kernels, before the bias."""
    raise NotImplementedError(layer.kind)


@weighted_sum.register
def _weighted_inputs(layer: layers.Dense, unit: Unit) -> Opened:
    """Open the weighted sum of a Dense layer, before the bias."""
    values, taken = along_channels(unit)
    terms = terms_of(values, unit.weights[0][:, unit.place[-1]], taken)
    after = float(terms.amounts.sum())
    message = N_("Each of the {count} inputs is multiplied by its weight, and the products are added.")
    formula = f"{products_text(terms.values, terms.weights)} = {written(after)}"
    about = Note(message, {"count": len(terms)})
    return (Stage(StageKind.WEIGHTED_SUM, about, after, formula, terms=terms),), taken


@opened.register(layers.Conv2D)
@opened.register(layers.DepthwiseConv2D)
@opened.register(layers.SeparableConv2D)
@opened.register(layers.Conv2DTranspose)
@opened.register(layers.Dense)
def _(layer: Weighted, unit: Unit) -> Opened:
    """Weights, bias and activation, which these layers have in common."""
    stages, taken = _before_activation(layer, unit)
    if layer.activation is not ActivationName.SOFTMAX:
        return (*stages, activated(layer.activation, stages[-1].after)), taken
    logits = _logits(layer, unit)
    logits[unit.place[-1]] = stages[-1].after
    return (*stages, shared(logits, unit.place[-1])), _in_all_channels(taken, unit.inputs[0].shape[-1])


@by_kind
def _logits(layer: Weighted, unit: Unit) -> Numbers:
    """Return what stands before the activation in every channel of the unit's place."""
    channels = range(output_shape(layer, unit.inputs[0].shape)[-1])
    every = (_before_activation(layer, unit._replace(place=(*unit.place[:-1], own))) for own in channels)
    return np.array([stages[-1].after for stages, _ in every])


@_logits.register
def _(layer: layers.Dense, unit: Unit) -> Numbers:
    # A thousand classes at once: one by one they would take 0.2 s.
    values, _ = along_channels(unit)
    return np.asarray(values @ unit.weights[0] + (unit.weights[1] if layer.use_bias else 0), np.float64)


def _before_activation(layer: Weighted, unit: Unit) -> Opened:
    stages, taken = weighted_sum(layer, unit)
    if not layer.use_bias:
        return stages, taken
    before, bias = stages[-1].after, float(unit.weights[-1][unit.place[-1]])
    about = Note(BIAS_OF_UNIT if len(unit.place) == 1 else BIAS_OF_CHANNEL)
    formula = f"{written(before)} + {factor(bias)} = {written(before + bias)}"
    return (*stages, Stage(StageKind.BIAS, about, before + bias, formula, before, {"bias": bias})), taken


def _in_all_channels(taken: Table, count: int) -> Table:
    """Return the places in every channel: all outputs together see them, also of a depthwise or grouped convolution."""
    found = np.unique(taken[:, :-1], axis=0)
    channels = np.tile(np.arange(count), len(found))
    return np.column_stack([found.repeat(count, axis=0), channels])
