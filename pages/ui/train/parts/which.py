"""Which part is open. It runs by itself, and lets the first glance follow what is changed in it."""

from cnn_core.sentences import N_
from pages.ui import person, state
from pages.ui.draw.parts import Part, draw_parts
from pages.ui.train import chosen, ours, own
from pages.ui.train.following import LIVE, PART, RUNS
from pages.ui.train.parts import (
    after,
    augmentation,
    compare,
    dropout,
    gradients,
    network,
    pictures,
    settings,
    studies,
    watch,
)
from pages.ui.waiting import fragment, run_again

PARTS = {
    "pictures": Part(N_("Data"), "photo_library", pictures.draw),
    "augmentation": Part(N_("Augmentation"), "flip", augmentation.draw),
    "network": Part(N_("Network"), "schema", network.draw),
    "settings": Part(N_("Settings"), "tune", settings.draw),
    "watch": Part(N_("Watch"), "visibility", watch.draw),
    "after": Part(N_("Afterwards"), "task_alt", after.draw),
    "compare": Part(N_("Compare"), "compare", compare.draw),
    "gradients": Part(N_("Gradients"), "trending_down", gradients.draw),
    "dropout": Part(N_("Dropout"), "grain", dropout.draw),
    "studies": Part(N_("Recorded"), "science", studies.draw),
}
SHARED = (
    state.LANGUAGE,
    *chosen.SHARED,
    state.RUN,
    state.TRAIN_PART,
    state.WATCHED_EPOCH,
    state.AUGMENTED_PICTURE,
    state.FILL_MARKED,
    state.COMPARED_RUNS,
    state.DEPTH,
    state.GRADIENT_RUNS,
    state.TRAIN_STUDY,
    state.DROPPED_LAYER,
    state.DROPPED_RATE,
    state.DROPPED_PICTURE,
)


def share() -> None:
    """Write all that is chosen into the address, and the run that is looked at; a design only where it is trained."""
    is_design = state.TRAIN_NETWORK.get() == chosen.DESIGN
    state.share(*SHARED, instead=state.designed() if is_design else None)


def hear_of_person() -> None:
    """Draw what shows the reader's runs anew, once it is known who the reader is."""
    run = ours.seen()
    parts = [LIVE] if run is not None and person.began(run) else []
    if ours.mine():
        parts += [RUNS, *([PART] if state.TRAIN_PART.get() == "compare" else [])]
    if parts:
        run_again(*parts)


def draw() -> None:
    """Draw the choice of parts and the open one."""
    fragment(_draw, PART, share=share)()


def _draw() -> None:
    opened = state.TRAIN_PART.get()
    own.end_camera_elsewhere(is_shown=opened == "pictures" and state.TRAIN_ON.get() == chosen.OWN)
    draw_parts(PARTS, opened, state.field("train_part", opened, state.TRAIN_PART.set))
