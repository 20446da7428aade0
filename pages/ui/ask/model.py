"""Which model a picture goes through: a bundled one, one of keras.applications, or a file of the reader's."""

import time
from collections.abc import Callable

import streamlit as st

from cnn_core.model_file.together import put_together
from cnn_core.models.bundled import BUNDLED, bundled_model
from cnn_core.models.info import ModelInfo
from cnn_core.models.keys import APPLICATION, APPLICATIONS, BUNDLED_SOURCE, FILE, IMAGENET, RANDOM, ModelKey
from cnn_core.models.loading import fetched_bytes
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.scaling import Scaling
from cnn_core.sentences import N_
from pages.ui import cached, model_files, state
from pages.ui.ask.classes import of_chosen_output, take_names
from pages.ui.text import _, escaped
from pages.ui.waiting import asked

LARGEST_MODEL_MEGABYTES = 200
_FIRST_WIDTH = 520
"""Pixels of the place for a file, before there is one."""
_SOURCES = {BUNDLED_SOURCE: N_("Bundled"), APPLICATION: "Keras", FILE: N_("Your file")}
_WEIGHTS = {RANDOM: N_("Random"), IMAGENET: "ImageNet"}
SCALINGS = {
    "": N_("As guessed"),
    Scaling.UNIT: N_("0 to 1"),
    Scaling.BYTES: N_("0 to 255"),
    Scaling.SIGNED: N_("−1 to 1"),
    Scaling.TORCH: N_("ImageNet mean and deviation"),
    Scaling.CAFFE: N_("BGR minus ImageNet mean (Caffe)"),
}


def model_picker() -> ModelInfo:
    """Let the person choose a model; return what is known of it. Stops the page as long as there is no file.

    Raises:
        CnnError: it cannot be opened.
    """
    pick_model()
    return chosen_model()


def current_key() -> ModelKey:
    """Return the model that was chosen; of those that are not bundled the default."""
    key = ModelKey.of(state.MODEL.get())
    if key.source == BUNDLED_SOURCE and key.name not in (model.key for model in BUNDLED):
        state.MODEL.set(state.MODEL.default)
    return ModelKey.of(state.MODEL.get())


def title_of(key: ModelKey) -> str:
    """Return what a model is called."""
    if key.source == BUNDLED_SOURCE:
        return _(bundled_model(key.name).title)
    return key.name if key.source == APPLICATION else _name_of_file(key) or _("Your file")


def _name_of_file(key: ModelKey) -> str:
    """Return what a file was called when it was given; one that a link leads to has no name."""
    return state.MODEL_FILE_NAMES.get().get(key.name, "")


def pick_model() -> None:
    """Let the person choose a model. Stops the page as long as there is no file."""
    key = current_key()
    st.segmented_control(
        _("Model"),
        list(_SOURCES),
        format_func=lambda name: _(_SOURCES[name]),
        required=True,
        **state.field("model_source", key.source, _turn_to),
    )
    if key.source == BUNDLED_SOURCE:
        _pick_bundled()
    elif key.source == APPLICATION:
        _pick_application(key)
    else:
        _pick_file(key)


def _turn_to(source: str) -> None:
    """Show another source of models; a file has to be chosen first."""
    first = {APPLICATION: ModelKey(APPLICATION, "MobileNetV2", RANDOM), FILE: ModelKey(FILE, "")}.get(source)
    state.MODEL.set(state.MODEL.default if first is None else str(first))


def _pick_bundled() -> None:
    keys = [model.key for model in BUNDLED]
    st.selectbox(
        _("Bundled model"), format_func=lambda name: _(bundled_model(name).title), **state.MODEL.among(keys).widget()
    )


def _pick_application(key: ModelKey) -> None:
    name = key.name if key.name in APPLICATIONS else "MobileNetV2"
    weights = key.variant if key.variant in _WEIGHTS else RANDOM
    st.selectbox(
        _("Network of keras.applications"),
        list(APPLICATIONS),
        **state.field("application", name, lambda new: state.MODEL.set(str(ModelKey(APPLICATION, new, weights)))),
    )
    st.segmented_control(
        _("Weights"),
        list(_WEIGHTS),
        format_func=lambda one: _(_WEIGHTS[one]),
        required=True,
        **state.field(
            "application_weights", weights, lambda new: state.MODEL.set(str(ModelKey(APPLICATION, name, new)))
        ),
    )


