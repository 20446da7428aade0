"""Questions about sizes, answered by trying all that there is."""

from functools import lru_cache
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.layers.shapes import show
from cnn_core.network.search import layers_that_see, on_pictures, widest_that_fits, windows_from_to
from cnn_core.network.summary import Summary, summarize
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design import current, editor, panels
from pages.ui.design.figures import readable_bytes
from pages.ui.draw.tables import draw_table
from pages.ui.messages import show_error
from pages.ui.text import _

_QUESTIONS = {
    "windows": N_("Which windows lead from one size to another?"),
    "reach": N_("How many layers does it take to see an area?"),
    "fits": N_("How wide may this network be?"),
    "larger": N_("What do larger pictures cost?"),
}
_SIZES = {N_("Full HD"): (1080, 1920), N_("4K"): (2160, 3840)}


def shows() -> Any:
    return current.text() if state.QUESTION.get() in ("fits", "larger") else None


def draw() -> None:
    """Draw the choice of a question, its form and its answer."""
    st.selectbox(
        _("Question"),
        format_func=lambda name: _(_QUESTIONS[name]),
        width=420,
        **state.QUESTION.widget(),
    )
    {"windows": _windows, "reach": _reach, "fits": _fits, "larger": _larger}[state.QUESTION.get()]()


def _windows() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(_("From (pixels on a side)"), step=1, width=200, **state.FROM_SIZE.widget())
        st.number_input(_("To"), step=1, width=140, **state.TO_SIZE.widget())
        st.number_input(_("Number of equal stages"), step=1, width=200, **state.STAGES.widget())
    found = windows_from_to(state.FROM_SIZE.get(), state.TO_SIZE.get(), state.STAGES.get())
    if not found:
        st.info(_("No window with a kernel up to 11 and a stride up to its kernel does that."))
        return
    rows = [
        [f"{window.kernel}×{window.kernel}", str(window.stride), str(window.padding), " → ".join(map(str, lengths))]
        for window, lengths in found
    ]
    draw_table([_("Kernel"), _("Stride"), _("Padding"), _("Sizes on the way")], rows)
    st.caption(
        _("Windows that do it, the smallest first: {count}. Each is used in every stage.").format(count=len(found))
    )


def _reach() -> None:
    st.number_input(_("Receptive field of at least (pixels)"), step=1, width=260, **state.PIXELS_SEEN.widget())
    rows = [
        [f"{one.kernel}×{one.kernel}", f"{one.layers:,}", f"{one.receptive_field:,}", f"{one.weights:,}"]
        for one in layers_that_see(state.PIXELS_SEEN.get())
    ]
    heads = [_("Kernel"), _("Layers"), _("Receptive field"), _("Weights for each pair of channels")]
    draw_table(heads, rows)
    st.caption(_("Convolutions with stride 1, one after another: 1 + layers · (kernel − 1)."))


def _fits() -> None:
    most = state.MOST_PARAMETERS
    st.number_input(_("Largest number of parameters"), step=10_000, width=260, **most.widget())
    found = _widest(current.text(), most.get())
    if isinstance(found, CnnError):
        show_error(found)
        return
    times, text, count = found
    said = _(
        "With **{times:.2f} times** the filters and units, it has {count} parameters; any wider, and it has too many."
    )
    st.markdown(said.format(times=times, count=f"{count:,}"))
    st.caption(
        _("Filters and units of all layers except those that give the output, like MobileNet's width multiplier.")
    )
    st.button(
        _("Apply"),
        icon=":material/check:",
        disabled=text == current.text(),
        on_click=_take_over,
        args=(text,),
        key="design_take_width",
    )


@lru_cache(maxsize=16)
def _widest(text: str, most: int) -> tuple[float, str, int] | CnnError:
    try:
        times, network = widest_that_fits(current.network_of(text), most)
        return times, network.to_json(), summarize(network).parameters
    except CnnError as error:
        return error.with_traceback(None)


def _larger() -> None:
    """Draw what the network costs on a screen's pictures beside those it is made for."""
    designed = current.summary()
    costs = [(show(designed.rows[0].output_shape[:2]), designed)]
    for name, size in _SIZES.items():
        summary = on_pictures(current.network(), size)
        if summary is None:
            st.info(_("Only a network that takes one picture can take a larger one."))
            return
        costs.append((f"{_(name)}, {show(size)}", summary))
    heads = [_("Picture"), _("Parameters"), _("Multiply-adds"), _("Times as many"), _("Peak memory (inference)")]
    draw_table(heads, [[title, *_costs(summary, designed)] for title, summary in costs])
    st.caption(
        _(
            "The weights of a convolution do not depend on the size of the picture; its multiply-adds and its maps "
            "grow with the number of pixels. A Dense layer after Flatten needs extra weights for every additional "
            "value. Whether more pixels help depends on what is to be recognized: often a smaller picture shows it "
            "just as well."
        )
    )


def _costs(summary: Summary, designed: Summary) -> list[str]:
    if summary.error is not None:
        return [_("does not fit"), "", "", ""]
    factor = summary.multiply_adds / max(designed.multiply_adds, 1)
    times = f"{factor:,.0f}" if factor >= 100 else f"{factor:.3g}"
    return [f"{summary.parameters:,}", f"{summary.multiply_adds:,}", times, readable_bytes(summary.peak_bytes)]


def _take_over(text: str) -> None:
    editor.take_over(text)
    panels.run_changed()
