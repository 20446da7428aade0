"""A reader's own model file in a real browser: opened, and one value followed back to a pixel."""

import subprocess
import sys
from pathlib import Path

import pytest
from browsing import box_of, no_traceback, wait_idle
from folders import ROOT
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WARM_UP = 240_000

# Keras itself writes the file, in a process of its own: the one with the browser stays small.
WRITE = """
import sys, keras
keras.utils.set_random_seed(1)
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="first"),
    keras.layers.MaxPooling2D(2, name="pool"),
    keras.layers.Conv2D(3, 3, name="second"),
    keras.layers.GlobalAveragePooling2D(name="mean"),
    keras.layers.Dense(2, activation="softmax", name="answer"),
])
model.save(sys.argv[1])
"""


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "own.keras"
    subprocess.run([sys.executable, "-c", WRITE, str(path)], check=True, cwd=ROOT, capture_output=True)
    return path


def give(page: Page, path: Path) -> None:
    page.goto("/Feature_maps?picture=digit_7")
    # Pictures that are still on their way when the page runs again are gone when the browser asks for them.
    expect(page.get_by_text("Why this value?")).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    page.get_by_test_id("stButtonGroup").get_by_text("Your file", exact=True).click()
    page.locator('input[type="file"]').first.set_input_files(path)


def test_a_value_is_followed_back_to_a_pixel(page: Page, model_file: Path) -> None:
    give(page, model_file)
    answer = page.locator('button[data-node][data-layer="answer"]')
    expect(answer).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    answer.click()
    expect(page.get_by_text("Why this value?")).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    no_traceback(page)
    for layer in ("mean", "second", "pool", "first", "input_layer"):
        page.locator(".value-stage").locator('[data-part="values0"], [data-part="part0"]').first.click()
        wait_idle(page)
        expect(page.locator(f'button[data-node][data-layer="{layer}"]')).to_have_attribute("aria-pressed", "true")
        no_traceback(page)
    expect(page.locator(".value-stage .said")).to_contain_text("This value enters the network")
    page.locator(".trail button", has_text="first").click()
    wait_idle(page)
    expect(page.locator('button[data-node][data-layer="first"]')).to_have_attribute("aria-pressed", "true")
    # The stage's own sum is the map's own value.
    said = page.locator(".value-stage .said").inner_text()
    shown = float(said.rpartition(" ")[2].replace("−", "-"))
    value = float(
        page.locator(".picker .said").inner_text().split(":")[1].split(".  ")[0].split(" Click")[0].strip().rstrip(".")
    )
    assert shown == pytest.approx(value, rel=1e-3, abs=1e-4)


def test_a_file_that_is_no_model_is_a_sentence(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "notes.keras"
    path.write_bytes(b"PK\x03\x04 this is no archive")
    give(page, path)
    expect(page.get_by_test_id("stAlert").first).to_be_visible(timeout=WARM_UP)
    no_traceback(page)
    page.get_by_test_id("stButtonGroup").get_by_text("Bundled", exact=True).click()
    expect(page.get_by_text("Why this value?")).to_be_visible(timeout=WARM_UP)
    wait_idle(page)


def test_an_input_on_the_stage_opens_its_own_explanation(page: Page) -> None:
    page.goto("/Feature_maps?model=mnist&picture=digit_7&layer=conv2d_1&row=10&column=12&channel=3")
    expect(page.locator(".stage .said")).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    board = page.locator('.stage [data-part="input0"]')
    board.scroll_into_view_if_needed()
    box = box_of(board)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_idle(page)
    expect(page.locator('button[data-node][data-layer="conv2d"]')).to_have_attribute("aria-pressed", "true")
    # The middle of the 3×3 window of an unpadded convolution.
    expect(page.get_by_role("spinbutton", name="Row", exact=True)).to_have_value("11")
    expect(page.get_by_role("spinbutton", name="Column", exact=True)).to_have_value("13")
    no_traceback(page)
