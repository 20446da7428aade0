"""The picture of a network in a real browser: unfolded, walked, zoomed, pointed at, sent through; whole; touched."""

import re
from urllib.parse import urlencode

import pytest
from browsing import NARROW, TOO_WIDE, OpenPage, box_of, no_traceback, violations, wait_idle
from first_pictures import pixels, subject
from playwright.sync_api import Locator, Page, WebSocket, expect
from serving import AppServer

from cnn_core.models import at_hand
from cnn_core.models.bundled import bundled_network

pytestmark = pytest.mark.browser

WARM_UP = 240_000


def open_view(page: Page, model: str, **query: str) -> None:
    page.goto(f"/Feature_maps?{urlencode({'model': model, **query})}")
    wait_idle(page)
    no_traceback(page)
    expect(page.locator(".network .world button").first).to_be_visible(timeout=WARM_UP)


def node(page: Page, layer: str) -> Locator:
    return page.locator(f'.network button[data-node][data-layer="{layer}"]')


def toggle(page: Page, block: str) -> Locator:
    return page.locator(f'.network button.toggle[data-block="{block}"]')


def zoom_of(page: Page) -> float:
    return float(page.locator(".world").evaluate("world => world.style.getPropertyValue('--zoom')"))


def scroll_of(page: Page) -> list[float]:
    found: list[float] = page.locator(".window").evaluate("view => [view.scrollLeft, view.scrollTop]")
    return found


def is_inside(page: Page, part: Locator) -> bool:
    """Say whether a part of the picture is seen in its window."""
    view, box = box_of(page.locator(".window")), box_of(part)
    across = view["x"] - 1 <= box["x"] and box["x"] + box["width"] <= view["x"] + view["width"] + 1
    return across and view["y"] - 1 <= box["y"] and box["y"] + box["height"] <= view["y"] + view["height"] + 1


# Folded -------------------------------------------------------------------------------------------------------------


def test_all_of_a_long_network_is_seen_and_a_block_unfolds_in_its_place(page: Page) -> None:
    open_view(page, "mobilenet_v2", layer="Conv1")
    expect(page.locator(".small")).to_be_hidden()
    assert all(is_inside(page, node(page, layer)) for layer in ("input", "Conv1", "predictions"))
    expect(page.locator(".node .toggle")).to_have_count(17)
    block = toggle(page, "block_3")
    expect(block).to_have_text("▸ 9 layers")
    expect(block).to_have_attribute("aria-expanded", "false")
    block.click()
    expect(block).to_have_attribute("aria-expanded", "true")
    expect(block).to_be_focused()
    wait_idle(page)
    inside = [row.name for row in bundled_network("mobilenet_v2").layers if row.name.startswith("block_3_")]
    for layer in inside:
        expect(node(page, layer)).to_have_count(1)
    assert is_inside(page, page.locator(".network .frame"))
    expect(page.locator(".small")).to_be_visible()
    node(page, "block_3_depthwise").click()
    expect(node(page, "block_3_depthwise")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".network .said")).to_have_text("block_3_depthwise is open.")
    expect(page).to_have_url(re.compile("layer=block_3_depthwise"))
    wait_idle(page)
    toggle(page, "block_3").click()
    # The block that holds the open layer stays folded, and is marked.
    expect(toggle(page, "block_3")).to_have_attribute("aria-expanded", "false")
    expect(page.locator('.network button[data-node="block_3"]')).to_have_attribute("aria-pressed", "true")
    no_traceback(page)


def test_the_name_of_a_part_is_seen_above_the_first_line(page: Page) -> None:
    open_view(page, "mobilenet_v2", layer="Conv1")
    view, name = box_of(page.locator(".window")), box_of(page.locator(".network .stretch.above").first)
    assert name["y"] >= view["y"]


def test_a_link_shows_the_layer_inside_its_block(page: Page) -> None:
    open_view(page, "mobilenet_v2", layer="block_12_depthwise")
    expect(node(page, "block_12_depthwise")).to_have_attribute("aria-pressed", "true")
    assert is_inside(page, node(page, "block_12_depthwise"))


def test_the_picture_is_walked_by_keyboard(page: Page) -> None:
    open_view(page, "mobilenet_v2", layer="Conv1")
    # One stop of the tab key for all layers: the one that is open.
    expect(page.locator('.network button[data-node][tabindex="0"]')).to_have_attribute("data-layer", "Conv1")
    node(page, "Conv1").focus()
    keys = [("ArrowRight", "bn_Conv1"), ("ArrowLeft", "Conv1"), ("ArrowLeft", "Conv1_pad"), ("End", "predictions")]
    for key, layer in [*keys, ("Home", "input"), ("ArrowLeft", "input"), ("ArrowRight", "normalization")]:
        page.keyboard.press(key)
        expect(node(page, layer)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".network .said")).to_have_text("normalization is open.")
    wait_idle(page)
    expect(node(page, "normalization")).to_be_focused()
    before = zoom_of(page)
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert zoom_of(page) == pytest.approx(before * 1.25**2, rel=1e-3)
    page.keyboard.press("Shift+ArrowRight")
    assert scroll_of(page)[0] > 0
    page.keyboard.press("0")
    assert zoom_of(page) == pytest.approx(before, rel=1e-3)


