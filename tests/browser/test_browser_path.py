"""The page's main path in a real browser: by pointer, by keyboard alone, on a telephone.

A photograph goes in, a block is unfolded, a residual edge is followed, the strongest map opens, why its value is what
it is is played, the strongest path leads to the pixel, and the trail leads back.
"""

import re

import pytest
from browsing import NARROW, TOO_WIDE, OpenPage, no_traceback, wait_idle
from feature_maps_page import (
    WARM_UP,
    a_photograph,
    answer,
    close_popover,
    is_complete,
    layer_is_open,
    node,
    open_view,
    part_of_stage,
    stops,
    toggle,
    upload,
)
from playwright.sync_api import Locator, Page, expect
from serving import AppServer

pytestmark = pytest.mark.browser

# What the second block of MobileNetV2 adds to what entered it.
BLOCK, BEFORE, SUM = "block_2", "block_1_project_BN", "block_2_add"


def said(page: Page) -> Locator:
    return page.locator(".value-stage .said")


def around_the_block(page: Page) -> Locator:
    """Return the residual edge: it passes by the layers of the block."""
    return page.locator(f'.network .edge.skips[data-to="{SUM}"]')


def entered(page: Page) -> Locator:
    """Return the number of the sum that came along the residual edge."""
    of_sum = page.locator(".value-stage table.parts button")
    return of_sum.filter(has_text=BEFORE)


def is_at_the_pixel(page: Page) -> None:
    expect(page.get_by_role("heading", name=re.compile("^(Red|Green|Blue) of input$"))).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    no_traceback(page)
    expect(said(page)).to_contain_text("This value enters the network")


def is_back(page: Page, channel: int) -> None:
    assert layer_is_open(page, SUM) == channel
    expect(stops(page).first).to_have_attribute("aria-current", "location")


def strongest_of(page: Page, layer: str) -> int:
    """Return the map that differs most, which the picture of the network shows first."""
    node(page, layer).hover()
    facts = page.locator(".network .tip")
    expect(facts).to_contain_text("Strongest maps: ")
    return int(re.findall(r"Strongest maps: (\d+)", facts.inner_text())[0])


def test_by_pointer(page: Page) -> None:
    open_view(page)
    upload(page, "cat.jpg", "image/jpeg", a_photograph())
    expect(answer(page)).to_contain_text("Egyptian cat", timeout=WARM_UP)
    is_complete(page)

    toggle(page, BLOCK).click()
    expect(around_the_block(page)).to_have_count(1)
    strongest = strongest_of(page, SUM)
    node(page, SUM).click()
    channel = layer_is_open(page, SUM)
    assert channel == strongest

    entered(page).click()
    assert layer_is_open(page, BEFORE) == channel
    expect(node(page, BEFORE)).to_have_attribute("aria-pressed", "true")

    finished = said(page).inner_text()
    part_of_stage(page, "restart").click()
    expect(said(page)).not_to_have_text(finished)
    part_of_stage(page, "speed").fill("12")
    part_of_stage(page, "play").click()
    expect(said(page)).to_have_text(finished)

    page.locator('.trail [data-part="follow"]').click()
    expect(stops(page).last).to_contain_text("input [", timeout=WARM_UP)
    wait_idle(page)
    stops(page).last.click()
    is_at_the_pixel(page)
    stops(page).nth(1).click()
    assert layer_is_open(page, BEFORE) == channel
    stops(page).first.click()
    is_back(page, channel)


# By keyboard --------------------------------------------------------------------------------------------------------


def has_focus(part: Locator) -> bool:
    return bool(part.evaluate("element => element.getRootNode().activeElement === element"))


def reach(page: Page, part: Locator, key: str = "Tab", most: int = 120) -> None:
    """Press a key until a part of the page has the focus."""
    expect(part).to_be_visible(timeout=WARM_UP)
    for _ in range(most):
        if has_focus(part):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} leads to {part} not within {most} times.")


def press_enter_on(page: Page, part: Locator) -> None:
    reach(page, part)
    page.keyboard.press("Enter")


