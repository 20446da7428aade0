"""What is chosen on the page, as values of the core: the pictures, the network, how it is trained."""

from typing import Any

from cnn_core.errors import CnnError
from cnn_core.layers import (
    FillMode,
    Layer,
    RandomBrightness,
    RandomColorJitter,
    RandomContrast,
    RandomFlip,
    RandomGrayscale,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
)
from cnn_core.network.network import Network
from cnn_core.pictures.outlines import ShapeKind
from cnn_core.sentences import N_
from cnn_core.training.augmentation import crop
from cnn_core.training.fitting import FitPlan
from cnn_core.training.networks import course_network, fitted, small_network, with_dropout
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings, ScheduleName
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.downloads import is_here
from cnn_core.training.sets.opened import opened
from cnn_core.training.sets.sources import (
    Downloaded,
    DownloadKey,
    Own,
    Shapes,
    Shipped,
    Source,
    Textures,
)
from cnn_core.training.sets.split import Split
from cnn_core.training.transfer import FineTuning, Transfer, transfer_network
from pages.ui import designed, state

OWN = "own"
TRANSFER = "transfer"
DESIGN = "design"
TRANSFER_SIDE = 224
_SHIFTS = (2, 4, 8, 16)
_DOWNLOADED = {"cats_and_dogs": DownloadKey.CATS_AND_DOGS, "mnist": DownloadKey.MNIST, "cifar10": DownloadKey.CIFAR10}
_SIDES = {"shapes": 32, "textures": 180, OWN: 180, "cats_and_dogs": 180, "cifar10": 32}
"""Pixels a side, as long as nobody has chosen; else 28."""
_GREY = ("fashion_mnist_small", "mnist_small", "mnist")
SHARED: tuple[state.Key[Any], ...] = (
    state.TRAIN_ON,
    state.SHAPE_CLASSES,
    state.PER_CLASS,
    state.PICTURE_SIDE,
    state.PICTURE_COLOUR,
    state.OWN_PICTURES,
    state.VALIDATION_SHARE,
    state.TEST_SHARE,
    state.TRAIN_NETWORK,
    state.TUNED_LAYERS,
    state.TUNING_EPOCHS,
    state.TUNING_RATE,
    state.KEEP_FEATURES,
    state.DROPOUT,
    state.FLIP,
    state.ROTATION,
    state.ZOOM,
    state.TRANSLATION,
    state.CONTRAST,
    state.BRIGHTENING,
    state.COLOUR_JITTER,
    state.CROPPED,
    state.GREYED,
    state.FILL_MODE,
    state.FILL_VALUE,
    state.TRAIN_OPTIMIZER,
    state.RATE,
    state.MOMENTUM,
    state.WEIGHT_DECAY,
    state.SCHEDULE,
    state.TRAIN_BATCH,
    state.TRAIN_EPOCHS,
    state.PATIENCE,
    state.KEEP_BEST,
    state.TEST_MOVED,
    state.CLASS_WEIGHTS,
    state.TRAIN_SEED,
    state.SEEDS,
)
"""What stands in the address of the page."""


class NoPicturesError(CnnError):
    """There are no pictures of the reader's yet."""


def source() -> Source:
    """Return where the pictures come from; raises NoPicturesError as long as the reader has given none."""
    chosen, count = state.TRAIN_ON.get(), state.PER_CLASS.get()
    if chosen == "shapes":
        kinds = tuple(kind for kind in ShapeKind if kind in state.SHAPE_CLASSES.get())
        return Shapes(kinds, count, side(), 0)
    if chosen == "textures":
        return Textures(count, side(), 0)
    if chosen == OWN:
        if not state.OWN_PICTURES.get():
            raise NoPicturesError(N_("You have no pictures yet: make two or more classes below."))
        return Own(state.OWN_PICTURES.get())
    return Downloaded(_DOWNLOADED[chosen]) if chosen in _DOWNLOADED else Shipped(chosen)


def side_key() -> state.Key[int]:
    """Return how many pixels a side the pictures have, with what the source suggests."""
    return state.PICTURE_SIDE.otherwise(_SIDES.get(state.TRAIN_ON.get(), 28))


def side() -> int:
    """Return the pixels a side with which pictures enter the network."""
    return TRANSFER_SIDE if is_transfer() else side_key().get()


def colour_key() -> state.Key[str]:
    return state.PICTURE_COLOUR.otherwise("grey" if state.TRAIN_ON.get() in _GREY else "rgb")


def channels() -> int:
    return 3 if is_transfer() or colour_key().get() == "rgb" else 1


def is_transfer() -> bool:
    return state.TRAIN_NETWORK.get() == TRANSFER


def data() -> Data:
    """Return the pictures with their split and size; raises CnnError."""
    split = Split(state.VALIDATION_SHARE.get(), state.TEST_SHARE.get())
    return Data(source(), split, (side(), side()), channels())


