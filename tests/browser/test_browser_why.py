"""Why a value is what it is, played in a real browser: steps with formulas, every input a click away, the way back."""

import re
from typing import Any

import pytest
from browsing import NARROW, TOO_WIDE, OpenPage, box_of, no_traceback, visit, wait_idle
from playwright.sync_api import Locator, Page, expect
from serving import AppServer

pytestmark = pytest.mark.browser

VALUE = "/Feature_maps?model=mnist&picture=digit_7&layer=conv2d_1&channel=52&row=5&column=7"


def stage(page: Page) -> Locator:
    return page.locator(".value-stage")


def said(page: Page) -> Locator:
    return stage(page).locator(".said")


def part(page: Page, name: str) -> Locator:
    return page.locator(f'[data-part="{name}"]')


def stops(page: Page) -> Locator:
    return page.locator('.trail button:not([data-part="follow"])')


def last_number(text: str) -> float:
    return float(re.findall(r"−?[0-9.]+(?:e[+−]?[0-9]+)?", text)[-1].replace("−", "-"))


def value_of(page: Page) -> float:
    """Return the open value, as the map beside the picture says it."""
    return last_number(page.locator(".picker .said").inner_text())


def open_value(page: Page, address: str = VALUE) -> None:
    visit(page, address)
    expect(said(page)).not_to_be_empty()


def focused_part(page: Page) -> Any:
    return page.evaluate(
        "() => { let a = document.activeElement; while (a?.shadowRoot) a = a.shadowRoot.activeElement;"
        " return a?.dataset.part ?? null; }"
    )


def test_a_value_is_made_step_by_step(page: Page) -> None:
    open_value(page)
    finished = said(page).inner_text()
    assert last_number(finished) == pytest.approx(value_of(page), rel=1e-3)
    part(page, "restart").click()
    expect(said(page)).to_have_text("The window lies on rows 5 to 7 and columns 7 to 9 of conv2d.")
    amounts = []
    for lane in range(3):
        products = []
        for _product in range(9):
            part(page, "forward").click()
            products.append(last_number(said(page).inner_text()))
        part(page, "forward").click()
        amounts.append(last_number(said(page).inner_text()))
        assert amounts[lane] == pytest.approx(sum(products), rel=1e-2, abs=1e-3)
    part(page, "forward").click()
    expect(said(page)).to_contain_text("The other channels (29) add")
    others = last_number(said(page).inner_text().rstrip("."))
    part(page, "forward").click()
    expect(said(page)).to_contain_text("weighted sum: ")
    assert last_number(said(page).inner_text()) == pytest.approx(sum(amounts) + others, rel=1e-2)
    for name in ("bias: ", "activation: relu("):
        part(page, "forward").click()
        expect(said(page)).to_contain_text(name)
    part(page, "forward").click()
    expect(said(page)).to_have_text(finished)
    part(page, "back").click()
    expect(said(page)).to_contain_text("activation: relu(")
    no_traceback(page)


def test_it_plays_to_the_end_and_pauses(page: Page) -> None:
    open_value(page)
    finished = said(page).inner_text()
    part(page, "speed").fill("12")
    play = part(page, "play")
    play.click()
    expect(play).to_have_text(re.compile("Pause"))
    expect(said(page)).to_contain_text("map 6: ")
    play.click()
    expect(play).to_have_text(re.compile("Play"))
    assert said(page).inner_text() != finished
    play.click()
    expect(said(page)).to_have_text(finished)
    expect(play).to_have_text(re.compile("Play"))


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_the_window_moves_unless_motion_is_to_be_reduced(
    motion: str, moves: bool, open_page: OpenPage, app_server: AppServer
) -> None:
    page = open_page(app_server, pictures_pass=True, reduced_motion=motion)
    open_value(page)
    part(page, "restart").click()
    assert stage(page).locator(".frame").first.evaluate("frame => frame.getAnimations().length > 0") is moves
    expect(said(page)).to_contain_text("The window lies on")


