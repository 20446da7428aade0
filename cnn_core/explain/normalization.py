"""Values opened that were moved and scaled: by what a batch or a place says, by what was learned, or by settings."""

from math import prod
from typing import Final

import numpy as np

from cnn_core import layers
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import Opened, Stage, StageKind, Terms, Unit, along_channels, here, places, terms_of
from cnn_core.explain.text import factor, written
from cnn_core.sentences import N_, Note

KERAS_EPSILON: Final = 1e-7
"""Normalization divides by no less than this."""


@opened.register
def _batch_normalization(layer: layers.BatchNormalization, unit: Unit) -> Opened:
    """Open a value of batch normalization outside of training: by the moving mean and variance (arXiv:1502.03167)."""
    own = [float(weight[unit.place[-1]]) for weight in unit.weights]
    about = Note(
        N_("Subtract the channel's mean, then divide by its standard deviation. Both were gathered during training.")
    )
    mean, variance = own[-2:]
    stage = _normalized(float(unit.inputs[0][unit.place]), mean, variance, layer.epsilon, about)
    return (stage, *_learned_scale(layer, own, stage.after)), here(unit)


@opened.register
def _layer_normalization(layer: layers.LayerNormalization, unit: Unit) -> Opened:
    """Open a value of layer normalization over the channels of its place (arXiv:1607.06450)."""
    own = [float(weight[unit.place[-1]]) for weight in unit.weights]
    values, taken = along_channels(unit)
    about = Note(
        N_("Subtract the mean of the {count} channels at this place, then divide by their standard deviation."),
        {"count": len(values)},
    )
    chosen = unit.place[-1]
    terms = terms_of(values, taken=taken, chosen=chosen)
    numbers = (float(values[chosen]), float(values.mean()), float(values.var()))
    stage = _normalized(*numbers, layer.epsilon, about, terms)
    return (stage, *_learned_scale(layer, own, stage.after)), taken


@opened.register
def _group_normalization(layer: layers.GroupNormalization, unit: Unit) -> Opened:
    """Open a value of group normalization over all values of its group of channels (arXiv:1803.08494)."""
    own = [float(weight[unit.place[-1]]) for weight in unit.weights]
    (*sides, channels), (*_, channel) = unit.inputs[0].shape, unit.place
    size = channels // layer.groups
    first = channel // size * size
    values = np.asarray(unit.inputs[0][..., first : first + size], np.float64)
    taken = places(*map(range, sides), range(first, first + size))
    about = Note(
        N_(
            "Subtract the mean of the {count} values of its group, then divide by their standard "
            "deviation. The group is all places of the channels {first} to {last}."
        ),
        {"count": values.size, "first": first, "last": first + size - 1},
    )
    chosen = int(np.ravel_multi_index((*unit.place[:-1], channel - first), values.shape))
    terms = terms_of(values.ravel(), taken=taken, chosen=chosen)
    numbers = (float(terms.values[chosen]), float(values.mean()), float(values.var()))
    stage = _normalized(*numbers, layer.epsilon, about, terms)
    return (stage, *_learned_scale(layer, own, stage.after)), taken


def _normalized(
    before: float, mean: float, variance: float, epsilon: float, about: Note, terms: Terms | None = None
) -> Stage:
    after = _over_root(before - mean, variance + epsilon)
    text = f"({written(before)} − {factor(mean)}) / √({written(variance)} + {written(epsilon)})"
    constants = {"mean": mean, "variance": variance, "epsilon": epsilon}
    formula = f"{text} = {written(after)}"
    return Stage(StageKind.NORMALIZATION, about, after, formula, before, constants, terms=terms)


def _over_root(dividend: float, square: float, least: float = 0.0) -> float:
    """Return dividend / max(√square, least); infinity or no number at all where there is none, as a processor does."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(dividend) / np.maximum(np.sqrt(np.float64(square)), least))


def _learned_scale(
    layer: layers.BatchNormalization | layers.LayerNormalization | layers.GroupNormalization,
    own: list[float],
    before: float,
) -> tuple[Stage, ...]:
    """Return the stage that multiplies by gamma and adds beta, as far as the layer has them."""
    names = [name for name, there in (("gamma", layer.scale), ("beta", layer.center)) if there]
    constants = dict(zip(names, own, strict=False))
    about = Note(N_("Then multiply by a scale and add a shift that the layer learned for this channel."))
    return (_scaled(before, constants, about),) if constants else ()


def _scaled(before: float, constants: dict[str, float], about: Note) -> Stage:
    """Return value · scale + shift; the constants are `gamma` or `scale` and `beta` or `offset`."""
    scales = [number for name, number in constants.items() if name in ("gamma", "scale")]
    shifts = [number for name, number in constants.items() if name in ("beta", "offset")]
    after = before * prod(scales) + sum(shifts)
    product = "·".join(map(factor, [before, *scales]))
    formula = f"{' + '.join([product, *map(factor, shifts)])} = {written(after)}"
    return Stage(StageKind.SCALE_AND_SHIFT, about, after, formula, before, constants)


@opened.register
def _normalization(layer: layers.Normalization, unit: Unit) -> Opened:
    """Open a value of Normalization, whose mean and variance are settings or were adapted to data."""
    given = (layer.mean, layer.variance) if layer.mean is not None and layer.variance is not None else unit.weights[:2]
    channel = unit.place[-1]
    # One number stands for all channels. Keras keeps what it is given in float32.
    mean, variance = (float(np.float32(numbers[channel if len(numbers) > 1 else 0])) for numbers in given)
    before = float(unit.inputs[0][unit.place])
    after = _over_root(before - mean, variance, KERAS_EPSILON)
    divisor = f"√{written(variance)}" if variance > KERAS_EPSILON**2 else written(KERAS_EPSILON)
    about = N_("Subtract a mean, then divide by a standard deviation.")
    formula = f"({written(before)} − {factor(mean)}) / {divisor} = {written(after)}"
    constants = {"mean": mean, "variance": variance}
    return (Stage(StageKind.NORMALIZATION, Note(about), after, formula, before, constants),), here(unit)


@opened.register
def _rescaling(layer: layers.Rescaling, unit: Unit) -> Opened:
    """Open a value of Rescaling."""
    about = Note(N_("The value is multiplied by the scale, and the offset is added."))
    constants = {"scale": layer.scale, "offset": layer.offset}
    return (_scaled(float(unit.inputs[0][unit.place]), constants, about),), here(unit)


@opened.register
def _layer_scale(layer: layers.LayerScale, unit: Unit) -> Opened:
    """Open a value of LayerScale."""
    about = Note(N_("The value is multiplied by a factor that the layer learned for its channel."))
    constants = {"gamma": float(unit.weights[0][unit.place[-1]])}
    return (_scaled(float(unit.inputs[0][unit.place]), constants, about),), here(unit)
