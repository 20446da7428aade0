"""The browser's Back and Forward lead through what was seen, and a page adds no entry that nobody has seen."""

import re

import pytest
from browsing import no_traceback, visit, wait_idle
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def address_is(page: Page, path: str, **query: str) -> None:
    """Wait until the page stands at an address that says all of this."""
    said = "".join(f"(?=.*[?&]{name}={re.escape(value)}(&|$))" for name, value in query.items())
    page.wait_for_url(re.compile(f"^[^?]*{re.escape(path)}(?=$|[?]){said}"))
    wait_idle(page)
    no_traceback(page)


def layer_is_open(page: Page, layer: str) -> None:
    address_is(page, "/Feature_maps", layer=layer)
    expect(page.get_by_role("heading", name=f"Map 0 of {layer}", exact=True)).to_be_visible()


def ideas_are_open(page: Page, *titles: str) -> None:
    address_is(page, "/Convolution")
    for title in ("1×1 convolution", "Dense beside convolution"):
        opened = page.locator("details[open]").filter(has=page.locator("summary", has_text=title))
        expect(opened).to_have_count(int(title in titles))


def entries(page: Page) -> int:
    return int(page.evaluate("history.length"))


def test_back_and_forward_lead_through_what_was_seen(page: Page) -> None:
    visit(page, "/Feature_maps?model=mnist")
    layer_is_open(page, "conv2d")
    before = entries(page)
    for layer in ("conv2d_1", "max_pooling2d", "dense"):
        page.locator(f'[data-layer="{layer}"]').click()
        address_is(page, "/Feature_maps", layer=layer)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Convolution").click()
    ideas_are_open(page)
    for title in ("1×1 convolution", "Dense beside convolution"):
        page.locator("summary", has_text=title).click()
        wait_idle(page)
    ideas_are_open(page, "1×1 convolution", "Dense beside convolution")
    assert entries(page) == before + 6

    page.go_back()
    ideas_are_open(page, "1×1 convolution")
    page.go_back()
    ideas_are_open(page)
    page.go_back()
    address_is(page, "/Feature_maps", layer="dense")
    page.go_back()
    layer_is_open(page, "max_pooling2d")
    page.go_back()
    layer_is_open(page, "conv2d_1")
    page.go_forward()
    layer_is_open(page, "max_pooling2d")
    for _entry in range(3):
        page.go_forward()
        wait_idle(page)
    ideas_are_open(page, "1×1 convolution")
    assert entries(page) == before + 6
