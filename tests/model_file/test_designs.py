"""A network of ours as a model file: a description without weights."""

import pytest

from cnn_core.errors import ModelFileError
from cnn_core.layers import Conv2D, Dense, Input
from cnn_core.model_file import is_design, is_model, read_model_file
from cnn_core.network.network import Network
from cnn_core.network.presets import preset


@pytest.mark.parametrize("key", ["mnist", "resnet_20"])
def test_a_design_is_read_as_it_is_and_has_no_weights(key: str) -> None:
    network = preset(key).make()
    data = network.to_json().encode()
    file = read_model_file(data)
    assert file.network == network
    assert file.outputs == network.output_names()
    assert (file.weights, file.has_weights) == ({}, False)
    assert is_design(data)
    assert not is_model(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (Network.of(Input((9, 9, 1)), Conv2D(1, 40)).to_json().encode(), "larger than its input"),
        (Network.of(Input((90_000,)), Dense(90_000)).to_json().encode(), "too large"),
        (b'{"format": "convscope-network", "version": 9, "layers": []}', "version 1"),
        (b'{"format": "convscope-network", "version": 1, "layers": []}', "begins with an Input"),
    ],
)
def test_a_design_that_cannot_be_opened_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ModelFileError, match=said):
        read_model_file(data)
