"""ONNX files written node by node, and what ONNX Runtime computes with them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Sizes = tuple[int | str | None, ...]


class Graph:
    """A graph that grows by calls: `graph("Conv", graph.input, kernels, pads=[1, 1, 1, 1])` returns an output's name.

    Arrays among the inputs become tensors of the file.
    """

    def __init__(self, *sizes: int | str | None, version: int = 17, seed: int = 0) -> None:
        self.input = "input"
        self.sizes: Sizes = sizes
        self.version = version
        self.random = np.random.default_rng(seed)
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def __call__(self, operator: str, *inputs: Any, name: str = "", outputs: int = 1, **settings: Any) -> Any:
        names = [self.tensor(one) if isinstance(one, np.ndarray) else one for one in inputs]
        made = [f"{operator.lower()}_{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, names, made, name=name, **settings))
        return made[0] if outputs == 1 else made

    def tensor(self, values: npt.NDArray[Any], name: str = "") -> str:
        name = name or f"tensor_{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(values, name))
        return name

    def numbers(self, *shape: int) -> npt.NDArray[np.float32]:
        """Return numbers between −1 and 1, scaled down as their count grows."""
        scale = min(1.0, 3 / np.prod(shape[1:]) ** 0.5)
        return (self.random.uniform(-1, 1, shape) * scale).astype(np.float32)

    def conv(
        self, source: str, channels: int, filters: int, kernel: int = 3, bias: bool = True, **settings: Any
    ) -> str:
        group = settings.get("group", 1)
        kernels = self.numbers(filters, channels // group, kernel, kernel)
        more = [self.numbers(filters)] if bias else []
        return str(self("Conv", source, kernels, *more, **settings))

    def norm(self, source: str, channels: int) -> str:
        positive = self.random.uniform(0.5, 1.5, (2, channels)).astype(np.float32)
        return str(
            self("BatchNormalization", source, positive[0], self.numbers(channels), self.numbers(channels), positive[1])
        )

    def model(self, *outputs: str) -> Any:
        inputs = [helper.make_tensor_value_info(self.input, TensorProto.FLOAT, self.sizes)]
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self.nodes, "graph", inputs, ends, self.tensors)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.version)], ir_version=8)

    def file(self, *outputs: str) -> bytes:
        return bytes(self.model(*(outputs or (self.nodes[-1].output[0],))).SerializeToString())


def computed(data: bytes, pixels: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    """Return what ONNX Runtime gives for one picture (height, width, channels); maps with their channels last."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    channels_first = np.moveaxis(pixels, -1, 0) if entry.shape[-1] not in (1, 3) or entry.shape[1] in (1, 3) else pixels
    found = session.run(None, {entry.name: channels_first[None]})
    return [np.moveaxis(one[0], 0, -1) if one.ndim == 4 else one[0] for one in found]


__all__ = ["Graph", "computed", "onnx"]
