"""A Keras model by its key, ready to run.

Importing this module imports no TensorFlow; loading does.
"""

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from cnn_core.arrays import Pixels
from cnn_core.errors import ModelFileError
from cnn_core.model_file import read_model_file
from cnn_core.model_file.sandbox import file_kind
from cnn_core.models.applications import needed_by_application
from cnn_core.models.bundled import bundled_network, model_path
from cnn_core.models.kept_files import kept_bytes
from cnn_core.models.kept_models import KeptModels
from cnn_core.models.keys import APPLICATION, APPLICATIONS, FILE, IMAGENET, RANDOM, ModelKey
from cnn_core.models.memory import needed_megabytes, refuse_too_large
from cnn_core.models.picture_input import with_channel
from cnn_core.models.pixel_range import guessed_scalings
from cnn_core.network.network import Network
from cnn_core.pictures.scaling import Scaling, scaled
from cnn_core.sentences import N_
from cnn_core.steps import Step, taking

if TYPE_CHECKING:
    import keras

SEED: Final = 0


class Loaded(NamedTuple):
    """A Keras model with its layers as a network of ours.

    Attributes:
        outputs: the layers whose outputs the model gives, in its own order.
        scaling: how pixels enter.
        megabytes: of a process that has it alone and sent a picture through it; 0 for one that every worker can have.
        is_random: whether nobody trained its weights: a file may describe a model and hold none.
        guesses: how pixels may enter, as far as the layers say it, the likeliest first; none where it is known.
        is_open: whether its file leaves the picture's height or width open, so that 224 was taken.
    """

    model: "keras.Model"
    network: Network
    outputs: tuple[str, ...]
    scaling: Scaling
    megabytes: int = 0
    is_random: bool = False
    guesses: tuple[Scaling, ...] = ()
    is_open: bool = False


KEPT: Final = KeptModels[Loaded]()


def load(key: str) -> Loaded:
    """Return a model, ready to run; raises CnnError as `describe` does."""
    loaded = KEPT.find(key)
    if loaded is None:
        loaded = _made(key)
        KEPT.make_room(key, loaded.megabytes)
        KEPT.keep(key, loaded, loaded.megabytes)
    return loaded


def _made(key: str) -> Loaded:
    source, name, variant = ModelKey.of(key)
    with taking(Step.OPENING):
        if source == FILE:
            return _opened(key, name, variant)
        if source == APPLICATION:
            return _application(key, name, variant)
        return _bundled(name)


def _admit(key: str, needed: int) -> None:
    """Refuse a model that does not fit, or forget others for it before it is built."""
    refuse_too_large(needed)
    KEPT.make_room(key, needed)


def entered(key: str, pixels: Pixels) -> tuple["keras.Model", Pixels]:
    """Return a model, and pixels (H, W, C) in [0, 1] as it takes them."""
    loaded = load(key)
    return loaded.model, scaled(pixels, loaded.scaling)


def _loaded(model: "keras.Model", network: Network, scaling: Scaling, megabytes: int) -> Loaded:
    from cnn_core.keras_model import output_names

    return Loaded(model, network, output_names(model), scaling, megabytes)


def _bundled(name: str) -> Loaded:
    from cnn_core.keras_model.opening import load_own_model

    return _loaded(load_own_model(model_path(name)), bundled_network(name), Scaling.UNIT, 0)


def _opened(key: str, digest: str, variant: str) -> Loaded:
    if variant not in ("", *Scaling):
        raise ModelFileError(
            N_("Pixels cannot enter a model like this. Received: {variant}. Choose one of: {ways}."),
            variant=variant[:80],
            ways=", ".join(Scaling),
        )
    data = kept_bytes(digest)
    # Not before: what is not there needs no Keras to be refused.
    from cnn_core.keras_model import layer_weights
    from cnn_core.keras_model.opening import build_of_file

    file = read_model_file(data)
    network = with_channel(file.network)
    needed = needed_megabytes(network)
    _admit(key, needed)
    model = build_of_file(network, file, SEED)
    is_exchanged = file_kind(data) == "onnx"
    guesses = guessed_scalings(network, partial(layer_weights, model), is_exchanged=is_exchanged)
    scaling = _for_channels(Scaling(variant), network) if variant else guesses[0]
    loaded = _loaded(model, network, scaling, needed)
    return loaded._replace(is_random=not file.has_weights, guesses=guesses, is_open=file.is_open)


def _for_channels(scaling: Scaling, network: Network) -> Scaling:
    """Return a scaling that the network's channels can have: some are made for red, green and blue."""
    shape = next(network.steps()).output_shape
    return Scaling.UNIT if scaling in (Scaling.TORCH, Scaling.CAFFE) and shape[-1] != 3 else scaling


def _application(key: str, name: str, weights: str) -> Loaded:
    if name not in APPLICATIONS or weights not in (RANDOM, IMAGENET):
        raise ModelFileError(
            N_("keras.applications has no model of this name here. Received: {name}. Choose one from the list."),
            name=name[:80],
        )
    needed = needed_by_application(name)
    _admit(key, needed)
    from cnn_core.keras_model import network_from_keras
    from cnn_core.keras_model.opening import build_application

    try:
        model = build_application(name, None if weights == RANDOM else IMAGENET, SEED)
    except Exception as error:  # whatever a failed download raises
        if weights == RANDOM:
            raise
        raise ModelFileError(
            N_(
                "The ImageNet weights of {name} cannot be downloaded here ({kind}). Check that this computer can "
                "reach the internet, or use random weights."
            ),
            name=name,
            kind=type(error.__context__ or error).__name__,  # Keras raises a plain Exception over the reason
        ) from error
    return _loaded(model, network_from_keras(model), APPLICATIONS[name], needed)._replace(is_random=weights == RANDOM)


def fetched_bytes(since: float) -> int:
    """Return how much of its weights Keras has downloaded since a time (`time.time()`): it writes them as they come."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    # Where Keras may not write at home, it takes the folder for temporary files.
    folders = (home / "models", Path(tempfile.gettempdir()) / ".keras" / "models")
    found = [file.stat() for folder in folders if folder.is_dir() for file in folder.iterdir()]
    return sum(status.st_size for status in found if status.st_mtime >= since)
