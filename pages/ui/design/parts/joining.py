"""An edge that was drawn in the graph: by which merge a layer takes the further input that it was given."""

from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.layers.shapes import show
from cnn_core.network import editing
from cnn_core.network.joining import Joint, Merging, connect, joints, refuse_edge, takes_many
from pages.ui import state
from pages.ui.design import current, editor, panels
from pages.ui.layer_words import in_short
from pages.ui.messages import show_error
from pages.ui.text import _, escaped, sentence


def words() -> dict[str, str]:
    """Return what the picture says where edges can be drawn."""
    return {
        "from": _("Draw from here to the layer that should take “{layer}” too"),
        "chosen": _("Choose the layer that should take “{layer}” too. Esc cancels."),
        "cut": _("Remove the edge from “{source}” to “{target}”"),
    }


def take(edge: dict[str, Any]) -> None:
    """Draw an edge from a card to another one, or take it away: a block gives what its last layer does."""
    sources, targets = edge["sources"], edge["targets"]
    source, target = sources[-1], targets[0]
    state.DESIGN_EDGE.set(())
    try:
        if not edge["isDrawn"]:
            editor.disconnect(sources, targets)
        elif _is_asked(source, target):
            state.DESIGN_EDGE.set((current.text(), source, target, None))
            return
        else:
            editor.connect(source, target)
    except CnnError as error:
        state.DESIGN_EDGE.set((current.text(), source, target, error))
        return
    panels.run_changed()


def _is_asked(source: str, target: str) -> bool:
    """Say whether a merge is to be chosen; raises CnnError where the edge cannot be drawn."""
    network = current.network()
    refuse_edge(network, source, target)
    if not takes_many(network, target):
        return True
    connect(network, source, target)
    return False


def draw() -> None:
    """Draw the choice of a merge for the edge that was drawn last, or why there is none; nothing without one."""
    if not state.DESIGN_EDGE.get():
        return
    text, source, target, problem = state.DESIGN_EDGE.get()
    if text != current.text():
        return
    with st.container(border=True, gap="small", key="design_edge_box"):
        if problem is not None:
            show_error(problem)
            offered: tuple[Joint, ...] = ()
        else:
            offered = joints(current.network(), source, target)
            st.markdown(_asked(source, target))
        with st.container(horizontal=True, gap="xsmall"):
            for joint in offered:
                st.button(
                    joint.merging.value,
                    icon=":material/call_merge:",
                    disabled=joint.problem is not None,
                    on_click=_connect,
                    args=(source, target, joint.merging),
                    key=f"design_join_{joint.merging}",
                )
            st.button(_("Leave it"), type="tertiary", on_click=state.DESIGN_EDGE.set, args=((),), key="design_no_edge")
        for joint in offered:
            _say(joint, source)


def _asked(source: str, target: str) -> str:
    network = current.network()
    (taken,) = editing.sources(network, editing.place(network, target))
    shapes = {row.name: show(row.output_shape) for row in current.summary().rows}
    return _(
        "“{target}” takes one input, “{taken}” ({had}). Which layer should join “{source}” ({given}) with it?"
    ).format(
        target=escaped(target),
        taken=escaped(taken),
        had=shapes.get(taken, "–"),
        source=escaped(source),
        given=shapes.get(source, "–"),
    )


def _say(joint: Joint, source: str) -> None:
    """Say what comes between so that the shapes fit, or why they do not."""
    if joint.problem is not None:
        st.caption(escaped(sentence(joint.problem)))
    elif joint.bridge:
        layers = "; ".join(f"{layer.kind} ({in_short(layer, state.LANGUAGE.get())})" for layer in joint.bridge)
        said = _("{merging}: to make the shapes fit, “{source}” is first followed by: {layers}.")
        st.caption(said.format(merging=joint.merging, source=escaped(source), layers=escaped(layers)))


def _connect(source: str, target: str, merging: Merging = Merging.ADD) -> None:
    state.DESIGN_EDGE.set(())
    editor.connect(source, target, merging)
    panels.run_changed()
