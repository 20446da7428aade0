"""A small grid of numbers and a kernel: named ones, or the reader's own, which all pages share."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.errors import CnnError
from cnn_core.models.bundled_weights import first_kernels
from cnn_core.numerics import grids
from cnn_core.numerics.hand_made import HAND_MADE, hand_made
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.messages import show_error
from pages.ui.text import _

OWN = "own"
CUT = "cut"
"""Of a picture: a page that offers it makes the numbers itself."""
LEARNED = "learned"
NAMED_GRIDS = (*(grid.key for grid in grids.GRIDS), grids.SINGLE, grids.NOISE)
_KERNELS = (*(kernel.key for kernel in HAND_MADE), LEARNED, OWN)
_GRID_TITLES = {
    **{grid.key: grid.title for grid in grids.GRIDS},
    grids.SINGLE: N_("A single 1"),
    grids.NOISE: N_("Random numbers"),
    CUT: N_("Cut from a picture"),
    OWN: N_("Numbers of your own"),
}
_KERNEL_TITLES = {
    **{kernel.key: kernel.title for kernel in HAND_MADE},
    LEARNED: N_("Learned from digits (MNIST)"),
    OWN: N_("Weights of your own"),
}


# A grid ---------------------------------------------------------------------------------------------------------------


def begin_grid(choice: "state.Key[str]") -> None:
    """Bring a choice whose numbers cannot be read back to its default, and the size fields to the reader's own."""
    if _has_own(choice, state.GRID_NUMBERS):
        _measure(grids.grid_of_text(state.GRID_NUMBERS.get()), state.GRID_ROWS, state.GRID_COLUMNS)


def grid_picker(choice: "state.Key[str]", offered: Sequence[str], label: str) -> None:
    """Let the reader choose a grid and its size; call `begin_grid` first. Their own is offered once it is chosen."""
    is_own = choice.get() == OWN
    shown = [*offered, OWN] if is_own else offered
    st.selectbox(label, format_func=lambda key: _(_GRID_TITLES[key]), **choice.among(shown).widget())
    rows, columns = st.columns(2)
    after = (lambda: _resize_grid(choice)) if is_own else None
    rows.number_input(_("Rows"), **state.GRID_ROWS.widget(after))
    columns.number_input(_("Columns"), **state.GRID_COLUMNS.widget(after))


def current_grid(choice: "state.Key[str]") -> Values:
    """Return the chosen grid, (H, W), unless it is cut from a picture."""
    if choice.get() == OWN:
        return grids.grid_of_text(state.GRID_NUMBERS.get())
    return grids.named_grid(choice.get(), state.GRID_ROWS.get(), state.GRID_COLUMNS.get())


def set_grid(choice: "state.Key[str]", x: Values) -> None:
    """Keep numbers that the reader drew, (H, W, 1), and choose them."""
    state.GRID_NUMBERS.set(grids.grid_text(x[:, :, 0]))
    choice.set(OWN)


def _resize_grid(choice: "state.Key[str]") -> None:
    """Bring the reader's own grid to the size asked for."""
    old = grids.grid_of_text(state.GRID_NUMBERS.get())
    set_grid(choice, _resized(old, state.GRID_ROWS.get(), state.GRID_COLUMNS.get())[:, :, np.newaxis])


# A kernel -------------------------------------------------------------------------------------------------------------


def kernel_title(key: str) -> str:
    return _(_KERNEL_TITLES[key])


def begin_kernel() -> None:
    """Bring a choice whose weights cannot be read back to its default, and the size fields to the chosen kernel."""
    _has_own(state.KERNEL.among(_KERNELS), state.KERNEL_NUMBERS)
    _measure(current_kernel(), state.KERNEL_ROWS, state.KERNEL_COLUMNS)


def kernel_picker() -> None:
    """Let the reader choose a kernel, and say what it is for; call `begin_kernel` first."""
    chosen = state.KERNEL.get()
    shown = [key for key in _KERNELS if key != OWN or chosen == OWN]
    st.selectbox(_("Kernel"), format_func=kernel_title, **state.KERNEL.among(shown).widget())
    if chosen == LEARNED:
        st.number_input(_("Filter"), **_learned().widget())
        st.caption(_("Nobody made these weights: the network found them while it learned to tell digits apart."))
    elif chosen != OWN:
        st.caption(_(hand_made(chosen).about))
    rows, columns = st.columns(2, vertical_alignment="bottom")
    rows.number_input(_("Kernel rows"), **state.KERNEL_ROWS.widget(_resize_kernel))
    columns.number_input(_("Kernel columns"), **state.KERNEL_COLUMNS.widget(_resize_kernel))


def current_kernel() -> Values:
    """Return the kernel, (height, width)."""
    if state.KERNEL.get() == OWN:
        return grids.grid_of_text(state.KERNEL_NUMBERS.get())[: state.LARGEST_KERNEL, : state.LARGEST_KERNEL]
    if state.KERNEL.get() == LEARNED:
        return first_kernels("mnist")[:, :, 0, _learned().get()].astype(np.float64)
    return hand_made(state.KERNEL.get()).values


def set_kernel(kernel: Values) -> None:
    """Keep a kernel that the reader wrote, (height, width, 1, 1) or (height, width), and choose it."""
    state.KERNEL_NUMBERS.set(grids.grid_text(kernel.reshape(kernel.shape[:2])))
    state.KERNEL.set(OWN)


def _learned() -> "state.Key[int]":
    """Return which of the learned kernels is chosen."""
    return state.LEARNED.within(0, first_kernels("mnist").shape[3] - 1)


def _resize_kernel() -> None:
    """Bring the kernel to the size asked for; it is the reader's own then."""
    set_kernel(_resized(current_kernel(), state.KERNEL_ROWS.get(), state.KERNEL_COLUMNS.get()))


# Numbers of the reader's own ------------------------------------------------------------------------------------------


def own_numbers(packed: "state.Key[str]", axes: int) -> Values | None:
    """Return the numbers packed under a key, None where there are none; what cannot be read is said and forgotten."""
    if not packed.get():
        return None
    try:
        values = grids.grid_of_text(packed.get())
        if values.ndim != axes:
            raise CnnError(grids.UNREADABLE)
    except CnnError as error:
        packed.set("")
        show_error(error)
        return None
    return values


def _has_own(choice: "state.Key[str]", packed: "state.Key[str]") -> bool:
    """Return whether the reader's own numbers are chosen; what is chosen and cannot be read goes to the default."""
    if choice.get() == OWN and own_numbers(packed, axes=2) is None:
        choice.set(choice.default)
    return choice.get() == OWN


def _measure(plane: Values, rows: "state.Key[int]", columns: "state.Key[int]") -> None:
    rows.set(plane.shape[0])
    columns.set(plane.shape[1])


def _resized(old: Values, rows: int, columns: int) -> Values:
    """Return numbers cut, or filled with zeros, around their middle."""
    new = np.zeros((rows, columns))
    to, source = zip(*(_middles(size, length) for size, length in zip(new.shape, old.shape, strict=True)), strict=True)
    new[to] = old[source]
    return new


def _middles(size: int, length: int) -> tuple[slice, slice]:
    """Return where the common middle of a new size and an old length lies in the new and in the old."""
    common = min(size, length)
    first, old_first = (size - common) // 2, (length - common) // 2
    return slice(first, first + common), slice(old_first, old_first + common)
