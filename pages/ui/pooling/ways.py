"""What the ways of down-sampling in a network are called."""

from cnn_core.network.replacing import Replacement
from cnn_core.sentences import N_
from pages.ui.text import _

REPLACEMENTS = {
    Replacement.MAX: N_("Max pooling"),
    Replacement.AVERAGE: N_("Average pooling"),
    Replacement.CONVOLUTION: N_("Strided convolution instead"),
    Replacement.STRIDE: N_("Stride in the convolution before"),
    Replacement.BLUR: N_("Maximum, blur, subsampling"),
}


def network_way(way: Replacement) -> str:
    return _(REPLACEMENTS[way])
