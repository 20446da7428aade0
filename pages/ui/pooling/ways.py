"""What the ways of making maps smaller are called: on an input (reductions) and in a network (replacements)."""

from cnn_core.network.replacing import Replacement
from cnn_core.numerics.reductions.ways import Reduction
from cnn_core.sentences import N_
from pages.ui.text import _

_REDUCTIONS = {
    Reduction.MAX: N_("Max pooling"),
    Reduction.AVERAGE: N_("Average pooling"),
    Reduction.SUM: N_("Sum pooling"),
    Reduction.L2: N_("L2 pooling"),
    Reduction.SUBSAMPLE: N_("Plain subsampling"),
    Reduction.BOX: N_("Convolution, mean kernel"),
    Reduction.GAUSSIAN: N_("Convolution, Gaussian kernel"),
    Reduction.KERNEL: N_("Convolution, chosen kernel"),
    Reduction.BLUR_FIRST: N_("Blur, then max pooling"),
    Reduction.BLUR_MAX: N_("Maximum, blur, subsampling"),
}
_REPLACEMENTS = {
    Replacement.MAX: N_("Max pooling"),
    Replacement.AVERAGE: N_("Average pooling"),
    Replacement.CONVOLUTION: N_("Strided convolution replaces the pool"),
    Replacement.STRIDE: N_("Stride moved into the previous convolution"),
    Replacement.BLUR: N_("Maximum, blur, subsampling"),
}


def reduction_title(way: Reduction) -> str:
    return _(_REDUCTIONS[way])


def replacement_title(way: Replacement) -> str:
    return _(_REPLACEMENTS[way])
