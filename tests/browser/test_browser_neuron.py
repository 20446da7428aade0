"""The page "Neuron" in a real browser: sliders, curves, the moving picture, the network that learns; the link."""

import re

import numpy as np
import pytest
from browsing import NARROW, TOO_WIDE, OpenPage, no_traceback, visit, wait_idle
from playwright.sync_api import Page, expect
from serving import AppServer

pytestmark = pytest.mark.browser


def test_a_neuron_is_moved_by_hand_and_its_link_keeps_it(page: Page) -> None:
    visit(page, "/Neuron?x1=1&w1=1&x2=0&x3=0&neuron_bias=0")
    sigmoid = page.locator('.curve[data-part="sigmoid"]')
    expect(sigmoid).to_contain_text("f(z) = 0.731, f′(z) = 0.197")
    page.locator('[data-part="neuron_bias"]').focus()
    for _step in range(10):
        page.keyboard.press("ArrowLeft")
    expect(sigmoid).to_contain_text("f(z) = 0.5, f′(z) = 0.25")
    expect(page.locator('[data-part="threshold"]')).to_have_value("1")
    expect(page.locator(".neuron .verdict")).to_contain_text("reaches the threshold θ = 1")
    page.keyboard.press("ArrowLeft")
    expect(page.locator('.curve[data-part="step"]')).to_contain_text("f(z) = 0,")
    page.locator('.curve[data-part="tanh"]').click()
    expect(page).to_have_url(re.compile(r"neuron_activation=tanh"))
    expect(page).to_have_url(re.compile(r"neuron_bias=-1\.1"))
    wait_idle(page)
    page.reload()
    wait_idle(page)
    expect(page.locator('.curve[data-part="tanh"]')).to_have_attribute("aria-pressed", "true")
    shown = f"{np.tanh(-0.1):.3g}".replace("-", "−")
    expect(page.locator('.curve[data-part="tanh"]')).to_contain_text(f"f(z) = {shown}")
    no_traceback(page)


def test_the_gradient_comes_back_layer_by_layer(page: Page) -> None:
    visit(page, "/Neuron?neuron_view=layers&chain_input=0")
    sigmoid = page.locator(".lane.sigmoid")
    page.locator('[data-part="restart"]').click()
    expect(sigmoid.locator(".left")).to_have_text([""] * 10)
    page.locator('[data-part="forward"]').click()
    expect(sigmoid.locator(".left").last).to_have_text("0.22")
    for _step in range(9):
        page.locator('[data-part="forward"]').click()
    left, value = 1.0, 0.0
    for _layer in range(10):
        value = 1 / (1 + np.exp(-value))
        left *= value * (1 - value)
    expect(sigmoid.locator(".end")).to_have_text(f"× {left:.0e}".replace("e-0", "e−"))
    expect(sigmoid.locator(".about")).to_contain_text("Vanishes")
    expect(page.locator(".lane.relu .end")).to_have_text("× 0")  # nothing passes where the sums are 0
    page.locator('[data-part="chain_input"]').fill("1")
    expect(page.locator(".lane.relu .end")).to_have_text("× 1")


def test_a_network_learns_on_the_plane_and_hidden_layers_help(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, reduced_motion="reduce")  # it has learned at once
    visit(page, "/Neuron?neuron_view=plane&hidden_layers=0")
    said = page.locator(".plane .said")
    expect(said).to_contain_text("Epoch 400: 87 of 200 points wrong")
    page.locator('[data-part="size-1-8"]').click()
    expect(said).to_contain_text("Epoch 400: 0 of 200 points wrong")
    expect(page).to_have_url(re.compile("hidden_units=8"))
    expect(page.locator('[data-part="size-0-1"]')).to_have_text("87")
    page.locator('[data-part="halves"]').click()
    page.locator('[data-part="hidden_layers"]').fill("0")
    expect(said).to_contain_text("0 of 200 points wrong; of 200 new points, 0.")
    page.locator('[data-part="restart"]').click()
    expect(said).to_contain_text("Epoch 0:")
    page.locator('[data-part="forward"]').click()
    expect(said).to_contain_text("Epoch 2:")


@pytest.mark.parametrize("view", ["neuron", "layers", "plane"])
def test_on_a_telephone_nothing_is_wider_than_the_screen(view: str, open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, viewport=NARROW, reduced_motion="reduce")
    visit(page, f"/Neuron?neuron_view={view}")
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("view", ["neuron", "layers", "plane"])
def test_another_theme_brings_other_colours(view: str, page: Page) -> None:
    visit(page, f"/Neuron?neuron_view={view}")
    dark = page.locator(".themed.dark")
    expect(dark).to_have_count(0)
    page.emulate_media(color_scheme="dark")
    expect(dark).to_have_count(1)
