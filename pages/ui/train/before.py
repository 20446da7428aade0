"""What is seen where a run will be, as long as there is none: a recorded one, which shows what is worth looking for."""

from collections.abc import Sequence

import streamlit as st

from cnn_core.training.claims import said_of_accuracy
from cnn_core.training.judgement import said_of_turn
from cnn_core.training.recorded import RecordedRun, RecordedStudy, recorded_study
from cnn_core.training.records import EpochEnd
from pages.ui.text import _, escaped, sentence
from pages.ui.train import chosen, curves
from pages.ui.train.following import CURVES


def draw() -> None:
    """Draw what is recorded of the course's network, or of transfer where that is chosen."""
    study = recorded_study("transfer" if chosen.is_transfer() else "cats_dogs")
    if study is None:
        return
    if chosen.is_transfer():
        st.markdown(_("**Recorded: {title}**").format(title=escaped(_(study.plan.title))))
        _draw_curves(study, [study.of(scheme)[0] for scheme in study.schemes])
        said = [said_of_accuracy(study, scheme) for scheme in study.schemes]
    else:
        spoken_of = study.runs[0]
        text = _("**Recorded: the second course's network on {count} pictures of cats and dogs**")
        st.markdown(text.format(count=f"{spoken_of.pictures['train']:,}"))
        _draw_curves(study, [spoken_of], spoken_of.epochs)
        said = [said_of_turn(spoken_of.epochs)]
    st.markdown(" ".join(escaped(sentence(note)) for note in said))
    st.caption(_("“Train” draws your own run here, while it learns."))


def _draw_curves(study: RecordedStudy, runs: Sequence[RecordedRun], judged: Sequence[EpochEnd] = ()) -> None:
    """Draw runs, growing, and mark where `judged` overfits: the shade would be wrong for any other beside it."""
    fits = [curves.Fit(_(study.plan.scheme(run.scheme).title), run.epochs, colour) for colour, run in enumerate(runs)]
    last, classes = max(len(run.epochs) for run in runs), len(runs[0].scored.confusion)
    curves.draw_fits(fits, last, CURVES, judged=judged, classes=classes, plays=True)
