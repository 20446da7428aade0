"""The pictures that are chosen, asked for in one way: what is missing is said by the first glance alone."""

from dataclasses import replace

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.training.sets.downloads import is_here
from cnn_core.training.sets.sources import Downloaded
from pages.ui.messages import UndrawnError
from pages.ui.text import _, sentence
from pages.ui.train import cached, chosen, downloading
from pages.ui.train.cached import Shown
from pages.ui.train.names import class_names
from pages.ui.waiting import asked


def shown_pictures(place: str, is_first: bool = False) -> Shown:
    """Return what is shown of the chosen pictures, with our classes' names in the reader's language.

    `place` tells places of the page apart.

    Raises:
        UndrawnError: the reader has given none yet, they are not downloaded, or were refused.
        CnnError: why they were refused, where it `is_first`: what is wrong with the pictures is said once.
    """
    try:
        return _shown_pictures(place, is_first)
    except CnnError:
        if is_first:
            raise
        raise UndrawnError from None


def _shown_pictures(place: str, is_first: bool) -> Shown:
    try:
        data = chosen.data()
    except chosen.NoPicturesError as missing:
        if is_first:
            st.info(sentence(missing), icon=":material/add_photo_alternate:")
        raise UndrawnError from None
    if is_first:
        downloading.ensure(data.source)
    elif isinstance(data.source, Downloaded) and not is_here(data.source):
        raise UndrawnError
    shown = asked(cached.shown(data), _("Reading the pictures."), place)
    return replace(shown, classes=class_names(shown.classes, data.source))
