"""Convolutions and transposed convolutions: kernels with the channels put last, padding kept exactly."""

from typing import Any

import numpy.typing as npt

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import Layer
from cnn_core.layers.settings import Amounts, PaddingMode, Pair
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window, effective_kernel, padding_amounts
from cnn_core.model_file.onnx.call import Call, operator
from cnn_core.model_file.onnx.values import Value

NONE: Amounts = ((0, 0), (0, 0))


def pair(call: Call, name: str, default: Pair = (1, 1)) -> Pair:
    """Return a setting for height and width."""
    found = call.wholes(name, default) or default
    if len(found) != 2 or min(found) < 1:
        raise call.refuse_setting(name)
    return found[0], found[1]


def padding(call: Call) -> Amounts | PaddingMode:
    """Return what is added around the maps: amounts, ((top, bottom), (left, right)), or TensorFlow's rule."""
    pads, rule = call.wholes("pads"), call.text("auto_pad", "NOTSET")
    if rule == "SAME_UPPER":
        return PaddingMode.SAME
    if rule not in ("NOTSET", "VALID", ""):
        raise call.refuse_setting("auto_pad")
    if rule == "VALID" or pads is None:
        return NONE
    if len(pads) != 4 or min(pads) < 0:
        raise call.refuse_setting("pads")
    return (pads[0], pads[2]), (pads[1], pads[3])


def is_same(value: Value, kernel: Pair, strides: Pair, dilations: Pair, amounts: Amounts) -> bool:
    """Say whether TensorFlow's rule adds just these amounts to these maps."""
    sizes = zip(value.shape, kernel, strides, dilations, amounts, strict=False)
    return all(padding_amounts(n, Window(k, s, d, PaddingMode.SAME)) == both for n, k, s, d, both in sizes)


def _kernels(call: Call) -> npt.NDArray[Any]:
    kernels = call.constant(1)
    given = call.wholes("kernel_shape")
    if kernels.ndim != 4 or (given is not None and given != kernels.shape[2:]):
        raise LayerError(
            "Kernels of two axes, height and width, are read here. Received: weights of {shape}.",
            shape=show(kernels.shape),
        )
    return kernels


def _bias(call: Call) -> tuple[npt.NDArray[Any], ...]:
    return (call.constant(2),) if call.has(2) else ()


@operator("Conv")
def _conv(call: Call) -> Value:
    value, kernels, bias = call.maps(), _kernels(call), _bias(call)
    kernel: Pair = (kernels.shape[2], kernels.shape[3])
    strides, dilations, groups = pair(call, "strides"), pair(call, "dilations"), call.whole("group", 1)
    amounts = padding(call)
    if not isinstance(amounts, PaddingMode):
        # Where the stride is 1, the rule is that of every size.
        follows = max(strides) == 1 and is_same(value, kernel, strides, dilations, amounts)
        amounts = PaddingMode.SAME if follows else amounts
        amounts = PaddingMode.VALID if amounts == NONE else amounts
    filters, channels = kernels.shape[0], value.shape[-1]
    if groups == channels > 1 and filters % channels == 0 and strides[0] == strides[1]:
        if not isinstance(amounts, PaddingMode):
            value, amounts = _padded(call, value, amounts), PaddingMode.VALID
        weights = kernels.reshape(channels, filters // channels, *kernel).transpose(2, 3, 0, 1)
        layer: Layer = layers.DepthwiseConv2D(
            kernel, strides, amounts, filters // channels, dilations, use_bias=bool(bias)
        )
    else:
        weights = kernels.transpose(2, 3, 1, 0)
        layer = layers.Conv2D(filters, kernel, strides, amounts, dilations, groups, use_bias=bool(bias))
    return call.building.value(layer, value, weights=(weights, *bias))


def _padded(call: Call, value: Value, amounts: Amounts) -> Value:
    return call.building.value(layers.ZeroPadding2D(amounts), value, suffix="padding")


@operator("ConvTranspose")
def _conv_transpose(call: Call) -> Value:
    """A transposed convolution without padding, of which the padding is cut off at the end."""
    value, kernels, bias = call.maps(), _kernels(call), _bias(call)
    kernel: Pair = (kernels.shape[2], kernels.shape[3])
    strides, dilations = pair(call, "strides"), pair(call, "dilations")
    more = call.wholes("output_padding", (0, 0)) or (0, 0)
    call.demand("group", 1)
    if call.wholes("output_shape") is not None:
        raise call.refuse_setting("output_shape")
    amounts = padding(call)
    if isinstance(amounts, PaddingMode) or len(more) != 2:
        raise call.refuse_setting("auto_pad" if isinstance(amounts, PaddingMode) else "output_padding")
    cuts = [_cut(*each) for each in zip(kernel, strides, dilations, amounts, more, strict=True)]
    crop: Amounts = (cuts[0][0], cuts[1][0])
    if min(crop[0][1], crop[1][1]) < 0:
        raise call.refuse_setting("output_padding")
    follows = all(cut == rule for cut, rule in cuts) and crop != NONE and max(dilations) == 1
    layer = layers.Conv2DTranspose(
        kernels.shape[1], kernel, strides, "same" if follows else "valid", dilations, use_bias=bool(bias)
    )
    made = call.building.value(layer, value, weights=(kernels.transpose(2, 3, 1, 0), *bias))
    if follows or crop == NONE:
        return made
    return call.building.value(layers.Cropping2D(crop), made, suffix="crop")


def _cut(kernel: int, stride: int, dilation: int, amounts: Pair, more: int) -> tuple[Pair, Pair]:
    """Return what is cut off along an axis, and what TensorFlow's rule `same` would cut off.

    Without padding Keras gives n · s values where the kernel is shorter than the stride: the last are beyond every
    kernel. The rule cuts off by how much the kernel is longer than the stride, the odd one at the end.
    """
    longer = effective_kernel(kernel, dilation) - stride
    cut = (amounts[0], amounts[1] + max(-longer, 0) - more)
    return cut, (max(longer, 0) // 2, max(longer, 0) - max(longer, 0) // 2)
