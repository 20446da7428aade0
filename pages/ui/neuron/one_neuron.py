"""One neuron by hand: inputs, weights and bias, their sum, and what four activations make of it."""

from functools import partial

from pages.ui import components, state
from pages.ui.browser_settings import take, told
from pages.ui.neuron.activations import activation_titles
from pages.ui.text import _

KEYS = (
    state.INPUT_1,
    state.INPUT_2,
    state.INPUT_3,
    state.WEIGHT_1,
    state.WEIGHT_2,
    state.WEIGHT_3,
    state.NEURON_BIAS,
    state.NEURON_ACTIVATION,
)


def draw() -> None:
    """Draw the neuron; everything about it moves in the browser."""
    data = told(KEYS) | {"titles": activation_titles(), "words": _words()}
    components.neuron(data, key="neuron", on_set=partial(take, KEYS))


def _words() -> dict[str, str]:
    return {
        "picture": _("A neuron: three inputs, each times its weight, are added to the bias and passed through f"),
        "input": _("Input {number}"),
        "weight": _("Weight {number}"),
        "bias": _("Bias"),
        "threshold": _("Threshold: the bias with the opposite sign"),
        "bias_value": _("bias {value}"),
        "fires": _("A step gives 1 here: the weighted sum {sum} reaches the threshold θ = {threshold}."),
        "rests": _("A step gives 0 here: the weighted sum {sum} is below the threshold θ = {threshold}."),
        "value": "f(z) = {value},",
        "slope": "f′(z) = {slope}",
        "choose": _("Use {name} as the neuron's activation"),
        "curve": _("output f(z)"),
        "slope_curve": _("slope f′(z)"),
    }
