"""The orders of layers that one of the courses names. FC: a dense layer, SM: a dense layer with softmax.

All of them read 64×64×3 and tell ten classes apart, so that their costs can be compared.
"""

from functools import cache

from cnn_core.layers import Conv2D, Dense, Flatten, Input, Layer, MaxPooling2D
from cnn_core.network.network import Network


def _conv(filters: int) -> Layer:
    return Conv2D(filters, 3, padding="same", activation="relu")


def _fc() -> Layer:
    return Dense(128, activation="relu")


def _network(name: str, *layers: Layer) -> Network:
    return Network.of(Input((64, 64, 3)), *layers, Dense(10, activation="softmax"), name=name)


@cache
def three_pools() -> Network:
    """Conv-Pool-Conv-Pool-Conv-Pool-FC-SM."""
    return _network(
        "pattern_three_pools",
        *(_conv(32), MaxPooling2D(2)),
        *(_conv(64), MaxPooling2D(2)),
        *(_conv(128), MaxPooling2D(2)),
        *(Flatten(), _fc()),
    )


@cache
def two_dense() -> Network:
    """Conv-Pool-Conv-Pool-Conv-FC-FC-SM."""
    return _network(
        "pattern_two_dense",
        *(_conv(32), MaxPooling2D(2)),
        *(_conv(64), MaxPooling2D(2)),
        _conv(128),
        *(Flatten(), _fc(), _fc()),
    )


@cache
def three_convolutions() -> Network:
    """Conv-Pool-Conv-Pool-Conv-Conv-Conv-Pool-FC-FC-SM."""
    return _network(
        "pattern_three_convolutions",
        *(_conv(32), MaxPooling2D(2)),
        *(_conv(64), MaxPooling2D(2)),
        *(_conv(128), _conv(128), _conv(128), MaxPooling2D(2)),
        *(Flatten(), _fc(), _fc()),
    )


@cache
def three_pools_two_dense() -> Network:
    """Conv-Pool-Conv-Pool-Conv-Pool-FC-FC-SM."""
    return _network(
        "pattern_three_pools_two_dense",
        *(_conv(32), MaxPooling2D(2)),
        *(_conv(64), MaxPooling2D(2)),
        *(_conv(128), MaxPooling2D(2)),
        *(Flatten(), _fc(), _fc()),
    )
