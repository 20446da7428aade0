"""The parts of the page "Design a network" in a real browser: pictures that are saved, what if, files, and onward."""

import io
import re
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import pytest
from browsing import NARROW, TOO_WIDE, download, no_traceback, visit, wait_idle
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADDRESS = "/Design_a_network"


def open_part(page: Page, title: str) -> None:
    page.get_by_role("radio", name=title).click()
    wait_idle(page)
    no_traceback(page)


def select_layer(page: Page, row: int) -> None:
    page.locator("tr.layer").nth(row).click()
    wait_idle(page)


def test_the_picture_is_saved_as_it_is_drawn(page: Page) -> None:
    visit(page, ADDRESS)
    picture = page.locator(".drawing img")
    expect(picture).to_have_attribute("alt", re.compile("The network as volumes"))
    name, svg = download(page, "Picture (SVG)")
    drawn = Xml.fromstring(svg)
    assert name == "network.svg"
    assert "13×13×64" in svg.decode()
    name, png = download(page, "Picture (PNG)")
    assert name == "network.png"
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.width == 2 * int(drawn.attrib["width"])
    # On white, with the blue of convolutions and the orange of poolings.
    colours = {colour for _count, colour in image.getcolors(1 << 24) or []}
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert {(0x2B, 0x7B, 0xBA), (0xE6, 0x9F, 0x00)} <= colours


def test_the_picture_takes_the_colour_of_another_theme(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    visit(page, ADDRESS)
    picture = page.locator(".drawing img")
    light = picture.get_attribute("src") or ""
    page.emulate_media(color_scheme="dark")
    expect(picture).not_to_have_attribute("src", light)
    # Nothing but the one colour of letters and lines is another, and it is a bright one.
    dark = unquote(picture.get_attribute("src") or "")
    reds = [int(re.findall(r' color="rgb\((\d+)', text)[0]) for text in (unquote(light), dark)]
    assert reds[0] < 100 < reds[1]
    page.emulate_media(color_scheme="light")
    expect(picture).to_have_attribute("src", light)


def test_a_click_in_the_graph_selects_a_layer(page: Page) -> None:
    visit(page, f"{ADDRESS}?drawn_as=graph")
    page.locator('button.layer[data-layer="conv2d_1"]').click()
    wait_idle(page)
    expect(page.locator("tr.layer").nth(2)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".cs-formulas")).to_contain_text("18,496")


def test_what_if_is_taken_over_and_undone(page: Page) -> None:
    visit(page, ADDRESS)
    select_layer(page, 2)
    open_part(page, "What if")
    slider = page.get_by_role("slider", name="Filters")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    wait_idle(page)
    expect(page.locator(".cs-figures").last).to_contain_text("26×26×64 → 26×26×63")
    expect(page.locator("tfoot td").nth(1)).to_have_text("1,101,526")
    page.get_by_role("button", name="Apply").click()
    wait_idle(page)
    expect(page.locator("tfoot td").nth(1)).not_to_have_text("1,101,526")
    page.get_by_role("button", name="Undo").click()
    wait_idle(page)
    expect(page.locator("tfoot td").nth(1)).to_have_text("1,101,526")


@pytest.mark.keras
def test_a_file_is_made_and_the_design_is_seen_at_work(page: Page) -> None:
    visit(page, f"{ADDRESS}?part=take_away&design=tiny_vgg")
    expect(page.get_by_test_id("stCode")).to_contain_text("keras.Model(")
    page.get_by_role("button", name="Make the .keras file").click()
    wait_idle(page)
    name, data = download(page, "Save the .keras file")
    assert (name, data[:2]) == ("network.keras", b"PK")
    page.get_by_role("button", name="See it on a picture").click()
    page.wait_for_url("**/Feature_maps**")
    wait_idle(page)
    no_traceback(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("Random weights")
    expect(page.locator('[data-layer="conv_1_1"]').first).to_be_attached()


@pytest.mark.parametrize("part", ["picture", "costs", "sees", "what_if", "compare", "take_away", "questions"])
def test_every_part_fits_a_telephone(page: Page, part: str) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    visit(page, f"{ADDRESS}?part={part}&design=vgg16&compared=mnist")
    assert page.evaluate(TOO_WIDE) == []
