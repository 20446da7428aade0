"""Strangers' model files, up to a Network and its weights; all files are written here, and Keras is not needed."""

import ast
import contextlib
import io
import json
import re
import struct
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from model_files import (
    BIAS,
    CONV,
    DENSE,
    IMAGE_2,
    INNER_2,
    KERNEL,
    MATRIX,
    ROW,
    SMALL,
    SMALL_H5,
    SMALL_NETWORK,
    SMALL_WEIGHTS,
    Config,
    chain,
    entry,
    entry_2,
    graph,
    h5_file,
    hdf5,
    image,
    keras_2,
    keras_file,
    tensor,
    zipped,
)
from strategies import IMAGE_KINDS, fitting_networks

from cnn_core import layers as L  # noqa: N812
from cnn_core import model_file
from cnn_core.errors import ModelFileError
from cnn_core.layers.cost import parameters
from cnn_core.layers.weights import NOT_TRAINED
from cnn_core.model_file import ModelFile, read_model_file, reader, sandbox
from cnn_core.model_file.sandbox import Description
from cnn_core.model_file.weights import weights_of
from cnn_core.models.bundled import BUNDLED, bundled_network, model_path
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.network import NamedLayer, Network

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 2**20


def refusal(data: bytes) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(ModelFileError) as caught:
        read_model_file(data)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.encode()
    assert len(sentence) < 1_000
    return sentence


Describe = Callable[..., ModelFile]


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> Describe:
    """Return a reader of descriptions alone: no process is started, and all weights are zeros."""

    def read(config: Any, version: str = "3.15.1") -> ModelFile:
        text = config if isinstance(config, bytes) else json.dumps(config).encode()
        monkeypatch.setattr(model_file, "read_description", lambda data: Description(text, version, ()))
        return read_model_file(b"PK\3\4")

    def zeros(data: bytes, groups: list[sandbox.Group], *, complete: bool) -> Iterator[tuple[str, Any]]:
        for shape in (shape for group in groups for shape in group.shapes):
            yield "0", np.zeros(shape, np.float32)

    monkeypatch.setattr(model_file, "read_weights", zeros)
    return read


# What is opened -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [keras_file(), h5_file(weights=SMALL_H5), h5_file(weights=SMALL_H5, version="2.15.0")],
    ids=["keras", "3", "2"],
)
def test_a_file_is_a_network_and_its_weights(data: bytes) -> None:
    file = read_model_file(data)
    assert file.network == SMALL_NETWORK
    assert file.display_names == {}
    assert {name: [value.shape for value in values] for name, values in file.weights.items()} == {
        "conv": [(3, 3, 3, 4), (4,)],
        "dense": [(144, 2), (2,)],
    }
    for found, written in zip((*file.weights["conv"], *file.weights["dense"]), SMALL_WEIGHTS.values(), strict=True):
        assert found.dtype == np.float32
        assert np.array_equal(found, written)


@pytest.mark.parametrize("bundled", BUNDLED, ids=lambda bundled: bundled.key)
def test_bundled_models_are_read_without_keras(bundled: Any) -> None:
    file = read_model_file(model_path(bundled.key).read_bytes())
    assert file.network == bundled_network(bundled.key)
    for step in file.network.steps():
        count = parameters(step.named.layer, *step.input_shapes).total
        assert sum(values.size for values in file.weights.get(step.named.name, ())) == count


def test_weights_may_be_packed_and_of_other_widths() -> None:
    def fill(file: h5py.File) -> None:
        file.create_dataset("layers/conv2d/vars/0", data=KERNEL.astype("f8"), compression="gzip", shuffle=True)
        file.create_dataset("layers/conv2d/vars/1", data=BIAS.astype(">f4"), chunks=(2,), fletcher32=True)
        file["layers/dense/vars/0"] = MATRIX.astype("f2")
        file["layers/dense/vars/1"] = ROW

    weights = read_model_file(keras_file(weights=fill)).weights
    assert np.array_equal(weights["conv"][0], KERNEL)
    assert np.array_equal(weights["conv"][1], BIAS)
    assert np.array_equal(weights["dense"][0], MATRIX.astype("f2").astype("f4"))


def test_what_the_layers_do_not_need_is_never_read() -> None:
    """Optimizers and sources of chance keep whole numbers; and nobody looks where a trap may lie."""

    def fill(file: h5py.File) -> None:
        for path, values in SMALL_WEIGHTS.items():
            file[path] = values
        file["optimizer/vars/0"] = np.int64(3)
        file["layers/dropout/seed_generator/vars/0"] = np.zeros(2, np.uint32)
        file["layers/trap"] = h5py.ExternalLink("/etc/passwd", "/")

    assert read_model_file(keras_file(weights=fill, members={"assets/words.txt": b"a"})).network == SMALL_NETWORK


def test_many_names_of_weights_are_spread_over_attributes() -> None:
    count = 60
    inner = [entry("Dense", f"dense_{i}", units=1, use_bias=False) for i in range(count)]
    config = chain(image(2), chain(*inner, name="inner"), name="outer")
    names = [f"inner/dense_{i}/kernel" for i in range(count)]

    def fill(file: h5py.File) -> None:
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights/inner")
        for part in range(3):
            group.attrs[f"weight_names{part}"] = [name.encode() for name in names[part * 20 : part * 20 + 20]]
        for i, name in enumerate(names):
            group[name] = np.full((2 if i == 0 else 1, 1), i, "f4")

    weights = read_model_file(hdf5(fill)).weights
    assert [float(weights[f"inner.dense_{i}"][0][0, 0]) for i in range(count)] == list(range(count))


