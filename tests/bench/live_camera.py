"""From one picture of the live camera to the next, as the browser shows them, against four a second."""

from time import sleep
from typing import Any

import psutil

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
        server_before, browser_before = server.cpu_seconds(), _cpu_of_children(server.process.pid)
        count_before = _shown(page)
        took = tuple(_seconds_a_picture(page) for _ in range(ROUNDS))
        count = max(1, _shown(page) - count_before)
        of_server = 1e3 * (server.cpu_seconds() - server_before) / count
        of_browser = 1e3 * (_cpu_of_children(server.process.pid) - browser_before) / count
    pairs = Pairs(took, (WANTED,) * ROUNDS)
    rates = ", ".join(f"{1 / one:.1f}" for one in took)
    return pairs.result(
        GOAL,
        f"{rates} pictures a second; CPU a picture: Streamlit's process {of_server:.0f} ms, the browser, which runs on "
        f"the same processors, {of_browser:.0f} ms",
    )


def _cpu_of_children(server: int) -> float:
    """Return the processor time of what this process started but for the server and its workers: of the browser."""
    own = psutil.Process()
    beside = {process.pid for process in psutil.Process(server).children(recursive=True)} | {server}
    return sum(sum(process.cpu_times()[:2]) for process in own.children(recursive=True) if process.pid not in beside)


def _turn_on(page: Any) -> None:
    page.locator(".mosaic img").wait_for()
    page.get_by_role("button", name="Picture").first.click()
    page.get_by_role("radio", name="Camera").click()
    page.get_by_text("Live", exact=True).click()
    page.keyboard.press("Escape")
    page.locator(".camera .said").filter(has_text="per second").wait_for()


def _seconds_a_picture(page: Any) -> float:
    before = _shown(page)
    sleep(SECONDS)
    return SECONDS / max(1, _shown(page) - before)


def _shown(page: Any) -> int:
    return int(page.evaluate("window.shown"))
