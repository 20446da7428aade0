"""What surrounds every page: the pages' records, the configuration, the navigation, the language and the title."""

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.scripts import KEEP_UPLOADS, Html, run_in_browser, speak
from pages.ui.text import _, catalogue
from pages.ui.waiting import drawn, run_again

_ROOT = Path(__file__).parents[2]
_NAME = "ConvScope"

# Streamlit leaves 6rem above a page and 5rem beside it, which a small screen runs out of first. It breaks a full line
# anywhere; Korean is read by words, and breaks inside one only where it is longer than its line.
_STYLE = """
[data-testid="stHeader"] { height: 3rem; min-height: 3rem; }
[data-testid="stMainBlockContainer"] { padding: 4rem clamp(1rem, 3vw, 3rem) 4rem; max-width: 92rem; }
[data-testid="stMainBlockContainer"]:has(.st-key-head_fit) {
  padding: 3.25rem clamp(0.75rem, 2vw, 2rem) 1rem; max-width: 120rem;
}
[data-testid="stMainBlockContainer"]:has(.st-key-head_fit) > [data-testid="stVerticalBlock"] { gap: 0.5rem; }
.st-key-head_fit { flex-wrap: nowrap; }
.st-key-head_fit h1 { font-size: 1.15rem; padding: 0; white-space: nowrap; }
.st-key-tools { min-width: 0; flex: 1 1 0; flex-wrap: nowrap; gap: 0.5rem; }
[data-testid="stLayoutWrapper"]:has(> .st-key-tools) { flex: 1 1 0; min-width: 0; }
[data-testid="stMainBlockContainer"]:has(.st-key-head_fit) [data-testid="stColumn"] > [data-testid="stVerticalBlock"] {
  gap: 0.5rem;
}
@media (max-width: 640px) {
  .st-key-head h1 { font-size: 1.5rem; }
  .st-key-head > [data-testid="stElementContainer"]:first-child { flex: 0 1 auto; min-width: 0; }
  .st-key-head_fit, .st-key-tools { flex-wrap: wrap; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-tools) { flex: 1 0 100%; order: 3; }
  .st-key-board_first [data-testid="stColumn"]:last-child { order: -1; }
}
/* Streamlit hides − and + of a number field of 120 pixels or less. */
[data-testid="stColumn"] [data-testid="stColumn"]:has([data-testid="stNumberInput"]) { min-width: 7.75rem; }
/* What is chosen and does not fit ends in a sign that there is more of it. */
[data-testid="stSelectbox"] input { text-overflow: ellipsis; }
[data-testid="stMarkdownContainer"] code, [data-testid="stCaptionContainer"] code { font-size: max(0.75em, 12px); }
:lang(ko) { word-break: keep-all !important; overflow-wrap: anywhere; }
[class*="st-key-unseen_"], [data-testid="stElementContainer"]:has(> .stHtml > script) {
  position: absolute; height: 0; overflow: hidden;
}
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-unseen_"]) { position: absolute; width: 0; height: 0; }
.st-key-head { flex-wrap: nowrap; }
/* Streamlit marks a link that the keyboard is at by a shade that hardly shows. */
a:focus-visible { outline: 2px solid currentColor !important; outline-offset: 1px; }
.st-key-lang_widget { margin-inline-start: auto; }
.st-key-head h1 { padding: 0; }
/* Who asks for less motion is spared Streamlit's too; its delays keep what is soon renewed from fading. */
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after {
    animation-duration: 1ms !important; animation-iteration-count: 1 !important; transition-duration: 0s !important;
  }
}
"""


_LARGE = "html { font-size: 130%; } .st-key-lang_widget { min-width: 9rem; }"
"""What a reader in the last row needs; every page has it while it is chosen, for the tools are what is projected."""


@dataclass(frozen=True)
class PageRecord:
    """A page as the navigation, its own header and the home page show it; the file's name gives the address.

    `short` is its title where all pages stand in one line.
    """

    file: str
    title: str
    icon: str
    claim: str
    fits_screen: bool = False
    short: str = ""

    @cached_property
    def path(self) -> Path:
        return _ROOT / self.file

    @property
    def link(self) -> str:
        """Return what the navigation calls it."""
        return self.short or self.title

    @property
    def address(self) -> str:
        """Return what stands behind the server's address; Streamlit takes it from the file's name."""
        return "" if self is HOME else re.sub(r"^\d+_", "", self.path.stem)


