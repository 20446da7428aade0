"""The film strip: the network from input to output, each layer with its strongest maps."""

from collections.abc import Callable
from typing import Any

from cnn_core.layers.shapes import show
from cnn_core.models.run import Answers
from cnn_core.network.folding import Block
from cnn_core.network.summary import Row
from pages.ui import cached, components, state
from pages.ui.cached import View
from pages.ui.draw.pictures import data_url
from pages.ui.text import _


def draw_strip(view: View, answers: Answers | None, selected: str, on_open: Callable[[str], None]) -> None:
    """Draw the strip; without pictures as long as the network has not run.

    Layers inside a folded block have no pictures until it is unfolded: most of a long network would be sent unseen.
    """
    unfolded = tuple(
        block.title
        for block in cached.blocks(view.model)
        if block.title in state.UNFOLDED.get() or selected in (row.name for row in block.rows)
    )
    language = state.LANGUAGE.get()
    ran = answers is not None
    blocks = cached.strip(view.key, ran, unfolded, language, lambda: _blocks(view.model, answers, unfolded))
    data = {
        "version": f"{view.key} {ran} {unfolded}",
        "blocks": blocks,
        "selected": selected,
        "words": {"strip": _("The network from input to output; choose a layer to open it")},
    }
    components.film_strip(data, key="film_strip", on_pick=on_open, on_unfold=_unfold)


def _unfold(title: str) -> None:
    state.UNFOLDED.set((*state.UNFOLDED.get(), title))


def _blocks(model: str, answers: Answers | None, unfolded: tuple[str, ...]) -> list[dict[str, Any]]:
    return [_block(block, answers, block.title in unfolded) for block in cached.blocks(model)]


def _block(block: Block, answers: Answers | None, is_open: bool) -> dict[str, Any]:
    return {
        "title": block.title,
        "label": _("{count} layers").format(count=len(block.rows)),
        "parameters": _parameters(block.parameters),
        "layers": [_frame(row, answers, is_open or row is block.rows[-1]) for row in block.rows],
    }


def _parameters(count: int) -> str:
    return _("{count} params").format(count=f"{count:,}")


def _frame(row: Row, answers: Answers | None, is_seen: bool) -> dict[str, Any]:
    seen = answers.layers.get(row.name) if answers else None
    strongest = ", ".join(map(str, seen.strongest)) if seen else ""
    return {
        "name": row.name,
        "kind": row.kind,
        "group": str(row.layer.group),
        "shape": show(row.output_shape),
        "parameters": _parameters(row.parameters),
        "picture": data_url(seen.thumbnail) if seen and is_seen else None,
        "strongest": _("Strongest maps: {channels}").format(channels=strongest) if seen else "",
    }
