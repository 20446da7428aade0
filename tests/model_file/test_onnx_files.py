"""Strangers' ONNX files, up to a Network and its weights: names, what is refused, and what was made to do harm."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx_files import Graph

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import ModelFileError
from cnn_core.model_file import ModelFile, read_model_file, sandbox

pytestmark = pytest.mark.process


ROOT = Path(__file__).resolve().parents[2]


def refusal(data: bytes) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(ModelFileError) as caught:
        read_model_file(data)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert len(sentence) < 1_000
    return sentence


def opened(graph: Graph, *outputs: str) -> ModelFile:
    return read_model_file(graph.file(*outputs))


def small(version: int = 17) -> Graph:
    """Return a graph of one convolution."""
    graph = Graph("N", 3, 8, 8, version=version)
    graph.conv(graph.input, 3, 4)
    return graph


# What is read ---------------------------------------------------------------------------------------------------------


def test_a_file_is_a_network_and_its_weights() -> None:
    graph = Graph("N", 3, 8, 6)
    kernels, bias = graph.numbers(4, 3, 3, 3), graph.numbers(4)
    x = graph("Relu", graph("Conv", graph.input, kernels, bias, pads=[1, 1, 1, 1]))
    matrix = graph.numbers(5, 4 * 8 * 6)
    graph("Gemm", graph("Flatten", x), matrix, transB=1)
    file = opened(graph)
    assert [named.layer for named in file.network.layers] == [
        L.Input((8, 6, 3)),
        L.Conv2D(4, 3, padding="same"),
        L.Activation("relu"),
        L.Flatten(),
        L.Dense(5, use_bias=False),
    ]
    assert file.outputs == ("gemm",)
    assert file.unlimited == ()
    np.testing.assert_array_equal(file.weights["conv"][0], kernels.transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(file.weights["conv"][1], bias)
    # The row of unit u, ONNX's value (c, y, x), is ours (y, x, c).
    ours = file.weights["gemm"][0].reshape(8, 6, 4, 5)
    np.testing.assert_array_equal(ours, matrix.reshape(5, 4, 8, 6).transpose(2, 3, 1, 0))


def test_open_sides_are_224_and_only_what_the_outputs_need_is_kept() -> None:
    graph = Graph(None, 3, "height", None)
    x = graph.conv(graph.input, 3, 4)
    graph.conv(x, 4, 9)
    file = opened(graph, x)
    assert file.network.layers[0].layer == L.Input((224, 224, 3))
    assert [named.name for named in file.network.layers] == ["input", "conv"]
    assert list(file.weights) == ["conv"]
    assert file.is_open


def test_two_outputs_keep_their_order() -> None:
    graph = Graph(1, 3, 8, 8)
    first = graph.conv(graph.input, 3, 4)
    second = graph("Sigmoid", first)
    assert opened(graph, second, first).outputs == ("sigmoid", "conv")


def test_weights_of_other_widths_and_as_plain_numbers() -> None:
    for kind in (TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16, TensorProto.FLOAT):
        graph = small()
        values = [0.5, -2.0, 1.0] * 4
        graph.tensors = [helper.make_tensor("tensor_0", kind, (4, 3, 1, 1), values)]
        graph.nodes = [helper.make_node("Conv", ["input", "tensor_0"], ["conv"])]
        (kernel,) = opened(graph).weights["conv"]
        np.testing.assert_array_equal(kernel, np.reshape(values, (4, 3)).T[None, None].astype(np.float32))


def test_modules_of_pytorch_name_the_layers() -> None:
    graph = Graph(1, 3, 8, 8)
    x = graph("Conv", graph.input, graph.tensor(graph.numbers(4, 3, 1, 1), "layer1.0.conv1.weight"))
    x = graph("Relu", x, name="/layer1/layer1.0/relu/Relu")
    y = graph("Conv", x, graph.tensor(graph.numbers(4, 4, 1, 1), "onnx::Conv_12"), name="/layer1/layer1.0/conv2/Conv")
    x = graph("Relu", graph("Add", x, y, name="/layer1/layer1.0/Add"), name="/layer1/layer1.0/relu_1/Relu")
    x = graph("Sigmoid", graph("GlobalAveragePool", x, name="GlobalAveragePool_7"), name="node_sigmoid")
    graph.nodes[-1].metadata_props.add(key="pkg.torch.onnx.name_scopes", value="['', 'head', 'head.gate', 'sigmoid']")
    names = [named.name for named in opened(graph).network.layers]
    assert names == [
        "input",
        "layer1.0.conv1",
        "layer1.0.relu",
        "layer1.0.conv2",
        "layer1.0.add",
        "layer1.0.relu_1",
        "global_average_pool",
        "head.gate",
    ]


def test_a_name_that_a_layer_may_not_have_is_kept_beside_it() -> None:
    graph = Graph(1, 3, 8, 8)
    graph("Conv", graph.input, graph.tensor(graph.numbers(4, 3, 1, 1), "a\nb.weight"))
    file = opened(graph)
    assert file.network.layers[1].name == "conv2d"
    assert file.display_names == {"conv2d": "a�b"}


def test_logarithms_of_shares_are_read_as_shares_and_said_to_be() -> None:
    graph = Graph(1, 3, 8, 8)
    graph("LogSoftmax", graph("Gemm", graph("Flatten", graph.input), graph.numbers(192, 5)), axis=1)
    file = opened(graph)
    assert file.network.layers[-1].layer == L.Activation("softmax")
    assert list(file.display_names.values()) == ["LogSoftmax"]


def test_transposes_cancel() -> None:
    graph = Graph(1, 8, 8, 3)
    x = graph.conv(graph("Transpose", graph.input, perm=[0, 3, 1, 2]), 3, 4)
    x = graph("Transpose", graph("Transpose", x, perm=[0, 2, 3, 1]), perm=[0, 3, 1, 2])
    graph.conv(x, 4, 2)
    assert [named.kind for named in opened(graph).network.layers] == ["Input", "Conv2D", "Conv2D"]


def test_reading_leaves_the_library_to_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(small().file())
    program = f"""
