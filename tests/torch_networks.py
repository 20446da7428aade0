"""Networks whose PyTorch code is run: the presets, and one small network for each kind with each of its odd settings.

`PYTHONPATH=. python tests/torch_networks.py` runs it and writes down what it gave. That needs PyTorch and nothing else;
the tests hold the record against the summaries where PyTorch is not installed, for they know each code by its digest.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from cnn_core.layers import Input
from cnn_core.network.blocks import BLOCKS, insert_block
from cnn_core.network.code.torch_code import torch_code
from cnn_core.network.line import read_line
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS

RECORD = Path(__file__).with_name("network") / "torch.json"

LINES = (
    "9x11x4-C6k2same",
    "9x11x4-C6k3x5s2x1v-R",
    "10x9x4-C6k3s2-sigmoid",
    "9x11x4-C8k3d2g2nbgelu",
    "9x11x4-Conv2D(filters=3, kernel_size=3, padding=((0, 2), (1, 0)))",
    "9x11x4-C3k3p1x2",
    "9x11x4-DW3s2m2lin",
    "10x10x4-DW4v-S7k3m2nb",
    "10x10x4-S5k2s2d1softplus",
    "5x6x4-T3k3s2",
    "5x6x4-T3k3s2v",
    "5x6x4-T3k2s3v-B",
    "5x6x4-T3k4s1x1nb",
    "5x6x4-T3k5s2same",
    "5x6x4-T3k2s3same",
    "9x11x4-P3s2same-P2",
    "9x10x4-P2x3same",
    "9x11x4-A3s2same",
    "10x10x4-A3s2same",
    "10x10x4-A3s1same-A2",
    "9x11x4-GAkeep-GM",
    "9x11x4-GMkeep-GA",
    "4x5x3-U2x3",
    "4x5x3-U2bilinear-Z1x2",
    "4x5x3-Resizing(height=7, width=3)-Resizing(height=9, width=9, interpolation='nearest')",
    "8x8x3-ZeroPadding2D(padding=((1, 0), (0, 2)))-Cropping2D(cropping=((1, 2), (0, 1)))",
    "8x8x4-BatchNormalization(momentum=0.9, epsilon=0.01)-LayerNormalization-GroupNormalization(groups=2)",
    "8x8x4-BatchNormalization(center=False, scale=False)-LayerNormalization(center=False, scale=False)",
    "8x8x3-Rescaling-LayerScale(initial_value=0.5)-PReLU(shared_axes=(1, 2))-PReLU",
    "8x8x3-Activation(activation='leaky_relu', slope=0.1)-elu-selu-silu-hard_silu-hard_sigmoid-mish-tanh-softsign",
    "8x8x3-exponential-relu6-leaky_relu-softmax",
    "8x8x3-DO0.2-SpatialDropout2D(rate=0.1)-RandomFlip-F-B-D7-LayerNormalization-D3sm",
    "8x8x3-D5-Reshape(target_shape=(4, 16, 5))-Permute(dims=(3, 1, 2))-F-Reshape(target_shape=(20, 16, 1))",
    "I12-D7nb-R-D3sigmoid",
    "8x8x3-C4 -> C4lin | C4k1 | -> +-R",
    "8x8x3 -> C4lin | C4k1 -> Average",
    "8x8x3 -> C4lin | C4k1 | C4k5 -> Maximum",
    "8x8x3 -> C4lin | C4k1 | C4k5 -> Minimum",
    "8x8x3 -> C4lin | C4k1 -> Subtract",
    "8x8x3 -> C4lin | C2k1 | C4k5 -> &",
    "8x8x3-C4! -> C4lin | GAkeep -> *-GA-D2sm",
    "8x8x3-type=C4-import=C4-F-x=D3-two=D4[import]",
)


def torch_networks() -> dict[str, Network]:
    """Return the networks by name."""
    blocks = {
        f"block {name}": insert_block(read_line("16x16x8-C8"), "conv2d", kind(), 2) for name, kind in BLOCKS.items()
    }
    return {known.key: known.make() for known in PRESETS} | {line: read_line(line) for line in LINES} | blocks


def digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()[:16]


def ran(code: str, input_shape: tuple[int, ...]) -> dict[str, Any]:
    """Return how many values the state of the model in this code has, how many are trained, and its outputs' shapes."""
    import torch  # type: ignore[import-not-found]

    names: dict[str, Any] = {}
    exec(compile(code, "<code>", "exec"), names)
    model = names["model"].eval()
    height_last = (input_shape[-1], *input_shape[:-1])
    with torch.no_grad():
        outputs = model(torch.rand(2, *height_last))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    state = {name: value for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    return {
        "code": digest(code),
        "parameters": sum(value.numel() for value in state.values()),
        "trainable": sum(value.numel() for value in model.parameters() if value.requires_grad),
        "outputs": [[*output.shape[2:], output.shape[1]] for output in outputs],
    }


def main() -> None:
    record = {}
    for name, network in torch_networks().items():
        first = network.layers[0].layer
        assert isinstance(first, Input)
        record[name] = ran(torch_code(network), first.shape)
    lines = ",\n".join(f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(one)}" for name, one in record.items())
    RECORD.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
