"""The running app and a Chromium; pages in it complain at the end."""

import contextlib
import json
import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_setup import advice, find_browser
from browsing import MODULES_SITE, Noise, OpenPage
from folders import ARTIFACTS, ROOT
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from serving import AppServer, running_app

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    # A camera that shows a moving disc and the time, and whoever asks may use it.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)

expect.set_options(timeout=30_000)

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note for the fixtures whether the test failed before they end."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app, one for all tests of a process; what it trains lies in the folder of the tests."""
    with running_app(tmp_path_factory.mktemp("app"), CONVSCOPE_RUNS=os.environ["CONVSCOPE_RUNS"]) as server:
        yield server


@pytest.fixture
def cold_server(tmp_path: Path) -> Iterator[AppServer]:
    """An app that nobody has opened yet, with one worker: it is not there to compute."""
    with running_app(tmp_path, CONVSCOPE_WORKERS="1") as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    path = find_browser()
    if path is None:
        pytest.fail(advice())
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def modules(browser: Browser) -> Iterator[Page]:
    """A page of a site that consists of the components' modules alone."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(f"{MODULES_SITE}/")
        if not name:
            route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")
        else:
            file = ROOT / "assets" / "components" / name
            route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/javascript")

    context = browser.new_context()
    page = context.new_page()
    page.route(f"{MODULES_SITE}/**", serve)
    page.goto(f"{MODULES_SITE}/")
    yield page
    context.close()


@pytest.fixture(scope="session")
def call(modules: Page) -> Callable[..., Any]:
    """Return a function that calls an exported function of a component's module."""

    def called(module: str, name: str, *given: Any) -> Any:
        program = "async ([site, module, name, given]) => (await import(`${site}/${module}.js`))[name](...given)"
        return modules.evaluate(program, [MODULES_SITE, module, name, json.loads(json.dumps(given))])

    return called


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Return a function that opens an empty page for a server, in a context of its own.

    At the end a screenshot of every page is kept if the test failed; if not, no page may have complained.
    """
    opened: list[tuple[Page, AppServer, Noise]] = []

    def open_one(server: AppServer, pictures_pass: bool = False, **context: Any) -> Page:
        wanted = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **context}
        page = browser.new_context(base_url=server.url, **wanted).new_page()
        noise = Noise(server.url, pictures_pass)
        noise.listen(page)
        opened.append((page, server, noise))
        return page

    yield open_one
    failed = request.node.stash.get(_FAILED, False)
    for number, (page, server, noise) in enumerate(opened):
        if failed:
            _keep(page, server, noise, f"{request.node.name}-{number}")
        page.context.close()
    if not failed:
        complaints = [line for _, _, noise in opened for line in noise.complaints()]
        assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(open_page: OpenPage, app_server: AppServer) -> Page:
    """An empty page; `page.goto("/Feature_maps")` opens a page of the app in it."""
    # Of a click that follows another at once the first one's pictures may be gone before the browser asks for them.
    return open_page(app_server, pictures_pass=True)


def _keep(page: Page, server: AppServer, noise: Noise, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    place = ARTIFACTS / re.sub(r"[^\w.=-]+", "_", name)
    with contextlib.suppress(Exception):
        page.screenshot(path=f"{place}.png")
    Path(f"{place}.log").write_text("\n".join([page.url, *noise.heard, "", server.read_log()]), encoding="utf-8")
