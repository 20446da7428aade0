"""The operation itself: a kernel moved over numbers by hand, then one idea after another."""

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.numerics.grids import grid_text
from pages.ui import state
from pages.ui.ask.picture import current_picture, picture_picker
from pages.ui.convolution import choices, controls, ideas, size
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.frame import begin_page
from pages.ui.messages import show_error
from pages.ui.text import _, lesson

begin_page()

choices.begin()
picked, board = st.columns([3, 8], gap="medium")
with picked:
    controls.grid_picker()
    if state.GRID.get() == choices.CUT:
        picture_picker()
        controls.cut_picker()
    controls.kernel_picker()
    moving = st.expander(_("Stride, padding, dilation, bias"), on_change="rerun", key="moving_open")
    if moving.open:
        with moving:
            controls.movement()

try:
    now = choices.current(current_picture())
    vertical, horizontal = now.taps()
    scene = Scene(
        now.x,
        vertical,
        horizontal,
        now.output(),
        now.kernel[:, :, None, None],
        [now.bias],
        turned=now.turned,
    )
except CnnError as error:
    with board:
        show_error(error)
    scene = None

with board:
    if scene is not None:
        draw_stage(scene, "first_stage", choices.set_grid, choices.set_kernel)
        size.formulas(now)

ideas.draw(now if scene is not None else None)
with st.expander(_("What the courses say, and what is more exact"), icon=":material/menu_book:"):
    st.markdown(lesson("convolution"))
is_private = state.GRID.get() == choices.CUT and state.SOURCE.get() != "sample" and scene is not None
own = {"grid": choices.OWN, "numbers": grid_text(now.x[:, :, 0])} if is_private else {}
state.share(state.LANGUAGE, *choices.SHARED, instead=own)