@given(network=fitting_networks(IMAGE_KINDS))
def test_the_weights_of_a_layer_are_its_parameters(network: Network) -> None:
    for step in network.steps():
        count = parameters(step.named.layer, *step.input_shapes)
        weights = weights_of(step.named.layer, *step.input_shapes)
        assert sum(prod(weight.shape) for weight in weights if weight.name not in NOT_TRAINED) == count.trainable
        assert sum(prod(weight.shape) for weight in weights) == count.total


# Connections ----------------------------------------------------------------------------------------------------------


def test_branches_in_the_form_of_keras_3(described: Describe) -> None:
    config = graph(
        image(),
        entry("Add", "add", [tensor("conv"), tensor("twice", 1)]),
        entry("Conv2D", "conv", tensor("twice"), filters=3, kernel_size=[1, 1]),
        entry("ReLU", "twice", tensor("image"))
        | {"inbound_nodes": [{"args": [tensor("image")], "kwargs": {"mask": None}}, {"args": [tensor("conv")]}]},
        ends=[["add", 0, 0]],
        starts=[["image", 0, 0]],
    )
    network = described(config).network
    assert {step.named.name: step.sources for step in network.steps()} == {
        "image": (),
        "twice": ("image",),
        "conv": ("twice",),
        "activation": ("conv",),
        "add": ("conv", "activation"),
    }
    assert described(config).display_names == {"activation": "twice"}


def test_branches_in_the_form_of_keras_2(described: Describe) -> None:
    base = INNER_2 | {"name": "base", "inbound_nodes": [[["image", 0, 0, {"training": False}]]]}
    config = keras_2(
        IMAGE_2,
        base,
        entry_2("LeakyReLU", "leaky", ["base", 1, 0, {}], alpha=0.1),
        entry_2("Concatenate", "joined", ["base", 1, 0, {}], "leaky", axis=3),
        ends=[["joined", 0, 0]],
    )
    network = described(config, "2.11.0").network
    assert {step.named.name: step.sources for step in network.steps()} == {
        "image": (),
        "base.conv": ("image",),
        "base.norm": ("base.conv",),
        "leaky": ("base.norm",),
        "joined": ("base.norm", "leaky"),
    }
    assert network["leaky"].layer == L.Activation("leaky_relu", 0.1)


def test_frozen_weights_come_last_in_h5() -> None:
    """As `layer.trainable_weights + layer.non_trainable_weights`, which is what Keras writes."""
    frozen = entry_2("Dense", "a", units=1, use_bias=False) | {"config": {"name": "a", "units": 1, "trainable": False}}
    config = chain(image(1), chain(frozen, entry("BatchNormalization", "b"), DENSE, name="inner"))
    order = [
        "b/gamma",
        "b/beta",
        "dense/kernel",
        "dense/bias",
        "a/kernel",
        "a/bias",
        "b/moving_mean",
        "b/moving_variance",
    ]
    shapes = {"dense/kernel": (1, 2), "dense/bias": (2,), "a/kernel": (1, 1)}
    arrays = {name: np.full(shapes.get(name, (1,)), i, "f4") for i, name in enumerate(order)}
    weights = read_model_file(h5_file(config, {"inner": arrays})).weights
    assert {name: [float(values.flat[0]) for values in row] for name, row in weights.items()} == {
        "inner.a": [4, 5],
        "inner.b": [0, 1, 6, 7],
        "inner.dense": [2, 3],
    }
    swapped = dict(zip(arrays, [arrays[name] for name in ("b/beta", "b/gamma", *order[2:])], strict=True))
    renamed = {"b/beta": swapped["b/gamma"], "b/gamma": swapped["b/beta"], **{name: arrays[name] for name in order[2:]}}
    assert 'Layer "b"' in refusal(h5_file(config, {"inner": renamed}))


def test_only_what_the_outputs_need_is_kept(described: Describe) -> None:
    inner = graph(
        image(),
        entry("ReLU", "used", tensor("image")),
        entry("Conv2D", "unused", tensor("image"), filters=1, kernel_size=1),
        ends=[["used", 0, 0], ["unused", 0, 0]],
        name="inner",
    )
    inner |= {"name": "inner", "inbound_nodes": [{"args": [tensor("image")], "kwargs": {}}]}
    file = described(graph(image(), inner, entry("Flatten", "end", tensor("inner")), ends=["end", 0, 0]))
    assert [named.name for named in file.network.layers] == ["image", "inner.used", "end"]
    assert file.weights == {}


def test_an_input_is_known_in_many_ways(described: Describe) -> None:
    first = DENSE["config"] | {"batch_input_shape": [None, 5]}
    dense = DENSE | {"config": first}
    assert described({"class_name": "Sequential", "config": [dense]}).network.layers[0] == NamedLayer(
        "input", L.Input((5,))
    )
    inner = chain(image(6, name="inside"), DENSE, name="inner")
    for config in (chain(DENSE, build_input_shape=[None, 6]), chain(inner), chain(image(6), inner)):
        assert described(config).network.layers[0].layer == L.Input((6,))
    open_sides = described(chain(image(None, None, 3), CONV))
    assert open_sides.network.layers[0].layer == L.Input((224, 224, 3))
    assert open_sides.is_open
    assert not described(chain(image(8, 8, 3), CONV)).is_open


