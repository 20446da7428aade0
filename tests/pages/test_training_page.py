"""Training on the page "Pooling and stride", with a registry that trains nothing: choices, progress, ends, verdicts."""

from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from running import no_exception, run_page, tables
from streamlit.testing.v1 import AppTest

from cnn_core.errors import CnnError
from cnn_core.network.replacing import Replacement
from cnn_core.training.plan import Training
from cnn_core.training.records import Batch, Epoch, Moved
from cnn_core.training.study import small_study
from pages.ui.jobs import Phase
from pages.ui.pooling import train
from pages.ui.trainings import Seen

PAGE = "pages/4_Pooling_and_stride.py"
ID = "some-id"


class FakeTrainings:
    """Knows one training, as the test sets it, and what was asked."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.started: list[Training] = []
        self.stopped: list[str] = []
        self.refusal: CnnError | None = None

    def start(self, training: Training) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.started.append(training)
        self.seen = Seen(training, Phase.WAITING, 1, None, (), (), 0.0, None)
        return ID

    def look(self, key: str) -> Seen | None:
        return self.seen if key == ID else None

    def stop(self, key: str) -> None:
        self.stopped.append(key)


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> FakeTrainings:
    fake = FakeTrainings()
    monkeypatch.setattr(train, "TRAININGS", fake)
    return fake


def page(**query: str) -> AppTest:
    return run_page(PAGE, **{"reduced": "grid", **query})


def text_of(at: AppTest) -> str:
    return "\n".join([*(element.value for element in [*at.markdown, *at.caption, *at.info, *at.error]), tables(at)])


def bars(at: AppTest) -> list[Any]:
    return [bar.proto for bar in at.get("progress")]


def seen(phase: Phase, accuracies: dict[Replacement, float], done: int = 2, epochs: int = 2, **more: Any) -> Seen:
    """Return a training of `epochs` epochs of which the ways have ended `done`, with these accuracies then."""
    training = small_study(accuracies, pictures=1_000, epochs=epochs, seed=0)
    curves = tuple(
        Epoch(way, epoch, 2.0 - epoch / 4, 0.4, 1.5 - epoch / 4, accuracy, 3.0 + epoch)
        for epoch in range(1, done + 1)
        for way, accuracy in accuracies.items()
    )
    moved = tuple(Moved(way, 1_000, {2: 0.5, 4: 0.25}) for way in accuracies) if phase is Phase.DONE else ()
    batch = Batch(list(accuracies)[-1], max(1, done), training.batches, 1.234, 0.5, 3.0) if done else None
    known = Seen(training, phase, 0, batch, curves, moved, 10.0, None)
    return replace(known, **more)


# Choices ------------------------------------------------------------------------------------------------------------


def test_nothing_is_trained_unasked(trainings: FakeTrainings) -> None:
    at = page()
    assert "Train them here" in [header.value for header in at.subheader]
    assert not trainings.started
    assert not bars(at)
    assert not at.button(key="train").disabled


def test_the_choices_are_what_is_trained_and_stand_in_the_address(trainings: FakeTrainings) -> None:
    at = page()
    at.multiselect(key="trained_ways_field").set_value([Replacement.BLUR, Replacement.MAX]).run()
    at.number_input(key="training_pictures_widget").set_value(1500).run()
    at.number_input(key="training_epochs_widget").set_value(3).run()
    at.number_input(key="training_seed_widget").set_value(11).run()
    at = no_exception(at.button(key="train").click().run())
    (training,) = trainings.started
    assert [run.name for run in training.runs] == ["max", "blur"]
    assert (training.pictures, training.epochs, training.seed) == (1500, 3, 11)
    wanted = {"training": ID, "trained_ways": "blur.max", "training_epochs": "3", "training_seed": "11"}
    assert {name: at.query_params[name] for name in wanted} == wanted
    assert at.button(key="train").disabled
    assert "Waiting as number 1 in the queue" in bars(at)[0].text


def test_all_ways_are_the_default_and_none_cannot_be_trained(trainings: FakeTrainings) -> None:
    at = page()
    assert at.multiselect(key="trained_ways_field").value == list(Replacement)
    assert at.multiselect(key="trained_ways_field").set_value([]).run().button(key="train").disabled


@pytest.mark.parametrize("query", [{"trained_ways": "x.max"}, {"training_epochs": "99"}, {"training_seed": "-1"}])
def test_unknown_choices_fall_back(trainings: FakeTrainings, query: dict[str, str]) -> None:
    at = page(**query)
    assert not at.error
    at.button(key="train").click().run()
    assert trainings.started[0].epochs == 5


def test_a_full_queue_is_a_sentence(trainings: FakeTrainings) -> None:
    trainings.refusal = CnnError("Too many. Received: {count}.", count=3)
    at = no_exception(page().button(key="train").click().run())
    assert "Too many" in at.error[0].value
    assert "training" not in at.query_params


# Progress -----------------------------------------------------------------------------------------------------------


def test_an_unknown_id_is_a_sentence_and_one_can_train_anew(trainings: FakeTrainings) -> None:
    at = page(training="gone")
    assert "not known here any more" in text_of(at)
    no_exception(at.button(key="train").click().run())
    assert at.query_params["training"] == ID


@pytest.mark.parametrize(
    ("phase", "done", "said", "share"),
    [
        (Phase.RUNNING, 0, "TensorFlow starts.", 0),
        (Phase.RUNNING, 1, "Epoch 1 of 2, Average pooling: loss 1.234; 205 pictures a second, about 0:10 (min:s)", 50),
        (Phase.RUNNING, 2, "Testing on shifted pictures.", 100),
        (Phase.STOPPING, 1, "It stops after this batch.", 50),
    ],
)
def test_progress(trainings: FakeTrainings, phase: Phase, done: int, said: str, share: int) -> None:
    trainings.seen = seen(phase, {Replacement.MAX: 0.5, Replacement.AVERAGE: 0.4}, done)
    at = page(training=ID)
    (bar,) = bars(at)
    assert said in bar.text
    assert bar.value == share
    assert at.button(key="training_stop").disabled == (phase is Phase.STOPPING)
    assert len(at.get("plotly_chart")) - len(page().get("plotly_chart")) == (3 if done else 0)


def test_a_batch_of_the_next_epoch_counts(trainings: FakeTrainings) -> None:
    running = seen(Phase.RUNNING, {Replacement.MAX: 0.5}, 1)
    trainings.seen = replace(running, batch=Batch("max", 2, 16, 1.0, 0.5, 1.0))
    assert bars(page(training=ID))[0].value == 75


def test_it_can_be_stopped(trainings: FakeTrainings) -> None:
    trainings.seen = seen(Phase.RUNNING, {Replacement.MAX: 0.5}, 1)
    page(training=ID).button(key="training_stop").click().run()
    assert trainings.stopped == [ID]


def test_it_is_drawn_anew_every_second_while_it_is_active(
    trainings: FakeTrainings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float | None] = []
    fragment = st.fragment

    def noted(draw: Any, *, run_every: float | None, **others: Any) -> Any:
        asked.append(run_every)
        return fragment(draw, run_every=run_every, **others)

    monkeypatch.setattr(st, "fragment", noted)
    trainings.seen = seen(Phase.RUNNING, {Replacement.MAX: 0.5}, 1)
    at = page(training=ID)
    assert asked == [1]
    trainings.seen = seen(Phase.DONE, {Replacement.MAX: 0.5})
    no_exception(at.run())
    assert asked == [1, None]


def test_what_ends_while_it_is_drawn_runs_the_whole_page_again(trainings: FakeTrainings) -> None:
    running, done = (seen(phase, {Replacement.MAX: 0.5}, 2) for phase in (Phase.RUNNING, Phase.DONE))
    # The choices, whether to repeat, and what is drawn look at it one after the other.
    known = [running, running, done]
    trainings.look = lambda key: known.pop(0) if len(known) > 1 else known[0]  # type: ignore[method-assign]
    at = page(training=ID)
    assert not bars(at)
    assert "Shifted by 4 px" in text_of(at)


# Results ------------------------------------------------------------------------------------------------------------


def test_a_finished_training_has_curves_a_table_and_a_file(trainings: FakeTrainings) -> None:
    trainings.seen = seen(Phase.DONE, {Replacement.MAX: 0.8, Replacement.BLUR: 0.6})
    at = page(training=ID)
    text = text_of(at)
    assert not bars(at)
    assert "| Max pooling | 2 | 80.0% | 50.0% | 25.0% | 4.5 |" in text
    assert "| Maximum, blur, subsampling | 2 | 60.0% | 50.0% | 25.0% | 4.5 |" in text
    assert "These curves (CSV)" in [one.proto.label for one in at.get("download_button")]
    assert not at.button(key="train").disabled


def test_the_verdict_is_computed(trainings: FakeTrainings) -> None:
    trainings.seen = seen(Phase.DONE, {Replacement.MAX: 0.8, Replacement.BLUR: 0.6})
    text = text_of(page(training=ID))
    # 2 √(0.8 · 0.2 / 1000)
    assert "Max pooling got 80.0% of 1,000 test pictures right" in text
    assert "uncertain by ± 2.5 percentage points" in text
    assert "“Maximum, blur, subsampling”, the next, is 20.0 percentage points behind." in text
    assert "it is not shown that either way is better" in text
    # 23,946 parameters against 24,378, 1,919,872 multiply-adds against 1,962,208
    assert "Its network also differs in size (parameters −2%, multiply-adds −2%)" in text
    trainings.seen = seen(Phase.DONE, {Replacement.MAX: 0.80, Replacement.BLUR: 0.81})
    text = text_of(page(training=ID))
    assert "“Max pooling”, the next, is 1.0 percentage points behind." in text
    trainings.seen = seen(Phase.DONE, {Replacement.MAX: 0.80, Replacement.AVERAGE: 0.81})
    (verdict,) = (line for line in text_of(page(training=ID)).splitlines() if "test pictures right" in line)
    assert "“Max pooling”, the next" in verdict
    assert "in size" not in verdict
    trainings.seen = seen(Phase.DONE, {Replacement.MAX: 0.80})
    assert "the next" not in text_of(page(training=ID))


def test_a_stopped_training_shows_what_there_is(trainings: FakeTrainings) -> None:
    trainings.seen = seen(Phase.STOPPED, {Replacement.MAX: 0.8, Replacement.BLUR: 0.6}, done=1)
    text = text_of(page(training=ID))
    assert "Stopped." in text
    assert "| Max pooling | 1 | 80.0% | – | – | 4.0 |" in text
    assert "standard errors" not in text
    trainings.seen = seen(Phase.STOPPED, {Replacement.MAX: 0.8}, done=0)
    assert "Stopped." in text_of(page(training=ID))


def test_a_failed_training_says_why(trainings: FakeTrainings) -> None:
    trainings.seen = seen(Phase.FAILED, {Replacement.MAX: 0.8}, done=1, problem=CnnError("It died."))
    at = page(training=ID)
    assert "It died" in at.error[0].value
    assert "| Max pooling | 1 |" in text_of(at)


def test_it_survives_other_widgets(trainings: FakeTrainings) -> None:
    trainings.seen = seen(Phase.RUNNING, {Replacement.MAX: 0.8}, 1)
    at = page(training=ID)
    at.number_input(key="pool_down_widget").set_value(3)
    assert bars(no_exception(at.run()))
    assert at.query_params["training"] == ID
