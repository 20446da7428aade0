"""Which model a picture goes through: a bundled one, one of keras.applications, or a file of the reader's."""

import time
from collections.abc import Callable

import streamlit as st

from cnn_core.arrays import Maps
from cnn_core.errors import CnnError
from cnn_core.model_file.together import put_together
from cnn_core.models.answer_kind import AnswerKind
from cnn_core.models.bundled import BUNDLED, bundled_model
from cnn_core.models.class_lists import names_in, read_class_list
from cnn_core.models.info import ModelInfo
from cnn_core.models.kept_files import keep_file
from cnn_core.models.keys import APPLICATION, APPLICATIONS, BUNDLED_SOURCE, FILE, IMAGENET, RANDOM, ModelKey
from cnn_core.models.loading import fetched_bytes
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.scaling import Scaling
from cnn_core.sentences import N_, Sentence
from pages.ui import cached, state
from pages.ui.messages import show_error
from pages.ui.text import _, sentence
from pages.ui.waiting import asked

LARGEST_MODEL_MEGABYTES = 200
_NAMES_FILE = "class_names_file"
_SOURCES = {BUNDLED_SOURCE: N_("Bundled"), APPLICATION: "Keras", FILE: N_("Your file")}
_WEIGHTS = {RANDOM: N_("Random"), IMAGENET: "ImageNet"}
_SCALINGS = {
    "": N_("As guessed"),
    Scaling.UNIT: N_("0 to 1"),
    Scaling.BYTES: N_("0 to 255"),
    Scaling.SIGNED: N_("−1 to 1"),
    Scaling.TORCH: N_("ImageNet mean and deviation"),
    Scaling.CAFFE: N_("BGR less ImageNet mean (Caffe)"),
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
    return key.name if key.source == APPLICATION else _("Your file")


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
    # Of any type: of files that do not open the core says what they are and what to do.
    files = st.file_uploader(
        _("A model of yours (.keras, .h5 or .onnx)"),
        accept_multiple_files=True,
        max_upload_size=LARGEST_MODEL_MEGABYTES,
        key="model_file",
    )
    names = " ".join(file.file_id for file in files)
    if files and names != state.MODEL_FILE.get():
        digest = keep_file(put_together([file.getvalue() for file in files]))
        # Once a choice: a scaling that was chosen for it stays.
        state.MODEL_FILE.set(names)
        state.MODEL.set(str(ModelKey(FILE, digest, "")))
        key = ModelKey.of(state.MODEL.get())
    if not key.name:
        st.caption(_("It is read without running any code in it. Until you choose one, nothing is shown."))
        st.caption(
            _(
                "Weights alone open together with the JSON file of their model (model.to_json()): choose both. The "
                "JSON file alone opens with random weights."
            )
        )
        st.stop()
    st.selectbox(
        _("Pixels enter as"),
        list(_SCALINGS),
        format_func=lambda one: _(_SCALINGS[one]),
        **state.field("scaling", key.variant, lambda new: state.MODEL.set(str(ModelKey(FILE, key.name, str(new))))),
    )
    st.file_uploader(_("Class names: a text file"), type=["txt"], key=_NAMES_FILE, on_change=_take_names)
    _draw_note(state.CLASS_LIST_NOTE.get())
    st.text_area(_("Class names, one a line"), height=80, **state.CLASS_LIST.widget())


def _take_names() -> None:
    """Put the names in a file into the text field, where they can be changed, or keep why they cannot be read."""
    file = state.widget_value(_NAMES_FILE)
    if file is None:
        return
    try:
        read = read_class_list(file.getvalue())
    except CnnError as error:
        state.CLASS_LIST_NOTE.set(error)
        return
    state.CLASS_LIST.set("\n".join(read.names))
    state.CLASS_LIST_NOTE.set(read.note)


def _draw_note(note: Sentence | None) -> None:
    """Say how the file of names was read, or why not."""
    if isinstance(note, CnnError):
        show_error(note)
    elif note is not None:
        st.caption(sentence(note))


def chosen_model() -> ModelInfo:
    """Return what is known of the model that was chosen, once it is opened; raises CnnError where it cannot be."""
    model = state.MODEL.get()
    more = _fetched() if ModelKey.of(model).variant == IMAGENET else str
    return asked(cached.model_info(model), _("The model is opened."), more=more)


def _fetched() -> Callable[[], str]:
    """Return what says how much of the weights has come so far."""
    began = time.time()
    return lambda: _("· weights: {megabytes} MB").format(megabytes=f"{fetched_bytes(began) / 1e6:.1f}")


def class_names(info: ModelInfo, scores: Maps) -> tuple[str, ...]:
    """Return a name for each unit of a model's output: known ones, else the reader's, else numbers; none for maps."""
    if info.answer_kind is AnswerKind.MAPS:
        return ()
    return names_of(info, scores.size)


def names_of(info: ModelInfo, count: int) -> tuple[str, ...]:
    """Return a name for each of so many classes of a model."""
    is_file = ModelKey.of(info.key).source == FILE
    given = names_in(state.CLASS_LIST.get()) if is_file else ()
    if info.classes is not None and len(info.classes) == count:
        return info.classes
    if len(given) == count:
        return given
    if given:
        st.warning(
            _("{given} class names were given for {count} outputs; the outputs are numbered instead.").format(
                given=len(given), count=count
            )
        )
    return tuple(_("Class {number}").format(number=number) for number in range(count))


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
    text = _("Pixels enter as: {scaling}; channels: {colour}.").format(
        scaling=_(_SCALINGS[info.scaling]), colour=colour
    )
    if key.source == FILE and not key.variant:
        text += " " + _("This is guessed from the first layers; change it if the model was trained otherwise.")
    st.caption(text)