def test_operations_between_layers(described: Describe) -> None:
    def layer(kind: str, *arguments: Any) -> L.Layer:
        config = graph(image(2, 2, 3), entry(kind, "op", *arguments), ends=["op", 0, 0])
        return described(config).network.layers[-1].layer

    x = tensor("image")
    row = {"class_name": "__numpy__", "config": {"value": [1.0, 2.0, 4.0], "dtype": "float32"}}
    assert layer("TrueDivide", x, 4) == L.Rescaling(0.25, 0)
    assert layer("Subtract", x, 1.0) == L.Rescaling(1, -1)
    assert layer("Subtract", 1.0, x) == L.Rescaling(-1, 1)
    assert layer("Add", 3, x) == L.Rescaling(1, 3)
    assert layer("Add", x, x) == L.Add()
    assert layer("Multiply", x, row) == L.Normalization((0, 0, 0), (1, 0.25, 0.0625))
    assert layer("Negative", x) == L.Rescaling(-1, 0)
    nested = {"class_name": "__tensor__", "config": {"value": [[[1.0, 2.0, 4.0]]], "dtype": "float32"}}
    assert layer("Multiply", nested, x) == layer("Multiply", x, row)
    assert layer("LeakyRelu", x) == L.Activation("leaky_relu")
    assert layer("Relu6", x) == L.Activation("relu6")
    for kind, *arguments in (("TrueDivide", 1, x), ("Add", 1, 2), ("TrueDivide", x, 0), ("Maximum", x, 0.5)):
        with pytest.raises(ModelFileError, match=r'Layer "op" \((TrueDivide|Add|Maximum)\)'):
            layer(kind, *arguments)
    assert layer("Subtract", x, x) == L.Subtract()
    with pytest.raises(ModelFileError, match="combined by sums, differences, products"):
        layer("TrueDivide", x, x)


def test_operations_of_keras_2(described: Describe) -> None:
    def entry_of(name: str, function: str, *node: Any) -> Config:
        return entry_2("TFOpLambda", name, function=function) | {"inbound_nodes": [list(node)]}

    config = keras_2(
        IMAGE_2,
        entry_of("tf.math.truediv", "math.truediv", "image", 0, 0, {"y": 127.5, "name": None}),
        entry_of("tf.math.subtract", "math.subtract", "tf.math.truediv", 0, 0, {"y": 1.0, "name": None}),
        entry_of("sum", "__operators__.add", "image", 0, 0, {"y": ["tf.math.subtract", 0, 0], "name": None}),
        ends=[["sum", 0, 0]],
    )
    network = described(config, "2.4.0").network
    assert [named.layer for named in network.layers[1:]] == [L.Rescaling(1 / 127.5, 0), L.Rescaling(1, -1), L.Add()]
    assert network["sum"].inputs == ("image", "tf.math.subtract")
    config["config"]["layers"][1]["config"]["function"] = "io.read_file"
    with pytest.raises(ModelFileError, match=r'"tf.math.truediv" \(TFOpLambda\): TFOpLambda io.read_file with'):
        described(config, "2.4.0")


def test_strangers_names_are_kept_where_ours_may_be_so(described: Describe) -> None:
    bad = "a/b", "line\nbreak", "x" * 300, " ", "half \udc80 pair"
    named = [entry("ReLU", name) for name in bad]
    file = described(chain(image(), *named, entry("ReLU", "층 1"), name="\0"))
    assert [named.name for named in file.network.layers[1:]] == [
        *("activation", "activation_1", "activation_2", "activation_3", "activation_4", "층 1"),
    ]
    assert file.display_names == {
        "activation": "a/b",
        "activation_1": "line�break",
        "activation_2": "x" * 200 + "…",
        "activation_3": " ",
        "activation_4": "half � pair",
    }
    assert file.network.name == "network"
    assert list(file.network.steps())


# Refused descriptions -------------------------------------------------------------------------------------------------


def with_setting(document: Config, **settings: Any) -> Config:
    return document | {"config": document["config"] | settings}


def deep(levels: int) -> Config:
    document: Config = DENSE
    for level in range(levels):
        document = chain(document, name=f"level {level}")
    return document


def cycle(*names: str) -> Config:
    around = [entry("Add", name, [tensor("image"), tensor(names[i - 1])]) for i, name in enumerate(names)]
    return graph(image(), *around, ends=[names[0], 0, 0])


def called(*arguments: Any, kind: str = "ReLU", **kwargs: Any) -> Config:
    call = {"inbound_nodes": [{"args": list(arguments), "kwargs": kwargs}]}
    return graph(image(), entry(kind, "layer") | call, ends=["layer", 0, 0])


TWICE = DENSE | {"inbound_nodes": [{"args": [tensor("image")]}, {"args": [tensor("dense")]}]}
LAMBDA = {"class_name": "__lambda__", "config": {"value": "4wEAAAA="}}

