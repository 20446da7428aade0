"""The first glance: what is trained on, the network in a line, how it is trained, and the button that begins."""

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.layers import Input
from cnn_core.layers.shapes import show
from cnn_core.network.line import write_line
from cnn_core.network.network import Network
from cnn_core.network.summary import Summary, summarize
from cnn_core.sentences import N_
from cnn_core.training.fitting import FitPlan
from cnn_core.training.transfer import Transfer, base_network
from pages.ui import state
from pages.ui.messages import show_error
from pages.ui.text import _, as_code, escaped
from pages.ui.train import chosen, grid, ours
from pages.ui.train.cached import Shown
from pages.ui.train.following import GLANCE
from pages.ui.train.shown import shown_pictures
from pages.ui.waiting import fragment, run_again

PICTURES = {
    "mnist_small": N_("Digits (MNIST)"),
    "fashion_mnist_small": N_("Clothes (Fashion-MNIST)"),
    "shapes": N_("Shapes, drawn here"),
    "textures": N_("Textures: brick or grass"),
    "own": N_("Your own pictures"),
    "cats_and_dogs": N_("Cats and dogs, downloaded"),
    "mnist": N_("All of MNIST, downloaded"),
    "cifar10": N_("CIFAR-10, downloaded"),
}
NETWORKS = {
    "small": N_("Small: learns in seconds"),
    "course": N_("The course's network"),
    "design": N_("My design"),
    "transfer": N_("Transfer: MobileNetV2 with a new head"),
}
OPTIMIZERS = {"rmsprop": "RMSprop", "adam": "Adam", "sgd": "SGD"}
_LONGEST_LINE = 150
_BASE = "MobileNetV2"
STYLE = """<style>
.st-key-train_start button { min-height: 3rem; border: 2px solid #2487a6; }
.st-key-train_start button p { font-size: 1.15rem; font-weight: 650; }
.st-key-train_glance_box { gap: 0.5rem; }
.st-key-live_box { --curves-height: clamp(11rem, 100vh - 26rem, 21rem); gap: 0.4rem; }
@media (max-width: 640px) {
  .st-key-live_box { --curves-height: 11rem; }
  .st-key-tools :is(.st-key-train_on_widget, .st-key-train_network_widget) { flex: 1 1 40% !important; }
}
</style>"""


def draw_choices() -> None:
    """Draw what is chosen first: the pictures and the network."""
    st.selectbox(
        _("Data"),
        format_func=lambda key: _(PICTURES[key]),
        label_visibility="collapsed",
        width=230,
        **state.TRAIN_ON.widget(_begin_anew),
    )
    st.selectbox(
        _("Network"),
        format_func=lambda key: _(NETWORKS[key]),
        label_visibility="collapsed",
        width=330,
        **state.TRAIN_NETWORK.widget(_suit_dropout),
    )


def _begin_anew() -> None:
    """Let size and colours be those that suit the pictures now chosen, and open what they are made of."""
    state.PICTURE_SIDE.set(None)
    state.PICTURE_COLOUR.set(None)
    if state.TRAIN_ON.get() == chosen.OWN:
        state.TRAIN_PART.set("pictures")


def _suit_dropout() -> None:
    """Take the dropout that suits: a head on features that were trained on much more overfits soon without."""
    state.DROPOUT.set(0.5 if chosen.is_transfer() else 0.0)


def draw() -> None:
    """Draw the glance, which runs alone."""
    fragment(_draw, GLANCE)()


def _draw() -> None:
    with st.container(key="train_glance_box"):
        shown = shown_pictures("pictures", is_first=True)
        grid.draw(shown)
        plan = chosen.fit(len(shown.classes))
        _say_network(plan)
        _say_settings(plan, shown)
        st.button(
            _("Train"),
            icon=":material/play_arrow:",
            on_click=_start,
            args=(shown,),
            disabled=ours.is_active(),
            key="train_start",
            width="stretch",
        )
        error = state.RUN_REFUSED.get()
        if error is not None:
            show_error(error)


def _say_network(plan: FitPlan) -> None:
    line = write_line(plan.network) if plan.transfer is None else _transfer_line(plan.network, plan.transfer)
    if len(line) > _LONGEST_LINE:
        line = f"{line[:_LONGEST_LINE]} …"
    st.markdown(f"{as_code(line)}  \n{_parameters(summarize(plan.network))}")


def _transfer_line(network: Network, transfer: Transfer) -> str:
    """Return the line of a network with its trained base as one word."""
    end = network[base_network(transfer.base).layers[-1].name]
    head = network.layers[network.layers.index(end) + 1 :]
    # Any input does for the head: it is left out.
    line = write_line(Network.of(Input((1,)), *(named.layer for named in head))).partition("-")[2]
    return f"{write_line(Network.of(network.layers[0].layer))}-{_BASE}-{line}"


def _parameters(summary: Summary) -> str:
    """Say how many parameters a network has, and how many of them are trained where not all are."""
    trained = summary.trainable
    text = _("{parameters} parameters").format(parameters=f"{summary.parameters:,}")
    if trained != summary.parameters:
        text = _("{trained} of {parameters} parameters are trained; {frozen} are frozen").format(
            trained=f"{trained:,}", parameters=f"{summary.parameters:,}", frozen=f"{summary.parameters - trained:,}"
        )
    shape = show(summary.rows[0].output_shape)
    return f"**{text}**; " + _("pictures of {shape}").format(shape=shape)


def _say_settings(plan: FitPlan, shown: Shown) -> None:
    said = _("{optimizer}, learning rate {rate}; epochs: {epochs}, batches in each: {batches}.").format(
        optimizer=OPTIMIZERS[plan.optimizer.name],
        rate=f"{plan.optimizer.learning_rate:g}",
        epochs=plan.all_epochs,
        batches=plan.batches(shown.total.train),
    )
    parts = _("{train} pictures to train on, {validation} to validate, {test} to test.").format(
        **{name: f"{count:,}" for name, count in shown.total._asdict().items()}
    )
    st.caption(escaped(f"{parts} {said}"))


def _start(shown: Shown) -> None:
    """Begin a run for each seed that is wanted, and look at the first."""
    first = state.TRAIN_SEED.get()
    try:
        plans = [chosen.fit(len(shown.classes), first + more) for more in range(state.SEEDS.get())]
        ours.start(plans)
    except CnnError as error:
        state.RUN_REFUSED.set(error)
        run_again(GLANCE)
        return
    state.RUN_REFUSED.set(None)
    state.TRAIN_PART.set("watch")
    run_again()
