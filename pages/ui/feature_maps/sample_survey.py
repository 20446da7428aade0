"""The sample pictures and the reader's own through the network."""

from concurrent.futures import Future
from typing import NamedTuple

from cnn_core.models.survey import Survey
from pages.ui import cached
from pages.ui.cached import Entered
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.text import _
from pages.ui.waiting import wait_for_all


class Surveyed(NamedTuple):
    """A picture, and what all channels make of it."""

    picture: Entered
    survey: Survey


def pictures_of(layer: OpenLayer) -> list[Entered]:
    """Return the sample pictures, and the reader's own where it is none of them."""
    samples = cached.entered_samples(layer.view.model, layer.view.fit)
    if any(sample.view == layer.view for sample in samples):
        return list(samples)
    return [*samples, Entered(layer.title, layer.view, layer.ready)]


def draw_survey(layer: OpenLayer, part: str) -> list[Surveyed]:
    """Return all pictures surveyed, or those that were when the reader stopped; meanwhile show how far it is."""
    pictures = pictures_of(layer)
    work = [cached.surveyed(*one.view.key, one.ready) for one in pictures]

    def forget() -> None:
        for picture, future in zip(pictures, work, strict=True):
            if future.done() and not _is_there(future):
                cached.surveyed.clear(*picture.view.key, picture.ready)

    wait_for_all(work, _("Pictures through the network:"), forget, part)
    asked = zip(pictures, work, strict=True)
    return [Surveyed(picture, future.result()) for picture, future in asked if _is_there(future)]


def _is_there(future: "Future[Survey]") -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
