"""In which numbers a picture enters a model: what training saw, the model must see."""

from enum import StrEnum
from typing import Final

import numpy as np

from cnn_core.arrays import Pixels

# Means and standard deviations of ImageNet's training pictures, red, green and blue, of pixels from 0 to 1.
IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_STD: Final = (0.229, 0.224, 0.225)
CAFFE_MEAN: Final = (103.939, 116.779, 123.68)
"""Blue, green and red of pixels from 0 to 255."""


class Scaling(StrEnum):
    """The ways of `keras.applications.*.preprocess_input`, and none of them.

    UNIT: 0 to 1. BYTES: 0 to 255. SIGNED: −1 to 1 (Keras: "tf"). TORCH: less ImageNet's mean, by its standard
    deviation. CAFFE: 0 to 255, blue first, less ImageNet's mean.
    """

    UNIT = "unit"
    BYTES = "bytes"
    SIGNED = "signed"
    TORCH = "torch"
    CAFFE = "caffe"


def scaled(pixels: Pixels, scaling: Scaling) -> Pixels:
    """Return pixels (H, W, C) in [0, 1] as a model takes them, float32; TORCH and CAFFE take three channels."""
    match scaling:
        case Scaling.UNIT:
            return np.asarray(pixels, np.float32)
        case Scaling.BYTES:
            return np.asarray(pixels * 255.0, np.float32)
        case Scaling.SIGNED:
            return np.asarray(pixels * 2.0 - 1.0, np.float32)
        case Scaling.TORCH:
            return np.asarray((pixels - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD), np.float32)
        case Scaling.CAFFE:
            return np.asarray(pixels[..., ::-1] * 255.0 - np.array(CAFFE_MEAN), np.float32)


def unscaled(values: Pixels, scaling: Scaling) -> Pixels:
    """Return the pixels (H, W, C) of which `scaled` makes these values: in [0, 1] where they came from such."""
    match scaling:
        case Scaling.UNIT:
            return values
        case Scaling.BYTES:
            return np.asarray(values / 255.0, np.float32)
        case Scaling.SIGNED:
            return np.asarray((values + 1.0) / 2.0, np.float32)
        case Scaling.TORCH:
            return np.asarray(values * np.array(IMAGENET_STD) + np.array(IMAGENET_MEAN), np.float32)
        case Scaling.CAFFE:
            return np.asarray(((values + np.array(CAFFE_MEAN)) / 255.0)[..., ::-1], np.float32)


def gradient_of_pixels(gradient: Pixels, scaling: Scaling) -> Pixels:
    """Return a gradient (H, W, C) with respect to pixels in [0, 1], from that with respect to `scaled` ones."""
    match scaling:
        case Scaling.UNIT:
            return gradient
        case Scaling.BYTES:
            return np.asarray(gradient * 255.0, np.float32)
        case Scaling.SIGNED:
            return np.asarray(gradient * 2.0, np.float32)
        case Scaling.TORCH:
            return np.asarray(gradient / np.array(IMAGENET_STD), np.float32)
        case Scaling.CAFFE:
            return np.asarray(gradient[..., ::-1] * 255.0, np.float32)
