"""An answer with height and width: a picture beside the one that entered, or classes over it."""

import html

import streamlit as st

from cnn_core.arrays import Output
from cnn_core.drawing.class_regions import CLASS_COLOURS, OTHERS, Region
from cnn_core.drawing.png import picture_png
from cnn_core.models.info import ModelInfo
from cnn_core.models.map_answer import ClassesAnswer, PictureAnswer
from pages.ui.ask.classes import names_of
from pages.ui.draw.pictures import draw_wide
from pages.ui.entered import Entered
from pages.ui.feature_maps import cached
from pages.ui.text import _

NAMED = 20
"""Classes in the legend: the largest."""
SIDE = 250
"""Pixels of a picture: two of them fit beside each other in a popover."""
LEGEND = 230
LEAST = 0.001


def label_of(info: ModelInfo, picture: Entered, output: Output) -> str:
    """Return in a word what an answer with height and width is."""
    answer = cached.map_answer(info, picture, info.output, output)
    if isinstance(answer, ClassesAnswer):
        return _("Segmentation: {count} classes").format(count=answer.count)
    return _("The answer") if answer is None else _("A picture")


def draw_map_answer(info: ModelInfo, picture: Entered, output: Output) -> None:
    """Draw an answer with height and width by what it is."""
    answer = cached.map_answer(info, picture, info.output, output)
    if isinstance(answer, PictureAnswer):
        _draw_picture(picture, answer)
    elif isinstance(answer, ClassesAnswer):
        _draw_classes(info, picture, answer)
    else:
        st.caption(_("The output has maps, not classes: open it below."))


def _draw_picture(picture: Entered, answer: PictureAnswer) -> None:
    with st.container(horizontal=True, gap="small"):
        draw_wide(picture_png(picture.pixels, 2 * SIDE), SIDE, _("The input of the network"))
        draw_wide(picture_png(answer.pixels, 2 * SIDE), SIDE, _("The output of the network"))
    st.caption(_("The output is as large as the input and its values are pixels: it is shown as a picture."))
    if answer.beyond > 0:
        share = _share(answer.beyond)
        st.caption(
            _("{share} of its values lie outside the range of pixel values and are clipped.").format(share=share)
        )


def _draw_classes(info: ModelInfo, picture: Entered, answer: ClassesAnswer) -> None:
    png, regions = cached.regions(picture, info.output, answer)
    with st.container(horizontal=True, gap="small"):
        with st.container(width=SIDE):
            draw_wide(png, SIDE, _("Classes over the picture"))
            _say_what_colours_mean(answer, regions)
        with st.container(width=LEGEND):
            _draw_legend(regions[:NAMED], names_of(info, answer.count))


def _say_what_colours_mean(answer: ClassesAnswer, regions: tuple[Region, ...]) -> None:
    if answer.by_border is None:
        st.caption(_("Each place has the colour of the class whose channel is the largest there."))
    else:
        st.caption(
            _("Class 1 is wherever the single channel is above {border}.").format(border=f"{answer.by_border:g}")
        )
    shown, absent = min(len(regions), NAMED), answer.count - len(regions)
    said = [_("{shown} of {count} classes shown.").format(shown=shown, count=answer.count)]
    if absent:
        said.append(_("Not found anywhere in the picture: {absent}.").format(absent=absent))
    st.caption(" ".join(said))
    if any(region.colour == OTHERS for region in regions):
        few = len(CLASS_COLOURS)
        st.caption(_("The {count} largest have their own colours; all others are grey.").format(count=few))


def _draw_legend(regions: tuple[Region, ...], names: tuple[str, ...]) -> None:
    """Name the colours; a stranger's names are text, whatever stands in them."""
    lines = (
        f'<li style="display:flex;gap:.5rem;align-items:center;margin:0;font-size:.875rem">'
        f'<span role="presentation" style="flex:none;width:.9rem;height:.9rem;border-radius:3px;'
        f'background:{region.css};border:1px solid color-mix(in srgb, currentColor 40%, transparent)"></span>'
        f'<span style="flex:1">{html.escape(names[region.number][:60])}</span>'
        f"<span>{html.escape(_share(region.share))}</span></li>"
        for region in regions
    )
    st.html(f'<ul class="cs-classes" style="list-style:none;margin:0;padding:0">{"".join(lines)}</ul>')


def _share(share: float) -> str:
    return f"< {LEAST:.1%}" if share < LEAST else f"{share:.1%}"
