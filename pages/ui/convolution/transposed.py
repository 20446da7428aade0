"""Transposed convolution on the same stage, its size, and the checkerboard that it may leave."""

import numpy as np
import streamlit as st

from cnn_core.layers import Conv2DTranspose
from cnn_core.layers.formulas import formulas
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.shapes import output_shape
from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d, conv2d_transpose
from cnn_core.numerics.pool import upsample
from cnn_core.numerics.taps import axis_taps, transposed_taps
from pages.ui import state
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.formulas import draw_lines
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.entered import Chosen
from pages.ui.text import _

_SIDE = 4


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw ones through a kernel of ones, so that the output counts what overlaps; then upsampling and convolution."""
    size, stride, padding = st.columns(3, vertical_alignment="bottom")
    size.number_input(_("Kernel size"), **state.SPREAD_KERNEL.widget())
    stride.number_input(_("Stride"), **state.SPREAD_STRIDE.widget())
    padding.segmented_control(_("Padding"), required=True, **state.SPREAD_PADDING.widget())
    kernel, step, mode = state.SPREAD_KERNEL.get(), state.SPREAD_STRIDE.get(), state.SPREAD_PADDING.get()
    window = Window(kernel, step, padding=mode)
    x, ones = np.ones((_SIDE, _SIDE, 1)), np.ones((kernel, kernel, 1, 1))
    taps = transposed_taps(_SIDE, window)
    output = conv2d_transpose(x, ones, (window, window))
    draw_stage(Scene(x, taps, taps, output, ones), "transposed_stage")
    layer = Conv2DTranspose(1, kernel, strides=step, padding=mode)
    sizes = formulas(layer, output_shape(layer, x.shape), x.shape)[:1]
    draw_lines(_("Output size"), [f"{_(formula.quantity)}: {formula.text}" for formula in sizes])
    _judge(kernel, step)
    _draw_upsampled(step)


def _judge(kernel: int, stride: int) -> None:
    if kernel < stride:
        text = _("The kernel is smaller than the stride: some outputs get nothing at all.")
    elif kernel % stride:
        text = _(
            "{kernel} is not divisible by the stride {stride}: some outputs get more parts than their neighbours, "
            "which shows as a checkerboard (Odena et al., Distill 2016)."
        )
    else:
        text = _("{kernel} is divisible by the stride {stride}: away from the edges every output gets as many parts.")
    st.markdown(text.format(kernel=kernel, stride=stride))


def _draw_upsampled(stride: int) -> None:
    st.markdown(
        _(
            "**Upsampling, then a convolution** (3×3, same): every output away from the edges gets as many parts, "
            "whatever the stride."
        )
    )
    large = upsample(np.ones((_SIDE, _SIDE, 1)), (stride, stride))
    window = Window(3, padding=PaddingMode.SAME)
    ones = np.ones((3, 3, 1, 1))
    taps = axis_taps(large.shape[0], window)
    draw_stage(Scene(large, taps, taps, conv2d(large, ones, (window, window)), ones), "upsampled_stage")
