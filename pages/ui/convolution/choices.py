"""The grid, the kernel and how it moves: what the reader chose, as the core takes it."""

from dataclasses import dataclass

import numpy as np

from cnn_core.errors import CnnError
from cnn_core.layers.settings import PaddingMode, Pair
from cnn_core.layers.shapes import Shape, Window
from cnn_core.models.first_kernels import first_kernels
from cnn_core.numerics import grids
from cnn_core.numerics.convolve import conv2d, depthwise_conv2d, flipped
from cnn_core.numerics.hand_made import HAND_MADE, hand_made
from cnn_core.numerics.maps import Values, Windows
from cnn_core.numerics.padding import Filling
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.numerics.taps import Taps, axis_taps
from cnn_core.pictures.prepare import Box, brightness
from pages.ui import cached, state
from pages.ui.ask.picture import Chosen
from pages.ui.messages import show_error

OWN = "own"
CUT = "cut"
LEARNED = "learned"
GRID_KEYS = (*(grid.key for grid in grids.GRIDS), grids.SINGLE, grids.NOISE, CUT, OWN)
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
    state.SPREAD_KERNEL,
    state.SPREAD_STRIDE,
    state.SPREAD_PADDING,
    state.STACKED,
    state.STACK_CHANNELS,
    state.ON_COLOURS,
    state.ACTIVATION,
)
KERNEL_KEYS = (*(kernel.key for kernel in HAND_MADE), LEARNED, OWN)


@dataclass(frozen=True, eq=False)
class Setup:
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

    def taps(self) -> tuple[Taps, Taps]:
        """Return both axes' taps; raises LayerError where nothing fits."""
        vertical, horizontal = self.windows
        return (
            axis_taps(self.x.shape[0], vertical, self.filling),
            axis_taps(self.x.shape[1], horizontal, self.filling),
        )

    @property
    def key(self) -> str:
        """Return kernel and movement as text: what a cache needs to tell two apart."""
        return f"{grids.grid_text(self.weights[:, :, 0])} {self.windows} {self.filling} {self.bias}"

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
    begin_grid(state.GRID.among(GRID_KEYS))
    begin_kernel()


def begin_grid(grid: "state.Key[str]") -> None:
    """Bring a choice of a grid that does not exist back to its default, and the size fields to the reader's own."""
    if _has_numbers(grid, state.GRID_NUMBERS):
        _measure(grids.grid_of_text(state.GRID_NUMBERS.get()), state.GRID_ROWS, state.GRID_COLUMNS)


def begin_kernel() -> None:
    """Do the same for the kernel."""
    _has_numbers(state.KERNEL.among(KERNEL_KEYS), state.KERNEL_NUMBERS)
    _measure(current_kernel(), state.KERNEL_ROWS, state.KERNEL_COLUMNS)


def _has_numbers(key: "state.Key[str]", packed: "state.Key[str]") -> bool:
    """Return whether the reader's own numbers are chosen; what is chosen and cannot be read goes to the default."""
    if key.get() == OWN and numbers(packed, axes=2) is None:
        key.set(key.default)
    return key.get() == OWN


def _measure(plane: Values, rows: "state.Key[int]", columns: "state.Key[int]") -> None:
    rows.set(plane.shape[0])
    columns.set(plane.shape[1])


def current(chosen: Chosen) -> Setup:
    """Return what the reader chose; call `begin` first."""
    kernel = current_kernel()
    return Setup(
        x=current_grid(chosen)[:, :, np.newaxis],
        kernel=kernel,
        windows=current_windows(kernel.shape[0], kernel.shape[1]),
        filling=Filling(state.FILLING.get()),
        turned=state.TURNED.get(),
        bias=state.BIAS.get(),
    )


def current_grid(chosen: Chosen) -> Values:
    """Return the grid, (H, W)."""
    if state.GRID.get() == OWN:
        return grids.grid_of_text(state.GRID_NUMBERS.get())
    if state.GRID.get() == CUT:
        return np.round(brightness(cut_of(chosen)))[:, :, 0]
    return grids.named_grid(state.GRID.get(), state.GRID_ROWS.get(), state.GRID_COLUMNS.get())


