"""Following a live camera: the camera's part of the page tells the others what a frame changes in them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from cnn_core.errors import CnnError
from cnn_core.models.info import ModelInfo
from cnn_core.models.run import Answers, Glance
from cnn_core.network.summary import Row
from pages.ui import cached, state
from pages.ui.ask import live
from pages.ui.ask.classes import class_names
from pages.ui.ask.layer import current_layer
from pages.ui.draw.changed import Changed
from pages.ui.entered import Entered
from pages.ui.feature_maps import layer_view, map_view, network_picture, passing_answer
from pages.ui.feature_maps.network_picture import shown_layers
from pages.ui.feature_maps.open_layer import Run
from pages.ui.feature_maps.parts import Part
from pages.ui.feature_maps.passing import passed
from pages.ui.messages import UndrawnError, part
from pages.ui.text import _
from pages.ui.waiting import asked, holds, later, run_again

_NOTHING = Changed()
_PATIENCE = 1.0
"""Seconds that a part waits for a picture that passes: looking again for it later would cost more."""


def first(info: ModelInfo, picture: Entered, rows: Mapping[str, Row]) -> Run:
    """Send a frame through, all of the page being drawn; raises as `asked` where none was shown before it."""
    last = state.PASSED.get()
    if last is not None and last.picture.key == replace(picture, digest=last.picture.digest).key:
        # Perhaps another of its outputs is spoken of since.
        state.PASSED.set(replace(last, info=info, classes=_classes(info, last.answers)))
        return advanced(newest(last))
    layer = current_layer(rows)
    shown = _run_of(info, picture, rows, asked(cached.glance(picture, shown_layers(info, layer), layer), is_running()))
    state.PASSED.set(shown)
    return shown


def is_running() -> str:
    """Say what is waited for; the step of TensorFlow's start stands beside it."""
    return _("The network is running.")


def advanced(run: Run) -> Run:
    """Return what the network makes of the frame that is there now; until that is known, what was shown before."""
    last, frame = newest(run), live.frame()
    if not run.picture.passes or frame is None or frame.digest == last.picture.digest:
        return last
    picture = cached.entered(frame, run.info, run.picture.fit, run.picture.invert)
    shown = glimpsed(run.info, picture, run.rows, Part.CAMERA)
    if shown is None:
        return last
    state.PASSED.set(shown)
    return shown


def glimpsed(info: ModelInfo, picture: Entered, rows: Mapping[str, Row], part: str) -> Run | None:
    """Return what the network makes of a picture that passes; None as long as it is on its way, then `part` runs."""
    layer = current_layer(rows)
    question = cached.glance(picture, shown_layers(info, layer), layer)
    holds().ask(question, part=part).wait(_PATIENCE)
    glance = later(question)
    return None if glance is None else _run_of(info, picture, rows, glance)


def _run_of(info: ModelInfo, picture: Entered, rows: Mapping[str, Row], glance: Glance) -> Run:
    passing = passed(picture, current_layer(rows), glance)
    return Run(info, picture, rows, passing.answers, _classes(info, passing.answers), passing)


def _classes(info: ModelInfo, answers: Answers) -> tuple[str, ...]:
    return class_names(info, answers.outputs[info.output])


def newest(run: Run) -> Run:
    """Return what the network made of the frame that the page advanced to; of an ordinary picture, `run`."""
    return (state.PASSED.get() or run) if run.picture.passes else run


def draw_camera(info: ModelInfo, run: Run | None = None) -> None:
    """Draw the camera, and tell the page what its frame changes; a frame is shown once this is drawn.

    There is no `run` as long as the first picture is on its way.
    """
    passing = None
    if run is not None and run.picture.passes:
        with part():
            passing = changed(advanced(run))
    live.draw(info, passing, follow=_follow)


def _follow() -> None:
    """Let the parts run that show a frame: the camera's alone, which tells the others, where they can be told."""
    now = state.PASSED.get()
    if now is None:
        run_again()  # the first
    elif not passing_answer.can_be_told(now):
        run_again(Part.ANSWER, Part.CAMERA)


def changed(run: Run, also: Changed = _NOTHING) -> dict[str, Any]:
    """Return what the components of the page show of a frame, by their names, and what else of the page it changes."""
    shown = {"network": network_picture.passing(run, current_layer(run.rows))}
    changed = also | (passing_answer.changed(run) if passing_answer.can_be_told(run) else Changed())
    with suppress(CnnError, UndrawnError):  # the layer's own part says so
        layer = run.open_layer(is_first=False)
        for shown_of_layer, changed_of_layer in (layer_view.passing(layer), map_view.passing(layer)):
            shown |= shown_of_layer
            changed |= changed_of_layer
    return {"components": shown, "page": changed.data()}
