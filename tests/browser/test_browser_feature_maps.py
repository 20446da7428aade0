"""The page "Feature maps" in a real browser: one screen, pictures, layers, maps, files, dead workers, a phone."""

import base64
import contextlib
import io
import math
import os
import re
import signal
from collections.abc import Callable, Iterator

import numpy as np
import psutil
import pytest
from browsing import NARROW, TOO_WIDE, OpenPage, box_of, download, no_traceback, wait_idle
from feature_maps_page import (
    WARM_UP,
    a_photograph,
    answer,
    close_popover,
    give_file,
    is_complete,
    is_open,
    layer_is_open,
    node,
    noise,
    open_view,
    popover,
    toggle,
    upload,
)
from folders import ARTIFACTS
from PIL import Image
from playwright.sync_api import Locator, Page, Position, expect
from serving import AppServer

from cnn_core.models.bundled import bundled_network
from cnn_core.network.summary import summarize

pytestmark = pytest.mark.browser

ROWS = {row.name: row for row in summarize(bundled_network("mobilenet_v2")).rows}
DIED = "The process that runs the model has stopped"
SCREEN = {"width": 1280, "height": 800}
PARTS = ("network_picture", "layer_line", "look_for", "map_line", "asked")


def snap(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"feature_maps-{name}.png")


def middle_of(board: Locator, row: int, column: int, rows: int, columns: int) -> Position:
    """Return the middle of a tile, counted from the board's corner."""
    box = box_of(board)
    return {"x": box["width"] * (column + 0.5) / columns, "y": box["height"] * (row + 0.5) / rows}


def grid_of(board: Locator) -> tuple[int, int]:
    """Return how many rows and columns of maps stand on a board."""
    # In per cent of the board; the frame of a map has a gap on both of its sides, so a little less than that many fit.
    shares = board.locator(".chosen").evaluate("frame => [frame.style.height, frame.style.width].map(parseFloat)")
    rows, columns = (math.ceil(100 / share - 1e-6) for share in shares)
    return rows, columns


# One screen ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "layer"),
    [
        ("cifar10", ""),
        ("cifar10", "output"),
        ("mnist", ""),
        ("mnist", "dense_1"),
        ("mobilenet_v2", ""),
        ("mobilenet_v2", "block_13_expand_relu"),
        ("mobilenet_v2", "global_average_pooling2d"),
    ],
)
def test_the_conversation_fits_one_screen(model: str, layer: str, open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, pictures_pass=True, viewport=SCREEN)
    open_view(page, model=model, **({"layer": layer} if layer else {}))
    boxes = {part: box_of(page.locator(f".st-key-{part}")) for part in PARTS}
    below = {part: box["y"] + box["height"] for part, box in boxes.items()}
    assert {part: end for part, end in below.items() if end > SCREEN["height"]} == {}
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollHeight") <= SCREEN["height"]
    assert page.evaluate(TOO_WIDE) == []
    # What is asked scrolls by itself, so that all of it can be read.
    panel = page.locator(".st-key-panel_why")
    panel.evaluate("panel => panel.scrollTo(0, panel.scrollHeight)")
    last = box_of(panel.locator(":scope > *").last)
    assert last["y"] + last["height"] <= SCREEN["height"]
    snap(page, f"screen-{model}-{layer or 'first'}")


# What is asked --------------------------------------------------------------------------------------------------------


def headings_a_frame_after(button: Locator) -> list[str]:
    """Press the button of a panel; return the panels' titles that are seen in the next frame, before the server says
    anything."""
    shown: list[str] = button.evaluate(
        """button => new Promise(resolve => {
            button.click();
            requestAnimationFrame(() => resolve(
                [...document.querySelectorAll(".st-key-asked h2")].filter(one => one.checkVisibility())
                    .map(one => one.innerText)));
        })"""
    )
    return shown


