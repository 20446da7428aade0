"""Scripts that a page hands to the browser; nothing that a person typed ever enters one."""

import json
import re
from collections.abc import Callable
from typing import Final

import streamlit as st

from cnn_core.sentences import N_


class Html(str):
    """HTML to be sent as it is: of any other text Streamlit looks whether all of its lines are indented alike."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def run_in_browser(script: str) -> None:
    """Let the browser run `script`, a whole element, where it changes nothing that is seen: the style of all pages
    takes its place from what holds nothing else.

    Called in every run of a page: what follows it would be built anew where it comes or goes.
    """
    st.html(Html(script), unsafe_allow_javascript=True)


KEEP_UPLOADS = """<script>
if (!window.convscopeKeepsUploads) {
  window.convscopeKeepsUploads = true;
  const keep = (event) => {
    const isComing = document.querySelector('[data-testid="stPopoverBody"] [data-testid="stFileChipIconSpinner"]');
    document.body.toggleAttribute("data-st-overlay-root", Boolean(isComing));
    if (!isComing) return;
    document.body.setAttribute("data-st-overlay-root", "true");
    const closer = event.target.closest?.('[data-testid="stPopoverButton"][aria-expanded="true"]');
    if (event.key !== "Escape" && !(closer && event.type === "click")) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  };
  for (const name of ["pointerdown", "click", "keydown"]) window.addEventListener(name, keep, true);
}
</script>"""
"""Keeps a popover open while a file that was chosen in it is on its way: an upload whose field goes is forgotten.

What is pressed meanwhile works as ever; to Streamlit, only what is pressed outside of every overlay closes one.
"""

STREAMLITS_WORDS: Final = (
    *(
        N_("Upload"),
        N_("Upload directories"),
        N_("file upload"),
        N_("Add files"),
        N_("Drag and drop a file here"),
        N_("Drag and drop files here"),
    ),
    *(N_("Take Photo"), N_("Clear photo"), N_("Switch camera")),
    *(N_("This app would like to use your camera."), N_("Learn how to allow access.")),
    *(N_("Choose an option"), N_("Choose options"), N_("No results"), N_("Select all"), N_("Clear all")),
    *(N_("Clear value"), N_("Fullscreen"), N_("Close fullscreen"), N_("Main menu"), N_("Print")),
)
"""What Streamlit writes itself, in English, where a reader of our pages comes upon it."""
STREAMLITS_BEGINNINGS: Final = (N_("{size} per file"), N_("Press {key} to apply"))
"""The same, where something of its own stands in it or behind it."""

_SPEAK = """<script>
(() => {
  const words = new Map(%s), beginnings = %s.map(([from, to]) => [new RegExp("^" + from), to]);
  const said = (window.convscopeSaid ??= { texts: new WeakMap(), attributes: new WeakMap() });
  const translated = (text) => {
    const bare = text.trim();
    const whole = words.get(bare);
    if (whole) return text.replace(bare, whole);
    const [from, to] = beginnings.find(([from]) => from.test(bare)) ?? [];
    return from ? text.replace(bare, bare.replace(from, to)) : text;
  };
  // What was translated is known by what it was: React may write it anew, and the reader may choose another language.
  const next = (known, key, now) => {
    const before = known.get(key);
    const from = before && before.to === now ? before.from : now;
    const to = translated(from);
    known.set(key, { from, to });
    return to;
  };
  const speak = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const to = next(said.texts, node, node.data);
      if (to !== node.data) node.data = to;
    }
    for (const element of [root, ...root.querySelectorAll("[aria-label],[placeholder],[title]")]) {
      const own = said.attributes.get(element) ?? new Map();
      said.attributes.set(element, own);
      for (const name of ["aria-label", "placeholder", "title"]) {
        const now = element.getAttribute?.(name);
        const to = now && next(own, name, now);
        if (to && to !== now) element.setAttribute(name, to);
      }
    }
  };
  const theirs = '[data-testid="stFileUploader"],[data-testid="stCameraInput"],[data-testid="stSelectbox"],' +
    '[data-testid="stMultiSelect"],[data-testid="InputInstructions"],[data-testid="stElementToolbar"],' +
    '[data-testid="stMainMenu"],[data-testid="stMainMenuPopover"],[data-testid="stTooltipContent"],[role="listbox"]';
  const look = (element) => {
    const around = element.closest(theirs);
    for (const one of around ? [around] : element.querySelectorAll(theirs)) speak(one);
  };
  window.convscopeSpeaks?.disconnect();
  look(document.body);
  if (!words.size) return;
  window.convscopeSpeaks = new MutationObserver((changes) => {
    for (const { target, addedNodes, type } of changes) {
      if (type === "characterData") target.parentElement && look(target.parentElement);
      for (const node of addedNodes) if (node instanceof Element) look(node);
    }
  });
  window.convscopeSpeaks.observe(document.body, { childList: true, subtree: true, characterData: true });
})();
</script>"""


def speak(translate: Callable[[str], str]) -> str:
    """Return a script by which the browser says Streamlit's own words as `translate` says them.

    >>> "new Map([])" in speak(str)
    True
    """
    words = [(word, translate(word)) for word in STREAMLITS_WORDS]
    beginnings = [
        (re.sub(r"\\\{\w+\\\}", "(.+?)", re.escape(one)), _filled(translate(one))) for one in STREAMLITS_BEGINNINGS
    ]
    changed = [pair for pair in words if pair[0] != pair[1]]
    return _SPEAK % (_as_json(changed), _as_json(beginnings if changed else []))


def _filled(sentence: str) -> str:
    """Return a sentence with the field of a regular expression in the place of its own."""
    return re.sub(r"\{\w+\}", "$1", sentence)


def _as_json(pairs: list[tuple[str, str]]) -> str:
    return json.dumps(pairs, ensure_ascii=False).replace("<", "\\u003c")
