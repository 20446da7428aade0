"""The whole file: pictures go in and answers come out as in Keras, with the channels last."""

from collections.abc import Mapping, Sequence
from typing import Final

from onnx import TensorProto, ValueInfoProto, checker, helper

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import Input
from cnn_core.layers.shapes import Shape
from cnn_core.layers.weights import weight_shapes
from cnn_core.model_file.onnx_export.graph import Array, Graph, Writing
from cnn_core.model_file.onnx_export.layers import is_written, written
from cnn_core.network.network import Network, Step, at_layer
from cnn_core.network.summary import summarize
from cnn_core.sentences import N_

LARGEST: Final = 75_000_000
"""Parameters: a file of 300 MB, the largest that is opened here again."""
_OPERATORS: Final = 17
_FORMAT: Final = 8
_BATCH: Final = "batch"


def refuse_unwritable(network: Network) -> None:
    """Raise NetworkError where a network cannot be written, or does not fit together."""
    summary = summarize(network)
    if summary.parameters > LARGEST:
        raise NetworkError(
            N_(
                "The file would be too large. Received: {count} parameters; at most {most} are written. Use the "
                "code instead, which builds the same network."
            ),
            count=f"{summary.parameters:,}",
            most=f"{LARGEST:,}",
        )
    for named in network.layers:
        if not isinstance(named.layer, Input) and not is_written(type(named.layer)):
            problem = LayerError(N_("{kind} cannot be written as ONNX. Use the .keras file instead."), kind=named.kind)
            raise at_layer(named, problem)


def onnx_file(network: Network, weights: Mapping[str, Sequence[Array]]) -> bytes:
    """Return the network as a file of ONNX, version 17 of its operators.

    The input is (batch, height, width, channels), and so are maps that come out; outputs go by their layers' names.

    Args:
        weights: of each layer that has any, by its name, in Keras's sequence and shapes.

    Raises:
        NetworkError: it does not fit together, is too large, or has a layer that is not written.
    """
    refuse_unwritable(network)
    graph, values, shapes = Graph(), dict[str, str](), dict[str, Shape]()
    for step in network.steps():
        graph.layer = step.named.name
        values[step.named.name] = _written(graph, step, values, weights, _input_name(network))
        shapes[step.named.name] = step.output_shape
    outputs = {name: shapes[name] for name in network.output_names()}
    for name, shape in outputs.items():
        last = graph.channels_last(values[name], shape)
        graph.nodes.append(helper.make_node("Identity", [last], [name]))
    first = {_input_name(network): next(iter(shapes.values()))}
    made = helper.make_graph(graph.nodes, network.name, _values(first), _values(outputs), graph.tensors)
    versions = [helper.make_opsetid("", _OPERATORS)]
    model = helper.make_model(made, opset_imports=versions, ir_version=_FORMAT, producer_name="ConvScope")
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _values(shapes: Mapping[str, Shape]) -> list[ValueInfoProto]:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, [_BATCH, *shape]) for name, shape in shapes.items()]


def _input_name(network: Network) -> str:
    """Return what goes in: called as the Input is, where that is not what comes out too."""
    first = network.layers[0].name
    return first if len(network.layers) > 1 else f"{first}/given"


def _written(
    graph: Graph, step: Step, values: Mapping[str, str], weights: Mapping[str, Sequence[Array]], given: str
) -> str:
    named = step.named
    if isinstance(named.layer, Input):
        return graph.channels_first(given, step.output_shape)
    names = weight_shapes(named.layer, *step.input_shapes)
    own = dict(zip(names, weights.get(named.name, ()), strict=True)) if names else {}
    inputs = tuple(values[source] for source in step.sources)
    try:
        return written(named.layer, Writing(graph, inputs, step.input_shapes, step.output_shape, own))
    except LayerError as error:
        raise at_layer(named, error) from error
