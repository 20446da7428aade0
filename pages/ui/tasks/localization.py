"""One class and one box; the reader's own box is measured against them as it is dragged."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.arrays import Rectangles
from cnn_core.drawing.png import picture_png
from cnn_core.models.attention import NoBox
from cnn_core.numerics.boxes import intersection_over_union
from pages.ui import state
from pages.ui.ask.box import Edges, fits
from pages.ui.class_names import photograph_names
from pages.ui.draw.boxes import OwnBox, drawn
from pages.ui.tasks.subject import Answered
from pages.ui.tasks.words import (
    MEASURED,
    draw_board,
    draw_measure,
    draw_output,
    kind_name,
    record_of,
    share,
)
from pages.ui.text import _, with_hand

Box = tuple[float, ...]
_FIELDS = "IoU = {shared} / {covered} = {iou}"
"""Filled in the browser."""


def draw_picture(answered: Answered) -> None:
    rows, columns = answered.large.shape[:2]
    boxes, measured = [], []
    found, true = found_box(answered), true_box(answered)
    if true is not None:
        boxes.append(drawn(true, "", "true"))
        measured.append({"box": list(true), "text": _("Your box and the true one: {fields}").format(fields=_FIELDS)})
    if found is not None:
        boxes.append(drawn(found, found_name(answered), "found"))
        measured.append({"box": list(found), "text": _("Your box and the network's: {fields}").format(fields=_FIELDS)})
    draw_board(
        picture_png(answered.large),
        (rows, columns),
        _("The picture with the box of the network, the true one where it is known, and yours"),
        boxes,
        OwnBox(_own_box(rows, columns), lambda box: state.OWN_BOX.set((box,)), measured),
    )


def draw_words(answered: Answered) -> None:
    st.markdown(
        with_hand(
            _(
                "**One class and one box** around the one object that matters. Drag the blue box, or its corners, and "
                "see how well it matches the others."
            )
        )
    )
    if answered.photograph is not None:
        _draw_weak(answered)
        return
    found = answered.shapes.located.rectangle(answered.small.shape[0])[0]
    draw_output(
        _(
            "3 + 4 numbers from two Dense layers on the same features: {kind} with {share}; top {top}, left {left}, "
            "bottom {bottom}, right {right} (pixels)."
        ).format(
            kind=kind_name(answered.shapes.located.kind),
            share=share(float(answered.shapes.located.shares.max())),
            **dict(zip(("top", "left", "bottom", "right"), (f"{edge:.0f}" for edge in found), strict=True)),
        )
    )
    _draw_iou()
    record, true = record_of("locator"), true_box(answered)
    overlaps = intersection_over_union(as_rectangles([found]), as_rectangles([] if true is None else [true]))
    st.markdown(
        _(
            "The network's box (orange) and the true one (dashed): **IoU {iou}** here, {mean} on average over "
            "{count} other pictures. An answer is right with the right class and an IoU of 0.5 or more: {right} of "
            "them."
        ).format(
            iou=f"{overlaps.max(initial=0):.2f}",
            mean=f"{record['mean_iou']:.2f}",
            right=share(record["right_class_and_iou_from_half"]),
            count=f"{MEASURED:,}",
        )
    )


def _draw_iou() -> None:
    draw_measure(
        _(
            "IoU, intersection over union: the area that two boxes share, divided by the area that they cover "
            "together; 1 where they are the same."
        )
    )


def _draw_weak(answered: Answered) -> None:
    """Say what the box of a network is that was never shown any."""
    draw_output(
        _(
            "1,000 numbers, and 7×7 from Grad-CAM: where the last maps support the top class. The box surrounds "
            "everything at least half as strong as the strongest place."
        )
    )
    if isinstance(answered.photograph.box(answered.large.shape[:2]), NoBox):  # type: ignore[union-attr]
        st.caption(_("Here a box would say nothing: the evidence is everywhere, or only a speck."))
    _draw_iou()
    st.markdown(
        _(
            "Only you know the true box of this photograph: drag yours around the object. The network was never "
            "told where things are, so this is **weak localization**: its box holds what gave the class away, which "
            "may be only part of the object, or its surroundings."
        )
    )


def found_box(answered: Answered) -> Box | None:
    """Return the network's box in pixels of the picture, None where it has none."""
    if answered.photograph is None:
        return tuple(answered.shapes.located.rectangle(answered.small.shape[0])[0].tolist())
    box = answered.photograph.box(answered.large.shape[:2])
    return None if isinstance(box, NoBox) else box


def true_box(answered: Answered) -> Box | None:
    """Return the box of the largest shape, None where nobody knows."""
    return None if answered.truth is None else answered.truth.largest.box


def found_name(answered: Answered) -> str:
    if answered.photograph is not None:
        return photograph_names(answered.photograph)[0]
    return kind_name(answered.shapes.located.kind)


def as_rectangles(boxes: Sequence[Box]) -> Rectangles:
    """Return boxes as an array (N, 4)."""
    return np.array(boxes, np.float64).reshape(-1, 4)


def _own_box(rows: int, columns: int) -> Edges:
    """Return the reader's box; before there is one, a box in the middle."""
    kept = state.OWN_BOX.get()
    if kept and fits(kept[0], rows, columns):
        return kept[0]
    return (rows // 4, columns // 4, rows - rows // 4, columns - columns // 4)
