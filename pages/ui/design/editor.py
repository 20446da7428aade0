"""The network on the design page: where it is kept, how it is edited, undone, opened and loaded.

An edit that the core refuses changes nothing: the refusal is kept and said on the page until the next action.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cnn_core.errors import CnnError, NetworkFileError
from cnn_core.layers import Input, Layer
from cnn_core.network import editing
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, preset
from cnn_core.network.summary import Summary, summarize_so_far
from cnn_core.sentences import N_
from pages.ui import state

EMPTY = "empty"
OWN = ""
"""Stands in the place of a preset's key for a network that came from a file."""

MOST_STEPS = 100
LARGEST_FILE_MEGABYTES = 5

_EMPTY_NETWORK = Network.of(Input((28, 28, 1)))


@dataclass(frozen=True)
class Moment:
    """What undo brings back. Named by JSON text, which is small and says all of a network."""

    text: str
    position: int
    preset: str


# A network's text says all of it, so no two share a key; what is kept is frozen and may be shared by sessions.
@lru_cache(maxsize=64)
def network_of(text: str) -> Network:
    """Return the network that a text describes; raises NetworkFileError."""
    return Network.from_json(text)


@lru_cache(maxsize=64)
def summary_of(text: str) -> Summary:
    """Return the figures of the network that a text describes, as far as it fits together."""
    return summarize_so_far(network_of(text))


@lru_cache(maxsize=64)
def _preset_text(key: str) -> str:
    return (_EMPTY_NETWORK if key == EMPTY else preset(key).make()).to_json()


def _known(key: str) -> bool:
    return key == EMPTY or any(one.key == key for one in PRESETS)


def text() -> str:
    """Return the network as JSON; the first time it is the preset that the address names."""
    if not state.DESIGN.get():
        if not _known(state.DESIGN_PRESET.get()):
            state.DESIGN_PRESET.set(state.DESIGN_PRESET.default)
        state.DESIGN.set(_preset_text(state.DESIGN_PRESET.get()))
    return state.DESIGN.get()


def network() -> Network:
    return network_of(text())


def summary() -> Summary:
    """Return the figures of the network as far as it fits together."""
    return summary_of(text())


def selected() -> int:
    """Return the position of the selected layer."""
    return min(state.DESIGN_LAYER.get(), len(network().layers) - 1)


def selected_layer() -> NamedLayer:
    return network().layers[selected()]


def select(position: int) -> None:
    """Select the layer at a position; what was typed and refused at another one is dropped."""
    if 0 <= position < len(network().layers) and position != selected():
        _settle()
        state.DESIGN_LAYER.set(position)


def edited() -> bool:
    """Return whether the network is another one than the preset that it began with."""
    return state.DESIGN_PRESET.get() != OWN and text() != _preset_text(state.DESIGN_PRESET.get())


# What can be done; a layer goes by its name, for its row may have moved since the page was drawn ----------------------


def move(name: str, by: int) -> None:
    """Move a layer down by so many places, up where `by` is negative, and keep it selected."""
    _edit(lambda network: editing.move(network, name, by), lambda before, after: editing.place(after, name))


def remove(name: str) -> None:
    """Remove a layer and select the one that takes its place."""
    _edit(
        lambda network: editing.remove(network, name),
        lambda before, after: min(editing.place(before, name), len(after.layers) - 1),
    )


def duplicate(name: str) -> None:
    """Put a copy of a layer below it and select the copy."""
    _edit(lambda network: editing.duplicate(network, name), lambda before, after: editing.place(before, name) + 1)


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

    _edit(change, lambda before, after: position(before))


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
        layer = _changed(network()[name].layer, draft)
    except CnnError as error:
        state.DESIGN_DRAFT.set(draft)
        _refuse(error)
    else:
        _edit(lambda network: editing.replace(network, name, layer))


def _changed(layer: Layer, values: dict[str, Any]) -> Layer:
    kept = {name: getattr(layer, name) for name in layer.settings()}
    return type(layer)(**{**kept, **values})


def _edit(change: Callable[[Network], Network], then_select: Callable[[Network, Network], int] | None = None) -> None:
    """Change the network, or keep why that was refused; `then_select` gets the network before and after."""
    before = network()
    try:
        after = change(before)
        text_after = after.to_json()
        # Only what can be read again is kept.
        network_of(text_after)
    except CnnError as error:
        _refuse(error)
        return
    position = selected() if then_select is None else then_select(before, after)
    _keep(Moment(text_after, position, state.DESIGN_PRESET.get()))


def _refuse(error: CnnError) -> None:
    """Keep why something was refused, to be said on the page."""
    state.DESIGN_PROBLEM.set(error)


def open_preset(key: str) -> None:
    """Begin with a preset; the network before it can be brought back by undo."""
    _keep(Moment(_preset_text(key), 0, key))


def load(data: bytes) -> None:
    """Open a network file, or keep why it cannot be opened."""
    try:
        loaded = _read(data)
    except CnnError as error:
        _settle()
        _refuse(error)
        return
    _keep(Moment(loaded.to_json(), 0, OWN))


def _read(data: bytes) -> Network:
    try:
        loaded = Network.from_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NetworkFileError(N_("This is no text file. Choose a JSON file that this page has written.")) from error
    if not loaded.layers:
        raise NetworkFileError(N_("The file holds a network without layers. It needs at least an Input."))
    names = [named.name for named in loaded.layers]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise NetworkFileError(
                'At layers[{position}]: the name "{name}" is used twice. Give every layer a name of its own.',
                position=position,
                name=name,
            )
    return loaded


def undo() -> None:
    """Go back to the network before the last change."""
    _step(state.DESIGN_PAST, state.DESIGN_FUTURE)


def redo() -> None:
    """Take back an undo."""
    _step(state.DESIGN_FUTURE, state.DESIGN_PAST)


def _step(source: state.Key[tuple[Moment, ...]], target: state.Key[tuple[Moment, ...]]) -> None:
    _settle()
    if not source.get():
        return
    *rest, moment = source.get()
    target.set((*target.get(), _now()))
    source.set(tuple(rest))
    _show(moment)


def _keep(moment: Moment) -> None:
    """Show a moment; the one before it can be brought back, unless nothing changed."""
    _settle()
    if moment.text != text() or moment.preset != state.DESIGN_PRESET.get():
        state.DESIGN_PAST.set((*state.DESIGN_PAST.get(), _now())[-MOST_STEPS:])
        state.DESIGN_FUTURE.set(())
    _show(moment)


def _now() -> Moment:
    return Moment(text(), selected(), state.DESIGN_PRESET.get())


def _show(moment: Moment) -> None:
    state.DESIGN.set(moment.text)
    state.DESIGN_LAYER.set(moment.position)
    state.DESIGN_PRESET.set(moment.preset)


def _settle() -> None:
    """Drop what was typed and refused."""
    state.DESIGN_DRAFT.set({})
    state.DESIGN_PROBLEM.set(None)
