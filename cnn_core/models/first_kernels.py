"""The kernels that a bundled model learned in its first convolution, read from its file without TensorFlow."""

import io
import zipfile
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.models.bundled import model_path

_WEIGHTS = "model.weights.h5"
_FIRST_KERNEL = "layers/conv2d/vars/0"
"""Where Keras keeps the kernel of the first Conv2D."""


@cache
def first_kernels(key: str) -> npt.NDArray[np.float32]:
    """Return (kernel height, kernel width, channels, filters) of a bundled model, read-only; raises CnnError."""
    import h5py  # only who asks for learned weights waits for it

    with zipfile.ZipFile(model_path(key)) as archive, h5py.File(io.BytesIO(archive.read(_WEIGHTS)), "r") as weights:
        values: npt.NDArray[Any] = weights[_FIRST_KERNEL][()]
    kernels = np.asarray(values, dtype=np.float32)
    kernels.setflags(write=False)
    return kernels
