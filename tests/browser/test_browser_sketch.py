"""A digit drawn in a browser: the network answers while it is drawn, from what stands as MNIST's digits do."""

from collections.abc import Callable
from typing import Any

import pytest
from browsing import OpenPage, box_of, no_traceback, visit, wait_idle
from playwright.sync_api import expect
from serving import AppServer

pytestmark = pytest.mark.browser

Call = Callable[..., Any]
WARM_UP = 240_000
SEVEN = [(0.3, 0.25), (0.7, 0.25), (0.58, 0.5), (0.45, 0.85)]
"""Shares of the sheet's side."""


def test_ink_is_found_with_its_centre_of_mass(call: Call) -> None:
    levels = [0] * (4 * 6 * 5)  # 6 wide, 5 high
    for row, column in ((1, 2), (1, 3), (3, 2)):
        levels[4 * (6 * row + column)] = 255
    ink = call("sketch", "inkOf", levels, 6)
    assert [ink[side] for side in ("left", "top", "right", "bottom")] == [2, 1, 4, 4]
    assert (ink["x"], ink["y"]) == pytest.approx(((2.5 + 3.5 + 2.5) / 3, (1.5 + 1.5 + 3.5) / 3))
    assert call("sketch", "inkOf", [0] * 24, 3) is None


def test_a_drawing_stands_as_mnist_has_it(call: Call) -> None:
    """The longer side takes 20 of 28 pixels, and the centre of mass lies in the middle (LeCun, Cortes and Burges)."""
    ink = {"left": 30, "top": 10, "right": 60, "bottom": 110, "x": 40, "y": 70}
    place = call("sketch", "placed", ink, 280)
    assert place["scale"] * (ink["bottom"] - ink["top"]) == pytest.approx(200)
    assert place["left"] + place["scale"] * ink["x"] == pytest.approx(140)
    assert place["top"] + place["scale"] * ink["y"] == pytest.approx(140)


def test_a_digit_is_read_while_it_is_drawn_and_cleared(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, pictures_pass=True)
    visit(page, "/Feature_maps?model=mnist")
    answers = page.locator(".cs-digits")
    expect(answers).to_contain_text("3")
    sheet = page.locator(".sketch canvas")
    box = box_of(sheet)
    assert box["y"] + box["height"] < 400
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    expect(answers.locator("span").first).to_have_text("7", timeout=WARM_UP)  # the pen is still down
    expect(page.get_by_role("button", name="3 ", exact=False).first).to_be_visible()  # and the page has not run
    page.mouse.up()
    wait_idle(page)
    expect(page.get_by_role("button", name="7 ", exact=False).first).to_be_visible()
    no_traceback(page)

    page.locator(".sketch").get_by_role("button", name="Clear").click()
    expect(answers.locator("span").first).to_have_text("3")
    expect(page.get_by_text("Draw a digit here")).to_be_visible()
