"""The kernel moved over the numbers by hand: how large the output is, the stage, and what a stride leaves out."""

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import padding_that_fits, rest
from cnn_core.numerics.padding import Filling
from cnn_core.numerics.taps import NOWHERE, Taps
from pages.ui import state
from pages.ui.ask.numbers import set_grid, set_kernel
from pages.ui.ask.picture import current_picture
from pages.ui.convolution import choices
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.formulas import draw_output_size
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.messages import show_error
from pages.ui.text import _, ngettext


def draw() -> Convolution | None:
    """Draw what the reader chose and return it; where it does not fit together, say so."""
    try:
        convolution = choices.current(current_picture())
        scene = _scene(convolution)
    except CnnError as error:
        show_error(error)
        return None
    draw_output_size(convolution.x.shape, convolution.windows)
    draw_stage(scene, "first_stage", lambda x: set_grid(state.GRID, x), set_kernel)
    _draw_rest(convolution)
    _draw_padded(convolution)
    return convolution


def _scene(convolution: Convolution) -> Scene:
    """Return what the stage shows; raises LayerError where nothing fits."""
    return Scene(
        convolution.x,
        *convolution.taps(),
        convolution.output(),
        convolution.kernel[:, :, None, None],
        [convolution.bias],
        turned=convolution.turned,
    )


def _draw_rest(convolution: Convolution) -> None:
    """Mark what no window sees."""
    axes = list(zip(convolution.x.shape, convolution.windows, strict=False))
    rows, columns = (rest(*axis) for axis in axes)
    if not rows and not columns:
        return
    text = _(
        "The stride does not divide evenly: no window uses {rest} (crossed out above). The course calls such a "
        "stride unusable; libraries round down. With {padding} more padding (height × width) it would fit."
    )
    fitting = show(tuple(padding_that_fits(*axis) for axis in axes))
    st.info(text.format(rest=_named_rest(rows, columns), padding=fitting), icon=":material/content_cut:")


def _named_rest(rows: int, columns: int) -> str:
    """Return what is left over, of which at least one is more than 0."""
    row = ngettext("the last row", "the last {count} rows", rows).format(count=rows)
    column = ngettext("the last column", "the last {count} columns", columns).format(count=columns)
    if rows and columns:
        return _("{rows} and {columns}").format(rows=row, columns=column)
    return row if rows else column


def _draw_padded(convolution: Convolution) -> None:
    """Say how many outputs zeros have a part in."""
    if convolution.filling is not Filling.ZERO:
        return
    rows, columns = convolution.taps()
    outputs = len(rows.taps) * len(columns.taps)
    padded = outputs - _count_unpadded(rows) * _count_unpadded(columns)
    if padded:
        st.caption(
            _(
                "{padded} of {outputs} outputs have zeros from the padding in their window: an edge that is not in "
                "the input, but to which a kernel responds."
            ).format(padded=padded, outputs=outputs)
        )


def _count_unpadded(axis: Taps) -> int:
    """Return how many outputs along an axis see no padding."""
    return sum(all(axis.sources[place] != NOWHERE for place, _tap in pairs) for pairs in axis.taps)
