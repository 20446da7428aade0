"""What tests share: a running app, a browser, pages in it that complain at the end, and pages without a browser."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from browser_setup import advice, find_browser
from hypothesis import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright
from streamlit import config
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]
ARTIFACTS = ROOT / "test-artifacts"

START_SECONDS = 60
STOP_SECONDS = 20
# A cold worker imports TensorFlow first, and two cores may be busy with other tests.
IDLE_MILLISECONDS = 180_000
# So long must the page have been idle: a click reaches the server, and "running" the page, a little later.
SETTLED_MILLISECONDS = 250

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
)
# What Streamlit itself makes the browser say: at a deep link it looks for its server below the page first.
ALLOWED_NOISE = (re.compile(r"\b404\b.*/\w+/_stcore/(health|host-config)\b"),)

# One worker for tests without a browser: a second TensorFlow would only compete with it.
os.environ.setdefault("CONVSCOPE_WORKERS", "1")
# A failing test must show the traceback that the app hides from its readers.
config.set_option("client.showErrorDetails", "full")

# No deadline: two cores are shared with a browser and a server. On CI the same examples every time.
settings.register_profile("convscope", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("convscope")

expect.set_options(timeout=30_000)


# ------------------------------------------------------------------------------------------------------ how tests run


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--overwrite", action="store_true", help="write the tables of tests/network/golden anew; read the diff"
    )


Golden = Callable[[str, str], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return a function that compares a text with a golden file of tests/network, or writes it with `--overwrite`."""

    def compare(name: str, text: str) -> None:
        path = ROOT / "tests" / "network" / "golden" / name
        if request.config.getoption("--overwrite"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_bytes().decode("utf-8")

    return compare


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the quick tests go first, and each slow kind stay in one process: one server, one TensorFlow."""
    for item in items:
        if ROOT / "cnn_core" / "keras_model" in item.path.parents:
            item.add_marker("keras")
    # What waits for processes comes last: it fills the gaps of those that stay together.
    items.sort(key=lambda item: (item.get_closest_marker("process") is not None, _slow_kinds(item)))
    for item in items:
        if kinds := _slow_kinds(item):
            item.add_marker(pytest.mark.xdist_group(kinds[-1]))


def _slow_kinds(item: pytest.Item) -> list[str]:
    return [kind for kind in ("keras", "browser") if item.get_closest_marker(kind)]


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Note for the fixtures whether the test failed before they end."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


# ---------------------------------------------------------------------------------------------------- the running app


@dataclass(frozen=True)
class AppServer:
    """The app as `streamlit run` starts it; its workers are its children."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def read_log(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def family(self) -> list[psutil.Process]:
        """Return the server's child processes, children of children among them."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def stop(self) -> str | None:
        """End the server as a supervisor does, kill what is left, and return what went wrong."""
        if self.process.poll() is not None:
            self._kill_group()
            return f"The app ended by itself with status {self.process.returncode}.\n{self.read_log()[-4000:]}"
        family = self.family()
        self.process.terminate()
        _, left = psutil.wait_procs([psutil.Process(self.process.pid), *family], timeout=STOP_SECONDS)
        names = [f"{process.pid} {_command(process)}" for process in left]
        self._kill_group()
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(STOP_SECONDS)
        return f"Still running {STOP_SECONDS} s after the app was told to end: {names}" if names else None

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:200]
    except psutil.Error:
        return "?"


@contextlib.contextmanager
def running_app(folder: Path, **environment: str) -> Iterator[AppServer]:
    """Start the app on a free port, its log in `folder`; stop it at the end, and fail if it or a worker went astray."""
    server = _start_app(folder / "server.log", environment)
    try:
        _wait_until_healthy(server)
        yield server
    finally:
        problem = server.stop()
    assert problem is None, problem


def _start_app(log: Path, environment: dict[str, str]) -> AppServer:
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = {"server.address": "127.0.0.1", "server.port": port, "server.fileWatcherType": "none"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *(f"--{name}={value}" for name, value in options.items())],
            cwd=ROOT,
            env={**_server_environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return AppServer(f"http://127.0.0.1:{port}", log, process)


def _server_environment() -> dict[str, str]:
    """Return this process's environment without its settings for tests, and with warnings written to the log."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "CONVSCOPE_"))}
    return {**kept, "PYTHONWARNINGS": "default", "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(server: AppServer) -> None:
    until = monotonic() + START_SECONDS
    while monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(0.05)
            break
    pytest.fail(f"The app does not answer.\n{server.read_log()[-4000:]}")


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app, one for all tests of a process."""
    with running_app(tmp_path_factory.mktemp("app")) as server:
        yield server


@pytest.fixture
def cold_server(tmp_path: Path) -> Iterator[AppServer]:
    """An app that nobody has opened yet, with one worker: it is not there to compute."""
    with running_app(tmp_path, CONVSCOPE_WORKERS="1") as server:
        yield server


# -------------------------------------------------------------------------------------------------------- the browser


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


@dataclass
class Noise:
    """What a page complains of: errors on its console, requests that failed, requests to anybody else."""

    origin: str
    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.heard.append(f"exception: {error}"))
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failure)
        page.on("response", self._on_response)

    def complaints(self) -> list[str]:
        return [line for line in self.heard if not any(allowed.search(line) for allowed in ALLOWED_NOISE)]

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


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Return a function that opens an empty page for a server, in a context of its own.

    At the end a screenshot of every page is kept if the test failed; if not, no page may have complained.
    """
    opened: list[tuple[Page, AppServer, Noise]] = []

    def open_one(server: AppServer, **context: Any) -> Page:
        wanted = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **context}
        page = browser.new_context(base_url=server.url, **wanted).new_page()
        noise = Noise(server.url)
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
    return open_page(app_server)


def _keep(page: Page, server: AppServer, noise: Noise, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    place = ARTIFACTS / re.sub(r"[^\w.=-]+", "_", name)
    with contextlib.suppress(Exception):
        page.screenshot(path=f"{place}.png")
    Path(f"{place}.log").write_text("\n".join([page.url, *noise.heard, "", server.read_log()]), encoding="utf-8")


_IDLE = """([token, settled]) => {
    const app = document.querySelector('[data-testid="stApp"]');
    const idle = app?.dataset.testScriptState === "notRunning"
        && app.dataset.testConnectionState === "CONNECTED"
        && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
    const now = performance.now();
    if (!idle || window.__idle?.token !== token) {
        window.__idle = {token, since: idle ? now : Infinity};
    } else if (window.__idle.since === Infinity) {
        window.__idle.since = now;
    }
    return now - window.__idle.since >= settled;
}"""


def wait_idle(page: Page, timeout: float = IDLE_MILLISECONDS) -> None:
    """Wait until the page's script has finished and everything it draws is there."""
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


def download(page: Page, button: str) -> tuple[str, bytes]:
    """Press the first button of this name, which downloads; return the file's name and bytes."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).first.click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


# ---------------------------------------------------------------------------------------------- pages without browser


def run_page(path: str, *, timeout: float = 30, **query: str) -> AppTest:
    """Run a page's script, or app.py, in this process with empty caches; fail if it shows an exception.

    `query` is what stands behind the `?` of the address. A page that waits for a worker's first answer takes longer.
    """
    import streamlit as st

    # Caches outlive an AppTest: without this a test sees what another one computed.
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_file(ROOT / path, default_timeout=timeout)
    for name, value in query.items():
        at.query_params[name] = value
    return no_exception(at.run())


def no_exception(at: AppTest) -> AppTest:
    """Fail if the page shows an exception, else return it."""
    shown = [f"{one.message}\n" + "\n".join(one.stack_trace) for one in at.exception]
    assert not shown, "\n\n".join(shown)
    return at


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Collect what stages are told, by key, with the functions that they call, instead of drawing them."""
    import streamlit as st

    from pages.ui import components

    told: dict[str, Any] = {}

    def take(data: dict[str, Any], key: str, **functions: Any) -> None:
        told[key] = json.loads(json.dumps(data)) | functions

    monkeypatch.setattr(components, "stage", take)
    st.cache_resource.clear()
    return told
