"""A network as PyTorch code: the same shapes, the same parameters, and with the same weights the same values.

PyTorch puts channels first and pads both sides alike. What a layer pads here is counted for the sizes that come in, so
`same` is written as amounts. Before a Flatten the channels go to the end, the order of the next Dense's weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cnn_core import layers
from cnn_core.errors import NetworkError
from cnn_core.layers import ActivationName, Group, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import Window, effective_kernel, padding_amounts, windows_of
from cnn_core.network.code.naming import identifier
from cnn_core.network.network import Network, Step


@dataclass(frozen=True)
class Written:
    """A layer in PyTorch.

    Args:
        expression: what it makes of `{x}` (`{0}`, `{1}`, … where it takes several), with its modules as `{me}`,
            `{me_pointwise}` and so on.
        modules: what the constructor makes, by the endings of the names.
    """

    expression: str
    modules: Mapping[str, str] = field(default_factory=dict)


def torch_code(network: Network) -> str:
    """Return a script with the network as a `torch.nn.Module` called `Network`, and one as `model`.

    Raises:
        NetworkError: it does not fit together, or a layer of it that PyTorch has no counterpart for.

    >>> from cnn_core.layers import Dense, Input
    >>> print(torch_code(Network.of(Input((4,)), Dense(3, activation="relu"))))
    import torch
    from torch import nn
    from torch.nn import functional
    <BLANKLINE>
    <BLANKLINE>
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.dense = nn.Linear(4, 3)
    <BLANKLINE>
        def forward(self, x):
            return functional.relu(self.dense(x))
    <BLANKLINE>
    <BLANKLINE>
    model = Network()
    <BLANKLINE>
    """
    steps = tuple(network.steps())
    names = _names(steps)
    made, run = [], []
    for step in steps[1:]:
        written = torch_layer(step.named.layer, step.output_shape, *step.input_shapes)
        me = names[step.named.name]
        made += [f"        self.{me}{ending} = {code}" for ending, code in written.modules.items()]
        own = {f"me{ending}": f"self.{me}{ending}" for ending in ("", *written.modules)}
        given = [names[source] for source in step.sources]
        run.append((me, _filled(written.expression, given, own), step))
    body = _forward(run, names[steps[0].named.name], [names[name] for name in network.output_names()])
    frozen = [
        f"model.{names[step.named.name]}.requires_grad_(False)"
        for step in steps[1:]
        if not step.named.trainable
        and "" in torch_layer(step.named.layer, step.output_shape, *step.input_shapes).modules
    ]
    head = ["import torch", "from torch import nn", "from torch.nn import functional", "", ""]
    start = ["class Network(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    return "\n".join([*head, *start, *made, "", *body, "", "", "model = Network()", *frozen, ""])


def _filled(expression: str, given: list[str], own: Mapping[str, str]) -> str:
    everything = ", ".join(given)
    return expression.format(
        *given, x=given[0], all=everything, sum=" + ".join(given), product=" * ".join(given), **own
    )


def _forward(run: list[tuple[str, str, Step]], first: str, outputs: list[str]) -> list[str]:
    """Return the method that computes: one line a layer, each value under its layer's name."""
    lines = [f"    def forward(self, {first}):"]
    if len(run) == 1 and outputs == [run[0][0]]:
        return [*lines, f"        return {run[0][1]}"]
    lines += [f"        {me} = {expression}" for me, expression, _ in run]
    return [*lines, f"        return {', '.join(outputs)}"]


def _names(steps: tuple[Step, ...]) -> dict[str, str]:
    """Return a name for each layer that Python takes and that is not one of a module's own."""
    taken = {"self", "torch", "nn", "functional", "model", "Network", "forward", "training", "type", "half", "float"}
    taken |= {"double", "apply", "children", "modules", "parameters", "train", "eval", "to", "cpu", "add_module", "x"}
    names = {steps[0].named.name: "x"}
    for step in steps[1:]:
        names[step.named.name] = identifier(step.named.name, taken)
        taken.add(names[step.named.name])
    return names


# Layers ---------------------------------------------------------------------------------------------------------------


@by_kind
def torch_layer(layer: Layer, output: Shape, *inputs: Shape) -> Written:
    """Return a layer in PyTorch; raises NetworkError for a kind without a counterpart."""
    if layer.group is Group.AUGMENTATION:
        return Written("{x}  # " + f"{layer.kind}: in training only; with PyTorch it belongs to the data")
    raise _refused(layer)


def _refused(layer: Layer) -> NetworkError:
    message = "{kind} cannot be written as PyTorch code here with these settings. Replace it, or take the Keras code."
    return NetworkError(message, kind=layer.kind)


