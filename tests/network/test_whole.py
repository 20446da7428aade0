"""Which networks are drawn whole, which layers share a range of colours, and which maps enter which."""

import pytest

from cnn_core.layers import (
    Activation,
    Add,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
)
from cnn_core.models.bundled import bundled_network
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import preset
from cnn_core.network.summary import Row, summarize
from cnn_core.network.whole import MOST_MAPS, Joint, has_classes, is_drawn_whole, joints, scale_groups


def rows(network: Network) -> tuple[Row, ...]:
    return summarize(network).rows


@pytest.mark.parametrize(("model", "whole"), [("cifar10", True), ("mnist", False), ("mobilenet_v2", False)])
def test_the_small_bundled_network_is_drawn_whole(model: str, whole: bool) -> None:
    assert is_drawn_whole(rows(bundled_network(model))) is whole


def test_tiny_vgg_is_drawn_whole() -> None:
    assert is_drawn_whole(rows(preset("tiny_vgg").make()))


def test_one_map_or_one_layer_more_is_too_many() -> None:
    def convolved(filters: int, layers: int) -> tuple[Row, ...]:
        return rows(Network.of(Input((8, 8, 1)), *(Conv2D(filters, 3, padding="same") for _ in range(layers))))

    assert is_drawn_whole(convolved(16, 13))
    assert not is_drawn_whole(convolved(17, 13))
    assert not is_drawn_whole(convolved(16, 14))


def test_a_network_without_maps_is_not_drawn_whole() -> None:
    assert not is_drawn_whole(rows(Network.of(Input((8,)), Dense(4))))


def test_few_values_have_names() -> None:
    _, few, many = rows(Network.of(Input((8,)), Dense(MOST_MAPS), Dense(MOST_MAPS + 1)))
    assert (has_classes(few), has_classes(many)) == (True, False)


def test_layers_share_a_range_up_to_the_pooling_and_what_has_no_weights_behind_it() -> None:
    network = Network.of(
        *(Input((8, 8, 3)), Conv2D(4, 3), Activation("relu"), MaxPooling2D(2), Dropout(0.5)),
        *(Conv2D(4, 3), Flatten(), Dense(2)),
    )
    names = [row.name for row in rows(network)]
    assert scale_groups(rows(network)) == (tuple(names[:1]), tuple(names[1:5]), tuple(names[5:]))


def joints_of(network: Network) -> dict[str, tuple[Joint, ...]]:
    known = {row.name: row for row in rows(network)}
    return {
        name: joints(row, [known[source].output_shape[-1] for source in row.sources]) for name, row in known.items()
    }


def test_each_kind_of_layer_takes_its_maps_in_its_own_way() -> None:
    network = Network(
        (
            NamedLayer("input", Input((8, 8, 4))),
            NamedLayer("all", Conv2D(6, 3, padding="same")),
            NamedLayer("halves", Conv2D(4, 3, padding="same", groups=2)),
            NamedLayer("own", DepthwiseConv2D(3, padding="same", depth_multiplier=2)),
            NamedLayer("relu", Activation("relu")),
            NamedLayer("beside", Conv2D(8, 1), ("input",)),
            NamedLayer("sum", Add(), ("relu", "beside")),
            NamedLayer("both", Concatenate(), ("sum", "input")),
            NamedLayer("mean", GlobalAveragePooling2D()),
        )
    )
    assert joints_of(network) == {
        "input": (),
        "all": (Joint(0, 6, 1),),
        "halves": (Joint(0, 4, 2),),
        "own": (Joint(0, 8, 4),),
        "relu": (Joint(0, 8, 8),),
        "beside": (Joint(0, 8, 1),),
        "sum": (Joint(0, 8, 8), Joint(0, 8, 8)),
        "both": (Joint(0, 8, 8), Joint(8, 4, 4)),
        "mean": (Joint(0, 12, 1),),
    }
