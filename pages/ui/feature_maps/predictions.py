"""What the network takes the picture for."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from cnn_core.arrays import Maps, Output
from cnn_core.layers import ActivationName
from cnn_core.models.answer_kind import AnswerKind, by_score, last_active, likeliest
from cnn_core.models.info import ModelInfo
from cnn_core.numerics.activations import activate, softmax
from pages.ui import state
from pages.ui.ask.classes import class_names, is_named, pick_output, unit_names
from pages.ui.entered import Entered
from pages.ui.feature_maps.answer_maps import draw_map_answer, label_of
from pages.ui.feature_maps.menus import was_opened
from pages.ui.feature_maps.open_layer import Run
from pages.ui.text import _, as_code, escaped
from pages.ui.waiting import run_again

TOP = 5
FEW = 3
LEAST = 0.001


def draw_answer(run: Run) -> None:
    """Draw what the network takes the picture for: the likeliest in a word, more where it is asked for."""
    label = _in_a_word(run.info, run.picture, run.scores, run.classes)
    with st.popover(label, icon=":material/psychology:", key="answer"):
        if was_opened("answer"):
            _draw_more(run)


def _draw_more(run: Run) -> None:
    has_maps = run.info.answer_kind is AnswerKind.MAPS
    st.markdown("**" + (_("The answer") if has_maps else _("What the network thinks it is")) + "**")
    pick_output(run.info, "answer")
    draw_predictions(run.info, run.picture, run.scores, run.classes)
    if run.info.answer_kind is AnswerKind.PLAIN and run.scores.size > 1:
        st.toggle(
            _("As shares: softmax of these numbers"),
            help=_(
                "Correct if the network was trained to tell classes apart and leaves the softmax to its loss, as "
                "with from_logits=True in Keras and CrossEntropyLoss in PyTorch. Outputs that are quantities have "
                "no shares."
            ),
            **state.AS_SHARES.widget(run_again),
        )
    _draw_other_outputs(run)


def _draw_other_outputs(run: Run) -> None:
    """Say in a word what the outputs answer that are not spoken of."""
    others = [run.info.speaking_of(name) for name in run.info.outputs if name != run.info.output]
    lines = [
        f"- {as_code(info.output)}: {_in_a_word(info, run.picture, scores, _names(info, scores))}"
        for info, scores in ((info, run.answers.outputs[info.output]) for info in others)
    ]
    if lines:
        st.caption(_("The other outputs:") + "\n" + "\n".join(lines))


def _names(info: ModelInfo, scores: Output) -> tuple[str, ...]:
    """Return the names of an answer's classes; that the reader's do not fit is said where the output is spoken of."""
    if info.answer_kind is AnswerKind.MAPS or is_named(info, scores.size):
        return class_names(info, scores)
    return tuple(_("Class {number}").format(number=number) for number in range(max(2, scores.size)))


def _in_a_word(info: ModelInfo, picture: Entered, scores: Output, classes: Sequence[str]) -> str:
    """Return an answer in a word, with its share or number."""
    info, scores = as_shares(info, scores)
    kind = info.answer_kind
    if kind is AnswerKind.MAPS:
        return label_of(info, picture, scores)
    if scores.size > 1:
        best = by_score(scores)[0]
        return f"**{_plain(classes[best])}** {escaped(_number(kind, scores[best]))}"
    if kind is AnswerKind.SIGMOID:
        best = likeliest(scores, kind)
        return f"**{_plain(classes[best])}** {escaped(_number(kind, scores[0] if best else 1 - scores[0]))}"
    if kind is AnswerKind.PLAIN:
        return f"**{_plain(unit_names(info, 1)[0])}** {escaped(_number(kind, scores[0]))}"
    return _("The answer")


def in_lines(info: ModelInfo, picture: Entered, scores: Output, classes: Sequence[str]) -> list[str]:
    """Return an answer in a few lines: the likeliest classes with their shares or numbers, else as `_in_a_word`."""
    info, scores = as_shares(info, scores)
    if info.answer_kind is AnswerKind.MAPS or scores.size == 1:
        return [_in_a_word(info, picture, scores, classes)]
    best = by_score(scores)[:FEW]
    return [f"{_plain(classes[index])} {escaped(_number(info.answer_kind, scores[index]))}" for index in best]


def _number(kind: AnswerKind, score: float) -> str:
    return f"{score:.1%}" if kind.is_share else f"{score:.4g}"


def as_shares(info: ModelInfo, scores: Output) -> tuple[ModelInfo, Output]:
    """Return numbers as the shares that a softmax makes of them, where the reader wants that and there are several."""
    if info.answer_kind is not AnswerKind.PLAIN or scores.size == 1 or not state.AS_SHARES.get():
        return info, scores
    with np.errstate(invalid="ignore"):  # of numbers without end, which are said
        return replace(info, answer_kind=AnswerKind.SOFTMAX), softmax(scores)


def draw_predictions(info: ModelInfo, picture: Entered, scores: Output, classes: Sequence[str]) -> None:
    """Draw the classes with the highest scores; as shares where the output's activation makes them such."""
    if info.answer_kind is AnswerKind.MAPS:
        draw_map_answer(info, picture, scores)
    elif scores.size == 1:
        _draw_one_unit(info, float(scores[0]), classes)
    else:
        shown, shares = as_shares(info, scores)
        _draw_classes(shown.answer_kind, shares, classes)
        if shown is not info:
            st.caption(_("The shares are a softmax of the network's outputs; the network itself does not apply one."))
    if not np.isfinite(scores).all():
        st.warning(
            _("The network's answer contains values that are not finite (NaN or infinity): its weights are too large.")
        )


