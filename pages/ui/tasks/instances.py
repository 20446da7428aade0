"""The pixels of each thing: what hangs together in a class, or what lies in each box of a detector."""

import numpy as np
import streamlit as st

from cnn_core.drawing.masks import joined_numbers, masked_png
from cnn_core.models.shape_networks import boxed_instances, connected_instances, training_record
from cnn_core.numerics.precision import RIGHT_FROM, PrecisionRecall, hits, precision_recall
from cnn_core.numerics.regions import Instance, mask_overlaps
from cnn_core.pictures.shapes import ShapesPicture
from cnn_core.sentences import N_
from pages.ui import state
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
    share,
)
from pages.ui.text import _

_WAYS = {"connected": N_("Connected pixels"), "boxed": N_("Pixels in each box"), "true": N_("Truth")}


def found(answered: Answered) -> tuple[Instance, ...]:
    """Return the things that were found, the surest first, in the way that was chosen."""
    way = state.INSTANCES_BY.get()
    if way == "true" and answered.truth is not None:
        return true_instances(answered.truth)
    if way == "boxed":
        things = boxed_instances(answered.shapes.unet, answered.kept)
    else:
        things = connected_instances(answered.shapes.unet)
    return tuple(sorted(things, key=lambda thing: -thing.score))


def true_instances(truth: ShapesPicture) -> tuple[Instance, ...]:
    """Return the shapes that are in a picture."""
    return tuple(
        Instance(shape.kind + 1, truth.instances == number) for number, shape in enumerate(truth.shapes, start=1)
    )


def draw_picture(answered: Answered) -> None:
    numbers = joined_numbers([thing.mask for thing in found(answered)], answered.small.shape[:2])
    draw_board(
        masked_png(answered.small, numbers),
        answered.small.shape,
        _("The picture in grey, the pixels of each object in their own colour"),
    )


def draw_words(answered: Answered) -> None:
    st.markdown(
        _(
            "**The pixels of each object**: two circles are two objects even where they touch. Here this is put "
            "together from two of the answers before, which shows what is hard about it."
        )
    )
    choose_way(_("Objects are"), _WAYS, state.INSTANCES_BY, answered.truth is not None)
    if state.INSTANCES_BY.get() == "boxed":
        st.markdown(
            _(
                "Pixels within each box of the detector that are not background; the box says the class. Mask R-CNN "
                "looks into each box in the same way, with a network for its pixels (He et al., arXiv:1703.06870)."
            )
        )
    else:
        st.markdown(
            _(
                "Pixels of one class that are connected by their sides: two objects of the same kind that touch come "
                "out as one."
            )
        )
    things = found(answered)
    draw_output(
        _("one 64×64 mask for each object, with a class and a score: **{count}** here.").format(count=len(things))
    )
    if answered.truth is None:
        draw_foreign()
        return
    record = training_record()["instances"]
    draw_measure(
        _(
            "average precision, with the IoU of masks instead of boxes. Here: **{here}** (number of shapes: "
            "{count}); over {pictures} other pictures {connected} for connected pixels and {boxed} for the pixels "
            "in each box."
        ).format(
            here=share(_curve(answered, answered.truth).average_precision),
            count=len(answered.truth.shapes),
            pictures=f"{MEASURED:,}",
            connected=share(record["connected"]),
            boxed=share(record["boxed"]),
        )
    )


def draw_below(answered: Answered) -> None:
    """Draw how far the mask of each thing is the same as the true one."""
    if answered.truth is None:
        return
    overlaps, right = _overlaps(answered, answered.truth), hits(_overlaps(answered, answered.truth))
    draw_table(
        (
            _("Object"),
            _("Score"),
            _("Pixels"),
            _("IoU of the masks"),
            _("Right ({least} or more)").format(least=RIGHT_FROM),
        ),
        [
            [
                f"{number + 1} {kind_name(thing.label - 1)}",
                f"{thing.score:.2f}",
                f"{int(thing.mask.sum()):,}",
                f"{overlaps[number].max(initial=0):.2f}",
                _("yes") if right[number] else _("no"),
            ]
            for number, thing in enumerate(found(answered))
        ],
    )


def _overlaps(answered: Answered, truth: ShapesPicture) -> np.ndarray:
    things, true = found(answered), true_instances(truth)
    same = np.array([[thing.label == other.label for other in true] for thing in things], np.bool_)
    ious = mask_overlaps(tuple(thing.mask for thing in things), tuple(other.mask for other in true))
    return np.where(same.reshape(ious.shape), ious, 0.0)


def _curve(answered: Answered, truth: ShapesPicture) -> PrecisionRecall:
    return precision_recall(hits(_overlaps(answered, truth)), len(truth.shapes))
