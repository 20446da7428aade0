"""Pictures in which the place says the class, as on X-rays: there a convolution's assumption costs."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.drawing.png import picture_png
from cnn_core.models.position_networks import Sort, Taught, confusion, measured, record
from cnn_core.pictures.chests import APART, CLASSES, LEFT_LUNG, SIDE, chest, even_chest, spot_at
from pages.ui import components, state
from pages.ui.browser_settings import take, told
from pages.ui.components import packed
from pages.ui.convolution import networks
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.pictures import draw_wide
from pages.ui.draw.tables import draw_table
from pages.ui.entered import Chosen
from pages.ui.text import _

KEYS = (state.SPOT_RIGHT, state.SPOT_DOWN, state.SPOT_SHOWN)
_HEARD = "chest_networks"
_SHOWN = 6
"""Pictures of those that the networks were measured on."""
_FIRST = 1_000_000
"""The seed of the first of them."""
_WIDTH = 112


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw a chest whose spot is moved by hand with the answers, then what the networks were measured at."""
    networks.tell(Taught.CHESTS, _HEARD)
    components.moved_picture(_data(), key="spot_board", on_set=partial(take, KEYS))
    st.caption(
        _(
            "Both lungs are the same drawing, {apart} pixels apart, so a spot has the same surroundings in either. "
            "The convolutions see 8×8 pixels: a filter responds to the spot, its map moves with it, and the mean "
            "over all places is the same wherever it is. Flatten keeps the places apart, and the Dense layer after "
            "it can learn what they mean."
        ).format(apart=APART)
    )
    _draw_measured()


def _data() -> dict[str, Any]:
    names: dict[str, state.Key[Any]] = {"right": state.SPOT_RIGHT, "down": state.SPOT_DOWN, "shown": state.SPOT_SHOWN}
    classes = [_(name) for name in CLASSES]
    return told(KEYS) | {
        "hears": _HEARD,
        "side": SIDE,
        "sources": packed(spot_at(*LEFT_LUNG)),
        "captions": [classes[1]],
        "ground": packed(even_chest()),
        "order": [],
        "middle": list(LEFT_LUNG),
        "classes": classes,
        "labels": [],
        "placed": {"none": 0, "border": LEFT_LUNG[1] + APART // 2},
        "names": {what: key.name for what, key in names.items()},
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "right": _("Shifted right (pixels)"),
        "down": _("Shifted down (pixels)"),
        "shown": _("With a spot"),
        "shown_about": _("Put the spot into the picture, or remove it"),
        "back": _("Reset"),
        "back_about": _("Put the spot into the middle of the left lung"),
        "hint": _("Click the picture to put the spot there, or drag it from one lung to the other."),
        "picture": _("The chest as the networks see it: {name}"),
        "verdict": _("{name} ({share})"),
        "right_of": _("{count} of {of} networks are right: {name}."),
    }


def _draw_measured() -> None:
    recipe = record()["recipe"]
    st.markdown(
        _("**On {count} generated chests** that no network was trained on, six of them here:").format(
            count=f"{recipe['test_chests']:,}"
        )
    )
    with st.container(horizontal=True, gap="small"):
        for seed in range(_FIRST, _FIRST + _SHOWN):
            made = chest(seed)
            draw_wide(picture_png(np.repeat(made.pixels, 3, axis=2), SIDE), _WIDTH, _(CLASSES[made.label]))
    heads = [_("Network"), _("Parameters"), _("Accuracy"), *(_(name) for name in CLASSES)]
    rows = []
    for sort in Sort:
        found = measured(Taught.CHESTS, sort)
        shares = found["accuracy"], *np.diag(confusion(sort))
        rows.append([networks.title(sort), f"{found['parameters']:,}", *(f"{share:.1%}" for share in shares)])
    draw_table(heads, rows)
    st.caption(
        _(
            "The last three columns give the share of each class that was recognized. The network with the mean "
            "still finds out whether there is a spot, but cannot tell on which side: both sides look the same to "
            "it."
        )
    )
