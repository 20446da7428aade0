"""Following a live camera: the parts of the page that show what passes are drawn anew, the rest of it is not."""

from collections.abc import Mapping

from cnn_core.models.info import ModelInfo
from cnn_core.network.summary import Row
from pages.ui import cached, state
from pages.ui.ask import live
from pages.ui.ask.layer import current_layer
from pages.ui.ask.model import class_names
from pages.ui.entered import Entered
from pages.ui.feature_maps.network_picture import shown_layers
from pages.ui.feature_maps.open_layer import Run
from pages.ui.feature_maps.parts import Part
from pages.ui.feature_maps.passing import sent_through
from pages.ui.waiting import run_again

_FOLLOWING = Part.NETWORK, Part.ANSWER, Part.LAYER, Part.MAP, Part.CAMERA


def first(info: ModelInfo, picture: Entered, rows: Mapping[str, Row]) -> Run:
    """Send a frame through, all of the page being drawn; raises as `asked`."""
    layer = current_layer(rows)
    passing = sent_through(picture, layer, shown_layers(info, layer))
    run = Run(info, picture, rows, passing.answers, class_names(info, passing.answers.scores), passing)
    state.PASSED.set(run)
    return run


def advanced(run: Run) -> Run:
    """Return what the network makes of the frame that is there now; raises as `asked`."""
    last, frame = newest(run), live.frame()
    if frame is None or frame.digest == last.picture.digest:
        return last
    picture = cached.entered(frame, run.info, run.picture.fit, run.picture.invert)
    return first(run.info, picture, run.rows)


def newest(run: Run) -> Run:
    """Return what the network made of the frame that the page advanced to; of an ordinary picture, `run`."""
    return (state.PASSED.get() or run) if run.picture.passes else run


def draw_camera(info: ModelInfo) -> None:
    """Draw the camera, the last of all that follows it: a frame is shown once all of the page shows it."""
    live.draw(info, follow=lambda: run_again(*_FOLLOWING))
