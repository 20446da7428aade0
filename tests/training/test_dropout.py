"""Where dropout can be seen: on what is all that the layers behind it get."""

import pytest

from cnn_core import layers
from cnn_core.network.network import NamedLayer, Network
from cnn_core.training.dropout import droppable, dropped_first
from cnn_core.training.networks import small_network, with_dropout
from cnn_core.training.transfer import Transfer, transfer_network

RESIDUAL = Network(
    (
        NamedLayer("input", layers.Input((8, 8, 3))),
        NamedLayer("one", layers.Conv2D(4, 3, padding="same")),
        NamedLayer("two", layers.Conv2D(4, 3, padding="same")),
        NamedLayer("sum", layers.Add(), ("one", "two")),
        NamedLayer("pool", layers.GlobalAveragePooling2D()),
        NamedLayer("answer", layers.Dense(2, activation="softmax")),
    )
)


def test_of_a_chain_all_but_input_and_answer() -> None:
    network = small_network((28, 28, 1), 10)
    names = [named.name for named in network.layers]
    assert list(droppable(network)) == names[1:-1]


def test_not_what_something_passes_by() -> None:
    assert droppable(RESIDUAL) == ("sum", "pool")


def test_dropout_itself_is_not_among_them() -> None:
    network = with_dropout(small_network((28, 28, 1), 10), 0.3)
    assert not any(
        isinstance(named.layer, layers.Dropout) for named in network.layers if named.name in droppable(network)
    )


@pytest.mark.parametrize(
    ("network", "first"),
    [
        (with_dropout(small_network((28, 28, 1), 10), 0.3), ("flatten", 0.3)),
        (small_network((28, 28, 1), 10), ("flatten", 0.5)),
        (RESIDUAL, ("pool", 0.5)),
    ],
)
def test_it_begins_where_the_network_itself_drops(network: Network, first: tuple[str, float]) -> None:
    assert dropped_first(network) == first


def test_of_a_transfer_the_features_and_the_maps_before_them() -> None:
    network = transfer_network(Transfer(dropout=0.2), (224, 224), 2)
    layer, rate = dropped_first(network)
    shapes = {step.named.name: step.output_shape for step in network.steps()}
    assert (shapes[layer], rate) == ((1280,), 0.2)
    assert layer == droppable(network)[-1]
