"""What surrounds the pages, in a real browser: addresses on a cold server, language, narrow screens, a clean log."""

import re
from pathlib import Path

import pytest
from browsing import NARROW, TOO_WIDE, OpenPage, no_traceback, page_link, visit, wait_idle
from folders import ROOT
from playwright.sync_api import Page, expect
from serving import AppServer

from pages.ui.frame import PAGES, PageRecord
from pages.ui.state import LANGUAGES
from pages.ui.text import catalogue

pytestmark = pytest.mark.browser

FILES = sorted(f"pages/{file.name}" for file in (ROOT / "pages").glob("*.py"))
# Python's words for what is about to be dropped, Streamlit's own, and errors of any kind.
TROUBLE = re.compile(
    r"DeprecationWarning|FutureWarning|deprecated|will be removed|[Pp]lease replace"
    r"|Traceback|\w+Error\b|Exception\b|ERROR"
)
HANGUL = re.compile("[\uac00-\ud7a3]")


def address(file: str) -> str:
    """Return the address that Streamlit derives from a page's file name; the front door's page has none."""
    name = re.sub(r"^\d+_", "", Path(file).stem)
    return "/" if name == "Home" else f"/{name}"


def record(file: str) -> PageRecord:
    return next(page for page in PAGES if page.file == file)


def link(file: str) -> str:
    return record(file).link


def current_page(page: Page) -> str:
    """Return what the navigation marks as open."""
    return page.locator('[data-testid="stTopNavLink"][aria-current="page"]').inner_text().strip().split("\n")[-1]


def claim(page: Page) -> str:
    """Return the sentence below the title; a page that fits a screen has none."""
    return page.get_by_test_id("stMain").get_by_test_id("stMarkdown").first.inner_text()


def stem(file: str) -> str:
    return Path(file).stem


each_page = pytest.mark.parametrize("file", FILES, ids=stem)


