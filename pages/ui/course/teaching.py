"""What a teacher needs: the links of all steps as a list, large type for a projector, sheets to print."""

import streamlit as st

from pages.ui import state
from pages.ui.course.lessons import LESSONS, text_of
from pages.ui.frame import COURSE
from pages.ui.text import _


def draw() -> None:
    """Draw the teacher's part, closed until wanted."""
    place = st.expander(_("For teachers"), icon=":material/cast_for_education:", on_change="rerun", key="course_teach")
    if not place.open:
        return
    with place:
        st.toggle(_("Large type, for a projector"), **state.LARGE_TYPE.widget())
        st.markdown(_("Sheets to print, one for each lesson:"))
        with st.container(horizontal=True):
            for lesson in LESSONS:
                query = state.link(f"?{state.SHEET.name}={lesson.name}")
                title = text_of(lesson).title
                st.page_link(COURSE.path, label=title, icon=":material/print:", query_params=query)
        st.markdown(_("The links of all steps, to be put after this server's address:"))
        st.code(links(), language=None)


def links() -> str:
    """Return all steps, each with its link, one a line."""
    return "\n\n".join(
        "\n".join(
            [text_of(lesson).title]
            + [f"/{step.link}  {said.title}" for step, said in zip(lesson.steps, text_of(lesson).steps, strict=True)]
        )
        for lesson in LESSONS
    )
