"""What the record of a study supports, what it does not, and where it differs from the course: in sentences.

Every figure in them is computed from the record, so a run more may change what is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cnn_core.sentences import N_, Note
from cnn_core.training.judgement import LAST, Turn
from cnn_core.training.recorded import RecordedRun, RecordedStudy
from cnn_core.training.statistics import standard_error

FEW: Final = 0.9
"""Of the course's pictures: with fewer than this share the sentence says so."""


@dataclass(frozen=True)
class CourseFigure:
    """What a course says of a scheme.

    Attributes:
        pictures: that it trains on.
        epochs: between which the validation loss turns.
        accuracy: between which the validation accuracy then is, None where it gives none.
    """

    pictures: int
    epochs: tuple[int, int]
    accuracy: tuple[float, float] | None = None


COURSE: Final = {
    ("cats_dogs", "scratch"): CourseFigure(2_000, (10, 10)),
    ("cats_dogs", "cured"): CourseFigure(2_000, (60, 70), (0.8, 0.85)),
}
"""The second course's figures, by study and scheme."""

_ONE: Final = N_(
    "“{scheme}” was right for {accuracy} of {pictures} test pictures with one seed; from the choice of these "
    "pictures alone, the share is between {low} and {high} (95%, Wilson)."
)
_SEVERAL: Final = N_(
    "“{scheme}” was right for {accuracy} ± {spread} of {pictures} test pictures: mean and standard deviation over "
    "{seeds} seeds."
)
_OVERFITS: Final = N_(
    "“{scheme}” overfits in {count} of {runs} runs: the validation loss was lowest after epoch {epochs} and rose "
    "afterwards, while the training loss kept falling."
)
_OVERFITS_ONE: Final = N_(
    "“{scheme}” overfits in its only run: the validation loss was lowest after epoch {epochs} and rose afterwards, "
    "while the training loss kept falling."
)
_OPEN: Final = N_(
    "“{scheme}”: the validation loss was lowest after epoch {epochs} of {all}, and no run shows overfitting."
)
_ALIKE: Final = N_("The course names epoch {wanted} for that; here it also happens about then, after epoch {epochs}.")
_PARTLY_ALIKE: Final = N_(
    "The course names epoch {wanted} for that; here it happens after epoch {epochs}, in {count} of {runs} runs about "
    "then."
)
_EARLIER: Final = N_("The course names epoch {wanted} for that; here it happens earlier, after epoch {epochs}.")
_LATER: Final = N_("The course names epoch {wanted} for that; here it happens later, after epoch {epochs}.")
_ACCURACY: Final = N_(
    "The course's validation accuracy is {low} to {high}; here it is {accuracy} where the validation loss is lowest."
)
_FEWER: Final = N_(
    "The course trains on {theirs} pictures and this study on {ours}: with fewer pictures, a network memorizes them "
    "sooner and is right less often, so the numbers cannot be compared directly."
)


def said(study: RecordedStudy) -> tuple[Note, ...]:
    """Return what a record with one run or more supports, without the comparison of its schemes."""
    return tuple(note for scheme in study.schemes for note in _said_of(study, scheme))


def _said_of(study: RecordedStudy, scheme: str) -> Iterator[Note]:
    runs = study.of(scheme)
    title = Note(study.plan.scheme(scheme).title)
    yield said_of_accuracy(study, scheme)
    turns = [run.turn for run in runs]
    yield _turned(turns, runs, title)
    course = COURSE.get((study.plan.key, scheme))
    if course is not None:
        yield from _compared(course, runs)


def said_of_accuracy(study: RecordedStudy, scheme: str) -> Note:
    """Say how often a scheme with one run or more was right on the test pictures."""
    mean, spread = study.accuracy(scheme)
    runs, title = study.of(scheme), Note(study.plan.scheme(scheme).title)
    values = {"scheme": title, "accuracy": f"{mean:.1%}", "pictures": f"{runs[0].scored.pictures:,}"}
    if spread is None:
        scored = runs[0].scored
        return Note(_ONE, {**values, "low": f"{scored.low:.1%}", "high": f"{scored.high:.1%}"})
    return Note(_SEVERAL, {**values, "spread": f"{spread:.1%}", "seeds": len(runs)})