def test_a_panel_whose_button_is_pointed_at_stands_ready_before_it_is_pressed(page: Page) -> None:
    open_view(page, model="mnist", layer="conv2d", channel="2")
    choice = page.locator(".st-key-asked").get_by_role("radio")
    headings = page.locator(".st-key-asked").get_by_role("heading", level=2)
    for name, panel, title in (
        ("Kernels", "kernels", "The kernels of this layer"),
        ("Statistics", "statistics", "The values of this layer in numbers"),
    ):
        before = headings.inner_text()
        choice.filter(has_text=name).hover()
        expect(page.locator(f".st-key-panel_{panel} h2")).to_have_text(title)
        expect(page.locator(f".st-key-panel_{panel}")).to_be_hidden()
        wait_idle(page)
        expect(headings).to_have_text([before])  # what is hidden has no role
        assert headings_a_frame_after(choice.filter(has_text=name)) == [title]
        wait_idle(page)
    expect(page.locator(".st-key-panel_statistics").get_by_test_id("stPlotlyChart").first).to_be_visible()
    expect(page).to_have_url(re.compile("ask=statistics"))
    no_traceback(page)


def test_a_panel_that_was_open_before_is_shown_at_once_and_what_it_speaks_of_is_never_old(page: Page) -> None:
    open_view(page, model="mnist", layer="conv2d", channel="2")
    choice = page.locator(".st-key-asked").get_by_role("radio")
    headings = page.locator(".st-key-asked").get_by_role("heading", level=2)

    def ask(name: str, title: str) -> None:
        choice.filter(has_text=name).click()
        expect(headings).to_have_text([title])  # what is hidden has no role
        wait_idle(page)

    ask("Kernels", "The kernels of this layer")
    expect(page).to_have_url(re.compile("ask=kernels"))
    ask("Why?", "Why this value?")
    expect(page).not_to_have_url(re.compile("ask="))
    assert headings_a_frame_after(choice.filter(has_text="Kernels")) == ["The kernels of this layer"]
    wait_idle(page)
    ask("Statistics", "The values of this layer in numbers")
    page.get_by_role("spinbutton", name="Map", exact=True).fill("5")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-map_line").get_by_role("heading")).to_have_text("Map 5 of conv2d")
    wait_idle(page)
    expect(headings).to_have_text(["The values of this layer in numbers"])
    expect(page.locator(".st-key-asked h2")).to_have_count(1)  # the other spoke of another map
    no_traceback(page)


# What the browser shows by itself -------------------------------------------------------------------------------------


@pytest.fixture
def unheard(page: Page) -> Callable[[], None]:
    """Return what keeps the page from saying anything to the server from then on."""
    page.add_init_script(
        "const send = WebSocket.prototype.send;"
        "WebSocket.prototype.send = function (said) { if (!window.unheard) send.call(this, said); };"
    )
    return lambda: page.evaluate("window.unheard = true")


@pytest.mark.parametrize(("layer", "side"), [("conv_1_2", 32), ("max_pool_2", 8)])
def test_a_map_of_a_network_that_is_drawn_whole_is_shown_without_the_server(
    page: Page, unheard: Callable[[], None], layer: str, side: int
) -> None:
    open_view(page, model="cifar10", layer="conv_1_2", channel="0")
    picture = page.locator(".picker img")
    before = picture.get_attribute("src") or ""
    unheard()
    page.locator(f'.network button[data-layer="{layer}"][data-channel="3"]').click()
    expect(picture).not_to_have_attribute("src", before)
    # All of one map, and nothing of its neighbours.
    column = page.locator(f'.network button[data-layer="{layer}"][data-channel="3"]')
    address = column.evaluate("one => getComputedStyle(one).backgroundImage.slice(5, -2)")
    tall = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB")
    shown = Image.open(io.BytesIO(base64.b64decode((picture.get_attribute("src") or "").partition(",")[2])))
    height = tall.height // 10
    assert shown.width % side == 0
    np.testing.assert_array_equal(shown.convert("RGB"), tall.crop((0, 3 * height, tall.width, 4 * height)))


