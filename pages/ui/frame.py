"""What surrounds every page: the list of pages, the configuration, the language and the title."""

from pathlib import Path

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.text import _

_ROOT = Path(__file__).parents[2]

# Streamlit leaves 6rem above a page and 5rem beside it, which a small screen runs out of first;
# and a table that is wider than the screen would move the whole page.
_STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 3rem clamp(1rem, 3vw, 3rem) 4rem; max-width: 92rem; }
[data-testid="stMarkdownContainer"] table { display: block; max-width: 100%; overflow-x: auto; word-break: keep-all; }
</style>"""

PAGES = {
    "pages/Home.py": (N_("Home"), ":material/home:"),
    "pages/1_Feature_maps.py": (N_("Feature maps"), ":material/grid_view:"),
    "pages/2_Design_a_network.py": (N_("Design a network"), ":material/schema:"),
    "pages/3_Convolution.py": (N_("Convolution"), ":material/apps:"),
    "pages/4_Pooling_and_stride.py": (N_("Pooling and stride"), ":material/compress:"),
}
"""File: title, icon. The file's name gives the address."""


def configure() -> None:
    """Set what the browser's tab shows and how wide the page may be."""
    # A file of ours: a name of a Material icon would make every browser ask another server for its picture.
    icon = _ROOT / "assets" / "icon.svg"
    st.set_page_config(page_title="ConvScope", page_icon=icon, layout="wide", initial_sidebar_state=264)


def navigation(pages: dict[str, tuple[str, str]]) -> st.Page:
    """Declare the pages and return the one asked for."""
    return st.navigation(
        [
            st.Page(_ROOT / file, title=_(title), icon=icon, default=file == "pages/Home.py")
            for file, (title, icon) in pages.items()
        ]
    )


def begin_page(title: str, claim: str) -> None:
    """Draw what every page begins with; a page that was opened past the front door goes through it first."""
    configure()
    _through_the_front_door()
    # First, so that a browser paints it before it fetches what the rest needs.
    st.title(title, anchor=False)
    st.markdown(claim)
    _set_document_language()
    st.html(_STYLE)
    with st.sidebar:
        st.selectbox(
            _("Language"),
            list(state.LANGUAGES),
            format_func=state.LANGUAGES.get,
            **state.LANGUAGE.widget(),
        )


def page_card(file: str, claim: str, points: list[str]) -> None:
    """Draw what a page is for, with a link to it."""
    title, icon = PAGES[file]
    with st.container(border=True, height="stretch"):
        st.subheader(f"{icon} {_(title)}", anchor=False)
        st.markdown(claim)
        st.markdown("\n".join(f"- {point}" for point in points))
        st.page_link(_ROOT / file, label=_("Open: {page}").format(page=_(title)), icon=":material/arrow_forward:")


def _through_the_front_door() -> None:
    """On a cold server a deep link runs the page's file alone; declaring the pages once makes it a normal one."""
    if state.FRONT_DOOR.get():
        return
    state.FRONT_DOOR.set(True)
    navigation(PAGES)
    st.rerun()


def _set_document_language() -> None:
    # A constant a language: nothing that a person typed ever enters a script.
    script = f'<script>document.documentElement.lang = "{state.LANGUAGE.get()}"</script>'
    st.html(script, unsafe_allow_javascript=True)
