"""Controls that several pages share: they return what the core takes."""

import hashlib
from dataclasses import dataclass

import streamlit as st

from cnn_core.models.info import ModelInfo
from cnn_core.pictures.prepare import Colour
from cnn_core.pictures.samples import SAMPLES, sample_bytes
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.text import _

LARGEST_UPLOAD_MEGABYTES = 20
_FORMATS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
_SOURCES = {"sample": N_("Sample"), "upload": N_("Upload"), "camera": N_("Camera")}
_FITS = {"crop": N_("Crop"), "pad": N_("Fit"), "stretch": N_("Stretch")}


@dataclass(frozen=True)
class Chosen:
    """The bytes of the picture that a person chose, their SHA-256 and what it is called."""

    data: bytes
    digest: str
    name: str
    look_for: str = ""


def _chosen(data: bytes, name: str, look_for: str = "") -> Chosen:
    return Chosen(data, hashlib.sha256(data).hexdigest(), name, look_for)


def picture_picker() -> Chosen:
    """Let the person choose a sample, a file or the camera; the choice follows them from page to page."""
    st.segmented_control(
        _("Picture"), list(_SOURCES), format_func=lambda key: _(_SOURCES[key]), required=True, **state.SOURCE.widget()
    )
    source = state.SOURCE.get()
    if source == "sample":
        titles = {sample.key: sample.title for sample in SAMPLES}
        st.selectbox(_("Sample picture"), list(titles), format_func=lambda key: _(titles[key]), **state.SAMPLE.widget())
    elif source == "upload":
        file = st.file_uploader(
            _("A picture of yours"), type=_FORMATS, max_upload_size=LARGEST_UPLOAD_MEGABYTES, key="picture_file"
        )
        _keep(file)
    else:
        _keep(st.camera_input(_("A photograph"), key="picture_camera"))
    if source != "sample" and state.UPLOAD.get() is None:
        st.caption(_("Until you choose one, the sample is shown."))
    return current_picture()


def _keep(file: object) -> None:
    """Keep an upload's bytes: the widget forgets them when the person goes to another page."""
    if file is not None:
        state.UPLOAD.set(_chosen(file.getvalue(), file.name))


def current_picture() -> Chosen:
    """Return the person's picture, as the picker on this or another page has it."""
    upload = state.UPLOAD.get()
    return _sample() if state.SOURCE.get() == "sample" or upload is None else upload


def _sample() -> Chosen:
    by_key = {sample.key: sample for sample in SAMPLES}
    sample = by_key[state.SAMPLE.get()]
    return _chosen(sample_bytes(sample.key), sample.title, sample.look_for)


def fit_picker(info: ModelInfo) -> tuple[str, bool]:
    """Let the person choose how the picture is brought to the model's size; return fit and invert."""
    height, width = info.input_size
    st.segmented_control(
        _("Bring to {height}×{width} by").format(height=height, width=width),
        list(_FITS),
        format_func=lambda key: _(_FITS[key]),
        required=True,
        **state.FIT.widget(),
    )
    invert = False
    if info.colour is Colour.GREY:
        st.checkbox(_("Invert (dark strokes on light paper)"), **state.INVERT.widget())
        invert = state.INVERT.get()
    return state.FIT.get(), invert
