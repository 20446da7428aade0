"""Augmentation, seen before it is used: what each number means, and sixteen draws of one picture."""

import html
from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnn_core.arrays import Bytes
from cnn_core.drawing.strips import strip_png
from cnn_core.layers import FillMode, Layer
from cnn_core.sentences import N_
from cnn_core.training.augmentation import crop, meanings
from pages.ui import state
from pages.ui.components import data_url
from pages.ui.draw.pictures import draw_wide
from pages.ui.messages import part
from pages.ui.text import _, as_code, escaped, pgettext, sentences
from pages.ui.train import cached, chosen
from pages.ui.train.following import follow, followed
from pages.ui.train.shown import shown_pictures
from pages.ui.waiting import asked

_SIDE = 88
_STYLE = """<style>
.cs-draws { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: 4px; max-width: 50rem; }
.cs-draws img { width: 100%; image-rendering: pixelated; border-radius: 3px; display: block; }
@media (max-width: 640px) { .cs-draws { grid-template-columns: repeat(4, minmax(0, 1fr)); } }
</style>"""
_PAIRS = """<style>
@media (max-width: 640px) { .st-key-augmentation_pairs [data-testid="stColumn"] { flex: 1 1 40%; min-width: 40%; } }
</style>"""
_MARK = np.array([255, 0, 200], np.uint8)
"""The colour of what is filled."""
_FILLS = {
    FillMode.REFLECT: N_("Mirror image"),
    FillMode.CONSTANT: N_("One value"),
    FillMode.WRAP: N_("The other side"),
    FillMode.NEAREST: N_("Last row or column"),
}
_FLIPS = {
    "none": N_("None"),
    "horizontal": N_("Left and right"),
    "vertical": N_("Up and down"),
    "horizontal_and_vertical": N_("Both"),
}


def draw() -> None:
    """Draw what may be changed at random beside what comes of it."""
    settings, draws = st.columns([3, 5], gap="medium")
    with settings:
        _draw_settings()
    with draws:
        with part():
            _draw_draws()
        _say_meanings()


def _draw_settings() -> None:
    """Draw a control for each change, in two columns also on a phone: what comes of them stands below."""
    st.html(_PAIRS)
    with st.container(key="augmentation_pairs"):
        moved, coloured = st.columns(2, gap="medium")
    with moved:
        st.selectbox(_("Mirror"), format_func=lambda key: _(_FLIPS[key]), **followed(state.FLIP))
        _draw_sliders(
            {
                state.ROTATION: _("Rotate"),
                state.ZOOM: _("Zoom"),
                state.TRANSLATION: pgettext("picture", "Shift"),
                state.CROPPED: _("Crop"),
            }
        )
    with coloured:
        _draw_fill()
        _draw_sliders({state.CONTRAST: _("Contrast"), state.BRIGHTENING: _("Brightness")})
        if chosen.channels() == 3:
            _draw_sliders({state.COLOUR_JITTER: _("Colour jitter"), state.GREYED: _("Grey")})


def _say_meanings() -> None:
    """Say what the numbers of the changes that are on mean."""
    cropped = state.CROPPED.get()
    cutting = crop(cropped) if cropped else ()
    for layer in chosen.augmentation():
        if layer not in cutting:
            st.caption(f"{as_code(layer.kind)} {escaped(sentences(meanings(layer)))}")
    if cutting:
        _say_crop(cropped, cutting)


def _say_crop(amount: float, cutting: tuple[Layer, ...]) -> None:
    """Say what the layers do together that crop."""
    text = _(
        "Together they cut out a part with {least} to {most} of the height and width at a random place and show it "
        "as large as the whole picture: the zoom leaves out the border that the shift has left empty."
    ).format(least=f"{1 - amount:.0%}", most=f"{1 - amount / 2:.0%}")
    st.caption(f"{', '.join(as_code(layer.kind) for layer in cutting)} {escaped(text)}")


def _draw_sliders(labels: Mapping[state.Key[float], str]) -> None:
    for key, label in labels.items():
        st.slider(label, **followed(key))


def _draw_fill() -> None:
    """Draw with what Keras fills the border that a move leaves free."""
    is_possible = chosen.may_leave_a_border()
    st.selectbox(
        _("Fill"),
        format_func=lambda mode: _(_FILLS[mode]),
        disabled=not is_possible,
        help=_("What fills the border that a rotation, a zoom or a shift leaves empty."),
        **followed(state.FILL_MODE),
    )
    if is_possible and chosen.fills_constant():
        st.slider(_("Fill value, 0 to 255"), **followed(state.FILL_VALUE))


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
                "No augmentation yet: every epoch sees the same pictures. The course mirrors left "
                "and right, rotates by 0.1 and zooms by 0.2."
            )
        )
        st.button(
            _("As in the course"), icon=":material/school:", on_click=_as_in_the_course, key="course_augmentation"
        )
        return
    made = asked(cached.draws(picture.tobytes(), picture.shape, layers), _("Drawing with Keras."), "draws")
    pictures = made.pictures
    if made.filled.any():
        st.checkbox(_("Mark what is filled"), **state.FILL_MARKED.widget())
        if state.FILL_MARKED.get():
            pictures = np.where(made.filled[..., np.newaxis], _MARK[: pictures.shape[-1]], pictures)
    st.html(_grid(pictures.astype(np.uint8)))
    st.caption(
        _("Sixteen draws, as training would see them: {share} of their pixels come from outside the picture.").format(
            share=f"{made.filled.mean():.0%}"
        )
    )


def _grid(pictures: Bytes) -> str:
    """Return pictures (N, H, W, C) as large as there is room for, eight in a row, or four on a phone."""
    drawn = "".join(f'<img src="{data_url(strip_png(picture[None], _SIDE))}" alt="">' for picture in pictures)
    label = html.escape(_("Pictures drawn by the augmentation"))
    return f'{_STYLE}<div class="cs-draws" role="img" aria-label="{label}">{drawn}</div>'


def _as_in_the_course() -> None:
    """Take the second course's augmentation."""
    state.FLIP.set("horizontal")
    state.ROTATION.set(0.1)
    state.ZOOM.set(0.2)
    follow()
