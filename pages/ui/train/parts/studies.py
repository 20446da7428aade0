"""Recorded studies of what the courses claim: their curves and figures, what these support and what they do not."""

from collections.abc import Iterable
from statistics import fmean

import streamlit as st

from cnn_core.sentences import Sentence
from cnn_core.training.claims import limits, said
from cnn_core.training.recorded import RecordedRun, RecordedStudy, recorded_studies
from cnn_core.training.studies import STUDIES, StudyPlan
from pages.ui import state
from pages.ui.draw import differences as drawn
from pages.ui.draw.tables import draw_table
from pages.ui.text import _, escaped, sentence
from pages.ui.train import curves


def draw() -> None:
    """Draw the choice of studies, and what the chosen one has found so far."""
    recorded = {study.plan.key: study for study in recorded_studies()}
    plans = {plan.key: plan for plan in STUDIES}
    chosen = state.TRAIN_STUDY.get()
    st.selectbox(
        _("Recorded study"),
        list(plans),
        format_func=lambda key: _named(plans[key], recorded.get(key)),
        label_visibility="collapsed",
        **state.field("train_study", chosen, state.TRAIN_STUDY.set),
    )
    st.markdown(_(plans[chosen].about))
    if chosen in recorded:
        _draw_study(recorded[chosen])
    else:
        _draw_planned(plans[chosen])


def _named(plan: StudyPlan, study: RecordedStudy | None) -> str:
    """Return what a study is called, and how much of it there is where that is not all."""
    planned = len(plan.schemes) * plan.seeds
    done = 0 if study is None else len(study.runs)
    if done >= planned:
        return _(plan.title)
    if not done:
        return _("{title}: not recorded yet").format(title=_(plan.title))
    return _("{title}: {done} of {planned} runs recorded").format(title=_(plan.title), done=done, planned=planned)


def _draw_planned(plan: StudyPlan) -> None:
    """Say what a study is going to train, and that nothing is known of it yet."""
    text = _("Nothing has been recorded for this yet, so no result is claimed. `make study STUDY={key}` trains it:")
    st.info(text.format(key=plan.key), icon=":material/hourglass_empty:")
    text = _("{scheme}, with {seeds} seeds")
    st.markdown("\n".join(f"- {escaped(text.format(scheme=_(each.title), seeds=plan.seeds))}" for each in plan.schemes))


def _draw_study(study: RecordedStudy) -> None:
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
    fits = [
        curves.Fit(_name(study, run), run.epochs, colours[run.scheme], group=_title(study, run.scheme))
        for run in study.runs
    ]
    curves.draw_fits(fits, max(len(run.epochs) for run in study.runs), "curves_study")


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
    draw_table(heads, [_row(study, scheme.key) for scheme in study.plan.schemes])


def _row(study: RecordedStudy, scheme: str) -> list[str]:
    """Return what came of a scheme; dashes where nothing is recorded of it."""
    runs = study.of(scheme)
    if not runs:
        return [_title(study, scheme), "0", *["–"] * 5]
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
