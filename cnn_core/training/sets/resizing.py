"""Pictures brought to one size exactly as `keras.utils.image_dataset_from_directory` does it, in NumPy."""

from typing import Final

import numpy as np

from cnn_core.arrays import Indices, PictureBytes, Values
from cnn_core.pictures.prepare import Fit

_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
Size = tuple[int, int]


def fitted(picture: PictureBytes, size: Size, channels: int, fit: Fit) -> PictureBytes:
    """Return a picture (H, W, 3 or 1) resized to `size`, (height, width), and with 3 or 1 channels.

    Keras keeps the resized values as floats; here they are rounded to bytes, which changes them by half of one of 256
    levels at most.
    """
    coloured = with_channels(picture, channels)
    return np.asarray(np.rint(resized(coloured, size, fit)), dtype=np.uint8)


def with_channels(picture: PictureBytes, channels: int) -> PictureBytes:
    """Return a picture with 3 channels or with 1: grey is repeated, colours become their brightness (ITU-R BT.601)."""
    if picture.shape[2] == channels:
        return picture
    if channels == 3:
        return np.repeat(picture, 3, axis=2)
    return np.asarray(np.rint(picture.astype(np.float32) @ _LUMA)[..., np.newaxis], dtype=np.uint8)


def resized(picture: PictureBytes, size: Size, fit: Fit = Fit.STRETCH) -> Values:
    """Return a picture (H, W, C) in `size`, (height, width), in float32 from 0 to 255, as Keras has it.

    Bilinear with half-pixel centres and, as in Keras, without antialiasing: an output lies between four pixels of the
    picture, however much smaller it gets.
    """
    match fit:
        case Fit.STRETCH:
            return _bilinear(picture, size)
        case Fit.CROP:
            return _bilinear(_cropped(picture, size), size)
        case Fit.PAD:
            return _padded(picture, size)


def _cropped(picture: PictureBytes, size: Size) -> PictureBytes:
    """Return the largest centred part of the right proportions, as `crop_to_aspect_ratio` takes it."""
    height, width = picture.shape[:2]
    rows = max(1, min(height, int(np.float32(width * size[0]) / np.float32(size[1]))))
    columns = max(1, min(width, int(np.float32(height * size[1]) / np.float32(size[0]))))
    top, left = (height - rows) // 2, (width - columns) // 2
    return picture[top : top + rows, left : left + columns]


def _padded(picture: PictureBytes, size: Size) -> Values:
    """Return the whole picture amid black, as `pad_to_aspect_ratio` puts it."""
    before, after = np.array(picture.shape[:2], np.float32), np.array(size, np.float32)
    wanted = before / (before / after).max()
    inner = np.maximum(1, np.floor(wanted).astype(int))
    top, left = np.maximum(0, np.floor((after - wanted) / 2).astype(int))
    result = np.zeros((*size, picture.shape[2]), np.float32)
    result[top : top + inner[0], left : left + inner[1]] = _bilinear(picture, (int(inner[0]), int(inner[1])))
    return result


def _bilinear(picture: PictureBytes, size: Size) -> Values:
    (above, below, down), (before, behind, right) = (_between(*pair) for pair in zip(picture.shape, size, strict=False))
    values = picture.astype(np.float32)
    # TensorFlow's order, from left to right and then down, so that roundings are the same.
    left = np.take(values, before, axis=1)
    rows = left + (np.take(values, behind, axis=1) - left) * right[:, np.newaxis]
    upper = np.take(rows, above, axis=0)
    return np.asarray(upper + (np.take(rows, below, axis=0) - upper) * down[:, np.newaxis, np.newaxis])


def _between(before: int, after: int) -> tuple[Indices, Indices, Values]:
    """Return for each of `after` places along an axis of `before` pixels which two it lies between, and how far on."""
    scale = np.float32(before) / np.float32(after)
    place = (np.arange(after, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    floor = np.floor(place)
    first = np.maximum(floor, 0).astype(np.int64)
    second = np.minimum(np.ceil(place), before - 1).astype(np.int64)
    return first, second, np.asarray(place - floor, np.float32)
