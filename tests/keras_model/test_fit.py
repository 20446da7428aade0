"""Fits by Keras, tiny ones: the same history as a plain script, whole or interrupted, and what they leave."""

import json
import re
import runpy
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from math import log
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from small_fits import AUGMENTATION, DATA, Heard, network, small_plan, transfer_plan, unequal_data

from cnn_core.errors import CnnError
from cnn_core.layers import Activation, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, Input
from cnn_core.model_file import read_model_file
from cnn_core.network import editing
from cnn_core.network.network import Network
from cnn_core.network.replacing import Replacement
from cnn_core.training import transfer
from cnn_core.training.fitting import FitPlan
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings, ScheduleName
from cnn_core.training.orders import Order, Orders
from cnn_core.training.records import (
    BatchEnd,
    Begun,
    EpochEnd,
    Paused,
    Preparation,
    Preparing,
    Record,
    Resumed,
    Saved,
    Scored,
    Shifted,
    Snapshot,
    Stage,
)
from cnn_core.training.run_folder import HISTORY_MEMBER, PLAN_MEMBER, RunFolder
from cnn_core.training.script import PICTURES_FILE, pictures_file, script
from cnn_core.training.sets.parts import read_parts
from cnn_core.training.snapshots import Shot
from cnn_core.training.study import small_study
from cnn_core.training.transfer import FineTuning, Transfer, base_file

pytestmark = pytest.mark.keras


@pytest.fixture(autouse=True)
def kept_here(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep pictures and features in a folder that all tests of this file share."""
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path_factory.getbasetemp() / "fitting"))


class Interrupted(Exception):  # noqa: N818
    """Stands for a process that is killed."""


def fitted(plan: FitPlan, path: Path, heard: Heard | None = None, orders: Orders | None = None) -> Heard:
    """Fit in a folder, from its checkpoint on where it has one."""
    from cnn_core.keras_model.fitting import fit

    folder, heard = RunFolder(path), heard or Heard()
    if not path.exists():
        folder.make(plan)
    fit(plan, folder, heard, orders)
    return heard


def written_script(plan: FitPlan, path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """Run the plan's script beside its pictures, and return the history that it leaves."""
    path.mkdir()
    monkeypatch.chdir(path)
    Path(PICTURES_FILE).write_bytes(pictures_file(plan.data))
    if plan.transfer:
        Path(f"{plan.transfer.base}.keras").symlink_to(base_file(plan.transfer.base))
    Path("script.py").write_text(script(plan), encoding="utf-8")
    runpy.run_path("script.py")
    history: dict[str, list[float]] = json.loads(Path("history.json").read_text(encoding="utf-8"))
    return history


def assert_equal(ours: dict[str, list[float]], theirs: dict[str, list[float]], rtol: float = 1e-4) -> None:
    assert {name: len(values) for name, values in ours.items()} == {name: len(theirs[name]) for name in ours}
    for name, values in ours.items():
        np.testing.assert_allclose(values, theirs[name], rtol=rtol, atol=1e-6, err_msg=name)


# The history ----------------------------------------------------------------------------------------------------------

SGD = OptimizerSettings(OptimizerName.SGD, 0.02, 0.9, 0.01, ScheduleName.COSINE)
DECAYING = OptimizerSettings(OptimizerName.RMSPROP, 0.003, 0.5, schedule=ScheduleName.EXPONENTIAL, decay_rate=0.5)


PLAN = small_plan(augmentation=AUGMENTATION, optimizer=SGD, epochs=4, seed=3)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Heard, RunFolder]:
    """Return a fit that nothing interrupted, and its folder."""
    path = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_RUNS", str(tmp_path_factory.getbasetemp() / "fitting"))
        return fitted(PLAN, path), RunFolder(path)


def steps_of(plan: FitPlan, heard: Heard) -> Any:
    """Return how many batches are done after each epoch."""
    return np.arange(1, len(heard.of(EpochEnd)) + 1) * plan.batches(len(read_parts(plan.data).train))


