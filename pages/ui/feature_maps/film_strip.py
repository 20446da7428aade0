"""The film strip: the network from input to output, each layer with its strongest maps."""

from collections.abc import Sequence

from cnn_core.models.run import Answers
from cnn_core.network.folding import Block
from pages.ui import components, state
from pages.ui.ask.layer import open_layer
from pages.ui.entered import Entered
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.frames import Strip
from pages.ui.feature_maps.parts import open_layer_marked
from pages.ui.text import _


def draw_strip(picture: Entered, blocks: Sequence[Block], answers: Answers | None, selected: str) -> None:
    """Draw the strip; without pictures as long as the network has not run."""
    unfolded = tuple(
        block.title
        for block in blocks
        if block.title in state.UNFOLDED.get() or selected in (row.name for row in block.rows)
    )
    strip = Strip(picture, blocks, answers, unfolded)
    data = {
        "version": str(strip.key),
        "blocks": cached.frames(strip, state.LANGUAGE.get()),
        "selected": selected,
        "words": {"strip": _("The network from input to output; choose a layer to open it")},
    }
    seen = {row.name for block in blocks if len(block.rows) == 1 or block.title in unfolded for row in block.rows}
    components.film_strip(data, key="film_strip", on_pick=lambda name: _open(name, name in seen), on_unfold=_unfold)


def _open(name: str, is_seen: bool) -> None:
    """Open a layer; the strip has marked it already, and changes only where its block has to be unfolded."""
    open_layer_marked(name) if is_seen else open_layer(name)


def _unfold(title: str) -> None:
    state.UNFOLDED.set((*state.UNFOLDED.get(), title))
