"""How it is trained: each setting with one sentence, and the course's value as it begins."""

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.text import _, escaped, sentence
from pages.ui.train import chosen
from pages.ui.train.following import followed
from pages.ui.train.glance import OPTIMIZERS
from pages.ui.train.shown import shown_pictures

SCHEDULES = {
    "constant": N_("Constant"),
    "cosine_decay": N_("Cosine decay to 0"),
    "exponential_decay": N_("Times 0.9 each epoch"),
}
_NEVER = 0
_MOST_PATIENCE = 20


def draw() -> None:
    """Draw all settings, and the loss with its reason."""
    step, length, against = st.columns(3, gap="medium")
    with step:
        _draw_step()
    with length:
        _draw_length()
    with against:
        _draw_against()
    shown = shown_pictures("settings")
    plan = chosen.fit(len(shown.classes))
    st.markdown(_("**The loss: {loss}.** {why}").format(loss=plan.head.loss, why=escaped(sentence(plan.head.reason))))


def _draw_step() -> None:
    """Draw what a step does to the weights."""
    st.markdown(_("**A step**"))
    st.selectbox(_("Optimizer"), format_func=OPTIMIZERS.__getitem__, **followed(state.TRAIN_OPTIMIZER))
    st.caption(
        {
            "rmsprop": _("RMSprop divides each step by the size of the recent gradients. The course uses it."),
            "adam": _("Adam does the same as RMSprop and also keeps going in the direction of the last steps."),
            "sgd": _("SGD steps down the gradient; with momentum it keeps part of its last step."),
        }[state.TRAIN_OPTIMIZER.get()]
    )
    if state.TRAIN_OPTIMIZER.get() == "sgd":
        st.number_input(_("Momentum"), **followed(state.MOMENTUM))
        st.caption(_("The share of the last step that is kept; 0.9 is usual, 0 is plain gradient descent."))
    st.number_input(_("Learning rate"), format="%g", step=0.0001, **followed(state.RATE))
    st.caption(
        _(
            "How far a step goes: if it is too small, the network learns slowly, if it is too large, not at "
            "all. The course uses 0.001."
        )
    )
    st.selectbox(_("Learning rate over time"), format_func=lambda key: _(SCHEDULES[key]), **followed(state.SCHEDULE))
    st.caption(_("Large steps at first, small ones at the end; the course keeps the rate constant."))


def _draw_length() -> None:
    """Draw how long it goes on, and in which portions."""
    st.markdown(_("**How long**"))
    st.number_input(_("Epochs"), step=1, **followed(state.TRAIN_EPOCHS))
    st.caption(
        _("How many times all training pictures are seen. The course uses 30 from scratch, 100 with augmentation.")
    )
    st.number_input(_("Batch"), step=1, **followed(state.TRAIN_BATCH))
    st.caption(_("Pictures in a step: small batches make many noisy steps. The course uses 32."))
    st.number_input(
        _("Stop early after this many epochs without a lower validation loss"),
        0,
        _MOST_PATIENCE,
        step=1,
        **state.field("patience", state.PATIENCE.get() or _NEVER, lambda new: state.PATIENCE.set(new or None)),
    )
    st.caption(_("0: train to the end, so that overfitting becomes visible."))
    st.checkbox(_("Keep the weights with the lowest validation loss"), **followed(state.KEEP_BEST))
    st.caption(
        _("Like the course's ModelCheckpoint with save_best_only; otherwise the last weights are tested and saved.")
    )
    st.checkbox(_("Also test on shifted pictures"), **followed(state.TEST_MOVED))
    moved = ", ".join(map(str, chosen.shifts()))
    st.caption(
        _("At the end, the test pictures are also shifted by {pixels} pixels in four directions.").format(pixels=moved)
    )


def _draw_against() -> None:
    """Draw what is done against overfitting, and what chance decides."""
    st.markdown(_("**Against overfitting, and chance**"))
    st.slider(_("Dropout before the last layer"), **followed(state.DROPOUT))
    st.caption(_("The share of values that is set to 0 at random in training. The course uses 0.5."))
    st.number_input(_("Weight decay"), format="%g", step=0.001, **followed(state.WEIGHT_DECAY))
    st.caption(_("Pulls each weight a little towards 0 in every step; the course uses none."))
    st.checkbox(_("Give rare classes more weight"), **followed(state.CLASS_WEIGHTS))
    st.caption(_("If classes have different numbers of pictures, all classes still count equally overall."))
    st.number_input(_("Seed"), step=1, **followed(state.TRAIN_SEED))
    st.number_input(_("Runs, each with the next seed"), step=1, **followed(state.SEEDS))
    st.caption(
        _(
            "A seed determines the initial weights and the order of the pictures; several runs show how much is mere "
            "chance."
        )
    )
