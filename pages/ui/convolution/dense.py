"""Dense beside convolution: the matrix of each, in both directions."""

import numpy as np
import streamlit as st

from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.mosaic import map_png
from cnn_core.layers import Conv2D, Dense, Flatten, Input, Layer
from cnn_core.layers.shapes import Shape, show
from cnn_core.layers.windows import Window
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.numerics.as_dense import convolution_matrix, dense_as_convolution
from cnn_core.numerics.convolve import conv2d
from pages.ui import state
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.formulas import difference_text
from pages.ui.draw.pictures import colour_bar, draw_wide
from pages.ui.draw.tables import draw_table
from pages.ui.entered import Chosen
from pages.ui.text import _

_MOST = 400_000
"""Cells of a matrix that is drawn."""
_WIDTH = 440
_SIDES = (28, 180, 500, 1000)
"""Pixels: MNIST, the courses' cats and dogs, their example of a large picture, and a photograph."""
_UNITS = 3


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw the convolution from above as a matrix, then a Dense layer as a convolution, then what pictures need."""
    if convolution is None:
        st.caption(_("First make the kernel and the input above fit together."))
    else:
        _draw_matrices(convolution)
    needs, other_way = st.columns([3, 2], gap="medium")
    with needs:
        _draw_needs()
    if convolution is not None:
        with other_way:
            _draw_dense(convolution)


def _draw_matrices(convolution: Convolution) -> None:
    output = convolution.output()
    rows, columns = output.size, convolution.x.size
    weights = int(convolution.kernel.size)
    st.markdown(
        _(
            "A Dense layer from {inputs} values to {outputs} has {inputs}·{outputs} = **{dense}** weights; the "
            "convolution has **{weights}**, used again at every position."
        ).format(inputs=columns, outputs=rows, dense=f"{rows * columns:,}", weights=weights)
    )
    if rows * columns > _MOST:
        st.caption(_("The matrix is too large to draw: choose an input with fewer rows and columns."))
        return
    matrix = convolution_matrix(convolution.weights, *convolution.taps(), convolution.x.shape)
    product = (matrix @ convolution.x.ravel()).reshape(output.shape) + convolution.bias
    reach = Range(float(np.abs(matrix).max(initial=0)), True)
    full = np.random.default_rng(0).normal(0, reach.limit / 3, matrix.shape)
    with st.container(horizontal=True, gap="medium"):
        for shown, title in (
            (full, _("A Dense layer: every weight is separate")),
            (matrix, _("The convolution as a matrix")),
        ):
            draw_wide(map_png(shown, reach, max(1, _WIDTH // columns)), _WIDTH, title)
    colour_bar(reach, f"{reach.low:.4g}", f"{reach.high:.4g}")
    st.caption(
        _(
            "A row for each output, a column for each input, both read row by row. {zeros} of "
            "{cells} weights are 0. {difference}"
        ).format(
            zeros=f"{int((matrix == 0).sum()):,}",
            cells=f"{matrix.size:,}",
            difference=difference_text(float(np.abs(product - output).max())),
        )
    )


def _draw_dense(convolution: Convolution) -> None:
    """Compute a Dense layer both ways and show the answers side by side."""
    weights = np.random.default_rng(0).normal(size=(convolution.x.size, _UNITS))
    height, width = convolution.x.shape[:2]
    kernel = dense_as_convolution(weights, convolution.x.shape)
    as_convolution = conv2d(convolution.x, kernel, (Window(height), Window(width))).ravel()
    as_dense = convolution.x.ravel() @ weights
    st.markdown(
        _(
            "**The other way round:** a Dense layer of {units} units with random weights, as "
            "{units} {size} filters: each covers the whole input and fits in one position only."
        ).format(units=_UNITS, size=show(kernel.shape[:3]))
    )
    cells = [[f"{value:.6g}" for value in values] for values in (as_dense, as_convolution)]
    heads = [_("Method"), *(_("Unit {number}").format(number=unit) for unit in range(_UNITS))]
    draw_table(heads, [[_("Dense"), *cells[0]], [_("Convolution"), *cells[1]]])


def _draw_needs() -> None:
    """Draw how many weights units that see all of a picture need, beside filters that see a window."""
    units_place, channels_place = st.columns(2, vertical_alignment="bottom")
    units_place.number_input(_("Units, or 3×3 filters"), **state.DENSE_UNITS.widget())
    channels_place.segmented_control(_("Channels of the picture"), required=True, **state.DENSE_CHANNELS.widget())
    units, channels = state.DENSE_UNITS.get(), state.DENSE_CHANNELS.get()
    heads = [
        _("Picture"),
        _("Weights of one Dense unit"),
        _("All {units} units").format(units=units),
        _("All {units} 3×3 filters").format(units=units),
    ]
    filters = Conv2D(units, 3, use_bias=False)
    rows = []
    for side in _SIDES:
        shape = side, side, channels
        one, all_units = (_weights(shape, Flatten(), Dense(count, use_bias=False)) for count in (1, units))
        rows.append([show(shape), f"{one:,}", f"{all_units:,}", f"{_weights(shape, filters):,}"])
    draw_table(heads, rows)
    st.caption(
        _(
            "Without biases. A Dense unit has a weight for every value of the picture, a filter has one for every "
            "place of its window, however large the picture is. One course says 250M for ten units on 500×500 grey "
            "pixels; in fact it is 250,000 per unit and 2.5 million for ten."
        )
    )


def _weights(shape: Shape, *layers: Layer) -> int:
    return summarize(Network.of(Input(shape), *layers)).parameters
