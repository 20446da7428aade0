"""The live camera in a real browser, whose own camera shows a disc that moves."""

from collections.abc import Callable
from typing import Any

import pytest
from browsing import OpenPage, box_of, no_traceback, visit, wait_idle
from playwright.sync_api import Locator, Page, expect
from serving import AppServer

pytestmark = pytest.mark.browser

Call = Callable[..., Any]

WARM_UP = 240_000
# Keeps what the camera gives to us, so that a test can see whether it was let go; Streamlit's own camera, which stood
# there before, may be on its way out.
WATCHED = """() => {
    const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.tracks = [];
    navigator.mediaDevices.getUserMedia = async (wanted) => {
        const isOurs = new Error().stack.includes("convscope_camera");
        const stream = await get(wanted);
        if (isOurs) window.tracks.push(...stream.getTracks());
        return stream;
    };
}"""
REFUSED = """() => {
    navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "%s"); };
}"""
INSECURE = "() => Object.defineProperty(window, 'isSecureContext', { value: false })"
UNPLUGGED = """() => {
    const track = window.tracks.find((one) => one.readyState === "live");
    track.stop();
    track.dispatchEvent(new Event("ended"));
}"""
LIVE = "() => window.tracks.filter((track) => track.readyState === 'live').length"


@pytest.mark.parametrize(
    ("now", "sent", "shown", "wait"),
    [
        (1000, None, None, 0),
        (1000, {"number": 5, "at": 950}, 5, 75),
        (1000, {"number": 5, "at": 400}, 5, 0),
        (1000, {"number": 5, "at": 950}, 4, 9950),
        (20_000, {"number": 5, "at": 950}, None, 0),
    ],
)
def test_a_frame_waits_for_the_last_one_to_be_shown(now: int, sent: Any, shown: Any, wait: int, call: Call) -> None:
    assert call("camera", "pause", now, sent, shown, 125) == wait


def test_frames_are_whole_and_small(call: Call) -> None:
    assert call("camera", "frameSize", 640, 480, 224) == [299, 224]
    assert call("camera", "frameSize", 480, 640, 256) == [256, 341]
    assert call("camera", "frameSize", 160, 120, 224) == [160, 120]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("NotAllowedError", "denied"), ("NotFoundError", "none"), ("NotReadableError", "busy"), ("TypeError", "failed")],
)
def test_what_went_wrong_has_a_sentence(name: str, problem: str, call: Call) -> None:
    assert call("camera", "problemOf", name) == problem


def test_the_rate_is_that_of_the_last_frames(call: Call) -> None:
    assert call("camera", "rate", [0, 250]) is None
    assert call("camera", "rate", [0, 250, 500, 750]) == pytest.approx(4)


def turn_on(page: Page, program: str) -> Locator:
    """Turn the live camera on, on a page whose browser was changed before; return it."""
    visit(page, "/Feature_maps?model=mnist&layer=conv2d&map=0")
    page.evaluate(program)
    page.get_by_role("button", name="Picture", exact=False).first.click()
    page.get_by_role("radio", name="Camera").click()
    page.get_by_text("Live", exact=True).click()
    page.keyboard.press("Escape")
    camera = page.locator(".camera")
    expect(camera).to_be_visible()
    return camera


def test_maps_and_answer_follow_the_camera_until_it_stops(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server)
    camera = turn_on(page, WATCHED)
    expect(camera).to_contain_text("per second. Nothing is stored.", timeout=WARM_UP)
    # What the camera says stands beside the next button, not under it.
    said, menu = box_of(camera.locator(".said")), box_of(page.locator(".st-key-set_picture"))
    assert said["x"] + said["width"] <= menu["x"]
    maps = page.locator(".mosaic img")
    for _ in range(3):
        expect(maps).not_to_have_attribute("src", str(maps.get_attribute("src")))
    expect(page.get_by_text("Pictures are passing through: hold one to ask this about it.")).to_be_visible()

    camera.get_by_role("button", name="Hold").click()
    expect(camera).to_contain_text("Held")
    wait_idle(page)
    assert page.evaluate(LIVE) == 0
    held = str(maps.get_attribute("src"))
    expect(page.get_by_role("heading", name="Why this value?")).to_be_visible()

    camera.get_by_role("button", name="Go on").click()
    expect(maps).not_to_have_attribute("src", held)
    assert page.evaluate(LIVE) == 1

    page.get_by_role("link", name="Home").first.click()
    expect(camera).to_have_count(0)
    page.wait_for_function("() => window.tracks.every((track) => track.readyState === 'ended')")
    page.get_by_role("link", name="Feature maps").first.click()
    expect(page.get_by_text("The live camera was turned off when you left the page.")).to_be_visible()
    no_traceback(page)


def test_a_camera_that_is_unplugged_says_so_and_can_be_tried_again(open_page: OpenPage, app_server: AppServer) -> None:
    page = open_page(app_server)
    camera = turn_on(page, WATCHED)
    expect(camera).to_contain_text("per second. Nothing is stored.", timeout=WARM_UP)
    # What a browser does where the device is gone, or the reader takes the permission back.
    page.evaluate(UNPLUGGED)
    expect(camera).to_contain_text("The camera has stopped: it was unplugged, or may no longer be used.")
    wait_idle(page)
    assert page.evaluate(LIVE) == 0
    maps = page.locator(".mosaic img")
    last = str(maps.get_attribute("src"))

    camera.get_by_role("button", name="Try again").click()
    expect(camera).to_contain_text("per second. Nothing is stored.")
    expect(maps).not_to_have_attribute("src", last)
    assert page.evaluate(LIVE) == 1
    no_traceback(page)


def test_what_passes_is_told_to_what_stands_on_the_page(open_page: OpenPage, app_server: AppServer) -> None:
    """Nothing of the page is built anew for a frame, so that what a reader points at or has the focus stays."""
    page = open_page(app_server)
    camera = turn_on(page, WATCHED)
    expect(camera).to_contain_text("per second. Nothing is stored.", timeout=WARM_UP)
    parts = {
        name: page.locator(place).first
        for name, place in {
            "maps": ".mosaic img",
            "map": ".picker img",
            "over": "[data-passing=over]",
            "network": ".network .node img",
        }.items()
    }
    before = {name: str(part.get_attribute("src")) for name, part in parts.items()}
    for part in parts.values():
        part.evaluate("(element) => { element.dataset.kept = 'yes'; }")
    mean = page.locator("[data-passing=mean]")
    figure = mean.inner_text()
    for name, part in parts.items():
        expect(part).not_to_have_attribute("src", before[name])
        expect(part).to_have_attribute("data-kept", "yes")
    expect(mean).not_to_have_text(figure)
    expect(page.locator("[data-passing=best_score]")).to_contain_text("%")
    no_traceback(page)


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (REFUSED % "NotAllowedError", "The camera is blocked."),
        (REFUSED % "NotFoundError", "There is no camera here."),
        (INSECURE, "page whose address begins with https"),
    ],
)
def test_without_a_camera_there_is_a_sentence(
    program: str, sentence: str, open_page: OpenPage, app_server: AppServer
) -> None:
    page = open_page(app_server)
    camera = turn_on(page, program)
    expect(camera).to_contain_text(sentence)
    camera.get_by_role("button", name="Stop").click()
    expect(camera).to_have_count(0)
    expect(page.locator(".thumbnails")).to_be_visible()
