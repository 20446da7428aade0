"""Augmentation, seen before it is used: what each number means, and sixteen draws of one picture."""

import numpy as np
import streamlit as st

from cnn_core.drawing.strips import strip_png
from cnn_core.sentences import N_
from cnn_core.training.augmentation import meanings
from pages.ui import state
from pages.ui.draw.pictures import draw_wide
from pages.ui.text import _, as_code, escaped, sentences
from pages.ui.train import cached, chosen
from pages.ui.train.following import follow, followed
from pages.ui.train.shown import shown_pictures
from pages.ui.waiting import asked

_ROW = 8
_SIDE = 88
_MARK = np.array([255, 0, 200], np.uint8)
"""The colour of what is filled."""
_FLIPS = {
    "none": N_("None"),
    "horizontal": N_("Left and right"),
    "vertical": N_("Up and down"),
    "horizontal_and_vertical": N_("Both"),
}


def draw() -> None:
    """Draw what may be changed at random beside what comes of it."""
    settings, draws = st.columns([2, 5], gap="medium")
    with settings:
        _draw_settings()
    with draws:
        _draw_draws()


def _draw_settings() -> None:
    st.selectbox(_("Mirror"), format_func=lambda key: _(_FLIPS[key]), **followed(state.FLIP))
    labels = {
        state.ROTATION: _("Turn"),
        state.ZOOM: _("Zoom"),
        state.TRANSLATION: _("Shift"),
        state.CONTRAST: _("Contrast"),
        state.BRIGHTENING: _("Brightness"),
        state.COLOUR_JITTER: _("Colour jitter"),
    }
    for key, label in labels.items():
        if key is state.COLOUR_JITTER and chosen.channels() == 1:
            continue
        st.slider(label, **followed(key))
    for layer in chosen.augmentation():
        st.caption(f"{as_code(layer.kind)} {escaped(sentences(meanings(layer)))}")


def _draw_draws() -> None:
    """Draw a picture as it is, and as the layers change it sixteen times."""
    shown = shown_pictures("augmented")
    layers = chosen.augmentation()
    last = len(shown.examples) - 1
    st.number_input(_("Picture"), step=1, width=150, **state.AUGMENTED_PICTURE.within(0, last).widget())
    picture = shown.examples[state.AUGMENTED_PICTURE.within(0, last).get()]
    draw_wide(strip_png(picture[None], _SIDE), _SIDE, _("as it is"))
    if not layers:
        st.info(
            _(
                "No augmentation yet: every epoch sees the same pictures. The course mirrors left and right, turns by "
                "0.1 and zooms by 0.2."
            )
        )
        st.button(
            _("As in the course"), icon=":material/school:", on_click=_as_in_the_course, key="course_augmentation"
        )
        return
    made = asked(cached.draws(picture.tobytes(), picture.shape, layers), _("Keras draws."), "draws")
    pictures = made.pictures
    if made.filled.any():
        st.checkbox(_("Mark what is filled"), **state.FILL_MARKED.widget())
        if state.FILL_MARKED.get():
            pictures = np.where(made.filled[..., np.newaxis], _MARK[: pictures.shape[-1]], pictures)
    for first in range(0, len(pictures), _ROW):
        row = strip_png(pictures[first : first + _ROW].astype(np.uint8), _SIDE)
        st.image(row, output_format="PNG", alt=_("Draws of the augmentation"))
    st.caption(
        _("Sixteen draws, as training would see them: {share} of their pixels lay outside of the picture.").format(
            share=f"{made.filled.mean():.0%}"
        )
    )


def _as_in_the_course() -> None:
    """Take the second course's augmentation."""
    state.FLIP.set("horizontal")
    state.ROTATION.set(0.1)
    state.ZOOM.set(0.2)
    follow()
