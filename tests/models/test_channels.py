"""Channels of the picture have the names and colours in which they enter a model; no other layer's have any."""

import pytest

from cnn_core import Network
from cnn_core.layers import Conv2D, Input
from cnn_core.models.channels import channels_of
from cnn_core.network.network import NamedLayer
from cnn_core.network.summary import Row, summarize
from cnn_core.pictures.scaling import Scaling


def rows(depth: int) -> tuple[Row, ...]:
    return summarize(Network((NamedLayer("input", Input((8, 8, depth))), NamedLayer("conv", Conv2D(3, 3))))).rows


@pytest.mark.parametrize("scaling", Scaling)
def test_channels_are_named_in_the_order_in_which_they_enter(scaling: Scaling) -> None:
    names = [channel.name for channel in channels_of(rows(3)[0], scaling)]
    assert names == (["blue", "green", "red"] if scaling is Scaling.CAFFE else ["red", "green", "blue"])
    for name, tint in channels_of(rows(3)[0], scaling):
        assert tint.index(max(tint)) == ["red", "green", "blue"].index(name)


def test_grey_has_one_and_what_is_no_picture_none() -> None:
    assert [channel.name for channel in channels_of(rows(1)[0], Scaling.UNIT)] == ["brightness"]
    assert channels_of(rows(2)[0], Scaling.UNIT) == ()
    assert channels_of(rows(3)[1], Scaling.UNIT) == ()
