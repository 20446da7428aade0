"""What the reader chooses: the grid of numbers, the kernel, and how it moves."""

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.numerics import grids
from cnn_core.numerics.hand_made import HAND_MADE, hand_made
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.ask.picture import current_picture
from pages.ui.convolution import choices
from pages.ui.messages import show_error
from pages.ui.text import _

_GRID_TITLES = {
    **{grid.key: grid.title for grid in grids.GRIDS},
    grids.SINGLE: N_("A single 1"),
    grids.NOISE: N_("Chance numbers"),
    choices.CUT: N_("Cut from a picture"),
    choices.OWN: N_("Numbers of your own"),
}
_KERNEL_TITLES = {
    **{kernel.key: kernel.title for kernel in HAND_MADE},
    choices.LEARNED: N_("Learned from digits (MNIST)"),
    choices.OWN: N_("Weights of your own"),
}
_PADDINGS = {"valid": N_("Valid: none"), "same": N_("Same"), "explicit": N_("By hand")}
_FILLINGS = {"zero": N_("Zeros"), "reflect": N_("Reflected"), "replicate": N_("Repeated edge")}


def kernel_title(key: str) -> str:
    return _(_KERNEL_TITLES[key])


def grid_title(key: str) -> str:
    return _(_GRID_TITLES[key])


def grid_picker() -> None:
    """Let the reader choose the numbers that the kernel moves over."""
    now = state.GRID.get()
    keys = [key for key in choices.GRID_KEYS if key != choices.OWN or now == choices.OWN]
    st.selectbox(_("Input"), format_func=grid_title, **state.GRID.among(keys).widget())
    rows, columns = st.columns(2)
    after = choices.resize_grid if now == choices.OWN else None
    rows.number_input(_("Rows"), **state.GRID_ROWS.widget(after))
    columns.number_input(_("Columns"), **state.GRID_COLUMNS.widget(after))


def cut_picker() -> None:
    """Let the reader choose where the numbers are cut from the picture, and show the place."""
    row, column, scale = st.columns(3)
    row.number_input(_("Top"), step=8, **state.CUT_ROW.widget())
    column.number_input(_("Left"), step=8, **state.CUT_COLUMN.widget())
    scale.number_input(
        _("Pixels"), help=_("Each number is the mean of so many pixels squared."), **state.CUT_SCALE.widget()
    )
    try:
        png = choices.place_of_cut(current_picture())
    except CnnError as error:
        show_error(error)
    else:
        st.image(png, width="stretch", output_format="PNG", alt=_("The picture; what is cut is bright"))


def kernel_picker() -> None:
    """Let the reader choose a kernel, and say what it is for."""
    now = state.KERNEL.get()
    keys = [key for key in choices.KERNEL_KEYS if key != choices.OWN or now == choices.OWN]
    st.selectbox(_("Kernel"), format_func=kernel_title, **state.KERNEL.among(keys).widget())
    if now == choices.LEARNED:
        st.number_input(_("Filter"), **choices.learned().widget())
        st.caption(_("Nobody made these weights: the network found them while it learned to tell digits apart."))
    elif now != choices.OWN:
        st.caption(_(hand_made(now).about))
    rows, columns = st.columns(2, vertical_alignment="bottom")
    rows.number_input(_("Kernel rows"), **state.KERNEL_ROWS.widget(choices.resize_kernel))
    columns.number_input(_("Kernel columns"), **state.KERNEL_COLUMNS.widget(choices.resize_kernel))


def movement() -> None:
    """Let the reader choose stride, padding, dilation, the kernel's turn and the bias."""
    axis_down, axis_across = st.columns(2)
    axis_down.number_input(_("Stride ↓"), **state.STRIDE_DOWN.widget())
    axis_across.number_input(_("Stride →"), **state.STRIDE_ACROSS.widget())
    axis_down.number_input(_("Dilation ↓"), **state.DILATION_DOWN.widget())
    axis_across.number_input(_("Dilation →"), **state.DILATION_ACROSS.widget())
    if choices.has_stride_and_dilation():
        st.caption(_("Conv2D of Keras refuses a stride and a dilation above 1 together; PyTorch computes it, as here."))
    st.segmented_control(
        _("Padding"),
        format_func=lambda key: _(_PADDINGS[key]),
        required=True,
        **state.PADDING.widget(),
    )
    if state.PADDING.get() == "explicit":
        above, beside = st.columns(2)
        above.number_input(_("Above"), **state.PAD_TOP.widget())
        above.number_input(_("Below"), **state.PAD_BOTTOM.widget())
        beside.number_input(_("Left of it"), **state.PAD_LEFT.widget())
        beside.number_input(_("Right of it"), **state.PAD_RIGHT.widget())
    if state.PADDING.get() != "valid":
        st.segmented_control(
            _("Filled with"),
            format_func=lambda key: _(_FILLINGS[key]),
            required=True,
            **state.FILLING.widget(),
        )
    st.number_input(_("Bias"), format="%g", **state.BIAS.widget())
    st.checkbox(_("True convolution: turn the kernel by 180°"), **state.TURNED.widget())
    if state.TURNED.get():
        st.caption(
            _(
                "Mathematics calls this convolution. Keras, TensorFlow and PyTorch do not turn the kernel, which "
                "mathematics calls correlation; scipy.signal.convolve2d turns it. A network learns its weights, "
                "so it makes no difference to it."
            )
        )
