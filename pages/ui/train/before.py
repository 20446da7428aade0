"""What is seen where a run will be, as long as there is none: the recorded overfitting of the course's network."""

import streamlit as st

from cnn_core.training.judgement import said_of_turn
from cnn_core.training.recorded import recorded_study
from pages.ui.text import _, escaped, sentence
from pages.ui.train import curves
from pages.ui.train.following import CURVES

_STUDY = "cats_dogs"


def draw() -> None:
    """Draw the first run of each of the study's schemes, growing; the first scheme's is the one that is spoken of."""
    study = recorded_study(_STUDY)
    if study is None:
        return
    runs = [study.of(scheme)[0] for scheme in study.schemes]
    spoken_of = runs[0]
    st.markdown(
        _("**Recorded: the second course's network on {count} pictures of cats and dogs**").format(
            count=f"{spoken_of.pictures['train']:,}"
        )
    )
    fits = [curves.Fit(_(study.plan.scheme(run.scheme).title), run.epochs, colour) for colour, run in enumerate(runs)]
    last = max(len(run.epochs) for run in runs)
    classes = len(spoken_of.scored.confusion)
    curves.draw_fits(fits, last, CURVES, judged=spoken_of.epochs, classes=classes, plays=True)
    st.markdown(escaped(sentence(said_of_turn(spoken_of.epochs))))
    st.caption(_("“Train” draws your own run here, while it learns."))
