"""Controls that several pages share: they return what the core takes."""

import streamlit as st

from cnn_core.models.info import ModelInfo
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.samples import Sample, default_sample, sample_of, suits
from cnn_core.sentences import N_
from pages.ui import cached, components, state
from pages.ui.ask import live
from pages.ui.entered import Chosen
from pages.ui.text import _, escaped

LARGEST_UPLOAD_MEGABYTES = 20
_FORMATS = [
    "png",
    "jpg",
    "jpeg",
    "jfif",
    "jpe",
    "mpo",
    "webp",
    "gif",
    "bmp",
    "tif",
    "tiff",
    "avif",
    "heic",
    "heif",
    "hif",
]
_SOURCES = {"sample": N_("Sample"), "upload": N_("Upload"), "camera": N_("Camera"), "drawing": N_("Drawing")}
_FITS = {"crop": N_("Crop"), "pad": N_("Fit"), "stretch": N_("Stretch")}


def picture_picker(colour: Colour | None = None, may_be_live: bool = False) -> Chosen:
    """Let the person choose a sample, a file or the camera; the choice follows them from page to page.

    `colour` is that of the model that the picture is for: until a sample is chosen, one is shown that it may know.
    Where the camera `may_be_live`, the picture may pass.
    """
    chosen = chosen_picture(colour)
    # A drawing is made beside its network; what was drawn can be looked at everywhere.
    offered = [key for key in _SOURCES if key != "drawing" or state.DRAWING.get() is not None]
    choice = state.SOURCE.among(offered)
    st.segmented_control(_("Picture"), format_func=lambda key: _(_SOURCES[key]), required=True, **choice.widget())
    source = choice.get()
    if source == "sample":
        st.selectbox(
            _("Sample picture"),
            format_func=lambda key: _(sample_of(key).title),
            **_sample_choice(colour).widget(),
        )
    elif source == "upload":
        st.file_uploader(
            _("Your own picture"),
            type=_FORMATS,
            max_upload_size=LARGEST_UPLOAD_MEGABYTES,
            key=_uploader(),
            on_change=lambda: _keep(state.UPLOAD, _uploader()),
        )
        st.caption(_("Or drop a picture anywhere on this page, or paste one (Ctrl+V, on a Mac ⌘V)."))
        _draw_kept(state.UPLOAD, _uploader())
    elif source == "drawing":
        _draw_kept(state.DRAWING, "picture_drawing")
    elif may_be_live and live.toggle():
        st.caption(_("Pictures from your camera pass through the network, and none of them is stored."))
        return live.frame() or chosen
    else:
        st.camera_input(
            _("Take a photograph"), key="picture_camera", on_change=lambda: _keep(state.PHOTOGRAPH, "picture_camera")
        )
        _draw_kept(state.PHOTOGRAPH, "picture_camera")
    return chosen


def chosen_picture(colour: Colour | None = None) -> Chosen:
    """Return what `picture_picker` returns where no picture passes, without drawing it."""
    _follow(colour)
    return current_picture(colour)


def sample_thumbnails(colour: Colour) -> None:
    """Offer the samples that a model of these colours may know as small pictures."""
    data = {
        "pictures": [
            {"key": key, "title": _(sample_of(key).title), "picture": small}
            for key, small in cached.sample_thumbnails(colour).items()
        ],
        "selected": _sample_choice(colour).get() if state.SOURCE.get() == "sample" else None,
        "version": f"{colour} {state.LANGUAGE.get()}",
        "words": {"choose": _("Sample pictures")},
    }
    components.thumbnails(data, key="sample_thumbnails", on_pick=_take_sample)


def _take_sample(key: str) -> None:
    state.SOURCE.set("sample")
    state.SAMPLE.set(key)


def _follow(colour: Colour | None) -> None:
    """Drop a sample that was chosen for a model of other colours and that this one cannot know."""
    if colour is None:
        return
    before = state.SAMPLE_COLOUR.get()
    chosen = state.SAMPLE.get()
    if before not in ("", colour) and chosen and not suits(sample_of(chosen), colour):
        state.SAMPLE.set(None)
    state.SAMPLE_COLOUR.set(colour.value)


