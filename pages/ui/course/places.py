"""Where on its page that is to be seen which a link opens, and how the browser is led there."""

from collections.abc import Mapping

import streamlit as st

from pages.ui import state
from pages.ui.scripts import run_in_browser

_PLACES = {
    "open": "open_{}_field",
    "measured": "measured_widget",
    "replaced": "replaced_widget",
    "study_open": "study_open_widget",
    "part": "part_field",
    "train_part": "train_part_field",
    "claims_of": "claims_part",
}
"""Which element shows what an address opens far down a page, by the name in the address."""

# What stands above a place and in it comes after it, and may come as other elements: so the place is sought and
# scrolled to again, until the reader does something or, with the page at rest, anything else has scrolled. The browser
# itself must not meanwhile, which would keep in sight what grows away from the place.
_LOOK = """const until = performance.now() + 15000;
  const left = new AbortController();
  for (const done of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(done, () => left.abort(), {{ capture: true, passive: true, signal: left.signal }});
  left.signal.onabort = () => document.querySelector('[data-testid="stMain"]')?.style.removeProperty("overflow-anchor");
  const look = (before) => {{
    if (left.signal.aborted) return;
    const [app, main, place] = ['[data-testid="stApp"]', '[data-testid="stMain"]', ".st-key-{place}"]
      .map((sought) => document.querySelector(sought));
    if (place) {{
      const depth = () => main.scrollTop + place.getBoundingClientRect().top;
      const isAtRest = app.dataset.testScriptState === "notRunning";
      const isWhereItWas = before && isAtRest && before.isAtRest && Math.abs(before.depth - depth()) < 1;
      if (isWhereItWas && before.at !== main.scrollTop) return left.abort();
      main.style.overflowAnchor = "none";
      place.style.scrollMarginTop = "4rem";
      place.scrollIntoView();
      before = {{ at: main.scrollTop, depth: depth(), isAtRest }};
    }}
    if (performance.now() < until) setTimeout(look, 300, before);
    else left.abort();
  }};"""
# A browser leaves a page that it opens where the one before was scrolled to. A link leads once, wherever it stood; so
# does the address with which a window begins, number 0, but not the new session of a window that was here before.
_LEAD = """<script>(() => {{
  const led = window.convscopeLed;
  window.convscopeLed = {number};
  if (led === {number} || (led !== undefined && !{number})) return;
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  {look}
  if ("{place}") look();
}})() /* {number} */</script>"""


def looking_for(place: str) -> str:
    """Return the function `look` of a script: it scrolls to the element of this key as soon as that is drawn."""
    return _LOOK.format(place=place)


def place_of(address: Mapping[str, str]) -> str:
    """Return the key of the element where what an address opens is to be seen, empty where the page begins with it.

    >>> place_of({"open": "template"}), place_of({"stride_down": "2"})
    ('open_template_field', '')

    What a run draws in that part follows the run itself, which begins the page:

    >>> place_of({"run": "yHq3", "train_part": "watch"}), place_of({"run": "yHq3", "train_part": "after"})
    ('', 'train_part_field')
    """
    if "run" in address and address.get("train_part") == "watch":
        return ""
    return next((place.format(address[name]) for name, place in _PLACES.items() if name in address), "")


def lead() -> None:
    """Lead the browser once to what the link that was followed last opens; to the top where that is there."""
    number = state.set_up_last()
    if state.LED_TO.get()[0] != number:
        state.LED_TO.set((number, place_of(st.query_params.to_dict())))
    number, place = state.LED_TO.get()
    # Our own: a number, and an element's name that only letters of a key can be part of.
    is_plain = place.replace("_", "").isalnum() and place.isascii()
    place = place if is_plain else ""
    run_in_browser(_LEAD.format(number=number, place=place, look=looking_for(place)))
