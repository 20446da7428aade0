"""Where the pictures of a training come from: small frozen values, as JSON both ways."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from cnn_core.errors import CnnError
from cnn_core.pictures.outlines import ShapeKind
from cnn_core.sentences import N_
from cnn_core.training.bounds import check_whole
from cnn_core.training.data import TRAINING_SETS, unknown_set

MOST_A_CLASS: Final = 5_000
SIDES: Final = (8, 512)
"""Of the pictures that are drawn, in pixels."""

_DIGEST_LENGTH: Final = 64


class TextureKind(StrEnum):
    """What may be cut from the photographs that come along."""

    BRICK = N_("brick")
    GRASS = N_("grass")


class DownloadKey(StrEnum):
    """What may be downloaded: data sets of `keras.datasets`, and the cats and dogs of the courses."""

    MNIST = "mnist"
    FASHION_MNIST = "fashion_mnist"
    CIFAR10 = "cifar10"
    CATS_AND_DOGS = "cats_and_dogs"


@dataclass(frozen=True)
class Shipped:
    """A set that comes along, one of `TRAINING_SETS`."""

    key: str

    def __post_init__(self) -> None:
        if self.key not in TRAINING_SETS:
            raise unknown_set(self.key)


@dataclass(frozen=True)
class Shapes:
    """Shapes drawn at random: place, size, turn, colours and noise differ from picture to picture.

    Args:
        classes: two or more, each once.
        per_class: pictures of each class, in all parts together.
        size: height and width in pixels.
    """

    classes: tuple[ShapeKind, ...] = (ShapeKind.CIRCLE, ShapeKind.SQUARE)
    per_class: int = 700
    size: int = 180
    seed: int = 0

    def __post_init__(self) -> None:
        _check_classes(self.classes)
        _check_drawn(self.per_class, self.size, self.seed)


@dataclass(frozen=True)
class Textures:
    """Cuttings from the photographs that come along; those of different parts are cut from different regions.

    Args:
        per_class: pictures of each class, in all parts together.
        size: height and width in pixels.
        classes: two or more, each once.
    """

    per_class: int = 700
    size: int = 180
    seed: int = 0
    classes: tuple[TextureKind, ...] = (TextureKind.BRICK, TextureKind.GRASS)

    def __post_init__(self) -> None:
        _check_classes(self.classes)
        _check_drawn(self.per_class, self.size, self.seed)


@dataclass(frozen=True)
class Own:
    """What a reader gave: class folders that `gathering.gather` has kept under this digest."""

    digest: str

    def __post_init__(self) -> None:
        if len(self.digest) != _DIGEST_LENGTH or not set(self.digest) <= set("0123456789abcdef"):
            raise CnnError(N_("A digest must have 64 hexadecimal digits. Received: {digest}."), digest=self.digest)


@dataclass(frozen=True)
class Downloaded:
    """A published set, downloaded once and kept."""

    key: DownloadKey


Source = Shipped | Shapes | Textures | Own | Downloaded
_KINDS: Final[dict[str, type[Source]]] = {kind.__name__: kind for kind in (Shipped, Shapes, Textures, Own, Downloaded)}
_ENUMS: Final[dict[type[Source], type[StrEnum]]] = {Shapes: ShapeKind, Textures: TextureKind}


def source_to_json(source: Source) -> dict[str, Any]:
    """Return a source as what JSON takes."""
    return {"kind": type(source).__name__, **asdict(source)}


def read_source(document: Mapping[str, Any]) -> Source:
    """Return what `source_to_json` wrote; raises CnnError."""
    try:
        values = dict(document)
        kind = _KINDS[values.pop("kind")]
        if kind in _ENUMS:
            values["classes"] = tuple(map(_ENUMS[kind], values["classes"]))
        if kind is Downloaded:
            values["key"] = DownloadKey(values["key"])
        return kind(**values)
    except CnnError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CnnError(N_("This does not describe pictures to train on: {problem}."), problem=error) from error


def _check_classes(classes: tuple[StrEnum, ...]) -> None:
    if len(classes) < 2 or len(set(classes)) < len(classes):
        raise CnnError(
            N_("A network learns to tell classes apart: name at least two, each once. Received: {classes}."),
            classes=", ".join(classes) or "0",
        )


def _check_drawn(per_class: int, size: int, seed: int) -> None:
    check_whole("per_class", per_class, 1, MOST_A_CLASS)
    check_whole("size", size, *SIDES)
    check_whole("seed", seed, 0, 2**31 - 1)
