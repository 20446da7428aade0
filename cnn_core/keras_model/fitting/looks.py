"""What a network has become after an epoch, as small arrays; and what came out at the end."""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Labels
from cnn_core.keras_model.activations import feature_maps, layer_weights
from cnn_core.keras_model.fitting.checkpoints import Progress
from cnn_core.layers.kind import Group
from cnn_core.training.answers import confusion, probabilities, surest
from cnn_core.training.data import Labelled
from cnn_core.training.fitting import FitPlan
from cnn_core.training.heads import Loss
from cnn_core.training.records import Scored
from cnn_core.training.run_folder import HISTORY_MEMBER, PLAN_MEMBER
from cnn_core.training.snapshots import MOST_KERNELS, MOST_LAYERS, Shot, small_maps
from cnn_core.training.statistics import wilson

Outputs = npt.NDArray[np.float32]


def judged(outputs: Outputs, labels: Labels, loss: Loss) -> tuple[float, float]:
    """Return the mean loss and the accuracy of outputs, as Keras computes both in `evaluate`."""
    classes = labels[:, np.newaxis] if loss is Loss.BINARY else labels
    losses = keras.losses.get(loss.value)(classes.astype(np.float32), outputs)
    said = probabilities(outputs, loss).argmax(axis=1)
    return float(np.mean(losses)), float(np.mean(said == labels))


def shot_of(plan: FitPlan, whole: keras.Model, validation: Labelled, outputs: Outputs) -> Shot:
    """Return what is kept of an epoch; `outputs` are those for all validation pictures."""
    convolutions = (named.name for named in plan.whole.layers if named.layer.group is Group.CONVOLUTION)
    trained = [name for name in convolutions if name in plan.changing][:MOST_LAYERS]
    picture = np.asarray(validation.pictures[0], np.float32)
    maps = feature_maps(whole, picture, trained) if trained else {}
    kernels = layer_weights(whole, trained[0])[0][..., :MOST_KERNELS].astype(np.float16) if trained else None
    given = probabilities(outputs, plan.head.loss)
    wrong, sure = (surest(given, validation.labels, are_right=are_right) for are_right in (False, True))
    small = {name: small_maps(values) for name, values in maps.items()}
    return Shot(kernels, small, confusion(given, validation.labels), wrong, sure)


def score_of(outputs: Outputs, labels: Labels, loss: Loss, epoch: int) -> Scored:
    """Return what the outputs for the test pictures are worth, of the weights after `epoch`."""
    given = probabilities(outputs, loss)
    mean, accuracy = judged(outputs, labels, loss)
    low, high = wilson(int((given.argmax(axis=1) == labels).sum()), len(labels))
    wrong, sure = (surest(given, labels, are_right=are_right) for are_right in (False, True))
    return Scored(epoch, len(labels), mean, accuracy, low, high, confusion(given, labels), wrong, sure)


def save_model(model: keras.Model, path: Path, plan: FitPlan, progress: Progress) -> None:
    """Write a `.keras` file with the plan and the history in it, beside what Keras reads."""
    model.save(path)
    history = [asdict(epoch) for epoch in progress.history]
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(PLAN_MEMBER, plan.to_json())
        file.writestr(HISTORY_MEMBER, json.dumps(history, indent=1))