def test_history_and_model_are_those_of_the_script(
    whole: tuple[Heard, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    heard, folder = whole
    assert_equal(heard.history(), written_script(PLAN, tmp_path / "script", monkeypatch))
    models = (keras.models.load_model(path) for path in (folder.model, tmp_path / "script/model.keras"))
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)
    best = int(np.argmin(heard.history()["val_loss"])) + 1
    assert heard.of(Saved) == [Saved("model.keras", best)]
    rates = [epoch.learning_rate for epoch in heard.of(EpochEnd)]
    steps = steps_of(PLAN, heard)
    np.testing.assert_allclose(rates, 0.01 * (1 + np.cos(np.pi * steps / steps[-1])), rtol=1e-4, atol=1e-9)


def test_early_stopping_and_a_falling_rate_are_those_of_the_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = small_plan(optimizer=DECAYING, early_stopping=1, epochs=8, keep_best=False, seed=1)
    heard = fitted(plan, tmp_path / "run")
    assert_equal(heard.history(), written_script(plan, tmp_path / "script", monkeypatch))
    assert len(heard.of(EpochEnd)) < 8
    rates = [epoch.learning_rate for epoch in heard.of(EpochEnd)]
    wanted = 0.003 * 0.5 ** (steps_of(plan, heard) / steps_of(plan, heard)[0])
    np.testing.assert_allclose(rates, wanted, rtol=1e-4)


def test_class_weights_are_those_of_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adam = OptimizerSettings(OptimizerName.ADAM, weight_decay=0.01)
    plan = small_plan(data=unequal_data(), optimizer=adam, class_weights=True, epochs=2)
    heard = fitted(plan, tmp_path / "run")
    assert heard.of(Begun)[0].pictures == {"train": 30, "validation": 10, "test": 10}
    assert_equal(heard.history(), written_script(plan, tmp_path / "script", monkeypatch))


def test_given_kernels_and_moved_pictures_are_those_of_the_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import keras

    plan = small_study(Replacement.BLUR, pictures=100, epochs=1, seed=4)
    heard = fitted(plan, tmp_path / "run")
    assert_equal(heard.history(), written_script(plan, tmp_path / "script", monkeypatch))
    (moved,) = heard.of(Shifted)
    said = [float(share) for share in re.findall(r"moved by \d pixels: accuracy (.*)", capsys.readouterr().out)]
    assert list(moved.accuracy) == [2, 4]
    assert moved.pictures == 1_000
    np.testing.assert_allclose(list(moved.accuracy.values()), said, atol=0.002)
    model = keras.models.load_model(tmp_path / "run/model.keras")
    for number, channels in ((1, 16), (2, 32)):
        blur = model.get_layer(f"blur_{number}")
        line = np.array([1, 2, 1]) / 4
        np.testing.assert_array_equal(blur.kernel, np.repeat(np.outer(line, line)[..., None, None], channels, axis=2))
        assert not blur.trainable_weights


class Breaking(Heard):
    """Breaks off after a batch of the third epoch, and pauses in the first."""

    def __init__(self) -> None:
        super().__init__()
        self.orders = Orders()

    def __call__(self, record: Record) -> None:
        super().__call__(record)
        match record:
            case BatchEnd(epoch=1, batch=2):
                self.orders.tell(Order.PAUSE)
            case Paused():
                self.orders.tell(Order.RESUME)
            case BatchEnd(epoch=3, batch=2):
                raise Interrupted


def test_what_is_paused_and_interrupted_goes_on_with_the_same_history(
    whole: tuple[Heard, RunFolder], tmp_path: Path
) -> None:
    history, heard = whole[0].history(), Breaking()
    with pytest.raises(Interrupted):
        fitted(PLAN, tmp_path / "run", heard, heard.orders)
    assert_equal(heard.history(), {name: values[:2] for name, values in history.items()})
    at = heard.records.index(Paused(1, 2))
    assert [type(record) for record in heard.records[at - 1 : at + 2]] == [BatchEnd, Paused, Resumed]
    rest = fitted(PLAN, tmp_path / "run")
    assert [epoch.epoch for epoch in rest.of(EpochEnd)] == [3, 4]
    assert_equal(rest.history(), {name: values[2:] for name, values in history.items()})
    (begun,) = rest.of(Begun)
    assert (begun.epoch, begun.gradients) == (2, {})
    with zipfile.ZipFile(tmp_path / "run/model.keras") as file:
        kept = json.loads(file.read(HISTORY_MEMBER))
    np.testing.assert_allclose([epoch["val_loss"] for epoch in kept], history["val_loss"], rtol=1e-4)


# Transfer -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Put a base of two convolutions in the place of MobileNetV2, which takes seconds for everything."""
    import keras

    from cnn_core.keras_model.build import build_model

    layers = (Conv2D(6, 3, strides=2), BatchNormalization(), Activation("relu"), Conv2D(9, 3), BatchNormalization())
    end = (Activation("relu"), GlobalAveragePooling2D(), Dense(5, activation="softmax"))
    made = Network.of(Input((224, 224, 3)), *layers, *end)
    model = build_model(made, seed=1)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])
    model.save(tmp_path / "tiny.keras")
    (tmp_path / "tiny.network.json").write_text(made.to_json())
    monkeypatch.setattr(transfer, "BASES", ("tiny",))
    monkeypatch.setattr(transfer, "_file", lambda base, suffix: tmp_path / f"{base}{suffix}")
    return "tiny"