REFUSED: dict[str, tuple[Any, str]] = {
    "a Lambda": (
        chain(image(), entry("Lambda", "trap", function=LAMBDA)),
        r'"trap" \(Lambda\): It contains code, which is never run',
    ),
    "an unknown class": (
        chain(image(), entry("Reverse", "back")),
        r'"back" \(Reverse\): Reverse has no counterpart here. Build the model from the layers',
    ),
    "a class of somebody's": (
        chain(image(), CONV | {"module": "evil"}),
        r'"conv" \(evil.Conv2D\): Received: evil.Conv2D',
    ),
    "a registered class": (chain(image(), entry("evil>Conv2D", "conv")), "Received: evil>Conv2D"),
    "a model of its own class": (SMALL | {"class_name": "MyModel"}, "in its program.*MyModel"),
    "a model of somebody's": (SMALL | {"module": "evil"}, "evil.Sequential"),
    "an object as a layer": (chain(image(), {"class_name": "Dense", "config": "x"}), '"config" is missing'),
    "no class": (chain(image(), {"config": {}}), '"class_name" is missing'),
    "no layers": ({"class_name": "Sequential", "config": {}}, '"layers" is missing'),
    "no model": ({}, '"class_name" is missing'),
    "a list": ([1, 2], '"class_name" is missing'),
    "an empty chain": (chain(), "does not know its input size"),
    "an unknown setting": (chain(image(), with_setting(CONV, secret=1)), "setting secret is not known"),
    "a setting that must be": (chain(image(), with_setting(CONV, data_format="evil")), "data_format must be"),
    "an axis": (chain(image(), entry("BatchNormalization", "norm", axis=1)), "axis must be"),
    "an activation": (chain(image(), with_setting(CONV, activation="evil")), "Received: evil"),
    "an activation of code": (chain(image(), with_setting(CONV, activation=LAMBDA)), "Received: __lambda__"),
    "an activation in an activation": (
        chain(image(), with_setting(CONV, activation={"class_name": "PReLU", "config": {}})),
        "Add it as a layer",
    ),
    "a filter number missing": (chain(image(), entry("Conv2D", "conv", kernel_size=3)), "filters must be"),
    "channels first": (
        chain(image(), with_setting(CONV, data_format="channels_first")),
        "channels first, .* are last.*channels_last",
    ),
    "a recurrent layer": (chain(image(), entry("LSTM", "r", units=2)), r'"r" \(LSTM\): It is made for text, sound'),
    "a convolution of sound": (chain(image(), entry("Conv1D", "c", filters=2)), "made for text, sound"),
    "words": (chain(image(), entry("Embedding", "e", input_dim=2)), "made for text, sound"),
    "a convolution of films": (chain(image(), entry("Conv3DTranspose", "c", filters=2)), "volumes and videos"),
    "attention": (called(tensor("image"), kind="MultiHeadAttention", value=tensor("image")), "It is attention"),
    "a slice": (
        called(tensor("image"), [{"class_name": "__slice__", "config": {"start": 0, "stop": 1}}], kind="GetItem"),
        r'"layer" \(GetItem\): It takes a part of its input that is not supported here.*after a : for the batch',
    ),
    "a slice in Keras 2": (called(tensor("image"), kind="SlicingOpLambda"), "SlicingOpLambda.* has no counterpart"),
    "a TensorFlow.js model": (
        {"modelTopology": {"model_config": SMALL}, "weightsManifest": []},
        "TensorFlow.js.*Keras",
    ),
    "a billion filters": (chain(image(), with_setting(CONV, filters=10**9)), "filters must be a whole number"),
    "a number of 5,000 digits": (
        json.dumps(SMALL).replace('"units": 2', f'"units": {"1" * 5_000}').encode(),
        "not JSON",
    ),
    "filters as text": (chain(image(), with_setting(CONV, filters="__import__('os')")), "filters must be"),
    "not a number": (chain(image(), entry("Rescaling", "s", scale=float("nan"), offset=0)), "supported as constants"),
    "infinity": (chain(image(), entry("Dropout", "s", rate=float("inf"))), "rate must be"),
    "a million layers": (chain(image(), *[entry("ReLU", str(i)) for i in range(2 * MOST_LAYERS)]), "too many layers"),
    "too many calls": (
        graph(image(), entry("ReLU", "r") | {"inbound_nodes": [[]] * 5_000}, ends=["r", 0, 0]),
        "too many layers",
    ),
    "many arguments": (called(*[tensor("image")] * 100, kind="Add"), "too many inputs"),
    "an enormous input": (chain(image(10**6, 10**6, 10**6)), "too many layers or values"),
    "an enormous map": (chain(image(), entry("UpSampling2D", "up", size=[10**6, 10**6])), "too many layers or values"),
    "maps that add up": (
        chain(image(1024, 1024, 16), *[entry("ReLU", str(i)) for i in range(40)]),
        "too many layers or values. Received: 33 layers",
    ),
    "more pixels than can be counted": (
        chain(image(1, 1, 1), *[entry("MaxPooling2D", f"p{i}", pool_size=10**6, padding="same") for i in range(400)]),
        'Layer "p3" .MaxPooling2D.: Its outputs see too much',
    ),
    "an enormous kernel": (
        chain(image(), with_setting(CONV, filters=10**6, kernel_size=999, padding="same")),
        "parameters",
    ),
    "two enormous matrices": (
        chain(image(10**6), entry("Dense", "a", units=10**6), DENSE),
        "1,000,001,000,000|1,000,0",
    ),
    "no image": (chain(image(), entry("Flatten", "flat"), CONV), "needs feature maps"),
    "no fitting window": (chain(image(2, 2, 3), CONV), "window is larger"),
    "a shape of text": (chain(entry("InputLayer", "image", batch_shape="evil")), "shape must be"),
    "open channels": (chain(image(8, 8, None)), "shape must be"),
    "a name twice": (chain(image(), DENSE, DENSE), '"dense" is used twice'),
    "a name of numbers": (chain(image(), with_setting(DENSE, name=5)), '"name" is missing or of the wrong kind'),
    "a circle": (cycle("a", "b"), r'Layer "a" \(Add\): Its inputs do not exist, or.*Received: image, b'),
    "a circle of one": (cycle("a"), "form a cycle"),
    "a long circle": (cycle(*map(str, range(500))), "form a cycle"),
    "an input from nowhere": (called(tensor("nobody")), "Received: nobody"),
    "an output from nowhere": (graph(image(), ends=["nobody", 0, 0]), "Received: nobody"),
    "no outputs": (graph(image(), ends=[]), "Its inputs do not exist"),
    "a second output": (called(tensor("image", 0, 1)), "second output"),
    "a negative output": (called(tensor("image", 0, -1)), "second output"),
    "a call before the first": (called(tensor("image", -1)), "Received: image"),
    "two inputs": (
        graph(image(), image(name="b"), ends=["image", 0, 0], starts=[["image", 0, 0], ["b", 0, 0]]),
        "one inp",
    ),
    "an input in the middle": (chain(image(), graph(image(), image(name="b"), ends=["b", 0, 0])), "do not exist"),
    "a nested model of two inputs": (
        chain(image(), graph(image(), ends=["image", 0, 0], starts=[["image", 0, 0], ["b", 0, 0]])),
        "the wrong number of inputs",
    ),
    "an input that is none": (graph(image(), CONV, ends=["conv", 0, 0], starts=["conv", 0, 0]), "input size"),
    "a merge of one": (called(tensor("image"), kind="Add"), "takes 2 to 64 inputs. Received: 1"),
    "a layer of two": (called([tensor("image"), tensor("image")]), "takes 1 to 1 inputs. Received: 2"),
    "training in Keras 2": (
        keras_2(IMAGE_2, entry_2("BatchNormalization", "b", ["image", 0, 0, {"training": True}]), ends=[["b", 0, 0]]),
        "called with training=True",
    ),
    "text as an input": (called(tensor("image"), mask="os.system"), "neither another layer's output"),
    "an object as an input": (called({"class_name": "Popen", "config": {"args": "sh"}}), "Received: Popen"),
    "shared weights": (graph(image(2), TWICE, ends=["dense", 1, 0]), "several places with the same weights"),
    "a nested model twice": (
        graph(
            image(),
            chain(entry("ReLU", "r"), name="inner")
            | {"name": "inner", "inbound_nodes": TWICE["inbound_nodes"][:1] * 2},
            ends=["inner", 0, 0],
        ),
        "used only once here",
    ),
    "models within models": (deep(50), "more than 20 deep"),
    "not JSON": (b"{", "not JSON"),
    "nothing": (b"", "not JSON"),
    "no text": (b"\xff\xfe", "not JSON"),
    "brackets": (b"[" * 200_000, "nested too deeply"),
    "objects": (b'{"config":' * 100_000, "nested too deeply"),
    "a nested setting": (
        json.dumps(SMALL).encode().replace(b'"relu"', b"[" * 900 + b"]" * 900),
        "nested too deeply|Its activation",
    ),
}


