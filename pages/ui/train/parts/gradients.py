"""Why depth was hard: how large the gradient is in each layer, with one activation or another, deeper and deeper."""

import time
from dataclasses import replace

import numpy as np
import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.layers import ActivationName, Conv2D
from cnn_core.numerics.activations import activate
from cnn_core.training.fitting import FitPlan
from cnn_core.training.networks import plain_network
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings
from pages.ui import components, state
from pages.ui.messages import show_error
from pages.ui.runs import SeenRun
from pages.ui.text import _
from pages.ui.train import chosen, curves, ours
from pages.ui.train.following import PART
from pages.ui.waiting import run_again

ACTIVATIONS = (ActivationName.SIGMOID, ActivationName.TANH, ActivationName.RELU)
_EPOCHS = 3
_SIDE = 32
_REACH, _STEP = 5.0, 0.1
_LOOK_SECONDS = 1.0
_MOST_LAYERS = 8


def draw() -> None:
    """Draw the activations, the three networks' gradients, and those of the run that is looked at."""
    functions, sizes = st.columns([2, 3], gap="medium")
    with functions:
        _draw_functions()
    with sizes:
        _draw_experiment()
    run = ours.seen()
    if run is not None and any(epoch.gradients for epoch in run.so_far.epochs):
        _draw_of_run(run)


def _draw_functions() -> None:
    """Draw the activations and their slopes, by which a gradient is multiplied in every layer on its way back."""
    at = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    values = {name: activate(name, at).tolist() for name in ACTIVATIONS}
    slopes = {name: np.gradient(value, at).tolist() for name, value in values.items()}
    charts = {_("Activation"): values, _("Its slope"): slopes}
    places = curves.Places(_("input"), first=-_REACH, step=_STEP)
    curves.draw_lines(charts, places, "curves_activations")
    st.caption(
        _(
            "On its way back, a gradient is multiplied in every layer by the slope of the activation: a sigmoid's "
            "is at most 0.25, so twenty layers leave less than 0.25²⁰ ≈ 10⁻¹² of it; ReLU's is 1 wherever its input "
            "is positive."
        )
    )


def _draw_experiment() -> None:
    """Draw the gradients of three networks that differ in their activation only."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(_("Convolutions"), step=2, width=150, **state.DEPTH.widget())
        runs = _runs()
        is_active = any(run.active for run in runs.values())
        st.button(
            _("Train with sigmoid, tanh and ReLU"),
            icon=":material/play_arrow:",
            on_click=_start,
            disabled=is_active,
            key="gradients_start",
        )
    if state.GRADIENTS_REFUSED.get() is not None:
        show_error(state.GRADIENTS_REFUSED.get())
    if not runs:
        st.caption(
            _(
                "Three networks with this many identical convolutions learn from the pictures above for {epochs} "
                "epochs; the plot shows the size of each layer's gradient, before and after."
            ).format(epochs=_EPOCHS)
        )
        return
    if is_active:
        data = {"saying": _("Training the three networks."), "more": "", "step": "", "stepSeconds": 0, "share": None}
        waited = time.time() - min(run.made for run in runs.values())
        components.clock({**data, "seconds": waited, "interval": _LOOK_SECONDS}, key="gradients_run", on_look=_look)
    _draw_sizes(runs)


def _runs() -> dict[ActivationName, SeenRun]:
    """Return the experiment's runs that are still there, by their activation."""
    looked = {
        name: ours.look(key)
        for name, key in zip(ACTIVATIONS, state.GRADIENT_RUNS.get().split("."), strict=False)
        if key
    }
    return {name: run for name, run in looked.items() if run is not None}


def _start() -> None:
    """Begin the three runs; raises nothing: what is refused is said where they would be."""
    try:
        plans = [_plan(name, chosen.count_of_classes()) for name in ACTIVATIONS]
        keys = [ours.begin(plan) for plan in plans]
    except CnnError as error:
        state.GRADIENTS_REFUSED.set(error)
    else:
        state.GRADIENTS_REFUSED.set(None)
        state.GRADIENT_RUNS.set(".".join(keys))
    run_again(PART)


def _plan(activation: ActivationName, classes: int) -> FitPlan:
    """Return the training of a network of this activation on the pictures of the page, made small."""
    side = min(_SIDE, chosen.side())
    data = replace(chosen.data(), size=(side, side))
    network = plain_network(data.shape, classes, state.DEPTH.get(), activation)
    return FitPlan(data, network, epochs=_EPOCHS, optimizer=OptimizerSettings(OptimizerName.SGD, 0.01), seed=0)


def _look() -> None:
    run_again(PART)


def _draw_sizes(runs: dict[ActivationName, SeenRun]) -> None:
    """Draw the size of each layer's gradient, before anything is learned and after the last epoch."""
    moments = [(_("Before the first step"), 0), (_("After epoch {count}").format(count=_EPOCHS), _EPOCHS)]
    found = [(title, {name: _sizes(run, epoch) for name, run in runs.items()}) for title, epoch in moments]
    charts = {title: sizes for title, sizes in found if any(sizes.values())}
    if not charts:
        return
    places = curves.Places(_("convolution, counted from the picture"))
    curves.draw_lines(charts, places, "curves_gradients", is_log=True)
    st.caption(_("The Euclidean norm of the loss's gradient for each kernel, on the first training pictures."))
    _say_vanishing(found[0][1])


def _sizes(run: SeenRun, epoch: int) -> list[float]:
    """Return the size of each convolution's gradient after an epoch, 0 before the first; none where it is not known."""
    sizes = {done.epoch: done.gradients for done in run.so_far.epochs}
    if run.so_far.stages and run.so_far.stages[0].gradients:
        sizes[0] = run.so_far.stages[0].gradients
    convolutions = [named.name for named in run.plan.network.layers if isinstance(named.layer, Conv2D)]
    return [sizes[epoch][name] for name in convolutions if name in sizes.get(epoch, {})]


def _say_vanishing(first: dict[ActivationName, list[float]]) -> None:
    """Say by how much the gradient shrinks from the last convolution to the first."""
    said = [
        _("{name}: the first convolution's gradient is {share} of the last one's.").format(
            name=name, share=f"{sizes[0] / sizes[-1]:.1g}"
        )
        for name, sizes in first.items()
        if len(sizes) > 1 and sizes[-1] > 0
    ]
    st.markdown(" ".join(said))


def _draw_of_run(run: SeenRun) -> None:
    """Draw how large the gradients of the looked-at run's layers were, epoch by epoch."""
    layers = list(dict.fromkeys(name for epoch in run.so_far.epochs for name in epoch.gradients))
    shown = layers if len(layers) <= _MOST_LAYERS else [*layers[: _MOST_LAYERS // 2], *layers[-_MOST_LAYERS // 2 :]]
    sizes = {name: [epoch.gradients.get(name) for epoch in run.so_far.epochs] for name in shown}
    title = _("The run above: gradient of each layer's kernel")
    places = curves.Places(_("epoch"), run.plan.all_epochs)
    curves.draw_lines({title: sizes}, places, "curves_run_gradients", is_log=True)
