"""Components of our own: an inline module and its style from assets/components, no build step, no network."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.state import component_value

_FOLDER = Path(__file__).parents[2] / "assets" / "components"


_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)


def register(name: str, html: str, *shared: str) -> Callable[..., Any]:
    """Return a component of the script and style of its name; `shared` styles come before its own."""
    styles = [(_FOLDER / f"{one}.css").read_text(encoding="utf-8") for one in (*shared, name)]
    return st.components.v2.component(f"convscope_{name}", html=html, css="\n".join(styles), js=script(name))


def script(name: str) -> str:
    """Return a module with all that it imports in one text: Streamlit takes no module beside a component's own."""
    texts: dict[str, str] = {}

    def add(module: str) -> None:
        source = (_FOLDER / f"{module}.js").read_text(encoding="utf-8")
        for imported in _IMPORT.findall(source):
            if imported not in texts:
                add(imported)
        texts[module] = _EXPORT.sub("", _IMPORT.sub("", source))

    add(name)
    return "\n".join(texts.values())


def _picture_board(name: str) -> str:
    """Return a picture on which a place can be pointed at and chosen."""
    return f"""<div class="{name}">
  <div class="board" tabindex="0" role="application">
    <img alt=""><div class="chosen" hidden></div><div class="here" hidden></div>
  </div>
  <p class="said" aria-live="polite"></p>
</div>"""


_BARS = register("bars", _picture_board("bars"), "board")
_FILM_STRIP = register("film_strip", '<div class="strip" role="group"></div>', "groups")
_MOSAIC = register("mosaic", _picture_board("mosaic"), "board")
_PICKER = register("picker", _picture_board("picker"), "board")
_STAGE = register("stage", '<div class="stage" role="group"></div>', "controls")
_THUMBNAILS = register("thumbnails", '<div class="thumbnails" role="radiogroup"></div>')
_TRAIL = register("trail", '<nav class="trail"></nav>')
_VALUE_STAGE = register("value_stage", '<div class="value-stage" role="group"></div>', "controls")


def data_url(png: bytes) -> str:
    """Return a PNG as an address that a component can show."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def stage(data: dict[str, Any], key: str, on_edit: Callable[[dict[str, Any]], None]) -> None:
    """Draw a window stage; `on_edit` gets what the reader wrote."""
    _STAGE(data=data, key=key, on_edit_change=lambda: _told(key, on_edit, "edit"))


def value_stage(
    data: dict[str, Any], key: str, on_open: Callable[[dict[str, Any]], None], on_page: Callable[[int], None]
) -> None:
    """Draw how one value was made; `on_open` gets the layer and place of a value to go on to, `on_page` a page."""
    _VALUE_STAGE(
        data=data,
        key=key,
        on_open_change=lambda: _told(key, on_open, "open"),
        on_page_change=lambda: _told(key, on_page, "page"),
    )


def trail(data: dict[str, Any], key: str, on_pick: Callable[[int], None]) -> None:
    """Draw the values that were opened; `on_pick` gets the number of the one to open."""
    _TRAIL(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def film_strip(
    data: dict[str, Any], key: str, on_pick: Callable[[str], None], on_unfold: Callable[[str], None]
) -> None:
    """Draw the network's frames; `on_pick` gets the layer that was opened, `on_unfold` the title of a block."""
    _FILM_STRIP(
        data=data,
        key=key,
        on_pick_change=lambda: _told(key, on_pick),
        on_unfold_change=lambda: _told(key, on_unfold, "unfold"),
    )


def mosaic(data: dict[str, Any], key: str, on_pick: Callable[[int], None]) -> None:
    """Draw many maps in one picture; `on_pick` gets the channel that was opened."""
    _MOSAIC(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def bars(data: dict[str, Any], key: str, on_pick: Callable[[int], None]) -> None:
    """Draw the values of a vector as bars; `on_pick` gets the unit that was opened."""
    _BARS(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def thumbnails(data: dict[str, Any], key: str, on_pick: Callable[[str], None]) -> None:
    """Draw pictures to choose one from; `on_pick` gets its key."""
    _THUMBNAILS(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def picker(data: dict[str, Any], key: str, on_pick: Callable[[dict[str, int]], None]) -> None:
    """Draw one map; `on_pick` gets the row and column of a value that was chosen."""
    _PICKER(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def _told(key: str, take: Callable[[Any], None], name: str = "pick") -> None:
    said = component_value(key, name)
    if said is not None:
        take(said)
