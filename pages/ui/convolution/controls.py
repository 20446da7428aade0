"""What the reader chooses besides grid and kernel: where the grid is cut from a picture, and how the kernel moves."""

import streamlit as st

from cnn_core.numerics import grids
from cnn_core.sentences import N_
from pages.ui import cached, state
from pages.ui.ask.box import Edges
from pages.ui.ask.picture import current_picture
from pages.ui.convolution import choices
from pages.ui.draw.boxes import OwnBox, draw_boxes
from pages.ui.messages import part
from pages.ui.text import _, pgettext

_PADDINGS = {"valid": N_("Valid: none"), "same": N_("Same"), "explicit": N_("Custom")}
_FILLINGS = {"zero": N_("Zeros"), "reflect": N_("Reflected"), "replicate": N_("Repeated edge")}


def cut_picker() -> None:
    """Show the picture, on which the reader chooses where the numbers are cut from it, and the same as numbers."""
    with part():
        show_cut("cut", grids.LARGEST)
    row, column, scale = st.columns(3)
    row.number_input(_("Top"), step=8, **state.CUT_ROW.widget())
    column.number_input(_("Left"), step=8, **state.CUT_COLUMN.widget())
    scale.number_input(
        _("Pixels per number"),
        help=_("Each number is the mean of a square of this many pixels on a side."),
        **state.CUT_SCALE.widget(),
    )


def show_cut(key: str, largest: int) -> None:
    """Draw the picture with a frame where the numbers are cut from it, at most so many in a row; a click, a drag or an
    arrow key moves it."""
    chosen = current_picture()
    shape = cached.picture(chosen).pixels.shape
    box, scale = choices.place_of_cut(shape, largest)
    png = cached.whole_picture(chosen, colours=True)
    draw_boxes(
        key, png, shape, _("The picture; the part cut out is bright and framed"), own=OwnBox(box, _cut_at, cut=scale)
    )


def _cut_at(box: Edges) -> None:
    state.CUT_ROW.set(box[0])
    state.CUT_COLUMN.set(box[1])


def movement() -> None:
    """Let the reader choose stride and padding, and behind them dilation, bias and the kernel's turn."""
    axis_down, axis_across = st.columns(2)
    axis_down.number_input(_("Stride ↓"), **state.STRIDE_DOWN.widget())
    axis_across.number_input(_("Stride →"), **state.STRIDE_ACROSS.widget())
    _padding()
    moving = st.expander(_("Dilation, bias, rotated kernel"), on_change="rerun", key="moving_open")
    if moving.open:
        with moving:
            _less_usual()


def _padding() -> None:
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
        beside.number_input(pgettext("side", "Left"), **state.PAD_LEFT.widget())
        beside.number_input(pgettext("side", "Right"), **state.PAD_RIGHT.widget())
    if state.PADDING.get() != "valid":
        st.segmented_control(
            _("Filled with"),
            format_func=lambda key: _(_FILLINGS[key]),
            required=True,
            **state.FILLING.widget(),
        )


def _less_usual() -> None:
    axis_down, axis_across = st.columns(2)
    axis_down.number_input(_("Dilation ↓"), **state.DILATION_DOWN.widget())
    axis_across.number_input(_("Dilation →"), **state.DILATION_ACROSS.widget())
    if choices.has_stride_and_dilation():
        st.caption(_("Conv2D of Keras refuses a stride and a dilation above 1 together; PyTorch computes it, as here."))
    st.number_input(_("Bias"), format="%g", **state.BIAS.widget())
    st.checkbox(_("True convolution: rotate the kernel by 180°"), **state.TURNED.widget())
    if state.TURNED.get():
        st.caption(
            _(
                "Mathematics calls this convolution. Keras, TensorFlow and PyTorch do not rotate the kernel, which "
                "mathematics calls correlation; scipy.signal.convolve2d rotates it. A network learns its weights, "
                "so it makes no difference which one is used."
            )
        )
