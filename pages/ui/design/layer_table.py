"""The table of layers on the design page: our own component, so that a row can be selected by pointer and keyboard."""

from functools import lru_cache
from typing import Any

from cnn_core.layers import Layer
from cnn_core.layers.cost import parameters
from cnn_core.layers.shapes import show
from cnn_core.network.summary import Row, Summary
from cnn_core.sentences import N_, Note
from pages.ui import state
from pages.ui.components import register
from pages.ui.design import current, editor, figures, panels
from pages.ui.design.figures import readable_bytes
from pages.ui.draw.roles import named_stretches
from pages.ui.layer_words import in_short
from pages.ui.text import _, sentence, sentences

_KEY = "layer_table"
_STEPS_TOLD = 24
"""To so many steps of undo, and of redo, the browser can go by itself."""
_TABLE = register(
    _KEY,
    '<div class="frame"><table role="grid" aria-describedby="keys">'
    '<thead></thead><tbody></tbody><tfoot></tfoot></table></div><p class="keys" id="keys"></p>',
    "groups",
)

_HEADS = (
    (N_("Layer"), ""),
    (
        N_("Output"),
        N_(
            "height × width × channels of the output for one picture; Keras writes the batch axis before them: "
            "(None, height, width, channels)"
        ),
    ),
    (N_("Parameters"), N_("Weights and biases, trainable or not")),
    (N_("Multiply-adds"), N_("Kernel multiplications for one picture, biases not counted; FLOPs = 2 × this")),
    (N_("Memory"), N_("Memory of the output for one picture in float32")),
    (N_("Receptive field"), N_("Input pixels that can reach one output value, vertical × horizontal")),
)


def shows() -> Any:
    answered = state.DESIGN_ANSWERED.get(), state.DESIGN_REFUSED.get()
    return current.place(), current.marked(), state.DESIGN_COPIED.get(), answered, _ways()


def draw() -> None:
    """Draw the table; what the person does in it acts at once."""
    _TABLE(data=_data(current.summary()), key=_KEY, on_said_change=panels.then_drop(_hear))


def _hear() -> None:
    """Do what was done in the table since we last heard of it, in order."""
    for one in state.component_value(_KEY, "said") or ():
        if one["number"] > state.DESIGN_ANSWERED.get():
            state.DESIGN_ANSWERED.set(one["number"])
            _do(one)


def _do(said: dict[str, Any]) -> None:
    what, name = said["what"], said["name"]
    places = {named.name: position for position, named in enumerate(current.network().layers)}
    # A key may be pressed twice before the first answer comes, and a layer be gone.
    names = [one for one in said["names"] if one in places]
    if what == "undo":
        editor.undo()
    elif what == "redo":
        editor.redo()
    elif name not in places or not names:
        return
    elif what == "select":
        editor.select(places[name], names)
    elif what == "move":
        editor.move(names, said["by"])
    elif what == "remove":
        editor.remove(names)
    elif what == "duplicate":
        editor.duplicate(names)
    elif what == "copy":
        editor.copy(names, said["number"])
    elif what == "cut":
        editor.cut(names, said["number"])
    elif what == "paste":
        editor.paste(names[-1], said["text"])
    elif what == "connect":
        editor.rewire(name, names)
    elif what == "follow":
        editor.follow(said["text"], name)


def _ways() -> tuple[list[str], list[str]]:
    """Return to which versions of the network undo leads, the nearest last, and redo: the browser may have them."""
    past, future = (
        [_version(moment.text) for moment in key.get()[-_STEPS_TOLD:]]
        for key in (state.DESIGN_PAST, state.DESIGN_FUTURE)
    )
    return past, future


def _version(text: str) -> str:
    """Return a short name for a network, the same as long as the server runs."""
    return f"{hash(text) & (1 << 52) - 1:x}"


