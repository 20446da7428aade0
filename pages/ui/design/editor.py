"""The network on the design page: where it is kept, how it is edited, undone, opened and loaded.

An edit that the core refuses changes nothing: the refusal is kept and said on the page until the next action.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cnn_core.errors import CnnError, NetworkFileError
from cnn_core.layers import Input
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


def edit(change: Callable[[Network], Network], then_select: Callable[[Network], int] | None = None) -> None:
    """Change the network, or keep why that was refused."""
    try:
        changed = change(network())
        changed_text = changed.to_json()
        # Only what can be read again is kept.
        network_of(changed_text)
    except CnnError as error:
        refuse(error)
        return
    position = selected() if then_select is None else then_select(changed)
    _keep(Moment(changed_text, position, state.DESIGN_PRESET.get()))


def refuse(error: CnnError) -> None:
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
        refuse(error)
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
