"""What is left of a slope behind ten layers of one neuron each, for three activations at once."""

from functools import partial

from pages.ui import components, state
from pages.ui.browser_settings import take, told
from pages.ui.neuron.activations import activation_titles
from pages.ui.text import _

KEYS = (state.CHAIN_INPUT, state.CHAIN_WEIGHT, state.CHAIN_BIAS)


def draw() -> None:
    """Draw the three chains; the slope travels them in the browser."""
    data = told(KEYS) | {"titles": activation_titles(), "words": _words()}
    components.ten_layers(data, key="ten_layers", on_set=partial(take, KEYS))


def _words() -> dict[str, str]:
    return {
        "input": _("Input of the first layer"),
        "weight": _("Weight, the same in every layer"),
        "bias": _("Bias, the same in every layer"),
        "cell": _("Layer {layer}: z = {z}, slope f′(z) = {slope}; from the end back to here × {left}"),
        "nothing": _("None of the gradient arrives: layer 1 cannot learn."),
        "vanishes": _("Vanishes: only 1/{times} of the gradient reaches layer 1."),
        "fades": _("Fades on its way to layer 1."),
        "passes": _("Reaches layer 1 about as strong as it was."),
        "explodes": _("Explodes: it has grown when it reaches layer 1."),
        "legend": _(
            "Ten layers of one neuron each. On its way back, from right to left, the gradient is multiplied in "
            "every layer by w·f′(z). Each bar shows what is left of it; the line marks 1."
        ),
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One step back"),
        "forward": _("One step forward"),
        "restart": _("From the beginning"),
        "speed": _("Speed"),
    }
