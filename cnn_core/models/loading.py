"""Any model that a picture can be sent through: a bundled one, one of keras.applications, or a file of the reader's.

A model is named by a key: "mnist", "application:ResNet50:random", "file:<SHA-256 of its bytes>:bytes". How pixels are
scaled belongs to it. Importing this module imports no TensorFlow; describing or loading what is not bundled does.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from cnn_core.errors import ModelFileError
from cnn_core.layers import Input, Normalization, Rescaling
from cnn_core.models.bundled import BUNDLED, bundled_model, bundled_network, class_names, model_path
from cnn_core.network.network import Network
from cnn_core.pictures.prepare import Colour
from cnn_core.pictures.scaling import Pixels, Scaling, scaled
from cnn_core.sentences import N_

if TYPE_CHECKING:
    import keras

APPLICATION: Final = "application"
FILE: Final = "file"
RANDOM: Final = "random"
IMAGENET: Final = "imagenet"
SEED: Final = 0
MOST_FILES: Final = 8
"""Model files kept for the workers; the one that was used longest ago goes first."""

# What each function's `preprocess_input` does; those with BYTES scale inside the model.
_BY_SCALING: Final = {
    Scaling.BYTES: "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge EfficientNetB0 EfficientNetB1 "
    "EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0 "
    "EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L EfficientNetV2M EfficientNetV2S "
    "MobileNetV3Large MobileNetV3Small",
    Scaling.SIGNED: "InceptionResNetV2 InceptionV3 MobileNet MobileNetV2 NASNetLarge NASNetMobile ResNet101V2 "
    "ResNet152V2 ResNet50V2 Xception",
    Scaling.TORCH: "DenseNet121 DenseNet169 DenseNet201",
    Scaling.CAFFE: "ResNet101 ResNet152 ResNet50 VGG16 VGG19",
}
APPLICATIONS: Final = dict(sorted((name, scaling) for scaling, names in _BY_SCALING.items() for name in names.split()))
"""The functions of keras.applications, and how their pictures enter."""


class ModelKey(NamedTuple):
    """A key taken apart. `name`: of the bundled model or the function, or the file's digest; `variant`: the weights of
    an application, the scaling of a file."""

    source: str
    name: str
    variant: str = ""

    @classmethod
    def of(cls, key: str) -> "ModelKey":
        """Take a key apart.

        >>> ModelKey.of("application:VGG16:random").name, ModelKey.of("mnist").source
        ('VGG16', 'bundled')
        """
        source, _, rest = key.partition(":")
        if source not in (APPLICATION, FILE):
            return cls("bundled", key)
        name, _, variant = rest.partition(":")
        return cls(source, name, variant)

    def __str__(self) -> str:
        return self.name if self.source == "bundled" else f"{self.source}:{self.name}:{self.variant}"


@dataclass(frozen=True)
class ModelInfo:
    """What is known of a model without running it.

    Args:
        network_json: its layers.
        input_size: (height, width) in pixels.
        colour: what its input's channels are.
        scaling: how pixels enter.
        classes: the names of its outputs; None where nobody said them.
    """

    network_json: str
    input_size: tuple[int, int]
    colour: Colour
    scaling: Scaling
    classes: tuple[str, ...] | None

    @property
    def network(self) -> Network:
        return Network.from_json(self.network_json)


def is_bundled(key: str) -> bool:
    """Say whether a key is that of a bundled model, which needs no TensorFlow to be described."""
    return any(model.key == key for model in BUNDLED)


def describe(key: str) -> ModelInfo:
    """Return what is known of a model.

    Raises:
        CnnError: no such model, weights that cannot be downloaded, or a model that takes no picture.
    """
    source, name, variant = ModelKey.of(key)
    if source == "bundled":
        bundled = bundled_model(name)
        size, colour = bundled.input_size, Colour(bundled.colour)
        return ModelInfo(bundled_network(name).to_json(), size, colour, Scaling.UNIT, class_names(name))
    network = load(key).network
    if source == FILE:
        return _info(network, Scaling(variant) if variant else guessed_scaling(network), None)
    return _info(network, APPLICATIONS[name], class_names("mobilenet_v2"))


def _info(network: Network, scaling: Scaling, classes: tuple[str, ...] | None) -> ModelInfo:
    shapes = [step.output_shape for step in network.steps()]
    shape = shapes[0]
    if len(shape) != 3 or shape[2] not in (1, 3):
        raise ModelFileError(
            N_(
                "This model takes no picture: its input is {shape}. "
                "A picture is (height, width, channels) with 1 channel for grey or 3 for red, green and blue."
            ),
            shape="×".join(map(str, shape)),
        )
    known = classes if classes is not None and shapes[-1] == (len(classes),) else None
    colour = Colour.GREY if shape[2] == 1 else Colour.RGB
    usable = Scaling.UNIT if colour is Colour.GREY and scaling in (Scaling.TORCH, Scaling.CAFFE) else scaling
    return ModelInfo(network.to_json(), (shape[0], shape[1]), colour, usable, known)


def guessed_scaling(network: Network) -> Scaling:
    """Return BYTES where the first layers rescale or normalize, UNIT otherwise: a guess, to be shown as one."""
    first = [named.layer for named in network.layers[:4] if not isinstance(named.layer, Input)]
    scales = any(isinstance(layer, Normalization | Rescaling) and not _is_of_unit(layer) for layer in first)
    return Scaling.BYTES if scales else Scaling.UNIT


def _is_of_unit(layer: Normalization | Rescaling) -> bool:
    """Say whether a layer's own numbers suit pixels from 0 to 1."""
    if isinstance(layer, Rescaling):
        scale = layer.scale if isinstance(layer.scale, int | float) else max(layer.scale)
        return scale > 0.5
    means = layer.mean if isinstance(layer.mean, tuple) else (layer.mean,)
    return max((abs(mean) for mean in means if mean is not None), default=0) <= 1