def _turned(turns: Sequence[Turn], runs: Sequence[RecordedRun], title: Note) -> Note:
    over = [turn for turn in turns if turn.is_overfitting]
    if over and len(turns) == 1:
        return Note(_OVERFITS_ONE, {"scheme": title, "epochs": _span(_epochs(over))})
    if over:
        return Note(
            _OVERFITS, {"scheme": title, "count": len(over), "runs": len(turns), "epochs": _span(_epochs(over))}
        )
    values = {"epochs": _span(_epochs(turns)), "all": len(runs[0].epochs)}
    return Note(_OPEN, {"scheme": title, **values})


def _compared(course: CourseFigure, runs: Sequence[RecordedRun]) -> Iterator[Note]:
    epochs = _epochs([run.turn for run in runs])
    low, high = course.epochs
    alike = sum(low - LAST <= epoch <= high + LAST for epoch in epochs)
    values = {"wanted": _span(course.epochs), "epochs": _span(epochs)}
    if alike not in (0, len(epochs)) or (not alike and min(epochs) < low and max(epochs) > high):
        yield Note(_PARTLY_ALIKE, {**values, "count": alike, "runs": len(epochs)})
    else:
        yield Note(_ALIKE if alike else (_EARLIER if max(epochs) < low else _LATER), values)
    if course.accuracy is not None:
        best = [run.epochs[run.turn.epoch - 1].val_accuracy for run in runs]
        low_, high_ = (f"{end:.0%}" for end in course.accuracy)
        yield Note(_ACCURACY, {"low": low_, "high": high_, "accuracy": _shares(best)})
    ours = runs[0].pictures["train"]
    if ours < FEW * course.pictures:
        yield Note(_FEWER, {"theirs": f"{course.pictures:,}", "ours": f"{ours:,}"})


def _epochs(turns: Sequence[Turn]) -> list[int]:
    return [turn.epoch for turn in turns]


def _span(figures: Sequence[int]) -> str:
    low, high = min(figures), max(figures)
    return str(low) if low == high else f"{low}–{high}"


def _shares(figures: Sequence[float]) -> str:
    low, high = f"{min(figures):.0%}", f"{max(figures):.0%}"
    return low if low == high else f"{low}–{high}"


_UNTRAINED: Final = N_(
    "Nothing has been recorded for “{scheme}” yet, so nothing can be said about it or about what it changes."
)
_FEW_SEEDS: Final = N_("For “{scheme}”, {done} of {all} seeds are recorded; the others are still to be trained.")
_MARGIN: Final = N_(
    "{pictures} test pictures leave an uncertainty of ± {margin} percentage points (two standard errors), whatever "
    "the seed; all runs are tested on the same ones, so a difference between two schemes is more certain than "
    "either number."
)
_SEEDS: Final = N_(
    "{seeds} seeds show how much chance in the weights and in the order of the pictures matters, not what a "
    "different choice of pictures would do: all runs are trained on the same ones."
)
_ONLY: Final = N_(
    "It is one network on one set of pictures, trained with the settings given here and not tuned: a different "
    "rate, or more epochs, may change the order."
)
_TIMES: Final = N_("Times were measured on {processors} processors that did other work besides.")


def limits(study: RecordedStudy) -> tuple[Note, ...]:
    """Return what a record with one run or more does not support."""
    notes = list(_said_of_missing(study))
    scored = min((run.scored for run in study.runs), key=lambda scored: scored.accuracy)
    margin = 2 * standard_error(scored.accuracy, scored.pictures)
    notes.append(Note(_MARGIN, {"pictures": f"{scored.pictures:,}", "margin": f"{100 * margin:.1f}"}))
    seeds = len({run.seed for run in study.runs})
    if seeds > 1:
        notes.append(Note(_SEEDS, {"seeds": seeds}))
    return (*notes, Note(_ONLY), Note(_TIMES, {"processors": study.machine["processors"]}))


def _said_of_missing(study: RecordedStudy) -> Iterator[Note]:
    """Say of each scheme that lacks runs how many there are."""
    for scheme, missing in study.missing.items():
        done = study.plan.seeds - missing
        message = _FEW_SEEDS if done else _UNTRAINED
        yield Note(message, {"scheme": Note(study.plan.scheme(scheme).title), "done": done, "all": study.plan.seeds})
