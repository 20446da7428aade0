"""Pointing at an output of the stage, 32×32 with a 7×7 kernel, against asking the server: both in a browser."""

from statistics import median
from typing import Any

from bench.first_paint import PATIENCE_MS, open_browser
from bench.measure import Goal, Result, in_turns, seconds
from bench.servers import ROOT, running

GOAL = Goal("pointing at the stage, 32×32, kernel 7×7", "a change that the server answers", faster=5, below_ms=16)
ADDRESS = "/Convolution?rows=32&columns=32&grid=noise&kernel=gabor_vertical_lines&padding=same"
ROUNDS = 7

# Milliseconds of each of 200 movements over the output: all that is computed and drawn for it, layout and paint of the
# texts included, since reading a size makes the browser do them.
_POINT = """root => {
  const board = root.querySelector('[data-part="output"]');
  const box = board.getBoundingClientRect();
  const took = [];
  for (let i = 0; i < 200; i++) {
    const clientX = box.left + ((i * 7) % 32 + 0.5) * box.width / 32;
    const clientY = box.top + ((i * 11) % 32 + 0.5) * box.height / 32;
    const began = performance.now();
    board.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY, pointerType: 'mouse' }));
    root.getBoundingClientRect();
    took.push(performance.now() - began);
  }
  return took;
}"""

_UNTIL_CHANGED = """(root, before) => new Promise(resolve => {
  const look = () => (root.stage.version === before ? requestAnimationFrame(look) : resolve());
  look();
})"""


def measure() -> Result:
    """Point two hundred times, then change the bias and wait for the stage to show it, in turns."""
    slowest: list[float] = []
    with open_browser() as browser, running(ROOT, CONVSCOPE_WORKERS="1") as server:
        server.wait_for_port()
        page = browser.new_page()
        page.goto(server.url + ADDRESS, timeout=PATIENCE_MS)
        stage = page.locator(".stage").first
        stage.locator(".said").wait_for(timeout=PATIENCE_MS)
        page.get_by_text("Dilation, bias, rotated kernel").click()
        page.get_by_role("spinbutton", name="Bias").wait_for(timeout=PATIENCE_MS)

        def pointing() -> float:
            took: list[float] = stage.evaluate(_POINT)
            slowest.append(max(took))
            return median(took) / 1e3

        pairs = in_turns(pointing, lambda: seconds(lambda: _change(page, stage)), ROUNDS)
    note = f"200 movements a round; the slowest of all took {max(slowest):.1f} ms"
    return pairs.result(GOAL, note, (pairs.spread(GOAL),))


def _change(page: Any, stage: Any) -> None:
    """Change the bias and return once the stage has the server's answer."""
    before = stage.evaluate("root => root.stage.version")
    field = page.get_by_role("spinbutton", name="Bias")
    field.fill(str(int(float(field.input_value())) + 1))
    field.press("Enter")
    stage.evaluate(_UNTIL_CHANGED, before)
