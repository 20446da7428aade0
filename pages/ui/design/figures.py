"""The figures of the design page around the table: totals, formulas, chart."""

import html
from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st

from cnn_core.layers.cost import BYTES_PER_VALUE
from cnn_core.layers.receptive_field import ReceptiveField
from cnn_core.layers.shapes import show
from cnn_core.network.folding import Block
from cnn_core.network.summary import Summary
from cnn_core.sentences import N_
from pages.ui.design import current, editor, panels
from pages.ui.draw.changed import named
from pages.ui.draw.cost_bars import Cost, draw_cost_bars
from pages.ui.text import _, sentence

ALL_TRAINABLE, SOME_TRAINABLE = N_("all trainable"), N_("{others} not trainable")
BYTES_OF_FLOAT32 = N_("{count} bytes, float32")

_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def readable_bytes(count: int) -> str:
    """Return an amount of memory with three digits and a unit of 1000.

    >>> readable_bytes(100_352), readable_bytes(784)
    ('100 kB', '784 B')
    """
    for size, unit in _UNITS:
        # What would round up to 1000 belongs to the next unit.
        if count >= 0.9995 * size:
            value = count / size
            return f"{value:.{max(2 - (value >= 9.995) - (value >= 99.95), 0)}f} {unit}"
    return f"{count} B"


class _Total(NamedTuple):
    """A sum over all layers as it is shown: how it is called, its value, what it consists of, what it is.

    The table finds it in the browser by its `name`, and says at once what an edit makes of it (`layer_totals.js`).
    """

    name: str
    label: str
    value: str
    detail: str
    meaning: str


def totals_show() -> Any:
    # Where the layers do not fit together, a button there leads to the error.
    return current.place() if current.summary().error else current.text()


def totals() -> None:
    """Draw the sums over all layers, each with what it consists of, and what it is for whoever points at it."""
    summary = current.summary()
    peak = summary.peak_bytes
    shown = (
        _Total(
            "parameters",
            _("Parameters"),
            f"{summary.parameters:,}",
            _trained(summary),
            _(
                "Weights and biases of all layers. Training changes the trainable ones, but not the moving averages "
                "of BatchNormalization or the parameters of frozen layers."
            ),
        ),
        _Total(
            "multiply_adds",
            _("Multiply-adds"),
            f"{summary.multiply_adds:,}",
            _("FLOPs = 2 × that"),
            _(
                "Products of a weight and a value that are added up, for one picture. Biases, activations and "
                "pooling are not counted. Counted as FLOPs, each is a multiplication and an addition."
            ),
        ),
        _Total(
            "weights",
            _("Memory of parameters"),
            readable_bytes(summary.parameter_bytes),
            _bytes(summary.parameter_bytes),
            _("All parameters, 4 bytes each: the size of a file with the weights in float32."),
        ),
        _Total(
            "outputs",
            _("Memory of all outputs (training)"),
            readable_bytes(summary.activation_bytes),
            _bytes(summary.activation_bytes),
            _(
                "The outputs of all layers for one picture, 4 bytes per value: a training step keeps at most this "
                "much of each picture for the backward pass."
            ),
        ),
        _Total(
            "peak",
            _("Peak memory (inference)"),
            readable_bytes(peak),
            _bytes(peak),
            _(
                "The most memory that outputs take at once while one picture passes, where each output is dropped "
                "after its last use: what a prediction needs besides the parameters."
            ),
        ),
    )
    _draw_totals(shown)
    if summary.error is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                _("The layers do not fit together yet: these totals cover the layers above the error."), width="content"
            )
            wrong = len(summary.rows)
            st.button(
                _("Show the error"),
                icon=":material/error:",
                type="tertiary",
                disabled=wrong == current.selected(),
                on_click=panels.then_drop(editor.select),
                args=(wrong,),
                key="design_show_error",
            )


def _trained(summary: Summary) -> str:
    if not summary.non_trainable:
        return _(ALL_TRAINABLE)
    return _(SOME_TRAINABLE).format(others=f"{summary.non_trainable:,}")


def _bytes(count: int) -> str:
    return _(BYTES_OF_FLOAT32).format(count=f"{count:,}")


def formulas() -> None:
    """Draw how the figures of the selected layer come about."""
    summary = current.summary()
    position = current.selected()
    if position >= len(summary.rows):
        st.caption(_("Its numbers can be calculated once the error is fixed."))
        return
    row = summary.rows[position]
    lines = [(_(formula.quantity), formula.text) for formula in row.formulas]
    values = "·".join(map(str, row.output_shape))
    size = _("{bytes} bytes").format(bytes=f"{row.activation_bytes:,}")
    lines.append((_("memory"), f"{values}·{BYTES_PER_VALUE} = {size}"))
    if row.receptive_field is not None:
        lines.append((_("receptive field"), _field(row.receptive_field)))
    _table(lines)
    for note in current.remarks_of(current.text())[position]:
        st.info(sentence(note), icon=":material/info:")


def _field(field: ReceptiveField) -> str:
    if field.is_uniform:
        return _("{size} pixels, the same for all outputs").format(size=show(field.size))
    if field.start is None:
        text = _("{size} pixels; neighbouring outputs look {down}×{right} pixels apart; the first sees none")
    else:
        text = _(
            "{size} pixels; neighbouring outputs look {down}×{right} pixels apart; the first begins at ({top}, {left})"
        )
    top, left = field.start or (0, 0)
    return text.format(
        size=show(field.size),
        down=f"{field.jump[0]:g}",
        right=f"{field.jump[1]:g}",
        top=_signed(top),
        left=_signed(left),
    )


def _signed(number: int) -> str:
    return str(number).replace("-", "−")


def chart(blocks: Sequence[Block]) -> None:
    """Draw where parameters and multiply-adds sit; long networks by block."""
    shown = [block for block in blocks if block.parameters or block.multiply_adds]
    if not shown:
        st.caption(_("No layer has parameters yet."))
        return
    costs = [Cost(block.parameters, block.multiply_adds) for block in shown]
    draw_cost_bars([block.title for block in shown], {"": costs})
    if sum(len(block.rows) for block in shown) > len(shown):
        st.caption(_("Summed by block, because the network is long. Blocks without parameters are left out."))


# Pieces of HTML: numbers and sentences of our own, escaped all the same ---------------------------------------------


def _draw_totals(shown: Sequence[_Total]) -> None:
    """Draw definitions, the meaning of each where it is pointed at, tapped or reached by the keyboard."""
    items = "".join(
        f'<div><dt><span tabindex="0" aria-describedby="cs-meaning-{number}">{html.escape(total.label)}</span>'
        f'<span role="tooltip" id="cs-meaning-{number}">{html.escape(total.meaning)}</span></dt>'
        f"<dd><span {named(f'total_{total.name}')}>{html.escape(total.value)}</span>"
        f"<small {named(f'total_{total.name}_detail')}>{html.escape(total.detail)}</small></dd></div>"
        for number, total in enumerate(shown)
    )
    st.html(f'<dl class="cs-totals">{items}</dl>')


def _table(lines: Sequence[tuple[str, str]]) -> None:
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(label)}</th><td>{html.escape(text)}</td></tr>" for label, text in lines
    )
    st.html(f'<table class="cs-formulas">{rows}</table>')
