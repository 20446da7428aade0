"""A stranger's model file, opened without ever handing it to Keras, whose reader has been made to run code.

Three steps, each trusting nothing of the one before: `reader` parses zip and HDF5 in a process that is thrown away;
`configuration`, `kinds` and `graph` read the description as layers of ours, from our own list; `weights` says which
arrays of which shapes these layers need, and only those are read. Nothing of it needs Keras; a model is built of the
network afterwards like any other.
"""

from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from cnn_core.errors import LayerError, ModelFileError, NetworkError, NetworkFileError
from cnn_core.model_file.configuration import Entry, Model, is_old, parsed, read_configuration
from cnn_core.model_file.graph import FileGraph, file_graph
from cnn_core.model_file.onnx import read_graph, walked
from cnn_core.model_file.sandbox import (
    DESCRIPTION_ALONE,
    LARGEST_FILE,
    Description,
    Group,
    Weights,
    file_kind,
    read_description,
    read_weights,
)
from cnn_core.model_file.shown import shown
from cnn_core.model_file.weights import Kept, Place, contradicts, places_in_h5, places_in_keras, weights_of
from cnn_core.network.files import FORMAT, LONGEST_NAME, read_network
from cnn_core.network.network import INSIDE, NamedLayer, Network, check_name, free_name
from cnn_core.network.summary import summarize

__all__ = [
    "LARGEST_FILE",
    "MOST_PARAMETERS",
    "ModelFile",
    "is_design",
    "is_model",
    "read_architecture",
    "read_model_file",
]