import sys
from pathlib import Path
from cnn_core.model_file import read_model_file
assert len(read_model_file(Path({str(path)!r}).read_bytes()).network.layers) == 2
print([name for name in ("onnx", "google.protobuf", "keras", "tensorflow") if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("[]\n", "")


# What is refused ------------------------------------------------------------------------------------------------------


def behind(operator: str, *more: Any, **settings: Any) -> Graph:
    graph = small()
    graph(operator, "conv_0_0", *more, name="the node", **settings)
    return graph


def with_body(operator: str) -> Graph:
    """Return a graph with a node that holds a graph, which holds a graph, and so on."""
    body = helper.make_graph([], "body", [], [])
    for _ in range(20):
        body = helper.make_graph([helper.make_node("If", ["c"], ["d"], then_branch=body)], "body", [], [])
    graph = small()
    graph(operator, "conv_0_0", body=body)
    return graph


def of_sizes(*sizes: int | str | None) -> Graph:
    graph = Graph(*sizes)
    graph("Relu", graph.input)
    return graph


def resized(*sizes: int) -> Graph:
    graph = Graph(*sizes)
    graph("Resize", graph.input, "", np.array([1, 1, 0.5, 2], np.float32), mode="linear")
    return graph


def two_inputs() -> bytes:
    graph = small()
    graph("Add", "conv_0_0", "other")
    model = graph.model(graph.nodes[-1].output[0])
    model.graph.input.append(helper.make_tensor_value_info("other", TensorProto.FLOAT, [1, 4, 6, 6]))
    return bytes(model.SerializeToString())


def changed(change: Callable[[Any], Any], graph: Graph | None = None) -> bytes:
    """Return the file of a graph that was changed behind the back of the library."""
    graph = graph or small()
    model = graph.model(graph.nodes[-1].output[0])
    change(model)
    return bytes(model.SerializeToString())


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "an operator": (lambda: behind("NonMaxSuppression").file(), 'Node "the node" (NonMaxSuppression): This operator'),
    "one of others": (lambda: behind("Fancy", domain="com.example").file(), "(com.example.Fancy): This operator"),
    "a loop": (lambda: with_body("Loop").file(), "(Loop): It contains graphs that run"),
    "a branch": (lambda: with_body("If").file(), "(If): It contains graphs that run"),
    "a sequence": (lambda: behind("LSTM").file(), "works on sequences"),
    "quantized": (lambda: behind("QuantizeLinear").file(), "Quantized networks"),
    "an Erf alone": (lambda: behind("Erf").file(), "(Erf): This operator"),
    "a setting": (lambda: behind("Relu", fancy=1).file(), "Its setting fancy is not known"),
    "a setting of another kind": (lambda: behind("LeakyRelu", alpha="much").file(), "alpha has a value"),
    "weights from elsewhere": (lambda: behind("Conv", "conv_0_0").file(), "must be numbers that the file holds"),
    "numbers of a type": (
        lambda: behind("Conv", np.zeros((2, 4, 1, 1), np.int8)).file(),
        "of a type that is not supported. Received: INT8",
    ),
    "another mode": (lambda: behind("Pad", np.array([0] * 8), mode="reflect").file(), "mode must be constant"),
    "cubic": (
        lambda: behind("Resize", "", np.array([1, 1, 2, 2], np.float32), mode="cubic").file(),
        "mode must be nearest, linear here. Received: cubic",
    ),
    "Softmax of old over all": (lambda: of_old_softmax().file(), "Before operator version 13"),
    "a batch that moves": (lambda: behind("Transpose", perm=[1, 0, 2, 3]).file(), "axis of the batch"),
    "a batch that goes": (lambda: behind("Reshape", np.array([-1])).file(), "between the pictures of a batch"),
    "no such size": (lambda: behind("Reshape", np.array([1, 5, -1])).file(), "Reshape keeps every value"),
    "a kernel of one axis": (lambda: behind("Conv", np.zeros((2, 4, 1), np.float32)).file(), "Kernels of two axes"),
    "weights that do not fit": (
        lambda: behind("Conv", np.zeros((2, 9, 1, 1), np.float32)).file(),
        "weights do not have the shapes",
    ),
    "no input": (lambda: changed(lambda model: model.graph.input.pop()), "one input here. Received: 0"),
    "two inputs": (two_inputs, "Received: 2 inputs: input, other"),
    "no picture": (lambda: of_sizes(1, 784).file(), 'Received: "input" of 1×784'),
    "sounds": (lambda: of_sizes(1, 16, 100, 100).file(), 'Received: "input" of 1×16×100×100'),
    "no channels": (lambda: of_sizes(1, None, 8, 8).file(), "of 1×?×8×8"),
    "no output": (lambda: changed(lambda model: model.graph.output.pop()), "no output"),
    "an output that is not there": (lambda: small().file("nothing"), 'The output "nothing" is not computed'),
    "operators of old": (lambda: small(version=6).file(), "Received: version 6"),
    "operators to come": (lambda: small(version=99).file(), "Received: version 99"),
    "no numbers": (lambda: nan().file(), "not finite"),
    "nodes in a wrong order": (lambda: reversed_nodes().file("relu_1_0"), 'Its input "conv_0_0" does not exist'),
    "a circle": (lambda: circle().file("b"), 'Its input "b" does not exist'),
    "two makers": (lambda: twice().file("conv_0_0"), 'Two nodes give "conv_0_0"'),
}


def of_old_softmax() -> Graph:
    graph = small(version=11)
    graph("Softmax", "conv_0_0", axis=1)
    return graph


def nan() -> Graph:
    return behind("Conv", np.full((2, 4, 1, 1), np.nan, np.float32))


def reversed_nodes() -> Graph:
    graph = behind("Relu")
    graph.nodes.reverse()
    return graph


def circle() -> Graph:
    graph = small()
    graph.nodes += [helper.make_node("Add", ["conv_0_0", "b"], ["a"]), helper.make_node("Relu", ["a"], ["b"])]
    return graph


def twice() -> Graph:
    graph = small()
    graph.nodes *= 2
    return graph


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_graphs(make: Callable[[], bytes], words: str) -> None:
    assert words in refusal(make())


# What was made to do harm ---------------------------------------------------------------------------------------------


def first_tensor(**fields: Any) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        tensor = model.graph.initializer[0]
        for name, value in fields.items():
            if isinstance(value, list):
                del getattr(tensor, name)[:]
                getattr(tensor, name).extend(value)
            else:
                setattr(tensor, name, value)

    return change


def external(model: Any) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def sparse(model: Any) -> None:
    model.graph.sparse_initializer.add().values.name = "sparse"


def grown(*operators: str) -> Graph:
    """Return a graph whose numbers double with every node."""
    graph = small()
    x = graph.tensor(np.zeros(1000, np.float32))
    for _ in range(60):
        x = graph("Concat", x, x, axis=0)
    graph("Add", "conv_0_0", x)
    return graph


def folded_often() -> Graph:
    """Return a graph that makes a large tensor anew again and again."""
    graph = small()
    x = graph.tensor(np.zeros((3000, 3000), np.float32))
    for _ in range(200):
        x = graph("Add", x, np.array(1, np.float32))
    graph("Add", "conv_0_0", x)
    return graph


def made_of_few(operator: str, *inputs: Any, **settings: Any) -> Graph:
    graph = small()
    x = graph(operator, *inputs, **settings)
    graph("Add", "conv_0_0", x)
    return graph


def million_nodes() -> bytes:
    graph = small()
    graph.nodes += [helper.make_node("Relu", ["conv_0_0"], ["r"])]
    data = graph.file("conv_0_0")
    node: bytes = graph.model("r").graph.node[-1].SerializeToString()
    # A second graph message is merged into the first.
    more = (b"\x0a" + bytes([len(node)]) + node) * 1_000_000
    return data + b"\x3a" + _varint(len(more)) + more


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def deep() -> bytes:
    """Return a graph in an attribute in a graph, 100,000 deep, as bytes that say so."""
    data = b""
    for _ in range(20_000):
        # graph → node (1) → attribute (5) → graph (6)
        for tag in (b"\x32", b"\x2a", b"\x0a"):
            data = tag + _varint(len(data)) + data
    return b"\x08\x08\x3a" + _varint(len(data)) + data


def chain_of(count: int) -> Graph:
    graph = small()
    x = "conv_0_0"
    for _ in range(count):
        x = graph("Relu", x)
    return graph


HUGE = 2**40

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off": (lambda: small().file()[:-40], "damaged"),
    "noise": (lambda: b"\x08\x08" + np.random.default_rng(0).bytes(10_000), "damaged"),
    "data in other files": (lambda: changed(external), "is in another file"),
    "a huge tensor": (lambda: changed(first_tensor(dims=[HUGE, HUGE, 3, 3])), "are stored"),
    "a negative size": (lambda: changed(first_tensor(dims=[-4, -3, 3, 3])), "are stored"),
    "another shape": (lambda: changed(first_tensor(dims=[4, 3, 3, 4])), "Received: 108 are stored"),
    "many axes": (lambda: changed(first_tensor(dims=[4, 3, 3, 3, *[1] * 40])), "Reading the file was stopped"),
    "an unknown type": (lambda: changed(first_tensor(data_type=999)), "type 999"),
    "sparse": (lambda: changed(sparse), "is sparse"),
    "a huge input": (lambda: of_sizes(1, 3, HUGE, HUGE).file(), 'Input "input"'),
    "a large input": (lambda: of_sizes(1, 3, 30_000, 30_000).file(), "too many layers or values"),
    "huge padding": (lambda: behind("Pad", np.array([0, 0, HUGE, HUGE] * 2)).file(), "padding must be"),
    "huge strides": (lambda: behind("MaxPool", kernel_shape=[2, 2], strides=[HUGE, HUGE]).file(), "strides"),
    "a huge kernel": (
        lambda: behind("MaxPool", kernel_shape=[HUGE, HUGE], pads=[HUGE] * 4).file(),
        "Maps of up to 4,096 rows",
    ),
    "a long line": (
        lambda: changed(lambda model: None, resized(1, 3, 100_000, 1)),
        "Maps of up to 4,096 rows",
    ),
    "a huge scale": (lambda: behind("Resize", "", np.array([1, 1, 1e30, 1e30], np.float32)).file(), "It resizes maps"),
    "no scale": (lambda: behind("Resize", "", np.array([1, 1, np.nan, 0], np.float32)).file(), "not finite"),
    "numbers that double": (lambda: grown().file(), "too many numbers"),
    "numbers again and again": (lambda: folded_often().file(), "too many numbers"),
    "a shape of much": (lambda: made_of_few("ConstantOfShape", np.array([HUGE, HUGE])).file(), "too many numbers"),
    "an expansion": (
        lambda: made_of_few("Expand", np.zeros(1, np.float32), np.array([10**5, 10**5])).file(),
        "too many numbers",
    ),
    "a range": (lambda: made_of_few("Range", np.array(0), np.array(10**15), np.array(1)).file(), "too many numbers"),
    "an endless range": (lambda: made_of_few("Range", np.array(0), np.array(9), np.array(0)).file(), "(Range)"),
    "an outer sum": (
        lambda: made_of_few("Add", np.zeros((10**4, 1), np.float32), np.zeros((1, 10**4), np.float32)).file(),
        "too many numbers",
    ),
    "a million nodes": (million_nodes, "too many nodes"),
    "many layers": (lambda: chain_of(3_000).file(), "too many layers"),
    "graphs in graphs": (deep, "damaged"),
    "a long name": (lambda: behind("Relu" * 1000).file(), "name in the graph is too long"),
    "a name of nothing but signs": (lambda: behind("\x1b[31m" * 50).file(), "has no counterpart"),
}