OF_TINY = (3 * 9 * 6 + 6 + 4 * 6) + (9 * 6 * 9 + 9 + 4 * 9)
HEAD = 9 + 1


def test_a_head_on_kept_features_and_fine_tuning_are_those_of_the_script(
    tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = transfer_plan(Transfer(tiny, fine_tuning=FineTuning(4, 2, 1e-3)), epochs=2)
    heard = fitted(plan, tmp_path / "run")
    head, tuning = heard.of(Begun)
    assert (head.stage, head.trained, head.frozen) == (Stage.HEAD, HEAD, OF_TINY)
    # The last four are a convolution, its normalization, an activation and the pooling.
    assert (tuning.stage, tuning.epoch, tuning.trained) == (Stage.FINE_TUNING, 2, HEAD + 9 * 6 * 9 + 9)
    done = [record.done for record in heard.of(Preparing) if record.step is Preparation.FEATURES]
    assert done == sorted(done)
    assert done[-1] == 80
    assert_equal(heard.history(), written_script(plan, tmp_path / "script", monkeypatch))
    assert heard.of(EpochEnd)[-1].gradients.keys() == {"conv2d_1", "dense"}


def test_kept_features_change_nothing(tiny: str, tmp_path: Path) -> None:
    kept_transfer = Transfer(tiny, dropout=0.25)
    kept = fitted(transfer_plan(kept_transfer, epochs=2), tmp_path / "kept")
    plan = transfer_plan(replace(kept_transfer, keep_features=False), epochs=2)
    assert_equal(kept.history(), fitted(plan, tmp_path / "through").history())


def test_augmented_pictures_go_through_the_base_as_in_the_script(
    tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = transfer_plan(Transfer(tiny, keep_features=False), augmentation=AUGMENTATION, epochs=2)
    heard = fitted(plan, tmp_path / "run")
    assert_equal(heard.history(), written_script(plan, tmp_path / "script", monkeypatch))
    assert heard.of(Begun)[0].trained == HEAD


def test_the_base_that_comes_along_has_its_trained_weights() -> None:
    import keras

    from cnn_core.keras_model.fitting.models import Models

    base = Models(transfer_plan(Transfer())).base()
    loaded = keras.models.load_model(base_file("mobilenet_v2"), compile=False)
    for name in ("Conv1", "block_7_depthwise_BN", "Conv_1_bn"):
        for ours, theirs in zip(base.get_layer(name).get_weights(), loaded.get_layer(name).get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert base.output_shape == (None, 1280)


# Orders ---------------------------------------------------------------------------------------------------------------


class Ordering(Heard):
    """Gives orders once something is reported."""

    def __init__(self, orders: Orders, given: dict[type[Record], Order]) -> None:
        super().__init__()
        self._orders, self._given = orders, given
        self.skipped = 0
        """Records of the kind that pass before."""

    def __call__(self, record: Record) -> None:
        super().__call__(record)
        if type(record) in self._given and len(self.of(type(record))) > self.skipped:
            self._orders.tell(self._given.pop(type(record)))


@pytest.mark.parametrize("at", [BatchEnd, EpochEnd])
def test_a_stop_keeps_what_was_learned(at: type[Record], tmp_path: Path) -> None:
    orders = Orders()
    heard = Ordering(orders, {at: Order.STOP})
    fitted(small_plan(epochs=50), tmp_path / "run", heard, orders)
    epochs = len(heard.of(EpochEnd))
    assert epochs == (at is EpochEnd)
    # What is told at the end of an epoch is heard after the next batch.
    assert len(heard.of(BatchEnd)) == (1 if at is BatchEnd else 4)
    assert heard.of(Saved) == [Saved("model.keras", epochs, 0 if epochs else 1)]
    assert heard.of(Scored)[0].epoch == epochs
    assert RunFolder(tmp_path / "run").checkpoint.exists() == bool(epochs)


class StuckInBatch(Heard):
    """Tells to stop in a batch, which then lasts until something is saved."""

    def __init__(self, batch: int) -> None:
        super().__init__()
        self.orders, self._batch, self._saved = Orders(), batch, Event()

    def __call__(self, record: Record) -> None:
        super().__call__(record)
        match record:
            case BatchEnd(batch=self._batch):
                self.orders.tell(Order.STOP)
                assert self._saved.wait(20)
            case Saved():
                self._saved.set()


def weights_of(folder: Path) -> list[Any]:
    import keras

    model = keras.models.load_model(folder / "model.keras")
    return [variable.numpy() for variable in model.weights]


def test_a_stop_does_not_wait_for_a_slow_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_core.keras_model.fitting import kept

    monkeypatch.setattr(kept, "SLOW_SECONDS", 0.0)
    plan, stuck, orders = small_plan(epochs=50), StuckInBatch(3), Orders()
    fitted(plan, tmp_path / "stuck", stuck, stuck.orders)
    # The third batch was lost; what is tested is what was saved.
    assert stuck.of(Saved) == [Saved("model.keras", 0, 2)]
    obeying = Ordering(orders, {BatchEnd: Order.STOP})
    obeying.skipped = 1
    fitted(plan, tmp_path / "obeyed", obeying, orders)
    assert obeying.of(Saved) == [Saved("model.keras", 0, 2)]
    for one, other in zip(weights_of(tmp_path / "stuck"), weights_of(tmp_path / "obeyed"), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert stuck.of(Scored)[0].loss == pytest.approx(obeying.of(Scored)[0].loss, rel=1e-4)


def test_what_is_kept_after_each_batch_changes_nothing(
    whole: tuple[Heard, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_core.keras_model.fitting import kept

    monkeypatch.setattr(kept, "SLOW_SECONDS", 0.0)
    assert_equal(fitted(PLAN, tmp_path / "run").history(), whole[0].history())


def test_a_stop_before_anything_is_learned_leaves_nothing(tmp_path: Path) -> None:
    orders = Orders()
    heard = Ordering(orders, {Begun: Order.STOP})
    fitted(small_plan(), tmp_path / "run", heard, orders)
    assert not heard.of(Saved)
    assert not RunFolder(tmp_path / "run").model.exists()


# What is refused ------------------------------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_ends_it_with_the_reason() -> None:
    from cnn_core.keras_model.fitting.kept import Kept
    from cnn_core.keras_model.fitting.watch import Obedience, Watch

    heard = Heard()
    kept = Kept(None, lambda: None, lambda twin, at: None)
    watch = Watch(Obedience(Orders(), heard), heard, kept, lambda figures, seconds: False)
    watch.on_epoch_begin(1)
    watch.on_train_batch_end(0, {"loss": 0.5, "accuracy": 0.5})
    with pytest.raises(CnnError, match="no longer finite, in epoch 2 after batch 2"):
        watch.on_train_batch_end(1, {"loss": float("nan"), "accuracy": 0.5})
    assert len(heard.of(BatchEnd)) == 1


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    three = editing.replace(network(), "dense", Dense(3, activation="softmax"))
    with pytest.raises(CnnError, match="answers for 3 classes, and the pictures have 2"):
        fitted(small_plan(network=three), tmp_path / "run")


# What it leaves -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Heard, RunFolder]]:
    """Return a fit that tells circles from squares, and its folder."""
    path = tmp_path_factory.mktemp("learned") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_RUNS", str(tmp_path_factory.getbasetemp() / "fitting"))
        plan = small_plan(epochs=6, optimizer=OptimizerSettings(OptimizerName.ADAM, 0.005), keep_best=False)
        yield fitted(plan, path), RunFolder(path)


def test_the_file_opens_in_keras_and_here(learned: tuple[Heard, RunFolder]) -> None:
    import keras

    heard, folder = learned
    model = keras.models.load_model(folder.model)
    test = read_parts(DATA).test
    figures = model.evaluate(test.pictures.astype(np.float32), test.labels, verbose=0, return_dict=True)
    (scored,) = heard.of(Scored)
    assert scored.loss == pytest.approx(figures["loss"], rel=1e-5)
    assert scored.accuracy == pytest.approx(figures["accuracy"])
    opened = read_model_file(folder.model.read_bytes())
    assert [named.kind for named in opened.network.layers] == [named.kind for named in network().layers]
    with zipfile.ZipFile(folder.model) as file:
        assert FitPlan.from_json(file.read(PLAN_MEMBER).decode()) == folder.plan()
        assert len(json.loads(file.read(HISTORY_MEMBER))) == 6
    again = fitted(folder.plan(), folder.path)
    assert not again.of(EpochEnd)
    assert again.of(Scored) == [scored]


def test_the_answers_are_those_of_predict(learned: tuple[Heard, RunFolder]) -> None:
    import keras

    heard, folder = learned
    test = read_parts(DATA).test
    given = keras.models.load_model(folder.model).predict(test.pictures.astype(np.float32), verbose=0)[:, 0]
    (scored,) = heard.of(Scored)
    said = (given > 0.5).astype(int)
    assert np.array(scored.confusion).sum() == scored.pictures == len(test)
    assert np.trace(np.array(scored.confusion)) == (said == test.labels).sum()
    for answer in (*scored.wrong, *scored.sure):
        assert answer.label == test.labels[answer.picture]
        assert answer.probability == pytest.approx(max(given[answer.picture], 1 - given[answer.picture]), abs=1e-5)
    assert [answer.probability for answer in scored.sure] == sorted(
        (answer.probability for answer in scored.sure), reverse=True
    )


def test_snapshots_hold_kernels_maps_and_answers(learned: tuple[Heard, RunFolder]) -> None:
    import keras

    heard, folder = learned
    assert [snapshot.epoch for snapshot in heard.of(Snapshot)] == list(range(7))
    first, last = (Shot.read(folder.snapshots / f"{epoch}.npz") for epoch in (0, 6))
    assert first.kernels is not None
    assert last.kernels is not None
    model = keras.models.load_model(folder.model)
    np.testing.assert_allclose(last.kernels, model.get_layer("conv2d").get_weights()[0], rtol=1e-3, atol=1e-4)
    beginning = keras.Model(model.inputs, model.get_layer("conv2d").output)
    picture = read_parts(DATA).validation.pictures[:1].astype(np.float32)
    np.testing.assert_allclose(last.maps["conv2d"], beginning.predict(picture, verbose=0)[0], rtol=1e-2, atol=1e-2)
    assert last.maps["conv2d_1"].shape == (9, 9, 8)
    assert np.array(last.confusion).sum() == len(read_parts(DATA).validation)
    assert not np.array_equal(first.kernels, last.kernels)


def test_gradient_norms_are_those_of_a_tape(learned: tuple[Heard, RunFolder]) -> None:
    import keras
    import tensorflow as tf

    heard, folder = learned
    model = keras.models.load_model(folder.model)
    train = read_parts(DATA).train
    with tf.GradientTape() as tape:
        given = model(train.pictures[:16].astype(np.float32), training=False)
        loss = tf.reduce_mean(keras.losses.binary_crossentropy(train.labels[:16, None].astype(np.float32), given))
    layers = ("conv2d", "conv2d_1", "dense")
    slopes = tape.gradient(loss, [model.get_layer(name).kernel.value for name in layers])
    found = heard.of(EpochEnd)[-1].gradients
    assert list(found) == list(layers)
    np.testing.assert_allclose(list(found.values()), [np.linalg.norm(slope) for slope in slopes], rtol=1e-3)
    # Before anything is learned too: two classes that are as likely have a loss of about log 2.
    assert set(heard.of(Begun)[0].gradients) == set(layers)
    assert heard.of(BatchEnd)[0].loss == pytest.approx(log(2), abs=0.3)


def test_a_memory_that_is_not_enough_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    from cnn_core.keras_model.fitting import run

    def exhausted(*_: Any) -> None:
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(run._Fit, "train", exhausted)
    with pytest.raises(CnnError, match=r"There is not enough memory for this training. Received: batch_size=16"):
        fitted(small_plan(), tmp_path / "run")
