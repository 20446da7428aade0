"""A search over lessons, layers and words; nothing leaves this server."""

import streamlit as st

from cnn_core.layers import KINDS
from pages.ui import state
from pages.ui.course import claims, words
from pages.ui.course.lessons import LESSONS, Step, StepText, text_of
from pages.ui.course.strip import draw_link
from pages.ui.frame import page_at
from pages.ui.text import _

_MOST = 8
"""Of each sort: more would be a list to read."""


def _plain(text: str) -> str:
    """Return a text as it is sought and searched: without capitals and spaces, which Korean writes either way.

    >>> _plain("특성 맵") in _plain("모든 특성맵"), _plain("Receptive field")
    (True, 'receptivefield')
    """
    return "".join(text.casefold().split())


def draw() -> bool:
    """Draw the field and what is found; return whether something is sought."""
    st.text_input(
        _("Search lessons, layers and terms"),
        icon=":material/search:",
        placeholder=_("padding, receptive field, Conv2D …"),
        max_chars=60,
        **state.field("course_search", state.SOUGHT_WORD.get(), lambda sought: state.SOUGHT_WORD.set(sought.strip())),
    )
    sought = _plain(state.SOUGHT_WORD.get())
    if not sought:
        return False
    found = [_draw_steps(sought), _draw_claims(sought), _draw_words(sought), _draw_layers(sought)]
    if not any(found):
        st.info(_("Nothing was found. Try a shorter word, or look through the lessons and the glossary."))
    return True


def _draw_steps(sought: str) -> bool:
    found = [
        (step, said)
        for one in LESSONS
        for step, said in zip(one.steps, text_of(one).steps, strict=True)
        if sought in _all_of(said)
    ]
    found.sort(key=lambda pair: sought not in _plain(pair[1].title))
    _head(_("Lessons"), bool(found))
    for step, said in found[:_MOST]:
        _draw_step(step, said)
    return bool(found)


def _draw_step(step: Step, said: StepText) -> None:
    draw_link(step, said.title, step.page.icon)
    st.caption(said.question)


def _all_of(said: StepText) -> str:
    return _plain("|".join((said.title, said.question, said.look, said.exactly)))


def _draw_claims(sought: str) -> bool:
    found = [claim for claim in claims.all_claims() if sought in _plain(f"{claim.said}|{claim.exactly}")]
    _head(_("What the courses claim"), bool(found))
    for claim in found[:_MOST]:
        claims.draw_claim(claim)
    return bool(found)


def _draw_words(sought: str) -> bool:
    found = [word for word in words.all_words() if sought in _plain("|".join(word[:3]))]
    found.sort(key=lambda word: sought not in _plain(f"{word.name}|{word.others}"))
    _head(_("Glossary"), bool(found))
    words.draw_words(found[:_MOST])
    return bool(found)


def _draw_layers(sought: str) -> bool:
    found = [name for name, kind in KINDS.items() if sought in _plain(f"{name}|{_(kind.about)}")]
    found.sort(key=lambda name: sought not in _plain(name))
    _head(_("Kinds of layers"), bool(found))
    design = page_at("Design_a_network")
    for name in found[:_MOST]:
        st.page_link(design.path, label=f"**{name}**: {_(KINDS[name].about)}", icon=design.icon)
    return bool(found)


def _head(title: str, shown: bool) -> None:
    if shown:
        st.header(title, anchor=False)