def test_every_cell_is_opened_by_a_click_and_the_trail_leads_back(page: Page) -> None:
    open_value(page)
    board = part(page, "values1")
    box = box_of(board)
    board.hover(position={"x": box["width"] * 0.83, "y": box["height"] * 0.17})
    expect(said(page)).to_contain_text("Row 5, column 9 of map")
    board.click(position={"x": box["width"] * 0.83, "y": box["height"] * 0.17})
    page.wait_for_url(re.compile("layer=conv2d&.*row=5&column=9"))
    wait_idle(page)
    assert focused_part(page) == "values0" or focused_part(page) is None
    expect(stops(page)).to_have_count(2)
    expect(said(page)).to_contain_text("conv2d [5, 9] map")
    assert last_number(said(page).inner_text()) == pytest.approx(value_of(page), rel=1e-3)
    # Back leads to the view before, Forward and a reload to the trail.
    page.go_back()
    page.wait_for_url(re.compile("layer=conv2d_1&"))
    wait_idle(page)
    expect(stops(page)).to_have_count(1)
    page.go_forward()
    for load in (lambda: None, page.reload):
        load()
        page.wait_for_url(re.compile("layer=conv2d&.*row=5&column=9"))
        wait_idle(page)
        expect(stops(page)).to_have_count(2)
        expect(stops(page).nth(1)).to_have_attribute("aria-current", "location")
    stops(page).nth(0).click()
    page.wait_for_url(re.compile("layer=conv2d_1&"))
    wait_idle(page)
    assert focused_part(page) == "stop0"
    stops(page).nth(1).click()
    page.wait_for_url(re.compile("layer=conv2d&.*row=5&column=9"))
    no_traceback(page)


def test_the_other_channels_are_further_pages(page: Page) -> None:
    open_value(page)
    names = stage(page).locator(".sum span")
    expect(stage(page)).to_contain_text("channels 1–3 of 32")
    first = names.all_inner_texts()
    part(page, "after").click()
    expect(stage(page)).to_contain_text("channels 4–6 of 32")
    assert not set(first) & set(names.all_inner_texts())
    assert focused_part(page) == "after"
    part(page, "page").fill("11")
    part(page, "page").press("Enter")
    expect(stage(page)).to_contain_text("channels 31–32 of 32")
    assert last_number(said(page).inner_text()) == pytest.approx(value_of(page), rel=1e-3)


def test_the_strongest_path_leads_to_the_pixel(page: Page) -> None:
    visit(page, "/Feature_maps?model=mnist&picture=digit_7&layer=dense_1&channel=7")
    part(page, "follow").click()
    expect(stops(page).last).to_contain_text("input [", timeout=120_000)
    layers = stops(page).locator("code").all_inner_texts()
    assert layers[0] == "dense_1"
    assert {"dense", "conv2d_1", "conv2d"} <= set(layers)
    expect(page.locator(".trail small").last).to_have_text(re.compile(r"^adds .*, [0-9]+%$"))
    stops(page).last.click()
    page.wait_for_url(re.compile("layer=input"))
    expect(said(page)).to_contain_text("This value enters the network")
    assert focused_part(page) == f"stop{len(layers) - 1}"
    expect(stops(page)).to_have_count(len(layers))


def test_by_keyboard_alone(page: Page) -> None:
    visit(page, "/Feature_maps?model=mnist&picture=digit_7&layer=dense&channel=85")
    part(page, "part2").focus()
    name = part(page, "part2").inner_text().removeprefix("unit ")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"layer=flatten&channel={name}"))
    wait_idle(page)
    part(page, "part0").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("layer=max_pooling2d"))
    wait_idle(page)
    part(page, "values0").focus()
    page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("A click opens it")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("layer=conv2d_1"))
    wait_idle(page)
    assert focused_part(page) == "values0"
    stops(page).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("layer=dense&"))
    no_traceback(page)


def test_on_a_phone(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, pictures_pass=True, viewport=NARROW, has_touch=True, is_mobile=True)
    open_value(page)
    assert page.evaluate(TOO_WIDE) == []
    right = box_of(stage(page))["x"] + box_of(stage(page))["width"]
    for board in stage(page).locator(".board").all():
        assert box_of(board)["x"] + box_of(board)["width"] <= right + 1
    part(page, "values0").tap()
    page.wait_for_url(re.compile("layer=conv2d&"))
    no_traceback(page)
