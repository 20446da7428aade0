"""The browser's Back and Forward lead through what was seen, and a page adds no entry that nobody has seen."""

import re

import pytest
from browsing import box_of, no_traceback, page_link, visit, wait_idle
from feature_maps_page import WARM_UP, node
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
    expect(page.get_by_role("heading", name=re.compile(rf"^(Map|Unit) \d+ of {layer}$"))).to_be_visible(timeout=WARM_UP)
    expect(node(page, layer)).to_have_attribute("aria-pressed", "true")


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
        node(page, layer).click()
        layer_is_open(page, layer)
    page_link(page, "Convolution").click()
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
    layer_is_open(page, "dense")
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


def test_back_leads_through_layers_maps_values_and_what_was_asked(page: Page) -> None:
    visit(page, "/Feature_maps?model=mnist&layer=conv2d&channel=2")
    asked = page.locator(".st-key-asked_line").filter(visible=True).get_by_role("heading")
    opened = page.locator(".st-key-map_line").get_by_role("heading")

    def is_seen(map_of_layer: str, panel: str) -> None:
        expect(opened).to_have_text(map_of_layer, timeout=WARM_UP)
        expect(asked).to_have_text(panel, timeout=WARM_UP)
        wait_idle(page)
        no_traceback(page)

    is_seen("Map 2 of conv2d", "Why this value?")
    page.get_by_role("spinbutton", name="Map", exact=True).fill("5")
    page.keyboard.press("Enter")
    address_is(page, "/Feature_maps", layer="conv2d", channel="5")
    is_seen("Map 5 of conv2d", "Why this value?")
    values = page.locator(".picker .board")
    values.click(position={"x": 3, "y": box_of(values)["height"] - 3})
    address_is(page, "/Feature_maps", row="27", column="0")
    is_seen("Map 5 of conv2d", "Why this value?")
    page.get_by_test_id("stButtonGroup").get_by_text("Kernels", exact=True).click()
    address_is(page, "/Feature_maps", ask="kernels")
    is_seen("Map 5 of conv2d", "The kernels of this layer")
    node(page, "conv2d_1").click()
    address_is(page, "/Feature_maps", layer="conv2d_1", ask="kernels")
    expect(opened).to_have_text(re.compile(r"^Map \d+ of conv2d_1$"), timeout=WARM_UP)

    page.go_back()
    address_is(page, "/Feature_maps", layer="conv2d", channel="5", ask="kernels")
    is_seen("Map 5 of conv2d", "The kernels of this layer")
    page.go_back()
    is_seen("Map 5 of conv2d", "Why this value?")
    expect(page.locator(".picker .said")).to_have_text(re.compile("^Row 27, column 0: "))
    page.go_back()
    expect(page.locator(".picker .said")).not_to_have_text(re.compile("^Row 27, column 0: "), timeout=WARM_UP)
    is_seen("Map 5 of conv2d", "Why this value?")
    page.go_back()
    is_seen("Map 2 of conv2d", "Why this value?")
