"""How long the design takes on this server: one picture, one epoch. Measured when somebody asks, once a process."""

from math import ceil

import streamlit as st

from cnn_core.network.summary import Summary
from cnn_core.network.timing import Machine, epoch_seconds, seconds, span, work_of
from pages.ui import state
from pages.ui.design.cached import machine_speed
from pages.ui.draw.tables import draw_table
from pages.ui.messages import part
from pages.ui.text import _
from pages.ui.waiting import asked

_MINUTE, _HOUR = 60, 3_600


def draw(summary: Summary) -> None:
    """Draw the button that measures the machine; afterwards the times."""
    st.markdown(
        _("**Time on this machine**"),
        help=_(
            "A few small networks are run and trained here for half a minute; their times give seconds for each "
            "multiply-add, each byte that is moved and each layer. Measured while nothing else is running, the "
            "times are shorter."
        ),
    )
    _draw_epoch()
    if not state.TIMED.get():
        st.button(
            _("Measure this machine"),
            icon=":material/timer:",
            on_click=state.TIMED.set,
            args=(True,),
            key="design_measure",
        )
        return
    with part():
        machine = asked(machine_speed(), _("Measuring this machine; this takes about half a minute."), "speed")
        _draw_times(summary, machine)


def _draw_epoch() -> None:
    """Let the reader say how many pictures an epoch has, and say how many batches they make."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(_("Pictures in an epoch"), step=1_000, width=200, **state.EPOCH_PICTURES.widget())
        batch, pictures = state.BATCH.get(), state.EPOCH_PICTURES.get()
        batches = ceil(pictures / batch)
        st.markdown(
            _("{pictures} pictures, {batch} at a time: **{batches} batches**; the last one has {last}.").format(
                pictures=f"{pictures:,}",
                batch=f"{batch:,}",
                batches=f"{batches:,}",
                last=f"{pictures - (batches - 1) * batch:,}",
            )
        )


def _draw_times(summary: Summary, machine: Machine) -> None:
    batch, pictures = state.BATCH.get(), state.EPOCH_PICTURES.get()
    picture = seconds(work_of(summary), machine.picture)
    epoch = epoch_seconds(summary, machine.training, batch, pictures)
    step = seconds(work_of(summary, batch), machine.training)
    rows = [
        [name, readable_seconds(time), "–".join(map(readable_seconds, span(time, speed)))]
        for name, time, speed in (
            (_("One picture"), picture, machine.picture),
            (_("A training step of {batch} pictures").format(batch=f"{batch:,}"), step, machine.training),
            (_("An epoch of {pictures} pictures").format(pictures=f"{pictures:,}"), epoch, machine.training),
        )
    ]
    draw_table([_("What"), _("Estimate"), _("Between")], rows)
    st.caption(
        _(
            "An estimate, right to within a factor of {picture} for a picture and {training} for training, as "
            "tested on networks whose times were not used for it."
        ).format(picture=f"{machine.picture.factor:.1f}", training=f"{machine.training.factor:.1f}")
    )


def readable_seconds(time: float) -> str:
    """Return a time with two digits and a unit.

    >>> [readable_seconds(time) for time in (0.000_42, 0.042, 4.2, 420, 42_000)]
    ['0.42 ms', '42 ms', '4.2 s', '7.0 min', '12 h']
    """
    size, unit = next(
        (size, unit)
        for size, unit in ((_HOUR, "h"), (_MINUTE, "min"), (1, "s"), (0.001, "ms"))
        if time >= 2 * size or (unit == "s" and time >= 1) or unit == "ms"
    )
    value = time / size
    return f"{value:.2f} {unit}" if value < 1 else f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"
