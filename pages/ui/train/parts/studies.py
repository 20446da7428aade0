"""Recorded studies of what the courses claim: their curves and figures, what these support and what they do not."""

from collections.abc import Iterable
from statistics import fmean

import streamlit as st

from cnn_core.sentences import Sentence
from cnn_core.training.claims import limits, said
from cnn_core.training.recorded import RecordedRun, RecordedStudy, recorded_studies
from pages.ui import components, state
from pages.ui.draw import differences as drawn
from pages.ui.draw.tables import draw_table
from pages.ui.text import _, escaped, sentence
from pages.ui.train import live


def draw() -> None:
    """Draw the choice of studies, and what the chosen one has found."""
    studies = {study.plan.key: study for study in recorded_studies()}
    if not studies:
        st.info(_("Nothing is recorded here: `make study` trains what the courses claim, in minutes to hours."))
        return
    chosen = state.TRAIN_STUDY.get() if state.TRAIN_STUDY.get() in studies else next(iter(studies))
    st.selectbox(
        _("Recorded study"),
        list(studies),
        format_func=lambda key: _(studies[key].plan.title),
        label_visibility="collapsed",
        **state.field("train_study", chosen, state.TRAIN_STUDY.set),
    )
    _draw_study(studies[chosen])


def _draw_study(study: RecordedStudy) -> None:
    st.markdown(_(study.plan.about))
    _draw_curves(study)
    _draw_table(study)
    supported, open_ = st.columns(2, gap="medium")
    with supported:
        st.markdown(_("**What these results support**"))
        _draw_list(said(study))
        _draw_verdict(study)
    with open_:
        st.markdown(_("**What they do not**"))
        _draw_list(limits(study))
        st.caption(_made(study))


def _draw_list(notes: Iterable[Sentence]) -> None:
    st.markdown("\n".join(f"- {escaped(sentence(note))}" for note in notes))


def _title(study: RecordedStudy, scheme: str) -> str:
    return _(study.plan.scheme(scheme).title)


def _draw_curves(study: RecordedStudy) -> None:
    """Draw loss and accuracy of every run; the seeds of a scheme have its colour."""
    colours = {scheme: place for place, scheme in enumerate(study.schemes)}
    charts = [("loss", _("Loss"), None), ("accuracy", _("Accuracy"), 1.0)]
    names = [_title(study, scheme) for scheme in study.schemes]
    data = {
        "charts": [
            {
                "title": title,
                "series": [
                    live.series_of(run.epochs, figure, _name(study, run), colours[run.scheme]) for run in study.runs
                ],
                "top": top,
                "isLog": False,
                "level": None,
                "marks": [],
                "alt": f"{title}: {', '.join(names)}",
            }
            for figure, title, top in charts
        ],
        "last": max(len(run.epochs) for run in study.runs),
        "from": 1,
        "step": 1,
        "words": live.words(),
    }
    components.curves(data, key="curves_study")


def _name(study: RecordedStudy, run: RecordedRun) -> str:
    return ", ".join([_title(study, run.scheme), _("seed {seed}").format(seed=run.seed)])


def _draw_table(study: RecordedStudy) -> None:
    heads = [
        "",
        _("Seeds"),
        _("Training pictures"),
        _("Parameters trained"),
        _("Test accuracy"),
        _("Lowest validation loss after epoch"),
        _("Time of a run (min:s)"),
    ]
    draw_table(heads, [_row(study, scheme) for scheme in study.schemes])


def _row(study: RecordedStudy, scheme: str) -> list[str]:
    runs = study.of(scheme)
    mean, spread = study.accuracy(scheme)
    seconds = round(fmean(run.seconds for run in runs))
    return [
        _title(study, scheme),
        str(len(runs)),
        f"{runs[0].pictures['train']:,}",
        f"{runs[0].trained:,}",
        f"{mean:.1%}" + (f" ± {spread:.1%}" if spread is not None else ""),
        ", ".join(str(run.turn.epoch) for run in runs),
        f"{seconds // 60}:{seconds % 60:02}",
    ]


def _draw_verdict(study: RecordedStudy) -> None:
    """Say whether the best scheme is better by more than chance."""
    differences = study.differences()
    if not differences:
        return
    lead = _("“{name}” had the highest mean accuracy on the test pictures ({mean}).").format(
        name=_title(study, differences[0].best), mean=f"{study.accuracy(differences[0].best)[0]:.1%}"
    )
    verdict = drawn.said(differences, lambda scheme: _title(study, scheme))
    st.markdown(f"- {escaped(lead)} {escaped(verdict)}")


def _made(study: RecordedStudy) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in study.versions.items())
    text = _("Recorded on {made} with {versions}; `make study STUDY={key}` trains it again.")
    return text.format(made=study.made, versions=versions, key=study.plan.key)
