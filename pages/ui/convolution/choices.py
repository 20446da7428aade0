"""One convolution as the reader chose it: the grid, the kernel and how it moves."""

from dataclasses import dataclass

import numpy as np

from cnn_core.arrays import Values
from cnn_core.layers.settings import PaddingMode, Pair
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import Window
from cnn_core.numerics import grids
from cnn_core.numerics.convolve import conv2d, depthwise_conv2d, flipped
from cnn_core.numerics.maps import Windows
from cnn_core.numerics.padding import Filling
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.numerics.taps import Taps, axis_taps
from cnn_core.pictures.prepare import Box, brightness
from pages.ui import cached, state
from pages.ui.ask.numbers import CUT, NAMED_GRIDS, OWN, begin_grid, begin_kernel, current_grid, current_kernel
from pages.ui.entered import Chosen

OFFERED = (*NAMED_GRIDS, CUT)
SHARED = (
    state.GRID,
    state.GRID_ROWS,
    state.GRID_COLUMNS,
    state.GRID_NUMBERS,
    state.CUT_ROW,
    state.CUT_COLUMN,
    state.CUT_SCALE,
    state.SAMPLE,
    state.KERNEL,
    state.LEARNED,
    state.KERNEL_NUMBERS,
    state.STRIDE_DOWN,
    state.STRIDE_ACROSS,
    state.DILATION_DOWN,
    state.DILATION_ACROSS,
    state.PADDING,
    state.PAD_TOP,
    state.PAD_BOTTOM,
    state.PAD_LEFT,
    state.PAD_RIGHT,
    state.FILLING,
    state.TURNED,
    state.BIAS,
    state.OPENED,
    state.FILTERS,
    state.FILTER_KERNELS,
    state.FILTER_NUMBERS,
    state.FILTER_BIAS,
    state.MIX_NUMBERS,
    state.DEEP,
    state.NARROW,
    state.SEPARABLE_CHANNELS,
    state.SEPARABLE_FILTERS,
    state.DENSE_UNITS,
    state.DENSE_CHANNELS,
    state.MOVED_DIGIT,
    state.DIGIT_RIGHT,
    state.DIGIT_DOWN,
    state.DIGIT_ANGLE,
    state.DIGIT_SHUFFLED,
    state.DIGITS_TAUGHT,
    state.SPOT_RIGHT,
    state.SPOT_DOWN,
    state.SPOT_SHOWN,
    state.TEMPLATE,
    state.SEARCHED,
    state.SIDE_KERNEL,
    state.SIDE_ENLARGED,
    state.POOLS_KIND,
    state.SPREAD_KERNEL,
    state.SPREAD_STRIDE,
    state.SPREAD_PADDING,
    state.STACKED,
    state.STACK_CHANNELS,
    state.ON_COLOURS,
    state.ACTIVATION,
)


@dataclass(frozen=True)
class ConvolutionKey:
    """A kernel as it acts, by its shape and bytes, and how it moves."""

    shape: Shape
    weights: bytes
    windows: Windows
    filling: Filling
    bias: float


@dataclass(frozen=True, eq=False)
class Convolution:
    """One convolution of one channel with one kernel.

    Args:
        x: (H, W, 1).
        kernel: (kernel height, kernel width), as it is written, before any turn.
        turned: the kernel acts turned by 180°, as in mathematics.
    """

    x: Values
    kernel: Values
    windows: Windows
    filling: Filling
    turned: bool
    bias: float

    @property
    def weights(self) -> Values:
        """Return the kernel as it acts, (kernel height, kernel width, 1, 1)."""
        acting = flipped(self.kernel) if self.turned else self.kernel
        return acting[:, :, np.newaxis, np.newaxis]

    @property
    def keeps_brightness(self) -> bool:
        """Say whether an even area stays bright: of a photograph it makes one, where other kernels leave edges."""
        return float(self.kernel.sum()) > 1e-6 * float(np.abs(self.kernel).sum())

    def taps(self) -> tuple[Taps, Taps]:
        """Return both axes' taps; raises LayerError where nothing fits."""
        vertical, horizontal = self.windows
        return (
            axis_taps(self.x.shape[0], vertical, self.filling),
            axis_taps(self.x.shape[1], horizontal, self.filling),
        )

    @property
    def key(self) -> ConvolutionKey:
        """Return all of it but the input: what a cache needs to tell two apart."""
        weights = self.weights.astype(np.float64)
        return ConvolutionKey(weights.shape, weights.tobytes(), self.windows, self.filling, self.bias)

    def over(self, maps: Values) -> Values:
        """Return each channel of (H, W, C) convolved by itself, (H', W', C); raises LayerError where nothing fits."""
        channels = maps.shape[2]
        weights = np.repeat(self.weights, channels, axis=2)
        return depthwise_conv2d(maps, weights, self.windows, [self.bias] * channels, self.filling)

    def output(self) -> Values:
        """Return the feature map, (H', W', 1); raises LayerError where nothing fits."""
        return conv2d(self.x, self.weights, self.windows, [self.bias], filling=self.filling)


