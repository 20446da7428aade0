"""Blocks in blocks: few at first, nothing lost, every title of its own, nested models as one."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import fitting_networks

from cnn_core.layers import Activation, Add, BatchNormalization, Concatenate, Conv2D, Input, UpSampling2D
from cnn_core.models.bundled import bundled_network
from cnn_core.network.folding import SHORT, Block
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.outline import MOST, OPENED, outline
from cnn_core.network.presets import PRESETS, Preset, preset
from cnn_core.network.summary import Row, summarize


def rows_of(network: Network) -> tuple[Row, ...]:
    return summarize(network).rows


def everything_in(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from everything_in(block.parts)


def check(rows: tuple[Row, ...]) -> tuple[Block, ...]:
    """All rows stand once in every depth, all titles differ, and none is a foreign layer's name."""
    blocks = outline(rows)
    assert tuple(row for block in blocks for row in block.rows) == rows
    names = {row.name for row in rows}
    folded = [block for block in everything_in(blocks) if len(block.rows) > 1]
    assert len({block.title for block in folded}) == len(folded)
    for block in folded:
        assert not block.parts or tuple(row for part in block.parts for row in part.rows) == block.rows
        assert len(block.parts or block.rows) <= OPENED
        assert block.title not in names - {row.name for row in block.rows}
    return blocks


def chain(names: list[str]) -> tuple[Row, ...]:
    return rows_of(
        Network((NamedLayer("input", Input((4, 4, 2))), *(NamedLayer(name, Activation()) for name in names)))
    )


def residual(count: int, name: str = "layer") -> Network:
    """A network of about `count` layers in residual blocks, whose names say nothing."""
    layers = [NamedLayer("input", Input((4, 4, 2)))]
    while len(layers) < count:
        start, number = layers[-1].name, len(layers)
        layers += [
            NamedLayer(f"{name}_{number}", Conv2D(2, 1)),
            NamedLayer(f"{name}_{number + 1}", BatchNormalization()),
            NamedLayer(f"{name}_{number + 2}", Activation()),
            NamedLayer(f"{name}_{number + 3}", Add(), (start, f"{name}_{number + 2}")),
        ]
    return Network(tuple(layers))


def two_before(cells: int) -> Network:
    """Cells that take what the last two gave, as NASNet's do (Zoph et al., arXiv:1707.07012, figure 4)."""
    layers = [NamedLayer("input", Input((4, 4, 2))), NamedLayer("stem", Conv2D(2, 1))]
    last = ["input", "stem"]
    for i in range(cells):
        branches = []
        for j, source in enumerate((*last, *last)):
            branches.append(f"c{i}n{j}b")
            layers.append(NamedLayer(f"c{i}n{j}a", Activation(), (source,)))
            layers.append(NamedLayer(branches[-1], Conv2D(2, 1)))
        layers.append(NamedLayer(f"cell{i}", Add(), tuple(branches)))
        last = [last[1], f"cell{i}"]
    return Network(tuple(layers))


@pytest.mark.parametrize("preset_", PRESETS, ids=lambda preset_: preset_.key)
def test_every_preset_is_seen_at_once(preset_: Preset) -> None:
    rows = rows_of(preset_.make())
    blocks = check(rows)
    assert len(blocks) <= MOST
    if len(rows) <= SHORT:
        assert [block.title for block in blocks] == [row.name for row in rows]