def _pick_file(key: ModelKey) -> None:
    # As long as there is none, this stands in a row with other things.
    with st.container(width="stretch" if key.name else _FIRST_WIDTH, gap="xsmall"):
        key = _given(key)
        if not key.name:
            st.caption(_("It is read without running any code in it. Until you choose one, nothing is shown."))
            st.caption(
                _(
                    "A file of weights alone opens together with the JSON file of its model (model.to_json()): "
                    "choose both. The JSON file alone opens with random weights."
                )
            )
            st.stop()
    st.selectbox(
        _("Pixels enter as"),
        list(SCALINGS),
        format_func=lambda one: _(SCALINGS[one]),
        **state.field("scaling", key.variant, lambda new: state.MODEL.set(str(ModelKey(FILE, key.name, str(new))))),
    )


def _given(key: ModelKey) -> ModelKey:
    """Let the person give one file, or several that belong together; return the key of what was given last."""
    # Of any type: of files that do not open the core says what they are and what to do.
    files = st.file_uploader(
        _("Your own model (.keras, .h5 or .onnx)"),
        accept_multiple_files=True,
        max_upload_size=LARGEST_MODEL_MEGABYTES,
        key="model_file",
    )
    # labels.txt of Teachable Machine may be chosen together with the model; alone it is refused by what it is.
    models = [file for file in files if not file.name.lower().endswith(".txt")] or files
    names = " ".join(file.file_id for file in files)
    if not models and _name_of_file(key):
        st.caption(_("{name} is open.").format(name=escaped(_name_of_file(key))))
    if not models or names == state.MODEL_FILE.get():
        return key
    digest = model_files.keep(put_together([file.getvalue() for file in models]))
    for file in files:
        if file not in models:
            take_names(file.getvalue())
    # Once a choice: a scaling that was chosen for it stays.
    state.MODEL_FILE.set(names)
    state.MODEL_FILE_NAMES.set({digest: ", ".join(file.name for file in models)})
    state.MODEL.set(str(ModelKey(FILE, digest, "")))
    return ModelKey.of(state.MODEL.get())


def chosen_model() -> ModelInfo:
    """Return what is known of the model that was chosen, once it is opened, speaking of the output that was chosen.

    Raises:
        CnnError: it cannot be opened.
    """
    model = state.MODEL.get()
    more = _fetched() if ModelKey.of(model).variant == IMAGENET else str
    return of_chosen_output(asked(cached.model_info(model), _("Opening the model."), more=more))


def _fetched() -> Callable[[], str]:
    """Return what says how much of the weights has come so far."""
    began = time.time()
    return lambda: _("· weights: {megabytes} MB").format(megabytes=f"{fetched_bytes(began) / 1e6:.1f}")


def draw_random_badge(info: ModelInfo) -> None:
    """Say where nobody can miss it that a network has learned nothing."""
    if info.is_random:
        st.badge(_("Random weights"), icon=":material/casino:", color="orange")


def draw_size_badge(info: ModelInfo) -> None:
    """Say which size was taken where the file leaves one open."""
    if info.is_open:
        height, width = info.input_size
        st.badge(
            _("Size not fixed: {height}×{width} used").format(height=height, width=width),
            icon=":material/aspect_ratio:",
            color="gray",
            help=_(
                "The file does not fix the height or the width of its pictures. Here they are {height}×{width} "
                "pixels, 224 where it says nothing; in its own program the model may see larger or smaller ones."
            ).format(height=height, width=width),
        )


def draw_about(info: ModelInfo) -> None:
    """Say where the model comes from and how pixels enter it."""
    key = ModelKey.of(info.key)
    if key.source == BUNDLED_SOURCE:
        st.caption(_(bundled_model(info.key).about))
        return
    if info.is_random:
        st.warning(
            _("Random weights: this network has learned nothing. Its maps and its answers mean nothing."),
            icon=":material/casino:",
        )
    elif key.variant == IMAGENET:
        st.caption(_("Weights of keras.applications, trained on ImageNet."))
    colour = _("grey") if info.colour is Colour.GREY else _("red, green, blue")
    text = _("Pixels enter as: {scaling}; channels: {colour}.").format(scaling=_(SCALINGS[info.scaling]), colour=colour)
    if key.source == FILE and not key.variant:
        text += " " + (
            _("This is guessed from the layers; change it if the model was trained differently.")
            if len(info.guesses) > 1
            else _("This is what the first layers say; change it if the model was trained differently.")
        )
    st.caption(text)
