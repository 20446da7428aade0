"""What the open map looks for: a picture made by gradient ascent, beside the sample that it answers to most."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import streamlit as st

from cnn_core.arrays import Pixels
from cnn_core.drawing.png import picture_png
from cnn_core.layers.activations import SQUASHING
from cnn_core.models.looks_for import Ascent, Sought
from cnn_core.models.recorded_ascents import reached, recorded_picture
from cnn_core.models.survey import RankedBy, ranked
from cnn_core.network.linear import is_linear
from cnn_core.numerics.ascent import STEPS
from cnn_core.pictures.samples import SAMPLES
from pages.ui import cached, state
from pages.ui.draw.pictures import draw_wide
from pages.ui.entered import Entered
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import panels_drawn
from pages.ui.feature_maps.sample_survey import draw_survey
from pages.ui.questions import Question
from pages.ui.text import _, escaped
from pages.ui.waiting import asked, holds, is_given_up, later, run_again

CHOICES = (state.SOUGHT_SEED,)
_WIDE, _NARROW = 270, 150
_TIMES = 8
"""Of what a value sees, so much is enlarged."""
_EVEN = 0.02
"""A picture whose channels spread by less shows no pattern."""


class _Made(NamedTuple):
    """A picture, what it reached, and how many of its steps went up another number, see `Climb`."""

    pixels: Pixels
    value: float
    score: float
    unusual: int


def is_at_hand(layer: OpenLayer) -> bool:
    """Say whether the picture is recorded."""
    return reached(_sought(layer)) is not None


def _sought(layer: OpenLayer) -> Sought:
    return Sought(layer.picture.model, layer.name, layer.channel, state.SOUGHT_SEED.get())


def draw(layer: OpenLayer) -> None:
    """Draw the picture that is recorded or was made before; else let it be made."""
    sought = _sought(layer)
    known = reached(sought)
    ascent = None if known else _so_far(sought)
    if known is not None:
        made = _Made(recorded_picture(sought), known.value, known.score, known.unusual)
    elif ascent is not None and ascent.is_done:
        made = _Made(ascent.pixels, ascent.value, ascent.score, ascent.climb.unusual)
    else:
        _draw_making(layer, sought, ascent)
        return
    with st.container(horizontal=True, gap="medium", key="sought_pictures"):
        _draw_picture(layer, made)
        with st.container(width=_NARROW):
            _draw_beside(layer, sought, made)
    _draw_about(layer, made)


# The picture and what stands beside it --------------------------------------------------------------------------------


def _draw_picture(layer: OpenLayer, made: _Made) -> None:
    text = _("Made for {name}: {value}").format(name=_name(layer), value=f"{made.value:.4g}")
    squashing = _squashing(layer)
    if squashing:
        text += " " + _("({score} before its {activation})")
        text = text.format(score=f"{made.score:.4g}", activation=squashing)
    draw_wide(picture_png(made.pixels, 2 * _WIDE), _WIDE, text)


def _draw_beside(layer: OpenLayer, sought: Sought, made: _Made) -> None:
    """Draw what there is to compare, and the way to another picture."""
    middle = _middle(layer, made.pixels)
    if middle is not None:
        draw_wide(picture_png(middle, 2 * _NARROW), _NARROW, _("Its middle, enlarged"))
    best = _best(layer, sought)
    if best is not None:
        picture, value = best
        text = _("{picture}, the strongest of the samples: {value}")
        text = text.format(picture=escaped(_(picture.title)), value=f"{value:.4g}")
        draw_wide(picture_png(picture.pixels, 2 * _NARROW), _NARROW, text)
    own = float(np.mean(layer.maps[..., layer.channel]))
    st.caption(_("Your picture: {value}").format(value=f"{own:.4g}"))
    _draw_another(sought)


def _best(layer: OpenLayer, sought: Sought) -> tuple[Entered, float] | None:
    """Return the sample picture with the largest mean, and that mean; None where the reader stopped the survey."""
    known = reached(sought)
    if known is not None:
        samples = cached.entered_samples(layer.info, "crop")
        return samples[[sample.key for sample in SAMPLES].index(known.sample)], known.sample_value
    surveyed = draw_survey(layer, "_looks_for")
    if not surveyed:
        return None
    first = ranked([one.survey for one in surveyed], layer.name, layer.channel, RankedBy.MEAN)[0]
    return surveyed[first.picture].picture, first.mean


def _middle(layer: OpenLayer, pixels: Pixels) -> Pixels | None:
    """Return the middle of a picture whose pattern is too fine to be seen as a whole; None where it is not."""
    field = layer.row.receptive_field
    side = _TIMES * max(field.size) if field is not None else max(pixels.shape)
    if 2 * side > min(pixels.shape[:2]) or _is_even(pixels):
        return None
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    return np.ascontiguousarray(pixels[top : top + side, left : left + side])


def _is_even(pixels: Pixels) -> bool:
    return bool(pixels.std(axis=(0, 1)).max() < _EVEN)


def _draw_another(sought: Sought) -> None:
    seed = (sought.seed + 1) % (state.MOST_SEED + 1)
    st.button(
        _("Make another"),
        icon=":material/casino:",
        help=_("Starts from different noise: seed {seed}").format(seed=seed),
        key="sought_another",
        on_click=_make,
        args=(sought._replace(seed=seed),),
    )


def _draw_about(layer: OpenLayer, made: _Made) -> None:
    """Say plainly what such a picture shows."""
    squashing = _squashing(layer)
    if squashing:
        what = _(
            "The value maximized is the one before its {activation}: a share can also grow because the others fall."
        )
        what = what.format(activation=squashing)
    elif layer.has_maps:
        what = _("The value maximized is the mean of the map.")
    else:
        what = _("The value maximized is the unit's own.")
    if _is_even(made.pixels):
        what += " " + _why_even(layer)
    if made.unusual:
        text = _(
            "In {count} of {steps} steps it had no slope; those steps treat the last activation as if it were "
            "not there."
        )
        what += " " + text.format(count=made.unusual, steps=STEPS)
    st.caption(
        _(
            "One of many pictures that raise this one value: it shows what the value responds to, not what it "
            "means. Fine stripes and dots come from the method; photographs do not look like this."
        )
        + f" {what} "
        + _(
            "Gradient ascent from noise, kept as smooth as photographs are: Erhan et al. 2009; Simonyan et al., "
            "arXiv:1312.6034; Olah et al. 2017, doi:10.23915/distill.00007."
        )
    )


def _why_even(layer: OpenLayer) -> str:
    """Say why no pattern has grown."""
    if layer.has_maps and is_linear(layer.rows, layer.name):
        return _(
            "This map is a weighted sum of pixels at every place, so its mean depends only on the sums of its "
            "weights: a uniform colour raises it most, whatever pattern its individual values respond to. For that "
            "pattern, see Kernels and Excites."
        )
    return _("A uniform colour raised it most: here colour or brightness counts for more than any pattern.")


def _name(layer: OpenLayer) -> str:
    """Return what the open map or unit is called."""
    if layer.has_maps:
        return _("map {number}").format(number=layer.channel)
    names = layer.unit_names
    return escaped(names[layer.channel]) if names else _("unit {number}").format(number=layer.channel)


def _squashing(layer: OpenLayer) -> str:
    """Return the activation before which the picture was made, "" where it was made for the value itself."""
    activation = getattr(layer.row.layer, "activation", None)
    return str(activation) if activation in SQUASHING else ""


# Making it ------------------------------------------------------------------------------------------------------------


def _draw_making(layer: OpenLayer, sought: Sought, ascent: Ascent | None) -> None:
    """Offer to make the picture, or to go on; draw it while it grows; say why it cannot be made."""
    if state.SOUGHT.get() != sought:
        _draw_offer(layer, sought, ascent)
    elif is_given_up(question := cached.ascended(sought, ascent)):
        _draw_another(sought)
        asked(question, "", "_looks_for")
    else:
        _draw_growing(ascent)


def _draw_offer(layer: OpenLayer, sought: Sought, ascent: Ascent | None) -> None:
    if ascent is None:
        text = _("A picture that raises {name} can be made from noise, step by step along the gradient.")
        st.markdown(text.format(name=_name(layer)))
    with _line(ascent):
        st.button(
            _("Make the picture") if ascent is None else _("Go on"),
            icon=":material/landscape:",
            key="sought_make",
            on_click=_make,
            args=(sought,),
        )
    _draw_so_far(ascent)


def _draw_growing(ascent: Ascent | None) -> None:
    """Draw how far the picture is; with every piece that comes this is drawn again."""
    with _line(ascent):
        if ascent is None:
            st.progress(0.0, text=_("Preparing the first step."))
        st.button(_("Stop"), key="sought_stop", on_click=_make, args=(None,))
    _draw_so_far(ascent)


@contextmanager
def _line(ascent: Ascent | None) -> Iterator[None]:
    """Draw how far the picture is, if it was begun, and beside it what can be done."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if ascent is not None:
            text = _("Step {step} of {steps}: {value}")
            text = text.format(step=ascent.steps, steps=STEPS, value=f"{ascent.value:.4g}")
            st.progress(ascent.steps / STEPS, text=text)
        yield


def _draw_so_far(ascent: Ascent | None) -> None:
    if ascent is not None:
        draw_wide(picture_png(ascent.pixels, 2 * _WIDE), _WIDE, _("The picture so far"))


def _so_far(sought: Sought) -> Ascent | None:
    """Return how far the picture was brought, by anybody, and go on where it is being made; None before any of it."""
    ascent: Ascent | None = None
    find = later if state.SOUGHT.get() == sought else _known
    while (ascent is None or not ascent.is_done) and (further := find(cached.ascended(sought, ascent))):
        ascent = further
    return ascent


def _known(question: Question[Ascent]) -> Ascent | None:
    work = holds().find(question)
    return None if work is None or not work.future.done() or work.has_failed else work.future.result()


def _make(sought: Sought | None) -> None:
    """Make this picture from now on, or none."""
    state.SOUGHT.set(sought)
    if sought is not None:
        state.SOUGHT_SEED.set(sought.seed)
    run_again(*panels_drawn())
