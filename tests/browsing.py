"""A page of the app in a browser: what it complains of, when it is idle, and what it must never show."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, FloatRect, Locator, Page, Request, Response

OpenPage = Callable[..., Page]
"""Opens an empty page for a server."""

MODULES_SITE = "http://components.test"
"""Where tests serve the components' modules by themselves."""

NARROW = {"width": 390, "height": 844}
"""A telephone held upright."""

# What is wider than the screen, of everything that a page scrolls in.
TOO_WIDE = """() => ["html", "body", '[data-testid="stMain"]', '[data-testid="stMainBlockContainer"]']
    .map(selector => [selector, document.querySelector(selector)])
    .filter(([_, element]) => element.scrollWidth > element.clientWidth + 1)
    .map(([selector, element]) => `${selector}: ${element.scrollWidth} > ${element.clientWidth}`)"""

# A cold worker imports TensorFlow first, and two cores may be busy with other tests.
IDLE_MILLISECONDS = 180_000
# So long must the page have been idle: a click reaches the server, and "running" the page, a little later.
SETTLED_MILLISECONDS = 250
# What Streamlit itself makes the browser say: at a deep link it looks for its server below the page first.
ALLOWED_NOISE = (re.compile(r"\b404\b.*/\w+/_stcore/(health|host-config)\b"),)


PASSED_PICTURE = re.compile(r"/media/\w+\.png")


@dataclass
class Noise:
    """What a page complains of: errors on its console, requests that failed, requests to anybody else.

    Attributes:
        pictures_pass: a picture may be gone before the browser asks for it: the next run has another in its place.
    """

    origin: str
    pictures_pass: bool = False
    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.heard.append(f"exception: {error}"))
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failure)
        page.on("response", self._on_response)

    def complaints(self) -> list[str]:
        allowed = (*ALLOWED_NOISE, *([PASSED_PICTURE] if self.pictures_pass else []))
        return [line for line in self.heard if not any(noise.search(line) for noise in allowed)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append(f"console: {message.text} ({message.location.get('url')})")

    def _on_request(self, request: Request) -> None:
        to = urlsplit(request.url)
        if to.scheme in ("http", "https", "ws", "wss") and to.netloc != urlsplit(self.origin).netloc:
            self.heard.append(f"request to another server: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # Leaving a page gives up what it was still loading.
        if request.failure != "net::ERR_ABORTED":
            self.heard.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.heard.append(f"status {response.status}: {response.request.method} {response.url}")


_IDLE = """([token, settled]) => {
    const app = document.querySelector('[data-testid="stApp"]');
    const idle = app?.dataset.testScriptState === "notRunning"
        && app.dataset.testConnectionState === "CONNECTED"
        && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"], [class*="st-key-clock"]');
    const now = performance.now();
    if (!idle || window.__idle?.token !== token) {
        window.__idle = {token, since: idle ? now : Infinity};
    } else if (window.__idle.since === Infinity) {
        window.__idle.since = now;
    }
    return now - window.__idle.since >= settled;
}"""


def wait_idle(page: Page, timeout: float = IDLE_MILLISECONDS) -> None:
    """Wait until the page's script has finished, everything it draws is there, and it waits for nothing more."""
    page.wait_for_function(_IDLE, arg=[monotonic(), SETTLED_MILLISECONDS], timeout=timeout)


def no_traceback(page: Page) -> None:
    """Fail if the page shows an exception."""
    shown = page.get_by_test_id("stException")
    assert shown.count() == 0, shown.all_inner_texts()
    assert "Traceback (most recent call last)" not in page.locator("body").inner_text()


def visit(page: Page, address: str) -> None:
    """Open an address of the app, wait until it is drawn, and fail if it shows an exception."""
    page.goto(address)
    wait_idle(page)
    no_traceback(page)


def page_link(page: Page, name: str) -> Locator:
    """Return the link to a page in the navigation of a wide screen, where it is called so."""
    return page.get_by_test_id("stTopNavLink").filter(has_text=name)


def download(page: Page, button: str) -> tuple[str, bytes]:
    """Press the first button of this name, which downloads; return the file's name and bytes."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).first.click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def box_of(part: Locator) -> FloatRect:
    """Return where a part of the page lies, for who points at it; fail if it is not shown.

    A link leads to what it opens until the reader does something, and nothing may move under the hand of a test.
    """
    part.page.evaluate("dispatchEvent(new Event('wheel'))")
    box = part.bounding_box()
    assert box is not None, f"{part} is not shown"
    return box


def violations(page: Page) -> list[str]:
    """Return what axe complains of, each with the elements that it is true of."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['html'][:150]}" for rule in found for node in rule["nodes"]]
