"""Values opened where no window is: Dense, activations, normalizations and merges, value by value."""

from math import prod
from typing import Final

import numpy as np

from cnn_core import layers
from cnn_core.explain.parts import (
    Numbers,
    Opened,
    Origin,
    Place,
    Stage,
    StageKind,
    Table,
    Terms,
    Unit,
    places,
    table_of,
    terms_of,
)
from cnn_core.explain.text import factor, largest_text, listed, products_text, sum_text, written
from cnn_core.layers import ActivationName
from cnn_core.layers.kind import by_kind
from cnn_core.layers.shapes import Shape
from cnn_core.numerics.activations import activate, slope_of, softmax
from cnn_core.sentences import N_, Note

KERAS_EPSILON: Final = 1e-7
"""Normalization divides by no less than this."""


def here(unit: Unit) -> Table:
    """Return the same place in the only input."""
    return table_of([Origin(0, unit.place)])


def along_channels(unit: Unit) -> tuple[Numbers, Table]:
    """Return the input's values at the unit's place in every channel, and where they lie."""
    values = np.asarray(unit.inputs[0][unit.place[:-1]], np.float64)
    return values, places(*([index] for index in unit.place[:-1]), range(len(values)))


def weighted_inputs(layer: layers.Dense, unit: Unit) -> Opened:
    """Open the weighted sum of a Dense layer, before the bias."""
    values, taken = along_channels(unit)
    terms = terms_of(values, unit.weights[0][:, unit.place[-1]], taken)
    after = float(terms.amounts.sum())
    message = N_("Each of the {count} inputs is multiplied by its weight, and the products are added.")
    formula = f"{products_text(terms.values, terms.weights)} = {written(after)}"
    about = Note(message, {"count": len(terms)})
    return (Stage(StageKind.WEIGHTED_SUM, about, after, formula, terms=terms),), taken


# Activation ----------------------------------------------------------------------------------------------------------

_TEXTS: Final[dict[ActivationName, str]] = {
    ActivationName.RELU: "max(0, {x})",
    ActivationName.RELU6: "min(max(0, {x}), 6)",
    ActivationName.LEAKY_RELU: "{slope}·{factor}",
    ActivationName.ELU: "{slope}·(exp({x}) − 1)",
    ActivationName.SELU: "1.0507·1.6733·(exp({x}) − 1)",
    ActivationName.GELU: "{factor}·(1 + erf({x} / √2)) / 2",
    ActivationName.SILU: "{factor} / (1 + exp({opposite}))",
    ActivationName.HARD_SILU: "{factor}·min(max(0, {x} + 3), 6) / 6",
    ActivationName.HARD_SIGMOID: "min(max(0, {x} + 3), 6) / 6",
    ActivationName.MISH: "{factor}·tanh(ln(1 + exp({x})))",
    ActivationName.SIGMOID: "1 / (1 + exp({opposite}))",
    ActivationName.SOFTPLUS: "ln(1 + exp({x}))",
    ActivationName.SOFTSIGN: "{x} / (1 + {size})",
}
"""How an activation is computed; linear, tanh and exponential say it by their names."""

_ABOVE_ZERO: Final = {ActivationName.LEAKY_RELU: "", ActivationName.ELU: "", ActivationName.SELU: "1.0507·{x}"}
"""How those are computed above 0 that are something else there."""


def activated(name: ActivationName, before: float, slope: float | None = None) -> Stage:
    """Return the stage of any activation but softmax."""
    after = float(activate(name, np.array(before), slope))
    about = Note(N_("The activation {name} of this number."), {"name": name.value})
    if name is ActivationName.LINEAR:
        about = Note(N_("There is no activation, so the number stays as it is."))
    template = (_ABOVE_ZERO if before > 0 and name in _ABOVE_ZERO else _TEXTS).get(name, "")
    numbers = {"x": before, "opposite": -before, "size": abs(before), "slope": slope_of(name, slope)}
    text = template.format(factor=factor(before), **{key: written(number) for key, number in numbers.items()})
    parts = [f"{name.value}({written(before)})", text, written(after)]
    return Stage(StageKind.ACTIVATION, about, after, " = ".join(filter(None, parts)), before)


