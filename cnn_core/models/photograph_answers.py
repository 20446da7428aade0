"""What MobileNetV2 answers to a photograph, and where the evidence for it lies: a class, and a box that nobody taught.

Of the sample photographs that is recorded in `cnn_core/data/tasks/photographs.json`, by `assets/make/task_answers.py`.
Importing this module imports no TensorFlow; calling `look` does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from cnn_core.arrays import Heat, Indices, Pixels, Units
from cnn_core.data import DATA
from cnn_core.models import attention, run
from cnn_core.models.attention import NoBox, evidence_box
from cnn_core.models.bundled import bundled_network, class_names, model_digest
from cnn_core.pictures.prepare import Box

MODEL: Final = "mobilenet_v2"
TOP: Final = 5
RECORD: Final = DATA / "tasks" / "photographs.json"


@dataclass(frozen=True, eq=False)
class PhotographAnswer:
    """The likeliest classes of a photograph, and where its maps speak for the first of them.

    Attributes:
        classes: (5,), the numbers of the likeliest of ImageNet's 1,000 classes, the likeliest first.
        shares: (5,), of each.
        heat: (7, 7), Grad-CAM of the first class.
    """

    classes: Indices
    shares: Units
    heat: Heat

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the classes are called, in English."""
        return tuple(class_names(MODEL)[number] for number in self.classes)

    def box(self, size: tuple[int, ...]) -> Box | NoBox:
        """Return the box around the evidence in pixels of a picture of `size`, or why it would say nothing."""
        return evidence_box(self.heat, size)


def look(pixels: Pixels) -> PhotographAnswer:
    """Return what the network answers to a picture (224, 224, 3) in [0, 1]."""
    (output,) = bundled_network(MODEL).output_names()
    scores = run.layer_maps(MODEL, pixels, output)
    best = np.argsort(-scores, kind="stable")[:TOP]
    return PhotographAnswer(best, scores[best], attention.grad_cam(MODEL, pixels, int(best[0])))


def recorded(digest: str, fit: str) -> PhotographAnswer | None:
    """Return the answer to the picture with these bytes, brought to size in this way, where it is recorded."""
    record = _record()
    found = record["answers"].get(digest) if fit == record["fit"] else None
    if found is None:
        return None
    heat = np.array(found["heat"], np.float32)
    return PhotographAnswer(np.array(found["classes"]), np.array(found["shares"], np.float32), heat)


def write_record(fit: str, answers: Mapping[str, PhotographAnswer]) -> None:
    """Record the answers to some pictures, by the SHA-256 of their bytes."""
    said = {
        digest: {
            "classes": answer.classes.tolist(),
            "shares": [round(float(share), 5) for share in answer.shares],
            "heat": [[round(float(value), 5) for value in row] for row in answer.heat],
        }
        for digest, answer in answers.items()
    }
    record = {"model": model_digest(MODEL), "fit": fit, "answers": said}
    RECORD.write_text(json.dumps(record) + "\n", encoding="utf-8")


@cache
def _record() -> dict[str, Any]:
    """Return the record, an empty one where the network's file is another one."""
    record: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return record if record["model"] == model_digest(MODEL) else record | {"answers": {}}
