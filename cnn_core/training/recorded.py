"""What the runs of a study found, as a small file: curves, settings, seeds, versions, times and the machine."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Final

from cnn_core.data import DATA
from cnn_core.network.summary import summarize
from cnn_core.training.differences import Difference, Size, differences_from_best
from cnn_core.training.fitting import FitPlan
from cnn_core.training.judgement import Turn, turn_of
from cnn_core.training.optimizer import ScheduleName
from cnn_core.training.records import EpochEnd, Scored, Stage
from cnn_core.training.run_folder import RunFolder, replacing
from cnn_core.training.so_far import SoFar
from cnn_core.training.studies import STUDIES, StudyPlan, study_plan

FOLDER: Final = DATA / "studies"
_CURVES: Final = ("loss", "accuracy", "val_loss", "val_accuracy", "seconds", "learning_rate")
_SCORED: Final = ("epoch", "pictures", "loss", "accuracy", "low", "high")
_DIGITS: Final = 5
"""Of figures behind the point: more say nothing."""


@dataclass(frozen=True)
class RecordedRun:
    """A scheme trained with one seed.

    Attributes:
        trained, frozen: parameters that its last stage changes, and does not.
        multiply_adds: for one picture.
        settings: how it was trained, by Keras's names.
        pictures: how many there were in each part.
        began: after how many epochs each stage began.
        epochs: its history, without gradients.
        scored: what the kept weights were worth on the test pictures, without single answers.
    """

    scheme: str
    seed: int
    trained: int
    frozen: int
    multiply_adds: int
    settings: Mapping[str, Any]
    pictures: Mapping[str, int]
    began: Mapping[str, int]
    epochs: tuple[EpochEnd, ...]
    scored: Scored

    @property
    def turn(self) -> Turn:
        """Where its validation loss turned."""
        return turn_of(self.epochs)

    @property
    def seconds(self) -> float:
        """The time of all epochs."""
        return sum(epoch.seconds for epoch in self.epochs)


@dataclass(frozen=True)
class RecordedStudy:
    """What is recorded of a study; some of its runs may be missing still.

    Attributes:
        made: the day of the last run.
        versions: of Python and of the packages that count.
        machine: its processors, how many and which.
    """

    plan: StudyPlan
    made: str
    versions: Mapping[str, str]
    machine: Mapping[str, Any]
    runs: tuple[RecordedRun, ...]

    @property
    def schemes(self) -> tuple[str, ...]:
        """The keys of the schemes that have a run, in the order of the plan."""
        return tuple(scheme.key for scheme in self.plan.schemes if self.of(scheme.key))

    @property
    def missing(self) -> Mapping[str, int]:
        """How many runs are still to come, by the keys of the schemes that lack some."""
        lacking = {scheme.key: self.plan.seeds - len(self.of(scheme.key)) for scheme in self.plan.schemes}
        return {scheme: count for scheme, count in lacking.items() if count > 0}

    def of(self, scheme: str) -> tuple[RecordedRun, ...]:
        """Return the runs of a scheme, seed by seed."""
        return tuple(run for run in self.runs if run.scheme == scheme)

    def accuracy(self, scheme: str) -> tuple[float, float | None]:
        """Return mean and standard deviation over the seeds of the share of test pictures that were right."""
        return spread([run.scored.accuracy for run in self.of(scheme)])

    def differences(self) -> tuple[Difference[str], ...]:
        """Return how the most accurate scheme differs from the others on the test pictures."""
        figures = {scheme: {run.seed: run.scored.accuracy for run in self.of(scheme)} for scheme in self.schemes}
        runs = {scheme: self.of(scheme)[0] for scheme in self.schemes}
        sizes = {scheme: Size(run.trained + run.frozen, run.multiply_adds) for scheme, run in runs.items()}
        return differences_from_best(figures, sizes)


def spread(figures: Sequence[float]) -> tuple[float, float | None]:
    """Return mean and standard deviation, None for a single figure.

    >>> spread([1.0, 3.0])
    (2.0, 1.4142135623730951)
    """
    return fmean(figures), stdev(figures) if len(figures) > 1 else None


# Written --------------------------------------------------------------------------------------------------------------


def recorded_run(folder: RunFolder, scheme: str) -> RecordedRun | None:
    """Return what a run has found; None where it is not there or not done."""
    if not folder.plan_file.exists():
        return None
    plan, so_far = folder.plan(), SoFar(folder)
    so_far.read()
    if so_far.ended is None or not so_far.ended.complete or so_far.scored is None:
        return None
    last = so_far.stages[-1]
    return RecordedRun(
        scheme,
        plan.seed,
        last.trained,
        last.frozen,
        summarize(plan.network).multiply_adds,
        settings_of(plan),
        last.pictures,
        _began(so_far.epochs),
        so_far.epochs,
        so_far.scored,
    )


def _began(epochs: Sequence[EpochEnd]) -> dict[str, int]:
    """Return after how many epochs each stage began, wherever it was interrupted later."""
    return {epoch.stage: epoch.epoch - 1 for epoch in reversed(epochs)}


def settings_of(plan: FitPlan) -> dict[str, Any]:
    """Return how a network is trained, by Keras's names."""
    optimizer = {name: value for name, value in asdict(plan.optimizer).items() if value}
    if plan.optimizer.schedule is not ScheduleName.EXPONENTIAL:
        del optimizer["decay_rate"]
    tuning = plan.transfer.fine_tuning if plan.transfer else None
    return {
        "size": list(plan.data.size),
        "optimizer": optimizer.pop("name"),
        **optimizer,
        "batch_size": plan.batch_size,
        "epochs": plan.epochs,
        "keep_best": plan.keep_best,
        **({"augmentation": [repr(layer) for layer in plan.augmentation]} if plan.augmentation else {}),
        **({"fine_tuning": asdict(tuning)} if tuning else {}),
    }


