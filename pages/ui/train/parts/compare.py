"""Runs side by side: their curves together, what differs in their settings, and whether a difference is shown."""

from collections.abc import Mapping
from statistics import fmean, stdev

import streamlit as st

from cnn_core.network.summary import summarize
from cnn_core.training.differences import Size, differences_from_best
from cnn_core.training.judgement import turn_of
from pages.ui import state
from pages.ui.draw import differences as drawn
from pages.ui.draw.tables import draw_table
from pages.ui.runs import SeenRun
from pages.ui.text import _, escaped
from pages.ui.train import curves, ours
from pages.ui.train.told import SEED, said, settings_of, title_of, title_of_run

_LONGEST = 48
"""Characters of a value in the table of what differs."""
_MOST = 8
"""Runs that are compared at once."""


def draw() -> None:
    """Draw the choice of runs, and what they show together."""
    known = _known()
    if len(known) < 2:
        st.info(_("Train a second time with a different setting, for example with augmentation, to compare both here."))
        for run in known.values():
            st.caption(_("So far you have one run: {run}.").format(run=escaped(title_of_run(run))))
        return
    names = {key: _("Run {number}").format(number=number) for number, key in enumerate(known, start=1)}
    chosen = [key for key in state.COMPARED_RUNS.get().split(".") if key in known] or list(known)[:_MOST]
    st.multiselect(
        _("Runs"),
        list(known),
        format_func=lambda key: f"{names[key]}: {title_of_run(known[key])}",
        max_selections=_MOST,
        **state.field("compared_runs", chosen, lambda keys: state.COMPARED_RUNS.set(".".join(keys))),
    )
    runs = {names[key]: known[key] for key in chosen}
    _draw_curves(runs)
    _draw_table(runs)
    _draw_verdict(runs)


def _known() -> dict[str, SeenRun]:
    """Return the runs that may be compared, the oldest first: this reader's, the looked-at one, the address's."""
    own = [run.key for run in reversed(ours.mine())]
    seen = {key: ours.look(key) for key in [*own, state.RUN.get(), *state.COMPARED_RUNS.get().split(".")]}
    return {key: run for key, run in seen.items() if run is not None}


def _draw_curves(runs: Mapping[str, SeenRun]) -> None:
    fits = [curves.Fit(name, run.so_far.epochs, place) for place, (name, run) in enumerate(runs.items())]
    curves.draw_fits(fits, max(run.plan.all_epochs for run in runs.values()), "curves_compared")


# What differs ---------------------------------------------------------------------------------------------------------


def _draw_table(runs: Mapping[str, SeenRun]) -> None:
    """Draw the settings that differ, a row each, and what came of them."""
    settings = {name: settings_of(run) for name, run in runs.items()}
    known = list(dict.fromkeys(name for one in settings.values() for name in one))
    told = {name: [said(name, one.get(name)) for one in settings.values()] for name in known}
    rows = [[title_of(name), *map(_short, row)] for name, row in told.items() if len(set(row)) > 1]
    rows.append([_("parameters"), *(f"{summarize(run.plan.network).parameters:,}" for run in runs.values())])
    rows.append([_("lowest validation loss"), *(_lowest(run) for run in runs.values())])
    rows.append([_("test accuracy"), *(_accuracy(run) for run in runs.values())])
    draw_table([_("What differs"), *runs], rows, is_wordy=True)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _lowest(run: SeenRun) -> str:
    if not run.so_far.epochs:
        return "–"
    turn = turn_of(run.so_far.epochs)
    return _("{loss} after epoch {epoch}").format(loss=f"{turn.lowest:.3f}", epoch=turn.epoch)


def _accuracy(run: SeenRun) -> str:
    if run.so_far.scored is None:
        return "–"
    low, high = (f"{share:.1%}" for share in (run.so_far.scored.low, run.so_far.scored.high))
    return f"{run.so_far.scored.accuracy:.1%} ({low}–{high})"


# What is shown --------------------------------------------------------------------------------------------------------


def _draw_verdict(runs: Mapping[str, SeenRun]) -> None:
    """Say whether the settings differ by more than chance: over the seeds that they share."""
    groups: dict[str, dict[int, float]] = {}
    sizes: dict[str, Size] = {}
    for name, run in runs.items():
        if run.so_far.scored is None:
            continue
        group = next((one for one in groups if _is_alike(runs[one], run)), name)
        groups.setdefault(group, {})[run.plan.seed] = run.so_far.scored.accuracy
        summary = summarize(run.plan.network)
        sizes[group] = Size(summary.parameters, summary.multiply_adds)
    if len(groups) < 2 or not set.intersection(*(set(by_seed) for by_seed in groups.values())):
        st.caption(
            _(
                "Two settings, each trained to the end with the same seeds, can be compared by a paired test: set "
                "“Runs, each with the next seed” to three or more."
            )
        )
        return
    differences = differences_from_best(groups, sizes)
    best = differences[0].best
    lead = _("“{name}” had the highest mean accuracy on the test pictures ({mean}).").format(
        name=best, mean=_mean(list(groups[best].values()))
    )
    st.markdown(f"{lead} {drawn.said(differences, str)}")
    drawn.draw_tests(differences, str)
    drawn.draw_method()


def _is_alike(one: SeenRun, other: SeenRun) -> bool:
    """Say whether two runs differ in their seed only."""
    first, second = (settings_of(run) for run in (one, other))
    return all(first.get(name) == second.get(name) for name in {*first, *second} - {SEED})


def _mean(shares: list[float]) -> str:
    return f"{fmean(shares):.1%}" + (f" ± {stdev(shares):.1%}" if len(shares) > 1 else "")
