"""Networks in ONNX as Keras models: they compute what ONNX Runtime computes, operator by operator and whole."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx_files import Graph, computed

import cnn_core

if TYPE_CHECKING:
    from cnn_core.keras_model.opening import OpenedModel

pytestmark = pytest.mark.keras

Made = str | tuple[str, ...]
Write = Callable[[Graph], Made]


def assert_same(data: bytes) -> "OpenedModel":
    """Open a file and compare what its outputs are for a picture with ONNX Runtime's."""
    opened = cnn_core.open_model(data)
    shape = next(opened.network.steps()).output_shape
    pixels = np.random.default_rng(3).uniform(-1, 1, shape).astype(np.float32)
    made: Any = opened.model(pixels[None], training=False)
    ours = [np.asarray(one)[0] for one in (made if isinstance(made, list | tuple) else [made])]
    for our, their in zip(ours, computed(data, pixels), strict=True):
        assert our.shape == their.shape
        np.testing.assert_allclose(our, their, rtol=0, atol=2e-5 * max(1.0, float(np.abs(their).max())))
    return opened


def written(write: Write, *sizes: int | str, version: int = 17) -> bytes:
    graph = Graph(*sizes, version=version)
    made = write(graph)
    return graph.file(*(made if isinstance(made, tuple) else (made,)))


