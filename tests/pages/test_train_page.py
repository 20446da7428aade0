"""The page Train, with a registry that trains nothing: what is chosen, what is begun, progress, ends, comparison."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_runs import READER, FakeRuns
from file_server import serving_files
from running import no_exception, run_page, tables
from stand_ins import Here, InThisProcess, made_up_dropped
from streamlit.testing.v1 import AppTest
from training_pictures import two_classes, zipped
from viewing import all_data_of, choose, data_of, frame

from cnn_core.drawing.strips import strip_png
from cnn_core.errors import CnnError
from cnn_core.layers import Dense, Flatten, Input, RandomFlip, RandomRotation, RandomZoom
from cnn_core.network.network import Network
from cnn_core.network.replacing import Replacement
from cnn_core.network.summary import summarize
from cnn_core.steps import StoppedError
from cnn_core.training.fitting import FitPlan
from cnn_core.training.heads import head_layer
from cnn_core.training.networks import course_network
from cnn_core.training.recorded import RecordedRun, RecordedStudy
from cnn_core.training.records import BatchEnd, Begun, EpochEnd, Saved, Scored, Shifted, Snapshot, Stage
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.downloads import REMOTES, Remote
from cnn_core.training.sets.sources import Downloaded, DownloadKey, Shapes, Shipped
from cnn_core.training.snapshots import Shot
from cnn_core.training.so_far import SoFar
from cnn_core.training.studies import STUDIES, study_plan
from cnn_core.training.study import small_study
from pages.ui import components, person, state
from pages.ui.cameras import CAMERAS, FRAMES_A_SECOND
from pages.ui.jobs import Phase
from pages.ui.runs import SeenRun
from pages.ui.train import cached, chosen, downloading, ours, told
from pages.ui.train.cached import Draws, DroppedValues
from pages.ui.train.experiments import EXPERIMENTS
from pages.ui.train.parts import studies
from pages.ui.train.parts.which import PARTS

PAGE = "pages/5_Train.py"
FEW = {"train_on": "shapes", "per_class": "10", "picture_side": "16"}
"""Pictures that are drawn in a moment."""


def seen(
    plan: FitPlan,
    phase: Phase,
    done: int = 0,
    scored: Scored | None = None,
    problem: CnnError | None = None,
    key: str = "run-1",
) -> SeenRun:
    """Return a run of which so many epochs are done; it overfits from the third on."""
    epochs = tuple(
        EpochEnd(epoch, 1 / epoch, 1 - 0.5 / epoch, 0.6 + 0.1 * abs(epoch - 3), 0.7, 0.5, 0.001, Stage.SCRATCH, {})
        for epoch in range(1, done + 1)
    )
    classes = plan.data.source.classes if isinstance(plan.data.source, Shapes) else ("a", "b")
    begun = Begun(Stage.SCRATCH, 0, 100, 0, 12, {"train": 18, "validation": 6, "test": 6}, tuple(classes))
    so_far = SoFar(RunFolder(Path("nowhere")), epochs=epochs, scored=scored)
    if phase is Phase.RUNNING:
        so_far.batch = BatchEnd(done + 1, 6, 0.432, 0.8, 0.25)
    if done or so_far.batch:
        so_far.begun, so_far.stages = begun, (begun,)
    place = 1 if phase is Phase.WAITING else 0
    return SeenRun(key, so_far.folder, plan, phase, place, so_far, problem, time.time(), READER, time.time())


def result(accuracy: float) -> Scored:
    return Scored(3, 6, 0.5, accuracy, accuracy - 0.1, accuracy + 0.1, ((2, 0, 0), (0, 2, 0), (0, 1, 1)), (), ())


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeRuns:
    """Let nothing be trained, and let pictures be kept in a folder of the test's own."""
    fake = FakeRuns()
    monkeypatch.setattr(ours, "RUNS", fake)
    monkeypatch.setattr(person, "name", lambda: READER)
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    for place in ("HERE", "WORK"):
        monkeypatch.setattr(cached, place, InThisProcess())
    monkeypatch.setattr(cached, "_dropped", made_up_dropped)
    return fake


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Collect what curves and clocks are told, by key, instead of drawing them."""
    told: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(components, "curves", lambda data, key: told.__setitem__(key, data))
    monkeypatch.setattr(components, "clock", lambda data, key, on_look: told.__setitem__(key, data | {"look": on_look}))
    return told


def page(**query: str) -> AppTest:
    return no_exception(run_page(PAGE, **{"lang": "en", **FEW, **query}))


def text_of(at: AppTest) -> str:
    shown = [*at.markdown, *at.caption, *at.info, *at.error, *at.warning]
    return "\n".join([*(element.value for element in shown), tables(at)])


def plan_of(at: AppTest, runs: FakeRuns) -> FitPlan:
    """Press "Train" and return what is begun."""
    no_exception(at.button(key="train_start").click().run())
    assert not at.error
    return runs.started[-1]


# What is chosen -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("runs")
def test_the_first_glance(drawn: dict[str, dict[str, Any]]) -> None:
    at = no_exception(run_page(PAGE, lang="en", train_on="shapes"))
    pictures = next(html.proto.body for html in at.get("html") if "cs-pictures" in html.proto.body)
    assert [name in pictures for name in ("circle", "square", "triangle")] == [True] * 3
    assert pictures.count("data:image/png") == 3
    assert "**7,571 parameters**" in text_of(at)
    assert "360 pictures to train on, 120 to validate, 120 to test" in text_of(at)
    assert not at.button(key="train_start").disabled


@pytest.mark.usefixtures("runs")
def test_what_opens_first_is_the_recorded_overfitting_of_the_course(drawn: dict[str, dict[str, Any]]) -> None:
    """The page's claim, moving, in the place of empty axes."""
    said = text_of(page())
    assert drawn["curves_live"]["plays"]
    loss, accuracy = drawn["curves_live"]["charts"]
    # Who guesses one of two classes has these.
    assert loss["level"]["value"] == pytest.approx(np.log(2))
    assert accuracy["level"]["value"] == pytest.approx(1 / 2)
    (scratch,) = loss["series"]  # the shade would be wrong for what is trained with a cure
    lowest = 1 + int(np.argmin(scratch["line"]))
    assert loss["span"] == {"from": lowest, "label": "overfitting"}
    assert "Recorded: the second course's network on 800 pictures" in said
    assert f"lowest after epoch {lowest}" in said
    assert "This is overfitting" in said


