"""The study in small, trained while the reader looks on: which ways, how far it is, its curves and what they prove."""

from statistics import median

import streamlit as st

from cnn_core.drawing.figures import lines_figure
from cnn_core.errors import CnnError
from cnn_core.network.replacing import Replacement
from cnn_core.network.summary import summarize
from cnn_core.training.differences import Size, differences_from_best
from cnn_core.training.records import Epoch, curves_csv
from cnn_core.training.statistics import standard_error
from cnn_core.training.study import recorded_study, small_study
from pages.ui import state
from pages.ui.draw.differences import points, said
from pages.ui.draw.plots import draw_figure
from pages.ui.draw.tables import draw_table
from pages.ui.jobs import AT_ONCE, Phase
from pages.ui.messages import show_error
from pages.ui.pooling.ways import replacement_title
from pages.ui.text import _
from pages.ui.trainings import TRAININGS, Seen
from pages.ui.waiting import fragment

SHARED = (
    state.TRAINING,
    state.TRAINED_WAYS,
    state.TRAINING_PICTURES,
    state.TRAINING_EPOCHS,
    state.TRAINING_SEED,
)
_NOTHING = "–"


def draw() -> None:
    """Draw the choices, and the training that the address names."""
    st.subheader(_("Train them here"), anchor=False)
    st.markdown(
        _(
            "The same network on a few thousand pictures of Fashion-MNIST, on this server. All ways begin with the "
            "same seed, see the same pictures in the same order and take turns after every epoch. It goes on while you "
            "read elsewhere; the address of this page leads back to it."
        )
    )
    _draw_choices()
    key = state.TRAINING.get()
    if key:
        is_active = _is_active(key)
        # Only a whole run of the page can end the repetition.
        fragment(_draw_training, "training", 1 if is_active else None)(key, is_active)


def _is_active(key: str) -> bool:
    seen = TRAININGS.look(key)
    return seen is not None and seen.active


def _draw_choices() -> None:
    ways = _chosen_ways()
    st.multiselect(
        _("Methods"),
        list(Replacement),
        format_func=replacement_title,
        **state.field("trained_ways", ways, lambda chosen: state.TRAINED_WAYS.set(tuple(chosen))),
    )
    pictures, epochs, seed, button = st.columns(4, vertical_alignment="bottom")
    pictures.number_input(_("Number of pictures"), step=500, **state.TRAINING_PICTURES.widget())
    epochs.number_input(_("Epochs"), **state.TRAINING_EPOCHS.widget())
    seed.number_input(_("Seed"), **state.TRAINING_SEED.widget())
    is_active = _is_active(state.TRAINING.get())
    label = _("Train here")
    if button.button(label, icon=":material/play_arrow:", disabled=is_active or not ways, key="train", width="stretch"):
        _start(ways)


def _chosen_ways() -> list[Replacement]:
    return [way for way in Replacement if way in state.TRAINED_WAYS.get()]


def _start(ways: list[Replacement]) -> None:
    chosen = (state.TRAINING_PICTURES.get(), state.TRAINING_EPOCHS.get(), state.TRAINING_SEED.get())
    try:
        state.TRAINING.set(TRAININGS.start(small_study(ways, *chosen)))
    except CnnError as error:
        show_error(error)
        return
    st.rerun()


def _draw_training(key: str, was_active: bool) -> None:
    seen = TRAININGS.look(key)
    if was_active and (seen is None or not seen.active):
        st.rerun()
    if seen is None:
        st.info(
            _(
                "The training of this address is not known here any more: the server was started anew, or many others "
                "have been trained since."
            )
        )
        return
    if seen.active:
        _draw_progress(key, seen)
    if seen.problem is not None:
        show_error(seen.problem)
    elif seen.phase is Phase.STOPPED:
        st.info(_("Stopped."))
    if seen.epochs:
        _draw_curves(seen)
    if seen.epochs and not seen.active:
        _draw_table(seen)
        st.download_button(
            _("These curves (CSV)"), curves_csv(seen.epochs), "training.csv", "text/csv", on_click="ignore"
        )
    if seen.phase is Phase.DONE:
        st.markdown(_verdict(seen))


def _draw_progress(key: str, seen: Seen) -> None:
    bar, button = st.columns([5, 1], vertical_alignment="center")
    done = _batches_done(seen)
    bar.progress(done / _batches(seen), text=_progress_text(seen, done))
    is_stopping = seen.phase is Phase.STOPPING
    button.button(
        _("Stop"), on_click=TRAININGS.stop, args=(key,), disabled=is_stopping, key="training_stop", width="stretch"
    )


def _batches(seen: Seen) -> int:
    return len(seen.training.runs) * seen.training.epochs * seen.training.batches


def _batches_done(seen: Seen) -> int:
    whole = len(seen.epochs) * seen.training.batches
    if seen.batch is None or (seen.batch.run, seen.batch.epoch) in {(epoch.run, epoch.epoch) for epoch in seen.epochs}:
        return whole
    return whole + seen.batch.batch


