"""Where to begin, and questions that people come with; each leads to its answer in one click."""

from typing import NamedTuple

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.frame import COURSE, page_at
from pages.ui.text import _

_STYLE = """<style>
.st-key-questions { gap: 0.85rem 0.3rem; }
.st-key-questions a { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 2rem; }
.st-key-questions a { padding-inline: 0.4rem; }
.st-key-questions a p { font-size: 0.84375rem; }
@media (max-width: 640px) { .st-key-questions a p { white-space: normal; } }
.st-key-questions > :first-child a {
  background: color-mix(in srgb, currentColor 12%, transparent);
}
</style>"""


class _Question(NamedTuple):
    text: str
    address: str


QUESTIONS = (
    _Question(N_("What does layer 3 see?"), "Feature_maps?model=cifar10&layer=conv_1_2&channel=4&ask=excite"),
    _Question(N_("How many parameters does my network have?"), "Design_a_network?design=mnist&part=costs"),
    _Question(N_("Max or average?"), "Pooling_and_stride?measured=difference"),
    _Question(N_("Why does it overfit?"), "Train"),
    _Question(N_("Why this value?"), "Feature_maps?model=cifar10&layer=relu_1_1&channel=3&ask=why"),
)


def draw_questions() -> None:
    """Draw the way into the course, and the questions as links to their tools, set up for the answer."""
    st.html(_STYLE)
    with st.container(horizontal=True, key="questions"):
        st.page_link(COURSE.path, label="**" + _("Start here") + "**", icon=COURSE.icon)
        for question in QUESTIONS:
            page = page_at(question.address)
            st.page_link(page.path, label=_(question.text), icon=page.icon, query_params=state.link(question.address))
