"""All lessons with their steps, and where to go on."""

import streamlit as st

from pages.ui import state
from pages.ui.course import progress
from pages.ui.course.lessons import LESSONS, STEPS, Lesson, lesson_of, text_of, text_of_step
from pages.ui.course.strip import draw_link
from pages.ui.text import _

_STYLE = """<style>
[class*="st-key-lesson_card_"] { padding: 0.9rem 1.1rem; }
[class*="st-key-lesson_card_"] h2 { font-size: 1.25rem; padding: 0 0 0.6rem; }
[class*="st-key-lesson_card_"] [data-testid="stPageLink"] a { padding-block: 0.1rem; }
.st-key-course_start { padding: 0.9rem 1.1rem; background: color-mix(in srgb, currentColor 5%, transparent); }
.st-key-course_start [data-testid="stPageLink"] :is(a, p) { white-space: normal; height: auto; }
.st-key-course_start [data-testid="stPageLink"] p { font-size: 1.1rem; font-weight: 600; }
</style>"""


def draw_start() -> None:
    """Draw the way to the first step that is not done."""
    st.html(_STYLE)
    step, done = progress.next_step(), len(state.PROGRESS.get())
    with st.container(border=True, key="course_start", horizontal=True, vertical_alignment="center"):
        title = f"{text_of(lesson_of(step)).title} · {text_of_step(step).title}"
        said = _("Go on: {step}") if done else _("Start here: {step}")
        draw_link(step, said.format(step=title), ":material/play_arrow:")
        if done:
            st.caption(_("{done} of {count} steps done").format(done=done, count=len(STEPS)))
            st.button(_("Start again"), icon=":material/restart_alt:", type="tertiary", on_click=progress.forget)


def draw_lessons() -> None:
    """Draw a card for every lesson."""
    with st.grid(2, min_column_width=320, gap="small"):
        for number, lesson in enumerate(LESSONS, 1):
            _draw_lesson(number, lesson)


def _draw_lesson(number: int, lesson: Lesson) -> None:
    text = text_of(lesson)
    with st.container(border=True, height="stretch", gap="xsmall", key=f"lesson_card_{lesson.name}"):
        st.header(f"{number}. {text.title}", anchor=False)
        st.markdown(text.about)
        for step, said in zip(lesson.steps, text.steps, strict=True):
            mark = ":material/check_circle:" if progress.is_done(step) else ":material/radio_button_unchecked:"
            draw_link(step, said.title, mark)
