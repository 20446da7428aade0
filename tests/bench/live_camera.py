"""From one picture of the live camera to the next, as the browser shows them, against four a second."""

from time import sleep
from typing import Any

from bench.first_paint import open_browser
from bench.measure import Goal, Pairs, Result
from bench.servers import ROOT, running

GOAL = Goal("a picture of the live camera, MobileNetV2", "four a second", within=1)
ROUNDS = 5
SECONDS = 4.0
WANTED = 0.25

_FAKE = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
_COUNTING = """(image) => {
    window.shown = 0;
    new MutationObserver(() => window.shown++).observe(image, { attributeFilter: ["src"] });
}"""
_PATIENCE_MS = 120_000


def measure() -> Result:
    """Let the browser's own camera run, which never shows the same twice, and count how often all maps change."""
    with open_browser(*_FAKE) as browser, running(ROOT) as server:
        server.wait_for_port()
        page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US").new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(f"{server.url}/Feature_maps?model=mobilenet_v2")
        _turn_on(page)
        page.locator(".mosaic img").evaluate(_COUNTING)
        took = tuple(_seconds_a_picture(page) for _ in range(ROUNDS))
    pairs = Pairs(took, (WANTED,) * ROUNDS)
    rates = ", ".join(f"{1 / one:.1f}" for one in took)
    return pairs.result(GOAL, f"{rates} pictures a second; the browser runs on the same processors")


def _turn_on(page: Any) -> None:
    page.locator(".mosaic img").wait_for()
    page.get_by_role("button", name="Picture").first.click()
    page.get_by_role("radio", name="Camera").click()
    page.get_by_text("Live", exact=True).click()
    page.keyboard.press("Escape")
    page.locator(".camera .said").filter(has_text="a second").wait_for()


def _seconds_a_picture(page: Any) -> float:
    before = int(page.evaluate("window.shown"))
    sleep(SECONDS)
    return SECONDS / max(1, int(page.evaluate("window.shown")) - before)
