"""Files of today's Keras as its older versions wrote them: groups moved, descriptions in the words of that time."""

import io
import json
import zipfile
from collections import Counter
from typing import Any

import h5py
from model_files import hdf5, zipped

from cnn_core.network.network import snake_case

Config = dict[str, Any]

VERSIONS = ("2.12.0", "2.13.1", "2.14.0")
HOME = "_layer_checkpoint_dependencies"


def as_of(version: str, data: bytes, joint: str = "/") -> bytes:
    """Return a .keras file of Keras 3 as a version of Keras 2 wrote it, on Windows with a backslash as `joint`."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    config, weights = json.loads(archive.read("config.json")), archive.read("model.weights.h5")
    return zipped(
        {
            "metadata.json": json.dumps({"keras_version": version, "date_saved": "2023-07-01@12:00:00"}).encode(),
            "config.json": json.dumps(described_as_of_2(config)).encode(),
            "model.weights.h5": moved(weights, config, version, joint),
        }
    )


# Descriptions ---------------------------------------------------------------------------------------------------------


def described_as_of_2(document: Config) -> Config:
    """Return a layer or a model as Keras 2.12 to 2.14 describe it; connections are lists, calls are counted."""
    config = dict(document["config"])
    if "layers" in config:
        nested = {layer["config"]["name"] for layer in config["layers"] if layer["class_name"] == "Functional"}
        config["layers"] = [described_as_of_2(layer) for layer in config["layers"]]
        for layer in config["layers"]:
            layer["inbound_nodes"] = [_node(node, nested) for node in layer.get("inbound_nodes", [])]
        for key in ("input_layers", "output_layers"):
            if key in config:
                ends = config[key] if isinstance(config[key][0], list) else [config[key]]
                config[key] = [_counted(end, nested) for end in ends]
    if "batch_shape" in config:
        config["batch_input_shape"] = config.pop("batch_shape")
        config |= {"sparse": False, "ragged": False}
    if document["class_name"] == "LeakyReLU":
        config["alpha"] = config.pop("negative_slope")
    module = "keras.src.engine.functional" if document["class_name"] == "Functional" else document["module"]
    dtype = {"dtype": "float32"} if "dtype" in config else {}
    return document | {"module": module, "config": config | dtype}


def _node(node: Any, nested: set[str]) -> Any:
    """Return what a layer is applied to as a list, also where it has been turned already."""
    if isinstance(node, list):
        return node
    tensors = node["args"][0] if isinstance(node["args"][0], list) else node["args"]
    return [[*_counted(tensor["config"]["keras_history"], nested), {}] for tensor in tensors]


def _counted(end: list[Any], nested: set[str]) -> list[Any]:
    """Return a reference in which calls of nested models count from 1."""
    name, call, output = end
    return [name, 1 if name in nested else call, output]


# Weights --------------------------------------------------------------------------------------------------------------


def moved(weights: bytes, config: Config, version: str, joint: str = "/") -> bytes:
    """Return the weights of a .keras file of today in the groups of an older version."""
    places = dict(_places(config, "layers", HOME, version, h5py.File(io.BytesIO(weights)), joint))

    def fill(file: h5py.File) -> None:
        with h5py.File(io.BytesIO(weights)) as today:
            for before, after in places.items():
                for number in today.get(before, {}):
                    file.require_group(after)[number] = today[f"{before}/{number}"][()]

    return hdf5(fill)


def _places(config: Config, before: str, after: str, version: str, today: h5py.File, joint: str) -> Any:
    """Yield where each layer's arrays lie today, and where they lay."""
    now, then = Counter[str](), Counter[str]()
    for layer in config["config"]["layers"]:
        kind = snake_case(layer["class_name"])
        here = f"{before}/{kind}" + (f"_{now[kind]}" if now[kind] else "")
        there = f"{after}{joint}{kind}" + (f"_{then[kind]}" if then[kind] else "")
        now[kind] += 1
        # Up to 2.13 a layer with weights stood in the list twice: among those with weights, and among all.
        then[kind] += 1 if version.startswith("2.14") or not _has_weights(today.get(here)) else 2
        yield f"{here}/vars", f"{there}/vars"
        if "layers" in layer["config"]:
            yield from _places(layer, f"{here}/layers", f"{there}{joint}{HOME}", version, today, joint)


def _has_weights(group: Any) -> bool:
    found: list[bool] = []
    if group is not None:
        group.visititems(lambda _, one: found.append(isinstance(one, h5py.Dataset) and one.dtype.kind == "f"))
    return any(found)
