"""MobileNetV2 in NumPy, straight from torchvision's graph and weight names: the second opinion on the Keras file.

Source: `torchvision/models/mobilenetv2.py` (Sandler et al., arXiv:1801.04381). Arrays are (channels, height, width) and
float64; nothing here is shared with the conversion.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Weights = Mapping[str, Array]

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
EPSILON = 1e-5
STRIDE_2 = (2, 4, 7, 14)


def convolve(x: Array, kernels: Array, stride: int = 1) -> Array:
    """Return the convolution of (C, H, W) with (filters, C or 1, k, k), padded by (k - 1) / 2 on every side."""
    size = kernels.shape[2]
    padded = np.pad(x, ((0, 0), *[(size // 2, size // 2)] * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), (1, 2))[:, ::stride, ::stride]
    if kernels.shape[1] == 1:
        return np.asarray(np.einsum("chwij,cij->chw", windows, kernels[:, 0]))
    return np.tensordot(kernels, windows, ((1, 2, 3), (0, 3, 4)))


def normalise(x: Array, weights: Weights, name: str) -> Array:
    """Return (C, H, W) after the batch normalization `name`, in inference."""
    mean, variance, gamma, beta = (
        weights[f"{name}.{part}"].astype(np.float64)[:, None, None]
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    return (x - mean) / np.sqrt(variance + EPSILON) * gamma + beta


def convolve_relu(x: Array, weights: Weights, name: str, stride: int = 1) -> Array:
    """Return convolution `name`.0, batch normalization `name`.1 and ReLU6 of (C, H, W)."""
    convolved = convolve(x, weights[f"{name}.0.weight"].astype(np.float64), stride)
    return np.clip(normalise(convolved, weights, f"{name}.1"), 0, 6)


def inverted_residual(x: Array, weights: Weights, index: int) -> Array:
    """Return block `features.{index}`: expand (not in the first), depthwise, project, add the input if it fits."""
    name = f"features.{index}.conv"
    steps = 1 if index == 1 else 2
    y = x
    for step in range(steps):
        last = step == steps - 1
        y = convolve_relu(y, weights, f"{name}.{step}", 2 if last and index in STRIDE_2 else 1)
    y = normalise(convolve(y, weights[f"{name}.{steps}.weight"]), weights, f"{name}.{steps + 1}")
    return x + y if x.shape == y.shape else y


def probabilities(weights: Weights, pixels: Array) -> Array:
    """Return the 1,000 probabilities for a picture (224, 224, 3) in [0, 1]."""
    x = ((np.asarray(pixels, np.float64) - MEAN) / STD).transpose(2, 0, 1)
    x = convolve_relu(x, weights, "features.0", 2)
    for index in range(1, 18):
        x = inverted_residual(x, weights, index)
    x = convolve_relu(x, weights, "features.18").mean((1, 2))
    logits = weights["classifier.1.weight"] @ x + weights["classifier.1.bias"]
    exponentials = np.exp(logits - logits.max())
    return np.asarray(exponentials / exponentials.sum())
