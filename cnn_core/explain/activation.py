"""Values opened that an activation made."""

from typing import Final

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Numbers, Table
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import Opened, Stage, StageKind, Terms, Unit, along_channels, here
from cnn_core.explain.text import factor, listed, written
from cnn_core.layers import ActivationName
from cnn_core.numerics.activations import activate, slope_of, softmax
from cnn_core.sentences import N_, Note

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
    about = N_(
        "Softmax: e to the power of this number, divided by the sum of e to the power of each of the {count} numbers."
    )
    powers = listed((f"exp({written(logits[index])})" for index in terms.order()), " + ")
    formula = f"exp({written(before)}) / ({powers}) = {written(after)}"
    return Stage(StageKind.ACTIVATION, Note(about, {"count": len(logits)}), after, formula, before, terms=terms)


@opened.register
def _activation(layer: layers.Activation, unit: Unit) -> Opened:
    """Open a value of an activation that is a layer of its own."""
    if layer.activation is ActivationName.SOFTMAX:
        values, taken = along_channels(unit)
        return (shared(values, unit.place[-1], taken),), taken
    return (activated(layer.activation, float(unit.inputs[0][unit.place]), layer.slope),), here(unit)


@opened.register
def _prelu(layer: layers.PReLU, unit: Unit) -> Opened:
    """Open a value of a ReLU with a learned factor below 0 (arXiv:1502.01852)."""
    before = float(unit.inputs[0][unit.place])
    alpha = unit.weights[0]
    own = float(alpha[tuple(0 if size == 1 else index for size, index in zip(alpha.shape, unit.place, strict=True))])
    if before > 0:
        about = N_("The value is above 0, so it stays as it is.")
        after, formula = before, written(before)
    else:
        about = N_("The value is not above 0, so it is multiplied by the factor that the layer learned for it.")
        after = own * before
        formula = f"{factor(own)}·{factor(before)} = {written(after)}"
    return (Stage(StageKind.ACTIVATION, Note(about), after, formula, before, {"alpha": own}),), here(unit)
