"""The step of a lesson beside the tool in which it is taken: on a wide screen at its left, on a narrow one above it."""

import streamlit as st

from pages.ui import state
from pages.ui.course import asking, lessons, places, progress
from pages.ui.course.lessons import Step
from pages.ui.frame import COURSE, HOME, PageRecord
from pages.ui.scripts import run_in_browser
from pages.ui.text import _

# The page leaves room for it at its left; on a narrow screen it is a part of the page, no higher than half of it.
_STYLE = """<style>
.st-key-lesson_strip {
  padding: 0.6rem 1rem 1rem; gap: 0.6rem; background: color-mix(in srgb, currentColor 5%, transparent);
}
.st-key-lesson_strip h2 { font-size: 1.2rem; padding: 0 0 0.5rem; }
.st-key-lesson_head p { font-size: 0.85rem; }
.st-key-lesson_strip :is(p, li) { font-size: 0.95rem; line-height: 1.5; }
.st-key-lesson_head, .st-key-lesson_ways { justify-content: space-between; flex-wrap: nowrap; }
.st-key-lesson_head button { min-height: 0; padding: 0; }
@media (min-width: 1000px) {
  [data-testid="stMainBlockContainer"] { padding-left: 20.5rem !important; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-lesson_strip) { position: absolute; height: 0; }
  .st-key-lesson_strip {
    position: fixed; left: 0; top: 3rem; bottom: 0; width: 19.5rem; overflow-y: auto; flex-wrap: nowrap;
  }
}
@media (max-width: 999.9px) {
  .st-key-lesson_strip {
    max-height: 50vh; overflow-y: auto; flex-wrap: nowrap; border-radius: 0.5rem; margin-bottom: 0.5rem;
  }
}
</style>"""
# What a step is about may stand far down its page. Where the screen is narrow the question comes first.
_SCROLL = """<script>(() => {{
  if (innerWidth < 1000) return;
  {look}
  look();
}})() /* {step} */</script>"""


def draw(page: PageRecord) -> None:
    """Draw the step that the address names, unless none is taken on this page; then lead to what a link has opened."""
    step = lessons.current()
    if step is None or page in (HOME, COURSE):
        places.lead()
        return
    with st.container(key="lesson_strip"):
        st.html(_STYLE)
        _draw_head(step)
        text = lessons.text_of_step(step)
        st.header(text.title, anchor=False)
        asking.draw(step, text)
        st.markdown(text.look)
        with st.expander(_("What the course says, and what is more precise"), icon=":material/menu_book:"):
            st.markdown(text.exactly)
        _draw_ways(step)
        progress.keep()
        # Both are ours: names of a step and of an element.
        run_in_browser(
            _SCROLL.format(look=places.looking_for(step.place), step=step.name) if step.place else "<script></script>"
        )


def _draw_head(step: Step) -> None:
    lesson = lessons.lesson_of(step)
    with st.container(horizontal=True, vertical_alignment="center", key="lesson_head"):
        st.caption(
            _("{lesson}: step {number} of {count}").format(
                lesson=lessons.text_of(lesson).title, number=lesson.steps.index(step) + 1, count=len(lesson.steps)
            )
        )
        st.button(
            _("Close"),
            icon=":material/close:",
            type="tertiary",
            help=_("The tool stays as it is; the page Course leads back here."),
            on_click=state.LESSON.set,
            args=("",),
            key="lesson_close",
        )


def _draw_ways(step: Step) -> None:
    before, after = lessons.beside(step, -1), lessons.beside(step, 1)
    draw_link(step, _("Set the tool up again"), ":material/replay:")
    with st.container(horizontal=True, key="lesson_ways"):
        if before is not None:
            draw_link(before, _("Back"), ":material/arrow_back:")
        if after is not None:
            draw_link(after, _("Next"), ":material/arrow_forward:")
        else:
            st.page_link(COURSE.path, label=_("All lessons"), icon=":material/school:")


def draw_link(step: Step, label: str, icon: str | None = None) -> None:
    """Draw a link that sets the step's tool up and shows the step beside it."""
    st.page_link(step.page.path, label=label, icon=icon, query_params=step.query)
