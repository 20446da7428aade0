"""The page "Feature maps" in a browser: its parts, what is open in them, and the pictures that it is given."""

import io
import re
from urllib.parse import urlencode

import numpy as np
from browsing import no_traceback, wait_idle
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnn_core.pictures.samples import sample_bytes

# TensorFlow starts and the models are loaded while other tests run on the same two processors.
WARM_UP = 240_000


def open_view(page: Page, **query: str) -> None:
    """Open the page, with MobileNetV2, whose many layers and maps ask most of it, where no other model is named."""
    page.goto(f"/Feature_maps?{urlencode({'model': 'mobilenet_v2', **query})}")
    is_complete(page)


def is_complete(page: Page) -> None:
    """Wait until the layer, its map and why its value is what it is are there; fail if the page complains."""
    expect(page.locator(".value-stage .said")).not_to_be_empty(timeout=WARM_UP)
    wait_idle(page)
    no_traceback(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def node(page: Page, layer: str) -> Locator:
    """Return the card of a layer in the picture of the network, or the head of its column."""
    return page.locator(f'.network button[data-node][data-layer="{layer}"]')


def toggle(page: Page, block: str) -> Locator:
    return page.locator(f'.network button.toggle[data-block="{block}"]')


def part_of_stage(page: Page, name: str) -> Locator:
    return page.locator(f'.value-stage [data-part="{name}"]')


def stops(page: Page) -> Locator:
    """Return the values on the trail."""
    return page.locator('.trail button[data-part^="stop"]')


def answer(page: Page) -> Locator:
    """Return the line that says what the network takes the picture for."""
    return page.locator(".st-key-answer")


def is_open(page: Page, layer: str, channel: int) -> None:
    """Wait until a layer and one of its maps is open, everywhere on the page."""
    expect(page.get_by_role("heading", name=f"Map {channel} of {layer}", exact=True)).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    expect(node(page, layer)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("spinbutton", name="Map", exact=True)).to_have_value(str(channel))
    no_traceback(page)


CHANNELS = {"Brightness": 0, "Red": 0, "Green": 1, "Blue": 2}
"""What the channels of a picture are called; those of other layers have numbers."""


def layer_is_open(page: Page, layer: str) -> int:
    """Wait until a layer is open; return which of its maps is."""
    names = "|".join(CHANNELS)
    opened = page.get_by_role("heading", name=re.compile(rf"^((Map|Unit) \d+|{names}) of {layer}$"))
    expect(opened).to_be_visible(timeout=WARM_UP)
    wait_idle(page)
    no_traceback(page)
    words = opened.inner_text().split()
    return CHANNELS[words[0]] if words[0] in CHANNELS else int(words[1])


def popover(page: Page, key: str) -> Locator:
    """Open what is folded behind a button; return what is in it."""
    # With a tip there are two, one for each kind of screen.
    page.locator(f".st-key-{key}").get_by_test_id("stPopoverButton").filter(visible=True).click()
    body = page.get_by_test_id("stPopoverBody")
    expect(body).to_be_visible()
    return body


def close_popover(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)


def give_file(page: Page, name: str, kind: str, data: bytes) -> Locator:
    """Give the page a file as a picture; return where that is done, which stays open."""
    own = popover(page, "set_picture")
    own.get_by_test_id("stButtonGroup").get_by_text("Upload", exact=True).click()
    own.locator('input[type="file"]').set_input_files({"name": name, "mimeType": kind, "buffer": data})
    return own


def upload(page: Page, name: str, kind: str, data: bytes) -> None:
    """Give the page a picture of one's own."""
    own = give_file(page, name, kind, data)
    expect(own.get_by_alt_text(name, exact=True)).to_be_visible()
    close_popover(page)


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
