"""Operations of Keras 2 as its files hold them, written by hand as tf_keras 2.21 writes them."""

from typing import Any

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
        ("reshape", {"shape": [8, -1]}, "pictures of a batch apart"),
        ("reshape", {"shape": [-1, 7]}, "Reshape keeps every value"),
        ("__operators__.getitem", {"slice_spec": [0]}, "cannot be taken here"),
        ("__operators__.getitem", {"slice_spec": [ALL] * 5}, "cannot be taken here"),
        ("__operators__.getitem", {"slice_spec": [ALL, {"start": "a"}]}, "cannot be taken here"),
        ("__operators__.getitem", {"slice_spec": [ALL, {"start": 10**30}]}, "must be a slice"),
        ("__operators__.getitem", {"slice_spec": [ALL, {"step": -1}]}, "must be a slice"),
        ("__operators__.getitem", {"slice_spec": [ALL, {"start": 8}]}, "leaves nothing"),
        ("image.resize", {"size": "large"}, "height must be"),
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