def test_every_layer_of_a_recorded_network_is_shown_without_the_server(page: Page, unheard: Callable[[], None]) -> None:
    open_view(page, model="mnist", layer="max_pooling2d")
    unheard()
    before = page.locator(".picker img").get_attribute("src") or ""
    node(page, "conv2d").click()
    expect(page.locator(".mosaic img")).to_have_attribute("alt", "32 maps of conv2d")
    expect(page.locator(".picker img")).not_to_have_attribute("src", before)
    node(page, "dense_1").click()
    expect(page.locator(".mosaic")).to_be_hidden()
    bars = page.locator(".layer .bars")
    expect(bars.locator(".bar")).to_have_count(10)
    expect(bars.locator(".bar.open .name")).to_have_text("3")  # as the answer to the first sample
    node(page, "max_pooling2d").click()
    expect(bars).to_be_hidden()
    expect(page.locator(".mosaic img")).to_have_attribute("alt", "64 maps of max_pooling2d")


def test_a_layer_of_a_long_network_is_told_while_the_pointer_is_on_it(page: Page, unheard: Callable[[], None]) -> None:
    open_view(page, model="mobilenet_v2", layer="Conv1")
    far = node(page, "block_16_project_BN")
    page.evaluate(
        """document.addEventListener("convscope:neighbours", ({detail}) => {
            window.told ||= (detail ?? []).some(({layer}) => layer === "block_16_project_BN");
        })"""
    )
    far.hover()
    page.wait_for_function("window.told", timeout=WARM_UP)
    unheard()
    far.click()
    expect(page.locator(".mosaic img")).to_have_attribute("alt", "64 maps of block_16_project_BN")


# Pictures -----------------------------------------------------------------------------------------------------------


def test_a_photograph_is_uploaded_and_recognised(page: Page) -> None:
    open_view(page, picture="coffee")
    expect(answer(page)).to_contain_text("espresso")
    upload(page, "cat.jpg", "image/jpeg", a_photograph())
    expect(answer(page)).to_contain_text("Egyptian cat", timeout=WARM_UP)
    is_complete(page)
    expect(page.locator('.thumbnails [aria-checked="true"]')).to_have_count(0)
    own = popover(page, "set_picture")
    expect(own.get_by_text("Resized from 600×600 to 224×224")).to_be_visible()
    expect(own.get_by_alt_text("cat.jpg")).to_be_visible()
    snap(page, "upload")
    close_popover(page)
    taken_for = popover(page, "answer")
    expect(taken_for.get_by_text("5 of 1000 classes shown.")).to_be_visible()
    expect(taken_for.get_by_role("progressbar")).to_have_count(5)


def test_a_file_that_is_no_picture_is_a_sentence(page: Page) -> None:
    open_view(page)
    give_file(page, "notes.png", "image/png", b"This is a text.")
    # In the open menu, and once that is closed on the page: seen once at a time.
    alerts = page.get_by_test_id("stAlert")
    expect(alerts).to_have_count(2)
    wait_idle(page)
    expect(alerts.filter(visible=True)).to_have_count(1)
    expect(page.get_by_test_id("stPopoverBody").get_by_test_id("stAlert")).to_be_visible()
    no_traceback(page)
    snap(page, "bad-file")
    close_popover(page)
    expect(page.get_by_test_id("stMain").get_by_test_id("stAlert")).to_be_visible()
    upload(page, "cat.jpg", "image/jpeg", a_photograph())
    is_complete(page)


def test_samples_are_pictures_to_click_and_to_walk_by_keyboard(page: Page) -> None:
    open_view(page, model="mnist")
    thumbnails = page.get_by_role("radiogroup", name="Sample pictures")
    seven, chosen = thumbnails.get_by_role("radio", name="Handwritten 7"), thumbnails.get_by_role("radio", checked=True)
    expect(chosen).to_have_count(1)
    first = chosen.get_attribute("data-key")
    seven.click()
    expect(answer(page)).to_contain_text(re.compile(r"7 \d+\.\d%"), timeout=WARM_UP)
    is_complete(page)
    expect(page).to_have_url(re.compile("picture=digit_7"))
    expect(seven).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(chosen).to_be_focused()
    expect(chosen).not_to_have_attribute("data-key", "digit_7")
    is_complete(page)
    expect(page).not_to_have_url(re.compile("picture=digit_7"))
    page.go_back()
    expect(chosen).to_have_attribute("data-key", "digit_7")
    is_complete(page)
    page.go_back()
    expect(chosen).to_have_attribute("data-key", first or "")
    is_complete(page)


