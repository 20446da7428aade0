"""The course: lessons in order, each a path through the other pages; words, a search, and what a teacher needs."""

from pages.ui import state
from pages.ui.course import claims, overview, progress, search, sheet, teaching, words
from pages.ui.frame import begin_page

with begin_page():
    progress.keep()
    chosen = sheet.chosen()
    if chosen is not None:
        sheet.draw(chosen)
    else:
        overview.draw_start()
        if not search.draw():
            overview.draw_lessons()
            claims.draw()
            words.draw()
            teaching.draw()
    state.share(state.LANGUAGE, state.SHEET, state.SOUGHT_WORD, state.CLAIMS_OF)
