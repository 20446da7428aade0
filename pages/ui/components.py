"""Components of our own: an inline module and its style from assets/components, no build step, no network.

What has always the same data and tells nothing takes no key: every number field and menu of Streamlit's looks at all
that have one, which takes as long as drawing them.
"""

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.ui import cheaper, unsent
from pages.ui.state import component_value

cheaper.begin()
unsent.begin()

_FOLDER = Path(__file__).parents[2] / "assets" / "components"


_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/)\n", re.MULTILINE | re.DOTALL)


def register(name: str, html: str, *shared: str) -> Callable[..., Any]:
    """Return a component of the script and style of its name; `shared` styles come before its own."""
    styles = [(_FOLDER / f"{one}.css").read_text(encoding="utf-8") for one in (*shared, name)]
    mounted = st.components.v2.component(f"convscope_{name}", html=html, css="\n".join(styles), js=script(name))

    def mount(data: Any = None, **tied: Any) -> Any:
        return mounted(data=_without_lists(data), **tied)

    return mount


def _without_lists(data: Any) -> Any:
    """Return the same data for JSON: of every list in a dict Streamlit finds out whether it is a table, which takes it
    longer than all else; a tuple it takes as it is."""
    if not isinstance(data, dict):
        return data
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def script(name: str) -> str:
    """Return a module with all that it imports in one text: Streamlit takes no module beside a component's own.

    It goes to the browser with every change of a component's data, so the lines that only people read stay here.
    """
    texts: dict[str, str] = {}

    def add(module: str) -> None:
        source = (_FOLDER / f"{module}.js").read_text(encoding="utf-8")
        for imported in _IMPORT.findall(source):
            if imported not in texts:
                add(imported)
        texts[module] = _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", source)))

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


_ANEW = register("anew", "<div></div>")
_BARS = register("bars", _picture_board("bars"), "board")
_BOXES = register(
    "boxes",
    """<div class="boxes">
  <div class="board"><img alt=""><div class="drawn"></div><div class="own" tabindex="0" role="group" hidden></div></div>
  <div class="said" aria-live="polite" hidden></div>
</div>""",
)
_CAMERA = register("camera", '<div class="camera" role="group"></div>', "controls")
_CARDS = register("cards", '<div class="cards" role="radiogroup"></div>')
_CLOCK = register("clock", '<div class="clock"><p></p><progress></progress></div>')
_CURVES = register("curves", '<div class="curves"></div>')
_DRAWING = register(
    "drawing",
    '<div class="drawing"><div class="sheet" tabindex="0" role="group"><img alt=""></div>'
    '<div class="files"></div></div>',
)
_GIVEN = register("given", '<div class="given"></div>')
_LENSES = register("lenses", '<div class="lenses" role="application" tabindex="0"></div>', "hand")
_NETWORK = register(
    "network",
    """<div class="network">
  <div class="window" role="group"><div class="world"></div></div>
  <div class="small" hidden></div>
  <div class="tools">
    <button type="button" class="send">▶</button><button type="button" class="farther">−</button>
    <button type="button" class="closer">+</button><button type="button" class="all">⤢</button>
  </div>
  <div class="influences" hidden></div>
  <p class="sum"></p>
  <div class="tip" role="tooltip" hidden></div>
  <p class="keys"></p>
  <p class="said" aria-live="polite"></p>
</div>""",
    "groups",
)
_KEPT_NETWORK = register("kept_network", '<p class="said" role="status" hidden></p>')
_NEURON = register("neuron", '<div class="neuron themed"></div>', "themed", "sliders")
_TEN_LAYERS = register("ten_layers", '<div class="ten-layers themed"></div>', "themed", "controls", "sliders")
_LAYER = register(
    "layer", f'<div class="layer">{_picture_board("mosaic")}{_picture_board("bars")}</div>', "board", "mosaic", "bars"
)
_TELLER = register("teller", "<div></div>")
_MOVED_PICTURE = register(
    "moved_picture", '<div class="moved-picture themed"></div>', "themed", "controls", "sliders", "hand"
)
_MOSAIC = register("mosaic", _picture_board("mosaic"), "board")
_PANELS = register("panels", "<div></div>")
_PICKER = register("picker", _picture_board("picker"), "board")
_PLANE = register("plane", '<div class="plane themed"></div>', "themed", "controls", "sliders")
_PYRAMID = register("pyramid", '<div class="pyramid themed"></div>', "themed", "controls")
_SKETCH = register("sketch", '<div class="sketch"></div>', "controls")
_STAGE = register("stage", '<div class="stage" role="group"></div>', "controls", "hand")
_STAMPS = register("stamps", '<div class="stamps"></div>', "controls")
_WAYS = register("ways", '<nav class="ways"></nav>')
_THUMBNAILS = register("thumbnails", '<div class="thumbnails" role="radiogroup"></div>')
_TRAIL = register("trail", '<nav class="trail"></nav>')
_VALUE_STAGE = register("value_stage", '<div class="value-stage" role="group"></div>', "controls")


