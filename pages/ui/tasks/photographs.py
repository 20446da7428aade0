"""A class, and a box that nobody taught, for each sample photograph; all of it recorded."""

import streamlit as st

from cnn_core.drawing.masks import boxed_png
from cnn_core.drawing.png import picture_png
from cnn_core.models import photograph_answers
from cnn_core.models.attention import NoBox
from cnn_core.models.info import describe
from cnn_core.models.photograph_answers import MODEL
from cnn_core.pictures.samples import SAMPLES
from cnn_core.pictures.samples import Subject as SampleSubject
from pages.ui import cached, state
from pages.ui.ask.picture import sample_picture
from pages.ui.class_names import photograph_names
from pages.ui.draw.pictures import draw_wide
from pages.ui.entered import Entered
from pages.ui.tasks.localization import as_rectangles
from pages.ui.tasks.subject import Subject
from pages.ui.text import _, escaped

_WIDTH = 190


def draw(_subject: Subject) -> None:
    """Draw the samples with what MobileNetV2 answers to them."""
    st.markdown(
        _(
            "MobileNetV2's answer to each sample, with its share, and where Grad-CAM finds the evidence. Some show "
            "none of ImageNet's classes: then it names whatever looks most similar, and a low share is the only "
            "sign."
        )
    )
    info = describe(MODEL)
    with st.container(horizontal=True, gap="small"):
        for sample in SAMPLES:
            if sample.subject is SampleSubject.PHOTOGRAPH:
                chosen = sample_picture(sample.key)
                _draw_one(_(sample.title), cached.entered(chosen, info, state.FIT.default, False))


def _draw_one(title: str, picture: Entered) -> None:
    answer = photograph_answers.recorded(picture.digest, picture.fit)
    if answer is None:
        return
    box = answer.box(picture.pixels.shape[:2])
    png = (
        picture_png(picture.pixels, _WIDTH * 2)
        if isinstance(box, NoBox)
        else boxed_png(picture.pixels, as_rectangles([box]), _WIDTH * 2)
    )
    text = _("{picture}: **{answer}**, {share}").format(
        picture=title, answer=escaped(photograph_names(answer)[0]), share=f"{answer.shares[0]:.0%}"
    )
    draw_wide(png, _WIDTH, text, title)
