"""The sample pictures and the reader's own through the network."""

from typing import NamedTuple

from cnn_core.models.survey import Survey
from pages.ui import cached
from pages.ui.entered import Entered
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.text import _
from pages.ui.waiting import all_asked, are_answered


class Surveyed(NamedTuple):
    """A picture, and what all channels make of it."""

    picture: Entered
    survey: Survey


def pictures_of(layer: OpenLayer) -> list[Entered]:
    """Return the sample pictures, and the reader's own where it is none of them."""
    samples = cached.entered_samples(layer.info, layer.picture.fit)
    return [*samples] if layer.picture in samples else [*samples, layer.picture]


def is_surveyed(layer: OpenLayer) -> bool:
    """Say whether all pictures are surveyed already."""
    return are_answered(cached.surveyed(one) for one in pictures_of(layer))


def draw_survey(layer: OpenLayer, place: str) -> list[Surveyed]:
    """Return all pictures surveyed, or those that were when the reader stopped; meanwhile show how far it is."""
    pictures = pictures_of(layer)
    surveys = all_asked([cached.surveyed(one) for one in pictures], _("Pictures through the network:"), place)
    return [Surveyed(one, survey) for one, survey in zip(pictures, surveys, strict=True) if survey is not None]