def shared(logits: Numbers, own: int, taken: Table | None = None) -> Stage:
    """Return the stage of a softmax over (C,) numbers for the one with index `own`."""
    shares = softmax(logits)
    terms = Terms(np.arange(len(logits)), logits, np.ones_like(logits), np.asarray(shares, np.float64), taken, own)
    before, after = float(logits[own]), float(shares[own])
    about = N_("Softmax: e to the power of this number, divided by the sum of the powers of all {count} numbers.")
    powers = listed((f"exp({written(logits[index])})" for index in terms.order()), " + ")
    formula = f"exp({written(before)}) / ({powers}) = {written(after)}"
    return Stage(StageKind.ACTIVATION, Note(about, {"count": len(logits)}), after, formula, before, terms=terms)


def activation(layer: layers.Activation, unit: Unit) -> Opened:
    """Open a value of an activation that is a layer of its own."""
    if layer.activation is ActivationName.SOFTMAX:
        values, taken = along_channels(unit)
        return (shared(values, unit.place[-1], taken),), taken
    return (activated(layer.activation, float(unit.inputs[0][unit.place]), layer.slope),), here(unit)


# Normalization -------------------------------------------------------------------------------------------------------


def batch_normalization(layer: layers.BatchNormalization, unit: Unit) -> Opened:
    """Open a value of batch normalization outside of training: by the moving mean and variance (arXiv:1502.03167)."""
    own = [float(weight[unit.place[-1]]) for weight in unit.weights]
    about = Note(
        N_(
            "From the value the mean of its channel is taken away, and the rest is divided by the root of the "
            "channel's variance. Both were gathered during training."
        )
    )
    mean, variance = own[-2:]
    stage = _normalized(float(unit.inputs[0][unit.place]), mean, variance, layer.epsilon, about)
    return (stage, *_learned_scale(layer, own, stage.after)), here(unit)


def layer_normalization(layer: layers.LayerNormalization, unit: Unit) -> Opened:
    """Open a value of layer normalization over the channels of its place (arXiv:1607.06450)."""
    own = [float(weight[unit.place[-1]]) for weight in unit.weights]
    values, taken = along_channels(unit)
    about = Note(
        N_(
            "From the value the mean of the {count} channels at its place is taken away, and the rest is divided by "
            "the root of their variance."
        ),
        {"count": len(values)},
    )
    chosen = unit.place[-1]
    terms = terms_of(values, taken=taken, chosen=chosen)
    numbers = (float(values[chosen]), float(values.mean()), float(values.var()))
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
    layer: layers.BatchNormalization | layers.LayerNormalization, own: list[float], before: float
) -> tuple[Stage, ...]:
    """Return the stage that multiplies by gamma and adds beta, as far as the layer has them."""
    names = [name for name, there in (("gamma", layer.scale), ("beta", layer.center)) if there]
    constants = dict(zip(names, own, strict=False))
    about = Note(N_("The layer learned for this channel by what to multiply and what to add."))
    return (_scaled(before, constants, about),) if constants else ()


def _scaled(before: float, constants: dict[str, float], about: Note) -> Stage:
    """Return value · scale + shift; the constants are `gamma` or `scale` and `beta` or `offset`."""
    scales = [number for name, number in constants.items() if name in ("gamma", "scale")]
    shifts = [number for name, number in constants.items() if name in ("beta", "offset")]
    after = before * prod(scales) + sum(shifts)
    product = "·".join(map(factor, [before, *scales]))
    formula = f"{' + '.join([product, *map(factor, shifts)])} = {written(after)}"
    return Stage(StageKind.SCALE_AND_SHIFT, about, after, formula, before, constants)


