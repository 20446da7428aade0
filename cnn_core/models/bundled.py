"""The trained models in `cnn_core/data/models`: what each was trained on and what it takes. Nothing here loads one.

All take pixels in [0, 1]. Origins: `assets/CREDITS.md`; how they were made and measured: the JSON beside each file.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cnn_core.data import DATA
from cnn_core.errors import CnnError
from cnn_core.network.network import Network
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.published import CIFAR10
from cnn_core.sentences import N_

MODELS = DATA / "models"


@dataclass(frozen=True)
class BundledModel:
    """A trained model that comes with ConvScope.

    Args:
        file: the Keras file in `cnn_core/data/models`.
        classes: the names of the outputs, in order; or the JSON file in `cnn_core/data/models` that lists them.
        input_size: (height, width) in pixels.
        colour: what the input's channels are.
    """

    key: str
    title: str
    about: str
    file: str
    classes: tuple[str, ...] | Path
    input_size: tuple[int, int]
    colour: Colour


BUNDLED = (
    BundledModel(
        key="cifar10",
        title=N_("Ten classes of photographs (Tiny VGG)"),
        about=N_(
            "Four convolutions of ten maps, as in CNN Explainer, trained by us on 45,000 small photographs "
            "(CIFAR-10): 72.32% accuracy on 10,000 others, measured by us."
        ),
        file="cifar10.keras",
        classes=CIFAR10,
        input_size=(32, 32),
        colour=Colour.RGB,
    ),
    BundledModel(
        key="mnist",
        title=N_("Handwritten digits (MNIST)"),
        about=N_(
            "The course's network, trained by us on 60,000 handwritten digits, white on black: 99.15% accuracy on "
            "10,000 other digits, measured by us."
        ),
        file="mnist.keras",
        classes=tuple("0123456789"),
        input_size=(28, 28),
        colour=Colour.GREY,
    ),
    BundledModel(
        key="mobilenet_v2",
        title=N_("Photographs in 1,000 classes (MobileNetV2)"),
        about=N_(
            "Trained by the makers of torchvision on the 1.28 million photographs of ImageNet. Published accuracy: "
            "71.9% on 50,000 photographs it had not seen."
        ),
        file="mobilenet_v2.keras",
        classes=Path("imagenet_classes.json"),
        input_size=(224, 224),
        colour=Colour.RGB,
    ),
)

_BY_KEY = {model.key: model for model in BUNDLED}


def bundled_model(key: str) -> BundledModel:
    """Return the bundled model of this key."""
    if key not in _BY_KEY:
        raise CnnError(
            N_("There is no bundled model of this name. Received: key={key}; known are {known}."),
            key=key,
            known=", ".join(_BY_KEY),
        )
    return _BY_KEY[key]


def model_path(key: str) -> Path:
    """Return where the model's Keras file lies."""
    return MODELS / bundled_model(key).file


def model_digest(key: str) -> str:
    """Return the SHA-256 of the model's Keras file, by which a record knows that it is of this model."""
    return hashlib.sha256(model_path(key).read_bytes()).hexdigest()


def network_path(key: str) -> Path:
    """Return where the model's layers lie as JSON, so that they can be shown without Keras."""
    return MODELS / f"{bundled_model(key).key}.network.json"


@cache
def bundled_network(key: str) -> Network:
    """Return the model's layers."""
    return Network.from_json(network_path(key).read_text(encoding="utf-8"))


@cache
def class_names(key: str, language: str = "en") -> tuple[str, ...]:
    """Return the names of the model's outputs, in the order of the outputs; in English where there are no others.

    A file of names has its translations beside it: `imagenet_classes.ko.json`. A few names are words of the catalogues.
    """
    classes = bundled_model(key).classes
    if not isinstance(classes, Path):
        return classes
    translated = MODELS / classes.with_suffix(f".{language}.json")
    return tuple(json.loads((translated if translated.exists() else MODELS / classes).read_text(encoding="utf-8")))
