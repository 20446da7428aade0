"""What the reader's browser does for the design: it keeps a network that is too long for an address.

It also replaces the address where only the network changed: its history gets one entry a view, not one an edit.
"""

from typing import Any

import streamlit as st

from cnn_core.errors import NetworkFileError
from pages.ui import components, designed, state
from pages.ui.design import current
from pages.ui.design.tools import preset_title
from pages.ui.scripts import run_in_browser
from pages.ui.text import _

_KEY = "kept_network"
_ONE_ENTRY_A_VIEW = f"<script>{components.script('one_entry_a_view')}</script>"


def fetch() -> None:
    """Ask the browser for the network that the address only names; until it has answered the page stops here."""
    run_in_browser(_ONE_ENTRY_A_VIEW)
    asked = current.kept_elsewhere()
    if asked:
        _draw({"ask": asked})
        st.caption(_(designed.FETCHED))
        instead = _("Start with “{title}” instead").format(title=preset_title(current.preset_instead()))
        st.button(instead, on_click=_open, args=(asked, ""), key="design_not_kept")
        st.stop()


def keeps() -> str:
    """Return the name under which the browser is to keep the network; none where the address holds it."""
    link = state.DESIGN_LINK.get()
    return link if link.startswith(designed.KEPT) else ""


def keep() -> None:
    """Let the browser keep a network that is too long for an address, and say so."""
    link = keeps()
    if link:
        words = {
            "kept": _(
                "This network is too long for an address. This browser keeps it: here the address opens it again, "
                "elsewhere only its file does."
            ),
            "lost": _(
                "This network is too long for an address, and this browser cannot keep it. Save it as a file before "
                "you leave the page."
            ),
        }
        _draw({"keep": {"link": link, "packed": current.packed(current.text())}, "words": words})


def _draw(data: dict[str, Any]) -> None:
    components.kept_network(data, _KEY, lambda answer: _open(str(answer["link"]), str(answer["packed"])))


def _open(link: str, packed: str) -> None:
    """Open what the browser has kept under a name; an answer that comes late is no longer waited for."""
    if link != current.kept_elsewhere():
        return
    if packed:
        current.open_link(packed)
    else:
        current.give_up(NetworkFileError(designed.NOT_KEPT))
