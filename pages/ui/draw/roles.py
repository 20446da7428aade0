"""What the parts of a network are called where it is drawn."""

from collections.abc import Sequence

from cnn_core.network.roles import Role, stretches
from cnn_core.network.summary import Row
from cnn_core.sentences import N_
from pages.ui.text import _

_TITLES = {Role.EXTRACTOR: N_("Feature extractor"), Role.CLASSIFIER: N_("Classifier")}


def named_stretches(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Return the parts of a network as components draw them: a title, and the first and the last layer."""
    return [{"title": _(_TITLES[role]), "first": first, "last": last} for role, first, last in stretches(rows)]
