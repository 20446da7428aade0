"""What the network takes the picture for."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.arrays import Maps, Output
from cnn_core.models.answer_kind import AnswerKind, by_score
from cnn_core.models.info import ModelInfo
from pages.ui.entered import Entered
from pages.ui.feature_maps.answer_maps import draw_map_answer, label_of
from pages.ui.feature_maps.open_layer import Run
from pages.ui.text import _, as_code, escaped

TOP = 5
LEAST = 0.001


def draw_answer(run: Run) -> None:
    """Draw what the network takes the picture for: the likeliest in a word, more where it is asked for."""
    with st.popover(_label(run), icon=":material/psychology:", key="answer"):
        has_maps = run.info.answer_kind is AnswerKind.MAPS
        st.markdown("**" + (_("The answer") if has_maps else _("What the network takes it for")) + "**")
        draw_predictions(run.info, run.picture, run.answers.scores, run.classes)


def _label(run: Run) -> str:
    scores, kind = run.answers.scores, run.info.answer_kind
    if kind is AnswerKind.MAPS:
        return label_of(run.info, run.picture, scores)
    if scores.size == 1:
        return _("The answer")
    best = by_score(scores)[0]
    share = f"{scores[best]:.1%}" if kind.is_share else f"{scores[best]:.4g}"
    return f"**{_plain(run.classes[best])}** {escaped(share)}"


def draw_predictions(info: ModelInfo, picture: Entered, scores: Output, classes: Sequence[str]) -> None:
    """Draw the classes with the highest scores; as shares where the output's activation makes them such."""
    if info.answer_kind is AnswerKind.MAPS:
        draw_map_answer(info, picture, scores)
    elif scores.size == 1:
        _draw_one_unit(info.answer_kind, float(scores[0]))
    else:
        _draw_classes(info.answer_kind, scores, classes)
    if not np.isfinite(scores).all():
        st.warning(_("The network's answer holds numbers without end (NaN or infinity): its weights are too large."))
    draw_which_output(info)


def draw_which_output(info: ModelInfo) -> None:
    """Say which output is meant where a model has several."""
    if len(info.outputs) > 1:
        st.caption(
            _("This is the first of {count} outputs, {output}. The others are layers below: {others}.").format(
                count=len(info.outputs),
                output=as_code(info.outputs[0]),
                others=", ".join(map(as_code, info.outputs[1:])),
            )
        )


def _draw_classes(kind: AnswerKind, scores: Maps, classes: Sequence[str]) -> None:
    best = by_score(scores)[:TOP]
    for index in best:
        _draw_score(kind, float(scores[index]), f"**{_plain(classes[index])}** · ")
    if kind is AnswerKind.SIGMOID:
        st.caption(
            _("Each class has a sigmoid of its own: the shares need not add up to 100%, and several can be high.")
        )
    elif kind is AnswerKind.PLAIN:
        st.caption(_("These are scores, not probabilities: the network does not end in a softmax."))
    st.caption(_("{shown} of {count} classes shown.").format(shown=len(best), count=len(classes)))


def _draw_score(kind: AnswerKind, score: float, label: str = "") -> None:
    if kind.is_share:
        share = f"< {LEAST:.1%}" if 0 <= score < LEAST else f"{score:.1%}"
        # Rounding can lead past 1, and a number without end is no share.
        st.progress(min(1.0, max(0.0, score)), text=label + share)
    else:
        st.progress(0.0, text=f"{label}{score:.4g}")


def _draw_one_unit(kind: AnswerKind, score: float) -> None:
    """Draw the answer of a network that ends in one unit."""
    if kind is AnswerKind.PLAIN:
        st.caption(
            _(
                "The network's one output is {score}. Where it was trained as a logit, above 0 means class 1, and "
                "below 0 class 0."
            ).format(score=f"{score:.4g}")
        )
        return
    _draw_score(kind, score)
    if kind is AnswerKind.SIGMOID:
        st.caption(_("One sigmoid unit: the share is that of class 1; below 50% the answer is class 0."))
    else:
        st.caption(_("A softmax over one unit is always 1, whatever the picture: one unit takes a sigmoid."))


def _plain(name: str) -> str:
    """Return a name from outside as it is: no markup, no link, not too long."""
    return escaped(name[:60])