@pytest.mark.parametrize(("config", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_descriptions(config: Any, words: str, described: Describe) -> None:
    with pytest.raises(ModelFileError, match=words) as caught:
        described(config)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1_000


def test_hard_sigmoid_of_keras_2_is_another_function(described: Describe) -> None:
    config = chain(image(), with_setting(CONV, activation="hard_sigmoid"))
    assert described(config, "3.0.0").network.layers[-1].layer == L.Conv2D(4, 3, activation="hard_sigmoid")
    with pytest.raises(ModelFileError, match="a different function in Keras 2"):
        described(config, "2.15.0")


# Refused files --------------------------------------------------------------------------------------------------------


def without(path: str) -> dict[str, Any]:
    return {other: values for other, values in SMALL_WEIGHTS.items() if other != path}


def instead(path: str, write: Callable[[h5py.File, str], None]) -> bytes:
    """Return the small file with something else in the place of one array."""

    def fill(file: h5py.File) -> None:
        for other, values in without(path).items():
            file[other] = values
        write(file, path)

    return keras_file(weights=fill)


FIRST = "layers/conv2d/vars/0"


def _virtual(file: h5py.File, path: str) -> None:
    layout = h5py.VirtualLayout(shape=KERNEL.shape, dtype="f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=KERNEL.shape)
    file.create_virtual_dataset(path, layout)


def _external_storage(file: h5py.File, path: str) -> None:
    file.create_dataset(path, shape=KERNEL.shape, dtype="f4", external=[("/etc/passwd", 0, KERNEL.nbytes)])


def _never_stored(file: h5py.File, path: str) -> None:
    file.create_dataset(path, shape=KERNEL.shape, dtype="f4", chunks=KERNEL.shape)


def _huge_chunk(file: h5py.File, path: str) -> None:
    big = file.create_dataset(path, shape=KERNEL.shape, dtype="f4", chunks=(3, 3, 3, 10**7), maxshape=(3, 3, 3, None))
    big.id.write_direct_chunk((0, 0, 0, 0), b"short")


def _pickled(file: h5py.File, path: str) -> None:
    pickled = file.create_dataset(path, KERNEL.shape, h5py.vlen_dtype(np.uint8))
    pickled[0, 0, 0, 0] = np.frombuffer(b"cos\nsystem\n", np.uint8)


def _put(make: Callable[[], Any]) -> Callable[[h5py.File, str], None]:
    def write(file: h5py.File, path: str) -> None:
        file[path] = make()

    return write


def bomb(size: int) -> bytes:
    """Return a zip with a description of `size` zeros, a thousandth of that in the file."""
    return zipped({"config.json": b"0" * size, "model.weights.h5": b""}, zipfile.ZIP_DEFLATED)


def lying_bomb(size: int) -> bytes:
    """Return a zip that says of its description to be small."""
    data = bytearray(bomb(size))
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        data[data.index(signature) + offset :][:4] = b""
        struct.pack_into("<I", data, data.index(signature) + offset, 100)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(keras_file())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        position = data.index(b"config.json", data.index(signature)) - (30 if offset == 6 else 46)
        data[position + offset] |= 1
    return bytes(data)


def duplicated() -> bytes:
    stream = io.BytesIO(keras_file())
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", b"{}")
    return stream.getvalue()


def attribute(value: Any) -> bytes:
    return hdf5(lambda file: file.attrs.__setitem__("model_config", value))


def nine_gigabytes() -> bytes:
    """Return a file of some kilobytes whose one matrix would take 9 GB."""
    config = chain(image(48_000), entry("Dense", "dense", units=48_000, use_bias=False))

    def fill(file: h5py.File) -> None:
        file.create_dataset("layers/dense/vars/0", shape=(48_000, 48_000), dtype="f4", chunks=(1_000, 1_000))

    return keras_file(config, fill)


def three_hundred_megabytes() -> bytes:
    """Return a small file with one matrix as large as any may be, of zeros that are packed very well."""
    config = chain(image(8_000), entry("Dense", "dense", units=9_000, use_bias=False))

    def fill(file: h5py.File) -> None:
        matrix = file.create_dataset(
            "layers/dense/vars/0", shape=(8_000, 9_000), dtype="f4", chunks=(1_000, 9_000), compression="gzip"
        )
        for row in range(0, 8_000, 1_000):
            matrix[row : row + 1_000] = 0

    return keras_file(config, fill)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "nor an ONNX model file. Received: 0 bytes"),
    "text": (lambda: b"import os", "bytes that begin with b'import o'"),
    "a pickle": (lambda: b"\x80\x04\x95\x00.", "Python pickle.*torch.onnx.export"),
    "an old file of PyTorch": (
        lambda: b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
        "PyTorch file.*torch.onnx.export",
    ),
    "a file of PyTorch": (
        lambda: zipped(
            {"net/data.pkl": b"cos\nsystem\n", "net/version": b"3"} | {f"net/data/{i}": b"" for i in range(99)}
        ),
        r"PyTorch file .\"net/data.pkl\".*torch.onnx.export",
    ),
    "weights of safetensors": (lambda: (64).to_bytes(8, "little") + b'{"conv.weight":', "only weights .safetensors"),
    "a pointer of Git LFS": (
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "Git LFS pointer.*git lfs pull",
    ),
    "a web page": (lambda: b"\n<!DOCTYPE html>\n<html lang=en>", "web page.*Download the file itself"),
    "TensorFlow Lite": (lambda: b"\x1c\0\0\0TFL3" + bytes(40), "TensorFlow Lite.*model.save"),
    "a graph of SavedModel": (lambda: b"\x08\x01\x12\xe9\x81\x03\n", "SavedModel.*model.save"),
    "a folder of SavedModel": (
        lambda: zipped({"m/saved_model.pb": b"", "m/variables/variables.index": b"", "m/fingerprint.pb": b""}),
        'SavedModel format ."m/saved_model.pb".*model.save',
    ),
    "a model in an archive": (
        lambda: zipped({"keras_model.h5": h5_file(), "labels.txt": b"0 Cat"}),
        'Unpack it and choose "keras_model.h5"',
    ),
    "another archive": (lambda: b"Rar!\x1a\x07\x01\0", "compressed archive. Unpack it"),
    "an empty zip": (lambda: zipped({}), "neither a Keras nor an ONNX model file"),
    "a plain zip": (lambda: zipped({"holiday.txt": b"sun"}), '"config.json" is missing'),
    "a zip of a description": (lambda: zipped({"config.json": b"{}"}), '"model.weights.h5" is missing'),
    "a truncated zip": (lambda: keras_file()[:-100], "damaged or incomplete"),
    "the beginning of a zip": (lambda: keras_file()[:100], "damaged or incomplete"),
    "too many members": (lambda: keras_file(members={f"m{i}": b"" for i in range(6)}), "Received: 9 files; at most 8"),
    "10,000 members": (lambda: zipped({f"m{i}": b"" for i in range(10_000)}), "Received: 10000 files"),
    "a path upwards": (lambda: keras_file(members={"../../evil.py": b""}), r'not allowed.*Received: "../../evil.py"'),
    "a path from the root": (lambda: keras_file(members={"/etc/cron.d/evil": b""}), "not allowed"),
    "a path of Windows": (lambda: keras_file(members={"C:\\evil": b""}), "not allowed"),
    "a name of control characters": (lambda: keras_file(members={"\x1b[2J": b""}), "not allowed"),
    "a member twice": (duplicated, 'occurs twice. Received: "config.json"'),
    "a bomb": (lambda: bomb(200 * MEGABYTE), 'config.json" would unpack to more than 50 times'),
    "a bomb that lies": (lambda: lying_bomb(200 * MEGABYTE), "damaged|too large|would unpack"),
    "a long description": (lambda: keras_file(b" " * (6 * MEGABYTE)), "config.json.*too large.*5,000,000 are read"),
    "an encrypted member": (encrypted, "encrypted"),
    "a member packed otherwise": (
        lambda: zipped({"config.json": b"{}", "model.weights.h5": b""}, zipfile.ZIP_LZMA),
        "packed in a way",
    ),
    "metadata that is none": (lambda: keras_file(members={"metadata.json": b"["}), "occurs twice|damaged"),
    "weights that are none": (
        lambda: zipped({"config.json": json.dumps(SMALL).encode(), "model.weights.h5": b"?"}),
        "dam",
    ),
    "truncated weights": (
        lambda: zipped({"config.json": json.dumps(SMALL).encode(), "model.weights.h5": hdf5(lambda file: None)[:300]}),
        "damaged",
    ),
    "truncated HDF5": (lambda: h5_file(weights=SMALL_H5)[:3_000], "damaged or incomplete"),
    "the beginning of HDF5": (lambda: h5_file()[:20], "damaged or incomplete"),
    "plain HDF5": (lambda: hdf5(lambda file: None), "holds no model"),
    "a description of numbers": (lambda: attribute(np.zeros(3)), 'The attribute "model_config"'),
    "a description of many texts": (lambda: attribute(["{}", "{}"]), 'The attribute "model_config"'),
    "an empty description": (lambda: attribute(h5py.Empty("S5")), "damaged|holds no model|model_config"),
    "a long description in HDF5": (lambda: attribute(" " * (6 * MEGABYTE)), 'The attribute "model_config"'),
    "9 GB": (nine_gigabytes, "too large. Received: 2,304,000,000 parameters; at most 75,000,000"),
    "300 MB of zeros": (three_hundred_megabytes, "would unpack to more than 50 times"),
    "no weights": (lambda: keras_file(weights={}), 'weights at "/layers" are missing'),
    "an array missing": (lambda: keras_file(weights=without(FIRST)), "Received: 1; 2 are needed"),
    "an array too many": (
        lambda: keras_file(weights={**SMALL_WEIGHTS, "layers/conv2d/vars/2": BIAS}),
        "Received: 3; 2 are needed",
    ),
    "another shape": (
        lambda: keras_file(weights={**SMALL_WEIGHTS, FIRST: KERNEL.swapaxes(2, 3)}),
        r'vars/0" do not have their layer.s shape.*Received: \(3, 3, 4, 3\); \(3, 3, 3, 4\)',
    ),
    "an enormous shape": (
        lambda: instead(FIRST, lambda file, path: file.create_dataset(path, (10**6, 10**6), "f4")),
        "shape",
    ),
    "NaN": (lambda: keras_file(weights={**SMALL_WEIGHTS, FIRST: KERNEL * np.nan}), "not finite"),
    "infinity": (lambda: keras_file(weights={**SMALL_WEIGHTS, FIRST: KERNEL * np.inf}), "not finite"),
    "too large for float32": (
        lambda: keras_file(weights={**SMALL_WEIGHTS, FIRST: np.full(KERNEL.shape, 1e300)}),
        "finite",
    ),
    "whole numbers": (lambda: keras_file(weights={**SMALL_WEIGHTS, FIRST: KERNEL.astype(int)}), "Received: int64"),
    "texts": (lambda: instead(FIRST, _put(lambda: np.full(KERNEL.shape, b"x"))), "not floating-point numbers"),
    "pickles": (lambda: instead(FIRST, _pickled), "not floating-point numbers.*Received: object"),
    "complex numbers": (
        lambda: keras_file(weights={**SMALL_WEIGHTS, FIRST: KERNEL.astype("c8")}),
        "Received: complex64",
    ),
    "a group": (
        lambda: instead(FIRST, lambda file, path: file.create_group(path)),
        '"layers/conv2d/vars/0" are missing',
    ),
    "a type": (lambda: instead(FIRST, _put(lambda: np.dtype("f4"))), "are missing"),
    "a soft link": (lambda: instead(FIRST, _put(lambda: h5py.SoftLink("/layers/dense/vars/0"))), "something elsewhere"),
    "a soft link to nowhere": (lambda: instead(FIRST, _put(lambda: h5py.SoftLink("/nowhere"))), "something elsewhere"),
    "an external link": (
        lambda: instead(FIRST, _put(lambda: h5py.ExternalLink("/etc/passwd", "/x"))),
        "something elsewhere",
    ),
    "a virtual data set": (lambda: instead(FIRST, _virtual), "something elsewhere"),
    "external storage": (lambda: instead(FIRST, _external_storage), "something elsewhere"),
    "nothing stored": (lambda: instead(FIRST, _never_stored), "would unpack to more than 50 times"),
    "an enormous chunk": (lambda: instead(FIRST, _huge_chunk), "would unpack|stopped|damaged"),
    "another filter": (
        lambda: instead(FIRST, lambda file, path: file.create_dataset(path, data=KERNEL, compression="lzf")),
        "packed in a way",
    ),
    "names of weights that lead away": (
        lambda: h5_file(
            weights={"conv": {"conv/kernel": KERNEL, "conv/bias": BIAS}, "dense": {"a/../a": MATRIX, "b": ROW}}
        ),
        "are missing|damaged",
    ),
    "no names of weights": (lambda: h5_file(weights={**SMALL_H5, "conv": {}}), "Received: 0; 2 are needed"),
    "no layer of this name": (
        lambda: h5_file(weights={"dense": SMALL_H5["dense"]}),
        '"/model_weights/conv" are missing',
    ),
}


@pytest.mark.parametrize(("make", "words"), HOSTILE.values(), ids=HOSTILE)
def test_refused_files(make: Callable[[], bytes], words: str) -> None:
    sentence = refusal(make())
    assert re.search(words, sentence), sentence


def test_files_that_are_too_large_are_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LARGEST_FILE", 1_000)
    assert "The file is too large" in refusal(keras_file())


@pytest.mark.parametrize("make", [keras_file, lambda: h5_file(weights=SMALL_H5)], ids=["keras", "h5"])
def test_damage_at_any_place_is_noticed_or_does_not_matter(make: Callable[[], bytes]) -> None:
    whole = make()
    places = np.random.default_rng(1).integers(8, len(whole), 12)
    for place in places:
        data = bytearray(whole)
        data[place : place + 4] = b"\xff" * 4
        with contextlib.suppress(ModelFileError):
            assert read_model_file(bytes(data)).network.layers


# The process that is thrown away --------------------------------------------------------------------------------------


def run(program: str) -> str:
    """Return what a Python program writes, run where the package can be found."""
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_reader_imports_numpy_h5py_and_what_limits_it_only() -> None:
    tree = ast.parse(Path(reader.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in names if name.split(".")[0] not in sys.stdlib_module_names} == {
        "numpy",
        "h5py",
        "cnn_core.disposable",
    }


def test_reading_needs_neither_keras_nor_hdf5_in_this_process() -> None:
    program = """
        import sys
        from pathlib import Path
        from cnn_core.model_file import read_model_file
        read_model_file(Path("cnn_core/data/models/mnist.keras").read_bytes())
        print([name for name in ("keras", "tensorflow", "h5py") if name in sys.modules])
    """
    assert run(program) == "[]\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems limit less")
def test_the_limits_of_the_reader() -> None:
    program = """
        import socket, sys
        import numpy as np
        from cnn_core.disposable import limit_itself
        from cnn_core.model_file.reader import MEMORY, SECONDS
        assert limit_itself(MEMORY, SECONDS) == []
        def fails(action):
            try:
                action()
            except (OSError, MemoryError) as error:
                return type(error).__name__
        print(fails(lambda: open("README.md")), fails(lambda: open("/tmp/written", "w")), fails(socket.socket))
        print(fails(lambda: np.ones(3 * 2**28)), fails(lambda: bytearray(2**31)))
    """
    assert run(program).split() == ["OSError"] * 3 + ["MemoryError"] * 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems limit less")
def test_the_reader_says_that_it_limited_itself() -> None:
    assert read_model_file(keras_file()).unlimited == ()


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], str]:
    """Return a function that puts another script in the reader's place and returns the refusal."""

    def run_instead(script: str) -> str:
        path = tmp_path / "reader.py"
        path.write_text(textwrap.dedent(script), encoding="utf-8")
        monkeypatch.setattr(sandbox, "_SCRIPT", path)
        return refusal(keras_file())

    return run_instead


