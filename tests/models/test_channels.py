"""Channels of the picture have the names and colours in which they enter a model; no other layer's have any."""

import pytest

from cnn_core.layers import Conv2D, Input
from cnn_core.models.channels import channels_of
from cnn_core.pictures.scaling import Scaling


def entering(depth: int) -> Input:
    return Input((8, 8, depth))


@pytest.mark.parametrize("scaling", Scaling)
def test_channels_are_named_in_the_order_in_which_they_enter(scaling: Scaling) -> None:
    names = [channel.name for channel in channels_of(entering(3), scaling)]
    assert names == (["blue", "green", "red"] if scaling is Scaling.CAFFE else ["red", "green", "blue"])
    for name, tint in channels_of(entering(3), scaling):
        assert tint.index(max(tint)) == ["red", "green", "blue"].index(name)


def test_grey_has_one_and_what_is_no_picture_none() -> None:
    assert [channel.name for channel in channels_of(entering(1), Scaling.UNIT)] == ["brightness"]
    assert channels_of(Input((8,)), Scaling.UNIT) == ()
    assert channels_of(entering(2), Scaling.UNIT) == ()
    assert channels_of(Conv2D(3, 3), Scaling.UNIT) == ()
