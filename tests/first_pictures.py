"""What a page shows first of a bundled model, which is what is recorded of it."""

from functools import cache

from cnn_core.arrays import Pixels
from cnn_core.models.info import describe
from cnn_core.models.recorded import Subject
from cnn_core.pictures.prepare import Fit, Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import default_sample, sample_bytes
from pages.ui import state
from pages.ui.entered import Chosen


def subject(model: str) -> Subject:
    """Return what a page shows first of a model."""
    picture = Chosen.of(sample_bytes(default_sample(describe(model).colour)), "")
    return Subject(model, picture.digest, state.FIT.default, state.INVERT.default)


@cache
def pixels(model: str) -> Pixels:
    info = describe(model)
    image = read_image(sample_bytes(default_sample(info.colour)))
    fit = Fit(state.FIT.default)
    return prepare(image.pixels, Preparation(*info.input_size, info.colour, fit, state.INVERT.default)).pixels
