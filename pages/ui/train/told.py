"""A run's settings in words, one by one, so that those of two runs can be laid beside one another."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cnn_core.network.line import write_line
from cnn_core.network.network import Network
from cnn_core.sentences import N_
from pages.ui.runs import SeenRun
from pages.ui.text import _
from pages.ui.train import glance
from pages.ui.train.parts.settings import SCHEDULES

NONE = "–"
SEED = "seed"
_TITLES = {
    "data.source.kind": N_("Data"),
    "data.source.key": N_("Data"),
    "data.source.digest": N_("Pictures uploaded"),
    "data.source.classes": N_("Classes"),
    "data.source.per_class": N_("Pictures of each class"),
    "data.source.size": N_("Pixels per side, drawn"),
    "data.split.validation": N_("Validation"),
    "data.split.test": N_("Test"),
    "data.size": N_("Height and width"),
    "data.channels": N_("Channels"),
    "network": N_("Network"),
    "augmentation": N_("Augmentation"),
    "transfer.base": N_("Trained base"),
    "transfer.dropout": N_("Dropout of the head"),
    "transfer.keep_features": N_("Features are kept"),
    "transfer.fine_tuning.layers": N_("Layers fine-tuned"),
    "transfer.fine_tuning.epochs": N_("Epochs of fine-tuning"),
    "transfer.fine_tuning.learning_rate": N_("Learning rate of fine-tuning"),
    "optimizer.name": N_("Optimizer"),
    "optimizer.learning_rate": N_("Learning rate"),
    "optimizer.momentum": N_("Momentum"),
    "optimizer.weight_decay": N_("Weight decay"),
    "optimizer.schedule": N_("Learning rate over time"),
    "batch_size": N_("Batch"),
    "epochs": N_("Epochs"),
    SEED: N_("Seed"),
    "early_stopping": N_("Stops early after"),
    "keep_best": N_("Keeps the best weights"),
    "class_weights": N_("Gives rare classes more weight"),
    "kernels": N_("Kernels set by hand"),
    "shifts": N_("Tested on pictures shifted by (px)"),
}
_KINDS = {"Shapes": "shapes", "Textures": "textures", "Own": "own"}


def settings_of(run: SeenRun) -> dict[str, Any]:
    """Return all settings of a run by name, networks as lines."""
    document = json.loads(run.plan.to_json())
    document["network"] = write_line(run.plan.network)
    # Without the input, which augmentation has none of.
    document["augmentation"] = write_line(Network.from_json(document["augmentation"])).partition("-")[2]
    return dict(_flat(document))


def title_of_run(run: SeenRun) -> str:
    """Say in a few words what a run is."""
    augmented = [_("augmentation")] if run.plan.augmentation else []
    kind = _("transfer") if run.plan.transfer is not None else run.plan.network.name
    optimizer, seed = glance.OPTIMIZERS[run.plan.optimizer.name], _("seed {seed}").format(seed=run.plan.seed)
    return ", ".join([kind, *augmented, optimizer, seed])


def title_of(setting: str) -> str:
    """Return what a setting is called."""
    return _(_TITLES[setting]) if setting in _TITLES else setting


def said(setting: str, value: Any) -> str:
    """Return a setting's value in words."""
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        if setting == "kernels":
            return ", ".join(kernel["layer"] for kernel in value) or NONE
        return "×".join(map(str, value)) if setting == "data.size" else ", ".join(_(str(part)) for part in value)
    match setting:
        case "data.source.kind" | "data.source.key":
            key = _KINDS.get(value, value)
            return _(glance.PICTURES[key]) if key in glance.PICTURES else str(value)
        case "optimizer.name":
            return glance.OPTIMIZERS[value]
        case "optimizer.schedule":
            return _(SCHEDULES[value])
    return f"{value:g}" if isinstance(value, float) else str(value)


def _flat(document: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
