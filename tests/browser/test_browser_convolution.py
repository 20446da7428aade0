"""The page "Convolution" in a real browser: the stage by pointer, keys, play and touch; edits; the link."""

from typing import Any

import numpy as np
import pytest
from browsing import OpenPage, no_traceback, visit, wait_idle
from playwright.sync_api import Page, expect
from stages import output, point, said, stage

from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.grids import named_grid
from cnn_core.numerics.hand_made import hand_made

pytestmark = pytest.mark.browser

ADDRESS = "/Convolution"


def expected(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    windows = Window(kernel.shape[0]), Window(kernel.shape[1])
    return conv2d(x[:, :, np.newaxis], kernel[:, :, np.newaxis, np.newaxis], windows)[:, :, 0]


def outputs_by_keys(page: Page, rows: int, columns: int) -> np.ndarray:
    """Walk over every output with the arrow keys and read the sums that the browser says."""
    output(page).focus()
    page.keyboard.press("Home")
    found = np.zeros((rows, columns))
    for row in range(rows):
        for step in range(columns):
            column = step if row % 2 == 0 else columns - 1 - step
            expect(said(page)).to_contain_text(f"row {row}, column {column}:")
            text = said(page).inner_text()
            found[row, column] = float(text.rpartition("=")[2].replace("−", "-"))
            if step < columns - 1:
                page.keyboard.press("ArrowRight" if row % 2 == 0 else "ArrowLeft")
        page.keyboard.press("ArrowDown")
    return found


def test_the_stage_shows_what_the_core_computes(page: Page) -> None:
    visit(page, f"{ADDRESS}?grid=noise")
    x, kernel = named_grid("noise", 7, 7), hand_made("sobel_vertical_edges").values
    wanted = expected(x, kernel)
    np.testing.assert_allclose(outputs_by_keys(page, 5, 5), wanted)

    point(output(page), 1, 3, 5, 5)
    expect(said(page)).to_contain_text("row 1, column 3:")
    terms = " + ".join(
        f"{_number(value)}·{_number(weight)}" for value, weight in zip(x[1:4, 3:6].ravel(), kernel.ravel(), strict=True)
    )
    expect(said(page)).to_contain_text(f"{terms} = {_plain(wanted[1, 3])}")

    point(stage(page).locator('[data-part="input0"]'), 0, 0, 7, 7)
    expect(said(page)).to_contain_text("Outputs that it reaches: 1.")
    point(stage(page).locator('[data-part="input0"]'), 3, 3, 7, 7)
    expect(said(page)).to_contain_text("Outputs that it reaches: 9.")
    no_traceback(page)


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _number(value: float) -> str:
    return f"({_plain(value)})" if value < 0 else _plain(value)


def test_it_plays(page: Page) -> None:
    visit(page, ADDRESS)
    stage(page).locator('[data-part="speed"]').fill("20")
    stage(page).get_by_role("button", name="Play").click()
    expect(stage(page).get_by_role("button", name="Pause")).to_be_visible()
    expect(said(page)).to_contain_text("row 4, column 4:", timeout=10_000)
    expect(stage(page).get_by_role("button", name="Play")).to_be_visible()
    stage(page).get_by_role("button", name="One step back").click()
    expect(said(page)).to_contain_text("row 4, column 3:")
    output(page).focus()
    page.keyboard.press("Space")
    expect(stage(page).get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(stage(page).get_by_role("button", name="Play")).to_be_visible()


def test_drawing_and_the_link(page: Page, open_page: OpenPage, app_server: Any) -> None:
    visit(page, ADDRESS)
    x, kernel = named_grid("digit", 7, 7), hand_made("sobel_vertical_edges").values.copy()
    stage(page).locator('[data-part="draw0"]').click()
    stage(page).locator('[data-part="pen0"]').fill("5")
    stage(page).locator('[data-part="pen0"]').press("Tab")
    board = stage(page).locator('[data-part="input0"]')
    point(board, 4, 2, 7, 7)
    page.mouse.down()
    point(board, 4, 3, 7, 7)
    page.mouse.up()
    x[4, 2] = x[4, 3] = 5
    wait_idle(page)
    np.testing.assert_allclose(outputs_by_keys(page, 5, 5), expected(x, kernel))

    field = stage(page).get_by_label("Weight in row 1, column 1")
    field.fill("-2,5")
    field.press("Tab")
    kernel[1, 1] = -2.5
    wait_idle(page)
    np.testing.assert_allclose(outputs_by_keys(page, 5, 5), expected(x, kernel))
    assert "numbers=" in page.url
    assert "weights=" in page.url

    other = open_page(app_server)
    other.goto(page.url)
    wait_idle(other)
    np.testing.assert_allclose(outputs_by_keys(other, 5, 5), expected(x, kernel))
    no_traceback(other)


def test_one_idea_after_another(page: Page) -> None:
    visit(page, ADDRESS)
    page.get_by_text("Channels and filters").click()
    wait_idle(page)
    expect(page.get_by_text("(3·3·3 + 1)·2 = 56")).to_be_visible()
    expect(stage(page, 1).locator("figcaption").first).to_contain_text("red")
    assert "open=channels" in page.url
    stage(page, 1).locator('[data-part="filter1"]').click()
    expect(stage(page, 1).locator('[data-part="filter1"]')).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Transposed convolution", exact=True).click()
    wait_idle(page)
    expect(page.get_by_text("which shows as a checkerboard")).to_be_visible()
    no_traceback(page)


def test_on_a_phone(open_page: OpenPage, app_server: Any) -> None:
    page = open_page(app_server, viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"{app_server.url}{ADDRESS}?grid=noise&open=channels")
    wait_idle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    point(output(page), 2, 4, 5, 5, touch=True)
    expect(said(page)).to_contain_text("row 2, column 4:")
    # Numbers can be read: a cell leaves room for them.
    assert stage(page).evaluate("root => root.stage.out.cell") >= 24


def test_a_click_and_the_keys_move_the_cut(page: Page) -> None:
    visit(page, f"{ADDRESS}?grid=cut&cut_row=0&cut_column=0")
    board, top, left = page.locator(".boxes .board"), page.get_by_label("Top"), page.get_by_label("Left", exact=True)
    size = board.bounding_box()
    assert size is not None
    board.click(position={"x": size["width"] / 2, "y": size["height"] / 2})
    for field, length in ((top, 300), (left, 451)):
        expect(field).not_to_have_value("0")
        assert abs(int(field.input_value()) - (length - 28) // 2) <= 2
    wait_idle(page)
    before = int(left.input_value())
    page.locator(".boxes .own").press("ArrowRight")
    expect(left).to_have_value(str(before + 4))
    no_traceback(page)
