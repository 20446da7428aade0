"""Building blocks: networks put together of them have the parameters that their papers' authors published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import Dense, GlobalAveragePooling2D, Input
from cnn_core.network import editing
from cnn_core.network.blocks import (
    BLOCKS,
    Bottleneck,
    BuildingBlock,
    DepthwiseSeparable,
    Inception,
    InvertedResidual,
    Residual,
    SqueezeExcite,
    UNetStage,
    insert_block,
)
from cnn_core.network.line import read_line, write_line
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize


def stacked(stem: str, blocks: list[BuildingBlock], head: str) -> Network:
    """Return a network of a beginning, blocks and an end, each as lines of text."""
    network = read_line(stem)
    for block in blocks:
        network = insert_block(network, network.layers[-1].name, block)
    return editing.splice(network, network.layers[-1].name, read_line(head))


def halving(kind: type[BuildingBlock], filters: int, times: int, first: int) -> list[BuildingBlock]:
    return [kind(filters=filters, strides=first if number == 0 else 1) for number in range(times)]  # type: ignore[call-arg]


STEM = "224x224x3-C64k7s2nblin-B-R-P3s2same"


@pytest.mark.parametrize(
    ("kind", "times", "trainable"),
    # torchvision's published counts (torchvision.models, num_params); its batch normalizations count two weights each.
    [
        (Residual, (2, 2, 2, 2), 11_689_512),
        (Residual, (3, 4, 6, 3), 21_797_672),
        (Bottleneck, (3, 4, 6, 3), 25_557_032),
    ],
    ids=["ResNet-18", "ResNet-34", "ResNet-50"],
)
def test_resnets(kind: type[BuildingBlock], times: tuple[int, ...], trainable: int) -> None:
    stages = zip((64, 128, 256, 512), times, (1, 2, 2, 2), strict=True)
    blocks = [block for filters, count, first in stages for block in halving(kind, filters, count, first)]
    summary = summarize(stacked(STEM, blocks, "GA-D1000sm"))
    assert summary.trainable == trainable
    assert summary.rows[-3].output_shape[:2] == (7, 7)


def test_mobilenet_v2() -> None:
    """Table 2 of arXiv:1801.04381; 3,504,872 are torchvision's, and those of our preset that a training changes."""
    table = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    blocks: list[BuildingBlock] = [
        InvertedResidual(filters, expansion, strides if number == 0 else 1)
        for expansion, filters, times, strides in table
        for number in range(times)
    ]
    summary = summarize(stacked("224x224x3-C32s2nblin-B-relu6", blocks, "C1280k1nblin-B-relu6-GA-D1000sm"))
    assert summary.trainable == summarize(preset("mobilenet_v2").make()).trainable == 3_504_872
    assert summary.multiply_adds == summarize(preset("mobilenet_v2").make()).multiply_adds


def test_mobilenet_v1() -> None:
    """Table 1 of arXiv:1704.04861; 4,231,976 are those of keras.applications.MobileNet without moving statistics."""
    rows = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    blocks: list[BuildingBlock] = [DepthwiseSeparable(filters, strides) for filters, strides in rows]
    summary = summarize(stacked("224x224x3-C32s2nblin-B-R", blocks, "GA-D1000sm"))
    assert summary.trainable == 4_231_976


def test_u_net() -> None:
    """Figure 1 of arXiv:1505.04597 counted by hand: 3×3 convolutions in pairs, 2×2 on the way up, biases everywhere."""

    def pair(inputs: int, filters: int) -> int:
        return 9 * inputs * filters + filters + 9 * filters * filters + filters

    down = [pair(inputs, filters) for inputs, filters in [(1, 64), (64, 128), (128, 256), (256, 512), (512, 1024)]]
    up = [4 * 2 * filters * filters + filters + pair(2 * filters, filters) for filters in (512, 256, 128, 64)]
    summary = summarize(stacked("128x128x1", [UNetStage(64, 4)], "C1k1sigmoid"))
    assert summary.parameters == sum(down) + sum(up) + 64 + 1 == 31_030_593
    assert summary.rows[-1].output_shape == (128, 128, 1)
    assert sum(row.kind == "Concatenate" for row in summary.rows) == 4
    assert (
        sum(row.kind == "Concatenate" for row in summarize(stacked("32x32x1", [UNetStage(8, 4, False)], "C1k1")).rows)
        == 0
    )


