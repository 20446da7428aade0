"""A class for each pixel, and how far two such maps are the same."""

import numpy as np
import streamlit as st

from cnn_core.arrays import Indices
from cnn_core.drawing.masks import faults_png, mask_colour, masked_png
from cnn_core.models.shape_networks import classes_of
from cnn_core.numerics.regions import ClassOverlap, class_overlap
from cnn_core.pictures.shapes import KINDS, ShapesPicture
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.draw.pictures import draw_wide
from pages.ui.draw.tables import draw_table
from pages.ui.tasks.subject import Answered
from pages.ui.tasks.words import (
    MEASURED,
    choose_way,
    draw_board,
    draw_foreign,
    draw_measure,
    draw_output,
    kind_name,
    record_of,
    share,
)
from pages.ui.text import _

COUNT = len(KINDS) + 1
_WAYS = {"unet": N_("U-Net"), "encoder_decoder": N_("Without skip connections"), "true": N_("Truth")}


def classes_by(answered: Answered, way: str) -> Indices:
    """Return the class of each pixel as a network has it, or as it is."""
    if way == "true" and answered.truth is not None:
        return answered.truth.classes
    return classes_of(answered.shapes.encoder_decoder if way == "encoder_decoder" else answered.shapes.unet)


def draw_picture(answered: Answered) -> None:
    classes = classes_by(answered, state.SEGMENTED_BY.get())
    draw_board(
        masked_png(answered.small, classes),
        answered.small.shape,
        _("The picture in grey, each pixel of a shape in the colour of its class"),
    )


def draw_words(answered: Answered) -> None:
    st.markdown(
        _(
            "**A class for each pixel**: circle, square, triangle or background. The answer does not say which "
            "pixels belong to the same object."
        )
    )
    choose_way(_("Shown"), _WAYS, state.SEGMENTED_BY, answered.truth is not None)
    draw_output(_("64×64×4 = 16,384 numbers: at each pixel the share of each class; the largest is the answer."))
    _draw_legend()
    if answered.truth is None:
        draw_foreign()
        return
    found = _overlap(answered, answered.truth, state.SEGMENTED_BY.get())
    draw_measure(
        _(
            "mean IoU: for each class the pixels that have it in both maps, divided by those that have it in either; "
            "then the mean. Here: **{here}**; over {count} other pictures {mean} with skip connections and {without} "
            "without."
        ).format(
            here=share(found.mean_iou),
            count=f"{MEASURED:,}",
            mean=share(record_of("unet")["mean_iou"]),
            without=share(record_of("encoder_decoder")["mean_iou"]),
        )
    )
    draw_table(
        (_("Class"), _("In both"), _("In either"), "IoU"),
        [
            [_class_name(number), f"{found.shared[number]:,}", f"{found.covered[number]:,}", _iou(found, number)]
            for number in range(COUNT)
        ],
    )
    st.caption(
        _("The share of right pixels, {right} here, says less: the background alone makes up {ground}.").format(
            right=share(found.shared.sum() / answered.truth.classes.size),
            ground=share(float((answered.truth.classes == 0).mean())),
        )
    )


def draw_below(answered: Answered) -> None:
    """Draw which pixels either network has wrong."""
    if answered.truth is None:
        return
    st.header(_("What the skip connections add"), anchor=False)
    st.markdown(
        _(
            "Both networks halve height and width three times (encoder) and double them three times by transposed "
            "convolutions (decoder). The U-Net also passes the maps of each size across to the decoder, which "
            "therefore knows where the edges are; without them, all it knows has passed through 8×8 places. Red: "
            "pixels with the wrong class."
        )
    )
    with st.container(horizontal=True, gap="medium"):
        for way in ("unet", "encoder_decoder"):
            faults = classes_by(answered, way) != answered.truth.classes
            draw_wide(
                faults_png(answered.small, faults),
                280,
                _("{network}: {count} of {all} pixels wrong").format(
                    network=_(_WAYS[way]), count=int(faults.sum()), all=f"{faults.size:,}"
                ),
            )


def _overlap(answered: Answered, truth: ShapesPicture, way: str) -> ClassOverlap:
    return class_overlap(classes_by(answered, way), truth.classes, COUNT)


def _class_name(number: int) -> str:
    return kind_name(number - 1) if number else _("background")


def _iou(found: ClassOverlap, number: int) -> str:
    return "–" if np.isnan(found.ious[number]) else f"{found.ious[number]:.2f}"


def _draw_legend() -> None:
    colours = "".join(
        f'<span style="white-space:nowrap"><i style="display:inline-block;width:.8rem;height:.8rem;border-radius:3px;'
        f'background:rgb{mask_colour(kind)};margin-inline-end:.35rem"></i>{kind_name(kind)}</span>'
        for kind in range(len(KINDS))
    )
    st.html(f'<div style="display:flex;gap:1rem;font-size:.875rem">{colours}</div>')