_ACTIVATIONS: Final = {
    ActivationName.LINEAR: "{}",
    ActivationName.RELU: "functional.relu({})",
    ActivationName.RELU6: "functional.relu6({})",
    ActivationName.LEAKY_RELU: "functional.leaky_relu({}, 0.2)",
    ActivationName.ELU: "functional.elu({})",
    ActivationName.SELU: "functional.selu({})",
    ActivationName.GELU: "functional.gelu({})",
    ActivationName.SILU: "functional.silu({})",
    ActivationName.HARD_SILU: "functional.hardswish({})",
    ActivationName.HARD_SIGMOID: "functional.hardsigmoid({})",
    ActivationName.MISH: "functional.mish({})",
    ActivationName.TANH: "torch.tanh({})",
    ActivationName.SIGMOID: "torch.sigmoid({})",
    ActivationName.SOFTMAX: "functional.softmax({}, dim=1)",
    ActivationName.SOFTPLUS: "functional.softplus({})",
    ActivationName.SOFTSIGN: "functional.softsign({})",
    ActivationName.EXPONENTIAL: "torch.exp({})",
}


def _activated(layer: Layer, expression: str) -> str:
    activation = getattr(layer, "activation", ActivationName.LINEAR)
    return _ACTIVATIONS[ActivationName(activation)].replace("{}", expression)


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _same_or_both(values: tuple[int, ...]) -> str:
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


def _padded(shape: Shape, both: tuple[Window, Window], value: str = "") -> tuple[str, str]:
    """Return the input, padded where the sides differ, and the `padding` of a module where they are alike."""
    amounts = [padding_amounts(shape[axis], both[axis]) for axis in (0, 1)]
    if all(before == after for before, after in amounts):
        sides = tuple(before for before, _ in amounts)
        return "{x}", f", padding={_same_or_both(sides)}" if any(sides) else ""
    (top, bottom), (left, right) = amounts
    return f"functional.pad({{x}}, ({left}, {right}, {top}, {bottom}){value})", ""


def _windows(layer: Layer) -> tuple[Window, Window]:
    both = windows_of(layer)
    assert both is not None
    return both


def _convolution(
    channels: int, filters: int, both: tuple[Window, Window], padding: str, groups: int = 1, bias: bool = True
) -> str:
    strides, dilation = tuple(window.stride for window in both), tuple(window.dilation for window in both)
    settings = [str(channels), str(filters), _same_or_both(tuple(window.kernel for window in both))]
    settings += [f"stride={_same_or_both(strides)}"] if set(strides) != {1} else []
    text = ", ".join(settings) + padding
    text += f", dilation={_same_or_both(dilation)}" if set(dilation) != {1} else ""
    text += f", groups={groups}" if groups > 1 else ""
    return f"nn.Conv2d({text}{'' if bias else ', bias=False'})"


@torch_layer.register
def _(layer: layers.Conv2D, output: Shape, *inputs: Shape) -> Written:
    both = _windows(layer)
    given, padding = _padded(inputs[0], both)
    module = _convolution(inputs[0][2], layer.filters, both, padding, layer.groups, layer.use_bias)
    return Written(_activated(layer, "{me}(" + given + ")"), {"": module})


@torch_layer.register
def _(layer: layers.DepthwiseConv2D, output: Shape, *inputs: Shape) -> Written:
    both, channels = _windows(layer), inputs[0][2]
    given, padding = _padded(inputs[0], both)
    module = _convolution(channels, channels * layer.depth_multiplier, both, padding, channels, layer.use_bias)
    return Written(_activated(layer, "{me}(" + given + ")"), {"": module})


@torch_layer.register
def _(layer: layers.SeparableConv2D, output: Shape, *inputs: Shape) -> Written:
    both, channels = _windows(layer), inputs[0][2]
    given, padding = _padded(inputs[0], both)
    between = channels * layer.depth_multiplier
    modules = {
        "_depthwise": _convolution(channels, between, both, padding, channels, bias=False),
        "": _convolution(between, layer.filters, (Window(1), Window(1)), "", bias=layer.use_bias),
    }
    return Written(_activated(layer, "{me}({me_depthwise}(" + given + "))"), modules)