def data_url(picture: bytes, kind: str = "png") -> str:
    """Return a picture as an address that a component can show."""
    return f"data:image/{kind};base64," + base64.b64encode(picture).decode("ascii")


def packed(values: npt.ArrayLike) -> str:
    """Return numbers as float32 in base64, which `packed.js` reads."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def camera(
    data: dict[str, Any], key: str, on_frame: Callable[[Any], None], on_verb: Callable[[dict[str, Any]], None]
) -> None:
    """Run a live camera; `on_frame` gets a frame {number, picture}, `on_verb` what the reader does with it {what}."""
    _CAMERA(
        data=data,
        key=key,
        on_frame_change=lambda: _told(key, on_frame, "frame"),
        on_verb_change=lambda: _told(key, on_verb, "verb"),
    )


def anew(on_anew: Callable[[], None]) -> None:
    """Notice that a clock on the page is answered no more."""
    _ANEW(key="anew", on_anew_change=on_anew)


def clock(data: dict[str, Any], key: str, on_look: Callable[[], None]) -> None:
    """Show for how long something goes on; `on_look` is called from time to time, for one clock of the page a time."""
    _CLOCK(data=data, key=key, on_look_change=on_look)


def drawing(data: dict[str, Any], key: str) -> None:
    """Show a drawing, SVG text of ours, with buttons that save it as PNG and as SVG."""
    _DRAWING(data=data, key=key)


def given(data: dict[str, Any], key: str, on_file: Callable[[Any], None]) -> None:
    """Take files that are pasted into the page or dropped on it; `on_file` gets each {number, name, size, data}."""
    _GIVEN(data=data, key=key, on_file_change=lambda: _told(key, on_file, "file"))


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


def trail(data: dict[str, Any], key: str, on_pick: Callable[[int], None], on_follow: Callable[[bool], None]) -> None:
    """Draw the values that were opened; `on_pick` gets the number of one to open, `on_follow` that more is wanted."""
    _TRAIL(
        data=data,
        key=key,
        on_pick_change=lambda: _told(key, on_pick),
        on_follow_change=lambda: _told(key, on_follow, "follow"),
    )


def network(
    data: dict[str, Any],
    key: str,
    on_pick: Callable[[str], None],
    on_map: Callable[[tuple[str, int]], None],
    on_unfold: Callable[[str], None],
    on_fold: Callable[[str], None],
    on_edge: Callable[[dict[str, Any]], None] = lambda _edge: None,
) -> None:
    """Draw a network; `on_pick` gets a layer, `on_map` a layer and a channel, the next two the title of a block.

    Where the data let edges be drawn, `on_edge` gets {isDrawn, sources, targets}: whether one is drawn or taken away,
    and the layers of the cards at its ends.
    """
    _NETWORK(
        data=data,
        key=key,
        on_pick_change=lambda: _told(key, on_pick),
        on_map_change=lambda: _told(key, on_map, "map"),
        on_unfold_change=lambda: _told(key, on_unfold, "unfold"),
        on_fold_change=lambda: _told(key, on_fold, "fold"),
        on_edge_change=lambda: _told(key, on_edge, "edge"),
    )


def kept_network(data: dict[str, Any], key: str, on_answer: Callable[[dict[str, str]], None]) -> None:
    """Let the browser keep a design that is too long for an address; `on_answer` gets {link, packed} of one asked for.

    `packed` is empty where the browser keeps nothing under that link.
    """
    _KEPT_NETWORK(data=data, key=key, on_answer_change=lambda: _told(key, on_answer, "answer"))


def curves(data: dict[str, Any], key: str) -> None:
    """Draw curves over whole numbers."""
    _CURVES(data=data, key=key)


def neuron(data: dict[str, Any], key: str, on_set: Callable[[dict[str, str]], None]) -> None:
    """Draw one neuron that is moved by hand; `on_set` gets its settings as an address says them."""
    _NEURON(data=data, key=key, on_set_change=lambda: _told(key, on_set, "set"))


def ten_layers(data: dict[str, Any], key: str, on_set: Callable[[dict[str, str]], None]) -> None:
    """Draw a slope on its way back through ten layers; `on_set` gets its settings as an address says them."""
    _TEN_LAYERS(data=data, key=key, on_set_change=lambda: _told(key, on_set, "set"))


def plane(data: dict[str, Any], key: str, on_set: Callable[[dict[str, str]], None]) -> None:
    """Draw a small network that learns on a plane; `on_set` gets its settings as an address says them."""
    _PLANE(data=data, key=key, on_set_change=lambda: _told(key, on_set, "set"))


def moved_picture(data: dict[str, Any], key: str, on_set: Callable[[dict[str, str]], None]) -> None:
    """Draw a picture that is moved by hand and what networks answer to it; `on_set` gets its settings as an address
    says them. The networks are told by the name `data["hears"]`."""
    _MOVED_PICTURE(data=data, key=key, on_set_change=lambda: _told(key, on_set, "set"))


def pyramid(data: dict[str, Any], key: str) -> None:
    """Draw an input and the maps of layers in a row; pointing at a value shows what it sees of those before it."""
    _PYRAMID(data=data, key=key)


def stamps(data: dict[str, Any], key: str) -> None:
    """Draw a transposed convolution as stamping, one input after the other."""
    _STAMPS(data=data, key=key)


def tell(name: str, detail: Any) -> None:
    """Tell the components of the page something by name, in the browser (`told.js`); until this is drawn no more."""
    _TELLER(data={"name": name, "detail": detail}, key=f"told_{name}")


def panels(ahead: Mapping[str, Callable[[], None]]) -> None:
    """Show of the panels on the page the one that is chosen, by their keys in the order of the choice; what each has is
    called when the reader comes near the button of one that is not on the page."""
    _PANELS(data=list(ahead), **{f"on_{key}_change": take for key, take in ahead.items()})


def layer(data: dict[str, Any], key: str, on_pick: Callable[[int], None], on_near: Callable[[str], None]) -> None:
    """Draw a layer's maps or the bars of its vector; `on_pick` gets the map or unit that was opened, `on_near` the name
    of a layer that may be opened next and of which the browser knows nothing."""
    _LAYER(
        data=data,
        key=key,
        on_pick_change=lambda: _told(key, on_pick),
        on_near_change=lambda: _told(key, on_near, "near"),
    )


def mosaic(data: dict[str, Any], key: str, on_pick: Callable[[int], None]) -> None:
    """Draw many maps in one picture; `on_pick` gets the channel that was opened."""
    _MOSAIC(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def bars(data: dict[str, Any], key: str, on_pick: Callable[[int], None]) -> None:
    """Draw the values of a vector as bars; `on_pick` gets the unit that was opened."""
    _BARS(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def boxes(data: dict[str, Any], key: str, on_box: Callable[[list[int]], None]) -> None:
    """Draw a picture with boxes; `on_box` gets the reader's own, [top, left, bottom, right], where there is one."""
    _BOXES(data=data, key=key, on_box_change=lambda: _told(key, on_box, "box"))


