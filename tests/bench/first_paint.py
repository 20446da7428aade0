"""From `streamlit run app.py` to the first heading on the screen, against an app of one line."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any

from bench.measure import Goal, Result, in_turns
from bench.servers import ROOT, Server, running

GOAL = Goal("first page painted after streamlit run app.py", "a one-line Streamlit app", within=1.3)
ROUNDS = 7
HEADING = "h1"
PATIENCE_MS = 120_000
WORKERS_SECONDS = 10

_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")


def measure() -> Result:
    """Start both apps in turns; the browser is open already, each page in it is new."""
    with open_browser() as browser, one_line_app() as plain:
        pairs = in_turns(
            lambda: seconds_from_start(browser, ROOT, "", HEADING, see_workers),
            lambda: seconds_from_start(browser, plain, "", HEADING),
            ROUNDS,
        )
    note = "from the start of the process to a visible h1; our workers start TensorFlow meanwhile"
    return pairs.result(GOAL, note, (pairs.spread(GOAL),))


@contextmanager
def open_browser(*more: str) -> Iterator[Any]:
    """Open the browser that the tests use, with `more` arguments of its command line."""
    from browser_setup import advice, find_browser
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        raise RuntimeError(advice())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_ARGUMENTS, *more])
        yield browser
        browser.close()


@contextmanager
def one_line_app() -> Iterator[Path]:
    """Make the least app there is, with our configuration."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / ".streamlit", Path(folder) / ".streamlit")
        (Path(folder) / "app.py").write_text('import streamlit as st\nst.title("x")\n', encoding="utf-8")
        yield Path(folder)


def seconds_from_start(
    browser: Any, folder: Path, address: str, wanted: str, see: Callable[[Server], None] = lambda server: None
) -> float:
    """Return the seconds from the server's start until what is wanted is seen; `see` looks at the server then."""
    began = perf_counter()
    with running(folder) as server:
        server.wait_for_port()
        started = perf_counter() - began
        took = started + seconds_to_see(browser, server, address, wanted)
        see(server)
    return took


def seconds_to_see(browser: Any, server: Server, address: str, wanted: str) -> float:
    """Return the seconds until an empty browser shows what a selector finds at an address."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    page = context.new_page()
    began = perf_counter()
    page.goto(server.url + address, wait_until="commit", timeout=PATIENCE_MS)
    page.locator(wanted).first.wait_for(state="visible", timeout=PATIENCE_MS)
    took = perf_counter() - began
    context.close()
    return took


def see_workers(server: Server) -> None:
    """Raise RuntimeError where no worker starts: a first page without them would be no feat."""
    until = monotonic() + WORKERS_SECONDS
    while not server.process.children():
        if monotonic() > until:
            raise RuntimeError(f"No worker has started.\n{server.read_log()}")
        sleep(0.05)
