"""What can be done with the designed network: the verbs of the design page.

A layer goes by its name, for its row may have moved since the page was drawn. An edit that the core refuses changes
nothing: the refusal is kept and said on the page until the next action.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cnn_core.errors import CnnError, ModelFileError, NetworkFileError, NetworkLineError
from cnn_core.layers import Input, Layer
from cnn_core.model_file import is_model, read_model_file
from cnn_core.model_file.pasted import Pasted, read_text
from cnn_core.network import editing, joining
from cnn_core.network.blocks import BuildingBlock, insert_block
from cnn_core.network.joining import Merging
from cnn_core.network.line import START, read_line, write_line
from cnn_core.network.network import Network
from cnn_core.sentences import N_
from pages.ui import designed, state
from pages.ui.design import current
from pages.ui.design.current import Moment

LARGEST_FILE_MEGABYTES = 200
"""As for a model on Feature maps; a network alone is far smaller."""


def select(position: int, marked: Sequence[str] = ()) -> None:
    """Select the layer at a position, and mark others; what was typed and refused at another one is dropped."""
    if 0 <= position < len(current.network().layers):
        state.DESIGN_MARKED.set(tuple(marked))
        if position != current.selected():
            current.settle()
            state.DESIGN_LAYER.set(position)


def move(names: Sequence[str], by: int) -> None:
    """Move layers down by so many places, up where `by` is negative, and keep them marked."""
    selected = current.selected_layer().name
    _edit(
        lambda network: editing.move(network, names, by),
        lambda _before, after: editing.place(after, selected),
        lambda _before, _after: names,
    )


def remove(names: Sequence[str]) -> None:
    """Remove layers and select the one that takes the place of the first."""

    def change(network: Network) -> Network:
        for name in names:
            network = editing.remove(network, name)
        return network

    _edit(change, lambda before, after: min(editing.place(before, names[0]), len(after.layers) - 1))


def duplicate(names: Sequence[str]) -> None:
    """Put a copy of a layer, or of several together, below them and select the copies."""
    if len(names) == 1:
        _edit(
            lambda network: editing.duplicate(network, names[0]),
            lambda before, _after: editing.place(before, names[0]) + 1,
        )
    else:
        repeat(names, 1)


def repeat(names: Sequence[str], times: int) -> None:
    """Put so many copies of layers below them and select the copies."""
    _edit_adding(lambda network: editing.repeat(network, names, times), names[-1])


def copy(names: Sequence[str], number: int = 0) -> None:
    """Keep layers as a line, to be pasted here; the table puts it into the clipboard if it was asked to by `number`."""
    part = editing.part_of(current.network(), names)
    state.DESIGN_COPIED.set({"number": number, "line": write_line(part, names=False)})


def cut(names: Sequence[str], number: int = 0) -> None:
    """Copy layers and remove them."""
    copy(names, number)
    remove(names)


def paste(below: str, line: str = "") -> None:
    """Put the layers of a line, or those that were copied last, below the layer of this name and select them."""
    copied = state.DESIGN_COPIED.get()
    line = line or (copied["line"] if copied else "")
    if line:
        _edit_adding(lambda network: editing.splice(network, below, read_line(line)), below)


def add_block(block: BuildingBlock, times: int, below: str) -> None:
    """Put a block below the layer of this name, so many times one behind the other, and select its layers."""
    _edit_adding(lambda network: insert_block(network, below, block, times), below)


def _edit_adding(change: Callable[[Network], Network], below: str) -> None:
    """Change the network by layers below the one of this name; these are marked, and the first of them is selected."""

    def added(before: Network, after: Network) -> list[str]:
        first = editing.place(before, below) + 1
        return [named.name for named in after.layers[first : first + len(after.layers) - len(before.layers)]]

    _edit(change, lambda before, after: min(editing.place(before, below) + 1, len(after.layers) - 1), added)


def add(kind: str, below: str) -> None:
    """Put a new layer below the one of this name and select it; an Input goes to the top."""
    layer = editing.starter(kind)

    def position(network: Network) -> int:
        return 0 if isinstance(layer, Input) else editing.place(network, below) + 1

    def change(network: Network) -> Network:
        at = position(network)
        # A merge begins as the joint of a residual block: the layer above and what that took.
        joined = layer.inputs[0] > 1
        inputs = (below, *editing.sources(network, at - 1)[:1]) if joined else ()
        return editing.insert(network, at, layer, inputs)

    _edit(change, lambda before, _after: position(before))


def rename(name: str, new_name: str) -> None:
    """Give a layer another name."""
    _edit(lambda network: editing.rename(network, name, new_name))


def change_kind(name: str, kind: str) -> None:
    """Make a layer one of another kind."""
    _edit(lambda network: editing.change_kind(network, name, kind))


def rewire(name: str, inputs: Iterable[str]) -> None:
    """Let a layer take its input from these; without any, nothing changes."""
    wanted = tuple(inputs)
    if wanted:
        _edit(lambda network: editing.rewire(network, name, wanted))


def connect(source: str, target: str, merging: Merging = Merging.ADD) -> None:
    """Let a layer take its input from another one too, through a merge where it takes one input; select it."""
    _edit(
        lambda network: joining.connect(network, source, target, merging),
        lambda _before, after: editing.place(after, target),
    )


def disconnect(sources: Iterable[str], targets: Iterable[str]) -> None:
    """Take the first edge away that leads from one of some layers to one of others; raises NetworkError."""
    network, heads = current.network(), tuple(sources)
    edge = next(((a, b) for b in targets for a in heads if joining.is_joined(network, a, b)), None)
    if edge is not None:
        after = joining.disconnect(network, *edge)
        _edit(lambda _network: after, _stays_selected)


def _stays_selected(before: Network, after: Network) -> int:
    """Return where the selected layer is now; where it is gone, its place."""
    name = before.layers[current.selected()].name
    there = [position for position, named in enumerate(after.layers) if named.name == name]
    return there[0] if there else min(current.selected(), len(after.layers) - 1)


def follow(rule: str, layer: str) -> None:
    """Do what an advice on a layer says, if it still stands."""
    advice = next((one for one in current.advice() if (one.rule, one.layer) == (rule, layer)), None)
    if advice is not None:
        at = editing.place(current.network(), layer)
        _edit(advice.fix.change, lambda _before, after: min(at, len(after.layers) - 1))


def put(name: str, setting: str, value: Any) -> None:
    """Give a layer's setting a value; one that the layer refuses waits in the draft for another to go with it.

    The layer may be gone, or another one be selected since the value was typed.
    """
    old = {named.name: named.layer for named in current.network().layers}.get(name)
    is_shown = name == current.selected_layer().name
    if old is None:
        return
    draft = {**(state.DESIGN_DRAFT.get() if is_shown else {}), setting: value}
    try:
        layer = _changed(old, draft)
    except CnnError as error:
        if not is_shown:
            return
        state.DESIGN_DRAFT.set(draft)
        state.DESIGN_REFUSED.set(state.DESIGN_REFUSED.get() + 1)
        current.refuse(error)
    else:
        _edit(lambda network: editing.replace(network, name, layer))


def _changed(layer: Layer, values: dict[str, Any]) -> Layer:
    kept = {name: getattr(layer, name) for name in layer.settings()}
    return type(layer)(**{**kept, **values})


def _edit(
    change: Callable[[Network], Network],
    then_select: Callable[[Network, Network], int] | None = None,
    then_mark: Callable[[Network, Network], Sequence[str]] | None = None,
) -> None:
    """Change the network, or keep why that was refused; what follows gets the network before and after."""
    before = current.network()
    try:
        after = change(before)
        text_after = current.text_of(after)
    except CnnError as error:
        current.refuse(error)
        return
    position = current.selected() if then_select is None else then_select(before, after)
    marked = () if then_mark is None else tuple(then_mark(before, after))
    current.keep(Moment(text_after, position, state.DESIGN_PRESET.get(), marked))


def replace(name: str, layer: Layer) -> None:
    """Put another layer into the place of one."""
    _edit(lambda network: editing.replace(network, name, layer))


def take_over(text: str) -> None:
    """Make the design another one, which a text describes; undo brings back the one before."""
    current.keep(Moment(text, current.selected(), state.DESIGN_PRESET.get()))


def open_preset(key: str) -> None:
    """Begin with a preset; the network before it can be brought back by undo."""
    current.keep(Moment(designed.preset_text(key), 0, key))


def read(line: str) -> None:
    """Put the network that a line describes in the place of this one; a wrong line waits to be corrected.

    What the line leaves out stays as it is: the input, and the names of layers that are still there.
    """
    try:
        after = read_line(line, _first_input())
    except NetworkLineError as error:
        current.settle()
        state.DESIGN_LINE.set((line, error))
    else:
        _edit(lambda network: editing.named_as(after, network), lambda _before, _after: 0)
        # Where it says the same in other words, it is written as ours again.
        current.settle()


def load(data: bytes) -> None:
    """Open a file: a model, or a text."""
    _open(lambda: _pasted(data))


def open_text(text: str) -> None:
    """Open what a text describes, whatever kind of text it is."""
    _open(lambda: read_text(text, _first_input()))


def open_network(network: Network) -> None:
    """Open a network that is known already."""
    _open(lambda: Pasted(network, ()))


def read_file(data: bytes) -> Network:
    """Return the network in a model file, or in a text of any kind that this page reads."""
    return _pasted(data).network


def _pasted(data: bytes) -> Pasted:
    if is_model(data) and not data.lstrip().startswith(b"{"):
        return Pasted(read_model_file(data).network, ())
    try:
        return read_text(data.decode("utf-8-sig"), _first_input())
    except UnicodeDecodeError as error:
        raise NetworkFileError(N_("This is not a text file. Choose a JSON file that this page has saved.")) from error


def _open(read_it: Callable[[], Pasted]) -> None:
    """Open a network as one step, or keep why it cannot be opened."""
    try:
        network, notes = read_it()
        text = current.text_of(current.usable(network))
    except CnnError as error:
        current.settle()
        # A sentence on a line of text says its place; here it is said where files are, whose text is elsewhere.
        current.refuse(error if isinstance(error, NetworkFileError | ModelFileError) else _in_text(error))
    else:
        current.keep(Moment(text, 0, designed.OWN))
        state.DESIGN_NOTES.set(notes)


def _in_text(error: CnnError) -> NetworkFileError:
    return NetworkFileError(error.message, **error.values)


def _first_input() -> Input:
    """Return what a line begins with that names no input: that of the present network."""
    first = current.network().layers[0].layer
    return first if isinstance(first, Input) else START


def undo() -> None:
    """Go back to the network before the last change."""
    current.step(state.DESIGN_PAST, state.DESIGN_FUTURE)


def redo() -> None:
    """Take back an undo."""
    current.step(state.DESIGN_FUTURE, state.DESIGN_PAST)
