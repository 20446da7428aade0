"""One answer for the whole picture."""

from collections.abc import Iterable

import streamlit as st

from cnn_core.drawing.png import picture_png
from cnn_core.models.bundled import bundled_model, class_names
from cnn_core.models.photograph_answers import MODEL
from pages.ui.class_names import photograph_names
from pages.ui.tasks.subject import Answered
from pages.ui.tasks.words import MEASURED, draw_board, draw_measure, draw_output, kind_name, record_of, share
from pages.ui.text import _, escaped


def draw_picture(answered: Answered) -> None:
    draw_board(picture_png(answered.large), answered.large.shape, _("The picture as the network sees it"))


def draw_words(answered: Answered) -> None:
    st.markdown(_("**One answer for the whole picture**: what is in it? The answer does not say where it is."))
    if answered.photograph is not None:
        _draw_shares(zip(photograph_names(answered.photograph), answered.photograph.shares.tolist(), strict=True))
        draw_output(
            _("{count} numbers, one for each class of ImageNet; they add up to 1. The five largest are shown.").format(
                count=f"{len(class_names(MODEL)):,}"
            )
        )
        draw_measure(
            _("accuracy, the share of pictures whose most likely class is right.") + " " + _(bundled_model(MODEL).about)
        )
        return
    located = answered.shapes.located
    _draw_shares((kind_name(kind), float(located.shares[kind])) for kind in located.shares.argsort()[::-1])
    draw_output(_("3 numbers, the share of each kind for the largest shape; they add up to 1."))
    draw_measure(
        _(
            "accuracy, the share of pictures whose most likely class is right: {accuracy} of {count} other pictures."
        ).format(accuracy=share(record_of("locator")["accuracy"]), count=f"{MEASURED:,}")
        + " "
        + _verdict(answered)
    )


def _draw_shares(shares: Iterable[tuple[str, float]]) -> None:
    for name, value in shares:
        st.progress(min(1.0, max(0.0, value)), text=f"**{escaped(name)}** · {value:.1%}")


def _verdict(answered: Answered) -> str:
    """Say whether the answer is right here."""
    if answered.truth is None:
        return ""
    kind = answered.truth.largest.kind
    if answered.shapes.located.kind == kind:
        return _("Here it is right: the largest shape is a {kind}.").format(kind=kind_name(kind))
    return _("Here it is wrong: the largest shape is a {kind}.").format(kind=kind_name(kind))
