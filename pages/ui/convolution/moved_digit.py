"""A digit moved, turned, its pixels shuffled: what a Dense network and two that convolve answer, and how well."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.drawing.figures import lines_figure
from cnn_core.models.position_networks import Sort, Taught, measured, record, shipped_digits, shuffled_order
from cnn_core.sentences import N_
from pages.ui import components, state
from pages.ui.browser_settings import take, told
from pages.ui.components import packed
from pages.ui.convolution import networks
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.plots import draw_figure
from pages.ui.draw.tables import draw_table
from pages.ui.entered import Chosen
from pages.ui.text import _

KEYS = (state.MOVED_DIGIT, state.DIGIT_RIGHT, state.DIGIT_DOWN, state.DIGIT_ANGLE, state.DIGIT_SHUFFLED)
_TAUGHT = {Taught.DIGITS: N_("digits"), Taught.SHUFFLED: N_("digits with shuffled pixels")}
_HEARD = "digit_networks"


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw a digit that is moved by hand with the answers, and how often such answers are right."""
    st.segmented_control(
        _("Networks trained on"),
        format_func=lambda taught: _(_TAUGHT[taught]),
        required=True,
        **state.DIGITS_TAUGHT.widget(),
    )
    is_shuffled = state.DIGITS_TAUGHT.get() == Taught.SHUFFLED
    networks.tell(state.DIGITS_TAUGHT.get(), _HEARD)
    if is_shuffled:
        _draw_shuffled()
    components.moved_picture(_data(), key="digit_board", on_set=partial(take, KEYS))
    _draw_how_trained()
    _draw_curves()
    if not is_shuffled:
        _draw_shuffled()


def _data() -> dict[str, Any]:
    pictures, labels = shipped_digits()
    names: dict[str, state.Key[Any]] = {
        "right": state.DIGIT_RIGHT,
        "down": state.DIGIT_DOWN,
        "angle": state.DIGIT_ANGLE,
    }
    names |= {"shuffled": state.DIGIT_SHUFFLED, "chosen": state.MOVED_DIGIT}
    return told(KEYS) | {
        "hears": _HEARD,
        "side": pictures.shape[1],
        "sources": packed(pictures.astype(np.float32) / np.float32(255)),
        "captions": [_("Test digit {number}: {digit}").format(number=i, digit=d) for i, d in enumerate(labels)],
        "ground": "",
        "order": shuffled_order().tolist(),
        "middle": None,
        "classes": [str(digit) for digit in range(10)],
        "labels": labels.tolist(),
        "placed": None,
        "names": {what: key.name for what, key in names.items()},
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "choose": _("Choose a digit"),
        "right": _("Shifted right (pixels)"),
        "down": _("Shifted down (pixels)"),
        "angle": _("Rotated anticlockwise (degrees)"),
        "shuffled": _("Shuffle the pixels"),
        "shuffled_about": _("Put all pixels in a new order, the same for every picture"),
        "back": _("Reset"),
        "back_about": _("Undo shifting, rotating and shuffling, and erase what you drew"),
        "hint": _("Draw a digit of your own on the picture."),
        "picture": _("The picture as the networks see it: {name}"),
        "own": _("The picture as the networks see it: your drawing"),
        "verdict": _("{name} ({share})"),
        "right_of": _("{count} of {of} networks are right: the digit is {name}."),
        "unknown": _("This is your own drawing: only you know what it is."),
    }


def _draw_how_trained() -> None:
    recipe = record()["recipe"]
    st.caption(
        _(
            "Three networks with about the same number of parameters, trained in the same way on MNIST's {train} "
            "unchanged training digits for {epochs} epochs, without augmentation. After Flatten, each place of the "
            "maps has weights of its own; the mean over all places (global average pooling) forgets where something "
            "was. The digits to choose from are the first three test pictures of each class; no network has seen "
            "them."
        ).format(train=f"{recipe['train_digits']:,}", epochs=recipe["epochs"][Taught.DIGITS])
    )


def _draw_curves() -> None:
    recipe = record()["recipe"]
    st.markdown(
        _("**On all {count} test digits**, recorded when the networks were trained:").format(
            count=f"{recipe['test_digits']:,}"
        )
    )
    figures = {
        "by_shift": (_("Accuracy by shift"), recipe["shifts"], _("shift in pixels, mean of four directions")),
        "by_angle": (_("Accuracy by angle"), recipe["angles"], _("degrees anticlockwise")),
    }
    for place, (name, (heading, places, across)) in zip(st.columns(2), figures.items(), strict=True):
        series = {networks.title(sort): measured(Taught.DIGITS, sort)[name] for sort in Sort}
        figure = lines_figure(places, series, heading, across, _("accuracy"), top=1)
        draw_figure(figure, f"moved_{name}", heading, place)


def _draw_shuffled() -> None:
    heads = [
        _("Network"),
        _("Parameters"),
        _("Trained and tested on digits"),
        _("Trained on digits, tested on shuffled ones"),
        _("Trained and tested on shuffled digits"),
    ]
    rows = []
    for sort in Sort:
        plain, shuffled = measured(Taught.DIGITS, sort), measured(Taught.SHUFFLED, sort)
        shares = plain["accuracy"], plain["accuracy_shuffled"], shuffled["accuracy_shuffled"]
        rows.append([networks.title(sort), f"{plain['parameters']:,}", *(f"{share:.1%}" for share in shares)])
    draw_table(heads, rows)
    st.caption(
        _(
            "All shuffled pictures have their pixels in the same new order. To a Dense layer, one order is as good "
            "as another: trained on shuffled digits, it does as well as before. A convolution expects neighbours to "
            "belong together; where they do not, it loses its advantage."
        )
    )
