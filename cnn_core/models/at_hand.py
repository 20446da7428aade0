"""What is known of bundled models without TensorFlow; where a function returns None, a worker has to be asked."""

from cnn_core.arrays import Output, Pixels, Weights
from cnn_core.models.bundled import bundled_network
from cnn_core.models.bundled_weights import bundled_weights
from cnn_core.models.keys import is_bundled
from cnn_core.models.recorded import Subject, record_of
from cnn_core.models.run import Answers


def answers(of: Subject) -> Answers | None:
    """Return what all layers make of a picture, and the model's answer, where that is recorded."""
    record = record_of(of)
    return None if record is None else record.answers()


def layer_maps(of: Subject, pixels: Pixels, layer: str) -> Output | None:
    """Return a layer's output where it is recorded, or is what enters: `pixels` (H, W, C) in [0, 1]."""
    if is_bundled(of.model) and layer == bundled_network(of.model).layers[0].name:
        return pixels
    record = record_of(of)
    return None if record is None or layer not in record.layers else record.maps(layer)


def layer_weights(model: str, layer: str) -> tuple[Weights, ...] | None:
    """Return the arrays of a bundled model's layer in Keras's order; raises CnnError for a layer that is not there."""
    return bundled_weights(model, layer) if is_bundled(model) else None