# Layers and maps ----------------------------------------------------------------------------------------------------


def test_a_layer_is_opened_in_the_picture_of_the_network(page: Page) -> None:
    open_view(page)
    node(page, "Conv_1").click()
    channel = layer_is_open(page, "Conv_1")
    is_open(page, "Conv_1", channel)
    expect(page.get_by_text("64 of 1280 shown")).to_be_visible()
    expect(page.get_by_text("7×7×1280 · 409,600 parameters · receptive field 491×491")).to_be_visible()
    expect(page).to_have_url(re.compile("layer=Conv_1"))
    page.reload()
    is_complete(page)
    is_open(page, "Conv_1", channel)


def test_a_layer_is_opened_from_the_list_too(page: Page) -> None:
    open_view(page)
    layers = popover(page, "layer_more").get_by_role("combobox", name="Layer")
    layers.click()
    layers.fill("block_3_depthwise")
    page.get_by_role("option", name="block_3_depthwise", exact=True).click()
    layer_is_open(page, "block_3_depthwise")
    expect(node(page, "block_3_depthwise")).to_have_attribute("aria-pressed", "true")


def test_the_maps_can_be_walked_by_keyboard(page: Page) -> None:
    open_view(page, layer="block_1_expand", channel="0")
    board, said = page.locator(".mosaic .board"), page.locator(".mosaic .said")
    columns = grid_of(board)[1]
    board.focus()
    walk = ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowDown", columns + 2), ("ArrowLeft", columns + 1), ("ArrowUp", 1)
    for key, channel in walk:
        page.keyboard.press(key)
        expect(said).to_have_text(re.compile(rf"^Map {channel}: mean "))
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(said).to_have_text(re.compile("^Map 0: mean "))
    page.keyboard.press("ArrowDown")
    expect(said).to_have_text(re.compile(f"^Map {columns}: mean "))
    page.keyboard.press("Enter")
    is_open(page, "block_1_expand", columns)
    expect(board).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text(re.compile(f"^Map {columns + 1}: mean "))
    snap(page, "walk")


def test_pointing_says_a_maps_figures_and_clicking_opens_it(page: Page) -> None:
    open_view(page, layer="Conv1_relu", channel="0")
    board, said = page.locator(".mosaic .board"), page.locator(".mosaic .said")
    popover(page, "layer_more")
    values = arrays_of(download(page, "All values (NPZ)")[1])["Conv1_relu"].astype(np.float64)
    close_popover(page)
    rows, columns = grid_of(board)
    for column, row in ((2, 0), (7, 1)):
        channel = columns * row + column
        place = middle_of(board, row, column, rows, columns)
        board.hover(position=place)
        one = values[:, :, channel]
        expect(said).to_have_text(
            f"Map {channel}: mean {one.mean():.4g}, standard deviation {one.std():.4g}, "
            f"from {one.min():.4g} to {one.max():.4g}, {(one == 0).mean():.0%} zeros"
        )
        board.click(position=place)
        is_open(page, "Conv1_relu", channel)
        figures = page.locator(".cs-map-figures")
        expect(figures).to_contain_text(f"Mean\n{one.mean():.4g}", use_inner_text=True)
        expect(figures).to_contain_text(f"Share of zeros\n{(one == 0).mean():.0%}", use_inner_text=True)
    page.mouse.move(0, 0)
    expect(said).to_have_text(re.compile(f"^Map {columns + 7}: mean "))
    snap(page, "map")


def test_what_opens_first_is_the_map_that_differs_most_and_its_largest_value(page: Page) -> None:
    open_view(page, layer="block_1_expand_relu")
    popover(page, "layer_more")
    values = arrays_of(download(page, "All values (NPZ)")[1])["block_1_expand_relu"].astype(np.float64)
    close_popover(page)
    channel = int(values.std(axis=(0, 1)).argmax())
    is_open(page, "block_1_expand_relu", channel)
    row, column = np.unravel_index(values[:, :, channel].argmax(), values.shape[:2])
    expect(page.locator(".picker .said")).to_have_text(re.compile(f"^Row {row}, column {column}: "))
    expect(page.get_by_role("spinbutton", name="Row", exact=True)).to_have_value(str(row))
    expect(page.get_by_role("spinbutton", name="Column", exact=True)).to_have_value(str(column))


