"""What is set once: the model, the picture and its way in, in one line."""

from typing import Final, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.models.info import ModelInfo
from cnn_core.models.keys import FILE
from pages.ui import cached, state
from pages.ui.ask import given, live, sketch
from pages.ui.ask.classes import pick_names
from pages.ui.ask.model import (
    chosen_model,
    current_key,
    draw_about,
    draw_random_badge,
    draw_size_badge,
    pick_model,
    title_of,
)
from pages.ui.ask.picture import (
    chosen_fit,
    chosen_picture,
    fit_picker,
    holds_upload,
    name_of_upload,
    picture_picker,
    sample_thumbnails,
)
from pages.ui.draw.pictures import draw_picture
from pages.ui.entered import Entered
from pages.ui.feature_maps.menus import is_opened, was_opened
from pages.ui.messages import also_in
from pages.ui.text import _, escaped
from pages.ui.waiting import run_again

# The samples take what the choices and the answer leave of the line; on a phone they have one of their own. What is
# said in an open menu is not said beside it once more. Of an answer the name gives way, not its share.
STYLE: Final = """
.st-key-tools button p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 11.5rem; }
.st-key-tools .st-key-set_picture button p { max-width: 8rem; }
.st-key-tools .st-key-answer button p:has(strong) { display: flex; gap: 0.3em; }
.st-key-tools .st-key-answer button strong { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
.st-key-set_samples { min-width: 0; flex: 1 1 0; }
[data-testid="stLayoutWrapper"]:has(> .st-key-set_samples) { flex: 1 1 0; min-width: 0; }
.st-key-given { position: absolute; width: 0; }
body:has([data-testid="stPopoverBody"] [data-testid="stAlert"])
  [data-testid="stMain"] [data-testid="stAlert"]:not([data-testid="stPopoverBody"] *) { visibility: hidden; }
.st-key-tools > [data-testid="stLayoutWrapper"]:has(.st-key-answer) { flex: 0 0 auto; width: auto; }
@media (max-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-set_samples) { flex: 1 0 100%; order: 3; }
}
"""


class Setting(NamedTuple):
    """What was set.

    Attributes:
        picture: as it enters the model.
        camera_place: the place for a live camera.
        ways_in_place: the place for what the model answers by how pixels enter, where that is a guess.
    """

    info: ModelInfo
    picture: Entered
    camera_place: DeltaGenerator
    ways_in_place: DeltaGenerator | None


def draw() -> Setting:
    """Let the reader choose.

    Raises:
        CnnError, UndrawnError: there is nothing to be shown yet.
    """
    live.end_elsewhere()
    sketch.end_elsewhere()
    key = current_key()
    if key.source == FILE and not key.name:  # the first thing to do stands open
        pick_model()
        run_again()  # there is one now: it is the popover's from here on
    model = st.popover(escaped(title_of(key)), icon=":material/neurology:", key="set_model", width=250)
    with also_in(model), model:
        # A field for files keeps what was chosen in it only as long as it is drawn.
        is_model_drawn = key.source == FILE or was_opened("set_model")
        if is_model_drawn:
            pick_model()
    if current_key() != key:
        run_again()  # another file: the popover is called after it
    thumbnails = st.container(key="set_samples")
    title = escaped(name_of_upload() or _("Picture"))
    picture_place = st.popover(title, icon=":material/add_a_photo:", key="set_picture")
    with also_in(model):
        info = chosen_model()
    draw_random_badge(info)
    draw_size_badge(info)
    ways_in_place = None
    if is_model_drawn:
        with model:
            draw_about(info)
            if len(info.guesses) > 1:
                ways_in_place = st.container()
            pick_names(info)
    with thumbnails:
        live.draw_refused()
        if live.camera() is None:
            sample_thumbnails(info.colour)
            given.draw()
    with also_in(picture_place), picture_place:
        # A camera and a field with a file end where they are not drawn.
        is_picture_drawn = state.SOURCE.get() == "camera" or holds_upload() or was_opened("set_picture")
        if is_picture_drawn:
            chosen = picture_picker(info.colour, may_be_live=True)
            fit, invert = fit_picker(info)
        else:
            chosen = chosen_picture(info.colour)
            fit, invert = chosen_fit(info)
        picture = cached.entered(chosen, info, fit, invert)
        # Last, for it is the dearest. What is being drawn stands on its sheet, and changes before a browser could fetch
        # a picture of it.
        if is_picture_drawn and not picture.passes and state.SOURCE.get() != "drawing" and is_opened("set_picture"):
            draw_picture(chosen, picture)
    return Setting(info, picture, thumbnails, ways_in_place)
