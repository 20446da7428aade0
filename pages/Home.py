"""A network at work, and all that can be done here, each one click away: in one screen."""

from pages.ui import state
from pages.ui.frame import begin_page
from pages.ui.home.cards import draw_cards
from pages.ui.home.glance import draw_glance
from pages.ui.home.questions import draw_questions

with begin_page():
    draw_questions()
    draw_glance()
    draw_cards()
state.share(state.LANGUAGE)