# Taking along -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def stopped(server: AppServer) -> Iterator[None]:
    """Let the server answer nothing meanwhile: its process stands still."""
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


_PIXELS = """async ([address, width, height]) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), {width, height});
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(image, 0, 0, width, height);
    return [...context.getImageData(0, 0, width, height).data];
}"""


def test_what_the_browser_has_is_painted_before_the_server_answers(cold_server: AppServer, open_page: OpenPage) -> None:
    page = open_page(cold_server, pictures_pass=True)
    open_view(page, model="mnist", layer="conv2d_1", channel="0")
    picked, maps, said = page.locator(".picker img"), page.locator(".mosaic img"), page.locator(".value-stage .said")
    of_conv2d_1 = str(maps.get_attribute("src"))
    with stopped(cold_server):
        node(page, "conv2d").click()  # it stands beside the open layer
        expect(maps).not_to_have_attribute("src", of_conv2d_1)
        of_conv2d = str(maps.get_attribute("src"))
    layer_is_open(page, "conv2d")
    assert maps.get_attribute("src") == of_conv2d
    with stopped(cold_server):
        node(page, "conv2d_1").click()  # it was shown before
        expect(maps).to_have_attribute("src", of_conv2d_1)
    layer_is_open(page, "conv2d_1")

    drawn = str(picked.get_attribute("src"))
    board = page.locator(".mosaic .board")
    rows, columns = grid_of(page.locator(".mosaic"))
    with stopped(cold_server):
        board.click(position=middle_of(board, 0, 1, rows, columns))
        expect(picked).not_to_have_attribute("src", drawn)
        painted = str(picked.get_attribute("src"))
    channel = layer_is_open(page, "conv2d_1")
    expect(picked).not_to_have_attribute("src", painted)
    drawn = str(picked.get_attribute("src"))
    assert page.evaluate(_PIXELS, [painted, 26, 26]) == page.evaluate(_PIXELS, [drawn, 26, 26])

    board = page.locator(".picker .board")
    with stopped(cold_server):
        board.click(position=middle_of(board, 2, 3, 26, 26))
        expect(said).to_contain_text(f"conv2d_1 [2, 3] map {channel}:")
        lanes = page.locator(".value-stage .lane").all_inner_texts()
    expect(page.get_by_role("spinbutton", name="Row", exact=True)).to_have_value("2")
    wait_idle(page)
    assert page.locator(".value-stage .lane").all_inner_texts() == lanes


def arrays_of(data: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(data)) as arrays:
        return dict(arrays)


def test_downloads(page: Page) -> None:
    open_view(page, layer="block_1_expand")
    popover(page, "layer_more")
    name, png = download(page, "All maps as a picture (PNG)")
    assert name == "mobilenet_v2_block_1_expand.png"
    image = Image.open(io.BytesIO(png))
    image.load()
    assert image.format == "PNG"
    # Eight maps in a row, each the picture of 112×112 values, and a gap of the same width around each.
    rows, gap = divmod(image.height, 112)
    assert rows == ROWS["block_1_expand"].output_shape[2] / 8
    assert (image.width - 8 * 112) / 9 == gap / (rows + 1)
    name, data = download(page, "All values (NPZ)")
    assert name == "mobilenet_v2_block_1_expand.npz"
    arrays = arrays_of(data)
    assert {layer: array.shape for layer, array in arrays.items()} == {
        "block_1_expand": ROWS["block_1_expand"].output_shape
    }
    assert arrays["block_1_expand"].dtype == np.float32
    assert np.ptp(arrays["block_1_expand"]) > 0


# Workers that stop --------------------------------------------------------------------------------------------------


@pytest.fixture
def asleep(page: Page, app_server: AppServer) -> Iterator[list[psutil.Process]]:
    """Workers that have been put to sleep, on a page that has just asked them something."""
    # Of the first picture all is known without them.
    open_view(page, picture="grass")
    workers = app_server.workers()
    for worker in workers:
        worker.suspend()
    # A picture that nobody has asked about: answers are kept.
    upload(page, "noise.png", "image/png", noise())
    expect(page.get_by_text("The network is running")).to_be_visible()
    yield workers
    for worker in workers:
        if worker.is_running():
            worker.resume()


