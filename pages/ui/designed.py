"""The design on pages that only use it: the session's, else the one that the address names.

One that is too long for an address has a name there, under which the reader's browser keeps it (`kept_network.js`).
"""

from functools import lru_cache
from typing import Final

from cnn_core.errors import NetworkFileError
from cnn_core.layers import Input
from cnn_core.network.links import read_link
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS, preset
from cnn_core.sentences import N_
from pages.ui import components, state

EMPTY: Final = "empty"
OWN: Final = "own"
"""Stands in the place of a preset's key for a network that came from a file."""
KEPT: Final = "kept-"
"""What the name of a network begins with that the browser keeps."""
FETCHED: Final = N_("Fetching the network that this browser keeps.")
NOT_KEPT: Final = N_("It is too long for an address, and this browser does not keep it. Ask for its file.")
_EMPTY_NETWORK: Final = Network.of(Input((28, 28, 1)))
_KEY: Final = "kept_elsewhere"


def fetch() -> None:
    """Ask the browser for the design where only it has it; a page does so once, before it uses `text`."""
    link = state.DESIGN_LINK.get()
    if not state.DESIGN.get() and link.startswith(KEPT) and state.DESIGN_FETCHED.get()[0] != link:
        components.kept_network({"ask": link}, _KEY, _take)


def _take(answer: dict[str, str]) -> None:
    state.DESIGN_FETCHED.set((str(answer["link"]), str(answer["packed"])))


def text() -> str:
    """Return the design as JSON; raises NetworkFileError where there is none, or the browser has not answered yet."""
    if state.DESIGN.get():
        return state.DESIGN.get()
    link, begun_with = state.DESIGN_LINK.get(), state.DESIGN_PRESET.get()
    if link.startswith(KEPT):
        asked, packed = state.DESIGN_FETCHED.get()
        if asked != link or not packed:
            raise NetworkFileError(NOT_KEPT if asked == link else FETCHED)
        link = packed
    if link:
        return _text_in(link)
    known = {EMPTY, *(one.key for one in PRESETS)}
    return preset_text(begun_with if begun_with in known else state.DESIGN_PRESET.default)


@lru_cache(maxsize=16)
def _text_in(link: str) -> str:
    return read_link(link).to_json()


@lru_cache(maxsize=64)
def preset_text(key: str) -> str:
    """Return a preset as JSON."""
    return (_EMPTY_NETWORK if key == EMPTY else preset(key).make()).to_json()
