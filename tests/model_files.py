"""Model files as Keras 3 and Keras 2 write them, and the descriptions in them; Keras is not needed."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np

from cnn_core import layers as L  # noqa: N812
from cnn_core.network.network import NamedLayer, Network

# Descriptions ---------------------------------------------------------------------------------------------------------

Config = dict[str, Any]


def entry(kind: str, name: str, *sources: Any, **settings: Any) -> Config:
    """Return a layer as Keras 3 describes it, applied once to `sources` where there are some."""
    config = {"name": name, "trainable": True, "dtype": "float32", **settings}
    call = {"args": list(sources), "kwargs": {}}
    calls = {"name": name, "inbound_nodes": [call] if sources else []}
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None, **calls}


def tensor(name: str, call: int = 0, output: int = 0) -> Config:
    config = {"shape": [None], "dtype": "float32", "keras_history": [name, call, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def image(*shape: int | None, name: str = "image") -> Config:
    return entry("InputLayer", name, batch_shape=[None, *(shape or (8, 8, 3))])


def chain(*entries: Config, name: str = "net", **more: Any) -> Config:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": name, "layers": list(entries), **more}}


def graph(*entries: Config, ends: Any, name: str = "net", starts: Any = ("image", 0, 0)) -> Config:
    config = {"name": name, "layers": list(entries), "input_layers": list(starts), "output_layers": ends}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}


def keras_2(*entries: Config, ends: list[Any], kind: str = "Functional", name: str = "net") -> Config:
    """Return a functional model as Keras 2 describes it."""
    config = {"name": name, "layers": list(entries), "input_layers": [["image", 0, 0]], "output_layers": ends}
    return {"class_name": kind, "config": config}


def entry_2(kind: str, name: str, *sources: Any, **settings: Any) -> Config:
    config = {"name": name, "trainable": True, "dtype": "float32", **settings}
    nodes = [[[source, 0, 0, {}] if isinstance(source, str) else source for source in sources]] if sources else []
    return {"class_name": kind, "config": config, "name": name, "inbound_nodes": nodes}


IMAGE_2 = entry_2("InputLayer", "image", batch_input_shape=[None, 8, 8, 3], sparse=False, ragged=False)
INNER_2 = keras_2(
    IMAGE_2,
    entry_2("Conv2D", "conv", "image", filters=3, kernel_size=[1, 1], data_format="channels_last", groups=1),
    entry_2("BatchNormalization", "norm", "conv", axis=[3], momentum=0.99, epsilon=0.001),
    ends=[["norm", 0, 0]],
    kind="Model",
    name="base",
)


def in_keras_2(model: Any) -> Config:
    """Return a functional model of Keras 3 as Keras 2 would have described it; its layers have one call each."""
    entries = []
    for described in model.get_config()["layers"]:
        settings = {key: value for key, value in described["config"].items() if key not in ("name", "dtype")}
        if "batch_shape" in settings:
            settings["batch_input_shape"] = list(settings.pop("batch_shape"))
        tensors = [call["args"][0] for call in described["inbound_nodes"]]
        sources = [one for tensor in tensors for one in (tensor if isinstance(tensor, list) else [tensor])]
        names = [source["config"]["keras_history"][0] for source in sources]
        entries.append(entry_2(described["class_name"], described["name"], *names, **settings))
    first, last = entries[0]["name"], model.output_names[0]
    config = {"name": model.name, "layers": entries, "input_layers": [[first, 0, 0]], "output_layers": [[last, 0, 0]]}
    return {"class_name": "Model", "config": config}


def teachable_machine_file(base: Any, *dense: Any) -> bytes:
    """Return a `keras_model.h5` as Teachable Machine exports it: two nested Sequentials, in the form of Keras 2.

    Args:
        base: a functional model of Keras, ending in maps.
        dense: the head's layers, built.
    """
    pooled = entry_2("GlobalAveragePooling2D", "global_average_pooling2d_GlobalAveragePooling2D1")
    features = chain_2(in_keras_2(base), pooled, name="sequential_1")
    head = chain_2(
        *(entry_2(type(layer).__name__, layer.name, **_plain(layer)) for layer in dense), name="sequential_3"
    )
    rows = {"sequential_1": [*base.trainable_weights, *base.non_trainable_weights]}
    rows["sequential_3"] = [weight for layer in dense for weight in layer.weights]
    weights = {name: {f"{weight.path}:0": np.asarray(weight) for weight in row} for name, row in rows.items()}
    return h5_file(chain_2(features, head, name="sequential_4"), weights, "2.7.0")


def chain_2(*entries: Config, name: str) -> Config:
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(entries)}}


def _plain(layer: Any) -> Config:
    """Return a layer's settings."""
    return {key: value for key, value in layer.get_config().items() if key not in ("name", "dtype")}


CONV = entry("Conv2D", "conv", filters=4, kernel_size=[3, 3], activation="relu")
DENSE = entry("Dense", "dense", units=2)
SMALL = chain(image(), CONV, entry("Flatten", "flatten"), DENSE)
SMALL_NETWORK = Network(
    (
        NamedLayer("image", L.Input((8, 8, 3))),
        NamedLayer("conv", L.Conv2D(4, 3, activation="relu")),
        NamedLayer("flatten", L.Flatten()),
        NamedLayer("dense", L.Dense(2)),
    ),
    "net",
)

random = np.random.default_rng(0)
KERNEL, BIAS = random.normal(size=(3, 3, 3, 4)).astype("f4"), random.normal(size=4).astype("f4")
MATRIX, ROW = random.normal(size=(144, 2)).astype("f4"), random.normal(size=2).astype("f4")
SMALL_WEIGHTS = {
    "layers/conv2d/vars/0": KERNEL,
    "layers/conv2d/vars/1": BIAS,
    "layers/dense/vars/0": MATRIX,
    "layers/dense/vars/1": ROW,
}

# Files ----------------------------------------------------------------------------------------------------------------

Fill = Callable[[h5py.File], None]


def hdf5(fill: Fill) -> bytes:
    """Return the HDF5 file that `fill` writes."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def keras_file(
    config: Config | bytes = SMALL,
    weights: dict[str, Any] | Fill = SMALL_WEIGHTS,
    members: dict[str, bytes] | None = None,
) -> bytes:
    """Return a .keras file with the arrays at their paths, or whatever a function writes, and with more members."""

    def fill(file: h5py.File) -> None:
        for path, values in weights.items() if isinstance(weights, dict) else ():
            file[path] = values

    described = config if isinstance(config, bytes) else json.dumps(config).encode()
    stored = hdf5(weights if callable(weights) else fill)
    metadata = b'{"keras_version": "3.15.1"}'
    return zipped({"metadata.json": metadata, "config.json": described, "model.weights.h5": stored} | (members or {}))


def h5_file(
    config: Config | bytes = SMALL, weights: dict[str, dict[str, Any]] | None = None, version: str = "3.15.1"
) -> bytes:
    """Return an .h5 file with each layer's arrays under their names."""

    def fill(file: h5py.File) -> None:
        file.attrs["model_config"] = config if isinstance(config, bytes) else json.dumps(config).encode()
        file.attrs["keras_version"] = version
        root = file.create_group("model_weights")
        for layer, arrays in (weights or {}).items():
            group = root.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in arrays]
            for name, values in arrays.items():
                group[name] = values

    return hdf5(fill)


SMALL_H5 = {
    "conv": {"conv/kernel:0": KERNEL, "conv/bias:0": BIAS},
    "dense": {"dense/kernel:0": MATRIX, "dense/bias:0": ROW},
}