@pytest.mark.parametrize(
    "script",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "",
        "print('{')",
        "print('[' * 90_000)",
        "print('x' * 10_000_000)",
        "print('[1, 2]')",
        "print('{}')",
        """print('{"size": 100, "version": "3", "unlimited": []}')""",
        """print('{"size": 9000000000, "version": "3", "unlimited": []}')""",
        """print('{"size": -1, "version": "3", "unlimited": []}')""",
        """print('{"refused": "no such reason", "place": {"a": 1}}')""",
    ],
)
def test_a_reader_gone_wrong_is_not_trusted(script: str, scripted: Callable[[str], str]) -> None:
    sentence = scripted(script)
    assert "Reading the file was stopped" in sentence
    assert "Save the model again with model.save()" in sentence


def test_a_reader_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch, scripted: Callable[[str], str]) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    assert "too much memory or time" in scripted("import time; time.sleep(100)")


def test_a_reader_that_does_not_start_is_told_apart(scripted: Callable[[str], str]) -> None:
    assert "cannot be started" in scripted("import no_such_library")


def test_the_reader_gets_no_secrets(monkeypatch: pytest.MonkeyPatch, scripted: Callable[[str], str]) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    script = """
        import json, os, sys
        print(json.dumps({"refused": "large", "place": " ".join(sorted(os.environ))}))
    """
    sentence = scripted(script)
    assert "HDF5_PLUGIN_PRELOAD" in sentence
    assert "SECRET_TOKEN" not in sentence


