"""Resizing, held against `tf.image` by way of Keras's own reader of folders."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training_pictures import picture

from cnn_core.pictures.plain import decoded
from cnn_core.pictures.prepare import Fit
from cnn_core.pictures.samples import sample_bytes
from cnn_core.training.sets.resizing import fitted, resized, with_channels

FILES = {
    "0.png": picture(0, (12, 10)),
    "1.png": picture(1, (7, 31)),
    "2.png": picture(2, (40, 9)),
    "3.png": picture(3, (1, 5)),
    "4.png": picture(4, (23, 23), mode="L"),
}
ARGUMENTS = {Fit.STRETCH: {}, Fit.CROP: {"crop_to_aspect_ratio": True}, Fit.PAD: {"pad_to_aspect_ratio": True}}
PHOTOGRAPHS = ("kingfisher", "moose")


def as_keras_reads(folder: Path, files: Mapping[str, bytes], **arguments: Any) -> Any:
    """Return the pictures of a class folder, (N, H, W, C) float32, in the order of their names."""
    import keras

    (folder / "only").mkdir()
    for name, data in files.items():
        (folder / "only" / name).write_bytes(data)
    data = keras.utils.image_dataset_from_directory(folder, shuffle=False, batch_size=None, verbose=False, **arguments)
    return np.stack([np.asarray(one) for one, _ in data])


@pytest.mark.keras
@pytest.mark.parametrize("fit", Fit)
@pytest.mark.parametrize("size", [(12, 10), (8, 8), (30, 17), (5, 64)])
def test_pictures_are_resized_as_keras_does(tmp_path: Path, fit: Fit, size: tuple[int, int]) -> None:
    theirs = as_keras_reads(tmp_path, FILES, image_size=size, **ARGUMENTS[fit])
    for (name, data), their in zip(FILES.items(), theirs, strict=True):
        ours = resized(decoded(data), size, fit)
        np.testing.assert_allclose(ours, their, atol=1e-3, err_msg=name)
        np.testing.assert_allclose(fitted(decoded(data), size, 3, fit), their, atol=0.501, err_msg=name)


@pytest.mark.keras
def test_jpeg_is_decoded_accurately_where_keras_takes_the_fast_way(tmp_path: Path) -> None:
    """`tf.io.decode_image` has the fast DCT of libjpeg, which is off by a level of 256 in the mean."""
    import tensorflow as tf

    files = {f"{key}.jpg": sample_bytes(key) for key in PHOTOGRAPHS}
    fast = as_keras_reads(tmp_path, files, image_size=(180, 180))
    for data, their in zip(files.values(), fast, strict=True):
        ours = resized(decoded(data), (180, 180))
        accurate = tf.io.decode_jpeg(data, channels=3, dct_method="INTEGER_ACCURATE")
        np.testing.assert_allclose(ours, tf.image.resize(accurate, (180, 180)), atol=1e-3)
        assert np.abs(ours - their).mean() < 1.2
        assert np.abs(ours - their).max() < 12


@pytest.mark.keras
def test_grey_is_what_keras_makes_of_colours(tmp_path: Path) -> None:
    theirs = as_keras_reads(tmp_path, FILES, image_size=(16, 16), color_mode="grayscale")
    for (name, data), their in zip(FILES.items(), theirs, strict=True):
        # The PNG library rounds the weights 0.299, 0.587 and 0.114 in its own way.
        np.testing.assert_allclose(resized(with_channels(decoded(data), 1), (16, 16)), their, atol=1.01, err_msg=name)


def test_channels() -> None:
    colours = decoded(picture(0))
    grey = with_channels(colours, 1)
    assert with_channels(colours, 3) is colours
    assert grey.shape == (12, 10, 1)
    np.testing.assert_array_equal(with_channels(grey, 3)[..., 2], grey[..., 0])
    np.testing.assert_array_equal(with_channels(with_channels(grey, 3), 1), grey)