@pytest.mark.usefixtures("runs")
def test_where_transfer_is_chosen_its_record_opens_first(drawn: dict[str, dict[str, Any]]) -> None:
    said = text_of(page(train_network="transfer"))
    assert "Recorded: Cats and dogs by transfer" in said
    assert "“frozen, 60 pictures” was right for 95" in said
    names = [series["name"] for series in drawn["curves_live"]["charts"][0]["series"]]
    assert names == ["frozen", "fine-tuned", "frozen, 60 pictures"]


@pytest.mark.usefixtures("runs", "drawn")
def test_what_is_wrong_with_the_pictures_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by every part of the page that would show them."""

    def refused(_data: Data) -> Any:
        raise CnnError("The class has too few pictures.")

    monkeypatch.setattr(cached, "_shown", refused)
    at = page()
    assert [error.value for error in at.error] == ["The class has too few pictures\\."]
    assert "train_start" not in [button.key for button in at.button]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", state.LANGUAGES)
@pytest.mark.usefixtures("runs", "drawn")
def test_every_part_opens(part: str, language: str) -> None:
    assert not page(train_part=part, lang=language).error


@pytest.mark.usefixtures("runs", "drawn")
def test_a_folder_of_class_folders_gives_the_classes() -> None:
    """Files are named by their paths in the folder, as a browser names them."""
    files = [(f"set/{path}", data, "image/png") for path, data in two_classes().items()]
    at = page(train_on="own")
    at.file_uploader(key="own_folder").set_value(files)
    pictures = next(html.proto.body for html in no_exception(at.run()).get("html") if "cs-pictures" in html.proto.body)
    assert ["cats" in pictures, "dogs" in pictures] == [True, True]


@pytest.mark.usefixtures("runs", "drawn")
def test_the_camera_of_a_class_ends_with_the_class_and_where_it_is_not_shown() -> None:
    """Else no class had a camera any more, and it began by itself once the reader came back."""

    def begun(at: AppTest, number: int) -> AppTest:
        no_exception(at.button(key=f"own_camera_{number}").click().run())
        assert at.session_state[state.OWN_CAMERA.name][0] == number
        assert at.button(key="own_camera_2").disabled
        return at

    at = begun(page(train_on="own"), 1)
    no_exception(at.button(key="own_remove_1").click().run())
    assert at.session_state[state.OWN_CAMERA.name] is None
    assert not at.button(key="own_camera_2").disabled
    begun(at, 2).segmented_control(key="train_part_field").set_value("settings")
    no_exception(at.run())
    assert at.session_state[state.OWN_CAMERA.name] is None
    assert CAMERAS.interval() == 1 / FRAMES_A_SECOND


@pytest.mark.usefixtures("drawn")
def test_one_click_trains_with_the_courses_settings(runs: FakeRuns) -> None:
    at = page()
    plan = plan_of(at, runs)
    assert (plan.optimizer.name, plan.optimizer.learning_rate, plan.batch_size) == ("rmsprop", 0.001, 32)
    assert (plan.epochs, plan.early_stopping, plan.keep_best, plan.seed) == (10, None, True, 0)
    assert plan.data.shape == (16, 16, 3)
    assert plan.augmentation == ()
    assert at.query_params["run"] == "run-1"
    assert at.query_params["train_part"] == "watch"
    assert at.button(key="train_start").disabled


@pytest.mark.usefixtures("drawn")
def test_the_address_is_what_is_trained(runs: FakeRuns) -> None:
    said = {"flip": "horizontal", "rotation": "0.1", "zoom": "0.2", "dropout": "0.5", "train_optimizer": "sgd"}
    said |= {"rate": "0.01", "momentum": "0.8", "patience": "4", "train_epochs": "7", "train_seed": "3"}
    plan = plan_of(page(**said, train_network="course", picture_colour="grey"), runs)
    assert plan.augmentation == (RandomFlip("horizontal"), RandomRotation(0.1), RandomZoom(0.2))
    assert (plan.optimizer.name, plan.optimizer.learning_rate, plan.optimizer.momentum) == ("sgd", 0.01, 0.8)
    assert (plan.early_stopping, plan.epochs, plan.seed) == (4, 7, 3)
    without = course_network((16, 16, 1), 3)
    assert summarize(plan.network).parameters == summarize(without).parameters
    assert [named.kind for named in plan.network.layers][-2:] == ["Dropout", "Dense"]


@pytest.mark.usefixtures("drawn")
def test_transfer_freezes_the_base(runs: FakeRuns) -> None:
    at = page(train_network="transfer", dropout="0.5", tuned_layers="20", train_part="network")
    # MobileNetV2 without its head has 2,257,984 parameters, and gives 1,280 values: 3 · 1,281 are learned.
    assert "**3,843 of 2,261,827 parameters are trained; 2,257,984 are frozen**" in text_of(at)
    assert "224x224x3-MobileNetV2-" in text_of(at)
    assert "D3sm`" in text_of(at)
    assert "| The head alone | 3,843 | 2,257,984 |" in text_of(at)
    assert "Fine-tuning the last 20 layers" in text_of(at)
    plan = plan_of(at, runs)
    assert plan.transfer is not None
    assert plan.transfer.keep_features
    assert plan.transfer.fine_tuning is not None
    assert plan.transfer.fine_tuning.layers == 20


@pytest.mark.usefixtures("drawn")
def test_with_augmentation_no_features_are_kept(runs: FakeRuns) -> None:
    plan = plan_of(page(train_network="transfer", flip="horizontal"), runs)
    assert plan.transfer is not None
    assert not plan.transfer.keep_features


@pytest.mark.usefixtures("drawn")
def test_several_seeds_are_several_runs(runs: FakeRuns) -> None:
    plan_of(page(seeds="3", train_seed="5"), runs)
    assert [plan.seed for plan in runs.started] == [5, 6, 7]


@pytest.mark.usefixtures("drawn")
def test_a_design_is_trained(runs: FakeRuns) -> None:
    plan = plan_of(page(train_network="design", design="tiny_vgg", picture_side="64"), runs)
    assert summarize(plan.network).parameters == 19_920 - 7 * (13 * 13 * 10 + 1)


@pytest.mark.usefixtures("drawn")
def test_a_design_that_does_not_fit_is_a_sentence(runs: FakeRuns) -> None:
    at = page(train_network="design", design="vgg16")
    assert "window is larger than its input" in at.error[0].value
    assert not runs.started


@pytest.mark.usefixtures("runs", "drawn")
def test_one_class_is_a_sentence() -> None:
    assert "name at least two, each once" in page(shape_classes="circle").error[0].value


@pytest.mark.usefixtures("drawn")
def test_what_is_refused_is_said(runs: FakeRuns) -> None:
    runs.refusal = CnnError("Too many. Received: {count}.", count=3)
    at = page()
    no_exception(at.button(key="train_start").click().run())
    assert "Too many" in at.error[0].value
    assert "run" not in at.query_params


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.usefixtures("runs", "drawn")
def test_an_experiment_sets_up_everything(name: str) -> None:
    at = page(rotation="0.3", dropout="0.9", train_optimizer="sgd")
    no_exception(at.button(key=f"experiment_{name}").click().run())
    assert not at.error
    wanted = EXPERIMENTS[name].values
    for key in chosen.SHARED:
        assert at.session_state[key.name] == wanted.get(key, key.default), key.name


@pytest.mark.usefixtures("runs", "drawn")
def test_a_newcomer_sees_digits() -> None:
    at = no_exception(run_page(PAGE, lang="en"))
    assert "**9,098 parameters**; pictures of 28×28×1" in text_of(at)
    assert "3,000 pictures to train on, 1,000 to validate, 1,000 to test" in text_of(at)
    assert not at.button(key="train_start").disabled


@pytest.mark.usefixtures("drawn")
def test_published_pictures_are_downloaded_when_the_reader_asks(
    runs: FakeRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a server of the test's own, which first gives half of the file."""
    data = zipped({f"cats_and_dogs_filtered/train/{name}": file for name, file in two_classes(8).items()})
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving_files({"/pets.zip": data}) as server:
        monkeypatch.setitem(REMOTES, DownloadKey.CATS_AND_DOGS, (Remote(f"{server.address}pets.zip", 2 * len(data)),))
        at = page(train_on="cats_and_dogs", picture_side="16")
        assert "downloaded once" in at.info[0].value
        until(no_exception(at.button(key="train_download").click().run()), lambda: at.error)
        assert "not the file that was published" in at.error[0].value
        monkeypatch.setitem(REMOTES, DownloadKey.CATS_AND_DOGS, (Remote(f"{server.address}pets.zip", len(data)),))
        at = page(train_on="cats_and_dogs", picture_side="16")
        until(no_exception(at.button(key="train_download").click().run()), lambda: "cs-pictures" in body_of(at))
    assert "cats" in body_of(at)
    assert plan_of(at, runs).data.source == Downloaded(DownloadKey.CATS_AND_DOGS)


