"""Files as Keras 2.12 to 2.14 wrote them compute what Keras computes with the model they were made of."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from model_files import zipped
from older_files import HOME, VERSIONS, as_of

import cnn_core
from cnn_core.errors import ModelFileError
from cnn_core.model_file import read_model_file

pytestmark = pytest.mark.keras


def branches(keras: Any) -> Any:
    """Return a model with several layers of each class, with and without weights between them."""
    k = keras.layers
    image = keras.Input((12, 12, 3), name="image")
    scaled = k.Rescaling(1 / 255)(image)
    left = k.LeakyReLU(0.2)(k.BatchNormalization()(k.Conv2D(4, 3, padding="same", name="left")(scaled)))
    left = k.BatchNormalization()(k.Conv2D(4, 3, padding="same", name="further")(left))
    total = k.ReLU()(k.Add()([left, k.Conv2D(4, 1, name="right")(scaled)]))
    vector = k.Dropout(0.5)(k.GlobalAveragePooling2D()(k.SeparableConv2D(5, 3)(k.DepthwiseConv2D(3)(total))))
    return keras.Model(image, k.Dense(3, activation="softmax")(k.Dense(6, activation="relu")(vector)))


def transfer(keras: Any) -> Any:
    """Return a model of models: augmentation without weights, a frozen base with a model within it, a head."""
    k = keras.layers
    image, start = keras.Input((12, 12, 3), name="image"), keras.Input((12, 12, 3), name="start")
    inner = keras.Sequential([keras.Input((8, 8, 3)), k.Conv2D(3, 1), k.Conv2D(2, 1)], name="inner")
    base = keras.Model(start, inner(k.Conv2D(3, 3)(k.BatchNormalization()(k.Conv2D(3, 3)(start)))), name="base")
    base.trainable = False
    augmentation = keras.Sequential([k.RandomFlip("horizontal"), k.RandomRotation(0.1)], name="augmentation")
    head = keras.Sequential([k.Flatten(), k.Dense(4, activation="relu"), k.Dense(2)], name="head")
    return keras.Model(image, head(base(augmentation(image))), name="whole")


def chain(keras: Any) -> Any:
    k = keras.layers
    layers = [k.Rescaling(1 / 255), k.Conv2D(4, 3), k.MaxPooling2D(), k.Conv2D(5, 3), k.Flatten(), k.Dense(6)]
    return keras.Sequential([keras.Input((12, 12, 3)), *layers, k.Dense(3)])


def perceptron(keras: Any) -> Any:
    k = keras.layers
    return keras.Sequential([keras.Input((28, 28)), k.Flatten(), k.Dense(8, activation="relu"), k.Dense(10)])


MODELS: dict[str, Callable[[Any], Any]] = {one.__name__: one for one in (branches, transfer, chain, perceptron)}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Any, bytes]]:
    """Return a function that gives a model whose weights all differ, and the file that Keras saves it in."""
    import keras

    made: dict[str, tuple[Any, bytes]] = {}

    def save(name: str) -> tuple[Any, bytes]:
        if name not in made:
            model, values = MODELS[name](keras), np.random.default_rng(0)
            model.set_weights([values.uniform(0.1, 1, weight.shape) for weight in model.get_weights()])
            path: Path = tmp_path_factory.mktemp("models") / "model.keras"
            model.save(path)
            made[name] = model, path.read_bytes()
        return made[name]

    return save


def assert_computes_as(model: Any, data: bytes) -> None:
    inputs = np.random.default_rng(1).uniform(0, 1, (2, *model.input_shape[1:])).astype(np.float32)
    ours, theirs = (np.asarray(one(inputs, training=False)) for one in (cnn_core.open_model(data).model, model))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MODELS)
def test_files_of_keras_2_with_groups_by_class(name: str, version: str, saved: Callable[..., Any]) -> None:
    model, data = saved(name)
    old = as_of(version, data)
    assert read_model_file(old).network == read_model_file(data).network
    assert_computes_as(model, old)


@pytest.mark.parametrize("name", ["branches", "transfer"])
def test_files_that_were_written_on_windows(name: str, saved: Callable[..., Any]) -> None:
    model, data = saved(name)
    assert_computes_as(model, as_of("2.13.1", data, "\\"))


def groups(data: bytes) -> set[str]:
    """Return the names of the groups in which a file keeps arrays, without what holds them all."""
    found: set[str] = set()
    archive = zipfile.ZipFile(io.BytesIO(data))
    with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(
            lambda name, one: found.add(name.rpartition("/vars/")[0]) if isinstance(one, h5py.Dataset) else None
        )
    return {name.removeprefix(f"{HOME}/") for name in found}


def test_what_the_rebuilt_files_hold(saved: Callable[..., Any]) -> None:
    """The names that files of TensorFlow 2.12.1, 2.13.1 and 2.14.1 had, which saved this very model."""
    others = {"depthwise_conv2d", "separable_conv2d", "dense", "conv2d", "batch_normalization"}
    twice = {"conv2d_2", "conv2d_4", "batch_normalization_2", "dense_2"}
    once = {"conv2d_1", "conv2d_2", "batch_normalization_1", "dense_1"}
    for version, counted in zip(VERSIONS, (twice, twice, once), strict=True):
        assert groups(as_of(version, saved("branches")[1])) == others | counted
    inner = "functional/_layer_checkpoint_dependencies/sequential/_layer_checkpoint_dependencies/conv2d_2"
    assert {inner, "sequential_1/_layer_checkpoint_dependencies/dense_2"} < groups(
        as_of("2.13.1", saved("transfer")[1])
    )


def test_a_version_that_counts_otherwise_is_never_taken_for_another(saved: Callable[..., Any]) -> None:
    for written, claimed in (("2.13.1", "2.14.0"), ("2.14.0", "2.12.0"), ("2.13.1", "2.15.0")):
        archive = zipfile.ZipFile(io.BytesIO(as_of(written, saved("branches")[1])))
        members = {name: archive.read(name) for name in archive.namelist()}
        members["metadata.json"] = json.dumps({"keras_version": claimed}).encode()
        with pytest.raises(ModelFileError, match=r"missing|their layer.s shape"):
            read_model_file(zipped(members))