@each_page
def test_what_draws_plots_is_fetched_where_one_is_opened(file: str, page: Page) -> None:
    """Plotly is half of all that a browser could fetch: 4.7 of 9 MB."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, address(file))
    assert [url for url in asked if "plotly" in url.lower()] == []
    if link(file) == "Convolution":
        with page.expect_request(re.compile("plotly", re.IGNORECASE)):
            visit(page, f"{address(file)}?open=moved_digit")
    assert len(asked) > 20


# What a page imports first, and what it needs of workers, differs most between these three.
@pytest.mark.parametrize("file", [file for file in FILES if link(file) in ("Home", "Feature maps", "Train")], ids=stem)
def test_deep_link_works_on_a_cold_server(file: str, cold_server: AppServer, open_page: OpenPage) -> None:
    page = open_page(cold_server)
    visit(page, address(file))
    assert current_page(page) == link(file)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert cold_server.process.poll() is None


@pytest.mark.parametrize("language", ["en", "ko"])
def test_all_pages_stand_in_one_line(language: str, page: Page) -> None:
    visit(page, f"/?lang={language}")
    names = [catalogue(language).gettext(record.link) for record in PAGES]
    links = page.get_by_test_id("stTopNavLink")
    assert [text.strip().split("\n")[-1] for text in links.all_inner_texts()] == names


def test_navigation_leads_to_every_page(page: Page) -> None:
    visit(page, address(FILES[-1]))
    for file in FILES:
        page_link(page, link(file)).click()
        page.wait_for_url(re.compile(rf"{re.escape(address(file))}(\?|$)"))
        wait_idle(page)
        no_traceback(page)
        assert current_page(page) == link(file)


def test_korean_by_browser(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, locale="ko-KR")
    visit(page, "/")
    expect(page.locator("html")).to_have_attribute("lang", "ko")


def test_streamlit_s_own_words_are_korean_and_english_again(page: Page) -> None:
    uploader = page.get_by_test_id("stFileUploader")
    visit(page, "/Pooling_and_stride?lang=ko&input=picture")
    page.get_by_role("radio", name=catalogue("ko").gettext("Upload")).click()
    expect(uploader.locator("button")).to_contain_text(catalogue("ko").gettext("Upload"))
    expect(uploader).to_contain_text(catalogue("ko").gettext("{size} per file").format(size="20MB"))
    page.locator(".st-key-lang_widget").get_by_role("combobox").click()
    page.get_by_role("option", name="English").click()
    expect(uploader).to_contain_text("20MB per file")
    expect(uploader.locator("button")).to_contain_text("Upload")


def test_language_can_be_changed_back(page: Page) -> None:
    visit(page, "/?lang=ko")
    page.locator(".st-key-lang_widget").get_by_role("combobox").click()
    page.get_by_role("option", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    wait_idle(page)
    assert not HANGUL.search(page.get_by_test_id("stMain").inner_text())


# Streamlit breaks a full line anywhere, which Korean allows only inside a word that is longer than its line.
# A table of figures scrolls instead.
BROKEN_ANYWHERE = """() => [...document.querySelectorAll('[data-testid="stMain"] *, [data-testid="stTopNav"] *')]
    .filter(element => [...element.childNodes].some(node => /[\uac00-\ud7a3]/.test(node.data ?? "")))
    .map(element => [element, getComputedStyle(element)])
    .filter(([element, style]) => style.wordBreak !== "keep-all"
        || style.overflowWrap !== (element.closest(".cs-figures") ? "normal" : "anywhere"))
    .map(([element, style]) => `${style.wordBreak} ${style.overflowWrap}: ${element.outerHTML.slice(0, 120)}`)"""

# What is chosen and does not fit, without a sign that there is more of it.
CUT_OFF = """fields => fields.filter((field) => field.scrollWidth > field.clientWidth + 1)
    .filter((field) => getComputedStyle(field).textOverflow !== "ellipsis").map((field) => field.value)"""


@each_page
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_on_a_narrow_screen(file: str, language: str, open_page: OpenPage, app_server: AppServer) -> None:
    """It speaks the language of its address, breaks its lines as that language does, and does not scroll sideways."""
    page = open_page(app_server, viewport=NARROW, has_touch=True, is_mobile=True)
    visit(page, f"{address(file)}?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.evaluate(TOO_WIDE) == []
    title = page.get_by_role("heading", level=1)
    said = title.inner_text()
    assert bool(HANGUL.search(said if record(file).fits_screen else said + claim(page))) == (language == "ko")
    assert (title.evaluate("element => getComputedStyle(element).wordBreak") == "keep-all") == (language == "ko")
    assert language != "ko" or page.evaluate(BROKEN_ANYWHERE) == []
    assert page.eval_on_selector_all('[data-testid="stSelectbox"] input', CUT_OFF) == []


def test_server_is_clean_after_every_page(cold_server: AppServer, open_page: OpenPage) -> None:
    page = open_page(cold_server)
    for file in FILES:
        visit(page, address(file))
    log = cold_server.read_log()
    assert [line for line in log.splitlines() if TROUBLE.search(line)] == []
    # The workers are children: what they load is not in the server's own map.
    maps = Path(f"/proc/{cold_server.process.pid}/maps")
    assert not maps.exists() or not re.search("tensorflow", maps.read_text())


# Less motion ----------------------------------------------------------------------------------------------------------

MOVING = """() => [...document.querySelectorAll("body *")].map((element) => [element, getComputedStyle(element)])
    .filter(([_, style]) => parseFloat(style.transitionDuration) > 0
        || (style.animationName !== "none" && parseFloat(style.animationDuration) > 0.001))
    .map(([element]) => element.outerHTML.slice(0, 80))"""
"""What Streamlit lets fade, slide or turn."""


@pytest.mark.parametrize("wanted", ["reduce", "no-preference"])
def test_whoever_asks_for_less_motion_is_spared_streamlits_too(
    open_page: OpenPage, app_server: AppServer, wanted: str
) -> None:
    page = open_page(app_server, pictures_pass=True, reduced_motion=wanted)
    visit(page, "/Convolution?open=stacked&lang=en")
    assert bool(page.evaluate(MOVING)) is (wanted == "no-preference")