def cut_of(chosen: Chosen, largest: int = grids.LARGEST) -> Values:
    """Return the chosen cut of the picture, (rows, columns, 3) whole numbers from 0 to 255; raises ImageError."""
    pixels = cached.picture(chosen.digest, chosen.data).pixels
    (top, left, bottom, right), scale = _box(pixels.shape, largest)
    step = Window(scale, scale)
    part = pixels[top:bottom, left:right].astype(np.float64)
    return np.round(pool(part, (step, step), PoolingKind.AVERAGE) * 255)


def place_of_cut(chosen: Chosen) -> bytes:
    """Return the picture as PNG, dark but for the cut; raises ImageError."""
    pixels = cached.picture(chosen.digest, chosen.data).pixels
    return cached.place_of_cut(chosen.digest, _box(pixels.shape, grids.LARGEST)[0], pixels)


def _box(shape: Shape, largest: int) -> tuple[Box, int]:
    """Return the cut, moved inwards where it would reach over the edge, and how many pixels make a number."""
    scale = min(state.CUT_SCALE.get(), *shape[:2])
    top, bottom = _span(shape[0], state.CUT_ROW.get(), min(state.GRID_ROWS.get(), largest), scale)
    left, right = _span(shape[1], state.CUT_COLUMN.get(), min(state.GRID_COLUMNS.get(), largest), scale)
    return (top, left, bottom, right), scale


def _span(length: int, start: int, count: int, scale: int) -> Pair:
    size = min(count, length // scale) * scale
    first = max(0, min(start, length - size))
    return first, first + size


def current_kernel() -> Values:
    """Return the kernel, (height, width)."""
    if state.KERNEL.get() == OWN:
        return grids.grid_of_text(state.KERNEL_NUMBERS.get())[: state.LARGEST_KERNEL, : state.LARGEST_KERNEL]
    if state.KERNEL.get() == LEARNED:
        return first_kernels("mnist")[:, :, 0, learned().get()].astype(np.float64)
    return hand_made(state.KERNEL.get()).values


def learned() -> "state.Key[int]":
    """Return which of the learned kernels is chosen."""
    return state.LEARNED.within(0, first_kernels("mnist").shape[3] - 1)


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


def set_grid(x: Values) -> None:
    """Keep numbers that the reader drew, (H, W, 1)."""
    state.GRID_NUMBERS.set(grids.grid_text(x[:, :, 0]))
    state.GRID.set(OWN)


def set_kernel(kernel: Values) -> None:
    """Keep a kernel that the reader wrote, (height, width, 1, 1) or (height, width)."""
    plane = kernel.reshape(kernel.shape[:2])
    state.KERNEL_NUMBERS.set(grids.grid_text(plane))
    state.KERNEL.set(OWN)


def resize_grid() -> None:
    """Bring the reader's own grid to the size asked for."""
    old = grids.grid_of_text(state.GRID_NUMBERS.get())
    set_grid(_resized(old, state.GRID_ROWS.get(), state.GRID_COLUMNS.get())[:, :, np.newaxis])


def resize_kernel() -> None:
    """Bring the kernel to the size asked for; it is the reader's own then."""
    set_kernel(_resized(current_kernel(), state.KERNEL_ROWS.get(), state.KERNEL_COLUMNS.get()))


def has_stride_and_dilation() -> bool:
    """Say whether both are above 1, on whichever axes."""
    strides = state.STRIDE_DOWN.get(), state.STRIDE_ACROSS.get()
    return max(strides) > 1 and max(state.DILATION_DOWN.get(), state.DILATION_ACROSS.get()) > 1


def _resized(old: Values, rows: int, columns: int) -> Values:
    """Return numbers cut, or filled with zeros, around their middle."""
    new = np.zeros((rows, columns))
    to, source = zip(*(_middles(size, length) for size, length in zip(new.shape, old.shape, strict=True)), strict=True)
    new[to] = old[source]
    return new


def _middles(size: int, length: int) -> tuple[slice, slice]:
    """Return where the common middle of a new size and an old length lies in the new and in the old."""
    common = min(size, length)
    return tuple(slice((whole - common) // 2, (whole - common) // 2 + common) for whole in (size, length))


def numbers(key: "state.Key[str]", axes: int) -> Values | None:
    """Return the numbers packed under a key; what cannot be read is said and forgotten."""
    if not key.get():
        return None
    try:
        values = grids.grid_of_text(key.get())
        if values.ndim != axes:
            raise CnnError(grids.UNREADABLE)
    except CnnError as error:
        key.set("")
        show_error(error)
        return None
    return values
