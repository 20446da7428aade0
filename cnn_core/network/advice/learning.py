"""Advice on what a network can learn: what has no effect, what stands in the way, what contradicts itself."""

from collections.abc import Iterator
from typing import Final

from cnn_core.layers import (
    Activation,
    ActivationName,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Group,
    Layer,
    Reshape,
    SeparableConv2D,
    SpatialDropout2D,
    UpSampling2D,
    ZeroPadding2D,
)
from cnn_core.network import editing
from cnn_core.network.advice.design import Advice, Design, Fix, put_before, set_to
from cnn_core.network.remarks import softmax_of_one
from cnn_core.network.summary import Row
from cnn_core.sentences import N_, Note

_WEIGHTED: Final = (Conv2D, DepthwiseConv2D, SeparableConv2D, Conv2DTranspose, Dense)
_LINEAR: Final = (
    BatchNormalization,
    Dropout,
    SpatialDropout2D,
    AveragePooling2D,
    GlobalAveragePooling2D,
    Flatten,
    Reshape,
    ZeroPadding2D,
    Cropping2D,
    UpSampling2D,
)
"""What leaves a weighted sum a weighted sum once the network is trained."""


def _no_activation(design: Design) -> Iterator[Advice]:
    """Two weighted sums with nothing between them that bends: together they are one."""
    message = N_(
        "There is no activation between this layer and {next}: two weighted sums in a row can do no more than one. "
        "Add an activation."
    )
    for row in design.summary.rows:
        path = _linear_path(design, row)
        if not path or _is_meant_linear(row, path[-1]):
            continue
        note = Note(message, {"next": path[-1].name})
        normalized = [between for between in path[:-1] if isinstance(between.layer, BatchNormalization)]
        if normalized:
            behind = design.only_user(normalized[-1])
            label = Note(N_("Put a ReLU after {layer}"), {"layer": normalized[-1].name})
            change = put_before((behind or path[-1]).name, Activation(ActivationName.RELU))
        else:
            label, change = Note(N_("Use activation='relu'")), set_to(row.name, activation="relu")
        yield Advice("no_activation", row.name, note, Fix(label, change))


def _linear_path(design: Design, row: Row) -> list[Row]:
    """Return the layers from this one to the next with weights, if nothing between the two bends."""
    if not _is_linear_sum(row.layer):
        return []
    path = []
    after = design.only_user(row)
    while after is not None and len(after.sources) == 1:
        path.append(after)
        if isinstance(after.layer, _WEIGHTED):
            return path
        if not isinstance(after.layer, _LINEAR):
            break
        after = design.only_user(after)
    return []


def _is_linear_sum(layer: Layer) -> bool:
    return isinstance(layer, _WEIGHTED) and layer.activation is ActivationName.LINEAR


def _is_meant_linear(row: Row, after: Row) -> bool:
    """Say whether a well-known block wants it so: depthwise before 1×1, or a 1×1 that narrows (arXiv:1801.04381)."""
    if isinstance(row.layer, DepthwiseConv2D):
        return isinstance(after.layer, Conv2D) and after.layer.kernel_size == (1, 1)
    is_pointwise = isinstance(row.layer, Conv2D) and row.layer.kernel_size == (1, 1)
    return is_pointwise and row.output_shape[-1] < row.input_shapes[0][-1]


def _softmax_of_one(design: Design) -> Iterator[Advice]:
    for row in design.summary.rows:
        note = softmax_of_one(row)
        if note is not None:
            fix = Fix(Note(N_("Use activation='sigmoid'")), set_to(row.name, activation="sigmoid"))
            yield Advice("softmax_of_one", row.name, note, fix)


def _many_sigmoids(design: Design) -> Iterator[Advice]:
    """Sigmoid where classes exclude one another."""
    message = N_(
        "With sigmoid the {count} units say yes or no independently of each other, which "
        "suits pictures with several labels. For one class out of {count} use softmax: its "
        "shares add up to 1."
    )
    for row in design.outputs:
        activation = getattr(row.layer, "activation", None)
        if activation is ActivationName.SIGMOID and len(row.output_shape) == 1 and row.output_shape[0] > 1:
            note = Note(message, {"count": row.output_shape[0]})
            fix = Fix(Note(N_("Use activation='softmax'")), set_to(row.name, activation="softmax"))
            yield Advice("many_sigmoids", row.name, note, fix)


def _dropout_at_the_input(design: Design) -> Iterator[Advice]:
    """Dropout before anything with weights."""
    message = N_(
        "This drops values of the picture itself before anything has been learned from them. Dropout belongs "
        "between dense layers, or after the last maps."
    )
    for row in design.summary.rows:
        if not isinstance(row.layer, Dropout | SpatialDropout2D):
            continue
        before = list(design.way_back(row))
        if before and all(one.layer.group in _BEFORE_WEIGHTS for one in before):
            fix = Fix(Note(N_("Remove it")), lambda network, name=row.name: editing.remove(network, name))  # type: ignore[misc]
            yield Advice("dropout_at_the_input", row.name, Note(message), fix)


_BEFORE_WEIGHTS: Final = (Group.INPUT, Group.NORMALIZATION, Group.AUGMENTATION, Group.RESIZING, Group.REGULARIZATION)


def _bias_before_normalization(design: Design) -> Iterator[Advice]:
    """A bias that the next layer takes away again."""
    message = N_(
        "The BatchNormalization that follows subtracts the mean of every channel, and with it this layer's bias: "
        "{count} parameters without any effect."
    )
    for row in design.summary.rows:
        after = design.only_user(row)
        if after is None or not isinstance(after.layer, BatchNormalization) or not _is_linear_sum(row.layer):
            continue
        if row.layer.use_bias:  # type: ignore[attr-defined]
            note = Note(message, {"count": row.output_shape[-1]})
            fix = Fix(Note(N_("Leave the bias out: use_bias=False")), set_to(row.name, use_bias=False))
            yield Advice("bias_before_normalization", row.name, note, fix)


def _bottleneck(design: Design) -> Iterator[Advice]:
    """A layer that all goes through and that is narrower than the output."""
    message = N_(
        "Everything passes through the {width} values of this layer, but {count} come out at the end: classes that "
        "are the same here cannot be told apart later."
    )
    outputs = [row for row in design.outputs if len(row.output_shape) == 1]
    count = max((row.output_shape[0] for row in outputs), default=0)
    for row in design.summary.rows:
        setting = _width_setting(design, row)
        if setting is None or row.output_shape[-1] >= count or row in design.outputs:
            continue
        if design.is_passed_by_all(row):
            wanted = 1 << (count - 1).bit_length()
            note = Note(message, {"width": row.output_shape[-1], "count": count})
            label = Note(N_("Use {setting}={count}"), {"setting": setting, "count": wanted})
            yield Advice("bottleneck", row.name, note, Fix(label, set_to(row.name, **{setting: wanted})))


def _width_setting(design: Design, row: Row) -> str | None:
    """Return the setting that says how many values a picture has behind this layer: of a row, or of maps averaged."""
    if isinstance(row.layer, Dense) and len(row.output_shape) == 1:
        return "units"
    if not isinstance(row.layer, Conv2D | SeparableConv2D):
        return None
    after = design.only_user(row)
    while after is not None and isinstance(after.layer, BatchNormalization | Activation | Dropout):
        after = design.only_user(after)
    return "filters" if after is not None and isinstance(after.layer, GlobalAveragePooling2D) else None


RULES: Final = (
    _no_activation,
    _softmax_of_one,
    _many_sigmoids,
    _dropout_at_the_input,
    _bias_before_normalization,
    _bottleneck,
)
