"""Operations of Keras 2 as its files hold them, written by hand as tf_keras 2.21 writes them."""

from typing import Any

import numpy as np
import pytest
from model_files import IMAGE_2, entry_2, h5_file, keras_2

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import ModelFileError
from cnn_core.model_file import read_model_file

ALL = {"start": None, "stop": None, "step": None}


def operation(function: str, **arguments: Any) -> dict[str, Any]:
    """Return an operation on the image of 8×8×3; it stands in no list of its own, as tf_keras has it."""
    kind = "SlicingOpLambda" if "getitem" in function else "TFOpLambda"
    entry = entry_2(kind, "op", function=function)
    return entry | {"inbound_nodes": [["image", 0, 0, arguments]]}


def layers_of(*entries: dict[str, Any], weights: dict[str, Any] | None = None) -> list[L.Layer]:
    config = keras_2(IMAGE_2, *entries, ends=[[entries[-1]["name"], 0, 0]])
    network = read_model_file(h5_file(config, weights or {}, "2.15.0")).network
    return [named.layer for named in network.layers[1:]]


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("math.reduce_mean", {"axis": -1, "keepdims": True}, [L.ReduceMean(3, True)]),
        ("math.reduce_mean", {"axis": [1, 2]}, [L.GlobalAveragePooling2D()]),
        ("math.reduce_max", {"axis": 3, "name": None}, [L.ReduceMax(3)]),
        ("math.reduce_sum", {"axis": [2]}, [L.ReduceMean(2), L.Rescaling(8, 0)]),
        ("reshape", {"shape": [-1, 64, 3]}, [L.Reshape((64, 3))]),
        (
            "compat.v1.transpose",
            {"perm": [0, 2, 1, 3], "name": "transpose", "conjugate": False},
            [L.Permute((2, 1, 3))],
        ),
        ("nn.leaky_relu", {"alpha": 0.3}, [L.Activation("leaky_relu", 0.3)]),
        ("nn.leaky_relu", {}, [L.Activation("leaky_relu")]),
        ("image.resize", {"size": [4, 5]}, [L.Resizing(4, 5)]),
        (
            "nn.bias_add",
            {"bias": [-103.939, -116.779, -123.68], "data_format": "NHWC", "name": None},
            [L.Normalization((103.939, 116.779, 123.68), (1.0, 1.0, 1.0))],
        ),
        ("math.minimum", {"y": ["image", 0, 0], "name": None}, [L.Minimum()]),
        ("__operators__.getitem", {"slice_spec": [ALL, ALL | {"start": 1}]}, [L.Slice(rows="1:")]),
        (
            "__operators__.getitem",
            {"slice_spec": [{"class_name": "__ellipsis__"}, 0]},
            [L.Slice(channels="0:1"), L.Reshape((8, 8))],
        ),
    ],
)
def test_arguments_beside_the_output(function: str, arguments: dict[str, Any], expected: list[L.Layer]) -> None:
    assert layers_of(operation(function, **arguments)) == expected


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        ("math.reduce_mean", {}, "whole pictures of a batch"),
        ("math.reduce_mean", {"axis": [0, 1]}, "whole pictures of a batch"),
        ("math.reduce_mean", {"axis": True}, "whole pictures of a batch"),
        ("math.reduce_max", {"axis": [[1]]}, "whole pictures of a batch"),
        ("math.reduce_max", {"axis": 10**30}, "whole pictures of a batch"),
        ("reshape", {"shape": [8, -1]}, "splits up the pictures of a batch"),
        ("reshape", {"shape": [-1, 7]}, "Reshape keeps every value"),
        ("__operators__.getitem", {"slice_spec": [0]}, "is not supported here"),
        ("__operators__.getitem", {"slice_spec": [ALL] * 5}, "is not supported here"),
        ("__operators__.getitem", {"slice_spec": [ALL, {"start": "a"}]}, "is not supported here"),
        ("__operators__.getitem", {"slice_spec": [ALL, {"start": 10**30}]}, "must be a slice"),
        ("__operators__.getitem", {"slice_spec": [ALL, {"step": -1}]}, "must be a slice"),
        ("__operators__.getitem", {"slice_spec": [ALL, {"start": 8}]}, "leaves nothing"),
        ("image.resize", {"size": "large"}, "height must be"),
        ("nn.bias_add", {"bias": ["image", 0, 0]}, "Only numbers up to"),
        ("nn.bias_add", {"bias": [1, 2]}, "2 numbers for 3 channels"),
        ("nn.bias_add", {"bias": [1, 2, 3], "data_format": "NCHW"}, "data_format must be"),
        ("py_function", {}, "TFOpLambda"),
    ],
)
def test_what_cannot_be_read_is_refused(function: str, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelFileError, match=rf'Layer "op" .*{words}'):
        layers_of(operation(function, **arguments))


def test_a_crop_at_random_cuts_to_the_ratio_as_keras_2_does() -> None:
    crop = entry_2("RandomCrop", "crop", "image", height=4, width=6, rng_type="stateful")
    assert layers_of(crop) == [L.Resizing(4, 6, crop_to_aspect_ratio=True)]


def test_what_is_called_for_training() -> None:
    for_training = ["image", 0, 0, {"training": True}]
    assert layers_of(entry_2("Dropout", "drop", for_training, rate=0.5)) == [L.Dropout(0.5)]
    with pytest.raises(ModelFileError, match=r'Layer "norm" .*called with training=True'):
        layers_of(entry_2("BatchNormalization", "norm", for_training, axis=[3]))


@pytest.mark.keras
def test_preprocess_input_of_vgg_gives_what_keras_gives() -> None:
    """Keras 2 wrote it as a slice of the channels and the means added."""
    import keras

    import cnn_core

    backwards = entry_2("SlicingOpLambda", "bgr", function="__operators__.getitem")
    key = {"slice_spec": [{"class_name": "__ellipsis__"}, ALL | {"step": -1}]}
    means = {"bias": [-103.939, -116.779, -123.68], "data_format": "NHWC"}
    added = entry_2("TFOpLambda", "means", function="nn.bias_add") | {"inbound_nodes": [["bgr", 0, 0, means]]}
    config = keras_2(IMAGE_2, backwards | {"inbound_nodes": [["image", 0, 0, key]]}, added, ends=[["means", 0, 0]])
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 8, 8, 3)).astype(np.float32)
    opened = cnn_core.open_model(h5_file(config, {}, "2.15.0"))
    expected = keras.applications.vgg16.preprocess_input(pixels.copy())
    np.testing.assert_allclose(np.asarray(opened.model(pixels)), expected, rtol=0, atol=1e-5)