@torch_layer.register
def _(layer: layers.Conv2DTranspose, output: Shape, *inputs: Shape) -> Written:
    """Keras cuts what `same` has too much, PyTorch may cut both sides alike only; what is missing lies at the end."""
    more, cut = [], []
    for axis in (0, 1):
        stride, spanned = layer.strides[axis], effective_kernel(layer.kernel_size[axis], layer.dilation_rate[axis])
        whole = (inputs[0][axis] - 1) * stride + spanned
        before = max(spanned - stride, 0) // 2 if layer.padding is PaddingMode.SAME else 0
        after = whole - before - output[axis]
        more.append(max(-after, 0))
        cut.append((before, max(after, 0)))
    settings = [str(inputs[0][2]), str(layer.filters), _same_or_both(layer.kernel_size)]
    settings += [f"stride={_same_or_both(layer.strides)}"] if layer.strides != (1, 1) else []
    alike = all(before == after for before, after in cut)
    sides = tuple(before for before, _ in cut)
    settings += [f"padding={_same_or_both(sides)}"] if alike and any(sides) else []
    settings += [f"output_padding={_same_or_both(tuple(more))}"] if any(more) else []
    settings += [f"dilation={_same_or_both(layer.dilation_rate)}"] if layer.dilation_rate != (1, 1) else []
    settings += [] if layer.use_bias else ["bias=False"]
    (top, bottom), (left, right) = cut
    made = "{me}({x})" if alike else f"functional.pad({{me}}({{x}}), ({-left}, {-right}, {-top}, {-bottom}))"
    return Written(_activated(layer, made), {"": f"nn.ConvTranspose2d({', '.join(settings)})"})


@torch_layer.register
def _(layer: layers.MaxPooling2D, output: Shape, *inputs: Shape) -> Written:
    given, padding = _padded(inputs[0], _windows(layer), ', value=float("-inf")')
    size, strides = _same_or_both(_pair(layer.pool_size)), _same_or_both(layer.steps)
    return Written(f"functional.max_pool2d({given}, {size}, {strides}{padding})")


@torch_layer.register
def _(layer: layers.AveragePooling2D, output: Shape, *inputs: Shape) -> Written:
    given, padding = _padded(inputs[0], _windows(layer))
    size, strides = _same_or_both(_pair(layer.pool_size)), _same_or_both(layer.steps)
    if given == "{x}":
        count = ", count_include_pad=False" if padding else ""
        return Written(f"functional.avg_pool2d({given}, {size}, {strides}{padding}{count})")
    # What is padded does not count: the mean with zeros is divided by the share that is no padding.
    ones = given.replace("{x}", "torch.ones_like({x})")
    pooled = [f"functional.avg_pool2d({one}, {size}, {strides})" for one in (given, ones)]
    return Written(" / ".join(pooled))


@torch_layer.register
def _(layer: layers.GlobalAveragePooling2D, output: Shape, *inputs: Shape) -> Written:
    return Written("{x}.mean((2, 3)" + (", keepdim=True)" if layer.keepdims else ")"))


@torch_layer.register
def _(layer: layers.GlobalMaxPooling2D, output: Shape, *inputs: Shape) -> Written:
    return Written("{x}.amax((2, 3)" + (", keepdim=True)" if layer.keepdims else ")"))


@torch_layer.register(layers.UpSampling2D)
@torch_layer.register(layers.Resizing)
def _(layer: layers.UpSampling2D | layers.Resizing, output: Shape, *inputs: Shape) -> Written:
    if getattr(layer, "crop_to_aspect_ratio", False) or getattr(layer, "pad_to_aspect_ratio", False):
        raise _refused(layer)
    # TensorFlow's nearest takes the middle of a pixel, as PyTorch's "nearest-exact" does.
    nearest = layer.interpolation is layers.Interpolation.NEAREST
    mode = '"nearest-exact"' if nearest else '"bilinear", align_corners=False'
    return Written(f"functional.interpolate({{x}}, size={output[:2]}, mode={mode})")


@torch_layer.register
def _(layer: layers.ZeroPadding2D, output: Shape, *inputs: Shape) -> Written:
    (top, bottom), (left, right) = layer.padding
    return Written(f"functional.pad({{x}}, ({left}, {right}, {top}, {bottom}))")


@torch_layer.register
def _(layer: layers.Cropping2D, output: Shape, *inputs: Shape) -> Written:
    (top, bottom), (left, right) = layer.cropping
    return Written(f"functional.pad({{x}}, ({-left}, {-right}, {-top}, {-bottom}))")


@torch_layer.register
def _(layer: layers.BatchNormalization, output: Shape, *inputs: Shape) -> Written:
    if layer.center != layer.scale:
        raise _refused(layer)
    kind = "BatchNorm2d" if len(inputs[0]) == 3 else "BatchNorm1d"
    # PyTorch's momentum is the share of the new batch, Keras's that of what was known before.
    momentum = f"{1 - layer.momentum:.6g}"
    affine = "" if layer.scale else ", affine=False"
    return Written("{me}({x})", {"": f"nn.{kind}({inputs[0][-1]}, eps={layer.epsilon!r}, momentum={momentum}{affine})"})


