"""Layers in a row: what one output of the last sees of the input, and what it costs against one large kernel."""

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.drawing.colour_scale import DIVERGING
from cnn_core.layers import Conv2D, Input
from cnn_core.layers.windows import Window
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.grids import named_grid
from cnn_core.numerics.taps import axis_taps
from pages.ui import components, state
from pages.ui.convolution.choices import Convolution
from pages.ui.convolution.costs import draw_costs
from pages.ui.draw.colours import colour_stops
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.entered import Chosen
from pages.ui.text import _, with_hand

_PLACES = 56
_SIDE = 9
_KERNEL = np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0]) / 16


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw the window of one, two or three 3×3 layers on the input, then the costs."""
    st.segmented_control(_("Stacked 3×3 layers"), required=True, **state.STACKED.widget())
    count = state.STACKED.get()
    field = 2 * count + 1
    _compare(count, field)
    x = np.zeros((11, 11, 1))
    x[5, 5] = 16.0**count
    output: Values = x
    combined: Values = np.ones((1, 1))
    for _layer in range(count):
        output = conv2d(output, _KERNEL[:, :, np.newaxis, np.newaxis], (Window(3), Window(3)))
        combined = _together(combined)
    taps = axis_taps(len(x), Window(field))
    draw_stage(Scene(x, taps, taps, output, combined[:, :, np.newaxis, np.newaxis]), "stacked_stage")
    st.caption(
        _(
            "The output went through {count} layers one after the other, each with the Gaussian 3×3 kernel; the "
            "kernel shown is the single {field}×{field} kernel that they amount to. With an activation between them "
            "they can do more than any single kernel: a third advantage, besides fewer weights and fewer "
            "multiplications."
        ).format(count=count, field=field)
    )
    _draw_pyramid(count)
    _draw_costs(count, field)


def _draw_pyramid(count: int) -> None:
    """Draw a digit and the maps of the layers in a row, with what each value sees of those before it."""
    maps: list[Values] = [named_grid("digit", _SIDE, _SIDE)[:, :, np.newaxis]]
    for _layer in range(count):
        maps.append(conv2d(maps[-1], _KERNEL[:, :, np.newaxis, np.newaxis], (Window(3), Window(3))))
    layers = [_("Layer {number}").format(number=number) for number in range(1, count + 1)]
    st.markdown(with_hand(_("**The receptive field as a pyramid:** point at a value of any map.")))
    components.pyramid(
        {
            "maps": [values[:, :, 0].tolist() for values in maps],
            "titles": [_("Input"), *layers],
            "window": {"kernel": 3, "stride": 1},
            "limit": float(maps[0].max()),
            "colours": {"grey": [[0, 0, 0], [255, 255, 255]], "diverging": colour_stops(DIVERGING)},
            "words": {
                "keys": _("{map}: arrow keys move and show what each value sees and reaches"),
                "said": _("{map}, row {row}, column {column} sees {seen}."),
                "input": _("Input in row {row}, column {column}: dashed lines show what it reaches."),
            },
        },
        key="pyramid",
    )


def _together(kernel: Values) -> Values:
    """Return the one kernel that does what `kernel` and then the 3×3 kernel do, (h + 2, w + 2)."""
    around = Window(3, padding=(2, 2))
    return conv2d(kernel[:, :, np.newaxis], _KERNEL[:, :, np.newaxis, np.newaxis], (around, around))[:, :, 0]


def _ways(count: int, field: int) -> tuple[list[Conv2D], list[Conv2D]]:
    """Return one layer with a large kernel, and the small ones that see as much."""
    channels = state.STACK_CHANNELS.get()
    small = Conv2D(channels, 3, padding="same")
    return [Conv2D(channels, field, padding="same")], [small] * count


def _compare(count: int, field: int) -> None:
    """Say what the small kernels save; how it is counted stands below."""
    if count == 1:
        return
    channels = state.STACK_CHANNELS.get()
    large, small = (
        summarize(Network.of(Input((_PLACES, _PLACES, channels)), *layers)).parameters for layers in _ways(count, field)
    )
    st.markdown(
        _(
            "With {channels} channels in and out, {count} 3×3 layers have **{few}** parameters; one {size}×{size} "
            "layer has **{many}**."
        ).format(channels=channels, count=count, few=f"{small:,}", size=field, many=f"{large:,}")
    )


def _draw_costs(count: int, field: int) -> None:
    st.number_input(_("Channels in and out"), **state.STACK_CHANNELS.widget())
    st.markdown(_("For a {side}×{side} map with same-size output:").format(side=_PLACES))
    large, small = _ways(count, field)
    draw_costs(
        [
            (_("One {size}×{size} layer").format(size=field), large),
            (_("{count} 3×3 layers").format(count=count), small),
        ],
        (_PLACES, _PLACES, state.STACK_CHANNELS.get()),
    )
