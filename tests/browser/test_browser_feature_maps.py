"""The page "Feature maps" in a real browser: a photograph, layers, maps, downloads, dead workers, a narrow screen."""

import io
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import numpy as np
import psutil
import pytest
from browsing import NARROW, TOO_WIDE, OpenPage, box_of, download, no_traceback, wait_idle
from folders import ARTIFACTS
from PIL import Image
from playwright.sync_api import Locator, Page, Position, expect
from serving import AppServer

from cnn_core.models.bundled import bundled_network
from cnn_core.network.summary import summarize
from cnn_core.pictures.samples import sample_bytes

pytestmark = pytest.mark.browser

ROWS = {row.name: row for row in summarize(bundled_network("mobilenet_v2")).rows}
# TensorFlow starts and the models are loaded while other tests run on the same two processors.
WARM_UP = 240_000
DIED = "The process that runs the model has stopped"


def open_view(page: Page, **query: str) -> None:
    page.goto(f"/Feature_maps?{urlencode({'model': 'mobilenet_v2', **query})}")
    is_complete(page)


def is_complete(page: Page) -> None:
    """Wait until the layer's maps are there; fail if the page complains."""
    expect(page.get_by_text(re.compile(r"^\d+ of \d+ maps shown$"))).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    no_traceback(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def snap(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"feature_maps-{name}.png")


def frame(page: Page, layer: str) -> Locator:
    return page.locator(f'button[data-node][data-layer="{layer}"]')


def toggle(page: Page, block: str) -> Locator:
    return page.locator(f'button.toggle[data-block="{block}"]')


def is_open(page: Page, layer: str, channel: int = 0) -> None:
    """Wait until a layer and one of its maps is open, everywhere on the page."""
    expect(page.get_by_role("heading", name=f"Map {channel} of {layer}", exact=True)).to_be_visible()
    wait_idle(page)
    expect(frame(page, layer)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Map", exact=True)).to_have_value(str(channel))
    no_traceback(page)


def middle_of(board: Locator, row: int, column: int, rows: int, columns: int) -> Position:
    """Return the middle of a tile, counted from the board's corner."""
    box = box_of(board)
    return {"x": box["width"] * (column + 0.5) / columns, "y": box["height"] * (row + 0.5) / rows}


def choose_sample(page: Page, title: str) -> None:
    box = page.get_by_role("combobox", name=re.compile("Sample picture"))
    box.click()
    box.fill(title)
    page.get_by_role("option", name=title, exact=True).click()


def upload(page: Page, name: str, kind: str, data: bytes) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text("Upload", exact=True).click()
    page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": kind, "buffer": data})


def a_photograph() -> bytes:
    """Return a cat as a camera might have written it: a JPEG, larger than the network's input, lying on its side."""
    image = Image.open(io.BytesIO(sample_bytes("chelsea"))).convert("RGB").resize((900, 600))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter to the right
    out = io.BytesIO()
    image.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def noise() -> bytes:
    """Return a picture that is another one every time."""
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng().integers(0, 256, (32, 32, 3), np.uint8)).save(out, "PNG")
    return out.getvalue()


# Looking ------------------------------------------------------------------------------------------------------------


def test_a_photograph_is_uploaded_and_recognised(page: Page) -> None:
    open_view(page, picture="coffee")
    expect(page.get_by_text("espresso")).to_be_visible()
    upload(page, "cat.jpg", "image/jpeg", a_photograph())
    expect(page.get_by_text("Egyptian cat")).to_be_visible(timeout=WARM_UP)
    is_complete(page)
    expect(page.get_by_text("Resized from 600×600 to 224×224")).to_be_visible()
    expect(page.get_by_alt_text("cat.jpg")).to_be_visible()
    snap(page, "upload")


def test_a_file_that_is_no_picture_is_a_sentence(page: Page) -> None:
    open_view(page)
    upload(page, "notes.png", "image/png", b"This is a text.")
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    wait_idle(page)
    no_traceback(page)
    snap(page, "bad-file")
    upload(page, "cat.jpg", "image/jpeg", a_photograph())
    is_complete(page)


def test_a_layer_is_opened_in_the_picture_of_the_network(page: Page) -> None:
    open_view(page)
    expect(page.locator(".node button.toggle")).to_have_count(17)
    frame(page, "Conv_1").click()
    is_open(page, "Conv_1")
    expect(page.get_by_text("64 of 1280 maps shown")).to_be_visible()
    expect(page).to_have_url(re.compile("layer=Conv_1"))
    page.reload()
    is_complete(page)
    is_open(page, "Conv_1")


def test_a_walk_from_a_value_opens_the_layer_before_it_and_leads_back(page: Page) -> None:
    open_view(page)
    frame(page, "Conv1").click()
    is_open(page, "Conv1")
    page.locator('[data-part="values0"]').click()
    expect(page.get_by_role("heading", name=re.compile(r"^Map \d of Conv1_pad$"))).to_be_visible()
    expect(frame(page, "Conv1_pad")).to_have_attribute("aria-pressed", "true")
    page.locator(".trail button").first.click()
    is_open(page, "Conv1")


def test_the_maps_can_be_walked_by_keyboard(page: Page) -> None:
    open_view(page, layer="block_1_expand")
    board, said = page.locator(".mosaic .board"), page.locator(".mosaic .said")
    board.focus()
    for key, channel in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowDown", 10), ("ArrowLeft", 9), ("ArrowUp", 1)):
        page.keyboard.press(key)
        expect(said).to_have_text(re.compile(rf"^Map {channel}: mean "))
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(said).to_have_text(re.compile("^Map 0: mean "))
    for _ in range(9):
        page.keyboard.press("ArrowDown")
    expect(said).to_have_text(re.compile("^Map 56: mean "))
    page.keyboard.press("Enter")
    is_open(page, "block_1_expand", 56)
    expect(board).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text(re.compile("^Map 57: mean "))
    snap(page, "walk")


def test_pointing_says_a_maps_figures_and_clicking_opens_it(page: Page) -> None:
    open_view(page, layer="Conv1_relu")
    board, said = page.locator(".mosaic .board"), page.locator(".mosaic .said")
    values = arrays_of(download(page, "All values (NPZ)")[1])["Conv1_relu"].astype(np.float64)
    for column, row in ((2, 0), (7, 3)):
        channel = 8 * row + column
        place = middle_of(board, row, column, rows=4, columns=8)
        board.hover(position=place)
        one = values[:, :, channel]
        expect(said).to_have_text(
            f"Map {channel}: mean {one.mean():.4g}, spread {one.std():.4g}, "
            f"{one.min():.4g} to {one.max():.4g}, {(one == 0).mean():.0%} zeros"
        )
        board.click(position=place)
        is_open(page, "Conv1_relu", channel)
        expect(page.get_by_test_id("stCaptionContainer").get_by_text(f"Map {channel}: mean")).to_be_visible()
    page.mouse.move(0, 0)
    expect(said).to_have_text(re.compile("^Map 31: mean "))
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(1)
    page.get_by_test_id("stPlotlyChart").first.scroll_into_view_if_needed()
    snap(page, "map")


# Taking along -------------------------------------------------------------------------------------------------------


def arrays_of(data: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(data)) as arrays:
        return dict(arrays)


def test_downloads(page: Page) -> None:
    open_view(page, layer="block_1_expand")
    name, png = download(page, "These maps as a picture (PNG)")
    assert name == "mobilenet_v2_block_1_expand.png"
    shown = page.locator(".mosaic .board img")
    image = Image.open(io.BytesIO(png))
    image.load()
    assert image.format == "PNG"
    assert [image.width, image.height] == shown.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    name, data = download(page, "All values (NPZ)")
    assert name == "mobilenet_v2_block_1_expand.npz"
    arrays = arrays_of(data)
    assert {layer: array.shape for layer, array in arrays.items()} == {
        "block_1_expand": ROWS["block_1_expand"].output_shape
    }
    assert arrays["block_1_expand"].dtype == np.float32
    assert np.ptp(arrays["block_1_expand"]) > 0


# Workers that stop --------------------------------------------------------------------------------------------------


def workers_of(server: AppServer) -> list[psutil.Process]:
    return [child for child in server.family() if "popen_loky" in " ".join(child.cmdline())]


@pytest.fixture
def asleep(page: Page, app_server: AppServer) -> Iterator[list[psutil.Process]]:
    """Workers that have been put to sleep, on a page that has just asked them something."""
    open_view(page)
    workers = workers_of(app_server)
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
    assert not set(workers_of(app_server)) & set(asleep)
    frame(page, "Conv_1").click()
    is_open(page, "Conv_1")
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
    open_view(page)
    killed = workers_of(app_server)
    for worker in killed:
        worker.kill()
    psutil.wait_procs(killed, timeout=60)
    choose_sample(page, "Grass")
    retry = page.get_by_role("button", name="Try again")
    expect(retry.or_(page.get_by_text("The network is running"))).to_be_visible()
    if retry.is_visible():
        retry.click()
    is_complete(page)
    assert not set(workers_of(app_server)) & set(killed)


# A narrow screen ----------------------------------------------------------------------------------------------------


def test_a_narrow_screen(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server, viewport=NARROW, has_touch=True, is_mobile=True)
    open_view(page)
    assert page.evaluate(TOO_WIDE) == []
    toggle(page, "block_1").tap()
    expect(page.locator('button[data-node][data-layer^="block_1_"]')).to_have_count(9)
    frame(page, "block_1_expand").tap()
    is_open(page, "block_1_expand")
    frame(page, "block_1_expand").scroll_into_view_if_needed()
    snap(page, "narrow-network")
    for part in (frame(page, "block_1_expand"), toggle(page, "block_1"), page.locator(".mosaic .board")):
        box = box_of(part)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW["width"]
    board = page.locator(".mosaic .board")
    board.tap(position=middle_of(board, 0, 3, rows=8, columns=8))
    is_open(page, "block_1_expand", 3)
    assert page.evaluate(TOO_WIDE) == []
    board.scroll_into_view_if_needed()
    snap(page, "narrow-maps")
