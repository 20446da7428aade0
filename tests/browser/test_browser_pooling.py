"""The page "Pooling and stride" in a real browser: the whole path from numbers to a training, files and link."""

import csv
import io
import re
from typing import Any

import numpy as np
import pytest
from browsing import OpenPage, box_of, download, no_traceback, visit, wait_idle
from PIL import Image
from playwright.sync_api import Page, expect
from stages import output, point, said, stage

from cnn_core.numerics.grids import named_grid
from cnn_core.pictures.samples import sample_bytes

pytestmark = pytest.mark.browser

ADDRESS = "/Pooling_and_stride"
GRID = f"{ADDRESS}?reduced=grid&rows=6&columns=6"
WARM_UP = 120_000
"""Milliseconds for what may wait for TensorFlow."""


def measure(page: Page, name: str) -> None:
    page.get_by_test_id("stPills").or_(page.get_by_test_id("stButtonGroup")).get_by_text(name, exact=True).click()
    wait_idle(page)
    no_traceback(page)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_what_won_and_what_was_averaged(page: Page) -> None:
    visit(page, GRID)
    x = named_grid("noise", 6, 6)
    blocks = x.reshape(3, 2, 3, 2).swapaxes(1, 2).reshape(3, 3, 4)
    point(output(page), 1, 2, 3, 3)
    expect(said(page)).to_contain_text("row 1, column 2:")
    assert number(said(page).inner_text()) == blocks[1, 2].max()
    visit(page, f"{GRID}&way=average")
    point(output(page), 2, 0, 3, 3)
    expect(said(page)).to_contain_text("row 2, column 0:")
    assert number(said(page).inner_text()) == pytest.approx(blocks[2, 0].mean(), rel=1e-4)


def number(text: str) -> float:
    return float(text.rpartition("=")[2].replace("−", "-"))


def test_a_part_of_a_picture_is_named_by_its_place_in_the_whole(page: Page) -> None:
    visit(page, f"{ADDRESS}?look_row=10&look_column=20")
    point(output(page), 1, 2, 6, 6)
    expect(said(page)).to_contain_text("row 11, column 22:")


def test_the_lens_follows_the_pointer_on_all_pictures_and_a_click_shows_the_numbers(page: Page) -> None:
    visit(page, f"{ADDRESS}?picture=digit_7")
    lenses = page.locator(".lenses").first
    tiles = lenses.locator("figure")
    expect(tiles).to_have_count(11)
    box = box_of(lenses.locator('[data-key="max"] .view'))
    assert box["y"] + box["height"] < 800
    expect(lenses.locator(".said")).to_contain_text("Point at a picture")
    # The middle of output row 5, column 8 of 14×14.
    page.mouse.move(box["x"] + box["width"] * 8.5 / 14, box["y"] + box["height"] * 5.5 / 14)
    expect(lenses.locator(".said")).to_contain_text("rows 10 to 11 and columns 16 to 17; output, row 5, column 8.")
    for lens in lenses.locator(".lens").all():
        expect(lens).to_be_visible()
    with Image.open(io.BytesIO(sample_bytes("digit_7"))) as picture:
        window = np.asarray(picture.convert("L"))[10:12, 16:18]
    expect(lenses.locator('[data-key="max"] output')).to_have_text(str(window.max()))
    page.mouse.down()
    page.mouse.up()
    wait_idle(page)
    expect(said(page)).to_contain_text("row 5, column 8:")
    assert number(said(page).inner_text()) == window.max()
    expect(said(page)).to_be_in_viewport()
    lenses.focus()
    page.keyboard.press("ArrowRight")
    expect(lenses.locator(".said")).to_contain_text("column 9.")
    no_traceback(page)


@pytest.mark.parametrize(("share", "is_input", "found"), [(0.5, False, 3), (0.5, True, 3), (0, True, 0), (1, False, 6)])
def test_a_place_of_either_picture_names_the_output(share: float, is_input: bool, found: int, call: Any) -> None:
    axis = {"input": 14, "output": 7, "first": 0, "step": 2, "span": 2}
    assert call("lenses", "outputAt", axis, share, is_input) == found


def test_a_lens_has_the_window_in_its_middle(call: Any) -> None:
    axis = {"input": 14, "output": 7, "first": -1, "step": 2, "span": 3}
    shown = call("lenses", "enlarged", axis, 2, 6, True)  # the window covers inputs 3 to 5
    assert shown["whole"] == 14 * 6
    assert shown["frame"] == [shown["offset"] + 3 * 6, 3 * 6]
    assert shown["frame"][0] + shown["frame"][1] / 2 == 92 / 2
    assert call("lenses", "framed", axis, 2, True) == pytest.approx([3 / 14, 3 / 14])


