"""The network that is designed: what the session and the address hold of it, and the networks before it.

The address says with which preset it began and, as soon as it is another one, the network itself. One that is too long
for an address has a name there, under which the reader's browser keeps it.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from threading import Lock

from cachetools import LRUCache, cached

from cnn_core.errors import CnnError, NetworkFileError, NetworkLinkError
from cnn_core.network.advice import Advice, advise
from cnn_core.network.files import refuse_unreadable
from cnn_core.network.line import write_line
from cnn_core.network.links import link_to, read_link
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS
from cnn_core.network.remarks import all_remarks
from cnn_core.network.summary import Summary, summarize_so_far
from cnn_core.sentences import N_, Note
from pages.ui import state
from pages.ui.designed import EMPTY, KEPT, OWN, preset_text

LONGEST_LINK = 6_000
"""Characters. Browsers take millions, Streamlit's server 64 KiB; proxies before it often no more than 8,000 a line."""
MOST_STEPS = 100

_PRESETS = {EMPTY, *(known.key for known in PRESETS)}


@dataclass(frozen=True)
class Moment:
    """What undo brings back. Named by JSON text, which is small and says all of a network.

    Attributes:
        position: of the selected layer.
        marked: the names of those marked beside it.
    """

    text: str
    position: int
    preset: str
    marked: tuple[str, ...] = ()


# A network's text says all of it, so no two share a key; what is kept is frozen and may be shared by sessions.
_NETWORKS: LRUCache[str, Network] = LRUCache(64)
_AT_NETWORKS = Lock()


@cached(_NETWORKS, key=str, lock=_AT_NETWORKS)
def network_of(text: str) -> Network:
    """Return the network that a text describes; raises NetworkFileError."""
    return Network.from_json(text)


def text_of(network: Network) -> str:
    """Return the text that describes a network, which `network_of` need not read again; raises NetworkFileError."""
    text = network.to_json()
    refuse_unreadable(network, text)
    with _AT_NETWORKS:
        _NETWORKS[text] = network
    return text


@lru_cache(maxsize=64)
def summary_of(text: str) -> Summary:
    """Return the figures of the network that a text describes, as far as it fits together."""
    return summarize_so_far(network_of(text))


@lru_cache(maxsize=64)
def link_of(text: str, begun_with: str) -> str:
    """Return what the address says of a network beside its preset: nothing, the network, or a name for it."""
    if begun_with != OWN and text == preset_text(begun_with):
        return ""
    link = packed(text)
    return link if len(link) <= LONGEST_LINK else KEPT + sha256(link.encode()).hexdigest()[:16]


@lru_cache(maxsize=64)
def packed(text: str) -> str:
    """Return a network's text as one word, however long."""
    return link_to(text)


@lru_cache(maxsize=64)
def line_of(text: str, names: bool) -> str:
    """Return the network that a text describes as a line."""
    return write_line(network_of(text), names=names)


@lru_cache(maxsize=64)
def advice_of(text: str) -> tuple[Advice, ...]:
    """Return all advice on the network that a text describes."""
    return advise(network_of(text), summary_of(text))


@lru_cache(maxsize=64)
def remarks_of(text: str) -> list[list[Note]]:
    """Return the remarks on each layer of the network that a text describes, without those that are advice."""
    rows = summary_of(text).rows
    advised = {(one.layer, one.note.message) for one in advice_of(text)}
    return [
        [note for note in notes if (row.name, note.message) not in advised]
        for row, notes in zip(rows, all_remarks(rows), strict=True)
    ]


def usable(network: Network) -> Network:
    """Return the network if it can be edited; layers go by their names here."""
    if not network.layers:
        raise NetworkFileError(N_("This is a network without layers. It needs at least an Input."))
    names = [named.name for named in network.layers]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise NetworkFileError(
                'At layers[{position}]: the name "{name}" is used twice. Give every layer a name of its own.',
                position=position,
                name=name,
            )
    return network


# The session and the address -----------------------------------------------------------------------------------------


def begin() -> None:
    """Open what the address names, where that is another network than the session's."""
    link, begun_with = state.DESIGN_LINK.get(), state.DESIGN_PRESET.get()
    if not (begun_with in _PRESETS or (begun_with == OWN and link)):
        state.DESIGN_PRESET.set(state.DESIGN_PRESET.default)
    if not _is_open(link) and not link.startswith(KEPT):
        open_link(link)


