"""A fit as plain data: what can be trained, what is refused, and JSON both ways."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cnn_core.errors import CnnError
from cnn_core.layers import (
    Activation,
    Add,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    RandomFlip,
    RandomRotation,
    Rescaling,
)
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets.courses import cats_dogs, mnist
from cnn_core.network.replacing import Replacement
from cnn_core.network.summary import summarize
from cnn_core.training.fitting import FitPlan, behind_input
from cnn_core.training.fixed import BLUR, FixedKernel
from cnn_core.training.heads import Loss, head_of
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings, ScheduleName
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import Shapes
from cnn_core.training.sets.split import Split
from cnn_core.training.study import small_study, way_of
from cnn_core.training.transfer import FineTuning, Transfer, base_network, transfer_network, tuned_layers

DATA = Data(Shapes(per_class=10, size=32), size=(32, 32))
NETWORK = Network.of(
    Input((32, 32, 3)), Rescaling(1 / 255), Conv2D(4, 3, activation="relu"), Flatten(), Dense(1, activation="sigmoid")
)


def plan(**changes: Any) -> FitPlan:
    return replace(FitPlan(DATA, NETWORK), **changes)


def transfer_plan(transfer: Transfer, **changes: Any) -> FitPlan:
    return FitPlan(DATA, transfer_network(transfer, (32, 32), 2), transfer=transfer, **changes)


OPTIMIZER = OptimizerSettings(OptimizerName.SGD, 0.01, 0.9, 1e-4, ScheduleName.EXPONENTIAL, 0.8)


@pytest.mark.parametrize(
    "made",
    [
        plan(),
        plan(augmentation=(RandomFlip("horizontal"), RandomRotation(0.1)), optimizer=OPTIMIZER, early_stopping=3),
        plan(keep_best=False, class_weights=True, seed=7, epochs=50, batch_size=16),
        transfer_plan(Transfer(fine_tuning=FineTuning(layers=5, epochs=2))),
        small_study(Replacement.BLUR, pictures=1_000, epochs=3, seed=7),
    ],
)
def test_plans_survive_json(made: FitPlan) -> None:
    text = made.to_json()
    assert "\n" not in text
    assert FitPlan.from_json(text) == made


def test_the_defaults_are_those_of_the_course() -> None:
    assert (plan().batch_size, plan().optimizer.name, plan().optimizer.learning_rate) == (32, "rmsprop", 0.001)
    assert plan().batches(800) == 25
    assert plan().batches(33) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"epochs": 0}, "epochs must be a whole number from 1 to 1,000. Received: 0"),
        ({"batch_size": True}, "batch_size must be a whole number"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"early_stopping": 0}, "early_stopping must be a whole number"),
        ({"augmentation": (Dropout(0.5),)}, "change pictures at random. Received: Dropout"),
        ({"shifts": (32,)}, "shifts must be a whole number from 0 to 31. Received: 32"),
        ({"shifts": (1,) * 9}, "shifts must be a whole number from 0 to 8. Received: 9"),
        (
            {"kernels": (FixedKernel("blur", BLUR),)},
            'frozen DepthwiseConv2D without bias can be given a kernel. Received: "blur", –',
        ),
        ({"kernels": (FixedKernel("conv2d", BLUR),)}, 'Received: "conv2d", Conv2D'),
        ({"data": replace(DATA, channels=1)}, "Received: 32×32×1; it takes 32×32×3"),
        ({"data": replace(DATA, split=Split(validation=0))}, "needs pictures to validate with"),
        ({"network": Network.of(Input((32, 32, 3)), Flatten(), Dense(2))}, r"Dense \(linear\), 2\. Change"),
        ({"network": Network.of(Input((32, 32, 3)), Dense(2, activation="softmax"))}, "Received: Dense"),
        ({"network": Network.of(Input((32, 32, 3)), Flatten(), Dense(1, activation="softmax"))}, "Received: Dense"),
        ({"network": Network.of(Input((32, 32, 3)), Flatten(), Dense(2, activation="sigmoid"))}, "Received: Dense"),
        ({"network": Network.of(Input((32, 32, 3)), GlobalAveragePooling2D())}, "Received: GlobalAveragePooling2D"),
        ({"transfer": Transfer()}, 'does not have all layers of the base "mobilenet_v2"'),
    ],
)
def test_what_cannot_be_trained_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CnnError, match=said):
        plan(**changes)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"learning_rate": 0}, "learning_rate must be above 0 and at most 1. Received: 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0"),
        ({"learning_rate": True}, "learning_rate must be above 0"),
        ({"momentum": 1}, "from 0 to below 1"),
        ({"name": OptimizerName.ADAM, "momentum": 0.9}, "has no momentum setting"),
        ({"weight_decay": -1}, "The weight decay"),
        ({"decay_rate": 2}, "decay_rate must be"),
    ],
)
def test_an_optimizer_out_of_bounds_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(CnnError, match=said):
        OptimizerSettings(**settings)


@pytest.mark.parametrize("change", [{"network": "{}"}, {"optimizer": {}}, {"epochs": "9"}, {"more": 1}, {"data": 3}])
def test_what_describes_no_fit_is_refused(change: dict[str, Any]) -> None:
    document = json.loads(plan().to_json())
    with pytest.raises(CnnError):
        FitPlan.from_json(json.dumps(document | change))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null"])
def test_nonsense_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(CnnError, match="does not describe a training"):
        FitPlan.from_json(text)


# Heads --------------------------------------------------------------------------------------------------------------


def test_the_loss_follows_from_the_head() -> None:
    assert head_of(cats_dogs()).loss is Loss.BINARY
    assert head_of(mnist()).loss is Loss.CATEGORICAL
    assert (head_of(cats_dogs()).classes, head_of(mnist()).classes) == (2, 10)
    assert "binary_crossentropy is the mean negative logarithm" in str(head_of(cats_dogs()).reason)
    assert "10 units with softmax" in str(head_of(mnist()).reason)


def test_an_activation_at_the_end_is_a_head_too() -> None:
    network = Network.of(Input((4,)), Dense(3), Activation("softmax"))
    assert (head_of(network).units, head_of(network).loss) == (3, Loss.CATEGORICAL)


# What stands before the network -------------------------------------------------------------------------------------


def test_augmentation_comes_before_everything_else() -> None:
    whole = plan(augmentation=(RandomFlip(), RandomFlip())).whole
    assert [named.name for named in whole.layers[:4]] == ["input", "random_flip", "random_flip_1", "rescaling"]
    assert summarize(whole).parameters == summarize(NETWORK).parameters


def test_augmentation_is_on_every_way_from_the_input() -> None:
    branched = Network(
        (
            NamedLayer("input", Input((8, 8, 3))),
            NamedLayer("conv", Conv2D(3, 3, padding="same")),
            NamedLayer("add", Add(), ("conv", "input")),
        )
    )
    steps = {step.named.name: step.sources for step in behind_input(branched, (RandomFlip(),)).steps()}
    assert steps == {"input": (), "random_flip": ("input",), "conv": ("random_flip",), "add": ("conv", "random_flip")}


# Transfer -----------------------------------------------------------------------------------------------------------


def test_a_frozen_base_leaves_the_head_to_be_trained() -> None:
    network = transfer_network(Transfer(), (224, 224), 2)
    summary = summarize(network)
    # MobileNetV2 without its head: 2,257,984 parameters (Keras's own count, include_top=False), and 1,280 + 1 here.
    assert (summary.trainable, summary.parameters) == (1_281, 2_257_984 + 1_281)
    assert [named.name for named in network.layers[-3:]] == ["global_average_pooling2d", "dropout", "dense"]
    assert len(transfer_network(Transfer(dropout=0), (96, 96), 5).layers) == len(network.layers) - 1


def test_fine_tuning_leaves_batch_normalization_as_it_is() -> None:
    assert tuned_layers("mobilenet_v2", 4) == {"global_average_pooling2d", "out_relu", "Conv_1"}
    with pytest.raises(CnnError, match="layers must be a whole number"):
        FineTuning(layers=len(base_network("mobilenet_v2").layers) + 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"base": "vgg"}, "known are mobilenet_v2"), ({"dropout": 1}, "from 0 to below 1")],
)
def test_a_transfer_out_of_bounds_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CnnError, match=said):
        Transfer(**changes)


def test_pictures_too_small_for_the_base_are_refused() -> None:
    with pytest.raises(CnnError, match=r"at least 32 pixels high and wide\. Received: 31×64"):
        transfer_network(Transfer(), (31, 64), 2)


def test_features_that_are_kept_cannot_be_augmented() -> None:
    with pytest.raises(CnnError, match="only if the pictures do not change"):
        transfer_plan(Transfer(keep_features=True), augmentation=(RandomFlip(),))
    assert transfer_plan(Transfer(keep_features=False), augmentation=(RandomFlip(),)).all_epochs == 10
    assert transfer_plan(Transfer(fine_tuning=FineTuning(epochs=3)), epochs=5).all_epochs == 8


# Kernels that are given ----------------------------------------------------------------------------------------------


def test_a_given_kernel_has_the_size_of_its_layer_which_is_frozen() -> None:
    blurred = small_study(Replacement.BLUR, pictures=1_000, epochs=1, seed=0)
    with pytest.raises(CnnError, match=r"has the wrong size. Received: 1×2; 3×3 is needed"):
        replace(blurred, kernels=(FixedKernel("blur_1", ((0.5, 0.5),)),))
    free = tuple(replace(named, trainable=True) for named in blurred.network.layers)
    with pytest.raises(CnnError, match="Choose such a layer, or freeze it"):
        replace(blurred, network=replace(blurred.network, layers=free))


def test_the_study_in_small_names_its_ways() -> None:
    plans = {way: small_study(way, pictures=1_500, epochs=2, seed=1) for way in Replacement}
    assert {way: way_of(plan) for way, plan in plans.items()} == {way: way for way in Replacement}
    assert way_of(plan()) is None
    assert all(plan.data.split.train == 150 for plan in plans.values())
    assert [way for way, plan in plans.items() if plan.kernels] == [Replacement.BLUR]
