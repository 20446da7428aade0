"""A part of a page that waits, in a browser: it can be stopped, comes back by itself, and says little meanwhile."""

import re
from collections.abc import Iterator

import psutil
import pytest
from browsing import no_traceback, wait_idle
from feature_maps_page import WARM_UP, open_view
from playwright.sync_api import Page, WebSocket, expect
from serving import AppServer

from pages.ui.compute import WORKERS

pytestmark = pytest.mark.browser

COVERING = re.compile(r"^Covering one patch after another\. \d+ /")
AT_ONCE = 5_000
"""Milliseconds within which a click that has nothing to wait for is answered on a busy machine."""


@pytest.fixture
def received(page: Page) -> list[str | bytes]:
    """What the server sends to the page."""
    messages: list[str | bytes] = []

    def hear(message: str | bytes) -> None:
        messages.append(message)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", hear)

    page.on("websocket", listen)
    return messages


@pytest.fixture
def asleep(page: Page, app_server: AppServer, received: list[str | bytes]) -> Iterator[list[psutil.Process]]:
    """Workers that were put to sleep once the page was complete: what is asked of them does not end."""
    open_view(page, method="occlusion")
    while len(workers := app_server.workers()) < WORKERS:  # they start behind the first page
        page.wait_for_timeout(100)
    for worker in workers:
        worker.suspend()
    yield workers
    for worker in workers:
        worker.resume()


def ask(page: Page, panel: str) -> None:
    page.locator(".st-key-asked").get_by_role("radio", name=panel, exact=True).click()


@pytest.mark.usefixtures("asleep")
def test_long_work_of_a_panel_is_stopped_at_once_and_the_page_goes_on(page: Page) -> None:
    ask(page, "Decision")
    panel = page.locator(".st-key-asked")
    expect(panel.get_by_text(COVERING)).to_be_visible()
    panel.get_by_role("button", name="Stop", exact=True).click()
    expect(panel.get_by_text("Stopped.")).to_be_visible(timeout=AT_ONCE)
    wait_idle(page)
    # What needs no worker answers meanwhile.
    ask(page, "Statistics")
    expect(panel.get_by_role("heading", name="The values of this layer in numbers")).to_be_visible()
    no_traceback(page)


def test_what_a_panel_waits_for_appears_by_itself(page: Page, asleep: list[psutil.Process]) -> None:
    ask(page, "Decision")
    panel = page.locator(".st-key-panel_decision")
    expect(panel.get_by_text(COVERING)).to_be_visible()
    panel.get_by_text("Grad-CAM", exact=True).click()
    said = panel.get_by_text("Computing the gradients.")
    expect(said).to_be_visible()
    for worker in asleep:
        worker.resume()
    expect(panel.get_by_text("The stronger the colour")).to_be_visible(timeout=WARM_UP)
    expect(said).to_have_count(0)
    no_traceback(page)


@pytest.mark.usefixtures("asleep")
def test_a_page_that_waits_sends_little(page: Page, received: list[str | bytes]) -> None:
    ask(page, "Decision")
    expect(page.get_by_text(COVERING)).to_be_visible()
    received.clear()
    expect(page.get_by_text(re.compile(r"· [1-9]\d s"))).to_be_visible()
    # A run that showed itself ten times a second sent a hundred.
    assert len(received) < 90