def whole(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


def real(*numbers: float) -> Any:
    return np.array(numbers, np.float32)


def number(value: float) -> Any:
    """Return a tensor without axes."""
    return np.array(value, np.float32)


def alone(operator: str, *more: Any, **settings: Any) -> Write:
    """Return what writes one node behind a convolution, whose values are of both signs."""
    return lambda g: str(g(operator, g.conv(g.input, 3, 4, 1), *more, **settings))


def of_row(operator: str, *more: Any, **settings: Any) -> Write:
    """Return what writes one node behind a Flatten of a map."""
    return lambda g: str(g(operator, g("Flatten", g.input), *more, **settings))


# Operators ------------------------------------------------------------------------------------------------------------

ROW = 3 * 9 * 10
NUMBERS = np.linspace(-1, 1, ROW).astype(np.float32)


def _split_gelu(g: Graph, half_first: bool) -> str:
    x = g.conv(g.input, 3, 4, 1)
    half = g("Mul", x, real(0.5)) if half_first else ""
    curve = g("Add", g("Erf", g("Div", x, number(2**0.5))), real(1))
    return str(g("Mul", half, curve) if half_first else g("Mul", g("Mul", x, curve), real(0.5)))


def _shuffled(g: Graph) -> str:
    x = g("Reshape", g.conv(g.input, 3, 8, 1), whole(1, 2, 4, 9, 10))
    x = g("Reshape", g("Transpose", x, perm=[0, 2, 1, 3, 4]), whole(1, -1, 9, 10))
    return g.conv(x, 8, 2)


def _squeezed_and_excited(g: Graph) -> str:
    x = g.conv(g.input, 3, 8, 3)
    weights = g("Relu", g.conv(g("GlobalAveragePool", x), 8, 2, 1))
    return str(g("Mul", x, g("HardSigmoid", g.conv(weights, 2, 8, 1), alpha=1 / 6, beta=0.5)))


def _squeezed_in_rows(g: Graph) -> str:
    x = g.conv(g.input, 3, 8, 3)
    row = g("Gemm", g("ReduceMean", x, axes=[2, 3], keepdims=0), g.numbers(8, 8), g.numbers(8))
    return str(g("Mul", x, g("Unsqueeze", g("Sigmoid", row), whole(2, 3))))


def _sizes_computed(g: Graph) -> str:
    x = g.conv(g.input, 3, 4, 3)
    batch = g("Gather", g("Shape", x), np.array(0, np.int64), axis=0)
    target = g("Concat", g("Unsqueeze", batch, whole(0)), whole(-1), axis=0)
    return str(g("Gemm", g("Reshape", x, target), g.numbers(4 * 7 * 8, 5)))


def _channels_last(g: Graph) -> str:
    x = g("Transpose", g.conv(g.input, 3, 4, 3), perm=[0, 2, 3, 1])
    x = g("LayerNormalization", x, g.numbers(4), g.numbers(4), axis=-1, epsilon=1e-6)
    x = g("Add", g("MatMul", x, g.numbers(4, 6)), g.numbers(6))
    x = g("Mul", g("MatMul", g("Gelu", x) if g.version >= 20 else g("Tanh", x), g.numbers(6, 4)), g.numbers(4))
    return str(g("Add", g.conv(g.input, 3, 4, 3), g("Transpose", x, perm=[0, 3, 1, 2])))


OPERATORS: dict[str, tuple[Write, int]] = {
    "Relu": (alone("Relu"), 17),
    "LeakyRelu": (alone("LeakyRelu", alpha=0.1), 17),
    "LeakyRelu by default": (alone("LeakyRelu"), 17),
    "Elu": (alone("Elu", alpha=0.7), 17),
    "Selu": (alone("Selu"), 17),
    "Sigmoid": (alone("Sigmoid"), 17),
    "Tanh": (alone("Tanh"), 17),
    "Softplus": (alone("Softplus"), 17),
    "Softsign": (alone("Softsign"), 17),
    "Exp": (alone("Exp"), 17),
    "Mish": (alone("Mish"), 18),
    "HardSwish": (alone("HardSwish"), 17),
    "HardSigmoid": (alone("HardSigmoid"), 17),
    "HardSigmoid of PyTorch": (alone("HardSigmoid", alpha=1 / 6, beta=0.5), 17),
    "Gelu": (alone("Gelu"), 20),
    "Gelu of five nodes": (lambda g: _split_gelu(g, half_first=False), 17),
    "Gelu, half first": (lambda g: _split_gelu(g, half_first=True), 17),
    "PRelu a channel": (alone("PRelu", real(0.1, -0.2, 0.3, 0.4).reshape(4, 1, 1)), 17),
    "PRelu, one slope": (alone("PRelu", real(0.25)), 17),
    "PRelu of a row": (of_row("PRelu", NUMBERS), 17),
    "Clip to 6": (alone("Clip", number(0), number(6)), 17),
    "Clip to 0.3": (alone("Clip", number(-0.2), number(0.3)), 17),
    "Clip below": (alone("Clip", number(0.1)), 17),
    "Clip above": (alone("Clip", "", number(0.1)), 17),
    "Clip of version 6": (alone("Clip", min=0.0, max=6.0), 7),
    "Softmax over channels": (alone("Softmax", axis=1), 17),
    "Softmax over rows": (alone("Softmax", axis=2), 17),
    "Softmax of a row": (of_row("Softmax"), 17),
    "Softmax of version 9": (of_row("Softmax"), 9),
    "Add a number": (alone("Add", real(0.5)), 17),
    "Add numbers a channel": (alone("Add", real(1, 2, 3, 4).reshape(1, 4, 1, 1)), 17),
    "Add numbers a column": (alone("Add", np.linspace(0, 1, 10).astype(np.float32)), 17),
    "Sub": (alone("Sub", real(1, 2, -3, 4).reshape(4, 1, 1)), 17),
    "Sub from": (lambda g: str(g("Sub", real(1), g.input)), 17),
    "Mul by negatives": (alone("Mul", real(1, -2, 3, 4).reshape(4, 1, 1)), 17),
    "Div": (alone("Div", real(0.5, -2, 3, 4).reshape(4, 1, 1)), 17),
    "Mul a row": (of_row("Mul", NUMBERS), 17),
    "Neg": (alone("Neg"), 17),
    "ImageNet's normalization": (
        lambda g: g.conv(
            g(
                "Div",
                g("Sub", g.input, real(0.485, 0.456, 0.406).reshape(1, 3, 1, 1)),
                real(0.2, 0.3, 0.4).reshape(3, 1, 1),
            ),
            3,
            4,
        ),
        17,
    ),
    "Sum, Sub, Mul, Max, Min, Mean": (
        lambda g: str(
            g(
                "Mean",
                *(
                    g(name, g.conv(g.input, 3, 4, 1), g.conv(g.input, 3, 4, 1))
                    for name in ("Sum", "Sub", "Mul", "Max", "Min")
                ),
            )
        ),
        17,
    ),
    "Concat": (lambda g: str(g("Concat", g.conv(g.input, 3, 4, 1), g.input, axis=1)), 17),
    "Concat of rows": (lambda g: str(g("Concat", g("Flatten", g.input), g("Flatten", g("Relu", g.input)), axis=1)), 17),
    "Concat of columns": (lambda g: str(g("Concat", g.input, g.input, axis=-1)), 17),
    "BatchNormalization": (lambda g: g.norm(g.input, 3), 17),
    "BatchNormalization of a row": (lambda g: g.norm(g("Flatten", g.input), ROW), 17),
    "InstanceNormalization": (alone("InstanceNormalization", real(1, 2, -1, 0.5), real(0, 1, 2, 3)), 17),
    "LayerNormalization, channels last": (_channels_last, 17),
    "LayerNormalization and Gelu": (_channels_last, 20),
    "Dropout": (alone("Dropout"), 17),
    "Identity and Cast": (lambda g: str(g("Cast", g("Identity", g.input), to=1)), 17),
    "Gemm": (lambda g: str(g("Gemm", g("Flatten", g.input), g.numbers(5, ROW), g.numbers(5), transB=1)), 17),
    "Gemm, scaled": (
        lambda g: str(g("Gemm", g("Flatten", g.input), g.numbers(ROW, 5), real(2), alpha=0.5, beta=3.0)),
        17,
    ),
    "MatMul and Add": (
        lambda g: str(g("Add", g("MatMul", g("Flatten", g.input), g.numbers(ROW, 5)), g.numbers(5))),
        17,
    ),
    "MatMul along columns": (lambda g: str(g("MatMul", g.input, g.numbers(10, 5))), 17),
    "a row in ONNX's sequence": (lambda g: str(g("Flatten", g.conv(g.input, 3, 4))), 17),
    "Reshape to a row and back": (
        lambda g: g.conv(g("Reshape", g("Relu", g("Flatten", g.input)), whole(0, 3, 9, 10)), 3, 2),
        17,
    ),
    "Reshape of other axes": (lambda g: g.conv(g("Reshape", g.input, whole(1, 9, 5, 6)), 9, 2), 17),
    "Dense to maps": (
        lambda g: g.conv(g("Reshape", g("Gemm", g("Flatten", g.input), g.numbers(ROW, 48)), whole(1, 3, 4, 4)), 3, 2),
        17,
    ),
    "Squeeze": (lambda g: str(g("Squeeze", g("GlobalAveragePool", g.conv(g.input, 3, 5)), whole(2, 3))), 17),
    "Squeeze of version 11": (lambda g: str(g("Squeeze", g("GlobalMaxPool", g.conv(g.input, 3, 5)), axes=[3, 2])), 11),
    "sizes that are computed": (_sizes_computed, 17),
    "Transpose that stays": (lambda g: g.conv(g("Transpose", g.input, perm=[0, 1, 3, 2]), 3, 2), 17),
    "shuffled channels": (_shuffled, 17),
    "squeeze and excitation": (_squeezed_and_excited, 17),
    "squeeze and excitation in rows": (_squeezed_in_rows, 17),
    "ReduceMean": (alone("ReduceMean", axes=[-1, -2]), 17),
    "ReduceMean of version 18": (alone("ReduceMean", whole(2, 3), keepdims=0), 18),
    "ReduceMax": (alone("ReduceMax", axes=[2, 3]), 17),
    "ReduceMax of channels": (alone("ReduceMax", axes=[1]), 17),
    "ReduceMean of rows": (alone("ReduceMean", axes=[2], keepdims=0), 17),
    "Slice of channels": (alone("Slice", whole(1), whole(2**63 - 1), whole(1)), 17),
    "Slice of rows, backwards in channels": (
        alone("Slice", whole(-1, 2), whole(-(2**63), -1), whole(1, 2), whole(-1, 3)),
        17,
    ),
    "Slice of version 9": (alone("Slice", starts=[1, -4], ends=[3, -1], axes=[1, 3]), 9),
    "Split": (lambda g: tuple(g("Split", g.conv(g.input, 3, 4, 1), whole(1, 3), axis=1, outputs=2)), 17),
    "Split in equal parts": (lambda g: tuple(g("Split", g.conv(g.input, 3, 4, 1), axis=1, outputs=2)), 11),
    "Split of version 18": (
        lambda g: tuple(g("Split", g.conv(g.input, 3, 8, 1), axis=1, outputs=3, num_outputs=3)),
        18,
    ),
    "ReduceSum": (alone("ReduceSum", whole(2, 3)), 17),
    "GlobalMaxPool": (alone("GlobalMaxPool"), 17),
    "Pad": (alone("Pad", whole(0, 0, 1, 2, 0, 0, 3, 0)), 17),
    "Pad by a number": (alone("Pad", whole(0, 0, 1, 2, 0, 0, 3, 0), number(-0.5)), 17),
    "Pad that crops": (alone("Pad", whole(0, 0, -1, 2, 0, 0, 0, -3)), 17),
    "Pad of version 9": (alone("Pad", pads=[0, 0, 1, 2, 0, 0, 3, 0], mode="constant"), 9),
    "Pad along axes": (alone("Pad", whole(1, 2, 3, 0), "", whole(2, 3)), 18),
}


@pytest.mark.parametrize(("write", "version"), OPERATORS.values(), ids=OPERATORS)
def test_each_operator(write: Write, version: int) -> None:
    assert_same(written(write, 1, 3, 9, 10, version=version))


CONVOLUTIONS: dict[str, Write] = {
    "valid": lambda g: g.conv(g.input, 3, 4),
    "padded": lambda g: g.conv(g.input, 3, 4, pads=[1, 1, 1, 1]),
    "padded before strides": lambda g: g.conv(g.input, 3, 4, pads=[1, 1, 1, 1], strides=[2, 2]),
    "large": lambda g: g.conv(g.input, 3, 4, 7, pads=[3, 3, 3, 3], strides=[2, 2], bias=False),
    "uneven": lambda g: g.conv(g.input, 3, 4, pads=[0, 2, 1, 0], strides=[2, 1]),
    "dilated": lambda g: g.conv(g.input, 3, 4, dilations=[2, 3], pads=[2, 3, 2, 3]),
    "by rule": lambda g: g.conv(g.input, 3, 4, auto_pad="SAME_UPPER", strides=[2, 2]),
    "without padding": lambda g: g.conv(g.input, 3, 4, auto_pad="VALID"),
    "in groups": lambda g: g.conv(g.conv(g.input, 3, 6, 1), 6, 4, group=2),
    "depthwise": lambda g: g.conv(g.input, 3, 3, group=3, pads=[1, 1, 1, 1]),
    "depthwise, strided": lambda g: g.conv(g.input, 3, 6, group=3, pads=[1, 1, 1, 1], strides=[2, 2]),
    "depthwise, uneven": lambda g: g.conv(g.input, 3, 3, group=3, pads=[1, 1, 1, 1], strides=[2, 1]),
}


@pytest.mark.parametrize("write", CONVOLUTIONS.values(), ids=CONVOLUTIONS)
def test_convolutions(write: Write) -> None:
    assert_same(written(write, 1, 3, 9, 10))


@pytest.mark.parametrize(
    ("kernel", "settings"),
    [
        (2, {"strides": [2, 2]}),
        (3, {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]}),
        (3, {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
        (4, {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
        (3, {"pads": [1, 1, 1, 1]}),
        (3, {"dilations": [2, 2]}),
        (2, {"strides": [3, 3]}),
        (2, {"strides": [4, 3], "output_padding": [2, 1]}),
        (5, {"strides": [3, 2], "pads": [2, 0, 1, 1]}),
    ],
)
def test_transposed_convolutions(kernel: int, settings: dict[str, Any]) -> None:
    def write(g: Graph) -> str:
        return str(g("ConvTranspose", g.input, g.numbers(3, 4, kernel, kernel), g.numbers(4), **settings))

    assert_same(written(write, 1, 3, 5, 6))


POOLINGS: list[dict[str, Any]] = [
    {"kernel_shape": [2, 2]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1},
    {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1},
    {"kernel_shape": [5, 5], "strides": [1, 1], "pads": [2, 2, 2, 2]},
    {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [0, 0, 1, 1]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1},
]


@pytest.mark.parametrize("settings", POOLINGS, ids=str)
@pytest.mark.parametrize("behind_relu", [False, True])
def test_largest_values(settings: dict[str, Any], behind_relu: bool) -> None:
    """Padding never wins, whether values are of both signs or not."""

    def write(g: Graph) -> str:
        x = g.conv(g.input, 3, 4, 1)
        return str(g("MaxPool", g("Relu", x) if behind_relu else g("Sub", x, real(5)), **settings))

    assert_same(written(write, 1, 3, 9, 10))


@pytest.mark.parametrize("settings", POOLINGS[:-1], ids=str)
@pytest.mark.parametrize("count_include_pad", [0, 1])
def test_means(settings: dict[str, Any], count_include_pad: int) -> None:
    assert_same(written(alone("AveragePool", count_include_pad=count_include_pad, **settings), 1, 3, 9, 10, version=19))


@pytest.mark.parametrize(
    "settings",
    [
        {"mode": mode, "coordinate_transformation_mode": rule}
        for mode in ("nearest", "linear")
        for rule in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
    ]
    + [
        {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": rounding}
        for rounding in ("floor", "ceil", "round_prefer_ceil")
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [(10, 12), (7, 9), (3, 4), (5, 12)])
def test_resizing(settings: dict[str, Any], size: tuple[int, int]) -> None:
    assert_same(written(lambda g: str(g("Resize", g.input, "", "", whole(1, 3, *size), **settings)), 1, 3, 5, 6))


def test_scales_and_old_ways_of_resizing() -> None:
    factors = real(1, 1, 2, 1.5)
    assert_same(written(lambda g: str(g("Resize", g.input, "", factors, mode="linear")), 1, 3, 5, 6))
    assert_same(written(lambda g: str(g("Resize", g.input, factors, mode="nearest")), 1, 3, 5, 6, version=10))
    assert_same(written(lambda g: str(g("Upsample", g.input, factors, mode="nearest")), 1, 3, 5, 6, version=9))
    assert_same(
        written(
            lambda g: str(g("Upsample", g.input, scales=[1.0, 1.0, 2.0, 2.0], mode="linear")), 1, 3, 5, 6, version=7
        )
    )


# Whole networks -------------------------------------------------------------------------------------------------------


def _resnet(g: Graph) -> str:
    """A stem and two blocks of ResNet-18 (arXiv:1512.03385), the second with a projection."""
    x = g("Relu", g.norm(g.conv(g.input, 3, 8, 7, bias=False, strides=[2, 2], pads=[3, 3, 3, 3]), 8))
    x = g("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for channels, filters, stride in ((8, 8, 1), (8, 16, 2)):
        y = g("Relu", g.norm(g.conv(x, channels, filters, strides=[stride, stride], pads=[1, 1, 1, 1]), filters))
        y = g.norm(g.conv(y, filters, filters, pads=[1, 1, 1, 1]), filters)
        short = x if stride == 1 else g.norm(g.conv(x, channels, filters, 1, strides=[stride, stride]), filters)
        x = g("Relu", g("Add", y, short))
    return str(g("Gemm", g("Flatten", g("GlobalAveragePool", x)), g.numbers(10, 16), g.numbers(10), transB=1))


def _mobilenet(g: Graph) -> str:
    """Inverted residuals of MobileNetV2 (arXiv:1801.04381) with ReLU6, and Hardswish as PyTorch 1 wrote it."""
    x = g("Clip", g.conv(g.input, 3, 8, strides=[2, 2], pads=[1, 1, 1, 1]), number(0), number(6))
    for stride in (1, 2):
        y = g("Clip", g.conv(x, 8, 24, 1), number(0), number(6))
        y = g.conv(y, 24, 24, group=24, strides=[stride, stride], pads=[1, 1, 1, 1])
        y = g("Div", g("Mul", y, g("Clip", g("Add", y, number(3)), number(0), number(6))), number(6))
        y = g.conv(y, 24, 8, 1)
        x = g("Add", x, y) if stride == 1 else y
    row = g("ReduceMean", x, axes=[2, 3], keepdims=0)
    return str(g("Softmax", g("Gemm", g("Dropout", row), g.numbers(10, 8), g.numbers(10), transB=1)))


def _squeezenet(g: Graph) -> str:
    """A fire module of SqueezeNet (arXiv:1602.07360) between poolings that round up."""
    x = g("Relu", g.conv(g.input, 3, 8, strides=[2, 2]))
    x = g("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    narrow = g("Relu", g.conv(x, 8, 4, 1))
    wide = (g("Relu", g.conv(narrow, 4, 8, 1)), g("Relu", g.conv(narrow, 4, 8, pads=[1, 1, 1, 1])))
    x = g("MaxPool", g("Concat", *wide, axis=1), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    x = g("GlobalAveragePool", g("Relu", g.conv(x, 16, 10, 1)))
    return str(g("Reshape", x, whole(0, -1)))


def _inception_and_densenet(g: Graph) -> str:
    """Branches of Inception with kernels of 1×7, means that count padding; then a block of DenseNet."""
    long = g("Conv", g.input, g.numbers(4, 3, 1, 7), pads=[0, 3, 0, 3])
    long = g("Conv", long, g.numbers(4, 4, 7, 1), pads=[3, 0, 3, 0])
    mean = g("AveragePool", g.input, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    x, channels = g("Concat", long, mean, g.conv(g.input, 3, 5, 1), axis=1), 12
    for _ in range(2):
        grown = g.conv(g("Relu", g.norm(x, channels)), channels, 4, bias=False, pads=[1, 1, 1, 1])
        x, channels = g("Concat", x, grown, axis=1), channels + 4
    x = g("AveragePool", g.conv(g("Relu", g.norm(x, channels)), channels, 6, 1), kernel_shape=[2, 2], strides=[2, 2])
    return str(g("LogSoftmax", g("MatMul", g("Flatten", x), g.numbers(6 * 16 * 16, 5)), axis=1))


def _u_net(g: Graph) -> tuple[str, str]:
    """Two levels of a U-Net (arXiv:1505.04597), one way up learned and one bilinear; two outputs, both maps."""
    top = g("Relu", g.conv(g.input, 3, 4, pads=[1, 1, 1, 1]))
    low = g("Relu", g.conv(g("MaxPool", top, kernel_shape=[2, 2], strides=[2, 2]), 4, 8, pads=[1, 1, 1, 1]))
    up = g("ConvTranspose", low, g.numbers(8, 4, 2, 2), g.numbers(4), strides=[2, 2])
    smooth = g("Resize", low, "", real(1, 1, 2, 2), mode="linear", coordinate_transformation_mode="align_corners")
    x = g("Concat", up, top, g.conv(smooth, 8, 4, 1), axis=1)
    logits = g.conv(x, 12, 2, 1)
    return g("Softmax", logits, axis=1), g("Sigmoid", logits)


@pytest.mark.parametrize("write", [_resnet, _mobilenet, _squeezenet, _u_net])
def test_whole_networks(write: Write) -> None:
    assert_same(written(write, "batch", 3, 32, 32))


def test_logarithms_of_shares_are_those_of_what_is_read() -> None:
    data = written(_inception_and_densenet, 1, 3, 32, 32)
    opened = cnn_core.open_model(data)
    pixels = np.random.default_rng(3).uniform(0, 1, (32, 32, 3)).astype(np.float32)
    (theirs,) = computed(data, pixels)
    np.testing.assert_allclose(np.asarray(opened.model(pixels[None]))[0], np.exp(theirs), rtol=1e-4, atol=1e-6)


@pytest.mark.skipif(
    not find_spec("torch") or not find_spec("onnxscript"), reason="PyTorch is not among the requirements"
)
@pytest.mark.parametrize("by_dynamo", [False, True])
def test_what_pytorch_exports(by_dynamo: bool, tmp_path: Path) -> None:
    """Where PyTorch is installed, which nothing here needs."""
    torch = import_module("torch")
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.SiLU(), nn.MaxPool2d(3, 2, 1), nn.Conv2d(8, 8, 3, groups=8),
        nn.Hardswish(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5), nn.Softmax(1),
    )  # fmt: skip
    path = tmp_path / "model.onnx"
    settings = {"dynamo": True, "external_data": False} if by_dynamo else {"dynamo": False, "opset_version": 17}
    torch.onnx.export(model.eval(), (torch.randn(1, 3, 32, 32),), str(path), **settings)
    opened = assert_same(path.read_bytes())
    assert [named.name for named in opened.network.layers][-1] in ("9", "softmax")
