"""Long networks folded: by their authors' names, else where all paths meet; nothing lost, nothing moved."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import fitting_networks

from cnn_core.layers import Activation, Add, BatchNormalization, Concatenate, Conv2D, Dense, Input
from cnn_core.models.bundled import bundled_network
from cnn_core.network.folding import SHORT, Block, fold
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, Preset, preset
from cnn_core.network.summary import Row, summarize


def rows_of(network: Network) -> tuple[Row, ...]:
    return summarize(network).rows


def joined(blocks: tuple[Block, ...]) -> tuple[Row, ...]:
    return tuple(row for block in blocks for row in block.rows)


def names(block: Block) -> list[str]:
    return [row.name for row in block.rows]


def without_names(network: Network) -> Network:
    """Return the network with names that say nothing of blocks."""
    new = {named.name: f"layer_{i}" for i, named in enumerate(network.layers)}
    return Network(
        tuple(
            NamedLayer(new[named.name], named.layer, tuple(new[source] for source in named.inputs))
            for named in network.layers
        )
    )


@pytest.mark.parametrize("preset_", PRESETS, ids=lambda preset_: preset_.key)
def test_no_row_is_lost_or_moved(preset_: Preset) -> None:
    for network in (preset_.make(), without_names(preset_.make())):
        rows = rows_of(network)
        blocks = fold(rows)
        assert joined(blocks) == rows
        assert sum(block.parameters for block in blocks) == summarize(network).parameters


@pytest.mark.parametrize("count", [1, 2, SHORT])
def test_a_short_network_stays_as_it_is(count: int) -> None:
    rows = rows_of(
        Network.of(Input((8, 8, 1)), *[NamedLayer(f"block_{i}_relu", Activation()) for i in range(1, count)])
    )
    assert fold(rows) == tuple(Block(row.name, (row,)) for row in rows)


def test_one_layer_more_than_short_is_folded() -> None:
    layers = [NamedLayer(f"block_{i // 4}_relu{i}", Activation()) for i in range(SHORT)]
    blocks = fold(rows_of(Network.of(Input((8, 8, 1)), *layers)))
    assert [(block.title, len(block.rows)) for block in blocks] == [
        ("input", 1),
        *[(f"block_{i}", 4) for i in range(SHORT // 4)],
    ]


def test_mobilenet_v2_is_seventeen_named_blocks() -> None:
    """Seventeen inverted residual blocks: Sandler et al., arXiv:1801.04381, table 2."""
    blocks = fold(rows_of(bundled_network("mobilenet_v2")))
    folded = [block for block in blocks if len(block.rows) > 1]
    assert [block.title for block in folded] == ["expanded_conv", *[f"block_{i}" for i in range(1, 17)]]
    for block in folded:
        assert all(name.startswith(f"{block.title}_") for name in names(block))
        assert names(block)[-1].endswith(("_add", "_project_BN"))
    assert len(blocks) < 30


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("block_3_expand", "block_3"),
        ("block3_conv1", "block3"),
        ("conv4_block2_1_conv", "conv4_block2"),
        ("block2b_se_reduce", "block2b"),
        ("expanded_conv_depthwise", "expanded_conv"),
        ("expanded_conv_7_depthwise", "expanded_conv_7"),
        ("block_3", "block_3"),
        ("base.block_1.conv", "base.block_1"),
        ("blockade", None),
        ("conv2d_3", None),
    ],
)
def test_what_counts_as_a_blocks_name(name: str, title: str | None) -> None:
    others = [NamedLayer(f"block_99_{i}", Activation()) for i in range(SHORT)]
    blocks = fold(rows_of(Network.of(Input((8, 8, 1)), NamedLayer(name, Activation()), *others)))
    assert blocks[1].title == (title or name)


def test_residual_blocks_without_names_are_one_piece_each() -> None:
    """ResNet-20 has nine of them (He et al., arXiv:1512.03385, section 4.2)."""
    known = rows_of(preset("resnet_20").make())
    rows = rows_of(without_names(preset("resnet_20").make()))
    own_name = {row.name: own.name for row, own in zip(rows, known, strict=True)}
    pieces = [{own_name[name] for name in names(block)} for block in fold(rows)]
    for title in [f"conv{stage}_block{i}" for stage in (2, 3, 4) for i in (1, 2, 3)]:
        whole = {row.name for row in known if row.name.startswith(f"{title}_")}
        assert len(whole) >= 7
        assert [piece for piece in pieces if whole <= piece], title
    assert all(sum(name.endswith("_add") for name in piece) <= 1 for piece in pieces)


def test_a_piece_is_called_by_what_joins_its_paths() -> None:
    rows = rows_of(without_names(preset("resnet_20").make()))
    sums = [row.name for row in rows if len(row.sources) > 1]
    assert [block.title for block in fold(rows) if any(name in sums for name in names(block))] == sums


def test_what_stands_between_two_layers_of_a_block_is_in_it() -> None:
    """MobileNetV3 in Keras leaves its activations without the block's name."""
    order = ("expanded_conv_{}_expand", "re_lu_{}", "expanded_conv_{}_project")
    chain = [name.format(i) for i in range(9) for name in order]
    layers = [NamedLayer(name, Activation()) for name in chain]
    blocks = fold(rows_of(Network.of(Input((8, 8, 1)), *layers)))
    assert [(block.title, len(block.rows)) for block in blocks] == [
        ("input", 1),
        *[(f"expanded_conv_{i}", 3) for i in range(9)],
    ]


def test_a_plain_chain_begins_a_piece_with_each_weighted_layer() -> None:
    convolutions = [layer for _ in range(10) for layer in (Conv2D(2, 1), BatchNormalization(), Activation())]
    blocks = fold(rows_of(Network.of(Input((4, 4, 1)), *convolutions, Dense(2))))
    kinds = [[row.kind for row in block.rows] for block in blocks]
    assert kinds == [["Input"], *[["Conv2D", "BatchNormalization", "Activation"]] * 10, ["Dense"]]


def lengthened(network: Network) -> Network:
    """Return the network with layers at its end, so that it is too long to be shown whole."""
    return Network(network.layers + tuple(NamedLayer(f"more_{i}", Activation()) for i in range(SHORT)))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(fitting_networks(kinds=(Conv2D, Activation, Add, Concatenate), shape=st.just((3, 3, 2)), most_layers=16))
def test_a_piece_takes_its_input_from_the_layer_above_it_alone(network: Network) -> None:
    rows = rows_of(lengthened(network))
    blocks = fold(rows)
    assert joined(blocks) == rows
    first = 0
    for block in blocks[:-1]:
        first += len(block.rows)
        crossing = {source for row in rows[first:] for source in row.sources} & {row.name for row in rows[:first]}
        assert crossing <= {rows[first - 1].name}
