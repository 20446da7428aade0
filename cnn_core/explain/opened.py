"""How a value of a layer is opened: a function of the layer's kind, whose rules stand in `activation`, `merge`,
`moved`, `normalization`, `reducing`, `resizing`, `weighted` and `window`."""

from typing import Final

from cnn_core.errors import LayerError
from cnn_core.explain.parts import Opened, Origin, Stage, StageKind, Unit, table_of
from cnn_core.explain.text import written
from cnn_core.layers import Group, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.sentences import N_, Note

IN_TRAINING_ONLY: Final = {
    Group.REGULARIZATION: N_(
        "This layer acts in training only: there it sets random values to 0, so that the "
        "network does not rely on any of them. Now every value passes unchanged."
    ),
    Group.AUGMENTATION: N_(
        "This layer acts in training only: there it changes pictures at random, so that the "
        "network sees more of them. Now every picture passes unchanged."
    ),
}


@by_kind
def opened(layer: Layer, unit: Unit) -> Opened:
    """Return the stages on the way to a value and the input values that took part; raises LayerError for a kind
    without a rule, unless it acts in training only."""
    if layer.group not in IN_TRAINING_ONLY:
        raise LayerError("A value of {kind} cannot be opened. Open a value of the layer before it.", kind=layer.kind)
    value = float(unit.inputs[0][unit.place])
    stage = Stage(StageKind.UNCHANGED, Note(IN_TRAINING_ONLY[layer.group]), value, written(value), value)
    return (stage,), table_of([Origin(0, unit.place)])