def _draw_classes(kind: AnswerKind, scores: Maps, classes: Sequence[str]) -> None:
    best = by_score(scores)[:TOP]
    for index in best:
        _draw_score(kind, float(scores[index]), classes[index])
    if kind is AnswerKind.SIGMOID:
        st.caption(
            _("Each class has a sigmoid of its own: the shares need not add up to 100%, and several can be high.")
        )
    elif kind is AnswerKind.PLAIN:
        st.caption(_("These are scores, not probabilities: the network does not end with a softmax."))
    st.caption(_("{shown} of {count} classes shown.").format(shown=len(best), count=len(classes)))


def _draw_score(kind: AnswerKind, score: float, name: str) -> None:
    label = f"**{_plain(name)}** · "
    if kind.is_share:
        share = f"< {LEAST:.1%}" if 0 <= score < LEAST else f"{score:.1%}"
        # Rounding can lead past 1, and a number without end is no share.
        st.progress(min(1.0, max(0.0, score)), text=label + share)
    else:
        st.markdown(f"{label}{score:.4g}")


def _draw_one_unit(info: ModelInfo, score: float, classes: Sequence[str]) -> None:
    """Draw the answer of a network that ends in one unit, which can tell two classes apart."""
    first, second = map(_plain, classes)
    if info.answer_kind is AnswerKind.SOFTMAX:
        st.caption(_("A softmax over one unit is always 1, whatever the picture: with one unit, use a sigmoid."))
    elif info.answer_kind is AnswerKind.SIGMOID:
        for name, share in sorted(zip(classes, (1 - score, score), strict=True), key=lambda pair: -pair[1]):
            _draw_score(AnswerKind.SIGMOID, share, name)
        text = _("One sigmoid unit: its value, {score}, is the share of {second}; the rest is the share of {first}.")
        st.caption(text.format(score=f"{score:.4g}", first=first, second=second))
    else:
        _draw_score(AnswerKind.PLAIN, score, unit_names(info, 1)[0])
        st.caption(_about_a_number(info, score, first, second))


def _about_a_number(info: ModelInfo, score: float, first: str, second: str) -> str:
    """Say what the number of a single unit can be that is no share."""
    activation = getattr(last_active(info.network, info.output), "activation", ActivationName.LINEAR)
    if activation is not ActivationName.LINEAR:
        text = _("The network ends in a single number after {activation}, which is not a share.")
        return text.format(activation=activation)
    text = _(
        "The network ends in a single number without an activation. If it was trained to predict a quantity, this "
        "is the answer. If it was trained as a logit, above 0 means {second} and below 0 {first}; its sigmoid, "
        "{share}, is the share of {second}."
    )
    share = float(activate(ActivationName.SIGMOID, np.array([score], np.float64))[0])
    return text.format(first=first, second=second, share=f"{share:.1%}")


def _plain(name: str) -> str:
    """Return a name from outside as it is: no markup, no link, not too long."""
    return escaped(name[:60])
