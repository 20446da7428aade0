"""What the network takes the picture for."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.models.run import Maps
from pages.ui.text import _, escaped

TOP = 5
LEAST = 0.001
TOLERANCE = 1e-3


def draw_predictions(scores: Maps, classes: Sequence[str]) -> None:
    """Draw the classes with the highest scores; as shares where these are probabilities."""
    if scores.ndim > 1:
        st.caption(_("The last layer has maps, not classes: open it below."))
        return
    if scores.size == 1:
        _draw_one_unit(float(scores[0]))
        return
    is_share = bool((scores >= 0).all()) and abs(float(scores.sum()) - 1) < TOLERANCE
    best = np.argsort(scores)[::-1][:TOP]
    for index in best:
        score = float(scores[index])
        share = (f"{score:.1%}" if score >= LEAST else f"< {LEAST:.1%}") if is_share else f"{score:.4g}"
        st.progress(min(1.0, max(0.0, score)) if is_share else 0.0, text=f"**{_plain(classes[index])}** · {share}")
    if not is_share:
        st.caption(_("These are scores, not probabilities: the network does not end in a softmax."))
    st.caption(_("{shown} of {count} classes shown.").format(shown=len(best), count=len(classes)))


def _draw_one_unit(score: float) -> None:
    """Draw the answer of a network that ends in one unit."""
    if 0 <= score <= 1:
        st.progress(score, text=f"**{score:.1%}**")
        st.caption(_("One sigmoid unit: the share is that of class 1; below 50% the answer is class 0."))
    else:
        st.caption(_("The network's one output is {score}.").format(score=f"{score:.4g}"))


def _plain(name: str) -> str:
    """Return a name from outside as it is: no markup, no link, not too long."""
    return escaped(name[:60])