def test_killed_workers_cost_a_sentence_and_a_retry(
    page: Page, app_server: AppServer, asleep: list[psutil.Process]
) -> None:
    for worker in asleep:
        worker.kill()
    expect(page.get_by_test_id("stAlert")).to_contain_text(DIED)
    wait_idle(page)
    no_traceback(page)
    snap(page, "killed")
    page.get_by_role("button", name="Try again").click()
    is_complete(page)
    assert not set(app_server.workers()) & set(asleep)
    node(page, "Conv_1").click()
    layer_is_open(page, "Conv_1")
    assert "Traceback" not in app_server.read_log()


def test_waiting_can_be_stopped(page: Page, asleep: list[psutil.Process]) -> None:
    # Streamlit has a button of this name too, in its header.
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    snap(page, "stopped")
    for worker in asleep:
        worker.resume()
    page.get_by_role("button", name="Go on").click()
    is_complete(page)


def test_workers_that_die_while_idle_are_replaced(page: Page, app_server: AppServer) -> None:
    open_view(page, picture="coffee")
    killed = app_server.workers()
    for worker in killed:
        worker.kill()
    psutil.wait_procs(killed, timeout=60)
    upload(page, "noise.png", "image/png", noise())
    retry = page.get_by_role("button", name="Try again")
    expect(retry.or_(page.get_by_text("The network is running"))).to_be_visible()
    if retry.is_visible():
        retry.click()
    is_complete(page)
    assert not set(app_server.workers()) & set(killed)


# A narrow screen ----------------------------------------------------------------------------------------------------


def in_view(page: Page, part: str) -> None:
    """Wait until a part of the page is seen."""
    expect(page.locator(f".st-key-{part}")).to_be_in_viewport()


def test_a_narrow_screen(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, pictures_pass=True, viewport=NARROW, has_touch=True, is_mobile=True)
    open_view(page, channel="0")
    assert page.evaluate(TOO_WIDE) == []
    toggle(page, "block_1").tap()
    expect(page.locator('.network button[data-node][data-layer^="block_1_"]')).to_have_count(9)
    node(page, "block_1_expand").tap()
    layer_is_open(page, "block_1_expand")
    snap(page, "narrow-network")
    board = page.locator(".mosaic .board")
    for inside in (
        page.locator(".network .window"),
        board,
        page.locator(".picker .board"),
        page.locator(".value-stage"),
    ):
        box = box_of(inside)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW["width"]
    assert page.evaluate(TOO_WIDE) == []


def test_on_a_telephone_a_tap_brings_its_answer_into_view_and_there_is_a_way_back(
    open_page: OpenPage, app_server: AppServer
) -> None:
    page = open_page(
        app_server, pictures_pass=True, viewport=NARROW, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    open_view(page, layer="Conv1", channel="0")
    ways = page.get_by_role("navigation", name="Parts of this page")
    board = page.locator(".mosaic .board")
    ways.get_by_role("button", name="All maps").tap()
    in_view(page, "layer_line")
    rows, columns = grid_of(board)
    board.tap(position=middle_of(board, 0, 4, rows, columns))
    in_view(page, "map_line")
    is_open(page, "Conv1", 4)
    map_board = page.locator(".picker .board")
    map_board.tap(position={"x": box_of(map_board)["width"] / 2, "y": box_of(map_board)["height"] / 2})
    expect(page.locator(".st-key-asked_line")).to_be_in_viewport()
    expect(page.get_by_role("spinbutton", name="Row", exact=True)).to_have_value(re.compile("^5[56]$"))
    snap(page, "narrow-answer")
    for name, part in (
        ("Network", "network_picture"),
        ("Answer", "asked"),
        ("One map", "map_line"),
        ("All maps", "layer_line"),
    ):
        ways.get_by_role("button", name=name, exact=True).tap()
        in_view(page, part)
    assert page.evaluate(TOO_WIDE) == []
