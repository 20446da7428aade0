"""Transposed convolution on the same stage, its size, and the checkerboard that it may leave."""

import numpy as np
import streamlit as st

from cnn_core.drawing.colour_scale import DIVERGING
from cnn_core.layers import Conv2DTranspose
from cnn_core.layers.formulas import formulas
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.shapes import output_shape
from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d, conv2d_transpose
from cnn_core.numerics.pool import upsample
from cnn_core.numerics.taps import axis_taps, cropped_before, transposed_taps
from pages.ui import components, state
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.colours import colour_stops
from pages.ui.draw.formulas import draw_lines
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.entered import Chosen
from pages.ui.text import _

_SIDE = 4
_STAMPED = 3


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
    layer = Conv2DTranspose(1, kernel, strides=step, padding=mode)
    sizes = formulas(layer, output_shape(layer, x.shape), x.shape)[:1]
    draw_lines(_("Output size"), [f"{_(formula.quantity)}: {formula.text}" for formula in sizes])
    draw_stage(Scene(x, taps, taps, output, ones), "transposed_stage")
    _judge(kernel, step)
    _draw_stamps(window)
    _draw_upsampled(step)


def _judge(kernel: int, stride: int) -> None:
    if kernel < stride:
        text = _("The kernel is smaller than the stride: some outputs receive nothing at all.")
    elif kernel % stride:
        text = _(
            "{kernel} is not divisible by the stride {stride}: some outputs receive more contributions "
            "than their neighbours, which shows as a checkerboard (Odena et al., Distill 2016)."
        )
    else:
        text = _(
            "{kernel} is divisible by the stride {stride}: away from the edges every output receives "
            "equally many contributions."
        )
    st.markdown(text.format(kernel=kernel, stride=stride))


def _draw_stamps(window: Window) -> None:
    """Draw how each input writes the kernel, times its value, into the output, one after the other."""
    st.markdown(_("**As stamping:** each input stamps the kernel, times its own value, into the output."))
    x = np.arange(1.0, _STAMPED**2 + 1).reshape(_STAMPED, _STAMPED, 1)
    bell = np.minimum(np.arange(1, window.kernel + 1), np.arange(window.kernel, 0, -1)).astype(np.float64)
    kernel = np.outer(bell, bell)
    output = conv2d_transpose(x, kernel[:, :, np.newaxis, np.newaxis], (window, window))[:, :, 0]
    components.stamps(
        {
            "input": x[:, :, 0].tolist(),
            "kernel": kernel.tolist(),
            "stride": window.stride,
            "before": cropped_before(window),
            "size": list(output.shape),
            "limits": {"input": float(x.max()), "kernel": float(kernel.max()), "output": float(output.max(initial=1))},
            "colours": {"grey": [[0, 0, 0], [255, 255, 255]], "diverging": colour_stops(DIVERGING)},
            "words": {
                "input": _("Input"),
                "stamp": _("Kernel · value"),
                "output": _("Output"),
                "place": _(
                    "{number} of {count}: {value} stamps {value} times the kernel at row {row}, column {column}."
                ),
                "all": _("All {count} inputs have stamped; where stamps overlap, they are added."),
                "none": _("Nothing is stamped yet."),
                "play": _("Play"),
                "pause": _("Pause"),
                "back": _("One step back"),
                "forward": _("One step forward"),
                "restart": _("From the beginning"),
                "speed": _("Speed"),
            },
        },
        key="stamps",
    )


def _draw_upsampled(stride: int) -> None:
    st.markdown(
        _(
            "**Upsampling, then a convolution** (3×3, same): away from the edges every output receives "
            "equally many contributions, whatever the stride."
        )
    )
    large = upsample(np.ones((_SIDE, _SIDE, 1)), (stride, stride))
    window = Window(3, padding=PaddingMode.SAME)
    ones = np.ones((3, 3, 1, 1))
    taps = axis_taps(large.shape[0], window)
    draw_stage(Scene(large, taps, taps, conv2d(large, ones, (window, window)), ones), "upsampled_stage")