@pytest.mark.skipif(sys.platform != "linux", reason="counts kilobytes as Linux does")
def test_traps_cost_little_memory_and_time() -> None:
    """Also in this process: what a file says of itself is never believed."""
    program = """
        import sys, time
        from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
        sys.path[:0] = ["tests", "tests/model_file"]
        import test_model_file as files
        from cnn_core.model_file import read_model_file
        made = [files.bomb(200 * 2**20), files.lying_bomb(200 * 2**20), files.nine_gigabytes()]
        made += [files.three_hundred_megabytes(), files.instead(files.FIRST, files._huge_chunk)]
        made += [files.keras_file(b"[" * 4_900_000), files.keras_file(b"[" + b"[]," * 1_600_000 + b"0]")]
        before, start = getrusage(RUSAGE_SELF).ru_maxrss, time.perf_counter()
        for data in made:
            try:
                read_model_file(data)
            except files.ModelFileError:
                continue
            print("opened")
        print(getrusage(RUSAGE_SELF).ru_maxrss - before, getrusage(RUSAGE_CHILDREN).ru_maxrss)
        print(time.perf_counter() - start)
    """
    first, second = run(program).splitlines()
    here, child = (int(kilobytes) / 1024 for kilobytes in first.split())
    assert here < 100
    assert child < 400
    assert float(second) < 60
