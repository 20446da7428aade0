"""Classification, localization, detection and segmentation on one picture: outputs and measures."""

import streamlit as st

from pages.ui import state
from pages.ui.ask import given
from pages.ui.frame import begin_page
from pages.ui.messages import part
from pages.ui.tasks import further, subject, tasks
from pages.ui.text import _, lesson

with begin_page() as head:
    given.draw()
    with head, part(needed=True):
        picture = subject.pick()
    with part():
        tasks.draw(subject.answered(picture))
    further.draw(picture)
    with st.expander(_("What the courses say, and what is more precise"), icon=":material/menu_book:"):
        st.markdown(lesson("tasks"))
    state.share(state.LANGUAGE, *subject.SHARED, *tasks.SHARED, *further.SHARED)
