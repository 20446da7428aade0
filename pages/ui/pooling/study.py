"""What the recorded study found, with its spread, and what it does not say."""

import streamlit as st

from cnn_core.drawing.figures import lines_figure
from cnn_core.network.replacing import Replacement
from cnn_core.training.study import Study, recorded_study
from pages.ui import state
from pages.ui.draw.differences import draw_method, draw_tests, said
from pages.ui.draw.plots import draw_figure
from pages.ui.draw.tables import draw_table
from pages.ui.pooling.ways import replacement_title
from pages.ui.text import _

_MOVED = (2, 4)
"""By how many pixels the pictures are moved whose accuracies are drawn."""


def draw() -> None:
    """Draw the study's results."""
    st.header(_("Trained with five methods"), anchor=False)
    study = recorded_study()
    st.markdown(
        _(
            "The same small network, trained on all {pictures} training pictures of {data}, {epochs} epochs, "
            "{seeds} seeds, its maps made smaller twice by each method; recorded on {made}."
        ).format(
            pictures=f"{study.pictures:,}",
            data=study.data,
            epochs=study.epochs,
            seeds=study.seeds,
            made=study.made,
        )
    )
    _draw_table(study)
    for shift in (0, _MOVED[-1]):
        _draw_verdict(study, shift)
    draw_method()
    st.caption(
        _(
            "Springenberg et al. (arXiv:1412.6806) found on CIFAR-10 that pooling can be replaced by convolutions "
            "with stride without loss of accuracy. Zhang (arXiv:1904.11486) found that a blur before subsampling "
            "makes networks more stable under shifts and often more accurate. This study is small: one network, one "
            "data set, few epochs; it says nothing about large networks."
        )
    )
    curves = st.expander(
        _("Curves: the loss, and the accuracy on shifted pictures"),
        icon=":material/show_chart:",
        **state.STUDY_OPEN.widget(),
    )
    if curves.open:
        with curves:
            _draw_curves(study)


def _draw_table(study: Study) -> None:
    heads = [_("Method"), _("Parameters"), _("Multiply-adds"), _("Test accuracy")]
    heads += [*(_("Shifted by {shift} px").format(shift=shift) for shift in _MOVED), _("Seconds per epoch")]
    rows = []
    for way in Replacement:
        shares = [study.accuracy(way, shift) for shift in (0, *_MOVED)]
        cells = [f"{mean:.2%} ± {spread:.2%}" for mean, spread in shares]
        costs = f"{study.parameters[way]:,}", f"{study.multiply_adds[way]:,}"
        rows.append([replacement_title(way), *costs, *cells, f"{study.seconds(way):.1f}"])
    draw_table(heads, rows)
    st.caption(
        _(
            "Mean ± standard deviation over the seeds, on the {count} test pictures; shifted by 2 and 4 "
            "pixels in four directions, filled with black. Times were measured on a busy machine."
        ).format(count=f"{study.test_pictures:,}")
    )


def _draw_curves(study: Study) -> None:
    loss, moved = st.columns(2)
    losses = {replacement_title(way): study.test_loss(way) for way in Replacement}
    figure = lines_figure(range(1, study.epochs + 1), losses, _("Loss on the test pictures"), _("epoch"), _("loss"))
    draw_figure(figure, "study_loss", _("Loss on the test pictures"), loss)
    shifts = {replacement_title(way): [study.accuracy(way, shift)[0] for shift in study.shifts] for way in Replacement}
    title = _("Accuracy on shifted pictures")
    figure = lines_figure(study.shifts, shifts, title, _("shift in pixels"), _("accuracy"))
    draw_figure(figure, "study_shift", title, moved)


def _draw_verdict(study: Study, shift: int) -> None:
    """Say what the figures support for pictures moved by so many pixels."""
    differences = study.differences(shift)
    best = differences[0].best
    mean, spread = study.accuracy(best, shift)
    lead = (
        _("On pictures shifted by {shift} pixels, “{best}” had the highest mean accuracy ({mean} ± {spread}).")
        if shift
        else _("On pictures as they are, “{best}” had the highest mean accuracy ({mean} ± {spread}).")
    )
    lead = lead.format(shift=shift, best=replacement_title(best), mean=f"{mean:.1%}", spread=f"{spread:.1%}")
    st.markdown(f"{lead} {said(differences, replacement_title)}")
    draw_tests(differences, replacement_title)
