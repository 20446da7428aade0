"""One idea after another, each a claim first and then something to try it on; closed until wanted."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.ask.numbers import CUT
from pages.ui.ask.picture import current_picture, picture_picker
from pages.ui.convolution import (
    channels,
    dense,
    mixing,
    moved_digit,
    separable,
    side_by_side,
    stacked,
    template,
    transposed,
    two_pools,
    where_it_lies,
    whole_picture,
)
from pages.ui.convolution.choices import Convolution
from pages.ui.convolution.controls import cut_picker
from pages.ui.entered import Chosen
from pages.ui.messages import part
from pages.ui.text import _


@dataclass(frozen=True)
class Idea:
    """`claim` is said first; `draw` lets the reader test it."""

    key: str
    title: str
    claim: str
    draw: Callable[[Chosen, Convolution | None], None]


IDEAS = (
    Idea(
        "channels",
        N_("Channels and filters"),
        N_(
            "A filter has one kernel for each input channel. Their results and one bias are added up, so one filter "
            "makes one map. A filter is therefore as deep as its input, and there are as many maps as filters."
        ),
        channels.draw,
    ),
    Idea(
        "picture",
        N_("The same kernel on a whole picture"),
        N_("What happened to a few numbers happens to every pixel: one kernel, moved over the whole picture."),
        whole_picture.draw,
    ),
    Idea(
        "template",
        N_("An eye as a template"),
        N_(
            "A kernel can be a part of the picture itself. Slid over the picture, it gives a number at every "
            "position: how well the picture matches there. The number should be highest where the part was cut out."
        ),
        template.draw,
    ),
    Idea(
        "side_by_side",
        N_("Kernel sizes and strides side by side"),
        N_(
            "A larger kernel takes in more of the picture, costs more and shows less fine detail; a larger stride "
            "makes a smaller and coarser map, faster."
        ),
        side_by_side.draw,
    ),
    Idea(
        "two_pools",
        N_("Two pooling windows, one output size"),
        N_(
            "2×2 and 3×3 windows, both with stride 2, can give maps of the same size. The values are not the same: "
            "the larger windows overlap and see more."
        ),
        two_pools.draw,
    ),
    Idea(
        "stacked",
        N_("Stacked layers and the receptive field"),
        N_(
            "One output of a second 3×3 layer sees 5×5 pixels, of a third 7×7: stacked small kernels see as much "
            "as one large kernel and need fewer weights."
        ),
        stacked.draw,
    ),
    Idea(
        "mixing",
        N_("1×1 convolution"),
        N_(
            "A 1×1 kernel looks at one place only and mixes its channels. It changes the number of channels, "
            "which makes what follows cheaper."
        ),
        mixing.draw,
    ),
    Idea(
        "separable",
        N_("Depthwise and separable convolution"),
        N_(
            "A depthwise convolution gives each channel its own kernel and does not add up the channels; a 1×1 "
            "convolution after it mixes them. Together they cost a fraction of a full convolution."
        ),
        separable.draw,
    ),
    Idea(
        "transposed",
        N_("Transposed convolution"),
        N_(
            "The same arithmetic backwards: each input writes the kernel, times its value, into the output, and what "
            "overlaps is added. It enlarges."
        ),
        transposed.draw,
    ),
    Idea(
        "dense",
        N_("Dense beside convolution"),
        N_(
            "Every convolution is a Dense layer in which most weights are 0 and the others repeat; and every Dense "
            "layer is a convolution whose kernel covers its whole input."
        ),
        dense.draw,
    ),
    Idea(
        "moved_digit",
        N_("A digit shifted, rotated, shuffled"),
        N_(
            "A Dense layer has a separate weight for every pixel, so a digit that moves meets different weights. A "
            "convolution has the same weights everywhere, and its maps move with the digit; what happens then "
            "depends on the layers after it. Neither recognizes a digit that is rotated far."
        ),
        moved_digit.draw,
    ),
    Idea(
        "where_it_lies",
        N_("When position matters"),
        N_(
            "To a convolution, a pattern means the same everywhere. Where position itself matters, as in X-rays, "
            "that assumption costs accuracy, unless a layer after the convolutions still knows the positions."
        ),
        where_it_lies.draw,
    ),
)


def draw(convolution: Convolution | None) -> None:
    """Draw all ideas; `convolution` is None where the kernel and the grid above do not fit together."""
    heading, picture = st.columns([3, 1], vertical_alignment="bottom")
    heading.header(_("Go further"), anchor=False)
    if state.GRID.get() != CUT:
        with picture.popover(_("Picture"), icon=":material/image:", width="stretch"):
            picture_picker()
            cut_picker()
    chosen = current_picture()
    for idea in IDEAS:
        _draw(idea, chosen, convolution)


def _draw(idea: Idea, chosen: Chosen, convolution: Convolution | None) -> None:
    place = st.expander(_(idea.title), **state.OPENED.part(idea.key))
    if place.open:
        with place:
            st.markdown(_(idea.claim))
            with part():
                idea.draw(chosen, convolution)
