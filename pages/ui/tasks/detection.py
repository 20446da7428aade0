"""A box for each thing: scores, non-maximum suppression, and average precision step by step on this picture."""

import numpy as np
import streamlit as st

from cnn_core.arrays import Overlaps
from cnn_core.drawing.figures import precision_recall_figure
from cnn_core.drawing.png import picture_png
from cnn_core.numerics.boxes import intersection_over_union
from cnn_core.numerics.precision import RIGHT_FROM, PrecisionRecall, hits, precision_recall
from cnn_core.pictures.shapes import ShapesPicture
from pages.ui import state
from pages.ui.draw.boxes import drawn
from pages.ui.draw.plots import draw_figure
from pages.ui.draw.tables import draw_table
from pages.ui.tasks.subject import Answered
from pages.ui.tasks.words import (
    MEASURED,
    draw_board,
    draw_foreign,
    draw_measure,
    draw_output,
    kind_name,
    record_of,
    share,
)
from pages.ui.text import _


def draw_picture(answered: Answered) -> None:
    scored = answered.shapes.detected.from_score(state.LEAST_SCORE.get())
    kept = answered.kept
    faint = [drawn(box, "", "faint") for box in scored.boxes.tolist()] if len(scored) > len(kept) else []
    right = [True] * len(kept) if answered.truth is None else hits(overlaps_with(answered, answered.truth)).tolist()
    said = [
        drawn(box, f"{kind_name(kind)} {score:.2f}", "found" if is_right else "wrong")
        for box, kind, score, is_right in zip(kept.boxes.tolist(), kept.kinds, kept.scores, right, strict=True)
    ]
    true = [] if answered.truth is None else [drawn(shape.box, "", "true") for shape in answered.truth.shapes]
    draw_board(
        picture_png(answered.small),
        answered.small.shape,
        _("The picture with the boxes kept, the boxes dropped (thin) and the true boxes (dashed)"),
        [*faint, *true, *said],
    )


def draw_words(answered: Answered) -> None:
    st.markdown(
        _(
            "**A class and a box for each object**, however many there are. The network answers at 16×16 places; "
            "each says how far away the four sides are and how certain it is."
        )
    )
    score, overlap = st.columns(2)
    score.slider(_("Keep boxes with this score or more"), **state.LEAST_SCORE.widget())
    overlap.slider(
        _("Drop overlaps above this IoU (NMS)"),
        help=_(
            "Non-maximum suppression: the box with the highest score is kept, and all boxes of its kind that overlap "
            "it by more are dropped; then the next. At 1 all are kept."
        ),
        **state.MOST_OVERLAP.widget(),
    )
    scored = answered.shapes.detected.from_score(state.LEAST_SCORE.get())
    draw_output(
        _(
            "16×16×(3 + 4) = 1,792 numbers: 256 boxes, {scored} of them with a score of {least} or more, **{kept}** "
            "after non-maximum suppression."
        ).format(scored=len(scored), least=state.LEAST_SCORE.get(), kept=len(answered.kept))
    )
    if answered.truth is None:
        draw_foreign()
        return
    draw_measure(
        _("average precision (AP): the area under the precision–recall curve. Here: **{here}**.").format(
            here=share(_curve(answered, answered.truth).average_precision)
        )
    )
    st.markdown(
        _(
            "On {count} other pictures, one list for each kind, the mean of the three (mAP) is **{mean}**, where a "
            "box counts as right with an IoU of 0.5 or more."
        ).format(count=f"{MEASURED:,}", mean=share(record_of("detector")["mean_average_precision"]))
    )
    st.caption(
        _("Orange: kept. Red: kept and wrong. Thin: dropped. Dashed: true boxes ({count}).").format(
            count=len(answered.truth.shapes)
        )
    )


def draw_below(answered: Answered) -> None:
    """Draw how the average precision comes about, box by box."""
    if answered.truth is None:
        return
    st.header(_("Average precision, step by step"), anchor=False)
    st.markdown(
        _(
            "The boxes in one list, the most certain first. A box is right if its kind is right, its IoU with a "
            "true box is {least} or more, and no box before it found the same one. **Precision**: the share of the "
            "boxes so far that are right. **Recall**: the share of all shapes ({count}) found so far."
        ).format(least=RIGHT_FROM, count=len(answered.truth.shapes))
    )
    table, figure = st.columns([7, 5], gap="medium")
    curve = _curve(answered, answered.truth)
    with table:
        draw_table(
            (_("Box"), _("Score"), "IoU", _("Right"), _("Precision"), _("Recall")),
            _rows(answered, answered.truth, curve),
        )
    draw_figure(
        precision_recall_figure(curve.precision, curve.recall, curve.envelope, translate=_),
        "average_precision",
        _("Precision over recall; the area below is the average precision, {value}.").format(
            value=share(curve.average_precision)
        ),
        figure,
    )


def overlaps_with(answered: Answered, truth: ShapesPicture) -> Overlaps:
    """Return the IoU of each box that is kept with each true one, 0 where the kinds differ."""
    kept = answered.kept
    true = np.array([shape.box for shape in truth.shapes], np.float64).reshape(-1, 4)
    same = kept.kinds[:, np.newaxis] == np.array([shape.kind for shape in truth.shapes])
    return np.where(same, intersection_over_union(kept.boxes, true), 0.0)


def _curve(answered: Answered, truth: ShapesPicture) -> PrecisionRecall:
    return precision_recall(hits(overlaps_with(answered, truth)), len(truth.shapes))


def _rows(answered: Answered, truth: ShapesPicture, curve: PrecisionRecall) -> list[list[str]]:
    kept, overlaps = answered.kept, overlaps_with(answered, truth)
    right = hits(overlaps)
    return [
        [
            f"{number + 1} {kind_name(int(kept.kinds[number]))}",
            f"{kept.scores[number]:.2f}",
            f"{overlaps[number].max(initial=0):.2f}",
            _verdict(bool(right[number]), float(overlaps[number].max(initial=0))),
            share(curve.precision[number]),
            share(curve.recall[number]),
        ]
        for number in range(len(kept))
    ]


def _verdict(is_right: bool, overlap: float) -> str:
    if is_right:
        return _("yes")
    return _("no: found before") if overlap >= RIGHT_FROM else _("no: IoU too small")
