"""One lesson as a sheet of paper: its questions with room for answers, and its picture."""

import streamlit as st

from pages.ui import state
from pages.ui.course.lessons import LESSONS, Lesson, StepText, text_of
from pages.ui.course.pictures import draw_picture
from pages.ui.scripts import run_in_browser
from pages.ui.text import _

_STYLE = """<style>
@media print {
  [data-testid="stHeader"], .st-key-sheet_tools { display: none !important; }
  [data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] > :not(:has(.st-key-lesson_sheet)) {
    display: none !important;
  }
  [data-testid="stMain"], [data-testid="stApp"], [data-testid="stAppViewContainer"] {
    position: static !important; overflow: visible !important; height: auto !important;
  }
  .st-key-lesson_sheet h3, .st-key-lesson_sheet [data-testid="stImage"] { break-inside: avoid; break-after: avoid; }
  [data-testid="stApp"] { background: white !important; }
  .st-key-lesson_sheet * { color: black !important; }
}
/* The drawings are made for paper. */
.st-key-lesson_sheet [data-testid="stImage"] img { background: white; }
.st-key-lesson_sheet { max-width: 46rem; }
.cs-line { border-bottom: 1px solid currentColor; opacity: 0.5; height: 1.75rem; max-width: 24rem; }
</style>"""


def chosen() -> Lesson | None:
    """Return the lesson that is to be printed, None where there is none."""
    return next((lesson for lesson in LESSONS if lesson.name == state.SHEET.get()), None)


def draw(lesson: Lesson) -> None:
    """Draw the sheet, with a button that prints it and one that leads back."""
    st.html(_STYLE)
    with st.container(horizontal=True, key="sheet_tools"):
        st.button(
            _("Print"),
            icon=":material/print:",
            on_click=state.PRINTING.set,
            args=(True,),
            key="sheet_print",
        )
        st.button(_("All lessons"), icon=":material/school:", on_click=state.SHEET.set, args=("",), key="sheet_back")
        st.toggle(_("Include the explanations of the answers"), key="sheet_explained")
    run_in_browser("<script>window.print()</script>" if state.PRINTING.get() else "<script></script>")
    state.PRINTING.set(False)
    text = text_of(lesson)
    with st.container(key="lesson_sheet"):
        st.header(text.title, anchor=False)
        st.markdown(text.about)
        draw_picture(lesson)
        for number, step in enumerate(text.steps, 1):
            _draw_step(number, step)


def _draw_step(number: int, step: StepText) -> None:
    st.subheader(f"{number}. {step.title}", anchor=False)
    st.markdown(step.question)
    if step.options:
        st.markdown("\n".join(f"- ☐ {option}" for option in step.options))
    else:
        st.html('<div class="cs-line"></div>')
    st.markdown(step.look)
    if state.widget_value("sheet_explained"):
        st.markdown(f"> {step.exactly}")
