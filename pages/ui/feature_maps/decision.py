"""What the decision looked at: Grad-CAM, occlusion and saliency of any class, over the picture, with the hot region."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.arrays import Heat
from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.png import overlay_png, with_box
from cnn_core.models import attention
from cnn_core.models.answer_kind import AnswerKind, likeliest
from cnn_core.models.attention import NoBox, evidence_box, occlusion_heat, occlusion_plan
from cnn_core.models.map_answer import ClassesAnswer
from cnn_core.sentences import N_
from pages.ui import cached, state
from pages.ui.ask.classes import names_of, pick_output
from pages.ui.draw.pictures import colour_bar, draw_wide
from pages.ui.entered import Entered
from pages.ui.feature_maps.cached import map_answer
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.state import Key
from pages.ui.text import _
from pages.ui.waiting import all_asked, asked

METHODS = {"grad_cam": "Grad-CAM", "occlusion": N_("Occlusion"), "saliency": N_("Saliency")}
ABOUT = {
    "grad_cam": N_(
        "Adds up the layer's maps, each weighted by how much the class score grows with it, and keeps only what "
        "supports the class (Selvaraju et al., arXiv:1610.02391). Its resolution is that of the maps."
    ),
    "occlusion": N_(
        "How far the score falls when a patch of the picture is covered with its mean colour (Zeiler and Fergus, "
        "arXiv:1311.2901). Blue: covering it helps the class."
    ),
    "saliency": N_(
        "How strongly the score responds to a small change of each pixel: the largest gradient magnitude over the "
        "channels (Simonyan et al., arXiv:1312.6034). Fine and noisy."
    ),
}
ABOUT_PLACES = N_(
    "Where every place has a class of its own, a class's score is the mean of its values over the places where it "
    "is the answer, or over all places if there are none, taken before any softmax or sigmoid (Vinogradova et al., "
    "arXiv:2002.11434)."
)
NO_BOX = {
    NoBox.COLD: N_("Nothing in the picture supports this class."),
    NoBox.SPECK: N_(
        "No box: the strongest region is a speck of a few pixels, which says little about where the evidence lies."
    ),
    NoBox.WHOLE: N_(
        "No box: nearly the whole picture reaches half the maximum or more, so a box would enclose all of it."
    ),
}
_WIDTH = 240
CHOICES = (state.METHOD, state.TARGET, state.HEAT_LAYER, state.PATCH, state.PATCH_STRIDE)
_HIGH = 99
"""The percentile at which colours are full: single pixels would leave all others pale."""


def draw(layer: OpenLayer) -> None:
    """Draw where the evidence for a class lies."""
    pick_output(layer.info, "decision")
    classes, best = _classes(layer)
    if not classes:
        st.caption(_("The output has maps, not classes: there is no decision to ask about."))
        return
    method = _choose_method()
    shown = st.container()  # what is asked for comes first, whatever can be set
    index = _draw_choices(layer, classes, best)
    with shown:
        heat = _HEATS[method](layer, index)
        if heat is not None:
            _draw_heat(heat, layer.picture)
    if layer.info.answer_kind is AnswerKind.MAPS:
        st.caption(_(ABOUT_PLACES))
    st.caption(_(ABOUT[method]))


def _classes(layer: OpenLayer) -> tuple[Sequence[str], int]:
    """Return the names of the classes that can be asked about, and the class that is the answer; none of other maps."""
    if layer.info.answer_kind is not AnswerKind.MAPS:
        return layer.classes, likeliest(layer.scores, layer.info.answer_kind)
    answer = map_answer(layer.info, layer.picture, layer.info.output, layer.scores)
    if not isinstance(answer, ClassesAnswer):
        return (), 0
    return names_of(layer.info, answer.count), int(np.bincount(answer.classes.ravel()).argmax())


def _choose_method() -> str:
    st.segmented_control(
        _("Method"),
        format_func=lambda key: _(METHODS[key]),
        required=True,
        label_visibility="collapsed",
        **state.METHOD.widget(),
    )
    return state.METHOD.get()


def _draw_choices(layer: OpenLayer, classes: Sequence[str], best: int) -> int:
    """Let the reader choose the class that is asked about, and how the answer is drawn."""
    target, maps, opacity = st.columns([3, 3, 2], vertical_alignment="bottom")
    if state.METHOD.get() == "grad_cam":
        _draw_maps_choice(layer, maps)
    order = [best, *(index for index in range(len(classes)) if index != best)]
    # Nothing chosen means the class with the highest score, whatever the picture.
    wanted = state.TARGET.get()
    chosen = wanted if wanted is not None and wanted in range(len(classes)) else best
    target.selectbox(
        _("Class"),
        order,
        format_func=lambda index: classes[index],
        **state.field("target", chosen, lambda index: state.TARGET.set(None if index == best else index)),
    )
    opacity.slider(_("Opacity"), **state.OPACITY.widget())
    return chosen


def _draw_maps_choice(layer: OpenLayer, place: DeltaGenerator) -> None:
    """Let the reader choose whose maps Grad-CAM weighs, where there are any."""
    weighed = _weighed_layer(layer)
    if weighed is not None:
        place.selectbox(_("Layer whose maps are used"), **weighed.widget())


def _weighed_layer(layer: OpenLayer) -> Key[str] | None:
    """Return what says whose maps Grad-CAM weighs, None where there are none."""
    of_output = layer.info.network, layer.info.output
    automatic = attention.telling_layer(*of_output)
    names = attention.map_layers(*of_output)
    return None if automatic is None else state.HEAT_LAYER.among(names[::-1], automatic=automatic)


def _grad_cam(layer: OpenLayer, index: int) -> Heat | None:
    weighed = _weighed_layer(layer)
    if weighed is None:
        st.caption(_("This network has no maps before its decision."))
        return None
    name = weighed.get()
    return asked(
        cached.grad_cam(layer.picture, layer.info.output, index, name),
        _("Computing the gradients."),
        place="_decision",
    )


def _saliency(layer: OpenLayer, index: int) -> Heat | None:
    return asked(
        cached.saliency(layer.picture, layer.info.output, index), _("Computing the gradients."), place="_decision"
    )


def _occlusion(layer: OpenLayer, index: int) -> Heat | None:
    """Cover patch after patch; a row of patches is one piece of work."""
    shape = layer.picture.pixels.shape
    side = min(shape[:2])
    size, step = st.columns(2)
    # Nothing chosen fits whatever model is open: a sixth of its input, in steps of half a patch.
    patch = state.PATCH.within(1, side, automatic=max(1, side // 6))
    size.number_input(_("Patch size (pixels)"), **patch.widget())
    stride = state.PATCH_STRIDE.within(1, patch.get(), automatic=max(1, patch.get() // 2))
    step.number_input(_("Step between patches (pixels)"), **stride.widget())
    chosen = patch.get(), stride.get()
    plan = occlusion_plan(shape, *chosen)
    rows = [cached.occlusion(layer.picture, layer.info.output, index, *chosen, row) for row in range(len(plan))]
    answers = all_asked(rows, _("Covering one patch after another."), place="_decision")
    done = [(boxes, drops) for boxes, drops in zip(plan, answers, strict=True) if drops is not None]
    if not done:
        return None
    boxes, drops = (np.concatenate(arrays) for arrays in zip(*done, strict=True))
    st.caption(_("{done} of {count} patches covered.").format(done=len(boxes), count=plan[..., 0].size))
    return occlusion_heat(shape, boxes, drops)


_HEATS = {"grad_cam": _grad_cam, "saliency": _saliency, "occlusion": _occlusion}


def _draw_heat(heat: Heat, picture: Entered) -> None:
    """Draw the heat over the picture, and the box around its hottest region."""
    known = heat[np.isfinite(heat)]
    reach = Range(float(np.percentile(np.abs(known), _HIGH)) if known.size else 0.0, bool((known < 0).any()))
    box = evidence_box(heat, picture.pixels.shape[:2])
    pixels = picture.pixels
    with st.container(horizontal=True, gap="medium"):
        draw_wide(
            overlay_png(pixels, heat, reach, strongest=state.OPACITY.get()),
            _WIDTH,
            _("The stronger the colour, the stronger the evidence; the scale ends at the 99th percentile"),
        )
        if not isinstance(box, NoBox):
            draw_wide(with_box(pixels, box), _WIDTH, _("Box around the strongest region (at least half the maximum)"))
    colour_bar(reach, f"{reach.low:.4g}", f"{reach.high:.4g}")
    if isinstance(box, NoBox):
        st.caption(_(NO_BOX[box]))
    else:
        top, left, bottom, right = box
        st.caption(
            _(
                "Rows {top} to {bottom}, columns {left} to {right} of what the network sees. This is weak "
                "localization, not detection: the network was never told where things are, and the box may hold "
                "only part of the object, its surroundings, or just one object of several."
            ).format(top=top, left=left, bottom=bottom - 1, right=right - 1)
        )