def begin() -> None:
    """Bring choices that do not exist back to where everybody begins, and the size fields to what they measure."""
    begin_grid(state.GRID.among([*OFFERED, OWN]))
    begin_kernel()


def current(chosen: Chosen) -> Convolution:
    """Return what the reader chose; call `begin` first."""
    kernel = current_kernel()
    return Convolution(
        x=_grid(chosen)[:, :, np.newaxis],
        kernel=kernel,
        windows=current_windows(kernel.shape[0], kernel.shape[1]),
        filling=Filling(state.FILLING.get()),
        turned=state.TURNED.get(),
        bias=state.BIAS.get(),
    )


def _grid(chosen: Chosen) -> Values:
    """Return the grid, (H, W)."""
    if state.GRID.get() == CUT:
        return np.round(brightness(cut_of(chosen)))[:, :, 0]
    return current_grid(state.GRID)


def cut_of(chosen: Chosen, largest: int = grids.LARGEST) -> Values:
    """Return the chosen cut of the picture, (rows, columns, 3) whole numbers from 0 to 255; raises ImageError."""
    pixels = cached.picture(chosen).pixels
    (top, left, bottom, right), scale = place_of_cut(pixels.shape, largest)
    step = Window(scale, scale)
    part = pixels[top:bottom, left:right].astype(np.float64)
    return np.round(pool(part, (step, step), PoolingKind.AVERAGE) * 255)


def place_of_cut(shape: Shape, largest: int) -> tuple[Box, int]:
    """Return the cut, moved inwards where it would reach over the edge, and how many pixels make a number.

    Args:
        shape: of the picture, (height, width, …).
        largest: so many numbers at most on a side.
    """
    scale = min(state.CUT_SCALE.get(), *shape[:2])
    top, bottom = _span(shape[0], state.CUT_ROW.get(), min(state.GRID_ROWS.get(), largest), scale)
    left, right = _span(shape[1], state.CUT_COLUMN.get(), min(state.GRID_COLUMNS.get(), largest), scale)
    return (top, left, bottom, right), scale


def _span(length: int, start: int, count: int, scale: int) -> Pair:
    size = min(count, length // scale) * scale
    first = max(0, min(start, length - size))
    return first, first + size


def current_windows(height: int, width: int) -> Windows:
    """Return how a kernel of this size moves."""
    mode = state.PADDING.get()
    down = across = PaddingMode(mode) if mode != "explicit" else PaddingMode.VALID
    windows = (
        Window(height, state.STRIDE_DOWN.get(), state.DILATION_DOWN.get(), down),
        Window(width, state.STRIDE_ACROSS.get(), state.DILATION_ACROSS.get(), across),
    )
    if mode != "explicit":
        return windows
    return (
        windows[0]._replace(padding=(state.PAD_TOP.get(), state.PAD_BOTTOM.get())),
        windows[1]._replace(padding=(state.PAD_LEFT.get(), state.PAD_RIGHT.get())),
    )


def has_stride_and_dilation() -> bool:
    """Say whether both are above 1, on whichever axes."""
    strides = state.STRIDE_DOWN.get(), state.STRIDE_ACROSS.get()
    return max(strides) > 1 and max(state.DILATION_DOWN.get(), state.DILATION_ACROSS.get()) > 1


def private_numbers(convolution: Convolution | None) -> dict[str, str]:
    """Return what an address says instead of a place in a picture of the reader's own, which no link can carry."""
    if convolution is None or state.GRID.get() != CUT or state.SOURCE.get() == "sample":
        return {}
    return {state.GRID.name: OWN, state.GRID_NUMBERS.name: grids.grid_text(convolution.x[:, :, 0])}
