"""Small sets of labelled pictures to train on, read without Keras. Origins: `assets/CREDITS.md`."""

import gzip
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Bytes, Labels, Pictures
from cnn_core.data import DATA
from cnn_core.errors import CnnError

AnyPictures = TypeVar("AnyPictures", bound=npt.NDArray[Any])

FOLDER: Final = DATA / "training"
TRAINING_SETS: Final = ("fashion_mnist_small", "mnist_small")
_UNSIGNED_BYTES: Final = 8
"""How an idx file calls the type of its values."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures (N, height, width, channels) in bytes, and the index of each one's class, (N,)."""

    pictures: Bytes
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def pixels(self) -> Pictures:
        """Return the pictures in [0, 1]."""
        return self.pictures.astype(np.float32) / np.float32(255)

    def first(self, count: int) -> "Labelled":
        """Return the first pictures; the classes take turns in our sets, so as many are of each."""
        return Labelled(self.pictures[:count], self.labels[:count])


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Pictures to train on and others, of the same classes, to test on."""

    train: Labelled
    test: Labelled

    @property
    def classes(self) -> int:
        return int(self.train.labels.max()) + 1


@cache
def training_set(key: str) -> TrainingSet:
    """Return one of `TRAINING_SETS`, its arrays read-only; raises CnnError for a key that is not among them."""
    if key not in TRAINING_SETS:
        raise unknown_set(key)
    with np.load(FOLDER / f"{key}.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    for array in arrays.values():
        array.setflags(write=False)
    return TrainingSet(*(Labelled(arrays[f"{part}_pictures"], arrays[f"{part}_labels"]) for part in ("train", "test")))


def unknown_set(key: str) -> CnnError:
    """Return the error for a key that is not among `TRAINING_SETS`."""
    return CnnError(
        "There are no pictures of this name to train on. Received: key={key}; known are {known}.",
        key=key,
        known=", ".join(TRAINING_SETS),
    )


def shifted(pixels: AnyPictures, down: int, right: int) -> AnyPictures:
    """Return the pictures (N, H, W, C) moved, black let in at the border."""
    result: AnyPictures = np.zeros_like(pixels)
    height, width = pixels.shape[1:3]
    to = (slice(max(0, down), height + min(0, down)), slice(max(0, right), width + min(0, right)))
    source = (slice(max(0, -down), height + min(0, -down)), slice(max(0, -right), width + min(0, -right)))
    result[(slice(None), *to)] = pixels[(slice(None), *source)]
    return result


def read_idx(path: Path) -> Bytes:
    """Return the array of an idx file of bytes, the form in which MNIST was published, also gzipped; raises CnnError.

    It begins with 0, 0, the type of its values and the rank; big-endian sizes and the values follow.
    """
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if data[:3] != bytes((0, 0, _UNSIGNED_BYTES)):
        raise CnnError("This is not an idx file of unsigned bytes. Received: {path}.", path=path)
    rank = data[3]
    shape = struct.unpack_from(f">{rank}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_labelled(folder: Path, part: str, suffix: str = "") -> Labelled:
    """Return "train" or "t10k" of a folder with the four idx files of MNIST or of its like, grey as one channel."""
    pictures = read_idx(folder / f"{part}-images-idx3-ubyte{suffix}")[..., np.newaxis]
    return Labelled(pictures, read_idx(folder / f"{part}-labels-idx1-ubyte{suffix}").astype(np.int32))
