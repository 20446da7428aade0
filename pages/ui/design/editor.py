"""What can be done with the designed network: the verbs of the design page.

A layer goes by its name, for its row may have moved since the page was drawn. An edit that the core refuses changes
nothing: the refusal is kept and said on the page until the next action.
"""

from collections.abc import Callable, Iterable
from typing import Any

from cnn_core.errors import CnnError, NetworkFileError, NetworkLineError
from cnn_core.layers import Input, Layer
from cnn_core.model_file import is_model, read_model_file
from cnn_core.network import editing
from cnn_core.network.line import START, read_line
from cnn_core.network.network import Network
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design import current
from pages.ui.design.current import Moment

LARGEST_FILE_MEGABYTES = 200
"""As for a model on Feature maps; a network alone is far smaller."""


def select(position: int) -> None:
    """Select the layer at a position; what was typed and refused at another one is dropped."""
    if 0 <= position < len(current.network().layers) and position != current.selected():
        current.settle()
        state.DESIGN_LAYER.set(position)


def move(name: str, by: int) -> None:
    """Move a layer down by so many places, up where `by` is negative, and keep it selected."""
    _edit(lambda network: editing.move(network, name, by), lambda _before, after: editing.place(after, name))


def remove(name: str) -> None:
    """Remove a layer and select the one that takes its place."""
    _edit(
        lambda network: editing.remove(network, name),
        lambda before, after: min(editing.place(before, name), len(after.layers) - 1),
    )


def duplicate(name: str) -> None:
    """Put a copy of a layer below it and select the copy."""
    _edit(lambda network: editing.duplicate(network, name), lambda before, _after: editing.place(before, name) + 1)


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


def put(name: str, setting: str, value: Any) -> None:
    """Give a layer's setting a value; one that the layer refuses waits in the draft for another to go with it."""
    draft = {**state.DESIGN_DRAFT.get(), setting: value}
    try:
        layer = _changed(current.network()[name].layer, draft)
    except CnnError as error:
        state.DESIGN_DRAFT.set(draft)
        current.refuse(error)
    else:
        _edit(lambda network: editing.replace(network, name, layer))


def _changed(layer: Layer, values: dict[str, Any]) -> Layer:
    kept = {name: getattr(layer, name) for name in layer.settings()}
    return type(layer)(**{**kept, **values})


def _edit(change: Callable[[Network], Network], then_select: Callable[[Network, Network], int] | None = None) -> None:
    """Change the network, or keep why that was refused; `then_select` gets the network before and after."""
    before = current.network()
    try:
        after = change(before)
        text_after = after.to_json()
        # Only what can be read again is kept.
        current.network_of(text_after)
    except CnnError as error:
        current.refuse(error)
        return
    position = current.selected() if then_select is None else then_select(before, after)
    current.keep(Moment(text_after, position, state.DESIGN_PRESET.get()))


def replace(name: str, layer: Layer) -> None:
    """Put another layer into the place of one."""
    _edit(lambda network: editing.replace(network, name, layer))


def take_over(text: str) -> None:
    """Make the design another one, which a text describes; undo brings back the one before."""
    current.keep(Moment(text, current.selected(), state.DESIGN_PRESET.get()))


def open_preset(key: str) -> None:
    """Begin with a preset; the network before it can be brought back by undo."""
    current.keep(Moment(current.preset_text(key), 0, key))


def read(line: str) -> None:
    """Put the network that a line describes in the place of this one; a wrong line waits to be corrected.

    What the line leaves out stays as it is: the input, and the names of layers that are still there.
    """
    before = current.network()
    first = before.layers[0].layer
    try:
        after = read_line(line, first if isinstance(first, Input) else START)
    except NetworkLineError as error:
        current.settle()
        state.DESIGN_LINE.set((line, error))
    else:
        _edit(lambda network: editing.named_as(after, network), lambda _before, _after: 0)
        # Where it says the same in other words, it is written as ours again.
        current.settle()


def load(data: bytes) -> None:
    """Open a network file, or keep why it cannot be opened."""
    try:
        loaded = current.usable(read_file(data))
    except CnnError as error:
        current.settle()
        current.refuse(error)
    else:
        current.keep(Moment(loaded.to_json(), 0, current.OWN))


def read_file(data: bytes) -> Network:
    """Return the network in a file of this page, in a model file, or in the JSON that Keras writes of a model."""
    if is_model(data):
        return read_model_file(data).network
    try:
        return Network.from_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NetworkFileError(N_("This is no text file. Choose a JSON file that this page has written.")) from error


def undo() -> None:
    """Go back to the network before the last change."""
    current.step(state.DESIGN_PAST, state.DESIGN_FUTURE)


def redo() -> None:
    """Take back an undo."""
    current.step(state.DESIGN_FUTURE, state.DESIGN_PAST)
