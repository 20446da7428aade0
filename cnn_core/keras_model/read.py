"""A Keras model as a Network: every layer with its settings, or a sentence that says which has no word here."""

from collections.abc import Callable, Sequence

import keras

from cnn_core.errors import LayerError, NetworkError
from cnn_core.keras_model.describing import layer_of
from cnn_core.keras_model.walk import Call, Graph, Source, read_graph
from cnn_core.layers import Input, Layer
from cnn_core.layers.shapes import Shape, show
from cnn_core.model_file.kinds import closed
from cnn_core.network.network import NamedLayer, Network


def network_from_keras(model: keras.Model, input_shape: Shape | None = None) -> Network:
    """Return the network of a Sequential or functional Keras model.

    Names are Keras's; a layer of a nested model is called `<nested model>.<layer>`. Operations between layers become
    layers: `x + 3.0` a Rescaling, `x * y` a Multiply. What matters in training only is left out.

    Args:
        model: its weights are not read.
        input_shape: (height, width, channels) for a model that leaves sizes open; by default open sides are 224.

    Raises:
        NetworkError: the layer or the setting that cannot be expressed, by name.
    """
    graph = read_graph(model)
    _refuse_shared_weights(graph)
    first = _input(graph, input_shape)
    named = [NamedLayer(graph.calls[0].name, first)]
    named += [_named(call, before, model.trainable) for before, call in zip(graph.calls, graph.calls[1:], strict=False)]
    network = Network(tuple(named), graph.name)
    _check_shapes(network, graph)
    return network


def _refuse_shared_weights(graph: Graph) -> None:
    seen: set[int] = set()
    for call in graph.calls:
        if id(call.operation) in seen and getattr(call.operation, "weights", None):
            raise NetworkError(
                'Layer "{layer}" is used at several places with the same weights, which is not supported here. Use '
                "a separate layer at each place.",
                layer=call.name,
            )
        seen.add(id(call.operation))


def _input(graph: Graph, input_shape: Shape | None) -> Layer:
    """Return the input with every size known."""
    if len(graph.inputs) > 1:
        raise NetworkError(
            "A network has one input here. Received: {count} inputs: {names}. Save a model of the part that takes the "
            "picture alone.",
            count=len(graph.inputs),
            names=", ".join(source.call for source in graph.inputs),
        )
    sizes = graph.inputs[0].shape[1:]
    if input_shape is None:
        input_shape = tuple(size or 0 for size in closed(sizes))
    if not _agree(sizes, input_shape) or 0 in input_shape:
        raise NetworkError(
            "The model's input has different sizes, or does not fix its channels. Received: input_shape={shape} for "
            "{sizes}.",
            shape=show(input_shape),
            sizes="×".join("?" if size is None else str(size) for size in sizes),
            layer=graph.calls[0].name,
        )
    return _checked(graph.calls[0], lambda _: Input(input_shape))


def _agree(sizes: Sequence[int | None], shape: Shape) -> bool:
    return len(sizes) == len(shape) and all(size in (None, own) for size, own in zip(sizes, shape, strict=True))


def _named(call: Call, before: Call, trainable: bool) -> NamedLayer:
    """Return the call as a layer; one with weights is frozen if it says so or the whole model does."""
    sources = call.sources
    if any(source.index for source in sources):
        raise NetworkError('Layer "{layer}" uses a second output of a layer; layers here have one.', layer=call.name)
    inputs = tuple(source.call for source in sources)
    is_frozen = bool(getattr(call.operation, "weights", None)) and not (trainable and call.operation.trainable)
    return NamedLayer(call.name, _checked(call, layer_of), () if inputs == (before.name,) else inputs, not is_frozen)


def _checked(call: Call, read: Callable[[Call], Layer]) -> Layer:
    """Return what `read` makes of the call; raises NetworkError, which names the layer."""
    try:
        return read(call)
    except LayerError as error:
        raise NetworkError(
            'Layer "{layer}" ({kind}): {cause}', layer=call.name, kind=type(call.operation).__name__, cause=error
        ) from error


def _check_shapes(network: Network, graph: Graph) -> None:
    """Raise NetworkError where our shapes are not Keras's: better no answer than a wrong one."""
    keras_shapes: dict[str, Source] = {source.call: source for call in graph.calls for source in call.sources}
    keras_shapes |= {source.call: source for source in graph.outputs}
    for step in network.steps():
        source = keras_shapes.get(step.named.name)
        if source is not None and not _agree(source.shape[1:], step.output_shape):
            raise NetworkError(
                'Layer "{layer}" has a different output shape in Keras. Received: {theirs} where {ours} is expected.',
                layer=step.named.name,
                theirs="×".join(map(str, source.shape[1:])),
                ours=show(step.output_shape),
            )
