"""A picture made smaller and larger again: nearest neighbour, bilinear and a transposed convolution side by side."""

from typing import Final

import numpy as np
import streamlit as st

from cnn_core.arrays import Kernel, Planes
from cnn_core.drawing.png import picture_png
from cnn_core.numerics.enlarging import (
    Stamp,
    enlarged_bilinear,
    enlarged_by_stamps,
    peak_signal_to_noise,
    shrunk,
    stamp_of,
)
from cnn_core.numerics.pool import upsample
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.draw.pictures import draw_wide
from pages.ui.tasks.cached import generated, square, stamp_learned_without
from pages.ui.tasks.subject import Subject, current
from pages.ui.text import _

SIDE: Final = 128
_WIDTH: Final = 256
_STAMPS = {
    Stamp.LEARNED: N_("Learned"),
    Stamp.ONES: N_("Ones"),
    Stamp.BILINEAR: N_("A tent"),
    Stamp.UNEVEN: N_("One longer than the stride"),
}
_ABOUT = {
    Stamp.LEARNED: N_(
        "The weights with the least squared error over the other sample photographs, by linear regression: what a "
        "network would learn for this layer alone. It can sharpen, because weights may be negative."
    ),
    Stamp.ONES: N_("A kernel of ones, as long as the stride: each value is repeated, which is nearest neighbour."),
    Stamp.BILINEAR: N_(
        "A kernel like a tent, twice as long as the stride: this is bilinear. Decoders often begin "
        "with it (Long et al., arXiv:1411.4038)."
    ),
    Stamp.UNEVEN: N_(
        "A kernel one longer than the stride: at some places two stamps overlap, at others they do not, which shows "
        "as a checkerboard (Odena et al., Distill 2016)."
    ),
}
CHOICES = (state.ENLARGED, state.STAMP)


def draw(subject: Subject) -> None:
    """Draw the picture, the small one, and what each way makes of it."""
    st.markdown(
        _(
            "The picture is made smaller by block means; the detail they average out is gone, and each method of "
            "enlarging fills it in differently. The higher the decibels (PSNR), the closer to the original."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            _("Reduced by a factor of"),
            format_func=lambda factor: f"{factor}×",
            required=True,
            **state.ENLARGED.widget(),
        )
        st.segmented_control(
            _("Kernel of the transposed convolution"),
            format_func=lambda stamp: _(_STAMPS[stamp]),
            required=True,
            **state.STAMP.widget(),
        )
    picture, digest = _picture(subject)
    factor, stamp = state.ENLARGED.get(), state.STAMP.get()
    small = shrunk(picture, factor)
    kernel = stamp_learned_without(digest, SIDE, factor) if stamp is Stamp.LEARNED else stamp_of(stamp, factor)
    ways = {
        _("Nearest neighbour"): upsample(small, (factor, factor)),
        _("Bilinear"): enlarged_bilinear(small, factor),
        _("Transposed convolution"): enlarged_by_stamps(small, kernel, factor),
    }
    with st.container(horizontal=True, gap="small"):
        _draw_one(picture, _("Original, {side}×{side}").format(side=SIDE))
        _draw_one(small, _("Made smaller: {side}×{side}").format(side=SIDE // factor))
        for name, large in ways.items():
            decibels = peak_signal_to_noise(large.clip(0, 1), picture)
            _draw_one(large, _("{way}: {decibels} dB").format(way=name, decibels=f"{decibels:.1f}"))
    _draw_kernel(kernel, factor)
    st.markdown(_(_ABOUT[stamp]))


def _picture(subject: Subject) -> tuple[Planes, str]:
    """Return the picture that is shown, (128, 128, 3), and the digest of the photograph that it is, if it is one."""
    if subject.photograph is None:
        return generated(state.SHAPES_SEED.get(), SIDE).picture.pixels.astype(np.float64), ""
    return square(current(), SIDE).astype(np.float64), subject.photograph.digest


def _draw_one(picture: Planes, caption: str) -> None:
    draw_wide(picture_png(picture.clip(0, 1).astype(np.float32), _WIDTH), _WIDTH - 44, caption)


def _draw_kernel(kernel: Kernel, factor: int) -> None:
    st.caption(
        _("The kernel, {side}×{side} with stride {factor}: weights from {low} to {high}; their sum is {total}.").format(
            side=len(kernel),
            factor=factor,
            low=f"{kernel.min():.2f}",
            high=f"{kernel.max():.2f}",
            total=f"{kernel.sum():.2f}",
        )
    )
