"""What comes of a run: its figures on the test pictures, tried at once, taken away, opened elsewhere."""

from functools import partial
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.model_file.onnx_export import refuse_unwritable
from cnn_core.training.records import Scored, Shifted, history_csv
from cnn_core.training.script import files_beside, script
from cnn_core.training.sets.split import Part
from pages.ui import state
from pages.ui.frame import FEATURE_MAPS
from pages.ui.messages import part
from pages.ui.runs import SeenRun
from pages.ui.text import _, as_code, escaped, sentence
from pages.ui.train import cached, ours, trying
from pages.ui.train.answers import draw_answers, draw_confusion
from pages.ui.train.names import classes_of

_BEGUN: tuple[state.Key[Any], ...] = (
    state.LAYER,
    state.CHANNEL,
    state.ROW,
    state.COLUMN,
    state.OUTPUT,
    state.TRAIL,
    state.TARGET,
)


def draw() -> None:
    """Draw what came of the run that is looked at."""
    run = ours.seen()
    if run is None or run.so_far.saved is None:
        st.info(
            _(
                "Once a run has finished or been stopped, you can test it, try it on your own picture and export "
                "it here."
            )
        )
        return
    tried, taken = st.columns(2, gap="medium")
    with tried, part():
        trying.draw(run)
    with taken, part():
        _draw_take_away(run)
    if run.so_far.scored is not None:
        _draw_test(run, run.so_far.scored)


# Export ---------------------------------------------------------------------------------------------------------------


def _draw_take_away(run: SeenRun) -> None:
    """Draw the ways on: another page, the model's file, its history, the script that makes it again."""
    st.markdown(_("**Export**"))
    with st.container(horizontal=True):
        st.button(
            _("Open in Feature maps"),
            icon=":material/grid_view:",
            help=_("Every layer and every map of what was trained, with its classes' names."),
            on_click=_open_in_feature_maps,
            args=(run,),
            key="train_open",
        )
        _offer(_("Model (.keras)"), run.folder.model.read_bytes, "trained.keras", "application/zip")
        _offer(
            _("Model (.tflite)"),
            partial(cached.lite_model, run.folder.model),
            "trained.tflite",
            "application/octet-stream",
        )
        refusal = _refusal(run)
        if refusal is None:
            made = partial(cached.onnx_model, run.plan.network, run.folder.model)
            _offer(_("Model (.onnx)"), made, "trained.onnx", "application/octet-stream")
        _offer(_("History (CSV)"), lambda: history_csv(run.so_far.epochs), "history.csv", "text/csv")
        _offer(_("Settings (JSON)"), run.plan.to_json, "settings.json", "application/json")
    st.caption(
        _(
            "`keras.models.load_model` opens the .keras file, TensorFlow Lite the .tflite file, on phones and small "
            "boards, and ONNX Runtime the .onnx file, on servers and in browsers. Pictures enter as values from 0 to "
            "255: the network rescales them."
        )
    )
    if refusal is not None:
        st.caption(escaped(sentence(refusal)))
    with st.expander(_("A script that repeats this run"), icon=":material/code:"):
        text, beside = script(run.plan), files_beside(run.plan)
        with st.container(horizontal=True):
            _offer(_("Script (Python)"), lambda: text, "train.py", "text/x-python")
            for name, data in beside.items():
                _offer(name, data, name, "application/octet-stream")
        st.caption(_("It reads the files beside it here: {files}.").format(files=", ".join(map(as_code, beside))))
        st.code(text, language="python", height=360)


def _refusal(run: SeenRun) -> CnnError | None:
    """Return why what was trained cannot be written as ONNX, None where it can."""
    try:
        refuse_unwritable(run.plan.network)
    except CnnError as error:
        return error
    return None


def _offer(title: str, data: Any, name: str, kind: str) -> None:
    st.download_button(title, data, name, kind, icon=":material/download:", on_click="ignore", key=f"take_{name}")


def _open_in_feature_maps(run: SeenRun) -> None:
    """Open what was trained as a file of the reader's, with the names of its classes."""
    try:
        key = cached.trained_model(run.folder.model)
    except CnnError as error:
        state.RUN_REFUSED.set(error)
        return
    for begun in _BEGUN:
        begun.set(begun.default)
    state.MODEL.set(str(key))
    state.MODEL_FILE_NAMES.set({key.name: _("Trained here")})
    state.CLASS_LISTS.set({"": "\n".join(classes_of(run))})
    st.switch_page(FEATURE_MAPS.path)


# The test -------------------------------------------------------------------------------------------------------------


def _draw_test(run: SeenRun, scored: Scored) -> None:
    """Draw how the network did on pictures that nothing was chosen by."""
    st.markdown(
        _(
            "**{share} of {count} test pictures right**; with other test pictures it could be {low} to {high} (95% "
            "interval, Wilson). The loss on them is {loss}, with the weights after epoch {epoch}."
        ).format(
            share=f"{scored.accuracy:.1%}",
            count=f"{scored.pictures:,}",
            low=f"{scored.low:.1%}",
            high=f"{scored.high:.1%}",
            loss=f"{scored.loss:.3f}",
            epoch=scored.epoch,
        )
    )
    if run.so_far.shifted is not None:
        st.markdown(_moved(run.so_far.shifted))
    classes = classes_of(run)
    confused, pictures = st.columns([2, 3], gap="medium")
    with confused:
        draw_confusion(scored.confusion, classes)
    with pictures:
        data = run.plan.data
        draw_answers(_("Most confident mistakes on the test pictures"), scored.wrong, classes, data, Part.TEST)
        draw_answers(_("Most confident right answers on the test pictures"), scored.sure, classes, data, Part.TEST)


def _moved(shifted: Shifted) -> str:
    """Say how many test pictures are right when they are moved."""
    shares = (
        _("{share} by {shift} px").format(share=f"{share:.1%}", shift=shift)
        for shift, share in shifted.accuracy.items()
    )
    text = _("Accuracy on shifted test pictures, mean over four directions: {shares}.")
    return text.format(shares=", ".join(shares))
