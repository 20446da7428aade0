"""What the design costs: memory in each form of weights, of one picture and of a step of training; charts."""

import html
from collections.abc import Sequence

import streamlit as st

from cnn_core.layers.shapes import show
from cnn_core.network.folding import Block, fold
from cnn_core.network.memory import BYTES, MEASURED, Optimizer, inference_bytes, training_memory, weight_bytes
from cnn_core.network.summary import Summary
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.design import current, figures
from pages.ui.design.figures import readable_bytes
from pages.ui.design.parts import times
from pages.ui.draw.tables import draw_table
from pages.ui.text import _, escaped

_OPTIMIZERS = {
    Optimizer.SGD: N_("SGD"),
    Optimizer.MOMENTUM: N_("SGD with momentum"),
    Optimizer.RMSPROP: N_("RMSprop"),
    Optimizer.ADAM: N_("Adam"),
}
_PARTS = (
    (N_("Parameters"), "#0072b2"),
    (N_("Gradients"), "#56b4e9"),
    (N_("Optimizer"), "#009e73"),
    (N_("Outputs kept"), "#e69f00"),
    (N_("Gradients passed back"), "#d55e00"),
)
_HALF = 0.5


def draw() -> None:
    """Draw where the costs sit, and the memory."""
    summary = current.summary()
    blocks = fold(summary.rows)
    st.markdown(" ".join(_where_most_sits(blocks)))
    memory, training = st.columns([2, 3], gap="medium")
    with memory:
        _draw_memory(summary)
    with training:
        _draw_training(summary)
    st.markdown(_("**Where parameters and multiply-adds sit**"))
    figures.chart(blocks)
    times.draw(summary)


def _where_most_sits(blocks: Sequence[Block]) -> list[str]:
    """Say for parameters and multiply-adds which layers have most of them."""
    quantities = (
        (_("{share} of all parameters sit in {layers}."), [block.parameters for block in blocks]),
        (_("{share} of all multiply-adds are made in {layers}."), [block.multiply_adds for block in blocks]),
    )
    names = [escaped(block.title) for block in blocks]
    return [
        text.format(share=f"{share:.0%}", layers=", ".join(names[i] for i in which))
        for text, counts in quantities
        for share, which in [most_of(counts)]
        if which
    ]


def most_of(counts: list[int]) -> tuple[float, list[int]]:
    """Return the fewest of several counts that make up half of all, at most three of them, and their share.

    >>> most_of([1, 6, 3])
    (0.6, [1])
    """
    total, found, share = sum(counts), list[int](), 0.0
    for i in sorted(range(len(counts)), key=lambda i: -counts[i])[:3]:
        if total and share < _HALF:
            found.append(i)
            share += counts[i] / total
    return share, sorted(found)


def _draw_memory(summary: Summary) -> None:
    st.markdown(
        _("**Memory**"),
        help=_(
            "Weights: all parameters in the form of their numbers; scales of int8 are not counted. One picture: the "
            "weights in float32 and the peak of the outputs, each dropped after its last use."
        ),
    )
    rows = [[_("Weights in {form}").format(form=form), readable_bytes(weight_bytes(summary, form))] for form in BYTES]
    rows.append([_("One picture, weights and peak"), readable_bytes(inference_bytes(summary))])
    rows.append([_("All outputs of one picture"), readable_bytes(summary.activation_bytes)])
    draw_table([_("What"), _("Memory")], rows)
    row = max(summary.rows, key=lambda row: row.activation_bytes, default=None)
    if row is not None:
        text = _("The largest output is that of {layer}: {shape}, {memory}.")
        memory = readable_bytes(row.activation_bytes)
        st.caption(text.format(layer=escaped(row.name), shape=show(row.output_shape), memory=memory))


def _draw_training(summary: Summary) -> None:
    st.markdown(
        _("**Memory of a training step**"),
        help=_(
            "Parameters; a gradient for each trained one; what the optimizer remembers for each, one number with "
            "momentum and RMSprop, two with Adam; the outputs of the batch that the backward pass needs; the "
            "gradients of one layer's input and output."
        ),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(_("Batch size"), step=1, width=150, **state.BATCH.widget())
        st.selectbox(
            _("Optimizer"),
            format_func=lambda name: _(_OPTIMIZERS[name]),
            width=220,
            **state.OPTIMIZER.widget(),
        )
    memory = training_memory(summary, state.BATCH.get(), state.OPTIMIZER.get())
    low, high = map(readable_bytes, memory.measured)
    st.markdown(_("**{total}** counted").format(total=readable_bytes(memory.total)))
    st.html(_bar(memory))
    least, most = MEASURED
    st.caption(
        _(
            "TensorFlow takes about {low} to {high} for it: {least} to {most} times this count in measurements on CPUs."
        ).format(low=low, high=high, least=least, most=most)
    )


def _bar(sizes: tuple[int, ...]) -> str:
    """Return a bar in parts with their legend, as HTML; what is 0 has no part."""
    shown = [(_(name), colour, size) for (name, colour), size in zip(_PARTS, sizes, strict=True) if size]
    bar = "".join(f'<span style="flex:{size};background:{colour}"></span>' for _name, colour, size in shown)
    legend = "".join(
        f'<li><i style="background:{colour}"></i>{html.escape(name)} <b>{readable_bytes(size)}</b></li>'
        for name, colour, size in shown
    )
    return f'{_STYLE}<div class="cs-parts"><div role="presentation">{bar}</div><ul>{legend}</ul></div>'


_STYLE = """<style>
.cs-parts > div { display: flex; height: 1.1rem; border-radius: 4px; overflow: hidden; gap: 1px; }
.cs-parts span { min-width: 2px; }
.cs-parts ul {
  display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; list-style: none; margin: 0.4rem 0 0; padding: 0;
  font-size: 0.8125rem;
}
.cs-parts li { margin: 0; padding: 0; }
.cs-parts b { font-variant-numeric: tabular-nums; font-weight: 600; }
.cs-parts i { display: inline-block; width: 0.7rem; height: 0.7rem; border-radius: 2px; margin-right: 0.35rem; }
</style>"""
