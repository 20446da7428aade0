"""The PyTorch code of a network: run where PyTorch is installed, else held against what it gave when it was."""

import json
from importlib.util import find_spec
from typing import Any

import pytest
from torch_networks import RECORD, digest, ran, torch_networks

from cnn_core.errors import NetworkError
from cnn_core.layers import KINDS, Group, Layer, MaxPooling2D
from cnn_core.network.code.torch_code import torch_code, torch_layer
from cnn_core.network.line import read_line
from cnn_core.network.summary import summarize

NETWORKS = torch_networks()
RECORDED: dict[str, dict[str, Any]] = json.loads(RECORD.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NETWORKS)
def test_what_pytorch_made_of_it_is_what_the_summary_says(name: str) -> None:
    network = NETWORKS[name]
    code, summary = torch_code(network), summarize(network)
    made = ran(code, summary.rows[0].output_shape) if find_spec("torch") else RECORDED[name]
    assert made["code"] == digest(code), "the code is another one: run tests/torch_networks.py where PyTorch is"
    assert made["parameters"] == summary.parameters
    shapes = {row.name: row.output_shape for row in summary.rows}
    assert [tuple(shape) for shape in made["outputs"]] == [shapes[output] for output in network.output_names()]
    # Statistics are no parameters in PyTorch; what is frozen is not trained there either.
    assert made["trainable"] == summary.trainable


def test_every_kind_is_written_or_refused_by_name() -> None:
    written = {named.kind for network in NETWORKS.values() for named in network.layers}
    for name, kind in KINDS.items():
        if name not in written and kind.group is not Group.AUGMENTATION:
            with pytest.raises(NetworkError, match=f"{name} cannot be written as PyTorch code"):
                torch_layer(_any(kind), (4, 4, 4), (4, 4, 4), (4, 4, 4))


def _any(kind: type[Layer]) -> Layer:
    values = {setting: rule.default for setting, rule in kind.settings().items() if not rule.required}
    return kind(**values | dict(kind.starter))


def test_what_pytorch_cannot_say_is_refused() -> None:
    with pytest.raises(NetworkError, match="BatchNormalization cannot be written"):
        torch_code(read_line("8x8x3-BatchNormalization(scale=False)"))
    with pytest.raises(NetworkError, match="window is larger"):
        torch_code(read_line("4x4x3-C3k7v"))


def test_padding_of_a_pool_is_no_value() -> None:
    code = torch_code(read_line("9x10x4-P2same"))
    assert 'value=float("-inf")' in code
    assert isinstance(read_line("9x10x4-P2same").layers[-1].layer, MaxPooling2D)