def test_squeeze_excite_has_the_paper_s_parameters() -> None:
    """Equation 5 of arXiv:1709.01507: 2 C² / r, and here the biases of both layers."""
    network = insert_block(read_line("16x16x64"), "input", SqueezeExcite(16))
    assert summarize(network).parameters == 2 * 64 * 64 // 16 + 4 + 64
    assert summarize(network).rows[-1].output_shape == (16, 16, 64)


def test_inception_puts_four_ways_side_by_side() -> None:
    network = insert_block(read_line("16x16x64"), "input", Inception(32))
    assert summarize(network).rows[-1].output_shape == (16, 16, 4 * 32)
    assert len(network.layers[-1].inputs) == 4


@pytest.mark.parametrize("name", BLOCKS)
@given(channels=st.integers(1, 9), times=st.integers(1, 3))
def test_any_block_stands_several_times_anywhere(name: str, channels: int, times: int) -> None:
    network = read_line(f"16x16x3-C{channels}-R-GA-D10sm")
    longer = insert_block(network, "conv2d", BLOCKS[name](), times)
    summary = summarize(longer)
    assert summary.rows[-1].output_shape == (10,)
    assert read_line(write_line(longer)).layers == longer.layers
    # What was below the place now stands on the last block.
    below = editing.place(longer, "activation")
    assert editing.sources(longer, below) == (longer.layers[below - 1].name,)


def test_what_is_refused() -> None:
    with pytest.raises(NetworkError, match="needs maps"):
        insert_block(Network.of(Input((8, 8, 3)), GlobalAveragePooling2D(), Dense(3)), "dense", Residual())
    with pytest.raises(LayerError, match="at most 6 stages"):
        UNetStage(8, 7)
    with pytest.raises(LayerError, match="filters must be a whole number"):
        Residual(0)
    with pytest.raises(NetworkError, match="at most 2000 layers"):
        insert_block(read_line("8x8x8-C8"), "conv2d", Residual(8), 500)


# Parts of networks, as they are copied and pasted ---------------------------------------------------------------------


def test_a_part_goes_from_one_design_to_another() -> None:
    source = read_line("32x32x3-C16-B-R-P2-C32-F-D10sm")
    part = editing.part_of(source, {"conv2d", "batch_normalization", "activation"})
    assert write_line(part) == "32x32x3-C16-B-R"
    pasted = editing.splice(read_line("28x28x1-C8-F-D10sm"), "conv2d", part)
    assert write_line(pasted) == "28x28x1-C8-C16-B-R-F-D10sm"


def test_a_part_with_branches_keeps_them() -> None:
    network = insert_block(read_line("16x16x8-C8-F-D10sm"), "conv2d", Residual(8))
    block = [named.name for named in network.layers if named.name not in ("input", "conv2d", "flatten", "dense")]
    part = editing.part_of(network, block)
    assert write_line(part, names=False) == "16x16x8 -> C8nblin-B-R-C8nblin-B | -> +-R"
    doubled = editing.splice(network, block[-1], part)
    assert write_line(doubled).count("| -> +") == 2


def test_names_of_their_own_stay_where_they_are_free() -> None:
    part = read_line("8x8x3-first=C8-second=C8")
    once = editing.splice(read_line("8x8x3-C4"), "conv2d", part)
    twice = editing.splice(once, "second", part)
    assert [named.name for named in once.layers] == ["input", "conv2d", "first", "second"]
    assert [named.name for named in twice.layers][-2:] == ["conv2d_1", "conv2d_2"]