HOME = PageRecord(
    "pages/Home.py",
    N_("Home"),
    ":material/home:",
    N_("See what every layer of a CNN does, ask why, and check the arithmetic."),
)
COURSE = PageRecord(
    "pages/0_Course.py",
    N_("Course"),
    ":material/school:",
    N_("Learn convolutional networks by trying: predict, look, and check your answer against the tool."),
)
FEATURE_MAPS = PageRecord(
    "pages/1_Feature_maps.py",
    N_("Feature maps"),
    ":material/grid_view:",
    N_("Send your own picture through a trained network and open every layer."),
    fits_screen=True,
)
PAGES = (
    HOME,
    COURSE,
    PageRecord(
        "pages/3_Convolution.py",
        N_("Convolution"),
        ":material/apps:",
        N_("Move a kernel over numbers by hand and see how each sum is formed."),
        fits_screen=True,
    ),
    PageRecord(
        "pages/4_Pooling_and_stride.py",
        N_("Pooling and stride"),
        ":material/compress:",
        N_("Shrink one input in ten ways and compare what survives."),
        fits_screen=True,
        short=N_("Pooling"),
    ),
    PageRecord(
        "pages/6_Neuron.py",
        N_("Neuron"),
        ":material/scatter_plot:",
        N_(
            "Move the weights of one neuron, follow a slope through ten layers, and bend a boundary with hidden layers."
        ),
        fits_screen=True,
    ),
    PageRecord(
        "pages/2_Design_a_network.py",
        N_("Design a network"),
        ":material/schema:",
        N_("Build a network layer by layer; shapes and costs update as you go."),
        fits_screen=True,
        short=N_("Design"),
    ),
    FEATURE_MAPS,
    PageRecord(
        "pages/5_Train.py",
        N_("Train"),
        ":material/model_training:",
        N_("Watch a network learn, overfit and recover, on your own pictures or on ours."),
        fits_screen=True,
    ),
    PageRecord(
        "pages/7_Tasks.py",
        N_("Tasks"),
        ":material/select_all:",
        N_("One picture, five questions: what is it, where, how many, which pixels?"),
        fits_screen=True,
    ),
)

_BY_ADDRESS = {page.address: page for page in PAGES}


def configure() -> None:
    """Set what the browser's tab shows and how wide the page may be."""
    # A file of ours: a name of a Material icon would make every browser ask another server for its picture.
    icon = _ROOT / "assets" / "icon.svg"
    st.set_page_config(page_title=_NAME, page_icon=icon, layout="wide")


def navigation() -> st.Page:
    """Declare the pages and return the one asked for."""
    return st.navigation(
        [st.Page(page.path, title=_(page.link), icon=page.icon, default=page is HOME) for page in PAGES],
        position="top",
    )


def record_of(page: st.Page) -> PageRecord:
    """Return the record of a page that `navigation` declared."""
    return page_at(page.url_path)


def page_at(address: str) -> PageRecord:
    """Return the page that an address leads to, whatever stands behind its `?`."""
    return _BY_ADDRESS[address.partition("?")[0]]


def begin_page(style: str = "") -> AbstractContextManager[DeltaGenerator]:
    """Draw what the calling page begins with; its own part is drawn within what is returned, which gives the place for
    what is set once: in the first line of a page that fits a screen.

    A page that was opened past the front door goes through it first.

    Args:
        style: rules of CSS that the page has of its own.
    """
    # Its file says which page it is, whoever runs it: app.py, a cold server at a deep link, a test.
    caller = Path(sys._getframe(1).f_code.co_filename).name
    page = next(page for page in PAGES if page.path.name == caller)
    _through_the_front_door()
    return _begun(page, style)


@contextmanager
def _begun(page: PageRecord, style: str) -> Iterator[DeltaGenerator]:
    # First, so that a browser paints it before it fetches what the rest needs.
    with st.container(horizontal=True, vertical_alignment="center", key="head_fit" if page.fits_screen else "head"):
        st.title(_NAME if page is HOME else _(page.title), anchor=False, width="content")
        tools = st.container(horizontal=True, vertical_alignment="center", key="tools")
        st.selectbox(
            _("Language"),
            format_func=state.LANGUAGES.__getitem__,
            label_visibility="collapsed",
            width=110,
            **state.LANGUAGE.widget(),
        )
    if not page.fits_screen:
        st.markdown(_(page.claim))
    large = _LARGE if state.LARGE_TYPE.get() else ""
    st.html(Html(f"<style>{_STYLE}{style}{large}</style>"))
    _run_scripts()
    with drawn():
        yield tools


def board_first(*shares: int) -> list[DeltaGenerator]:
    """Return places for the controls and, beside them, for what they change; on a phone that stands above them.

    `shares` of the width, in that order.
    """
    with st.container(key="board_first"):
        return st.columns(shares, gap="medium")


def _through_the_front_door() -> None:
    """On a cold server a deep link runs the page's file alone; declaring the pages once makes it a normal one."""
    if state.FRONT_DOOR.get():
        return
    state.FRONT_DOOR.set(True)
    configure()
    navigation()
    run_again()


def _run_scripts() -> None:
    # A constant a language: nothing that a person typed ever enters a script.
    language = f'<script>document.documentElement.lang = "{state.LANGUAGE.get()}"</script>'
    run_in_browser(language + KEEP_UPLOADS + _speaking(state.LANGUAGE.get()))


@cache
def _speaking(language: str) -> str:
    return speak(catalogue(language).gettext)
