"""The picture of a network on a page: what a click in it does, and its words."""

from collections.abc import Callable
from dataclasses import dataclass

from pages.ui import components, state
from pages.ui.draw import cached
from pages.ui.draw.network_data import NetworkPicture
from pages.ui.text import _


@dataclass(frozen=True)
class Clicks:
    """What clicks do: `pick` gets a layer, `map` a layer and a channel, the others the title of a block."""

    pick: Callable[[str], None]
    map: Callable[[tuple[str, int]], None]
    unfold: Callable[[str], None]
    fold: Callable[[str], None]


def draw_network_picture(
    drawn: NetworkPicture, clicks: Clicks, selected: str, channel: int | None, sends: bool = False
) -> None:
    """Draw a network, an open layer (or "") and map marked; if it `sends`, the picture travels it once by itself."""
    data = {
        "version": str(drawn.key),
        **cached.network_picture(drawn, state.LANGUAGE.get()),
        "selected": selected,
        "open": channel,
        "sends": sends,
        "words": words(),
    }
    components.network(
        data,
        key="network_picture",
        on_pick=clicks.pick,
        on_map=clicks.map,
        on_unfold=clicks.unfold,
        on_fold=clicks.fold,
    )


def words() -> dict[str, str]:
    """Return what the component says in the session's language."""
    return {
        "network": _("The network from input to output"),
        "keys": _(
            "Arrow keys move along the edges, Enter opens. Plus and minus zoom, 0 shows all, Shift with an arrow "
            "key moves the picture."
        ),
        "opened": _("{layer} is open."),
        "mapOpened": _("Map {channel} of {layer} is open."),
        "closer": _("Zoom in"),
        "farther": _("Zoom out"),
        "all": _("Show all of the network"),
        "send": _("Send it through"),
        "arrived": _("The picture has passed through the whole network."),
    }
