"""Layers that make one value of many, channel by channel; nothing is learned."""

from dataclasses import dataclass

from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.receptive_field import ALL, Rules, of_layer
from cnn_core.layers.settings import Choice, Flag, OptionalPair, PaddingMode, Pair, Told, WholePair
from cnn_core.layers.shapes import Shape, count_windows, image_shape, output_shape
from cnn_core.layers.spelling import Spelling
from cnn_core.layers.windows import Window, windows_of
from cnn_core.sentences import N_

__all__ = [
    "AveragePooling2D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalPooling",
    "MaxPooling2D",
    "Pooling",
]


@dataclass(frozen=True)
class Pooling(Layer):
    """Layers that make one value of each window, channel by channel."""

    group = Group.POOLING
    spelling = Spelling(on_images=True)
    pool_size: WholePair = WholePair(
        2, label=N_("Pool size"), help=N_("Height and width of the window."), told=Told.ALWAYS
    )
    strides: OptionalPair = OptionalPair(
        otherwise="pool_size",
        none_label=N_("Strides as pool size"),
        none_help=N_("The windows then lie side by side and do not overlap."),
        label=N_("Strides"),
        help=N_("How far the window moves from one output value to the next."),
        short=N_("stride {value}"),
    )
    padding: Choice[PaddingMode] = Choice(
        PaddingMode,
        "valid",
        label=N_("Padding"),
        help=N_(
            "valid adds nothing; same adds zeros so that the output is the input divided by the stride, rounded up."
        ),
    )

    @property
    def steps(self) -> Pair:
        """The strides in force: pool_size where none are given."""
        strides: Pair | None = self.strides
        return self.pool_size if strides is None else strides


@windows_of.register
def _windows(layer: Pooling) -> tuple[Window, Window]:
    size, steps, padding = layer.pool_size, layer.steps, layer.padding
    return Window(size[0], steps[0], 1, padding), Window(size[1], steps[1], 1, padding)


@output_shape.register
def _(layer: Pooling, *inputs: Shape) -> Shape:
    return (*count_windows(_windows(layer), inputs[0]), inputs[0][2])


@layer_kind
@dataclass(frozen=True)
class MaxPooling2D(Pooling):
    """The largest value of each window; padding never wins."""

    about = N_("Keeps the largest value of each window; nothing is learned.")


@layer_kind
@dataclass(frozen=True)
class AveragePooling2D(Pooling):
    """The mean of each window; padding is not counted."""

    about = N_("Takes the mean of each window; nothing is learned.")


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """Layers that make one value of each channel."""

    group = Group.POOLING
    spelling = Spelling(on_images=True)
    keepdims: Flag = Flag(False, label=N_("Keep axes"), help=N_("Gives 1×1 maps instead of a vector."))


@output_shape.register
def _(layer: GlobalPooling, *inputs: Shape) -> Shape:
    channels = image_shape(inputs[0])[2]
    return (1, 1, channels) if layer.keepdims else (channels,)


@of_layer.register
def _(layer: GlobalPooling, shape: Shape) -> Rules:
    return ALL


@layer_kind
@dataclass(frozen=True)
class GlobalMaxPooling2D(GlobalPooling):
    """The largest value of each channel."""

    about = N_("Keeps the largest value of each channel.")


@layer_kind
@dataclass(frozen=True)
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel."""

    about = N_("Takes the mean of each channel.")