def test_a_download_that_nobody_waits_for_any_more_ends() -> None:
    with pytest.raises(StoppedError):
        downloading._note(Downloaded(DownloadKey.CIFAR10), 1, 2)


def body_of(at: AppTest) -> str:
    return "".join(html.proto.body for html in at.get("html"))


def until(at: AppTest, is_there: Callable[[], Any]) -> None:
    """Run the page, as its clock does, until something is there."""
    for _look in range(200):
        if is_there():
            return
        time.sleep(0.05)
        no_exception(at.run())
    raise AssertionError("It never came.")


# Augmentation ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("runs", "drawn")
def test_the_course_is_a_click_away_and_says_what_its_numbers_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def made_up(picture: bytes, shape: tuple[int, int, int], layers: Any) -> Draws:
        asked.append(layers)
        return Draws(np.zeros((16, *shape), np.uint8), np.full((16, *shape[:2]), np.arange(shape[1]) < 4))

    monkeypatch.setattr(cached, "_draws", made_up)
    at = page(train_part="augmentation")
    assert not asked
    no_exception(at.button(key="course_augmentation").click().run())
    assert asked == [(RandomFlip("horizontal"), RandomRotation(0.1), RandomZoom(0.2))]
    assert "−36° to" in text_of(at)
    assert "25% of their pixels come from outside" in text_of(at)
    (drawn,) = (html.proto.body for html in at.get("html") if "cs-draws" in html.proto.body)
    assert drawn.count("<img") == 16


