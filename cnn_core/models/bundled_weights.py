"""The weights of the bundled models, read from their files without TensorFlow."""

import io
import zipfile
from collections import Counter
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Weights
from cnn_core.errors import CnnError
from cnn_core.layers import Conv2D
from cnn_core.models.bundled import bundled_network, model_path
from cnn_core.models.run import NO_LAYER
from cnn_core.network.network import snake_case

_WEIGHTS: Final = "model.weights.h5"


def bundled_weights(key: str, layer: str) -> tuple[Weights, ...]:
    """Return a layer's arrays in Keras's order, none for a layer that has none, read anew at each call.

    Raises:
        CnnError: no such bundled model or layer.
    """
    import h5py  # only who asks for learned weights waits for it

    place = _places(key).get(layer)
    if place is None:
        raise CnnError(NO_LAYER, layer=layer)
    with zipfile.ZipFile(model_path(key)) as archive, h5py.File(io.BytesIO(archive.read(_WEIGHTS)), "r") as file:
        kept = file.get(place, {})
        return tuple(_read_only(kept[number][()]) for number in sorted(kept, key=int))


@cache
def first_kernels(key: str) -> npt.NDArray[np.float32]:
    """Return what the first Conv2D learned: (kernel height, kernel width, channels, filters), read-only.

    Raises:
        CnnError: no such bundled model.
    """
    first = next(named.name for named in bundled_network(key).layers if isinstance(named.layer, Conv2D))
    return bundled_weights(key, first)[0]


@cache
def _places(key: str) -> dict[str, str]:
    """Return where Keras keeps the weights of each layer: `layers/<class>[_n]/vars`, counted a class in their order."""
    counts: Counter[str] = Counter()
    places = {}
    for named in bundled_network(key).layers:
        name = snake_case(named.layer.keras_name())
        places[named.name] = f"layers/{name}_{counts[name]}/vars" if counts[name] else f"layers/{name}/vars"
        counts[name] += 1
    return places


def _read_only(values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    array = np.asarray(values, dtype=np.float32)
    array.setflags(write=False)
    return array
