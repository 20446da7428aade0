"""The way of a set's pictures into a network, step by step: what `image_dataset_from_directory` does."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Bytes, Labels
from cnn_core.pictures.limits import picture_kind
from cnn_core.pictures.prepare import Fit
from cnn_core.sentences import N_, Note
from cnn_core.training.bounds import check_whole
from cnn_core.training.sets.contents import Opened
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.opened import opened
from cnn_core.training.sets.parts import places
from cnn_core.training.sets.resizing import resized, with_channels
from cnn_core.training.sets.split import Part

MOST_IN_BATCH: Final = 256

_FITS: Final = {
    Fit.STRETCH: Note(
        N_("Resized to one size, so that many fit into one array; width and height may be scaled differently.")
    ),
    Fit.CROP: Note(N_("Cropped to the centre and resized to one size, so that many fit into one array.")),
    Fit.PAD: Note(N_("Resized to one size, so that many fit into one array, with black where something is missing.")),
}
_ARGUMENTS: Final = {Fit.STRETCH: "", Fit.CROP: ", crop_to_aspect_ratio=True", Fit.PAD: ", pad_to_aspect_ratio=True"}


@dataclass(frozen=True, eq=False)
class Stage:
    """What pictures are after a step.

    Attributes:
        title, about: in words.
        code: the same with TensorFlow or Keras.
        shape: of the array, () for a file.
        dtype: of its values; of a file its kind, such as JPEG.
        values: of the followed picture, (height, width, channels); None for a file.
        size: in bytes, of the array or file.
    """

    title: Note
    about: Note
    code: str
    shape: tuple[int, ...]
    dtype: str
    values: npt.NDArray[Any] | None
    size: int


@dataclass(frozen=True, eq=False)
class Pipeline:
    """A batch on its way, and one picture of it followed.

    Attributes:
        stages: in their order.
        name, label: of the followed picture, the first of the batch.
        pictures: the batch in bytes, (pictures, height, width, channels).
        labels: of its classes, (pictures,).
        code: one call of Keras that does all but the last step.
    """

    stages: tuple[Stage, ...]
    name: str
    label: str
    pictures: Bytes
    labels: Labels
    code: str


def pipeline(data: Data, batch_size: int = 32, batch: int = 0) -> Pipeline:
    """Return what happens to a batch of training pictures; only these are read.

    Args:
        data: which pictures, and how they are resized.
        batch_size: 1 to `MOST_IN_BATCH`; the last batch may be smaller.
        batch: counted from 0.

    Raises:
        CnnError: there are no such pictures, or no such batch.
    """
    check_whole("batch_size", batch_size, 1, MOST_IN_BATCH)
    source = opened(data.source)
    chosen = places(data, source)[Part.TRAIN]
    check_whole("batch", batch, 0, (len(chosen) - 1) // batch_size)
    pairs = chosen[batch * batch_size :][:batch_size]
    decoded = [with_channels(source.picture(*pair, Part.TRAIN), data.channels) for pair in pairs]
    floats = np.stack([resized(picture, data.size, data.fit) for picture in decoded])
    labels = np.array([label for label, _ in pairs], np.int32)
    stages = (
        *_as_found(source, pairs[0], decoded[0], data.channels),
        _float(decoded[0]),
        _resized(floats[0], data),
        _batched(floats, labels),
        _rescaled(floats),
    )
    return Pipeline(
        stages,
        source.name(*pairs[0]),
        source.contents.classes[pairs[0][0]],
        np.asarray(np.rint(floats), np.uint8),
        labels,
        _call(data, batch_size),
    )


def _as_found(source: Opened, pair: tuple[int, int], picture: Bytes, channels: int) -> tuple[Stage, ...]:
    """Return a file and what it decodes to, or an array that never was a file."""
    file = source.file(*pair)
    if file is None:
        about = Note(N_("Not read from a file, but already an array: whole numbers from 0 to 255, one byte each."))
        return (_stage(Note(N_("Array")), about, "", picture, picture.shape),)
    about = Note(N_("Compressed: its bytes do not show which pixel is where."))
    kind = str(picture_kind(file))
    read = Stage(Note(N_("File")), about, "file = tf.io.read_file(path)", (), kind, None, len(file))
    message = N_("Decompressed: rows, columns and channels, whole numbers from 0 to 255, one byte each.")
    code = f"image = tf.io.decode_image(file, channels={channels})"
    return read, _stage(Note(N_("Decoded")), Note(message), code, picture, picture.shape)


def _float(picture: Bytes) -> Stage:
    values = picture.astype(np.float32)
    about = Note(N_("The same numbers as float32, four bytes each: a network computes with fractions."))
    return _stage(Note(N_("As float")), about, 'image = tf.cast(image, "float32")', values, values.shape)


def _resized(values: npt.NDArray[np.float32], data: Data) -> Stage:
    code = {
        Fit.STRETCH: f"image = tf.image.resize(image, {data.size})",
        Fit.CROP: f"image = keras.preprocessing.image.smart_resize(image, {data.size})",
        Fit.PAD: f"image = tf.image.resize_with_pad(image, {data.size[0]}, {data.size[1]})",
    }[data.fit]
    return _stage(Note(N_("Resized")), _FITS[data.fit], code, values, values.shape)


def _batched(floats: npt.NDArray[np.float32], labels: Labels) -> Stage:
    message = N_(
        "{count} pictures in one array, with a fourth axis for them in front; with it come {labels} labels, one for "
        "each picture: the number of its class."
    )
    about = Note(message, {"count": len(floats), "labels": len(labels)})
    code = f"dataset = dataset.batch({len(floats)})"
    return _stage(Note(N_("Batch")), about, code, floats[0], floats.shape)


def _rescaled(floats: npt.NDArray[np.float32]) -> Stage:
    about = Note(N_("Divided by 255 by the network's first layer: values from 0 to 1 suit its initial weights."))
    code = "x = keras.layers.Rescaling(1 / 255)(batch)"
    return _stage(Note(N_("Rescaled")), about, code, floats[0] / np.float32(255), floats.shape)


def _stage(title: Note, about: Note, code: str, values: npt.NDArray[Any], shape: tuple[int, ...]) -> Stage:
    size = int(np.prod(shape)) * values.dtype.itemsize
    return Stage(title, about, code, shape, str(values.dtype), values, size)


def _call(data: Data, batch_size: int) -> str:
    colours = "" if data.channels == 3 else ', color_mode="grayscale"'
    return (
        f"keras.utils.image_dataset_from_directory(folder, image_size={data.size}, batch_size={batch_size}"
        f"{colours}{_ARGUMENTS[data.fit]})"
    )