def lenses(data: dict[str, Any], key: str, on_pick: Callable[[dict[str, Any]], None]) -> None:
    """Draw an input and what was made of it, enlarged under the pointer; `on_pick` gets {key, row, column}."""
    _LENSES(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def cards(data: dict[str, Any], key: str, on_pick: Callable[[str], None]) -> None:
    """Draw cards to choose one from; `on_pick` gets its key."""
    _CARDS(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def sketch(data: dict[str, Any], key: str, on_frame: Callable[[Any], None]) -> None:
    """Draw a sheet to draw on; `on_frame` gets {number, picture, isDone}, again and again while it grows."""
    _SKETCH(data=data, key=key, on_frame_change=lambda: _told(key, on_frame, "frame"))


def thumbnails(data: dict[str, Any], key: str, on_pick: Callable[[str], None]) -> None:
    """Draw pictures to choose one from; `on_pick` gets its key."""
    _THUMBNAILS(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def ways(data: dict[str, Any], on_open: Mapping[str, Callable[[], None]]) -> None:
    """Draw what leads to the parts of a page on a small screen, and notice when one of the menus is opened that
    `data["menus"]` names by the keys of their containers; each has its own `on_open`."""
    _WAYS(data=data, **{f"on_{menu}_change": take for menu, take in on_open.items()})


def picker(data: dict[str, Any], key: str, on_pick: Callable[[dict[str, int]], None]) -> None:
    """Draw one map; `on_pick` gets the row and column of a value that was chosen."""
    _PICKER(data=data, key=key, on_pick_change=lambda: _told(key, on_pick))


def _told(key: str, take: Callable[[Any], None], name: str = "pick") -> None:
    said = component_value(key, name)
    if said is not None:
        take(said)
