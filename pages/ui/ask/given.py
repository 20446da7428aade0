"""A picture that is given to the page itself, pasted or dropped on it, without the picker."""

import base64
import binascii
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError, ImageError
from cnn_core.pictures.limits import MAX_BYTES, too_large
from cnn_core.sentences import N_
from pages.ui import cached, components, state
from pages.ui.ask.picture import take
from pages.ui.entered import Chosen
from pages.ui.text import _, escaped, sentence

PASTED = N_("Pasted picture")
_NAMES_OF_BROWSERS = ("", "image.png")
"""What a picture is called that was copied without a file."""
_LONGEST_NAME = 200


def draw() -> None:
    """Take a picture wherever on the page it is pasted or dropped; say what is wrong with the last one."""
    data = {
        "most": MAX_BYTES,
        "answered": state.GIVEN.get(),
        "words": {"drop": _("Drop the picture here"), "taking": _("Sending the picture.")},
    }
    components.given(data, key="given", on_file=_take)
    error = state.GIVEN_REFUSED.get()
    if error is not None:
        state.GIVEN_REFUSED.set(None)
        st.toast(escaped(sentence(error)), icon=":material/error:", duration="long")


def _take(said: Any) -> None:
    """Make a file the reader's picture; what is none changes nothing, for the one before is still there."""
    match said:
        case {"number": int(number), "name": str(name), "size": int(size), "data": str(data)}:
            state.GIVEN.set(number)
            try:
                chosen = _chosen(name, size, data)
                cached.picture(chosen)
            except CnnError as error:
                state.GIVEN_REFUSED.set(error)
            else:
                take(chosen)


def _chosen(name: str, size: int, data: str) -> Chosen:
    """Return what a browser has sent; raises ImageError."""
    if size > MAX_BYTES:
        raise too_large(size)
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        raise ImageError(N_("The file did not arrive as it was sent. Paste or drop it again.")) from None
    return Chosen.of(content, PASTED if name in _NAMES_OF_BROWSERS else name[:_LONGEST_NAME])
