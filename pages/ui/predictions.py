"""What the network takes the picture for."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.look import Maps
from pages.ui.text import _

TOP = 5
LEAST = 0.001


def draw_predictions(scores: Maps, classes: Sequence[str]) -> None:
    """Draw the classes with the highest probabilities."""
    best = np.argsort(scores)[::-1][:TOP]
    for index in best:
        share = f"{scores[index]:.1%}" if scores[index] >= LEAST else f"< {LEAST:.1%}"
        st.progress(float(scores[index]), text=f"**{classes[index]}** · {share}")
    st.caption(_("{shown} of {count} classes shown.").format(shown=len(best), count=len(classes)))