def _progress_text(seen: Seen, done: int) -> str:
    """Say what is going on, how fast and how long it may still take."""
    if seen.phase is Phase.WAITING:
        return _("Waiting as number {place} in the queue; {count} are trained at once.").format(
            place=seen.place, count=AT_ONCE
        )
    if seen.phase is Phase.STOPPING:
        return _("It stops after this batch.")
    if seen.batch is None:
        return _("TensorFlow starts.")
    if done == _batches(seen):
        return _("Testing on shifted pictures.")
    text = _("Epoch {epoch} of {epochs}, {way}: loss {loss}; {speed} pictures a second, about {left} (min:s) left.")
    left = round(seen.seconds / max(done, 1) * (_batches(seen) - done))
    return text.format(
        epoch=seen.batch.epoch,
        epochs=seen.training.epochs,
        way=replacement_title(Replacement(seen.batch.run)),
        loss=f"{seen.batch.loss:.3f}",
        speed=f"{done * seen.training.batch_size / max(seen.seconds, 0.1):,.0f}",
        left=f"{left // 60}:{left % 60:02}",
    )


def _by_way(seen: Seen) -> dict[str, list[Epoch]]:
    """Return the epochs of each way that has ended one, by the way's title."""
    by_name = {run.name: [epoch for epoch in seen.epochs if epoch.run == run.name] for run in seen.training.runs}
    return {replacement_title(Replacement(name)): epochs for name, epochs in by_name.items() if epochs}


def _draw_curves(seen: Seen) -> None:
    curves = _by_way(seen)
    highest = max(max(epoch.loss, epoch.test_loss) for epoch in seen.epochs) * 1.05
    panels = (
        ("loss", _("Loss on the training pictures"), _("loss"), highest),
        ("test_loss", _("Loss on the test pictures"), _("loss"), highest),
        ("test_accuracy", _("Accuracy on the test pictures"), _("accuracy"), 1.0),
    )
    for place, (figure_name, title, up, top) in zip(st.columns(3), panels, strict=True):
        series = {way: [getattr(epoch, figure_name) for epoch in epochs] for way, epochs in curves.items()}
        figure = lines_figure(range(1, seen.training.epochs + 1), series, title, _("epoch"), up, top)
        draw_figure(figure, f"training_{figure_name}", title, place)
    st.caption(
        _(
            "The loss on the training pictures is the mean over an epoch, while the network changes; the test comes "
            "after it. Both losses have one scale."
        )
    )


def _draw_table(seen: Seen) -> None:
    moved = {replacement_title(Replacement(run.run)): run.accuracy for run in seen.moved}
    shifts = seen.training.shifts
    heads = [
        _("Method"),
        _("Epochs"),
        _("Test accuracy"),
        *(_("Shifted by {shift} px").format(shift=shift) for shift in shifts),
    ]
    rows = []
    for way, epochs in _by_way(seen).items():
        shares = [f"{moved[way][shift]:.1%}" if way in moved else _NOTHING for shift in shifts]
        seconds = f"{median(epoch.seconds for epoch in epochs):.1f}"
        rows.append([way, str(len(epochs)), f"{epochs[-1].test_accuracy:.1%}", *shares, seconds])
    draw_table([*heads, _("Seconds per epoch")], rows)


def _verdict(seen: Seen) -> str:
    """Say how little one seed and so few test pictures prove."""
    count = seen.moved[0].pictures
    figures = {Replacement(epoch.run): {seen.training.seed: epoch.test_accuracy} for epoch in seen.epochs}
    best = max(figures, key=lambda way: figures[way][seen.training.seed])
    share = figures[best][seen.training.seed]
    lead = _(
        "{way} got {share} of {count} test pictures right; by the choice of these pictures alone that is uncertain "
        "by ± {margin} percentage points (two standard errors, √(p (1 − p) / n))."
    ).format(
        way=replacement_title(best),
        share=f"{share:.1%}",
        count=f"{count:,}",
        margin=points(2 * standard_error(share, count)),
    )
    differences = differences_from_best(figures, _sizes(seen))
    return " ".join(filter(None, [lead, said(differences, replacement_title), _seeds()]))


def _sizes(seen: Seen) -> dict[Replacement, Size]:
    summaries = {Replacement(run.name): summarize(run.network) for run in seen.training.runs}
    return {way: Size(summary.parameters, summary.multiply_adds) for way, summary in summaries.items()}


def _seeds() -> str:
    study = recorded_study()
    spread = max(study.accuracy(way, 0)[1] for way in Replacement)
    return _(
        "It is one seed, too: in the recorded study another seed alone moved an accuracy by up to ± {spread} "
        "points (standard deviation). Train again with another one and see what stays."
    ).format(spread=points(spread))