def take(chosen: Chosen) -> None:
    """Make this the reader's picture, as if it had been uploaded."""
    _remove(state.UPLOAD)
    state.UPLOAD.set(chosen)
    state.SOURCE.set("upload")
    # Another uploader, an empty one: it would show the file before this one, and remove this one for it.
    state.UPLOADER.set(state.UPLOADER.get() + 1)


def _uploader() -> str:
    """Return the key of the widget that takes files."""
    number = state.UPLOADER.get()
    return f"picture_file_{number}" if number else "picture_file"


def _keep(kept: "state.Key[Chosen | None]", widget: str) -> None:
    """Keep a file's bytes, for its widget forgets them on another page; what is removed is removed."""
    file = state.widget_value(widget)
    _remove(kept)
    if file is not None:
        kept.set(Chosen.of(file.getvalue(), file.name))
        state.UPLOADED_FILES.set({**state.UPLOADED_FILES.get(), kept.name: file.file_id})


def _remove(kept: "state.Key[Chosen | None]") -> None:
    """Remove a picture from this session, and from what the server keeps besides."""
    picture = kept.get()
    if picture is None:
        return
    kept.set(None)
    cached.forget(picture.digest)
    files = dict(state.UPLOADED_FILES.get())
    if kept.name in files:
        state.forget_file(files.pop(kept.name))
        state.UPLOADED_FILES.set(files)


def _draw_kept(kept: "state.Key[Chosen | None]", widget: str) -> None:
    """Say which picture is shown where the widget itself does not."""
    picture = kept.get()
    if picture is None:
        st.caption(_("Until you choose one, the sample is shown."))
    elif state.widget_value(widget) is None:
        st.caption(_("{name} is shown.").format(name=escaped(_(picture.name))))
        st.button(_("Remove the picture"), on_click=lambda: _remove(kept), key=f"remove_{widget}")


def current_picture(colour: Colour | None = None) -> Chosen:
    """Return the person's picture, as the picker on this or another page has it; `colour` as there."""
    picture = _own_picture()
    return sample_picture(_sample_choice(colour).get()) if picture is None else picture


def _own_picture() -> Chosen | None:
    """Return the person's own picture where it is to be shown and there is one."""
    own = {"upload": state.UPLOAD, "camera": state.PHOTOGRAPH, "drawing": state.DRAWING}.get(state.SOURCE.get())
    picture: Chosen | None = own.get() if own is not None else None
    return picture


def holds_upload() -> bool:
    """Say whether the field for files is used and holds one: none that was dropped on the page, for example."""
    return state.SOURCE.get() == "upload" and state.widget_value(_uploader()) is not None


def name_of_upload() -> str:
    """Return what the reader's own file is called, "" while something else is shown."""
    picture = state.UPLOAD.get() if state.SOURCE.get() == "upload" else None
    return "" if picture is None else _(picture.name)


def current_sample(colour: Colour) -> Sample | None:
    """Return the sample that is shown, None where the picture is the person's own."""
    return None if _own_picture() is not None else sample_of(_sample_choice(colour).get())


def _sample_choice(colour: Colour | None) -> "state.Key[str]":
    """Return which sample was chosen; where none was, one that suits the model."""
    return state.SAMPLE.otherwise(default_sample(colour or Colour.RGB))


def sample_picture(key: str) -> Chosen:
    """Return a sample as if a person had chosen it; raises CnnError."""
    return cached.sample(key)


def fit_picker(info: ModelInfo) -> tuple[str, bool]:
    """Let the person choose how the picture is brought to the model's size; return fit and invert."""
    height, width = info.input_size
    st.segmented_control(
        _("Resize to {height}×{width} by").format(height=height, width=width),
        format_func=lambda key: _(_FITS[key]),
        required=True,
        **state.FIT.widget(),
    )
    if info.colour is Colour.GREY:
        st.checkbox(_("Invert (dark strokes on light paper)"), **state.INVERT.widget())
    return chosen_fit(info)


def chosen_fit(info: ModelInfo) -> tuple[str, bool]:
    """Return what `fit_picker` returns, without drawing it."""
    return state.FIT.get(), info.colour is Colour.GREY and state.INVERT.get()