def _data(summary: Summary) -> dict[str, Any]:
    wrong = None
    if summary.error is not None:
        wrong = {"row": len(summary.rows), "sentence": sentence(summary.error)}
    past, future = _ways()
    return {
        **_rows(current.text(), state.LANGUAGE.get()),
        "wrong": wrong,
        "selected": current.selected(),
        "marked": current.marked(),
        "copied": state.DESIGN_COPIED.get(),
        "answered": state.DESIGN_ANSWERED.get(),
        "refused": state.DESIGN_REFUSED.get(),
        "version": _version(current.text()),
        "past": past,
        "future": future,
        "totals": {
            "parameters": _exact(summary.parameters),
            "multiplyAdds": _exact(summary.multiply_adds),
            "memory": readable_bytes(summary.activation_bytes),
            "bytes": _exact(summary.activation_bytes),
            "untrained": _exact(summary.non_trainable),
            "peak": _exact(summary.peak_bytes),
        },
        "words": {
            "table": _("Layers of the network"),
            "heads": [_(head) for head, _meaning in _HEADS],
            "meanings": [meaning and _(meaning) for _head, meaning in _HEADS],
            "keys": _(
                "Arrow keys select, with Shift several; Alt and arrow keys or dragging moves; Delete removes; "
                "Ctrl+C, X, V, D copy, cut, paste, duplicate; Ctrl+Z undoes."
            ),
            "from": _("from {names}"),
            "connect": _("Choose what “{name}” takes its input from"),
            "connecting": _("Click the layer that “{name}” takes its input from. Esc cancels."),
            "connectingMany": _(
                "Click the layers that “{name}” takes its inputs from, and itself to end. Esc ends too."
            ),
            "share": _("{percent}% of the network"),
            "bytes": _("{bytes} bytes"),
            "allTrainable": _(figures.ALL_TRAINABLE),
            "someTrainable": _(figures.SOME_TRAINABLE),
            "bytesOfFloat32": _(figures.BYTES_OF_FLOAT32),
            "total": _("Total") if wrong is None else _("Total above the error"),
        },
    }


# Kept for whoever selects another row: the network's text and the language say all that is in it.
@lru_cache(maxsize=16)
def _rows(text: str, language: str) -> dict[str, list[dict[str, Any]]]:
    """Return what the table shows of each layer; those below an error have no figures.

    Networks repeat themselves: a row says of which of `alike` it is one, and beside that what is its own.
    """
    network, computed = current.network_of(text), current.summary_of(text).rows
    remarks, advice = current.remarks_of(text), _advice(text)
    fits = current.summary_of(text).error is None
    parts = {part["first"]: part["title"] for part in named_stretches(computed)} if fits else {}
    rows, alike, places = list[dict[str, Any]](), list[dict[str, Any]](), dict[int, int]()
    for position, named in enumerate(network.layers):
        figure = computed[position] if position < len(computed) else None
        like = position if figure is None else figure.like
        if like not in places:
            places[like] = len(alike)
            alike.append(_of_all_alike(named.layer, figure, language))
        row: dict[str, Any] = {"name": named.name, "alike": places[like]}
        if not named.trainable:
            row["frozen"] = True
        if named.inputs:
            row["inputs"] = named.inputs
        if figure is not None:
            row |= _own_figures(figure, remarks[position])
        if named.name in parts:
            row["part"] = parts[named.name]
        if named.name in advice:
            row["advice"] = advice[named.name]
        rows.append(row)
    return {"rows": rows, "alike": alike}


def _advice(text: str) -> dict[str, list[dict[str, str]]]:
    """Return the advice on each layer that there is some on."""
    told: dict[str, list[dict[str, str]]] = {}
    for one in current.advice_of(text):
        said = {"rule": one.rule, "sentence": sentence(one.note), "fix": sentence(one.fix.label)}
        told.setdefault(one.layer, []).append(said)
    return told


def _of_all_alike(layer: Layer, row: Row | None, language: str) -> dict[str, Any]:
    """Return what layers have in common that are equal and get equal inputs."""
    settings = {name: rule.to_json(getattr(layer, name)) for name, rule in layer.settings().items()}
    common: dict[str, Any] = {"kind": layer.kind, "group": layer.group.value, "settings": settings}
    common["facts"] = in_short(layer, language)
    if layer.inputs[1] > 1:
        common["many"] = True
    if row is not None:
        common |= {
            "shape": show(row.output_shape),
            "parameters": _exact(row.parameters),
            "untrained": _exact(parameters(layer, *row.input_shapes).non_trainable),
            "multiplyAdds": _exact(row.multiply_adds),
            "bytes": _exact(row.activation_bytes),
            "memory": readable_bytes(row.activation_bytes),
        }
    return common


def _own_figures(row: Row, remarks: list[Note]) -> dict[str, str]:
    """Return what depends on the place of a layer; what is said of it may be advice at another one."""
    field = "" if row.receptive_field is None else show(row.receptive_field.size)
    return {"field": field, **({"remark": sentences(remarks)} if remarks else {})}


def _exact(count: int) -> int | str:
    """Return a count as the browser can read it without loss: its numbers are exact up to 2⁵³."""
    return count if count <= 2**53 else str(count)