@torch_layer.register
def _(layer: layers.LayerNormalization, output: Shape, *inputs: Shape) -> Written:
    if layer.center != layer.scale:
        raise _refused(layer)
    affine = "" if layer.scale else ", elementwise_affine=False"
    return Written(_channels_last("{me}"), {"": f"nn.LayerNorm({inputs[0][-1]}, eps={layer.epsilon!r}{affine})"})


@torch_layer.register
def _(layer: layers.GroupNormalization, output: Shape, *inputs: Shape) -> Written:
    if layer.center != layer.scale:
        raise _refused(layer)
    affine = "" if layer.scale else ", affine=False"
    module = f"nn.GroupNorm({layer.groups}, {inputs[0][-1]}, eps={layer.epsilon!r}{affine})"
    return Written("{me}({x})", {"": module})


@torch_layer.register
def _(layer: layers.Rescaling, output: Shape, *inputs: Shape) -> Written:
    return Written(f"{{x}} * {layer.scale!r} + {layer.offset!r}")


@torch_layer.register
def _(layer: layers.LayerScale, output: Shape, *inputs: Shape) -> Written:
    shape = (inputs[0][-1], *(1,) * (len(inputs[0]) - 1))
    return Written("{x} * {me}", {"": f"nn.Parameter(torch.full({shape}, {layer.initial_value!r}))"})


@torch_layer.register
def _(layer: layers.Activation, output: Shape, *inputs: Shape) -> Written:
    if layer.slope is not None and layer.activation in (ActivationName.LEAKY_RELU, ActivationName.ELU):
        return Written(f"functional.{layer.activation}({{x}}, {layer.slope!r})")
    return Written(_activated(layer, "{x}"))


@torch_layer.register
def _(layer: layers.PReLU, output: Shape, *inputs: Shape) -> Written:
    shared = layer.shared_axes or ()
    sizes = [1 if axis in shared else size for axis, size in enumerate(inputs[0], start=1)]
    shape = (sizes[-1], *sizes[:-1])
    return Written("{x}.clamp(min=0) + {me} * {x}.clamp(max=0)", {"": f"nn.Parameter(torch.zeros({shape}))"})


@torch_layer.register
def _(layer: layers.Dropout, output: Shape, *inputs: Shape) -> Written:
    return Written("{me}({x})", {"": f"nn.Dropout({layer.rate!r})"})


@torch_layer.register
def _(layer: layers.SpatialDropout2D, output: Shape, *inputs: Shape) -> Written:
    return Written("{me}({x})", {"": f"nn.Dropout2d({layer.rate!r})"})


@torch_layer.register
def _(layer: layers.Flatten, output: Shape, *inputs: Shape) -> Written:
    return Written("{x}.movedim(1, -1).flatten(1)" if len(inputs[0]) > 1 else "{x}")


@torch_layer.register
def _(layer: layers.Reshape, output: Shape, *inputs: Shape) -> Written:
    return Written(_from_last(_to_last("{x}", inputs[0]) + f".reshape(-1, {', '.join(map(str, output))})", output))


@torch_layer.register
def _(layer: layers.Permute, output: Shape, *inputs: Shape) -> Written:
    return Written(_from_last(_to_last("{x}", inputs[0]) + f".permute{(0, *layer.dims)}", output))


def _to_last(expression: str, shape: Shape) -> str:
    return f"{expression}.movedim(1, -1)" if len(shape) > 1 else expression


def _from_last(expression: str, shape: Shape) -> str:
    return f"{expression}.movedim(-1, 1)" if len(shape) > 1 else expression


def _channels_last(module: str) -> str:
    """Return what a module for the last axis makes of channels that stand first; a row of values has no others."""
    return module + "({x}.movedim(1, -1)).movedim(-1, 1)"


@torch_layer.register
def _(layer: layers.Dense, output: Shape, *inputs: Shape) -> Written:
    module = f"nn.Linear({inputs[0][-1]}, {layer.units}{'' if layer.use_bias else ', bias=False'})"
    made = "{me}({x})" if len(inputs[0]) == 1 else _channels_last("{me}")
    return Written(_activated(layer, made), {"": module})


_MERGES: Final = {
    "Add": "{sum}",
    "Multiply": "{product}",
    "Average": "({sum}) / COUNT",
    "Concatenate": "torch.cat([{all}], dim=1)",
}


@torch_layer.register
def _(layer: layers.Merge, output: Shape, *inputs: Shape) -> Written:
    if layer.kind in _MERGES:
        return Written(_MERGES[layer.kind].replace("COUNT", str(len(inputs))))
    pairwise = {"Maximum": "torch.maximum", "Minimum": "torch.minimum", "Subtract": "torch.sub"}.get(layer.kind)
    if pairwise is None:
        raise _refused(layer)
    text = "{0}"
    for number in range(1, len(inputs)):
        text = f"{pairwise}({text}, {{{number}}})"
    return Written(text)
