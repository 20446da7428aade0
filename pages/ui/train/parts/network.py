"""The network that is trained: where it comes from, its layers, and what is frozen."""

import streamlit as st

from cnn_core.layers.shapes import show
from cnn_core.network.summary import Row, Summary, summarize
from cnn_core.training.transfer import tuned_layers
from pages.ui import state
from pages.ui.draw.tables import draw_table
from pages.ui.frame import page_at
from pages.ui.text import _
from pages.ui.train import chosen
from pages.ui.train.following import followed
from pages.ui.train.shown import shown_pictures

_DESIGN = page_at("Design_a_network").path
_ABOUT = {
    "small": lambda: _(
        "Convolutions with 8, 16 and 32 filters, each followed by pooling, until fewer than 8 places per side are "
        "left: it learns to tell shapes apart in seconds."
    ),
    "course": lambda: _(
        "For pictures of 128 pixels or more, the course's network for cats and dogs: five convolutions with 32 to "
        "256 filters. For smaller ones, the course's network for digits. The last layer is adapted to the classes."
    ),
    "design": lambda: _(
        "The network from the page Design a network, with its input and last layer adapted to the pictures. Layers "
        "that change pictures at random are left out: augmentation is set here."
    ),
    "transfer": lambda: _(
        "MobileNetV2 has learned from 1.28 million photographs of ImageNet what photographs are made of. Its layers "
        "are frozen, and only a new head learns your classes: a few pictures are enough."
    ),
}
_LAST = 12
"""Layers of a long network whose table is drawn."""


def draw() -> None:
    """Draw where the network comes from, and what it is."""
    kind = state.TRAIN_NETWORK.get()
    st.markdown(_ABOUT[kind]())
    if kind == chosen.DESIGN:
        label = _("Change it on Design a network")
        st.button(label, icon=":material/schema:", on_click=st.switch_page, args=(_DESIGN,), key="train_design")
    if kind == chosen.TRANSFER:
        _draw_transfer()
    shown = shown_pictures("network")
    summary = summarize(chosen.network(len(shown.classes)))
    if kind == chosen.TRANSFER:
        _draw_frozen(summary)
    _draw_layers(summary)


def _draw_transfer() -> None:
    """Draw how the features are used, and what is fine-tuned afterwards."""
    use, tune = st.columns(2, gap="medium")
    with use:
        st.checkbox(_("Compute the features once and keep them"), **followed(state.KEEP_FEATURES))
        st.caption(
            _(
                "An epoch of the head then takes milliseconds, as in Teachable Machine, but every epoch sees the "
                "same pictures. With augmentation, which Teachable Machine lacks, the base computes each batch "
                "again in every epoch."
            )
            if chosen.keeps_features() == state.KEEP_FEATURES.get()
            else _("There is augmentation, so the base computes each batch again: every epoch sees different pictures.")
        )
    with tune:
        st.number_input(_("Then fine-tune the last layers of the base"), step=10, **followed(state.TUNED_LAYERS))
        if state.TUNED_LAYERS.get():
            st.number_input(_("Epochs of fine-tuning"), step=1, **followed(state.TUNING_EPOCHS))
            st.number_input(_("Learning rate of fine-tuning"), format="%g", step=1e-5, **followed(state.TUNING_RATE))
        st.caption(
            _(
                "0: the base stays as it is. Fine-tuning changes its last layers at a low rate, so that what they have "
                "learned is not lost; BatchNormalization stays as it is."
            )
        )


def _draw_frozen(summary: Summary) -> None:
    """Say how many parameters learn before and while the base is fine-tuned."""
    tuned = _tuned(summary)
    head = summary.trainable
    heads = [_("Stage"), _("Trained"), _("Frozen")]
    rows = [[_("The head alone"), f"{head:,}", f"{summary.parameters - head:,}"]]
    if tuned:
        more = sum(row.parameters for row in tuned)
        stage = _("Fine-tuning the last {count} layers").format(count=state.TUNED_LAYERS.get())
        rows.append([stage, f"{head + more:,}", f"{summary.parameters - head - more:,}"])
    draw_table(heads, rows)


def _tuned(summary: Summary) -> list[Row]:
    """Return the rows of the layers that fine-tuning changes."""
    tuning = chosen.transfer().fine_tuning
    names = tuned_layers(chosen.transfer().base, tuning.layers) if tuning else frozenset()
    return [row for row in summary.rows if row.name in names]


def _draw_layers(summary: Summary) -> None:
    rows = summary.rows if len(summary.rows) <= 2 * _LAST else summary.rows[-_LAST:]
    if len(rows) < len(summary.rows):
        st.caption(_("The last {shown} of {count} layers.").format(shown=_LAST, count=len(summary.rows)))
    draw_table(
        [_("Layer"), _("Kind"), _("Output"), _("Parameters"), _("Learns")],
        [
            [
                row.name,
                row.layer.kind,
                show(row.output_shape),
                f"{row.parameters:,}",
                _learns(row),
            ]
            for row in rows
        ],
    )


def _learns(row: Row) -> str:
    if not row.parameters:
        return "–"
    return _("yes") if row.trainable else _("frozen")