# In a worker ---------------------------------------------------------------------------------------------------------


class Loaded(NamedTuple):
    """A Keras model with its layers as a network of ours."""

    model: "keras.Model"
    network: Network
    scaling: Scaling


@lru_cache(maxsize=4)
def load(key: str) -> Loaded:
    """Return a model, ready to run; raises CnnError as `describe` does."""
    source, name, variant = ModelKey.of(key)
    if source == FILE:
        return _opened(name, variant)
    if source == APPLICATION:
        return _application(name, variant)
    from cnn_core.keras_model.opening import load_own_model

    path = model_path(name)
    return Loaded(load_own_model(path), bundled_network(name), Scaling.UNIT)


def entered(key: str, pixels: Pixels) -> tuple["keras.Model", Pixels]:
    """Return a model, and pixels (H, W, C) in [0, 1] as it takes them."""
    loaded = load(key)
    return loaded.model, scaled(pixels, loaded.scaling)


def _opened(digest: str, variant: str) -> Loaded:
    from cnn_core.keras_model.opening import open_model

    try:
        data = _file(digest).read_bytes()
    except OSError as error:
        raise ModelFileError(N_("The model file is no longer here. Choose it again.")) from error
    opened = open_model(data)
    return Loaded(opened.model, opened.network, Scaling(variant) if variant else guessed_scaling(opened.network))


def _application(name: str, weights: str) -> Loaded:
    if name not in APPLICATIONS or weights not in (RANDOM, IMAGENET):
        raise ModelFileError(
            N_("keras.applications has no model of this name here. Received: {name}. Choose one from the list."),
            name=name[:80],
        )
    from cnn_core.keras_model import network_from_keras
    from cnn_core.keras_model.opening import build_application

    try:
        model = build_application(name, None if weights == RANDOM else IMAGENET, SEED)
    except Exception as error:  # whatever a failed download raises
        if weights == RANDOM:
            raise
        raise ModelFileError(
            N_(
                "The ImageNet weights of {name} cannot be downloaded here ({kind}). "
                "Look whether this computer reaches the internet, or take random weights."
            ),
            name=name,
            kind=type(error.__context__ or error).__name__,  # Keras raises a plain Exception over the reason
        ) from error
    return Loaded(model, network_from_keras(model), APPLICATIONS[name])


def fetched_bytes(since: float) -> int:
    """Return how much of its weights Keras has downloaded since a time (`time.time()`): it writes them as they come."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    # Where Keras may not write at home, it takes the folder for temporary files.
    folders = (home / "models", Path(tempfile.gettempdir()) / ".keras" / "models")
    found = [file.stat() for folder in folders if folder.is_dir() for file in folder.iterdir()]
    return sum(status.st_size for status in found if status.st_mtime >= since)


# Files of the reader's -----------------------------------------------------------------------------------------------


def keep_file(data: bytes) -> str:
    """Keep a model file where the workers find it, and return its SHA-256. It is not opened yet."""
    digest = hashlib.sha256(data).hexdigest()
    path = _file(digest)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(data)
        part.replace(path)
    os.utime(path)
    _forget_oldest(path.parent)
    return digest


def _file(digest: str) -> Path:
    if len(digest) != hashlib.sha256().digest_size * 2 or not all(char in "0123456789abcdef" for char in digest):
        raise ModelFileError(N_("The model file is no longer here. Choose it again."))
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"convscope-{user}" / f"{digest}.model"


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.model"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[MOST_FILES:]:
        file.unlink(missing_ok=True)
