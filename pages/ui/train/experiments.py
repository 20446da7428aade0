"""What is worth seeing first, each a click away: a choice of pictures, network and settings with what to look for."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.text import _
from pages.ui.train import chosen

_CLOTHES: Mapping[state.Key[Any], Any] = {
    state.TRAIN_ON: "fashion_mnist_small",
    state.TRAIN_NETWORK: "course",
    state.TRAIN_EPOCHS: 20,
}
_CURE: Mapping[state.Key[Any], Any] = {
    state.FLIP: "horizontal",
    state.TRANSLATION: 0.1,
    state.ZOOM: 0.1,
    state.DROPOUT: 0.5,
}


class _Experiment(NamedTuple):
    title: str
    look_for: str
    values: Mapping[state.Key[Any], Any]


EXPERIMENTS = {
    "first": _Experiment(
        N_("A first network"),
        N_("Ten digits, learned in seconds: both curves fall together."),
        {},
    ),
    "shapes": _Experiment(
        N_("Circles and stars"),
        N_("Two shapes anywhere, of any size and colour: at first it only guesses, then it finds out what a point is."),
        {
            state.TRAIN_ON: "shapes",
            state.SHAPE_CLASSES: ("circle", "star"),
            state.PER_CLASS: 800,
            state.TRAIN_OPTIMIZER: "adam",
            state.RATE: 0.003,
            state.TRAIN_EPOCHS: 12,
        },
    ),
    "overfit": _Experiment(
        N_("Overfitting"),
        N_(
            "1.1 million parameters on 3,000 clothes: the training loss keeps falling, while the validation loss "
            "rises again."
        ),
        _CLOTHES,
    ),
    "cured": _Experiment(
        N_("… and its cure"),
        N_("The same with augmentation and dropout: it learns more slowly, and the curves stay together."),
        {**_CLOTHES, **_CURE},
    ),
    "course": _Experiment(
        N_("The second course's network"),
        N_("991,041 parameters on 180×180 pixels: seconds per batch, as in the course."),
        {
            state.TRAIN_ON: "textures",
            state.TRAIN_NETWORK: "course",
            state.TRAIN_EPOCHS: 10,
            state.PER_CLASS: 100,
        },
    ),
    "transfer": _Experiment(
        N_("Your pictures, by transfer"),
        N_("Two classes of your own and MobileNetV2's features: a few pictures and seconds are enough."),
        {
            state.TRAIN_ON: "own",
            state.TRAIN_NETWORK: "transfer",
            state.DROPOUT: 0.5,
            state.TRAIN_PART: "pictures",
        },
    ),
}


def draw() -> None:
    """Draw the button, and behind it the experiments."""
    with st.popover(_("Experiments"), icon=":material/science:", key="train_experiments"):
        for name, experiment in EXPERIMENTS.items():
            st.button(_(experiment.title), on_click=_set_up, args=(name,), key=f"experiment_{name}", width="stretch")
            st.caption(_(experiment.look_for))


def _set_up(name: str) -> None:
    """Choose what an experiment needs, and the default of everything else; the reader's own pictures stay."""
    for key in chosen.SHARED:
        if key is not state.OWN_PICTURES:
            key.set(key.default)
    for key, value in EXPERIMENTS[name].values.items():
        key.set(value)
