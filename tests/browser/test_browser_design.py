"""The page "Design a network" in a real browser: the table by pointer and keyboard, edits, errors, files."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from browsing import IDLE_MILLISECONDS, OpenPage, box_of, no_traceback, page_link, visit, wait_idle
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from serving import running_app

from cnn_core.layers import Conv2D, Input
from cnn_core.network.line import read_line
from cnn_core.network.links import write_link
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import preset

pytestmark = pytest.mark.browser

ADDRESS = "/Design_a_network"


def layers(page: Page) -> Locator:
    return page.locator("tr.layer")


def line(page: Page) -> Locator:
    return page.get_by_role("textbox", name="The network as a line")


def cell(page: Page, row: int, column: int) -> Locator:
    return layers(page).nth(row).locator("td").nth(column)


def total(page: Page) -> Locator:
    return page.locator("tfoot td").nth(1)


def number(page: Page, label: str) -> Locator:
    return page.get_by_role("spinbutton", name=label, exact=True)


def open_ways_in(page: Page) -> None:
    page.locator(".st-key-design_open").get_by_role("button").first.click()


def put(page: Page, label: str, value: int) -> None:
    number(page, label).fill(str(value))
    number(page, label).press("Enter")
    wait_idle(page)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    wait_idle(page)


def select_by_keyboard(page: Page, steps: int) -> None:
    """Go into the table as the Tab key does, to the one row that it stops at, and walk down."""
    layers(page).and_(page.locator('[tabindex="0"]')).focus()
    for _ in range(steps):
        page.keyboard.press("ArrowDown")


def test_a_network_is_edited(page: Page) -> None:
    visit(page, f"{ADDRESS}?design=vgg16")
    expect(total(page)).to_have_text("138,357,544")
    # The first screen shows where to begin, the sums and the table.
    for shown in (
        page.get_by_role("combobox", name="Start with"),
        line(page),
        page.locator(".cs-totals"),
        layers(page).nth(3),
    ):
        expect(shown).to_be_in_viewport(ratio=0.9)
    choose(page, "Start with", "Course: Digits (MNIST)")
    expect(total(page)).to_have_text("1,101,526")
    expect(page.locator(".cs-totals")).to_contain_text("1,101,526")

    select_by_keyboard(page, 2)
    expect(layers(page).nth(2)).to_have_attribute("aria-selected", "true")
    wait_idle(page)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("conv2d_1")
    expect(page.locator(".cs-formulas")).to_contain_text("(3·3·32 + 1)·64 = 18,496")

    put(page, "Filters", 32)
    expect(cell(page, 2, 2)).to_have_text("9,248")
    expect(cell(page, 2, 1)).to_have_text("26×26×32")
    expect(page.locator(".cs-formulas")).to_contain_text("(3·3·32 + 1)·32 = 9,248")

    put(page, "Kernel size (kernel_size)", 40)
    expect(layers(page).nth(2)).to_have_class("layer group-convolution wrong")
    expect(page.locator("tr.why")).to_contain_text("larger than its input")
    expect(page.locator("tr.layer.below")).to_have_count(4)
    expect(cell(page, 1, 2)).to_have_text("320")
    expect(total(page)).to_have_text("320")

    page.get_by_role("button", name="Undo").click()
    wait_idle(page)
    expect(page.locator("tr.why")).to_have_count(0)
    no_traceback(page)


def test_the_selection_does_not_wait_for_the_server(page: Page) -> None:
    visit(page, ADDRESS)
    page.route("**/*", lambda route: route.abort())
    marked = page.evaluate(
        """() => {
            const roots = [...document.querySelectorAll("*")].map(e => e.shadowRoot);
            const table = roots.find(r => r?.querySelector("tr.layer"));
            const row = table.querySelectorAll("tr.layer")[3];
            row.click();
            return row.getAttribute("aria-selected");
        }"""
    )
    assert marked == "true"
    page.unroute("**/*")
    wait_idle(page)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("max_pooling2d")


def test_keys_move_remove_and_undo(page: Page) -> None:
    visit(page, ADDRESS)
    select_by_keyboard(page, 3)
    page.keyboard.press("Alt+ArrowUp")
    wait_idle(page)
    expect(cell(page, 2, 0)).to_contain_text("max_pooling2d")
    # The row keeps the focus, so that the next key reaches it.
    expect(layers(page).nth(2)).to_be_focused()
    page.keyboard.press("Delete")
    expect(layers(page)).to_have_count(6)
    wait_idle(page)
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(7)
    wait_idle(page)
    page.keyboard.press("Control+z")
    wait_idle(page)
    expect(cell(page, 2, 0)).to_contain_text("conv2d_1")
    expect(total(page)).to_have_text("1,101,526")


def test_a_quick_walk_ends_where_the_keys_ended(page: Page) -> None:
    visit(page, f"{ADDRESS}?design=mobilenet_v2")
    select_by_keyboard(page, 40)
    wait_idle(page)
    row = layers(page).nth(40)
    expect(row).to_have_attribute("aria-selected", "true")
    expect(row).to_be_focused()
    expect(row).to_be_in_viewport()
    name = preset("mobilenet_v2").make().layers[40].name
    expect(page.get_by_role("textbox", name="Name")).to_have_value(name)
    page.keyboard.press("End")
    wait_idle(page)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("predictions")


def test_a_network_goes_out_and_comes_in_again(page: Page) -> None:
    visit(page, ADDRESS)
    layers(page).nth(1).click()
    wait_idle(page)
    put(page, "Filters", 8)
    page.get_by_role("button", name="Save").click()
    with page.expect_download() as waited:
        page.get_by_role("button", name="Network (JSON)").click()
    text = Path(waited.value.path()).read_text(encoding="utf-8")
    assert Network.from_json(text)["conv2d"].layer.filters == 8  # type: ignore[attr-defined]
    with page.expect_download() as waited:
        page.get_by_role("button", name="Table (CSV)").click()
    assert "conv2d,Conv2D,28×28×8,80," in Path(waited.value.path()).read_text(encoding="utf-8")

    page.keyboard.press("Escape")
    open_ways_in(page)
    chosen = page.get_by_test_id("stFileUploaderDropzoneInput")
    chosen.set_input_files({"name": "bad.json", "mimeType": "application/json", "buffer": b'{"format": 1}'})
    wait_idle(page)
    expect(page.get_by_role("alert")).to_contain_text("version")
    expect(cell(page, 1, 2)).to_have_text("80")

    document = json.loads(text)
    document["layers"][1]["filters"] = 4
    document["layers"][1]["name"] = "<img src=x onerror='document.title=1'>"
    buffer = json.dumps(document).encode()
    chosen.set_input_files({"name": "good.json", "mimeType": "application/json", "buffer": buffer})
    wait_idle(page)
    expect(cell(page, 1, 2)).to_have_text("40")
    expect(cell(page, 1, 0)).to_contain_text("<img src=x")
    assert page.title() != "1"
    no_traceback(page)


def test_a_telephone_scrolls_the_table_and_not_the_page(open_page: OpenPage, app_server: object) -> None:
    page = open_page(app_server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visit(page, f"{ADDRESS}?design=vgg16")
    inside, outside = page.evaluate(
        """() => {
            const roots = [...document.querySelectorAll("*")].map(e => e.shadowRoot);
            const root = roots.find(r => r?.querySelector("tr.layer"));
            const frame = root.querySelector(".frame"), main = document.querySelector('[data-testid="stMain"]');
            return [frame.scrollWidth > frame.clientWidth, main.scrollWidth > main.clientWidth];
        }"""
    )
    assert inside
    assert not outside


def test_a_telephone_s_first_screen_shows_four_layers(open_page: OpenPage, app_server: object) -> None:
    page = open_page(app_server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visit(page, ADDRESS)
    expect(layers(page)).to_have_count(7)
    fourth = layers(page).nth(3).bounding_box()
    assert fourth
    assert fourth["y"] + fourth["height"] < 844
    for buttons in (".st-key-tools", ".st-key-design_tools"):
        boxes = [button.bounding_box() for button in page.locator(f"{buttons} button[kind]").all()]
        lines = {round(box["y"]) for box in boxes if box}
        assert len(boxes) >= 4
        assert len(lines) <= 2
    # Signs alone have their names all the same.
    expect(page.get_by_role("button", name="Duplicate")).to_be_visible()
    # What a total is, is told by a tap.
    page.locator("dl").get_by_text("Peak memory (inference)").tap()
    expect(page.get_by_role("tooltip").last).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("tooltip").last).to_contain_text("while one picture passes")


def test_what_a_total_is_is_told_to_pointer_and_keyboard(page: Page) -> None:
    visit(page, ADDRESS)
    told = page.get_by_role("tooltip")
    expect(told).to_have_count(0)
    page.locator("dl").get_by_text("Parameters", exact=True).hover()
    expect(told).to_contain_text("Weights and biases of all layers")
    page.locator("dl").get_by_text("Multiply-adds", exact=True).focus()
    page.mouse.move(0, 0)
    expect(told).to_contain_text("Products of a weight and a value")


# The network as a line ------------------------------------------------------------------------------------------------


def test_a_network_is_typed_as_a_line(page: Page) -> None:
    visit(page, ADDRESS)
    line(page).fill("227x227x3-C96k11s4v-P3s2-C256k5-P3s2-C384-C384-C256-P3s2-F-D4096-D4096-D1000sm")
    line(page).press("Enter")
    expect(total(page)).to_have_text("62,378,344")
    wait_idle(page)
    # What is wrong is marked at its character; the line stays to be corrected, and the network stays.
    wrong = line(page).input_value().replace("k11s4v", "k11q4v")
    line(page).fill(wrong)
    line(page).press("Enter")
    expect(page.locator(".cs-wrong mark")).to_have_text("q")
    expect(page.get_by_role("alert")).to_contain_text("At character 17")
    wait_idle(page)
    expect(line(page)).to_have_value(wrong)
    expect(total(page)).to_have_text("62,378,344")
    line(page).fill("28x28x1-C32-C64v-P2-F-D100-D10sm")
    line(page).press("Enter")
    expect(total(page)).to_have_text("1,101,526")
    expect(page.locator(".cs-wrong")).to_have_count(0)
    wait_idle(page)
    page.get_by_role("button", name="Notation").click()
    page.get_by_role("button", name="Conv-Pool-Conv-Pool-FC-SM").click()
    expect(layers(page)).to_have_count(8)
    wait_idle(page)
    no_traceback(page)


# From empty to shared -------------------------------------------------------------------------------------------------


def test_the_digits_by_hand_in_under_ten_actions(page: Page, open_page: OpenPage, app_server: object) -> None:
    """From nothing to 1,101,526; then it is broken, mended by advice, shared and opened in a fresh browser."""
    visit(page, f"{ADDRESS}?design=empty")
    choose_added(page, "Conv2D")
    choose_added(page, "Conv2D")
    put(page, "Filters", 64)
    # A list closes where the page scrolls under it.
    page.get_by_role("combobox", name="Padding").evaluate("(box) => box.scrollIntoView({ block: 'center' })")
    choose(page, "Padding", "valid")
    expect(cell(page, 2, 1)).to_have_text("26×26×64")
    wait_idle(page)
    choose_added(page, "MaxPooling2D")
    choose_added(page, "Flatten")
    # The rest is quicker in the line.
    line(page).fill(line(page).input_value() + "-D100-D10sm")
    line(page).press("Enter")
    expect(total(page)).to_have_text("1,101,526")
    wait_idle(page)

    layers(page).nth(3).click()
    wait_idle(page)
    put(page, "Pool size (pool_size)", 40)
    expect(page.locator("tr.why")).to_contain_text("larger than its input")
    expect(page.locator("tr.layer.wrong + tr.why + tr.advice")).to_contain_text("larger than the 26×26 map")
    page.get_by_role("button", name="Pool over all of it: pool_size=(26, 26)").click()
    expect(page.locator("tr.why")).to_have_count(0)
    wait_idle(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tr.why")).to_have_count(1)
    wait_idle(page)
    page.get_by_role("button", name="Undo").click()
    expect(total(page)).to_have_text("1,101,526")
    wait_idle(page)

    shared = page.url
    assert "network=" in shared
    fresh = open_page(app_server)
    visit(fresh, shared)
    expect(total(fresh)).to_have_text("1,101,526")
    expect(line(fresh)).to_have_value(line(page).input_value())
    assert names(fresh) == names(page)
    no_traceback(page)


def choose_added(page: Page, kind: str) -> None:
    page.get_by_role("combobox", name="Add a layer below").click()
    page.keyboard.type(kind)
    page.get_by_role("option", name=f"{kind} ·").first.click()
    wait_idle(page)


# Several rows, the clipboard and the pointer --------------------------------------------------------------------------


def names(page: Page) -> list[str]:
    return page.locator("tr.layer .name").all_inner_texts()


def test_several_rows_by_keyboard(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, ADDRESS)
    select_by_keyboard(page, 2)
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator('tr.layer[aria-selected="true"]')).to_have_count(2)
    wait_idle(page)
    page.keyboard.press("Control+d")
    expect(layers(page)).to_have_count(9)
    wait_idle(page)
    # The copies are marked and have the focus.
    expect(page.locator('tr.layer[aria-selected="true"]')).to_have_count(2)
    expect(layers(page).nth(4)).to_be_focused()
    page.keyboard.press("Control+x")
    expect(layers(page)).to_have_count(7)
    wait_idle(page)
    page.wait_for_function('async () => (await navigator.clipboard.readText()) === "13x13x64-C64v-P2"')
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    wait_idle(page)
    page.keyboard.press("Control+v")
    expect(layers(page)).to_have_count(9)
    wait_idle(page)
    expect(line(page)).to_have_value("28x28x1-C32-C64v-P2-C64v-P2-F-D100-D10sm")
    page.keyboard.press("Alt+ArrowDown")
    wait_idle(page)
    expect(line(page)).to_have_value("28x28x1-C32-C64v-C64v-P2-P2-F-D100-D10sm")
    for _ in range(4):
        page.keyboard.press("Control+z")
        wait_idle(page)
    expect(total(page)).to_have_text("1,101,526")
    page.keyboard.press("Control+y")
    expect(layers(page)).to_have_count(9)
    no_traceback(page)


def test_what_is_copied_can_be_pasted_in_another_window(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, ADDRESS)
    select_by_keyboard(page, 1)
    page.keyboard.press("Control+c")
    page.wait_for_function('async () => (await navigator.clipboard.readText()) === "28x28x1-C32"')
    other = page.context.new_page()
    visit(other, f"{ADDRESS}?design=tiny_vgg")
    select_by_keyboard(other, 1)
    other.keyboard.press("Control+v")
    wait_idle(other)
    expect(line(other)).to_have_value(re.compile("^64x64x3-C10vlin-C32-R"))


def test_rows_are_dragged(page: Page) -> None:
    visit(page, ADDRESS)
    layers(page).nth(3).drag_to(layers(page).nth(1), target_position={"x": 60, "y": 4})
    wait_idle(page)
    expect(line(page)).to_have_value("28x28x1-P2-C32-C64v-F-D100-D10sm")
    # A row that is marked takes the others that are marked with it.
    layers(page).nth(2).click()
    layers(page).nth(3).click(modifiers=["Shift"])
    layers(page).nth(2).drag_to(layers(page).nth(1), target_position={"x": 60, "y": 4})
    wait_idle(page)
    expect(line(page)).to_have_value("28x28x1-C32-C64v-P2-F-D100-D10sm")


def test_inputs_are_chosen_in_the_table(page: Page) -> None:
    visit(page, f"{ADDRESS}?design=empty")
    line(page).fill("8x8x4-C4-C4-C4")
    line(page).press("Enter")
    wait_idle(page)
    layers(page).nth(3).click()
    wait_idle(page)
    choose_added(page, "Add")
    join = layers(page).nth(4)
    join.get_by_role("button").click()
    expect(page.locator("p.keys")).to_contain_text("Click the layers that “add” takes its inputs from")
    layers(page).nth(0).click()
    wait_idle(page)
    expect(cell(page, 4, 0)).to_contain_text("input")
    layers(page).nth(2).click()
    wait_idle(page)
    join.click()
    expect(page.locator("p.keys")).to_contain_text("Arrow keys select")
    expect(page.locator("tr.layer[data-source]")).to_have_count(0)
    no_traceback(page)


# Edges drawn in the graph ---------------------------------------------------------------------------------------------


def card(page: Page, layer: str) -> Locator:
    return page.locator(f'.network .node:has([data-layer="{layer}"])')


def middle(part: Locator) -> tuple[float, float]:
    box = box_of(part)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_an_edge_is_drawn_by_pointer_and_taken_away(page: Page) -> None:
    visit(page, f"{ADDRESS}?part=picture&drawn_as=graph")
    page.locator(".network").scroll_into_view_if_needed()
    page.mouse.move(*middle(card(page, "conv2d").locator(".dot")))
    page.mouse.down()
    page.mouse.move(*middle(card(page, "max_pooling2d")))
    page.mouse.move(*middle(card(page, "flatten")))
    expect(page.locator(".marks .drawing")).to_have_count(1)
    expect(page.locator(".layer.target")).to_have_attribute("data-layer", "flatten")
    page.mouse.up()
    page.get_by_role("button", name="Concatenate", exact=True).click()
    expect(card(page, "concatenate")).to_have_count(1)
    wait_idle(page)
    expect(line(page)).to_have_value(re.compile("28x28x1-C32 -> C64v-P2 [|] Cropping2D.*-P2same -> &-F-D100-D10sm"))
    # A click on an edge marks it and offers to take it away; the merge that is left alone goes with it.
    page.locator('.edge[data-from="max_pooling2d_1"] + .room').click(force=True)
    page.get_by_role("button", name="Remove the edge from “max_pooling2d_1” to “concatenate”").click()
    expect(card(page, "concatenate")).to_have_count(0)
    wait_idle(page)
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
        wait_idle(page)
    expect(total(page)).to_have_text("1,101,526")
    expect(layers(page)).to_have_count(7)
    no_traceback(page)


def test_an_edge_is_drawn_by_keyboard(page: Page) -> None:
    visit(page, f"{ADDRESS}?network={write_link(read_line('28x28x1-C8-C8-C8-F-D3sm'))}&part=picture&drawn_as=graph")
    card(page, "conv2d").get_by_role("button").focus()
    page.keyboard.press("c")
    expect(page.locator(".network .sum")).to_contain_text("Choose the layer that should take “conv2d” too")
    page.keyboard.press("Escape")
    expect(page.locator(".network .sum")).to_be_empty()
    page.keyboard.press("c")
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(card(page, "add")).to_have_count(1)
    wait_idle(page)
    # Into what joins already it is drawn at once, and drawn once more it goes.
    expect(page.locator('.edge[data-to="add"]')).to_have_count(2)
    for edges in (3, 2):
        card(page, "input").get_by_role("button").focus()
        page.keyboard.press("c")
        card(page, "add").get_by_role("button").press("Enter")
        expect(page.locator('.edge[data-to="add"]')).to_have_count(edges)
        wait_idle(page)
    # What the table forbids is said beside the graph.
    card(page, "add").get_by_role("button").focus()
    page.keyboard.press("c")
    card(page, "conv2d").get_by_role("button").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Draw it the other way, or move a layer")
    no_traceback(page)


def test_an_edge_is_drawn_by_touch(open_page: OpenPage, app_server: object) -> None:
    page = open_page(app_server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visit(page, f"{ADDRESS}?network={write_link(read_line('28x28x1-C8-C8-F-D3sm'))}&part=picture&drawn_as=graph")
    card(page, "conv2d").scroll_into_view_if_needed()
    card(page, "conv2d").locator(".dot").tap()
    expect(page.locator(".network .sum")).to_contain_text("Choose the layer")
    card(page, "flatten").get_by_role("button").tap()
    page.get_by_role("button", name="Add", exact=True).tap()
    expect(card(page, "add")).to_have_count(1)
    no_traceback(page)


# What was designed stays ----------------------------------------------------------------------------------------------


def long_network() -> Network:
    """Return a network whose names leave nothing to pack, so that no address holds it."""
    names = (hashlib.sha256(bytes([n])).hexdigest() for n in range(200))
    return Network((NamedLayer("input", Input((9, 9, 1))), *(NamedLayer(name, Conv2D(1, 1)) for name in names)))


def upload(page: Page, network: Network) -> None:
    open_ways_in(page)
    file = FilePayload(name="own.json", mimeType="application/json", buffer=network.to_json().encode())
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(layers(page)).to_have_count(len(network.layers))
    wait_idle(page)
    page.keyboard.press("Escape")


def texts(page: Page) -> list[str]:
    """Return what the rows say, but for the button of the selected one."""
    return [text.replace("⤷\n", "") for text in layers(page).all_inner_texts()]


def test_a_server_that_is_killed_loses_nothing_designed(tmp_path: Path, browser: Browser) -> None:
    # No `open_page`: these pages must complain while there is no server.
    with running_app(tmp_path, CONVSCOPE_WORKERS="1") as first:
        context = browser.new_context(base_url=first.url, viewport={"width": 1280, "height": 900}, locale="en-US")
        short, long = context.new_page(), context.new_page()
        visit(short, f"{ADDRESS}?design=cats_dogs")
        layers(short).nth(2).click()
        wait_idle(short)
        put(short, "Filters", 8)
        designed = texts(short)
        visit(long, ADDRESS)
        upload(long, long_network())
        layers(long).nth(1).click()
        wait_idle(long)
        put(long, "Filters", 8)
        expect(long.get_by_text("too long for an address. This browser keeps it")).to_be_visible()
        first.kill()
        expect(short.get_by_role("dialog")).to_contain_text("server is not responding", timeout=IDLE_MILLISECONDS)
    with running_app(tmp_path, first.port, CONVSCOPE_WORKERS="1"):
        wait_idle(short)  # which has connected again by itself
        expect(short.get_by_role("dialog")).to_have_count(0)
        assert texts(short) == designed
        for page in (short, long):
            page.reload()
            wait_idle(page)
            no_traceback(page)
        assert texts(short) == designed
        expect(number(short, "Filters")).to_have_count(0)
        expect(layers(long)).to_have_count(201)
        expect(cell(long, 1, 1)).to_have_text("9×9×8")
        assert "kept-" in long.url
        elsewhere = browser.new_context(base_url=first.url, locale="en-US").new_page()
        visit(elsewhere, long.url)
        expect(elsewhere.get_by_role("alert")).to_contain_text("this browser does not keep it")
        expect(total(elsewhere)).to_have_text("1,101,526")
        elsewhere.context.close()
    context.close()


def test_edits_make_no_entries_in_the_browsers_history(page: Page) -> None:
    visit(page, ADDRESS)
    layers(page).nth(1).click()
    wait_idle(page)
    entries = page.evaluate("history.length")
    for filters in (8, 9, 10):
        put(page, "Filters", filters)
        assert "network=" in page.url
    assert page.evaluate("history.length") == entries
    # Another preset is another view.
    choose(page, "Start with", "Classic: LeNet-5")
    assert page.url.endswith("?design=lenet_5")
    assert page.evaluate("history.length") == entries + 1
    page.go_back()
    expect(cell(page, 1, 1)).to_have_text("28×28×10")
    wait_idle(page)
    assert "network=" in page.url
    page.go_forward()
    expect(layers(page)).to_have_count(len(preset("lenet_5").make().layers))
    wait_idle(page)
    # Leaving it for another page and coming back loses neither the network nor the way back to the one before.
    page_link(page, "Home").click()
    wait_idle(page)
    page_link(page, "Design").click()
    wait_idle(page)
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, 1, 1)).to_have_text("28×28×10")


def test_what_panels_show_after_edits_is_what_the_address_shows(page: Page) -> None:
    """Each edit lets some panels run; together they show what all of the page shows, opened anew."""
    visit(page, f"{ADDRESS}?design=mnist&part=costs")
    layers(page).nth(2).click()
    wait_idle(page)
    put(page, "Filters", 24)
    page.locator(".st-key-design_duplicate").get_by_role("button").click()
    wait_idle(page)
    page.locator(".st-key-design_up").get_by_role("button").click()
    wait_idle(page)
    page.locator(".st-key-design_undo").get_by_role("button").click()
    wait_idle(page)
    places = ("table[role=grid]", ".cs-totals", ".cs-bars", ".cs-parts", ".cs-figures", ".st-key-preset_about")
    said = [page.locator(place).first.text_content() for place in places]
    typed = line(page).input_value()
    assert typed == "28x28x1-C32-C24v-C24v-P2-F-D100-D10sm"
    page.reload()
    wait_idle(page)
    assert [page.locator(place).first.text_content() for place in places] == said
    assert line(page).input_value() == typed
    expect(page.locator(".st-key-preset_about")).to_contain_text("Edited.")
