"""A picture of the reader's own arrives, whatever else is pressed while it is on its way."""

import io

import pytest
from browsing import no_traceback, visit, wait_idle
from feature_maps_page import node
from PIL import Image
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser


def picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "PNG")
    return out.getvalue()


def test_a_popover_stays_open_until_its_file_has_arrived(page: Page) -> None:
    on_their_way: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "PUT":
            on_their_way.append(route)
        else:
            route.continue_()

    page.route("**/_stcore/upload_file/**", hold)
    visit(page, "/Feature_maps?model=mnist")
    opener = page.locator(".st-key-set_picture").get_by_test_id("stPopoverButton")
    opener.click()
    popover = page.get_by_test_id("stPopoverBody")
    popover.get_by_text("Upload", exact=True).click()
    wait_idle(page)
    popover.locator('input[type="file"]').set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": picture()}
    )
    expect(popover.get_by_test_id("stFileChipIconSpinner")).to_be_visible()

    page.get_by_role("heading", name="Feature maps").click()
    page.keyboard.press("Escape")
    opener.click()
    expect(popover.get_by_test_id("stFileChipIconSpinner")).to_be_visible()
    # What is pressed outside of it is pressed all the same.
    node(page, "input").click()
    expect(page.get_by_role("heading", name="Brightness of input")).to_be_visible()
    expect(popover.get_by_test_id("stFileChipIconSpinner")).to_be_visible()

    for route in on_their_way:
        route.continue_()
    expect(popover.get_by_role("img", name="mine.png")).to_be_visible()
    wait_idle(page)
    page.get_by_role("heading", name="Feature maps").click()
    expect(popover).to_be_hidden()
    opener.click()
    expect(popover.get_by_role("img", name="mine.png")).to_be_visible()
    no_traceback(page)
