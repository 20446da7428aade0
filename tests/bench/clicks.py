"""From a click to the picture of what it opened, in a browser, against a rerun of a page of one button.

The network is the course's on its first picture, whose maps are recorded: no work of TensorFlow is in the figures.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.first_paint import PATIENCE_MS, open_browser
from bench.measure import Goal, Result, in_turns
from bench.servers import ROOT, Server, running

WITHIN = 1.5
ROUNDS = 15
DISCARDED = 4
HAND_RESTS_MS = 150
"""Of a pointer on a button, before it is pressed: few are quicker."""
AGAINST = "a rerun of a page with one button"

_PAGE = "/Feature_maps?model=mnist"
_APP = "import time\nimport streamlit as st\nst.button(str(time.time_ns()), key='again')\n"
_SHOWN = 'element.tagName === "IMG" ? element.getAttribute("src") : element.textContent'
VISIBLE_HEADINGS = (
    '[...element.querySelectorAll("h2")].filter((one) => one.checkVisibility()).map((one) => one.innerText).join()'
)
# From the event of the click to the second frame after what is watched shows something else: then it is painted.
_WATCH = """(element) => {
    const shown = () => SHOWN;
    const before = shown();
    window.painted = new Promise((resolve, reject) => {
        let began = null;
        setTimeout(() => reject(new Error("Nothing was painted.")), 30_000);
        addEventListener("click", () => { began ??= performance.now(); }, { capture: true, once: true });
        const observer = new MutationObserver(() => {
            if (began === null || !shown() || shown() === before) return;
            observer.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
        });
        observer.observe(element, { attributes: true, childList: true, characterData: true, subtree: true });
    });
}"""

Click = Callable[[Any], None]


def goal_of_opening(what: str) -> Goal:
    """Return the goal of a click that opens something."""
    return Goal(f"click to paint: {what}", AGAINST, within=WITHIN)


def measured(
    goal: Goal,
    watched: str,
    clicks: tuple[Click, ...],
    anew: bool = False,
    address: str = _PAGE,
    ready: Click = lambda page: None,
    shown: str = _SHOWN,
) -> Result:
    """Click here and there in turns with the plain page's button; `watched` shows what each of `clicks` opened.

    Where it is to open everything `anew`, the page is loaded before each click. `ready` brings the page at `address`
    to where the clicks begin. `shown` says in JavaScript what is shown by an `element`.
    """
    from browsing import wait_idle

    with open_browser() as browser, running(ROOT) as server, _one_button() as folder, running(folder) as plain:
        page, other = _opened(browser, server, address), _opened(browser, plain)
        page.locator(watched).first.wait_for()
        wait_idle(page)
        ready(page)
        wait_idle(page)
        turns = cycle(clicks)

        def ours() -> float:
            if anew:
                page.goto(server.url + address)  # without what clicks added to the address
                page.locator(watched).first.wait_for()
                wait_idle(page)
            return _seconds_to_paint(page, watched, next(turns), shown)

        pairs = in_turns(
            ours,
            lambda: _seconds_to_paint(other, "button p", lambda one: one.locator("button p").click()),
            ROUNDS,
            discard=DISCARDED,
        )
    return pairs.result(goal, "in the browser, whose first clicks do not count", (pairs.spread(goal),))


@contextmanager
def _one_button() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(_APP, encoding="utf-8")
        (Path(folder) / ".streamlit").symlink_to(ROOT / ".streamlit")
        yield Path(folder)


def _opened(browser: Any, server: Server, address: str = "") -> Any:
    server.wait_for_port()
    page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url + address)
    return page


def _seconds_to_paint(page: Any, watched: str, click: Click, shown: str = _SHOWN) -> float:
    """Click, and go on only once all that the click asked for is drawn: it would slow down what is measured next."""
    from browsing import wait_idle

    page.locator(watched).first.evaluate(_WATCH.replace("SHOWN", shown))
    click(page)
    taken = float(page.evaluate("window.painted")) / 1e3
    wait_idle(page)
    return taken


def on(selector: str, across: float | None = None, down: float = 0.5) -> Click:
    """Return a click on what a selector finds, at a share of its width and height where that matters."""

    def click(page: Any) -> None:
        place = page.locator(selector).first
        if across is None:
            place.click()
            return
        box = place.bounding_box()
        place.click(position={"x": across * box["width"], "y": down * box["height"]})

    return click


def after_a_rest(selector: str) -> Click:
    """Return a click on what a selector finds by a hand that comes to rest there first, as every person's does."""

    def click(page: Any) -> None:
        page.locator(selector).first.hover()
        page.wait_for_timeout(HAND_RESTS_MS)
        page.locator(selector).first.click()

    return click


def spread(selector: str) -> tuple[Click, ...]:
    """Return clicks all over what a selector finds, as many as are made, no two at the same place."""
    count = ROUNDS + DISCARDED
    # A step of 7 of 19 places leads to each once.
    return tuple(on(selector, (index + 0.5) / count, (7 * index % count + 0.5) / count) for index in range(count))
