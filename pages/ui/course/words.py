"""The words of the field in the reader's language, with the other names that courses and papers use."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import streamlit as st

from pages.ui import state
from pages.ui.frame import page_at
from pages.ui.text import _, lesson


class Word(NamedTuple):
    """`others` are further names for the same thing; `address` is where it can be seen."""

    name: str
    others: str
    meaning: str
    address: str


def all_words() -> tuple[Word, ...]:
    return read_words(lesson("course/words"))


@cache
def read_words(text: str) -> tuple[Word, ...]:
    """Return the words of a Markdown table, whose heading and rule are its first two lines."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return tuple(Word(*(cell.strip().strip("`") for cell in row)) for row in rows[2:])


_STYLE = "<style>[class*='st-key-word_'] { flex-wrap: nowrap; }</style>"


def draw() -> None:
    """Draw the glossary, closed until wanted."""
    place = st.expander(_("Glossary"), icon=":material/dictionary:", on_change="rerun", key="course_words")
    if place.open:
        with place:
            draw_words(all_words())


def draw_words(words: Iterable[Word]) -> None:
    """Draw words, one a line, each with the link to where it is seen at the line's end."""
    st.html(_STYLE)
    for word in words:
        _draw_word(word)


def _draw_word(word: Word) -> None:
    others = f" ({word.others})" if word.others else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"word_{word.name}"):
        st.markdown(f"**{word.name}**{others}: {word.meaning}", width="stretch")
        page = page_at(word.address)
        st.page_link(page.path, label=_("See it"), icon=page.icon, query_params=state.link(word.address))