def kept_elsewhere() -> str:
    """Return the name of the network that the browser must be asked for, if there is one."""
    link = state.DESIGN_LINK.get()
    return link if link.startswith(KEPT) and not _is_open(link) else ""


def _is_open(link: str) -> bool:
    return state.DESIGN.get() != "" and link == link_of(text(), state.DESIGN_PRESET.get())


def open_link(link: str) -> None:
    """Show the network in a link, or the preset, with a reason where there should have been a network."""
    begun_with = state.DESIGN_PRESET.get()
    try:
        opened = text_of(usable(read_link(link))) if link else preset_text(begun_with)
    except CnnError as error:
        give_up(error)
    else:
        show(Moment(opened, 0, begun_with))


def give_up(cause: CnnError) -> None:
    """Show the preset, and keep why it is not the network that the address names."""
    begun_with = preset_instead()
    show(Moment(preset_text(begun_with), 0, begun_with))
    error = NetworkLinkError(N_("The network in this address cannot be opened. {cause}"), cause=cause)
    refuse(error)


def preset_instead() -> str:
    """Return the preset that is shown where the network of the address cannot be."""
    return state.DESIGN_PRESET.default if state.DESIGN_PRESET.get() == OWN else state.DESIGN_PRESET.get()


def text() -> str:
    """Return the network as JSON."""
    return state.DESIGN.get()


def network() -> Network:
    return network_of(text())


def summary() -> Summary:
    """Return the figures of the network as far as it fits together."""
    return summary_of(text())


def advice() -> tuple[Advice, ...]:
    """Return what is probably meant otherwise in the network."""
    return advice_of(text())


def selected() -> int:
    """Return the position of the selected layer."""
    return min(state.DESIGN_LAYER.get(), len(network().layers) - 1)


def place() -> tuple[str, int]:
    """Return the network and the position of the selected layer: what most panels show."""
    return text(), selected()


def selected_layer() -> NamedLayer:
    return network().layers[selected()]


def marked() -> tuple[str, ...]:
    """Return the names of the selected layer and of those marked beside it, in the order of the network."""
    names = {selected_layer().name, *state.DESIGN_MARKED.get()}
    return tuple(named.name for named in network().layers if named.name in names)


def edited() -> bool:
    """Return whether the network is another one than the preset that it began with."""
    return state.DESIGN_PRESET.get() != OWN and state.DESIGN_LINK.get() != ""


# Steps ---------------------------------------------------------------------------------------------------------------


def keep(moment: Moment) -> None:
    """Show a moment; the one before it can be brought back, unless nothing changed."""
    settle()
    if moment.text != text() or moment.preset != state.DESIGN_PRESET.get():
        state.DESIGN_PAST.set((*state.DESIGN_PAST.get(), _present())[-MOST_STEPS:])
        state.DESIGN_FUTURE.set(())
    show(moment)


def step(source: state.Key[tuple[Moment, ...]], target: state.Key[tuple[Moment, ...]]) -> None:
    """Show the last moment of one row; the present one goes to the end of the other."""
    settle()
    if not source.get():
        return
    *rest, moment = source.get()
    target.set((*target.get(), _present()))
    source.set(tuple(rest))
    show(moment)


def _present() -> Moment:
    return Moment(text(), selected(), state.DESIGN_PRESET.get(), state.DESIGN_MARKED.get())


def show(moment: Moment) -> None:
    """Put a moment into the session and, by its link, into the address."""
    state.DESIGN.set(moment.text)
    state.DESIGN_LAYER.set(moment.position)
    state.DESIGN_MARKED.set(moment.marked)
    state.DESIGN_PRESET.set(moment.preset)
    state.DESIGN_LINK.set(link_of(moment.text, moment.preset))


def refuse(error: CnnError) -> None:
    """Keep why something was refused, to be said on the page."""
    state.DESIGN_PROBLEM.set(error)


def settle() -> None:
    """Drop what was typed and refused."""
    state.DESIGN_DRAFT.set({})
    state.DESIGN_PROBLEM.set(None)
    state.DESIGN_LINE.set(None)
    state.DESIGN_NOTES.set(())
    state.DESIGN_AWAITED.set("")
