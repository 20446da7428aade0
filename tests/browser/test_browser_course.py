"""The course in a browser: a step beside its tool, links that set the tool up, Back, and progress after a reload."""

import re

import pytest
from browsing import no_traceback, visit, wait_idle
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def heading(page: Page) -> str:
    return page.locator(".st-key-lesson_strip h2").inner_text()


def answer(page: Page, number: str) -> None:
    field = page.get_by_role("spinbutton", name="Your answer")
    field.fill(number)
    field.press("Enter")


def test_steps_lead_on_and_back_and_stay_done(page: Page) -> None:
    visit(page, "/Course?lang=en")
    page.get_by_role("link", name=re.compile("Start here")).click()
    page.wait_for_url(re.compile(r"/Convolution\?lesson=operation\.sum$"))
    answer(page, "2")
    expect(page.get_by_text("Right: 2.")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(re.compile(r"stride_down=2&stride_across=2&lesson=operation\.stride$"))
    answer(page, "7")
    expect(page.get_by_text("Not quite.")).to_be_visible()
    page.go_back()
    page.wait_for_url(re.compile(r"/Convolution\?lesson=operation\.sum$"))
    wait_idle(page)
    assert heading(page) == "One number of the map"
    visit(page, "/Course?lang=en")
    expect(page.get_by_text("1 of ", exact=False)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Go on: The operation · A stride of 2"))).to_be_visible()


def test_what_a_step_is_about_is_scrolled_to(page: Page) -> None:
    visit(page, "/Convolution?open=transposed&lesson=filters.enlarging&lang=en")
    expect(page.locator(".st-key-open_transposed_field")).to_be_in_viewport()
    expect(page.locator(".st-key-lesson_strip")).to_be_in_viewport()


def test_a_claim_leads_to_what_shows_it(page: Page) -> None:
    visit(page, "/Course?open=claims&claims_of=K2&lang=en")
    page.get_by_role("link", name="An eye as a template: its").click()
    board = page.locator(".st-key-open_template_field")
    expect(board).to_be_in_viewport(timeout=30_000)
    expect(page.get_by_text("A bright place fools the plain sum")).to_be_in_viewport()
    no_traceback(page)
