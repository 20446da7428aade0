"""What the ways of down-sampling in a network are called."""

from cnn_core.network.replacing import Way
from cnn_core.sentences import N_
from pages.ui.text import _

WAYS = {
    Way.MAX: N_("Max pooling"),
    Way.AVERAGE: N_("Average pooling"),
    Way.CONVOLUTION: N_("Strided convolution instead"),
    Way.STRIDE: N_("Stride in the convolution before"),
    Way.BLUR: N_("Maximum, blur, subsampling"),
}


def network_way(way: Way) -> str:
    return _(WAYS[way])
