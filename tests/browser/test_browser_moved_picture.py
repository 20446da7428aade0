"""A digit and a spot moved by hand in a real browser: answers at once, a drawing of the reader's own, the link."""

import re

import pytest
from browsing import NARROW, TOO_WIDE, OpenPage, box_of, no_traceback, visit, wait_idle
from playwright.sync_api import Locator, Page, expect
from serving import AppServer

pytestmark = pytest.mark.browser


def answers(page: Page) -> Locator:
    return page.locator(".moved-picture .answer .verdict")


def test_a_digit_is_moved_shuffled_and_drawn(page: Page) -> None:
    visit(page, "/Convolution?open=moved_digit&moved_digit=21")
    expect(answers(page)).to_have_text([re.compile("✓ 7 ")] * 3)
    right = page.locator('[data-part="digit_right"]')
    right.fill("8")
    expect(page.locator(".moved-picture > .said")).not_to_contain_text("3 of 3")
    right.dispatch_event("change")
    page.locator('[data-part="digit_shuffled"]').click()
    expect(page).to_have_url(re.compile("digit_right=8.*digit_shuffled=True"))
    wait_idle(page)
    page.reload()
    wait_idle(page)
    expect(right).to_have_value("8")
    page.locator('[data-part="put_back"]').click()
    expect(answers(page)).to_have_text([re.compile("✓ 7 ")] * 3)

    sheet = page.locator(".moved-picture .picture > canvas")
    wait_idle(page)
    box = box_of(sheet)
    for share in (0.2, 0.5, 0.8):
        sheet.hover(position={"x": box["width"] / 2, "y": share * box["height"]})
        page.mouse.down()
    page.mouse.up()
    expect(answers(page).nth(1)).to_contain_text("1 (")  # an upright stroke
    expect(page.locator(".moved-picture > .said")).to_contain_text("you know what it is")
    no_traceback(page)


def test_a_spot_is_dragged_from_one_lung_to_the_other(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, viewport=NARROW)
    visit(page, "/Convolution?open=where_it_lies")
    expect(answers(page).first).to_contain_text("✓ spot on the left")
    expect(answers(page).nth(1)).to_contain_text("✓ spot on the left")
    mean = page.locator(".moved-picture .answer").nth(2).locator(".share")
    before = mean.all_text_contents()
    page.locator('[data-part="spot_right"]').fill("26")
    expect(answers(page).first).to_contain_text("✓ spot on the right")
    expect(answers(page).nth(1)).to_contain_text("✓ spot on the right")
    assert mean.all_text_contents() == before
    page.locator('[data-part="spot_shown"]').click()
    expect(answers(page)).to_have_text([re.compile("✓ no spot")] * 3)
    wait_idle(page)
    assert page.evaluate(TOO_WIDE) == []
    no_traceback(page)