def count_of_classes() -> int:
    """Return how many classes the pictures have; raises CnnError, NoPicturesError where they are yet to come."""
    made = source()
    if isinstance(made, Downloaded) and not is_here(made):
        raise NoPicturesError(N_("These pictures are not downloaded yet."))
    return len(opened(made).contents.classes)


def augmentation() -> tuple[Layer, ...]:
    """Return the layers that change pictures at random in training."""
    flip, cropped, greyed = state.FLIP.get(), state.CROPPED.get(), state.GREYED.get()
    rotation, zoom, shift = (key.get() for key in (state.ROTATION, state.ZOOM, state.TRANSLATION))
    contrast, light, jitter = (key.get() for key in (state.CONTRAST, state.BRIGHTENING, state.COLOUR_JITTER))
    fill: dict[str, Any] = {"fill_mode": state.FILL_MODE.get()}
    fill["fill_value"] = state.FILL_VALUE.get() if fills_constant() else 0
    is_coloured = channels() == 3
    offered: tuple[tuple[bool, tuple[Layer, ...]], ...] = (
        (flip != "none", (RandomFlip(flip if flip != "none" else "horizontal"),)),
        (rotation > 0, (RandomRotation(rotation, **fill),)),
        (zoom > 0, (RandomZoom(zoom, **fill),)),
        (shift > 0, (RandomTranslation(shift, shift, **fill),)),
        (cropped > 0, crop(cropped)),
        (contrast > 0, (RandomContrast(contrast),)),
        (light > 0, (RandomBrightness(light),)),
        (jitter > 0 and is_coloured, (RandomColorJitter(**_jitter(jitter)),)),
        (greyed > 0 and is_coloured, (RandomGrayscale(greyed),)),
    )
    return tuple(layer for is_on, layers in offered if is_on for layer in layers)


def may_leave_a_border() -> bool:
    """Say whether something moves the pictures so that a part of them must be filled."""
    return any(key.get() > 0 for key in (state.ROTATION, state.ZOOM, state.TRANSLATION))


def fills_constant() -> bool:
    return state.FILL_MODE.get() is FillMode.CONSTANT


def _jitter(amount: float) -> dict[str, float]:
    """Return the factors of a RandomColorJitter; a hue is far from another one sooner than a brightness is."""
    return {f"{name}_factor": amount for name in ("brightness", "contrast", "saturation")} | {"hue_factor": amount / 4}


def network(classes: int) -> Network:
    """Return the network that is trained to tell so many classes apart; raises CnnError."""
    shape, chosen, dropout = (side(), side(), channels()), state.TRAIN_NETWORK.get(), state.DROPOUT.get()
    if chosen == TRANSFER:
        return transfer_network(transfer(), shape[:2], classes)
    if chosen == DESIGN:
        return with_dropout(fitted(Network.from_json(designed.text()), shape, classes), dropout)
    return with_dropout((course_network if chosen == "course" else small_network)(shape, classes), dropout)


def transfer() -> Transfer:
    """Return how the trained base is used."""
    layers = state.TUNED_LAYERS.get()
    tuning = FineTuning(layers, state.TUNING_EPOCHS.get(), state.TUNING_RATE.get()) if layers else None
    return Transfer(dropout=state.DROPOUT.get(), keep_features=keeps_features(), fine_tuning=tuning)


def keeps_features() -> bool:
    """Say whether the base's features are computed once: not where pictures change from epoch to epoch."""
    return state.KEEP_FEATURES.get() and not augmentation()


def optimizer() -> OptimizerSettings:
    name = OptimizerName(state.TRAIN_OPTIMIZER.get())
    momentum = state.MOMENTUM.get() if name is OptimizerName.SGD else 0.0
    return OptimizerSettings(
        name, state.RATE.get(), momentum, state.WEIGHT_DECAY.get(), ScheduleName(state.SCHEDULE.get())
    )


def shifts() -> tuple[int, ...]:
    """Return by how many pixels test pictures may be moved without losing half of what they show."""
    return tuple(shift for shift in _SHIFTS if 4 * shift <= side())


def fit(classes: int, seed: int | None = None) -> FitPlan:
    """Return the training that is chosen, with another seed where one is given; raises CnnError."""
    return FitPlan(
        data(),
        network(classes),
        augmentation(),
        transfer() if is_transfer() else None,
        optimizer(),
        state.TRAIN_BATCH.get(),
        state.TRAIN_EPOCHS.get(),
        state.PATIENCE.get(),
        state.KEEP_BEST.get(),
        state.CLASS_WEIGHTS.get(),
        state.TRAIN_SEED.get() if seed is None else seed,
        shifts=shifts() if state.TEST_MOVED.get() else (),
    )