@pytest.mark.parametrize("count", [25, 100, 333, 1_000])
def test_up_to_a_thousand_layers_are_seen_at_once(count: int) -> None:
    many = [
        chain([f"relu_{i}" for i in range(count - 1)]),
        chain([f"block_{i // 3}_relu_{i}" for i in range(count - 1)]),
        chain([f"conv{i // 90}_block{i // 3}_{i}" for i in range(count - 1)]),
        chain([f"base.part.relu_{i}" for i in range(count - 1)]),
        rows_of(residual(count)),
        rows_of(two_before(count // 9)),
    ]
    for rows in many:
        assert len(check(rows)) <= MOST


long_networks = fitting_networks(
    kinds=(Conv2D, Activation, Add, Concatenate), shape=st.just((3, 3, 2)), most_layers=90, most=2
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=10)
@given(long_networks, st.lists(st.sampled_from(["", "a.", "a.b.", "block_1_", "block_2_", "s_block3a_"]), min_size=9))
def test_nothing_is_lost_whatever_the_names_are(network: Network, beginnings: list[str]) -> None:
    layers = network.layers
    new = {named.name: f"{beginnings[i * 9 // len(layers)]}{named.name}" for i, named in enumerate(layers)}
    renamed = [
        NamedLayer(new[named.name], named.layer, tuple(new[source] for source in named.inputs)) for named in layers
    ]
    assert len(check(rows_of(Network(tuple(renamed))))) <= MOST


def test_blocks_of_a_stage_are_in_the_stage() -> None:
    rows = chain([f"conv{1 + i // 75}_block{1 + i % 75 // 3}_{i % 3}" for i in range(225)])
    blocks = check(rows)
    assert [block.title for block in blocks] == ["input", "conv1", "conv2", "conv3"]
    assert [part.title for part in blocks[2].parts] == [f"conv2_block{i}" for i in range(1, 26)]


def test_a_block_takes_in_what_joins_its_paths() -> None:
    """Xception and ConvNeXt leave the sum after a block without a name of the block."""
    layers = [NamedLayer("input", Input((4, 4, 2)))]
    for i in range(8):
        start = layers[-1].name
        layers += [NamedLayer(f"block{i}_conv", Conv2D(2, 1)), NamedLayer(f"conv2d_{i}", Conv2D(2, 1), (start,))]
        layers += [NamedLayer(f"block{i}_relu", Activation(), (f"block{i}_conv",))]
        layers += [NamedLayer(f"block{i}_last", Activation())]
        layers += [NamedLayer(f"add_{i}", Add(), (f"conv2d_{i}", f"block{i}_last"))]
    blocks = check(rows_of(Network((*layers, NamedLayer("head", Conv2D(2, 1))))))
    assert [(block.title, len(block.rows)) for block in blocks] == [
        ("input", 1),
        *[(f"block{i}", 5) for i in range(8)],
        ("head", 1),
    ]


def test_a_block_takes_in_no_layers_of_another_part() -> None:
    """What joins the block's output with something far away is no part of it: the bridge of a U-Net."""
    layers = [NamedLayer("input", Input((4, 4, 2))), NamedLayer("far", Conv2D(2, 1)), NamedLayer("near", Conv2D(2, 1))]
    layers += [NamedLayer(f"block_1_{i}", Activation()) for i in range(30)]
    bridge = [NamedLayer("enlarge", UpSampling2D(1)), NamedLayer("join", Concatenate(), ("far", "enlarge"))]
    blocks = check(rows_of(Network((*layers, *bridge))))
    assert [(block.title, len(block.rows)) for block in blocks] == [
        ("input", 1),
        ("far", 1),
        ("near", 1),
        ("block_1", 30),
        ("enlarge", 1),
        ("join", 1),
    ]


def test_cells_that_take_two_outputs_are_told_apart() -> None:
    cells = [block for block in check(rows_of(two_before(12))) if len(block.rows) > 5]
    assert len(cells) >= 11
    assert [len(block.rows) for block in cells[1:]] == [9] * (len(cells) - 1)
    assert cells[-1].title == "cell11"


def test_nested_models_are_blocks_of_their_own() -> None:
    encoder = [f"encoder_1.00.block_{i // 3}_{i}" for i in range(90)]
    decoder = [f"decoder.inner.relu_{i}" for i in range(6)] + [f"decoder.relu_{i}" for i in range(6)]
    blocks = check(chain(["rescale", *encoder, *decoder, "head"]))
    assert [(block.title, len(block.rows)) for block in blocks] == [
        ("input", 1),
        ("rescale", 1),
        ("encoder_1.00", 90),
        ("decoder", 12),
        ("head", 1),
    ]
    assert [part.title for part in blocks[2].parts] == [f"encoder_1.00.block_{i}" for i in range(30)]


def test_a_title_that_a_layer_has_already_is_changed() -> None:
    blocks = check(chain(["block_1", *[f"base.block_2_{i}" for i in range(20)], "base", *"abcdefgh"]))
    assert [block.title for block in blocks][:4] == ["input", "block_1", "base …", "base"]


def test_alike_blocks_stand_together_where_there_are_too_many() -> None:
    """Inception-ResNet v2 repeats three blocks (Szegedy et al., arXiv:1602.07261); here 50, 30 and 20 times."""
    layers = [NamedLayer("input", Input((4, 4, 2)))]
    for depth, count in ((1, 50), (2, 30), (3, 20)):
        for i in range(count):
            start = layers[-1].name
            layers += [NamedLayer(f"c{depth}_{i}_{j}", Conv2D(2, 1)) for j in range(depth)]
            layers += [
                NamedLayer(f"a{depth}_{i}", Add(), (start, layers[-1].name)),
            ]
        for i in range(3):
            layers += [NamedLayer(f"c{depth}_between_{i}", Conv2D(2, 1))]
            layers += [NamedLayer(f"a{depth}_between_{i}_{j}", Activation()) for j in range(i)]
    blocks = check(rows_of(Network(tuple(layers))))
    assert {"a1_0 … a1_49", "a2_0 … a2_29", "a3_0 … a3_19"} <= {block.title for block in blocks}


def test_named_blocks_come_first() -> None:
    mobilenet = outline(rows_of(bundled_network("mobilenet_v2")))
    assert [block.title for block in mobilenet if len(block.rows) > 1][:3] == ["expanded_conv", "block_1", "block_2"]
    assert "conv3_block1" in [block.title for block in outline(rows_of(preset("resnet_20").make()))]
