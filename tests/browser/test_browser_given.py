"""A picture pasted into a page, dropped on it and removed again, in a real browser."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from browsing import no_traceback, visit, wait_idle
from feature_maps_page import close_popover, popover
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# A file as a browser carries it, in an event as the system sends it.
SEND = """([kind, selector, name, type, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type }));
    const shared = { bubbles: true, composed: true, cancelable: true };
    const event = kind === "paste"
        ? new ClipboardEvent(kind, { ...shared, clipboardData: carried })
        : new DragEvent(kind, { ...shared, dataTransfer: carried });
    document.querySelector(selector).dispatchEvent(event);
    return event.defaultPrevented;
}"""
COPY = """async (content) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
}"""


def a_picture(seed: int = 0) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 48, 3), np.uint8)
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def send(page: Page, kind: str, data: bytes, name: str = "mine.png", selector: str = "body") -> Any:
    """Send an event with a file; return whether the page kept the browser from what it would do."""
    return page.evaluate(SEND, [kind, selector, name, "image/png", base64.b64encode(data).decode()])


def is_shown(page: Page, name: str) -> None:
    """Wait until a picture of the reader's is the page's, and say so where it is picked."""
    expect(page.locator('.thumbnails [aria-checked="true"]')).to_have_count(0)
    own = popover(page, "set_picture")
    expect(own.get_by_alt_text(name, exact=True)).to_be_visible()
    expect(own.get_by_text("Cropped to the central 40×40 pixels.")).to_be_visible()


def test_a_picture_is_dropped_anywhere_and_removed(page: Page) -> None:
    visit(page, "/Feature_maps")
    veil = page.locator(".veil")
    expect(veil).to_be_hidden()
    assert send(page, "dragover", a_picture())
    expect(veil).to_have_text("Drop the picture here")
    box = veil.bounding_box()
    assert box is not None
    assert box["width"] > 1200
    assert box["height"] > 800
    send(page, "dragleave", a_picture())
    expect(veil).to_be_hidden()
    assert send(page, "drop", a_picture(), selector=".st-key-set_model")
    is_shown(page, "mine.png")
    wait_idle(page)
    expect(veil).to_be_hidden()
    page.get_by_role("button", name="Remove the picture").click()
    expect(page.get_by_alt_text("mine.png", exact=True)).to_have_count(0)
    close_popover(page)
    expect(page.locator('.thumbnails [aria-checked="true"]')).to_have_count(0)
    wait_idle(page)
    no_traceback(page)


def test_a_picture_is_pasted_from_the_clipboard(page: Page) -> None:
    visit(page, "/Feature_maps")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(COPY, base64.b64encode(a_picture()).decode())
    page.locator("body").press("Control+v")
    is_shown(page, "Pasted picture")


@pytest.mark.parametrize("path", ["/Convolution", "/Pooling_and_stride"])
def test_other_pages_take_one_too(page: Page, path: str) -> None:
    visit(page, path)
    assert send(page, "paste", a_picture())
    wait_idle(page)
    page.locator('[data-testid="stTopNavLink"]', has_text="Feature maps").first.click()
    is_shown(page, "mine.png")


def test_what_is_no_picture_is_said_and_changes_nothing(page: Page) -> None:
    visit(page, "/Feature_maps")
    send(page, "drop", b"%PDF-1.7", "thesis.pdf")
    expect(page.get_by_test_id("stToast")).to_contain_text("This is a PDF document, not a picture.")
    wait_idle(page)
    expect(page.locator('.thumbnails [aria-checked="true"]')).to_have_count(1)


def test_text_is_pasted_and_files_are_dropped_where_they_belong(page: Page) -> None:
    visit(page, "/Feature_maps")
    own = popover(page, "set_picture")
    own.get_by_test_id("stButtonGroup").get_by_text("Upload", exact=True).click()
    zone = '[data-testid="stFileUploaderDropzone"]'
    expect(own.locator(zone)).to_be_visible()
    wait_idle(page)
    expect(own.get_by_text("or paste one")).to_be_visible()
    send(page, "dragover", a_picture(), selector=zone)
    expect(page.locator(".veil")).to_be_hidden()
    assert not send(page, "paste", a_picture(), selector="input")
    file = own.locator('input[type="file"]')
    file.set_input_files({"name": "up.png", "mimeType": "image/png", "buffer": a_picture()})
    expect(own.get_by_alt_text("up.png", exact=True)).to_be_visible()


def test_a_picture_of_the_page_that_is_dragged_is_no_file(page: Page) -> None:
    visit(page, "/Feature_maps")
    page.evaluate("document.body.dispatchEvent(new DragEvent('dragstart', { bubbles: true }))")
    assert not send(page, "dragover", a_picture())
    assert not send(page, "drop", a_picture())
    page.evaluate("document.body.dispatchEvent(new DragEvent('dragend', { bubbles: true }))")
    assert send(page, "dragover", a_picture())
