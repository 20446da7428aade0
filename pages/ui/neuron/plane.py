"""Hidden layers on a plane of points: a small network learns in the browser, its border moving."""

from functools import partial

from pages.ui import components, state
from pages.ui.browser_settings import take, told
from pages.ui.neuron.activations import activation_titles
from pages.ui.text import _

_CHOSEN = (state.PLANE_POINTS, state.PLANE_ACTIVATION, state.PLANE_RATE)
KEYS = (*_CHOSEN, state.HIDDEN_LAYERS, state.HIDDEN_UNITS, state.PLANE_SEED)


def draw() -> None:
    """Draw the network, the plane and the table of sizes; the network learns in the browser."""
    data = told(KEYS) | {"choices": _choices(), "words": _words()}
    components.plane(data, key="plane", on_set=partial(take, KEYS))


def _choices() -> dict[str, dict[str, str]]:
    titles = activation_titles() | {
        "halves": _("Two halves"),
        "circle": _("A disc in a ring"),
        "corners": _("Opposite corners (XOR)"),
        "spirals": _("Two spirals"),
    }
    offered = {key.name: key.kind.arguments()["options"] for key in _CHOSEN if key.kind is not None}
    return {name: {str(one): titles.get(one, str(one)) for one in options} for name, options in offered.items()}


def _words() -> dict[str, str]:
    return {
        "points": _("Points"),
        "depth": _("Hidden layers"),
        "width": _("Units per layer"),
        "activation": _("Activation"),
        "rate": _("Learning rate"),
        "again": _("New initial weights"),
        "network": _(
            "A network with hidden layers, each unit as a picture of the plane. Hidden layers: {layers}; units per "
            "layer: {units}"
        ),
        "board": _("The plane in the colours of the network's answer, the points, and the boundary between classes."),
        "state": _("Epoch {epoch}: {mistakes} of {count} points wrong; of {count} new points, {others}."),
        "loss": _("Loss {loss}"),
        "sizes": _("Mistakes"),
        "units": _("{count} per layer"),
        "layers": _("Hidden layers: {count}"),
        "no_layer": _("No hidden layer"),
        "size": _("Hidden layers: {layers}, units per layer: {units}"),
        "mistakes_of": _("{mistakes} of {count} points wrong"),
        "sizes_about": _(
            "Mistakes on the points that the networks learn from, after {epochs} epochs: the "
            "mean of {runs} runs. Click a size to see it learn."
        ),
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One step back"),
        "forward": _("One step forward"),
        "restart": _("From the beginning"),
        "speed": _("Speed"),
    }