@pytest.mark.usefixtures("runs", "drawn", "here")
def test_a_crop_is_said_as_one_change() -> None:
    text = text_of(
        page(train_part="augmentation", cropped="0.4", rotation="0.1", fill_mode="constant", fill_value="51")
    )
    assert "a part with 60% to 80% of the height and width" in text
    assert "the value 51 of 255 in every channel" in text
    assert "mirror image" not in text


# Live -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def running(runs: FakeRuns, drawn: dict[str, dict[str, Any]]) -> FakeRuns:
    """A run of ten epochs, of which five are done."""
    at = page()
    plan = plan_of(at, runs)
    runs.seen["run-1"] = seen(plan, Phase.RUNNING, 5)
    return runs


@pytest.mark.usefixtures("drawn", "here")
def test_what_is_to_be_watched_comes_once_the_training_begins(runs: FakeRuns) -> None:
    at = page(train_part="watch")
    assert "Press “Train” to see kernels" in text_of(at)
    runs.seen["run-1"] = seen(plan_of(at, runs), Phase.RUNNING)
    text = text_of(page(run="run-1", train_part="watch"))
    assert "As soon as the training begins, you see kernels" in text
    assert "Press “Train”" not in text


@pytest.mark.usefixtures("here")
def test_while_a_run_is_taken_up_again_what_it_was_is_still_seen(
    running: FakeRuns, drawn: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """And its time is that of this try."""
    folder = RunFolder(tmp_path / "run")
    folder.snapshots.mkdir(parents=True)
    Shot(None, {}, ((7, 1, 0), (0, 8, 0), (0, 0, 8))).write(folder.snapshots / "5.npz")
    run = replace(running.seen["run-1"], folder=folder, made=0.0)
    run.so_far.snapshots = (Snapshot(5, "5.npz"),)
    run.so_far.expect_more()
    running.seen["run-1"] = run
    at = page(run="run-1", train_part="watch")
    assert drawn["run_clock"]["saying"] == "Starting TensorFlow."
    assert drawn["run_clock"]["seconds"] < 1e6
    assert "circle" in "".join(html.proto.body for html in at.get("html") if "cs-confusion" in html.proto.body)
    assert "In epoch 5 it was right" in text_of(at)


def test_progress_and_curves(running: FakeRuns, drawn: dict[str, dict[str, Any]]) -> None:
    page(run="run-1")
    # Four epochs of half a second are to come, and half of the sixth.
    assert "Epoch 6 of 10, batch 6 of 12: loss 0.432; about 0:02 (min:s) left" in drawn["run_clock"]["saying"]
    assert drawn["run_clock"]["share"] == 0.5
    stopping = seen(running.started[0], Phase.STOPPING, 5)
    running.seen["run-2"] = stopping
    page(run="run-2")
    assert drawn["run_clock"]["saying"] == "It stops after this batch."
    stopping.so_far.saved = Saved("model.keras", 5, 2)
    page(run="run-2")
    assert drawn["run_clock"]["saying"] == "Stopped. What was learned has been saved and is being tested."
    page(run="run-1")
    loss, accuracy = (chart["series"][0] for chart in drawn["curves_live"]["charts"])
    assert loss["points"] == [1 / epoch for epoch in range(1, 6)]
    assert loss["line"] == pytest.approx([0.8, 0.7, 0.6, 0.7, 0.8])
    assert loss["now"] == {"at": 6, "value": 0.432}
    assert accuracy["now"] == {"at": 6, "value": 0.8}
    assert not drawn["curves_live"]["plays"]
    # Who guesses one of three classes has these.
    levels = [chart["level"]["value"] for chart in drawn["curves_live"]["charts"]]
    assert levels == pytest.approx([np.log(3), 1 / 3])


def test_overfitting_is_seen_at_a_glance(running: FakeRuns, drawn: dict[str, dict[str, Any]]) -> None:
    """Whichever weights are kept; and it is not called so before enough epochs show it."""
    plan = replace(running.started[0], keep_best=False)
    running.seen["run-1"] = seen(plan, Phase.RUNNING, 5)
    page(run="run-1")
    for chart in drawn["curves_live"]["charts"]:
        assert {"at": 3, "label": "lowest val_loss"} in chart["marks"]
        assert chart["span"] is None
    running.seen["run-1"] = seen(plan, Phase.RUNNING, 8)
    page(run="run-1")
    for chart in drawn["curves_live"]["charts"]:
        assert chart["span"] == {"from": 3, "label": "overfitting"}


def test_losses_that_are_no_numbers_reach_no_browser(running: FakeRuns, drawn: dict[str, dict[str, Any]]) -> None:
    """JSON knows no NaN: one in the data leaves the browser without any curve."""
    run = running.seen["run-1"]
    *before, last = run.so_far.epochs
    run.so_far.epochs = (*before, replace(last, val_loss=float("nan"), loss=float("inf")))
    page(run="run-1")
    loss = drawn["curves_live"]["charts"][0]["series"][0]
    assert (loss["points"][-1], loss["line"][-1]) == (None, None)
    json.dumps(drawn["curves_live"], allow_nan=False)


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("phase", [Phase.RUNNING, Phase.PAUSED, Phase.STOPPED])
def test_who_has_the_address_of_a_run_may_watch_it_but_not_steer_it(
    phase: Phase, running: FakeRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.seen["run-1"] = seen(running.started[0], phase, 5)
    monkeypatch.setattr(person, "name", lambda: "a neighbour")
    at = page(run="run-1")
    assert not steering(at)
    assert "Somebody else started this training." in text_of(at)


@pytest.mark.parametrize(
    ("phase", "buttons"),
    [
        (Phase.RUNNING, ["run_pause", "run_stop"]),
        (Phase.PAUSED, ["run_resume", "run_stop"]),
        (Phase.STOPPED, ["run_go_on"]),
        (Phase.DONE, []),
    ],
)
@pytest.mark.usefixtures("drawn")
def test_a_run_is_steered(running: FakeRuns, phase: Phase, buttons: list[str]) -> None:
    running.seen["run-1"] = seen(running.started[0], phase, 5)
    at = page(run="run-1")
    may_be_deleted = ["run_ask_before_delete"] if phase in (Phase.STOPPED, Phase.DONE) else []
    assert steering(at) == buttons + may_be_deleted
    for button in buttons:
        no_exception(at.button(key=button).click().run())
    assert running.told == [(button.removeprefix("run_"), "run-1") for button in buttons]


def steering(at: AppTest) -> list[str]:
    """Return the keys of the buttons that do something with the run."""
    return [str(button.key) for button in at.button if str(button.key).startswith("run_")]


@pytest.mark.usefixtures("drawn")
def test_a_run_that_ended_is_deleted_by_a_second_press(running: FakeRuns) -> None:
    plan = running.started[0]
    running.seen["run-1"], running.seen["run-2"] = seen(plan, Phase.DONE, 5), seen(plan, Phase.FAILED, 2, key="run-2")
    at = page(run="run-1")
    no_exception(at.button(key="run_ask_before_delete").click().run())
    assert steering(at) == ["run_delete", "run_keep_run"]
    no_exception(at.button(key="run_keep_run").click().run())
    assert steering(at) == ["run_ask_before_delete"]
    no_exception(at.button(key="run_ask_before_delete").click().run())
    # Of another run nobody has been asked.
    at.selectbox(key="earlier_run_field").set_value("run-2")
    assert steering(no_exception(at.run())) == ["run_ask_before_delete"]
    at.selectbox(key="earlier_run_field").set_value("run-1")
    no_exception(at.run())
    assert steering(at) == ["run_ask_before_delete"]
    no_exception(at.button(key="run_ask_before_delete").click().run())
    assert running.told == []
    no_exception(at.button(key="run_delete").click().run())
    assert (running.told, list(running.seen)) == ([("forget", "run-1")], ["run-2"])
    assert not steering(at)
    assert at.session_state[state.RUN.name] == ""


@pytest.mark.usefixtures("drawn")
def test_how_a_run_ended(running: FakeRuns) -> None:
    plan = running.started[0]
    running.seen["run-1"] = seen(plan, Phase.DONE, 10, scored=result(0.8))
    assert "**80.0% of 6 test pictures right**, 70.0% to 90.0%" in text_of(page(run="run-1"))
    running.seen["run-1"] = seen(plan, Phase.STOPPED)
    assert "Stopped before anything was learned." in text_of(page(run="run-1"))
    running.seen["run-1"] = stopped = seen(plan, Phase.STOPPED, 2)
    stopped.so_far.saved = Saved("model.keras", 2, 7)
    assert "What was learned is kept, up to batch 7 of epoch 3" in text_of(page(run="run-1"))
    running.seen["run-1"] = seen(plan, Phase.FAILED, 2, problem=CnnError("The process died."))
    assert "The process died" in page(run="run-1").error[0].value


@pytest.mark.usefixtures("runs")
def test_a_run_that_is_gone_is_a_sentence(drawn: dict[str, dict[str, Any]]) -> None:
    assert "no longer here" in text_of(page(run="gone"))
    assert "curves_live" in drawn


@pytest.fixture
def trained(running: FakeRuns, tmp_path: Path) -> Path:
    """A run that has ended, with a model's file, in which nothing is; returned is the file."""
    run = seen(running.started[0], Phase.DONE, 5, result(0.8))
    run.so_far.saved = Saved("model.keras", 5)
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    folder.model.write_bytes(b"a model")
    running.seen["run-1"] = replace(run, folder=folder)
    return folder.model


@pytest.mark.usefixtures("drawn")
def test_a_trained_model_is_read_once_for_each_state_of_it(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    whole = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or whole(path))  # type: ignore[func-returns-value]
    keys = {cached.trained_model(trained) for _ in range(3)}
    assert read.count(trained) == len(keys) == 1
    trained.write_bytes(b"another model")
    assert cached.trained_model(trained) not in keys
    trained.unlink()
    with pytest.raises(CnnError, match="no longer here"):
        cached.trained_model(trained)


@pytest.fixture
def on_digits(trained: Path, here: Here, running: FakeRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundled network stands in for the trained one, made-up answers for its own: the ninth class, 75 %."""
    monkeypatch.setattr(cached, "trained_model", lambda _file: "mnist")
    so_far = running.seen["run-1"].so_far
    assert so_far.begun is not None
    so_far.begun, so_far.scored = replace(so_far.begun, classes=tuple("0123456789")), None


@pytest.mark.usefixtures("on_digits", "drawn")
def test_it_is_taken_away_as_onnx_where_that_can_be_written(running: FakeRuns) -> None:
    def offered(at: AppTest) -> list[str]:
        return [button.proto.label for button in at.get("download_button")]

    at = page(run="run-1", train_part="after")
    assert offered(at)[:3] == ["Model (.keras)", "Model (.tflite)", "Model (.onnx)"]
    run = running.seen["run-1"]
    large = Network.of(Input((16, 16, 3)), Flatten(), Dense(100_000), head_layer(2))
    running.seen["run-1"] = replace(run, plan=replace(run.plan, network=large))
    at = page(run="run-1", train_part="after")
    assert "Model (.onnx)" not in offered(at)
    assert "The file would be too large" in text_of(at)


@pytest.mark.usefixtures("on_digits", "drawn")
def test_moved_test_pictures_are_a_choice_and_a_result(running: FakeRuns) -> None:
    assert plan_of(page(test_moved="True"), running).shifts == (2, 4)  # of 16 pixels, no more than a quarter
    run = running.seen["run-1"]
    run.so_far.scored = replace(result(0.8), confusion=((0,) * 10,) * 10)
    run.so_far.shifted = Shifted(6, {2: 0.75, 4: 0.5})
    said = "Accuracy on shifted test pictures, mean over four directions: 75.0% by 2 px, 50.0% by 4 px."
    assert said in text_of(page(run="run-1", train_part="after"))
    blurred = small_study(Replacement.BLUR, 1_000, 1, 0)
    settings = told.settings_of(replace(run, plan=blurred))
    assert [told.said(name, settings[name]) for name in ("kernels", "shifts")] == ["blur_1, blur_2", "2, 4"]


@pytest.mark.usefixtures("trained", "drawn")
def test_dropout_is_seen_in_training_beside_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    values = np.arange(1, 41, dtype=np.float32)
    draws = np.where(np.arange(4)[:, np.newaxis] == np.arange(40) % 4, 0, values / np.float32(0.75))
    answers = np.full((4, 3), [0.2, 0.5, 0.3], np.float32)

    def made_up(data: Data, place: int, key: str, layer: str, rate: float) -> DroppedValues:
        asked.append((place, layer, rate))
        return DroppedValues(strip_png(np.zeros((1, 8, 8, 3), np.uint8), 96), 2, values, draws, answers[0], answers)

    monkeypatch.setattr(cached, "_dropped", made_up)
    text = text_of(page(run="run-1", train_part="dropout", dropped_rate="0.25", dropped_picture="4"))
    assert asked == [(4, "flatten", 0.25)]
    assert "a probability of 25%" in text
    assert "1/(1 − p) = 1.33" in text
    assert f"Draw 1: 10 of 40 values other than 0 are dropped. Mean {draws[0].mean():.3g}." in text
    assert "| square | 50% | 50% |" in text


@pytest.mark.usefixtures("runs", "drawn")
def test_dropout_is_seen_on_the_digits_network_before_anything_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def made_up(*asks: Any) -> DroppedValues:
        asked.append(asks)
        return made_up_dropped(*asks)

    monkeypatch.setattr(cached, "_dropped", made_up)
    text = text_of(page(train_part="dropout"))
    digits = Data(Shipped("mnist_small"), size=(28, 28), channels=1)
    assert asked == [(digits, 0, "mnist", "dense", 0.5)]
    assert "Shown on the course's digits network" in text
    assert "Draw 1: 20 of 40 values other than 0 are dropped." in text
    assert "| 7 | 10% | 10% |" in text


@pytest.mark.usefixtures("on_digits", "drawn")
def test_the_live_camera_is_tried_frame_by_frame() -> None:
    at = choose(page(run="run-1", train_part="after"), "segmented_control", "source", "camera")
    assert "75.0%" in shares(at)
    no_exception(at.toggle(key="live_toggle_field").set_value(True).run())
    live = at.session_state["live"]
    assert data_of(at, "camera")["mode"] == "live"
    CAMERAS.take(live, frame(50, 1))
    no_exception(at.run())
    assert data_of(at, "camera")["shown"] == 1
    assert "75.0%" in shares(at)
    choose(at, "segmented_control", "source", "sample")
    assert at.session_state["live"] is None
    assert "75.0%" in shares(at)


def shares(at: AppTest) -> str:
    bodies: list[str] = [html.proto.body for html in at.get("html")]
    return next(body for body in bodies if "cs-shares" in body)


# Side by side ---------------------------------------------------------------------------------------------------------


def test_runs_stand_side_by_side(runs: FakeRuns, drawn: dict[str, dict[str, Any]]) -> None:
    at = page(train_epochs="3")
    one = plan_of(at, runs)
    two = plan_of(page(train_epochs="3", flip="horizontal"), runs)
    for number, (plan, accuracy) in enumerate([(one, 0.6), (two, 0.8)], start=1):
        runs.seen[f"run-{number}"] = seen(plan, Phase.DONE, 3, result(accuracy), key=f"run-{number}")
    at = page(train_part="compare", compared_runs="run-1.run-2")
    assert [series["name"] for series in drawn["curves_compared"]["charts"][0]["series"]] == ["Run 1", "Run 2"]
    text = text_of(at)
    assert "RandomFlip" in text
    assert "| epochs |" not in text
    assert "| test accuracy | 60.0% (50.0%–70.0%) | 80.0% (70.0%–90.0%) |" in text
    assert "needs at least two seeds" in text


@pytest.mark.usefixtures("drawn")
def test_a_difference_over_several_seeds_is_tested(runs: FakeRuns) -> None:
    plan_of(page(seeds="3", train_epochs="3"), runs)
    plan_of(page(seeds="3", train_epochs="3", dropout="0.5"), runs)
    for number, plan in enumerate(runs.started):
        accuracy = 0.6 + 0.2 * (number >= 3) + 0.001 * number
        runs.seen[f"run-{number + 1}"] = seen(plan, Phase.DONE, 3, result(accuracy), key=f"run-{number + 1}")
    keys = ".".join(runs.seen)
    text = text_of(page(train_part="compare", compared_runs=keys))
    assert "statistically significant (paired t-test over 3 seeds" in text


@pytest.mark.usefixtures("drawn")
def test_an_earlier_run_is_looked_at_again(runs: FakeRuns) -> None:
    """Also where the page is opened without its address, as after a browser was closed."""
    assert "earlier_run_field" not in [box.key for box in page().selectbox]
    plan = plan_of(page(), runs)
    runs.seen["run-1"] = seen(plan, Phase.RUNNING, 2)
    runs.seen["run-2"] = seen(replace(plan, seed=7), Phase.DONE, 10, result(0.8), key="run-2")
    at = page()
    choice = at.selectbox(key="earlier_run_field")
    assert choice.value is None
    assert choice.options == ["2: 80.0%, small, RMSprop, seed 7", "1: running, small, RMSprop, seed 0"]
    no_exception(choice.select_index(0).run())
    assert "**80.0% of 6 test pictures right**" in text_of(at)
    assert at.selectbox(key="earlier_run_field").value == "run-2"


# Recorded studies -----------------------------------------------------------------------------------------------------


def recorded(accuracy: float) -> RecordedStudy:
    """Return a record of two schemes of the course's cats and dogs, two seeds each; one turns in epoch 2 of 8."""
    runs = []
    for scheme, lead, turn in (("scratch", 0.0, 2), ("cured", 0.05, 8)):
        for seed in (0, 1):
            epochs = tuple(EpochEnd(n, 1 / n, 0.5, 0.5 + abs(n - turn) / 10, 0.6, 60.0, 0.001) for n in range(1, 9))
            right = accuracy + lead + seed / 100
            scored = Scored(turn, 399, 0.5, right, right - 0.04, right + 0.04, ((150, 50), (40, 159)), (), ())
            pictures = {"train": 800, "validation": 200, "test": 399}
            runs.append(RecordedRun(scheme, seed, 991_041, 0, 10**9, {}, pictures, {"scratch": 0}, epochs, scored))
    plan = study_plan("cats_dogs")
    return RecordedStudy(plan, "2026-11-30", {"keras": "3.15.1"}, {"processors": 2}, tuple(runs))


def test_a_recorded_study_says_what_it_supports_and_what_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "recorded_studies", lambda: (recorded(0.7),))
    at = no_exception(run_page(PAGE, **FEW, train_part="studies", train_study="cats_dogs"))
    assert "| without augmentation and dropout | 2 | 800 | 991,041 | 70.5% ± 0.7% | 2, 2 | 8:00 |" in tables(at)
    text = "\n".join(element.value for element in [*at.markdown, *at.caption])
    assert "overfits in 2 of 2 runs" in text
    assert "“with augmentation and dropout” had the highest mean accuracy" in text
    assert "For “with augmentation and dropout”, 2 of 3 seeds are recorded" in text
    assert "`make study STUDY=cats_dogs` trains it again" in text
    # A line of the legend a scheme, whose seeds share a colour; under the pointer each run has its own name.
    series = all_data_of(at, "curves")[-1]["charts"][0]["series"]
    assert [(one["colour"], one["group"], one["name"].rpartition(", ")[2]) for one in series] == [
        (0, "without augmentation and dropout", "seed 0"),
        (0, "without augmentation and dropout", "seed 1"),
        (1, "with augmentation and dropout", "seed 0"),
        (1, "with augmentation and dropout", "seed 1"),
    ]


def test_a_scheme_without_a_run_has_a_row_that_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = recorded(0.7)
    monkeypatch.setattr(studies, "recorded_studies", lambda: (replace(whole, runs=whole.of("scratch")),))
    at = no_exception(run_page(PAGE, **FEW, train_part="studies", train_study="cats_dogs"))
    assert "| with augmentation and dropout | 0 | – | – | – | – | – |" in tables(at)
    text = "\n".join(element.value for element in [*at.markdown, *at.caption])
    assert "Nothing has been recorded for “with augmentation and dropout” yet" in text
    assert "highest mean accuracy" not in text
    titles = at.selectbox(key="train_study_field").options
    assert "Cats and dogs from scratch: 2 of 6 runs recorded" in titles
    assert "Handwritten digits: not recorded yet" in titles


@pytest.mark.parametrize("key", [study.key for study in STUDIES])
def test_a_study_without_a_record_says_so_and_how_it_is_made(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "recorded_studies", lambda: ())
    at = no_exception(run_page(PAGE, **FEW, train_part="studies", train_study=key))
    said = at.info[-1].value
    assert "Nothing has been recorded for this yet, so no result is claimed." in said
    assert f"`make study STUDY={key}`" in said


@pytest.mark.parametrize("key", [study.key for study in STUDIES])
def test_the_address_knows_every_study(key: str) -> None:
    kind = state.TRAIN_STUDY.kind
    assert kind is not None
    assert kind.read(key) == key