def test_numbers_drawn_on_the_stage_and_the_link(page: Page, open_page: OpenPage, app_server: Any) -> None:
    visit(page, GRID)
    stage(page).locator('[data-part="draw0"]').click()
    stage(page).locator('[data-part="pen0"]').fill("77")
    stage(page).locator('[data-part="pen0"]').press("Tab")
    point(stage(page).locator('[data-part="input0"]'), 3, 4, 6, 6)
    page.mouse.down()
    page.mouse.up()
    wait_idle(page)
    expect(page).to_have_url(re.compile("reduced_grid=own"))
    other = open_page(app_server)
    other.goto(page.url)
    wait_idle(other)
    point(output(other), 1, 2, 3, 3)
    expect(said(other)).to_contain_text("= 77")
    no_traceback(other)


def test_every_measure_and_its_files(page: Page) -> None:
    visit(page, f"{ADDRESS}?picture=camera&pool_down=3&pool_across=3")
    name, data = download(page, "All results (PNG)")
    assert name == "pooling.png"
    assert Image.open(io.BytesIO(data)).size[0] > 200
    costs = {row["way"]: row for row in rows_of(download(page, "These numbers (CSV)")[1])}
    height, width = (int(side) for side in costs["max"]["output"].split("×"))
    assert int(costs["max"]["comparisons"]) == height * width * (3 * 3 - 1)
    assert int(costs["box"]["multiply_adds"]) == height * width * 3 * 3
    measure(page, "Difference of two")
    name, data = download(page, "This difference (PNG)")
    assert name == "pooling_max_minus_average.png"
    assert np.asarray(Image.open(io.BytesIO(data))).std() > 1
    measure(page, "Where they are the same")
    expect(page.get_by_text("Average pooling is").first).to_be_visible()
    for title in ("Position", "Noise", "Edges, contrast, energy"):
        measure(page, title)
        expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
        assert len(rows_of(download(page, "These numbers (CSV)")[1])) >= 9
    expect(page).to_have_url(re.compile("measured=kept"))


def test_a_feature_map_is_made_smaller(page: Page) -> None:
    page.goto(f"{ADDRESS}?reduced=map&model=mnist&picture=digit_7&layer=conv2d&channel=3")
    expect(stage(page)).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    no_traceback(page)
    expect(page.get_by_text("height and width: (n + p − k) / s + 1 → (28 + 2·0 − 2) / 2 + 1 = 14")).to_be_visible()


def test_in_any_network(page: Page) -> None:
    visit(page, f"{ADDRESS}?reduced=grid&replaced=cats_dogs")
    expect(page.get_by_text("991,041").first).to_be_visible()
    expect(page.get_by_text("44×44").first).to_be_visible()


def test_a_training_is_watched_stopped_and_found_again(page: Page, open_page: OpenPage, app_server: Any) -> None:
    visit(page, f"{ADDRESS}?reduced=grid&trained_ways=max.stride&training_pictures=1000&training_epochs=1")
    page.get_by_role("button", name="Train here").click()
    expect(page.get_by_text("These curves (CSV)")).to_be_visible(timeout=WARM_UP)
    epochs = rows_of(download(page, "These curves (CSV)")[1])
    assert [row["run"] for row in epochs] == ["max", "stride"]
    assert all(0.1 < float(row["val_accuracy"]) < 1 for row in epochs)
    expect(page.get_by_text("of 1,000 test pictures right")).to_be_visible()
    no_traceback(page)

    other = open_page(app_server)
    other.goto(page.url)
    expect(other.get_by_text("These curves (CSV)")).to_be_visible()
    visit(other, f"{ADDRESS}?reduced=grid&training_epochs=20")
    other.get_by_role("button", name="Train here").click()
    other.get_by_role("button", name="Stop", exact=True).click()
    expect(other.get_by_text("Stopped.")).to_be_visible(timeout=WARM_UP)
    expect(other.get_by_role("button", name="Train here")).to_be_enabled()
    no_traceback(other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(open_page: OpenPage, app_server: Any, scheme: str) -> None:
    page = open_page(app_server, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme)
    page.goto(f"{app_server.url}{GRID}")
    wait_idle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    point(output(page), 2, 1, 3, 3, touch=True)
    expect(said(page)).to_contain_text("row 2, column 1:")


HAS_A_HAND = """node => getComputedStyle(node, "::before").content.includes("touch_app")"""


def test_a_hint_has_a_pointing_hand_until_it_is_followed(page: Page) -> None:
    visit(page, f"{ADDRESS}?lang=en")
    told = page.locator(".lenses .said")
    expect(told).to_contain_text("Point at a picture")
    assert told.evaluate(HAS_A_HAND)
    page.locator(".lenses img").first.hover()
    expect(told).to_contain_text("Input, rows")
    assert not told.evaluate(HAS_A_HAND)
