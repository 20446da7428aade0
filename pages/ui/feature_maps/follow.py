"""Following a live camera: the parts of the page that show what passes are drawn anew, the rest of it is not."""

from collections.abc import Mapping
from dataclasses import replace

from cnn_core.models.info import ModelInfo
from cnn_core.models.run import Glance
from cnn_core.network.summary import Row
from pages.ui import cached, state
from pages.ui.ask import live
from pages.ui.ask.layer import current_layer
from pages.ui.ask.model import class_names
from pages.ui.entered import Entered
from pages.ui.feature_maps.network_picture import shown_layers
from pages.ui.feature_maps.open_layer import Run
from pages.ui.feature_maps.parts import Part
from pages.ui.feature_maps.passing import passed
from pages.ui.text import _
from pages.ui.waiting import asked, later, run_again

_FOLLOWING = Part.NETWORK, Part.ANSWER, Part.LAYER, Part.MAP, Part.CAMERA


def first(info: ModelInfo, picture: Entered, rows: Mapping[str, Row]) -> Run:
    """Send a frame through, all of the page being drawn; raises as `asked` where none was shown before it."""
    last = state.PASSED.get()
    if last is not None and last.picture.key == replace(picture, digest=last.picture.digest).key:
        return advanced(last)
    layer = current_layer(rows)
    return _shown(info, picture, rows, asked(cached.glance(picture, shown_layers(info, layer), layer), is_running()))


def is_running() -> str:
    """Say what is waited for; the step of TensorFlow's start stands beside it."""
    return _("The network is running.")


def advanced(run: Run) -> Run:
    """Return what the network makes of the frame that is there now; until that is known, what was shown before."""
    last, frame = newest(run), live.frame()
    if not run.picture.passes or frame is None or frame.digest == last.picture.digest:
        return last
    picture, layer = cached.entered(frame, run.info, run.picture.fit, run.picture.invert), current_layer(run.rows)
    glance = later(cached.glance(picture, shown_layers(run.info, layer), layer))
    return last if glance is None else _shown(run.info, picture, run.rows, glance)


def _shown(info: ModelInfo, picture: Entered, rows: Mapping[str, Row], glance: Glance) -> Run:
    passing = passed(picture, current_layer(rows), glance)
    run = Run(info, picture, rows, passing.answers, class_names(info, passing.answers.scores), passing)
    state.PASSED.set(run)
    return run


def newest(run: Run) -> Run:
    """Return what the network made of the frame that the page advanced to; of an ordinary picture, `run`."""
    return (state.PASSED.get() or run) if run.picture.passes else run


def draw_camera(info: ModelInfo) -> None:
    """Draw the camera, the last of all that follows it: a frame is shown once all of the page shows it."""
    live.draw(info, follow=lambda: run_again(*_FOLLOWING))
