"""Dense beside convolution: the matrix of each, in both directions."""

import numpy as np
import streamlit as st

from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.mosaic import map_png
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window
from cnn_core.numerics.as_dense import convolution_matrix, dense_as_convolution
from cnn_core.numerics.convolve import conv2d
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.pictures import colour_bar, draw_wide
from pages.ui.draw.tables import draw_table
from pages.ui.entered import Chosen
from pages.ui.text import _

_MOST = 400_000
"""Cells of a matrix that is drawn."""
_WIDTH = 520
_UNITS = 3


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw the convolution from above as a matrix, then a Dense layer as a convolution."""
    if convolution is None:
        st.caption(_("First make kernel and input above fit together."))
        return
    _draw_matrix(convolution)
    _draw_dense(convolution)


def _draw_matrix(convolution: Convolution) -> None:
    output = convolution.output()
    rows, columns = output.size, convolution.x.size
    weights = int(convolution.kernel.size)
    st.markdown(
        _(
            "A Dense layer from {inputs} values to {outputs} has {inputs}·{outputs} = **{dense}** weights; the "
            "convolution has **{weights}**, used again at every place."
        ).format(inputs=columns, outputs=rows, dense=f"{rows * columns:,}", weights=weights)
    )
    if rows * columns > _MOST:
        st.caption(_("The matrix is not drawn: choose an input of fewer rows and columns."))
        return
    matrix = convolution_matrix(convolution.weights, *convolution.taps(), convolution.x.shape)
    product = (matrix @ convolution.x.ravel()).reshape(output.shape) + convolution.bias
    reach = Range(float(np.abs(matrix).max(initial=0)), True)
    draw_wide(map_png(matrix, reach, max(1, _WIDTH // columns)), _WIDTH, _("The convolution as a matrix"))
    colour_bar(reach, f"{reach.low:.4g}", f"{reach.high:.4g}")
    st.caption(
        _(
            "A row for each output, a column for each input, both read row by row. {zeros} of {cells} weights are 0. "
            "Matrix times input plus bias differs from the convolution by at most {difference}: rounding."
        ).format(
            zeros=f"{int((matrix == 0).sum()):,}",
            cells=f"{matrix.size:,}",
            difference=f"{np.abs(product - output).max():.1g}",
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
            "**The other way round:** a Dense layer of {units} units with random weights, as {units} filters of {size} "
            "that cover everything, so that each has one place only."
        ).format(units=_UNITS, size=show(kernel.shape[:3]))
    )
    cells = [[f"{value:.6g}" for value in values] for values in (as_dense, as_convolution)]
    heads = [_("Way"), *(_("Unit {number}").format(number=unit) for unit in range(_UNITS))]
    draw_table(heads, [[_("Dense"), *cells[0]], [_("Convolution"), *cells[1]]])
