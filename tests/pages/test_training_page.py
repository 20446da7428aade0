"""Training on the page "Pooling and stride", with a registry that trains nothing: choices, progress, ends, verdicts."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from fake_runs import READER, FakeRuns
from running import no_exception, run_page, tables
from streamlit.testing.v1 import AppTest

from cnn_core.errors import CnnError
from cnn_core.network.replacing import Replacement
from cnn_core.training.records import BatchEnd, Begun, EpochEnd, Scored, Shifted, Stage
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.so_far import SoFar
from cnn_core.training.study import small_study, way_of
from pages.ui import person
from pages.ui.jobs import Phase
from pages.ui.pooling import train
from pages.ui.runs import SeenRun

PAGE = "pages/4_Pooling_and_stride.py"
BOTH = "run-1.run-2"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> FakeRuns:
    fake = FakeRuns()
    monkeypatch.setattr(train, "RUNS", fake)
    monkeypatch.setattr(person, "name", lambda: READER)
    return fake


def page(**query: str) -> AppTest:
    return run_page(PAGE, **{"reduced": "grid", **query})


def text_of(at: AppTest) -> str:
    return "\n".join([*(element.value for element in [*at.markdown, *at.caption, *at.info, *at.error]), tables(at)])


def bars(at: AppTest) -> list[Any]:
    return [bar.proto for bar in at.get("progress")]


def seen(
    way: Replacement, phase: Phase, accuracy: float = 0.5, done: int = 2, number: int = 1, batch: BatchEnd | None = None
) -> SeenRun:
    """Return a run of two epochs of 32 batches, of which `done` have ended, with this accuracy on 1,000 pictures."""
    plan = small_study(way, pictures=1_000, epochs=2, seed=0)
    begun = Begun(Stage.SCRATCH, 0, 100, 0, 32, {"train": 1_000, "validation": 500, "test": 1_000}, ())
    epochs = tuple(
        EpochEnd(epoch, 2.0 - epoch / 4, 0.4, 1.5 - epoch / 4, 0.7, 3.0 + epoch, 3e-3) for epoch in range(1, done + 1)
    )
    so_far = SoFar(RunFolder(Path("nowhere")), begun=begun if done or batch else None, epochs=epochs, batch=batch)
    if phase in (Phase.DONE, Phase.STOPPED) and done:
        so_far.scored = Scored(done, 1_000, 0.5, accuracy, accuracy, accuracy, ((1_000,),), (), ())
    if phase is Phase.DONE:
        so_far.shifted = Shifted(1_000, {2: 0.5, 4: 0.25})
    place = number if phase is Phase.WAITING else 0
    return SeenRun(f"run-{number}", so_far.folder, plan, phase, place, so_far, None, time.time(), READER, time.time())


def let_be(runs: FakeRuns, *known: SeenRun) -> AppTest:
    """Return the page that looks at these runs."""
    runs.seen = {run.key: run for run in known}
    return page(training=".".join(runs.seen))


def done(accuracies: Mapping[Replacement, float]) -> list[SeenRun]:
    return [seen(way, Phase.DONE, share, number=n) for n, (way, share) in enumerate(accuracies.items(), 1)]


# Choices --------------------------------------------------------------------------------------------------------------


def test_nothing_is_trained_unasked(runs: FakeRuns) -> None:
    at = page()
    assert "Train them here" in [header.value for header in at.subheader]
    assert not runs.started
    assert not bars(at)
    assert not at.button(key="train").disabled


def test_the_choices_are_what_is_trained_and_stand_in_the_address(runs: FakeRuns) -> None:
    at = page()
    at.multiselect(key="trained_ways_field").set_value([Replacement.BLUR, Replacement.MAX]).run()
    at.number_input(key="training_pictures_widget").set_value(1500).run()
    at.number_input(key="training_epochs_widget").set_value(3).run()
    at.number_input(key="training_seed_widget").set_value(11).run()
    at = no_exception(at.button(key="train").click().run())
    assert runs.started == [small_study(way, 1500, 3, 11) for way in (Replacement.MAX, Replacement.BLUR)]
    wanted = {"training": BOTH, "trained_ways": "blur.max", "training_epochs": "3", "training_seed": "11"}
    assert {name: at.query_params[name] for name in wanted} == wanted
    assert at.button(key="train").disabled
    assert "Waiting as number 1 in the queue" in bars(at)[0].text


def test_all_ways_are_the_default_and_none_cannot_be_trained(runs: FakeRuns) -> None:
    at = page()
    assert at.multiselect(key="trained_ways_field").value == list(Replacement)
    assert at.multiselect(key="trained_ways_field").set_value([]).run().button(key="train").disabled


@pytest.mark.parametrize("query", [{"trained_ways": "x.max"}, {"training_epochs": "99"}, {"training_seed": "-1"}])
def test_unknown_choices_fall_back(runs: FakeRuns, query: dict[str, str]) -> None:
    at = page(**query)
    assert not at.error
    at.button(key="train").click().run()
    assert runs.started[0].epochs == 5


def test_a_full_queue_is_a_sentence_and_no_way_is_trained_alone(
    runs: FakeRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = runs.start

    def full(plan: Any, person: str, address: str) -> str:
        if len(runs.started) == 2:
            raise CnnError("Too many. Received: {count}.", count=3)
        return start(plan, person, address)

    monkeypatch.setattr(runs, "start", full)
    at = no_exception(page().button(key="train").click().run())
    assert "Too many" in at.error[0].value
    assert "training" not in at.query_params
    assert runs.told == [("stop", "run-2"), ("stop", "run-1")]


# Progress -------------------------------------------------------------------------------------------------------------


def test_an_unknown_id_is_a_sentence_and_one_can_train_anew(runs: FakeRuns) -> None:
    at = page(training="gone", trained_ways="max")
    assert "is no longer here" in text_of(at)
    no_exception(at.button(key="train").click().run())
    assert at.query_params["training"] == "run-1"


MAX, AVERAGE = Replacement.MAX, Replacement.AVERAGE
SECOND = BatchEnd(2, 16, 1.234, 0.5, 4.0)
"""Four batches of 32 pictures a second."""


@pytest.mark.parametrize(
    ("known", "said", "share"),
    [
        ([seen(MAX, Phase.RUNNING, done=0)], "Starting TensorFlow.", 0),
        (
            [seen(MAX, Phase.RUNNING, done=1, batch=SECOND), seen(AVERAGE, Phase.WAITING, done=0, number=2)],
            "Max pooling: epoch 2 of 2, loss 1.234; 128 pictures per second in all, about 0:20 (min:s) left.",
            37,
        ),
        (
            [
                seen(MAX, Phase.RUNNING, done=1, batch=SECOND),
                seen(AVERAGE, Phase.RUNNING, done=1, number=2, batch=replace(SECOND, loss=0.5)),
            ],
            "Max pooling: epoch 2 of 2, loss 1.234 · Average pooling: epoch 2 of 2, loss 0.500; 256 pictures",
            75,
        ),
        ([seen(MAX, Phase.DONE), seen(AVERAGE, Phase.RUNNING, number=2)], "Testing on shifted pictures.", 100),
        ([seen(MAX, Phase.STOPPING, done=1)], "It stops after this batch.", 50),
    ],
)
def test_progress(runs: FakeRuns, known: list[SeenRun], said: str, share: int) -> None:
    at = let_be(runs, *known)
    (bar,) = bars(at)
    assert said in bar.text
    assert bar.value == share
    assert at.button(key="training_stop").disabled == (known[0].phase is Phase.STOPPING)
    has_epochs = any(run.so_far.epochs for run in known)
    assert len(at.get("plotly_chart")) - len(page().get("plotly_chart")) == (3 if has_epochs else 0)


def test_all_are_stopped_the_last_first(runs: FakeRuns) -> None:
    at = let_be(runs, seen(MAX, Phase.RUNNING, done=1), seen(AVERAGE, Phase.WAITING, done=0, number=2))
    at.button(key="training_stop").click().run()
    assert runs.told == [("stop", "run-2"), ("stop", "run-1")]


def test_only_who_began_them_may_stop_them(runs: FakeRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "name", lambda: "a neighbour")
    at = let_be(runs, seen(MAX, Phase.RUNNING, done=1), seen(AVERAGE, Phase.WAITING, done=0, number=2))
    assert len(bars(at)) == 1
    assert "training_stop" not in {button.key for button in at.button}
    assert "Somebody else started this training." in text_of(at)


def test_it_is_drawn_anew_every_second_while_it_is_active(runs: FakeRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float | None] = []
    fragment = st.fragment

    def noted(draw: Any, *, key: str, run_every: float | None, **others: Any) -> Any:
        if key == "training":
            asked.append(run_every)
        return fragment(draw, key=key, run_every=run_every, **others)

    monkeypatch.setattr(st, "fragment", noted)
    at = let_be(runs, seen(MAX, Phase.RUNNING, done=1))
    assert asked == [1]
    runs.seen["run-1"] = seen(MAX, Phase.DONE)
    no_exception(at.run())
    assert asked == [1, None]


def test_what_ends_while_it_is_drawn_runs_the_whole_page_again(runs: FakeRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    running, ended = (seen(MAX, phase) for phase in (Phase.RUNNING, Phase.DONE))
    # Whether to repeat and what is drawn look at it one after the other.
    known = [running, ended]
    monkeypatch.setattr(runs, "look", lambda _key: known.pop(0) if len(known) > 1 else known[0])
    at = page(training="run-1")
    assert not bars(at)
    assert "Shifted by 4 px" in text_of(at)


# Results --------------------------------------------------------------------------------------------------------------


def test_a_finished_training_has_curves_a_table_and_a_file(runs: FakeRuns) -> None:
    at = let_be(runs, *done({Replacement.MAX: 0.8, Replacement.BLUR: 0.6}))
    text = text_of(at)
    assert not bars(at)
    assert "| Max pooling | 2 | 80.0% | 50.0% | 25.0% | 4.5 |" in text
    assert "| Maximum, blur, subsampling | 2 | 60.0% | 50.0% | 25.0% | 4.5 |" in text
    assert "These curves (CSV)" in [one.proto.label for one in at.get("download_button")]
    assert not at.button(key="train").disabled


def test_the_verdict_is_computed(runs: FakeRuns) -> None:
    text = text_of(let_be(runs, *done({Replacement.MAX: 0.8, Replacement.BLUR: 0.6})))
    # 2 √(0.8 · 0.2 / 1000)
    assert "Max pooling got 80.0% of 1,000 test pictures right" in text
    assert "uncertain by ± 2.5 percentage points" in text
    assert "The next, “Maximum, blur, subsampling”, is 20.0 percentage points behind." in text
    assert "this one alone does not show that either method is better" in text
    # 23,946 parameters against 24,378, 1,919,872 multiply-adds against 1,962,208
    assert "Its network also differs in size (parameters −2%, multiply-adds −2%)" in text
    text = text_of(let_be(runs, *done({Replacement.MAX: 0.80, Replacement.BLUR: 0.81})))
    assert "The next, “Max pooling”, is 1.0 percentage points behind." in text
    text = text_of(let_be(runs, *done({Replacement.MAX: 0.80, Replacement.AVERAGE: 0.81})))
    (verdict,) = (line for line in text.splitlines() if "test pictures right" in line)
    assert "The next, “Max pooling”," in verdict
    assert "in size" not in verdict
    assert "The next, " not in text_of(let_be(runs, *done({Replacement.MAX: 0.80})))


def test_a_stopped_training_shows_what_there_is_and_can_go_on(runs: FakeRuns) -> None:
    at = let_be(runs, seen(MAX, Phase.STOPPED, 0.8, done=1), seen(AVERAGE, Phase.STOPPED, done=0, number=2))
    text = text_of(at)
    assert "Stopped." in text
    assert "| Max pooling | 1 | 80.0% | – | – | 4.0 |" in text
    assert "standard errors" not in text
    at.button(key="training_go_on").click().run()
    assert runs.told == [("go_on", "run-1"), ("go_on", "run-2")]


def test_a_failed_training_says_why(runs: FakeRuns) -> None:
    failed = replace(seen(MAX, Phase.FAILED, done=1), problem=CnnError("It died."))
    at = let_be(runs, failed, replace(seen(AVERAGE, Phase.FAILED, done=0, number=2), problem=CnnError("It died.")))
    assert ["It died" in error.value for error in at.error] == [True]
    assert "| Max pooling | 1 |" in text_of(at)
    assert not at.button(key="train").disabled


def test_a_run_of_another_kind_is_not_the_studys(runs: FakeRuns) -> None:
    other = seen(MAX, Phase.RUNNING, done=1)
    network = replace(other.plan.network, name="mine")
    at = let_be(runs, replace(other, plan=replace(other.plan, network=network)))
    assert way_of(runs.seen["run-1"].plan) is None
    assert "is no longer here" in text_of(at)


def test_it_survives_other_widgets(runs: FakeRuns) -> None:
    at = let_be(runs, seen(MAX, Phase.RUNNING, done=1))
    at.number_input(key="pool_down_widget").set_value(3)
    assert bars(no_exception(at.run()))
    assert at.query_params["training"] == "run-1"
