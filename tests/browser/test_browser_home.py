"""The home page in a browser: a network at work and every page's card on one screen; the picture travels by itself."""

import base64
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from browsing import NARROW, OpenPage, box_of, visit
from playwright.sync_api import Page, expect
from serving import AppServer

from cnn_core.models.bundled import bundled_network
from pages.ui.frame import HOME, PAGES
from pages.ui.home.living import living_picture

pytestmark = pytest.mark.browser

LAYERS = [named.name for named in bundled_network("cifar10").layers]
SCREEN = {"width": 1280, "height": 800}
# What moves, in which order: of every map that is animated its layer and when it begins.
HEARD = """() => {
    window.moved = [];
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (frames, options) {
        if (this.dataset.layer && options.delay !== undefined) window.moved.push([this.dataset.layer, options.delay]);
        return animate.call(this, frames, options);
    };
}"""


@pytest.fixture
def home(open_page: OpenPage, app_server: AppServer) -> Callable[..., Page]:
    """Return a function that opens the home page; what moves in it is noted."""

    def opened(**context: Any) -> Page:
        page = open_page(app_server, **{"viewport": SCREEN, **context})
        page.add_init_script(f"({HEARD})()")
        visit(page, "/")
        return page

    return opened


def last_class(page: Page) -> Any:
    return page.locator('[data-layer="output"][data-channel="9"]')


def test_a_screen_holds_the_network_and_all_cards(home: Callable[..., Page]) -> None:
    page = home()
    cards = page.locator('[class*="st-key-card_"]')
    expect(cards).to_have_count(len(PAGES) - 1)
    assert all(box_of(card)["y"] + box_of(card)["height"] <= SCREEN["height"] for card in cards.all())
    for layer in LAYERS:
        box = box_of(page.locator(f'[data-layer="{layer}"][data-node]'))
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SCREEN["width"]
    expect(last_class(page)).to_contain_text("truck")


def test_the_picture_travels_by_itself_once_in_three_seconds(home: Callable[..., Page]) -> None:
    page = home()
    page.wait_for_function("window.moved.some(([layer]) => layer === 'output')")
    begins = dict(page.evaluate("window.moved"))
    assert sorted(begins, key=begins.__getitem__) == LAYERS
    assert 2000 < max(begins.values()) < 3000
    expect(last_class(page)).to_have_css("opacity", "1")


def test_with_less_motion_it_stands_at_its_end(home: Callable[..., Page]) -> None:
    page = home(reduced_motion="reduce")
    expect(last_class(page)).to_have_css("opacity", "1")
    assert page.evaluate("window.moved") == []


def test_a_click_on_a_map_opens_it_on_its_page_and_back_leads_home(home: Callable[..., Page]) -> None:
    page = home(reduced_motion="reduce")
    page.locator('[data-layer="conv_2_1"][data-channel="4"]').click()
    page.wait_for_url(re.compile(r"/Feature_maps\?layer=conv_2_1&channel=4$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Feature maps")
    expect(page.locator('[data-layer="conv_2_1"][data-channel="4"]')).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("ConvScope")


def test_all_of_a_card_is_a_link(home: Callable[..., Page]) -> None:
    page = home(reduced_motion="reduce")
    card = page.locator('[class*="st-key-card_3_Convolution"]')
    box = box_of(card)
    page.mouse.click(box["x"] + box["width"] - 12, box["y"] + box["height"] - 12)
    page.wait_for_url(re.compile("/Convolution"))


def test_every_card_has_a_picture_that_moves_but_not_for_who_wants_less(home: Callable[..., Page]) -> None:
    page = home(reduced_motion="no-preference")
    moving = page.locator(".cs-living.moving")
    expect(moving).to_have_count(len(PAGES) - 1)
    for picture in moving.all():
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        card = box_of(picture.locator("xpath=ancestor::*[contains(@class, 'st-key-card_')][1]"))
        inside = box_of(picture)
        assert inside["x"] >= card["x"]
        assert inside["y"] >= card["y"]
        assert inside["y"] + inside["height"] <= card["y"] + card["height"]
    page.emulate_media(reduced_motion="reduce")
    expect(moving.first).to_be_hidden()
    for picture in page.locator(".cs-living.still").all():
        expect(picture).to_be_visible()


@pytest.mark.parametrize("address", [page.address for page in PAGES if page is not HOME])
def test_the_pictures_are_of_the_pages_themselves(address: str) -> None:
    """Each is well-formed, moves, and has no script; the one that stands still has no animation."""
    texts = [base64.b64decode(living_picture(address, moves).partition(",")[2]).decode() for moves in (True, False)]
    for text in texts:
        names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(text).iter()}
        assert names <= {"svg", "style", "g", "rect", "circle", "path", "polyline", "image"}
        assert len(names) > 2
    assert [".written { animation" in text for text in texts] == [True, False]


def test_the_questions_stand_in_one_line(home: Callable[..., Page]) -> None:
    links = home(reduced_motion="reduce").locator(".st-key-questions a")
    expect(links).to_have_count(6)
    assert len({round(box_of(link)["y"]) for link in links.all()}) == 1


def test_on_a_phone_the_network_scrolls_sideways_in_itself(home: Callable[..., Page]) -> None:
    page = home(viewport=NARROW, reduced_motion="reduce")
    box = box_of(page.locator('[data-layer="input"][data-channel="0"]'))
    assert box["y"] + box["height"] < NARROW["height"]
    window = page.locator(".st-key-glance .window")
    assert window.evaluate("node => node.scrollWidth > node.clientWidth")
    last_class(page).scroll_into_view_if_needed()
    expect(last_class(page)).to_be_in_viewport()
