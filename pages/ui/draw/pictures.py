"""Pictures on the page: the original, what the network sees, colour bars."""

import html
from dataclasses import dataclass

import streamlit as st

from cnn_core.drawing.mosaic import Range, colour_bar_css
from pages.ui import cached
from pages.ui.components import data_url
from pages.ui.draw.changed import Changed, named
from pages.ui.entered import Chosen, Entered
from pages.ui.text import _, sentences

SIDE = 150
"""Pixels: two of them fit beside each other on a phone."""


def draw_picture(chosen: Chosen, entered: Entered) -> None:
    """Draw the original and what the network sees of it."""
    pictures = cached.shown_pictures(chosen, entered)
    # Side by side on a phone too, where columns would stack.
    with st.container(horizontal=True, horizontal_alignment="left", gap="small"):
        draw_wide(pictures.original, SIDE, _("Your picture"), _(chosen.name))
        draw_wide(pictures.seen, SIDE, _("What the network sees"), _("The input of the network"))
    if pictures.cropped:
        st.caption(_("The darkened part is cut off; the network never sees it."))
    st.caption(sentences(pictures.notes))


def draw_wide(png: bytes, width: int, caption: str, alt: str = "") -> None:
    """Draw a picture so many pixels of the screen wide."""
    # The container sets the width: given to the picture, Streamlit would scale and encode it anew at every run.
    with st.container(width=width):
        st.image(png, width="stretch", output_format="PNG", caption=caption, alt=alt or caption)


def draw_within(png: bytes, alt: str, shape: tuple[int, ...], name: str = "") -> None:
    """Draw a picture of (height, width, …) as a part of the page itself; by its name it can be changed.

    Its place keeps its size as it changes.
    """
    st.html(
        f'<img {named(name)} src="{data_url(png)}" alt="{html.escape(alt)}" '
        f'style="display:block;width:100%;aspect-ratio:{shape[1]}/{shape[0]};image-rendering:pixelated">'
    )


@dataclass(frozen=True)
class ColourBar:
    """A colour table with the values at its ends, and what is said of it; all of it numbers or words of ours."""

    reach: Range
    low: str
    high: str
    about: str = ""

    def draw(self, name: str = "") -> None:
        """Draw it; by its name it can be changed."""
        low, high, colours, about = (named(name and f"{name}_{part}") for part in ("low", "high", "colours", "about"))
        text = f'<span {about} style="flex:2;opacity:.75;font-size:.8125rem">{self.about}</span>' if self.about else ""
        st.html(
            '<div style="display:flex;gap:.6rem;align-items:center;font-size:.875rem">'
            f'<span {low}>{self.low}</span><span role="presentation" {colours} style="flex:1;max-width:20rem;'
            f'height:.8rem;border-radius:3px;background:{colour_bar_css(self.reach)}"></span>'
            f"<span {high}>{self.high}</span>{text}</div>"
        )

    def changed(self, name: str) -> Changed:
        """Return what makes the bar of this name into this one."""
        texts = {f"{name}_low": self.low, f"{name}_high": self.high, f"{name}_about": self.about}
        return Changed(texts, styles={f"{name}_colours": {"background": colour_bar_css(self.reach)}})


def colour_bar(reach: Range, low: str, high: str, about: str = "") -> None:
    """Draw a colour table with the values at its ends, and what is said of it."""
    ColourBar(reach, low, high, about).draw()