def normalization(layer: layers.Normalization, unit: Unit) -> Opened:
    """Open a value of Normalization, whose mean and variance are settings or were adapted to data."""
    given = (layer.mean, layer.variance) if layer.mean is not None and layer.variance is not None else unit.weights[:2]
    channel = unit.place[-1]
    # One number stands for all channels. Keras keeps what it is given in float32.
    mean, variance = (float(np.float32(numbers[channel if len(numbers) > 1 else 0])) for numbers in given)
    before = float(unit.inputs[0][unit.place])
    after = _over_root(before - mean, variance, KERAS_EPSILON)
    divisor = f"√{written(variance)}" if variance > KERAS_EPSILON**2 else written(KERAS_EPSILON)
    about = N_("From the value a mean is taken away, and the rest is divided by the root of a variance.")
    formula = f"({written(before)} − {factor(mean)}) / {divisor} = {written(after)}"
    constants = {"mean": mean, "variance": variance}
    return (Stage(StageKind.NORMALIZATION, Note(about), after, formula, before, constants),), here(unit)


def rescaling(layer: layers.Rescaling, unit: Unit) -> Opened:
    """Open a value of Rescaling."""
    about = Note(N_("The value is multiplied by the scale, and the offset is added."))
    constants = {"scale": layer.scale, "offset": layer.offset}
    return (_scaled(float(unit.inputs[0][unit.place]), constants, about),), here(unit)


def layer_scale(layer: layers.LayerScale, unit: Unit) -> Opened:
    """Open a value of LayerScale."""
    about = Note(N_("The value is multiplied by a factor that the layer learned for its channel."))
    constants = {"gamma": float(unit.weights[0][unit.place[-1]])}
    return (_scaled(float(unit.inputs[0][unit.place]), constants, about),), here(unit)


# Merge ---------------------------------------------------------------------------------------------------------------


def merge(layer: layers.Merge, unit: Unit) -> Opened:
    """Open a value that was made of one value of each input."""
    origins = [stretched_from(unit.place, i, inputs.shape) for i, inputs in enumerate(unit.inputs)]
    taken = table_of(origins)
    values = np.array([unit.inputs[origin.source][origin.place] for origin in origins], np.float64)
    return (_merged(layer, values, taken),), taken


def stretched_from(place: Place, source: int, shape: Shape) -> Origin:
    """Return where a place of merged inputs was before in one of them, whose axes of 1 stretch.

    >>> stretched_from((3, 4, 5), 1, (8, 1, 8))
    Origin(source=1, place=(3, 0, 5))
    """
    return Origin(source, tuple(0 if size == 1 else index for size, index in zip(shape, place, strict=True)))


@by_kind
def _merged(layer: layers.Merge, values: Numbers, taken: Table) -> Stage:
    raise NotImplementedError(layer.kind)


@_merged.register
def _(layer: layers.Add, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The values of the {count} inputs at this place are added."), {"count": len(values)})
    after = float(values.sum())
    formula = f"{sum_text(values)} = {written(after)}"
    return Stage(StageKind.SUM, about, after, formula, terms=terms_of(values, taken=taken))


@_merged.register
def _(layer: layers.Average, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The mean of the values of the {count} inputs at this place."), {"count": len(values)})
    after = float(values.mean())
    formula = f"({sum_text(values)}) / {len(values)} = {written(after)}"
    return Stage(StageKind.AVERAGE, about, after, formula, terms=terms_of(values, 1 / len(values), taken))


@_merged.register
def _(layer: layers.Multiply, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The values of the {count} inputs at this place are multiplied."), {"count": len(values)})
    after = float(values.prod())
    formula = f"{listed(map(factor, values.tolist()), '·')} = {written(after)}"
    return Stage(StageKind.PRODUCT, about, after, formula, terms=terms_of(values, taken=taken))


@_merged.register
def _(layer: layers.Maximum, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The largest of the values of the {count} inputs at this place."), {"count": len(values)})
    after = float(values.max())
    terms = terms_of(values, taken=taken, chosen=int(values.argmax()))
    return Stage(StageKind.MAXIMUM, about, after, largest_text(values, after), terms=terms)