MOST_PARAMETERS: Final = LARGEST_FILE // 4
"""What the largest file holds in float32; a file of float16 could hold twice as many."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ModelFile:
    """What a model file holds, in our words.

    Args:
        network: fits together; its layers have names that ours may have.
        outputs: the layers whose outputs the model gives, in its own order; at least one.
        weights: the arrays of each layer that has some, in Keras's order, finite, in the shapes that it needs.
        display_names: for layers that could not keep their names: what the file calls them, printable.
        unlimited: what this system could not limit while the file was parsed; nothing on Linux, everything on Windows.
        has_weights: whether the file holds any: a description alone does not, and `weights` is empty.
        is_open: whether the file leaves the picture's height or width open, and OPEN_SIDE was taken.
    """

    network: Network
    outputs: tuple[str, ...]
    weights: dict[str, tuple[Array, ...]]
    display_names: dict[str, str]
    unlimited: tuple[str, ...]
    has_weights: bool = True
    is_open: bool = False


def read_model_file(data: bytes) -> ModelFile:
    """Return the network and the weights in a .keras file, an .h5 file of Keras 2 or 3, or what `put_together` made.

    Layers of nested models are called `<nested model>.<layer>`; sides that the input leaves open are 224. At most
    `LARGEST_FILE` bytes, `network_json.MOST_LAYERS` layers and `MOST_PARAMETERS` weights are read. A description alone,
    the JSON text that Keras's `to_json` returns or that of a network of ours, is read too, and an .onnx file of a
    network of pictures.

    Raises:
        ModelFileError: what is wrong with the file, or has no counterpart here, by name.
    """
    if file_kind(data) == "onnx":
        return _of_onnx(data)
    if is_design(data):
        return _of_design(data)
    description = read_description(data)
    model = read_configuration(description.text)
    version = description.version or model.version
    graph = file_graph(model, old=is_old(version))
    kept = _kept(graph)
    places = _places(model, kept, description, version)
    arrays = _read(data, places, complete=description.beside)
    names, display_names = _names(graph)
    layers = {graph.calls[position].entry: name for position, name in names.items()}
    return ModelFile(
        _network(graph, names, model),
        # The same output may be listed twice.
        tuple(dict.fromkeys(names[position] for position in graph.outputs)),
        {layers[entry]: values for entry, values in arrays.items() if entry in layers},
        display_names,
        description.unlimited,
        description.weights is not Weights.NONE,
        graph.is_open,
    )


def read_architecture(text: bytes) -> Network:
    """Return the network that Keras's `to_json` describes, without weights, and of any number of parameters.

    Raises:
        ModelFileError: as `read_model_file`.
    """
    model = read_configuration(text)
    graph = file_graph(model, old=is_old(model.version))
    return _network(graph, _names(graph)[0], model)


def _of_onnx(data: bytes) -> ModelFile:
    graph = read_graph(data)
    network, outputs, weights, display_names, is_open = walked(graph)
    try:
        summarize(network)
    except NetworkError as error:
        raise ModelFileError(error.message, **error.values) from error
    return ModelFile(network, outputs, weights, display_names, graph.unlimited, is_open=is_open)


def is_design(data: bytes) -> bool:
    """Say whether a file is a network of ours, as `Network.to_json` writes it, whatever else may be wrong with it."""
    try:
        document = parsed(data) if file_kind(data) == DESCRIPTION_ALONE else None
    except ModelFileError:
        return False
    return isinstance(document, dict) and document.get("format") == FORMAT


def _of_design(data: bytes) -> ModelFile:
    try:
        network = read_network(data.decode("utf-8-sig"))
        count = summarize(network).parameters
    except (NetworkError, NetworkFileError) as error:
        raise ModelFileError(error.message, **error.values) from error
    if count > MOST_PARAMETERS:
        raise _too_large(count)
    return ModelFile(network, network.output_names(), {}, {}, (), has_weights=False)


def is_model(data: bytes) -> bool:
    """Say whether a file begins as one that holds a model, or is Keras's description of one, JSON.

    Whatever else may be wrong with it.
    """
    try:
        document = parsed(data) if file_kind(data) == DESCRIPTION_ALONE else {"class_name": file_kind(data)}
    except ModelFileError:
        return False
    return isinstance(document, dict) and "class_name" in document


def _places(model: Model, kept: Kept, description: Description, version: str) -> tuple[Place, ...]:
    """Return where the weights lie."""
    if description.weights is Weights.NONE:
        return ()
    if description.weights is Weights.BY_CLASS:
        return tuple(places_in_keras(model, kept, version))
    home = () if description.beside else ("model_weights",)
    return tuple(places_in_h5(model, kept, home, old=is_old(version)))


def _kept(graph: FileGraph) -> Kept:
    """Return the weights of each layer that has some, after checking that they are not too many."""
    kept: Kept = {}
    for call in graph.calls:
        weights = weights_of(call.layer, *call.input_shapes)
        if weights and call.entry in kept:
            raise call.entry.refuse(
                LayerError(
                    "It is used at several places with the same weights, which is not supported here. Use a "
                    "separate layer at each place."
                )
            )
        if weights:
            kept[call.entry] = weights
    count = sum(prod(weight.shape) for weights in kept.values() for weight in weights)
    if count > MOST_PARAMETERS:
        raise _too_large(count)
    return kept


def _too_large(count: int) -> ModelFileError:
    return ModelFileError(
        "The model is too large. Received: {count} parameters; at most {most} are read.",
        count=f"{count:,}",
        most=f"{MOST_PARAMETERS:,}",
    )


def _read(data: bytes, places: tuple[Place, ...], *, complete: bool) -> dict[Entry, tuple[Array, ...]]:
    """Return the arrays of each layer, from where the places say that they lie; `complete`: there are no others."""
    groups = [Group(place.path, tuple(weight.shape for _, _, weight in place.weights)) for place in places]
    wanted = [item for place in places for item in place.weights]
    found: dict[Entry, dict[int, Array]] = {}
    arrays = read_weights(data, groups, complete=complete)
    for (entry, number, weight), (name, values) in zip(wanted, arrays, strict=True):
        if contradicts(name, weight):
            raise entry.refuse(
                LayerError(
                    "Its weights are in a different order than expected. Received: {name}; {expected} is expected.",
                    name=name,
                    expected=weight.name,
                )
            )
        found.setdefault(entry, {})[number] = values
    return {entry: tuple(arrays[number] for number in sorted(arrays)) for entry, arrays in found.items()}


def _names(graph: FileGraph) -> tuple[dict[int, str], dict[str, str]]:
    """Return the name of each call that the outputs need, by its position, and what the file calls some of them."""
    names: dict[int, str] = {}
    display_names: dict[str, str] = {}
    taken: set[str] = set()
    for position in graph.used():
        call = graph.calls[position]
        theirs = INSIDE.join((*call.path, call.entry.name))
        ours = names[position] = _allowed(theirs, call.layer.kind, taken)
        taken.add(ours)
        if ours != theirs:
            display_names[ours] = shown(theirs, LONGEST_NAME)
    return names, display_names


def _network(graph: FileGraph, names: dict[int, str], model: Model) -> Network:
    """Return the network of the calls that have names; raises ModelFileError where a figure of it cannot be counted."""
    layers: list[NamedLayer] = []
    for position, own in names.items():
        call = graph.calls[position]
        sources = tuple(names[source] for source in call.sources)
        follows = bool(layers) and sources == (layers[-1].name,)
        # Keras does not write it for some layers without weights, and of these it says nothing.
        is_frozen = bool(weights_of(call.layer, *call.input_shapes)) and not (model.trainable and call.entry.trainable)
        layers.append(NamedLayer(own, call.layer, () if follows else sources, not is_frozen))
    network = Network(tuple(layers), _allowed(model.name, "network", set()))
    try:
        summarize(network)
    except NetworkError as error:
        raise ModelFileError(error.message, **error.values) from error
    return network


def _allowed(name: str, kind: str, taken: set[str]) -> str:
    """Return a stranger's name where a layer may have it, and one of ours where not."""
    try:
        check_name(name, taken)
    except LayerError:
        return free_name(kind, taken)
    return name
