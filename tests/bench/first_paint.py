"""From `streamlit run app.py` to the first heading on the screen, against an app of one line."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any

from bench.measure import Goal, Result, in_turns
from bench.servers import ROOT, Server, running

GOAL = Goal("first page painted after streamlit run app.py", "a one-line Streamlit app", within=1.3)
ROUNDS = 7
PATIENCE_MS = 120_000
WORKERS_SECONDS = 10

_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")


def measure() -> Result:
    """Start both apps in turns; the browser is open already, each page in it is new."""
    with open_browser() as browser, _one_line_app() as plain:
        pairs = in_turns(lambda: _painted(browser, ROOT, True), lambda: _painted(browser, plain, False), ROUNDS)
    note = "from the start of the process to a visible h1; our workers start TensorFlow meanwhile"
    return pairs.result(GOAL, note, (pairs.spread(GOAL),))


@contextmanager
def open_browser() -> Iterator[Any]:
    """Open the browser that the tests use."""
    from browser_setup import advice, find_browser
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        raise RuntimeError(advice())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def _one_line_app() -> Iterator[Path]:
    """Make the least app there is, with our configuration."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / ".streamlit", Path(folder) / ".streamlit")
        (Path(folder) / "app.py").write_text('import streamlit as st\nst.title("x")\n', encoding="utf-8")
        yield Path(folder)


def _painted(browser: Any, folder: Path, workers: bool) -> float:
    """Return the seconds from the server's start to its first heading in an empty browser."""
    context = browser.new_context()
    page = context.new_page()
    began = perf_counter()
    with running(folder) as server:
        server.wait_for_port()
        page.goto(server.url, wait_until="commit", timeout=PATIENCE_MS)
        page.locator("h1").first.wait_for(state="visible", timeout=PATIENCE_MS)
        took = perf_counter() - began
        if workers:
            _see_workers(server)
        context.close()
    return took


def _see_workers(server: Server) -> None:
    """Raise RuntimeError where no worker starts: a first page without them would be no feat."""
    until = monotonic() + WORKERS_SECONDS
    while not server.process.children():
        if monotonic() > until:
            raise RuntimeError(f"No worker has started.\n{server.read_log()}")
        sleep(0.05)
