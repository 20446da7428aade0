"""Depthwise and separable convolution against the full one: the same picture, the costs side by side."""

import numpy as np
import streamlit as st

from cnn_core.layers import Conv2D, DepthwiseConv2D, SeparableConv2D
from cnn_core.numerics.convolve import conv2d, depthwise_conv2d, separable_conv2d
from cnn_core.pictures.prepare import GREY_WEIGHTS
from pages.ui import cached, state
from pages.ui.convolution.channels import colour_names
from pages.ui.convolution.choices import Convolution
from pages.ui.convolution.costs import draw_costs
from pages.ui.draw.formulas import difference_text
from pages.ui.draw.maps import draw_maps
from pages.ui.entered import Chosen
from pages.ui.text import _

_PLACES = 56
_LONGEST = 192


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw a picture through all three, then the costs."""
    if convolution is None:
        st.caption(_("First make the kernel and the input above fit together."))
    else:
        _draw_pictures(chosen, convolution)
    first, second = st.columns(2)
    first.number_input(_("Input channels"), **state.SEPARABLE_CHANNELS.widget())
    second.number_input(_("Filters"), **state.SEPARABLE_FILTERS.widget())
    channels, filters = state.SEPARABLE_CHANNELS.get(), state.SEPARABLE_FILTERS.get()
    st.markdown(_("For a {side}×{side} map with 3×3 kernels:").format(side=_PLACES))
    draw_costs(
        [
            (_("Full convolution"), [Conv2D(filters, 3, padding="same")]),
            (_("Separable: depthwise, then 1×1"), [SeparableConv2D(filters, 3, padding="same")]),
            (_("Depthwise alone: channels not mixed"), [DepthwiseConv2D(3, padding="same")]),
        ],
        (_PLACES, _PLACES, channels),
    )


def _draw_pictures(chosen: Chosen, convolution: Convolution) -> None:
    """Show that a separable convolution is a full one whose kernels are multiples of each other."""
    pixels = cached.small_picture(chosen, _LONGEST)
    depthwise = np.repeat(convolution.weights, 3, axis=2)
    pointwise = np.reshape(GREY_WEIGHTS, (1, 1, 3, 1))
    apart = depthwise_conv2d(pixels, depthwise, convolution.windows, filling=convolution.filling)
    together = separable_conv2d(pixels, depthwise, pointwise, convolution.windows, filling=convolution.filling)
    full = conv2d(pixels, depthwise * pointwise, convolution.windows, filling=convolution.filling)
    titles = [_("Depthwise: {name}").format(name=name) for name in colour_names()]
    draw_maps(
        np.concatenate([apart, together, full], axis=2),
        [*titles, _("Separable"), _("Full convolution")],
        as_photograph=convolution.keeps_brightness,
    )
    st.caption(
        _(
            "The kernel above is applied to each colour, and the results are mixed by the 1×1 weights {weights}. "
            "The full convolution uses the kernel times each of these weights. {difference}"
        ).format(weights=GREY_WEIGHTS, difference=difference_text(float(np.abs(together - full).max())))
    )