def test_the_facts_of_a_layer_stand_beside_it(page: Page) -> None:
    open_view(page, "mobilenet_v2", layer="Conv1")
    tip = page.locator(".network .tip")
    expect(tip).to_be_hidden()
    node(page, "Conv_1").hover()
    expect(tip).to_contain_text("Conv2D · 7×7×1280")
    expect(tip).to_contain_text("409,600 parameters")
    expect(tip).to_contain_text("20,070,400 multiply-adds")
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    node(page, "Conv1").focus()
    page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("bn_Conv1")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_wheel_and_drag_move_the_picture_and_open_nothing(page: Page) -> None:
    open_view(page, "mobilenet_v2", layer="Conv1")
    card = node(page, "Conv1_pad")
    box = box_of(card)
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*place)
    before = zoom_of(page)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.locator(".world").evaluate(
        """(world, before) => new Promise((done) => {
            const look = () => Number(world.style.getPropertyValue("--zoom")) > before * 1.5
                ? done() : requestAnimationFrame(look);
            look();
        })""",
        before,
    )
    larger = box_of(card)
    assert larger["x"] <= place[0] <= larger["x"] + larger["width"]
    assert larger["y"] <= place[1] <= larger["y"] + larger["height"]
    start = scroll_of(page)
    page.mouse.down()
    page.mouse.move(place[0] - 90, place[1] - 30, steps=4)
    page.mouse.up()
    assert scroll_of(page) == [start[0] + 90, start[1] + 30]
    expect(node(page, "Conv1")).to_have_attribute("aria-pressed", "true")
    small = box_of(page.locator(".small"))
    page.mouse.click(small["x"] + small["width"] - 3, small["y"] + small["height"] - 3)
    end = page.locator(".window").evaluate("view => view.scrollLeft + view.clientWidth >= view.scrollWidth - 1")
    assert end


def test_another_layer_draws_nothing_anew(page: Page) -> None:
    open_view(page, "mobilenet_v2", layer="Conv1")
    page.locator(".world").evaluate("world => { world.firstElementChild.isKept = true; }")
    node(page, "out_relu").click()
    expect(page).to_have_url(re.compile("layer=out_relu"))
    wait_idle(page)
    assert page.locator(".world").evaluate("world => world.firstElementChild.isKept === true")


# What maps are made of ----------------------------------------------------------------------------------------------


def test_pointing_at_a_map_says_what_it_is_made_of_without_the_server(page: Page) -> None:
    sent: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))

    page.on("websocket", listen)
    open_view(page, "cifar10", layer="conv_2_1")
    summary = page.locator(".network .sum")
    cell = page.locator('.network .map[data-layer="conv_2_1"][data-channel="3"]')
    cell.hover()
    expect(summary).to_contain_text("Map 3 is made of", timeout=WARM_UP)
    frames = len(sent)
    page.locator('.network .map[data-layer="conv_2_1"][data-channel="5"]').hover()
    expect(summary).to_contain_text("Map 5 is made of")
    assert len(sent) == frames
    expect(page.locator(".marks path.more, .marks path.less")).to_have_count(8)
    known = at_hand.contributions(subject("cifar10"), pixels("cifar10"), "conv_2_1")
    assert known is not None
    made = known.to(5)
    first = made.terms[0]
    sign = "+" if first.amount > 0 else "−"
    assert f"made of {first.channel}: {sign}{abs(first.amount):.2g}" in summary.inner_text()
    assert f"the others ({made.others}) add up to" in summary.inner_text()


# Drawn whole --------------------------------------------------------------------------------------------------------


def test_a_small_network_is_drawn_whole_and_a_map_is_one_click(page: Page) -> None:
    open_view(page, "cifar10")
    assert page.locator(".window").evaluate(
        "view => view.scrollWidth <= view.clientWidth && view.scrollHeight <= view.clientHeight"
    )
    maps = page.locator(".network .map")
    # Three channels, ten maps in each of ten layers, a vector and ten classes.
    expect(maps).to_have_count(3 + 10 * 10 + 1 + 10)
    page.locator('.network .map[data-layer="conv_1_2"][data-channel="6"]').click()
    expect(page).to_have_url(re.compile("layer=conv_1_2"))
    expect(page).to_have_url(re.compile("channel=6"))
    expect(page.locator(".network .said")).to_have_text("Map 6 of conv_1_2 is open.")
    wait_idle(page)
    opened = page.locator('.network .map[data-layer="conv_1_2"][data-channel="6"]')
    expect(opened).to_have_attribute("aria-pressed", "true")
    expect(opened).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("layer=relu_1_2"))
    expect(page).to_have_url(re.compile("channel=7"))