def test_by_keyboard_alone(page: Page) -> None:
    # The browser begins to report choosers at the first listener, a moment after it was added.
    page.on("filechooser", lambda _: None)
    open_view(page)
    press_enter_on(page, page.locator(".st-key-set_picture").get_by_test_id("stPopoverButton"))
    own = page.get_by_test_id("stPopoverBody")
    reach(page, own.get_by_role("radio", name="Sample", exact=True))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    wait_idle(page)
    file_button = own.get_by_test_id("stFileUploaderDropzone").locator("button")
    reach(page, file_button)
    with page.expect_file_chooser() as choosing:
        page.keyboard.press("Enter")
    choosing.value.set_files({"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": a_photograph()})
    expect(own.get_by_alt_text("cat.jpg", exact=True)).to_be_visible()
    close_popover(page)
    expect(answer(page)).to_contain_text("Egyptian cat", timeout=WARM_UP)
    is_complete(page)

    press_enter_on(page, toggle(page, BLOCK))
    expect(around_the_block(page)).to_have_count(1)
    expect(toggle(page, BLOCK)).to_be_focused()
    stop = page.locator('.network button[data-node][tabindex="0"]')
    reach(page, stop, "Shift+Tab")
    reach(page, node(page, SUM), "ArrowRight")
    page.keyboard.press("Enter")
    channel = layer_is_open(page, SUM)
    expect(node(page, SUM)).to_be_focused()
    expect(page.locator(".network .said")).to_have_text(f"{SUM} is open.")

    press_enter_on(page, entered(page))
    assert layer_is_open(page, BEFORE) == channel

    finished = said(page).inner_text()
    press_enter_on(page, part_of_stage(page, "restart"))
    expect(said(page)).not_to_have_text(finished)
    reach(page, part_of_stage(page, "speed"))
    page.keyboard.press("End")
    reach(page, part_of_stage(page, "play"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text(finished)

    reach(page, page.locator('.trail [data-part="follow"]'), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(stops(page).last).to_contain_text("input [", timeout=WARM_UP)
    wait_idle(page)
    press_enter_on(page, stops(page).last)
    is_at_the_pixel(page)
    expect(stops(page).last).to_be_focused()
    reach(page, stops(page).first, "Shift+Tab")
    page.keyboard.press("Enter")
    is_back(page, channel)


# On a telephone -----------------------------------------------------------------------------------------------------


def test_at_390_pixels(open_page: OpenPage, app_server: AppServer) -> None:
    phone = {"viewport": NARROW, "has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
    page = open_page(app_server, pictures_pass=True, **phone)
    open_view(page)
    upload(page, "cat.jpg", "image/jpeg", a_photograph())
    expect(answer(page)).to_contain_text("Egyptian cat", timeout=WARM_UP)
    is_complete(page)
    assert page.evaluate(TOO_WIDE) == []
    ways = page.get_by_role("navigation", name="Parts of this page")

    toggle(page, BLOCK).tap()
    expect(around_the_block(page)).to_have_count(1)
    node(page, SUM).tap()
    channel = layer_is_open(page, SUM)
    ways.get_by_role("button", name="One map").tap()
    expect(page.locator(".st-key-map_line")).to_be_in_viewport()

    ways.get_by_role("button", name="Answer", exact=True).tap()
    expect(page.locator(".st-key-asked_line")).to_be_in_viewport()
    entered(page).tap()
    assert layer_is_open(page, BEFORE) == channel
    assert page.evaluate(TOO_WIDE) == []

    finished = said(page).inner_text()
    part_of_stage(page, "restart").tap()
    expect(said(page)).not_to_have_text(finished)
    part_of_stage(page, "speed").fill("12")
    part_of_stage(page, "play").tap()
    expect(said(page)).to_have_text(finished)

    page.locator('.trail [data-part="follow"]').tap()
    expect(stops(page).last).to_contain_text("input [", timeout=WARM_UP)
    wait_idle(page)
    stops(page).last.tap()
    is_at_the_pixel(page)
    stops(page).first.tap()
    is_back(page, channel)
    ways.get_by_role("button", name="Network", exact=True).tap()
    expect(node(page, SUM)).to_be_in_viewport()
    assert page.evaluate(TOO_WIDE) == []
    no_traceback(page)
