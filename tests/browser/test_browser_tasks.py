"""The page "Tasks" in a real browser: the own box by pointer, corner and keys, and one task after another."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browsing import NARROW, OpenPage, box_of, no_traceback, visit, wait_idle
from playwright.sync_api import Locator, Page, expect
from serving import AppServer

from cnn_core.numerics.boxes import intersection_over_union
from cnn_core.pictures.shapes import shapes_picture
from pages.ui import state

pytestmark = pytest.mark.browser

ADDRESS = "/Tasks"
SIDE = 64


def own(page: Page) -> Locator:
    return page.locator(".boxes .own")


def told(page: Page) -> Locator:
    return page.locator(".boxes .said p").first


def iou_with_true(box: tuple[int, int, int, int]) -> str:
    true = np.array([shapes_picture(state.SHAPES_SEED.default).largest.box], np.float64)
    return f"{intersection_over_union(np.array([box], np.float64), true)[0, 0]:.2f}"


def drag(page: Page, part: Locator, down: float, across: float) -> None:
    """Drag a part of the own box by so many pixels of the picture."""
    board, handle = box_of(page.locator(".boxes .board")), box_of(part)
    pixel = board["width"] / SIDE
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across * pixel, y + down * pixel, steps=4)
    page.mouse.up()


def test_the_own_box_is_measured_while_it_is_dragged(page: Page) -> None:
    visit(page, ADDRESS)
    expect(told(page)).to_contain_text(f"= {iou_with_true((16, 16, 48, 48))}")
    drag(page, own(page), 4, -6)
    expect(told(page)).to_contain_text(f"= {iou_with_true((20, 10, 52, 42))}")
    expect(page).to_have_url(re.compile("box=20-10-52-42"))
    wait_idle(page)
    drag(page, own(page).locator(".se"), 5, 3)
    expect(told(page)).to_contain_text(f"= {iou_with_true((20, 10, 57, 45))}")
    expect(page).to_have_url(re.compile("box=20-10-57-45"))
    wait_idle(page)
    own(page).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(told(page)).to_contain_text(f"= {iou_with_true((21, 10, 58, 46))}")
    no_traceback(page)


def test_cards_lead_from_task_to_task(page: Page) -> None:
    visit(page, ADDRESS)
    for title, words in (("Detection", "non-maximum suppression"), ("Semantic segmentation", "mean IoU")):
        page.get_by_role("radio", name=title).click()
        expect(page.get_by_text(words).first).to_be_visible()
        expect(page.get_by_role("radio", name=title)).to_be_checked()
    wait_idle(page)
    page.get_by_role("radio", name="Semantic segmentation").press("ArrowRight")
    expect(page).to_have_url(re.compile("task=instance"))
    no_traceback(page)


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, NARROW])
def test_the_first_glance_fits_the_screen(open_page: OpenPage, app_server: AppServer, size: dict[str, int]) -> None:
    page = open_page(app_server, viewport=size)
    visit(page, ADDRESS)
    cards, board = box_of(page.locator(".cards")), box_of(page.locator(".boxes .board"))
    assert cards["y"] + cards["height"] <= board["y"] + 1
    assert board["y"] + board["height"] <= size["height"]
    assert board["width"] >= 300


def test_the_browser_measures_as_the_core_does(call: Callable[..., Any]) -> None:
    random = np.random.default_rng(1)
    for _number in range(50):
        edges = np.sort(random.integers(0, 20, (2, 2, 2)), axis=1) + np.array([[0, 0], [1, 1]])
        one, other = (box.ravel().tolist() for box in edges)
        found = call("boxes", "overlap", one, other)
        wanted = intersection_over_union(np.array([one], np.float64), np.array([other], np.float64))[0, 0]
        assert found["iou"] == pytest.approx(wanted)


def test_a_box_stays_within_its_picture(call: Callable[..., Any]) -> None:
    assert call("boxes", "moved", [10, 10, 20, 30], -50, 50, [64, 64]) == [0, 44, 10, 64]
    assert call("boxes", "centred", [10, 10, 20, 30], [40, 40], [64, 64]) == [35, 30, 45, 50]
    assert call("boxes", "centred", [10, 10, 20, 30], [2, 63], [64, 64]) == [0, 44, 10, 64]
    assert call("boxes", "resized", [10, 10, 20, 30], "nw", [90, 90], [64, 64]) == [18, 28, 20, 30]
    assert call("boxes", "resized", [10, 10, 20, 30], "se", [90, 90], [64, 64]) == [10, 10, 64, 64]