def test_nothing_stands_over_the_colours_and_a_phone_has_no_empty_rows(
    open_page: OpenPage, app_server: AppServer
) -> None:
    page = open_page(app_server)
    open_view(page, "cifar10")
    # The line above is as high as its buttons: what is not seen in it takes no room.
    assert box_of(page.locator(".st-key-tools"))["height"] <= 48
    tools = box_of(page.locator(".network .tools"))
    for scale in page.locator(".network .scale").all():
        box = box_of(scale)
        assert box["x"] + box["width"] <= tools["x"] or box["y"] >= tools["y"] + tools["height"]
    narrow = open_page(app_server, viewport=NARROW, has_touch=True, is_mobile=True)
    open_view(narrow, "cifar10")
    view, head = box_of(narrow.locator(".window")), box_of(node(narrow, "conv_1_1"))
    assert head["y"] - view["y"] <= 4
    parts = box_of(narrow.locator(".network .stretch").first)  # of the network, named below the colours
    assert view["y"] + view["height"] - parts["y"] - parts["height"] <= 16
    # What is said of the map breaks between two figures, not in the middle of nowhere.
    assert narrow.locator(".cs-map-figures").evaluate("line => line.scrollWidth <= line.clientWidth")
    # Of a name that is too long both ends are seen: they are told apart by their ends.
    names = narrow.locator(".network .head .title").all_inner_texts()
    assert len(set(names)) == len(names)


def test_a_map_that_is_opened_elsewhere_is_marked_in_the_picture(page: Page) -> None:
    open_view(page, "cifar10", layer="conv_1_2", channel="2")
    number = page.get_by_label("Map", exact=True)
    number.fill("5")
    number.press("Enter")
    expect(page.locator('.network .map[data-layer="conv_1_2"][data-channel="5"]')).to_have_class(
        re.compile(r"\bopen\b")
    )


def test_the_strongest_path_is_drawn_through_the_picture(page: Page) -> None:
    open_view(page, "cifar10", layer="output")
    page.get_by_role("button", name="Strongest path to the pixel").click()
    expect(page.locator(".marks .stop").first).to_be_visible(timeout=WARM_UP)
    stops = page.locator(".marks .stop").count()
    assert stops >= 5
    expect(page.locator(".marks .path")).to_have_count(stops - 1)
    open_view(page, "mnist", layer="dense_1")
    page.get_by_role("button", name="Strongest path to the pixel").click()
    expect(page.locator(".edge.walked")).to_have_count(6, timeout=WARM_UP)


def test_sent_through_the_picture_arrives(page: Page) -> None:
    open_view(page, "cifar10")
    page.locator(".network .send").click()
    assert page.locator(".network .said").inner_text() == ""
    expect(page.locator(".network .said")).to_have_text("The picture has passed through the whole network.")


def test_without_motion_only_the_end_is_marked(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, reduced_motion="reduce")
    open_view(page, "mnist")
    page.locator(".network .send").click()
    expect(page.locator(".network .said")).to_have_text("The picture has passed through the whole network.")
    moving = page.locator(".network .edge").evaluate_all("edges => edges.flatMap(edge => edge.getAnimations()).length")
    assert moving == 0


@pytest.mark.parametrize("model", ["cifar10", "mobilenet_v2"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_picture(model: str, scheme: str, open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, color_scheme=scheme)
    open_view(page, model)
    assert [line for line in violations(page) if "network" in line] == []


# A narrow screen ----------------------------------------------------------------------------------------------------


def test_a_phone_pinches_the_picture_and_scrolls_the_page(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, viewport=NARROW, has_touch=True, is_mobile=True)
    open_view(page, "mobilenet_v2", layer="Conv1")
    assert page.evaluate(TOO_WIDE) == []
    # All of its height is seen, so that a finger that moves up or down moves the page.
    assert page.locator(".window").evaluate("view => view.scrollHeight <= view.clientHeight")
    page.locator(".window").scroll_into_view_if_needed()
    box = box_of(page.locator(".window"))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = zoom_of(page)
    client = page.context.new_cdp_session(page)

    def touch(kind: str, spread: float) -> None:
        points = [{"x": x - spread, "y": y}, {"x": x + spread, "y": y}] if spread else []
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 20)
    for spread in (30, 40):
        touch("touchMove", spread)
    touch("touchEnd", 0)
    assert zoom_of(page) == pytest.approx(2 * before, rel=0.05)
    page.locator(".network .all").tap()
    node(page, "Conv1").tap()
    expect(node(page, "Conv1")).to_have_attribute("aria-pressed", "true")
