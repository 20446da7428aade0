"""Records of studies: written and read again, and what their figures support."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_fits import small_plan

from cnn_core.pictures.outlines import ShapeKind
from cnn_core.training.claims import limits, said
from cnn_core.training.recorded import (
    RecordedRun,
    RecordedStudy,
    read_study,
    recorded_run,
    recorded_studies,
    settings_of,
    write_study,
)
from cnn_core.training.records import Begun, Ended, EpochEnd, Scored, Stage
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.sets.parts import counts
from cnn_core.training.sets.sources import Shapes
from cnn_core.training.studies import CATS_DOGS_SPLIT, CLOTHES_SPLIT, DIGITS_SPLIT, STUDIES, study_plan

PICTURES = {"train": 800, "validation": 200, "test": 399}


def epochs(turn: int, count: int = 30) -> tuple[EpochEnd, ...]:
    """Return a history whose validation loss falls until `turn` and rises afterwards."""
    return tuple(
        EpochEnd(n, 1 / n, 0.5 + n / 100, 0.5 + abs(n - turn) / 100, 0.7 + min(n, turn) / 1000, 2.0, 0.001)
        for n in range(1, count + 1)
    )


def run(scheme: str, seed: int, accuracy: float, turn: int = 9, count: int = 30) -> RecordedRun:
    scored = Scored(turn, 399, 0.5, accuracy, accuracy - 0.02, accuracy + 0.02, ((150, 50), (40, 159)), (), ())
    settings = {"optimizer": "rmsprop"}
    return RecordedRun(scheme, seed, 991_041, 0, 10**9, settings, PICTURES, {"scratch": 0}, epochs(turn, count), scored)


def study(*runs: RecordedRun) -> RecordedStudy:
    return RecordedStudy(study_plan("cats_dogs"), "2026-11-30", {"keras": "3"}, {"processors": 2}, runs)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    tuned = replace(run("scratch", 1, 0.75), began={"head": 0, "fine_tuning": 15})
    write_study(tmp_path / "it.json", study_plan("cats_dogs"), [run("scratch", 0, 0.71828), tuned])
    text = (tmp_path / "it.json").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if "curves" in line]) == 2
    read = read_study(tmp_path / "it.json")
    first, second = read.runs
    assert first.scored == run("scratch", 0, 0.71828).scored
    assert [epoch.val_loss for epoch in first.epochs] == pytest.approx([e.val_loss for e in epochs(9)])
    stages = [epoch.stage for epoch in second.epochs]
    assert stages == [Stage.HEAD] * 15 + [Stage.FINE_TUNING] * 15
    assert (read.plan.key, read.machine["processors"] > 0) == ("cats_dogs", True)
    assert read.missing == {"scratch": 1, "cured": 3}


def test_a_run_is_recorded_once_it_is_done(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    assert recorded_run(folder, "scratch") is None
    folder.make(small_plan(seed=3))
    folder.write(Begun(Stage.SCRATCH, 0, 12, 3, 2, PICTURES, ("a", "b")))
    for epoch in epochs(2, 3):
        folder.write(epoch)
    scored = run("scratch", 0, 0.5).scored
    folder.write(scored)
    assert recorded_run(folder, "scratch") is None
    folder.write(Ended(complete=True))
    found = recorded_run(folder, "scratch")
    assert found is not None
    assert (found.seed, found.trained, found.frozen, found.epochs) == (3, 12, 3, epochs(2, 3))
    assert found.scored == scored
    assert found.settings == settings_of(small_plan(seed=3))


def test_sentences_say_where_it_turned_and_how_the_course_differs() -> None:
    notes = [str(note) for note in said(study(run("scratch", 0, 0.70, 9), run("scratch", 1, 0.74, 11)))]
    assert notes[0].startswith("“without augmentation and dropout” was right for 72.0% ± 2.8% of 399 test pictures")
    assert "overfits in 2 of 2 runs: the validation loss was lowest after epoch 9–11" in notes[1]
    assert notes[2] == "The course names epoch 10 for that; here it also happens about then, after epoch 9–11."
    assert "2,000 pictures and this study on 800" in notes[3]
    (first, turn, *_rest) = said(study(run("scratch", 0, 0.70)))
    assert "between 68.0% and 72.0% (95%, Wilson)" in str(first)
    assert "overfits in its only run: the validation loss was lowest after epoch 9" in str(turn)


def test_a_cure_that_turns_earlier_than_the_course_says_so() -> None:
    notes = [str(note) for note in said(study(run("cured", 0, 0.8, 40, 100)))]
    assert notes[2] == "The course names epoch 60–70 for that; here it happens earlier, after epoch 40."
    assert notes[3].startswith("The course's validation accuracy is 80% to 85%; here it is 74%")


def test_where_only_some_runs_turn_when_the_course_says_it_tells_how_many() -> None:
    notes = [str(note) for note in said(study(*(run("cured", seed, 0.8, at, 100) for seed, at in enumerate((65, 33)))))]
    assert notes[2] == (
        "The course names epoch 60–70 for that; here it happens after epoch 33–65, in 1 of 2 runs about then."
    )


def test_what_has_not_turned_is_not_called_overfitting() -> None:
    assert "and no run shows overfitting" in str(said(study(run("scratch", 0, 0.7, 30)))[1])


def test_limits_name_missing_runs_and_the_margin_of_the_test_pictures() -> None:
    notes = [str(note) for note in limits(study(run("scratch", 0, 0.75)))]
    assert (
        notes[0]
        == "For “without augmentation and dropout”, 1 of 3 seeds are recorded; the others are still to be trained."
    )
    assert notes[1].startswith("Nothing has been recorded for “with augmentation and dropout” yet")
    assert "± 4.3 percentage points" in notes[2]  # 2 √(0.75 · 0.25 / 399)
    assert not any("seeds show" in note for note in notes)


def test_the_best_scheme_is_compared_by_pairs_of_seeds() -> None:
    pairs = [
        run(scheme, seed, 0.70 + lead + seed / 50)
        for scheme, lead in (("scratch", 0), ("cured", 0.05))
        for seed in (0, 1)
    ]
    (difference,) = study(*pairs).differences()
    assert (difference.best, difference.other, difference.test.n) == ("cured", "scratch", 2)
    assert difference.test.mean == pytest.approx(0.05)


# The plans ------------------------------------------------------------------------------------------------------------


def test_splits_give_the_pictures_that_they_say() -> None:
    cats, dogs = CATS_DOGS_SPLIT.counts("cat", 700), CATS_DOGS_SPLIT.counts("dog", 699)
    assert [sum(part) for part in zip(cats, dogs, strict=True)] == [800, 200, 399]
    published = (980, 1_135, 1_032, 1_010, 982, 892, 958, 1_028, 974, 1_009)
    trained = (5_923, 6_742, 5_958, 6_131, 5_842, 5_421, 5_918, 6_265, 5_851, 5_949)
    digits = [
        DIGITS_SPLIT.counts(str(digit), sum(both), both[1])
        for digit, both in enumerate(zip(trained, published, strict=True))
    ]
    assert [sum(part) for part in zip(*digits, strict=True)] == [55_000, 5_000, 9_733]
    assert CLOTHES_SPLIT.counts("coat", 7_000, 1_000) == (5_500, 500, 1_000)


@pytest.mark.parametrize("plan", [study for study in STUDIES if study.key in ("transfer", "cats_dogs")])
def test_plans_are_made_for_any_two_classes(plan: object) -> None:
    source = Shapes((ShapeKind.CIRCLE, ShapeKind.STAR), per_class=700, size=64)
    for scheme in plan.schemes:  # type: ignore[attr-defined]
        made = scheme.plan(source, 2)
        assert made.seed == 2
        assert counts(made.data)["circle"].test == 200


def test_ways_of_pooling_have_about_as_many_parameters() -> None:
    from cnn_core.network.summary import summarize
    from cnn_core.training.sets.sources import Downloaded, DownloadKey

    plan = study_plan("pooling_equal")
    plans = [scheme.plan(Downloaded(DownloadKey.FASHION_MNIST), 0) for scheme in plan.schemes]
    parameters = [summarize(each.network).parameters for each in plans]
    assert max(parameters) / min(parameters) < 1.01


def test_what_is_recorded_can_be_read() -> None:
    for recorded in recorded_studies():
        assert said(recorded)
        assert limits(recorded)
