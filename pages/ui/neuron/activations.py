"""What the page calls the activations."""

from cnn_core.sentences import N_
from pages.ui.text import _

_ACTIVATIONS = {"step": N_("Step"), "sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}


def activation_titles() -> dict[str, str]:
    """Return what the activations are called, by their names in an address."""
    return {name: _(title) for name, title in _ACTIVATIONS.items()}