@pytest.mark.parametrize(("make", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files(make: Callable[[], bytes], words: str) -> None:
    assert words in refusal(make())


def test_damage_at_any_place_is_noticed_or_does_not_matter() -> None:
    data = bytearray(small().file())
    for place in np.random.default_rng(5).integers(2, len(data), 25):
        broken = bytearray(data)
        broken[place] ^= 0xFF
        with contextlib.suppress(ModelFileError):
            assert read_model_file(bytes(broken)).network.layers


GRAPH: dict[str, Any] = {
    "version": 17,
    "name": "g",
    "inputs": [],
    "outputs": [],
    "nodes": [],
    "tensors": 0,
    "arrays": [],
}
NODE: dict[str, Any] = {
    "operator": "Relu",
    "domain": "",
    "name": "n",
    "scopes": "",
    "inputs": [],
    "outputs": [],
    "settings": {},
}


@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        GRAPH | {"version": "17"},
        GRAPH | {"arrays": [3]},
        GRAPH | {"arrays": [{"name": "a", "shape": [-1], "is_whole": False, "values": None}]},
        GRAPH | {"arrays": [{"name": "a", "shape": [2], "is_whole": False, "values": None}]},
        GRAPH | {"arrays": [{"name": "a", "shape": [2], "is_whole": True, "values": [1, 2, 3]}]},
        GRAPH | {"arrays": [{"name": "a", "shape": [1], "is_whole": True, "values": [2**70]}]},
        GRAPH | {"inputs": [{"name": 1, "shape": []}]},
        GRAPH | {"nodes": [NODE | {"inputs": "x"}]},
        GRAPH | {"nodes": [NODE | {"settings": {"value": {"array": "x"}}}]},
        GRAPH | {"nodes": [NODE | {"settings": {"value": [[]]}}]},
    ],
)
def test_a_reader_gone_wrong_is_not_trusted(told: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = json.dumps(told)
    path = tmp_path / "reader.py"
    path.write_text(f"print({json.dumps(json.dumps({'size': len(text), 'unlimited': []}))})\nprint({text!r}, end='')")
    monkeypatch.setattr(sandbox, "_SCRIPT", path)
    sentence = refusal(small().file())
    assert "Reading the file was stopped" in sentence
    assert "Export the model again" in sentence
