"""How pixels may enter a model that does not say it, each way with what is answered, to be taken by a click."""

import streamlit as st

from cnn_core.arrays import Output
from cnn_core.models.keys import ModelKey
from cnn_core.pictures.scaling import Scaling
from pages.ui import cached, state
from pages.ui.ask.model import SCALINGS
from pages.ui.feature_maps.open_layer import Run
from pages.ui.feature_maps.predictions import in_lines
from pages.ui.text import _
from pages.ui.waiting import asked, run_again


def draw(run: Run) -> None:
    """Draw the ways beside each other; the page waits for none of it."""
    guesses = run.info.guesses
    if run.picture.passes:
        return
    st.markdown("**" + _("Its answer for each way of scaling the pixels") + "**")
    question = cached.answers_by_scaling(run.picture, guesses, run.info.output)
    found = asked(question, _("Running the network with each of these scalings."), "_ways_in")
    with st.container(horizontal=True, gap="small"):  # beside each other on a phone too
        for scaling, scores in zip(guesses, found, strict=True):
            with st.container(border=True, gap="small", width="stretch"):
                _draw_way(run, scaling, scores)
    st.caption(_("Nothing in the model says which one is right: the right one is the one it was trained with."))


def _draw_way(run: Run, scaling: Scaling, scores: Output) -> None:
    is_taken = scaling is run.info.scaling
    st.markdown(f"**{_(SCALINGS[scaling])}**")
    st.markdown("  \n".join(in_lines(run.info, run.picture, scores, run.classes)))
    st.button(
        _("In use") if is_taken else _("Use this one"),
        disabled=is_taken,
        key=f"way_{scaling}",
        on_click=_take,
        args=(run.info.key, scaling),
    )


def _take(key: str, scaling: Scaling) -> None:
    state.MODEL.set(str(ModelKey.of(key)._replace(variant=scaling)))
    run_again()
