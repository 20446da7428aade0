"""What is known of bundled models without TensorFlow; where a function returns None, a worker has to be asked."""

from collections.abc import Collection
from functools import partial

from cnn_core.arrays import Output, Pixels, Weights
from cnn_core.errors import CnnError
from cnn_core.explain.contributions import Contributions
from cnn_core.explain.contributions import contributions as contributions_in
from cnn_core.explain.parts import Place
from cnn_core.explain.path import PathStep
from cnn_core.explain.path import strongest_path as path_in
from cnn_core.models.bundled import bundled_network
from cnn_core.models.bundled_weights import bundled_weights
from cnn_core.models.keys import is_bundled
from cnn_core.models.recorded import Subject, record_of
from cnn_core.models.run import NO_LAYER, Answers, Influences, influences_in
from cnn_core.pictures.scaling import Scaling


def is_recorded(of: Subject) -> bool:
    """Say whether what all layers make of a picture is recorded."""
    return record_of(of) is not None


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


def contributions(of: Subject, pixels: Pixels, layer: str) -> Contributions | None:
    """Return what the maps before a bundled model's layer add to each of its maps, where all of them are recorded.

    Raises:
        CnnError: a layer that is not there.
    """
    if not is_bundled(of.model):
        return None
    network = bundled_network(of.model)
    sources = next((step.sources for step in network.steps() if step.named.name == layer), None)
    if sources is None:
        raise CnnError(NO_LAYER, layer=layer)
    # Before the weights, which lie in a large file: hardly any picture is recorded.
    maps = _recorded(of, pixels, {layer, *sources})
    return None if maps is None else contributions_in(network, layer, bundled_weights(of.model, layer), maps)


def influences(of: Subject, pixels: Pixels, layer: str) -> Influences | None:
    """Return what the maps of a bundled model's layer are made of, where all that is recorded."""
    found = contributions(of, pixels, layer)
    maps = None if found is None else _recorded(of, pixels, found.sources)
    if found is None or maps is None:
        return None
    return influences_in(found, maps, bundled_network(of.model), Scaling.UNIT)


def strongest_path(of: Subject, pixels: Pixels, layer: str, place: Place) -> tuple[PathStep, ...] | None:
    """Return the strongest path from a value back to a pixel, where the outputs of all layers are recorded."""
    if not is_bundled(of.model):
        return None
    network = bundled_network(of.model)
    maps = _recorded(of, pixels, [named.name for named in network.layers])
    return None if maps is None else path_in(network, layer, place, partial(bundled_weights, of.model), maps)


def _recorded(of: Subject, pixels: Pixels, names: Collection[str]) -> dict[str, Output] | None:
    """Return the outputs of these layers, None where one of them is not recorded."""
    record, first = record_of(of), bundled_network(of.model).layers[0].name
    if record is None or not set(names) <= {first, *record.layers}:
        return None
    return {name: pixels if name == first else record.maps(name) for name in names}