def write_study(path: Path, study: StudyPlan, runs: Sequence[RecordedRun]) -> None:
    """Write a record, a line a run."""
    about = {
        "study": study.key,
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "versions": used_versions(),
        "machine": {"processors": os.cpu_count(), "kind": platform.machine()},
    }
    head = json.dumps(about, indent=1).removesuffix("\n}")
    lines = ",\n".join(f"  {json.dumps(_document(run))}" for run in runs)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write_text(f'{head},\n "runs": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def used_versions() -> dict[str, str]:
    """Return the versions with which something is trained here."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("keras", "tensorflow", "numpy")}}


def _document(run: RecordedRun) -> dict[str, Any]:
    plain = {field.name: getattr(run, field.name) for field in fields(run) if field.name not in ("epochs", "scored")}
    curves = {name: [round(getattr(epoch, name), _DIGITS) for epoch in run.epochs] for name in _CURVES}
    scored = {name: round(getattr(run.scored, name), _DIGITS) for name in _SCORED}
    return {**plain, "curves": curves, "scored": {**scored, "confusion": run.scored.confusion}}


# Read -----------------------------------------------------------------------------------------------------------------


@cache
def recorded_studies() -> tuple[RecordedStudy, ...]:
    """Return all studies that something is recorded of, the quickest first."""
    files = (FOLDER / f"{study.key}.json" for study in STUDIES)
    studies = (read_study(file) for file in files if file.exists())
    return tuple(study for study in studies if study.runs)


def recorded_study(key: str) -> RecordedStudy | None:
    """Return what is recorded of the study of this key, None where nothing is."""
    return next((study for study in recorded_studies() if study.plan.key == key), None)


def read_study(path: Path) -> RecordedStudy:
    """Return what `write_study` wrote."""
    record = json.loads(path.read_text(encoding="utf-8"))
    runs = tuple(_read_run(run) for run in record["runs"])
    return RecordedStudy(study_plan(record["study"]), record["made"], record["versions"], record["machine"], runs)


def _read_run(document: dict[str, Any]) -> RecordedRun:
    curves, scored = document.pop("curves"), document.pop("scored")
    columns = [curves[name] for name in _CURVES]
    stages = [(epoch, Stage(stage)) for stage, epoch in document["began"].items()]
    epochs = []
    for number, row in enumerate(zip(*columns, strict=True), 1):
        stage = max(began for began in stages if began[0] < number)[1]
        epochs.append(EpochEnd(number, **dict(zip(_CURVES, row, strict=True)), stage=stage))
    confusion = tuple(map(tuple, scored.pop("confusion")))
    return RecordedRun(
        **document, epochs=tuple(epochs), scored=Scored(**scored, confusion=confusion, wrong=(), sure=())
    )
