"""A reader's own model file in a real browser: opened, and one value followed back to a pixel."""

import subprocess
import sys
from pathlib import Path

import pytest
from browsing import no_traceback
from feature_maps_page import WARM_UP, is_complete, layer_is_open, node, popover, stops
from folders import ROOT
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

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
    """Give the page a model of one's own, which is asked for on the page itself until there is one."""
    page.goto("/Feature_maps?picture=digit_7")
    # Pictures that are still on their way when the page runs again are gone when the browser asks for them.
    is_complete(page)
    popover(page, "set_model").get_by_test_id("stButtonGroup").get_by_text("Your file", exact=True).click()
    page.get_by_test_id("stMain").locator('input[type="file"]').first.set_input_files(path)


def value_of(page: Page) -> float:
    """Return the open value, as the map beside the picture says it."""
    return float(page.locator(".picker .said").inner_text().rpartition(" ")[2].replace("−", "-"))


def test_a_value_is_followed_back_to_a_pixel(page: Page, model_file: Path) -> None:
    give(page, model_file)
    expect(node(page, "answer")).to_be_visible(timeout=WARM_UP)
    is_complete(page)
    node(page, "answer").click()
    layer_is_open(page, "answer")
    for layer in ("mean", "second", "pool", "first", "input_layer"):
        page.locator(".value-stage").locator('[data-part="values0"], [data-part="part0"]').first.click()
        layer_is_open(page, layer)
        expect(node(page, layer)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".value-stage .said")).to_contain_text("This value enters the network")
    stops(page).filter(has_text="first").click()
    layer_is_open(page, "first")
    expect(node(page, "first")).to_have_attribute("aria-pressed", "true")
    # The stage's own sum is the map's own value.
    shown = float(page.locator(".value-stage .said").inner_text().rpartition(" ")[2].replace("−", "-"))
    assert shown == pytest.approx(value_of(page), rel=1e-3, abs=1e-4)


def test_a_file_that_is_no_model_is_a_sentence(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "notes.keras"
    path.write_bytes(b"PK\x03\x04 this is no archive")
    give(page, path)
    expect(page.get_by_test_id("stAlert").first).to_be_visible(timeout=WARM_UP)
    no_traceback(page)
    popover(page, "set_model").get_by_test_id("stButtonGroup").get_by_text("Bundled", exact=True).click()
    is_complete(page)
