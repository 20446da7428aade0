"""The study in small, trained while the reader looks on: which ways, how far they are, what they prove."""

from collections.abc import Callable, Mapping
from statistics import median

import streamlit as st

from cnn_core.drawing.figures import lines_figure
from cnn_core.errors import CnnError
from cnn_core.network.replacing import Replacement
from cnn_core.network.summary import summarize
from cnn_core.training.differences import Size, differences_from_best
from cnn_core.training.records import BatchEnd, curves_csv
from cnn_core.training.statistics import standard_error
from cnn_core.training.study import SMALL_SHIFTS, recorded_study, small_batches, small_study, way_of
from pages.ui import person, state, visitor
from pages.ui.draw.differences import points, said
from pages.ui.draw.plots import draw_figure
from pages.ui.draw.tables import draw_table
from pages.ui.jobs import AT_ONCE, Phase
from pages.ui.messages import show_error
from pages.ui.pooling.ways import replacement_title
from pages.ui.runs import RUNS, SeenRun
from pages.ui.text import _
from pages.ui.waiting import fragment, run_again

SHARED = (
    state.TRAINING,
    state.TRAINED_WAYS,
    state.TRAINING_PICTURES,
    state.TRAINING_EPOCHS,
    state.TRAINING_SEED,
)
_NOTHING = "–"
_RUNS = "training"
_BETWEEN = "."
"""Between the runs in the address."""

Seen = Mapping[Replacement, SeenRun]
"""The runs that are looked at, by the way that each trains."""


def draw() -> None:
    """Draw the choices, and the runs that the address names."""
    st.subheader(_("Train them here"), anchor=False)
    st.markdown(
        _(
            "The same network is trained on a few thousand pictures of Fashion-MNIST on this server, once with each "
            "method. All start from the same seed and see the same pictures in the same order; {count} are trained "
            "at once. They go on while you read elsewhere; the address of this page leads back to them."
        ).format(count=AT_ONCE)
    )
    person.keep(_hear_of_person)
    is_active = _is_active(_seen())
    _draw_choices(is_active)
    if state.TRAINING.get():
        # Only a whole run of the page can end the repetition.
        fragment(_draw_training, _RUNS, 1 if is_active else None)(is_active)


def _hear_of_person() -> None:
    """Draw the runs anew, once it is known who the reader is: who began them may steer them."""
    if state.TRAINING.get():
        run_again(_RUNS)


def _are_steered_here(seen: Seen) -> bool:
    return all(map(person.began, seen.values()))


def _seen() -> Seen:
    """Return what is known of the address's runs, in the order of the ways."""
    known = (RUNS.look(key) for key in state.TRAINING.get().split(_BETWEEN))
    runs = {way_of(run.plan): run for run in known if run is not None}
    return {way: runs[way] for way in Replacement if way in runs}


def _is_active(seen: Seen) -> bool:
    return any(run.active for run in seen.values())


# Choices --------------------------------------------------------------------------------------------------------------


def _draw_choices(is_active: bool) -> None:
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
    label = _("Train here")
    if button.button(label, icon=":material/play_arrow:", disabled=is_active or not ways, key="train", width="stretch"):
        _tried(lambda: _start(ways))


def _chosen_ways() -> list[Replacement]:
    return [way for way in Replacement if way in state.TRAINED_WAYS.get()]


def _start(ways: list[Replacement]) -> None:
    """Begin a run for each way, or none: a comparison of some would say something else."""
    chosen = (state.TRAINING_PICTURES.get(), state.TRAINING_EPOCHS.get(), state.TRAINING_SEED.get())
    keys: list[str] = []
    try:
        keys.extend(RUNS.start(small_study(way, *chosen), person.name(), visitor.address()) for way in ways)
    except CnnError:
        _stop(keys)
        raise
    state.TRAINING.set(_BETWEEN.join(keys))


def _stop(keys: list[str]) -> None:
    """Stop runs, the last ones first: none shall begin because one before it ends."""
    for key in reversed(keys):
        RUNS.stop(key)


def _go_on(seen: Seen) -> None:
    for key, run in ((run.key, run) for run in seen.values()):
        if run.can_continue:
            RUNS.go_on(key, visitor.address())


def _tried(act: Callable[[], None]) -> None:
    """Do something with the runs and draw the page anew, or say why it cannot be done."""
    try:
        act()
    except CnnError as error:
        show_error(error)
        return
    run_again()


# The runs -------------------------------------------------------------------------------------------------------------


def _draw_training(was_active: bool) -> None:
    seen = _seen()
    is_active = _is_active(seen)
    if was_active and not is_active:
        run_again()
    if not seen:
        st.info(_("The run in this address is no longer here: newer runs have taken its place."))
        return
    if is_active:
        _draw_progress(seen)
    else:
        _draw_end(seen)
    if any(run.so_far.epochs for run in seen.values()):
        _draw_curves(seen)
        if not is_active:
            _draw_table(seen)
            curves = curves_csv({way: run.so_far.epochs for way, run in seen.items()})
            st.download_button(_("These curves (CSV)"), curves, "training.csv", "text/csv", on_click="ignore")
    if all(run.phase is Phase.DONE and run.so_far.scored for run in seen.values()):
        st.markdown(_verdict(seen))


def _draw_end(seen: Seen) -> None:
    """Say why the runs ended that did not come to their end, and offer to go on with those that can."""
    problems = {str(run.problem): run.problem for run in seen.values() if run.problem is not None}
    for problem in problems.values():
        show_error(problem)
    if not problems and any(run.phase is Phase.STOPPED for run in seen.values()):
        st.info(_("Stopped."))
    can_continue = any(run.can_continue for run in seen.values()) and _are_steered_here(seen)
    if can_continue and st.button(_("Go on"), icon=":material/resume:", key="training_go_on"):
        _tried(lambda: _go_on(seen))


# Progress -------------------------------------------------------------------------------------------------------------


def _draw_progress(seen: Seen) -> None:
    bar, button = st.columns([5, 1], vertical_alignment="center")
    done = sum(map(_batches_done, seen.values()))
    bar.progress(done / _batches(seen), text=_progress_text(seen, done))
    if not _are_steered_here(seen):
        person.say_that_another_began()
        return
    is_stopping = all(run.phase is Phase.STOPPING for run in seen.values() if run.active)
    keys = [run.key for run in seen.values()]
    button.button(_("Stop"), on_click=_stop, args=(keys,), disabled=is_stopping, key="training_stop", width="stretch")


def _batches(seen: Seen) -> int:
    return sum(run.plan.epochs * small_batches(run.plan) for run in seen.values())


def _batches_done(run: SeenRun) -> int:
    now = _now(run)
    return len(run.so_far.epochs) * small_batches(run.plan) + (0 if now is None else now.batch)


def _now(run: SeenRun) -> BatchEnd | None:
    """Return the last batch of an epoch that has not ended."""
    batch = run.so_far.batch
    return batch if batch is not None and batch.epoch > len(run.so_far.epochs) else None


def _progress_text(seen: Seen, done: int) -> str:
    """Say what is going on, how fast and how long it may still take."""
    going = [run for run in seen.values() if run.phase is Phase.RUNNING]
    if not going and any(run.phase is Phase.STOPPING for run in seen.values()):
        return _("It stops after this batch.")
    if not going:
        place = next(run.place for run in seen.values() if run.active)
        return _("Waiting as number {place} in the queue; {count} are trained at once.").format(
            place=place, count=AT_ONCE
        )
    trained = {way: now for way, run in seen.items() if run in going and (now := _now(run)) is not None}
    if not trained and any(len(run.so_far.epochs) == run.plan.epochs for run in going):
        return _("Testing on shifted pictures.")
    if not trained:
        return _("Starting TensorFlow.")
    return _speed_text(seen, trained, done)


def _speed_text(seen: Seen, trained: Mapping[Replacement, BatchEnd], done: int) -> str:
    """Say at what each of the networks is that are trained now, and what that makes of all."""
    each = _("{way}: epoch {epoch} of {epochs}, loss {loss}")
    parts = [
        each.format(way=replacement_title(way), epoch=now.epoch, epochs=seen[way].plan.epochs, loss=f"{now.loss:.3f}")
        for way, now in trained.items()
    ]
    speed = sum(now.batch / max(now.seconds, 0.1) for now in trained.values())
    left = round((_batches(seen) - done) / speed)
    text = _("{ways}; {speed} pictures per second in all, about {left} (min:s) left.")
    return text.format(
        ways=" · ".join(parts),
        speed=f"{speed * next(iter(seen.values())).plan.batch_size:,.0f}",
        left=f"{left // 60}:{left % 60:02}",
    )


# Results --------------------------------------------------------------------------------------------------------------


def _with_epochs(seen: Seen) -> dict[str, SeenRun]:
    """Return the runs that have ended an epoch, by the titles of their ways."""
    return {replacement_title(way): run for way, run in seen.items() if run.so_far.epochs}


def _draw_curves(seen: Seen) -> None:
    runs = _with_epochs(seen)
    every = [epoch for run in runs.values() for epoch in run.so_far.epochs]
    highest = max(max(epoch.loss, epoch.val_loss) for epoch in every) * 1.05
    epochs = max(run.plan.epochs for run in runs.values())
    panels = (
        ("loss", _("Loss on the training pictures"), _("loss"), highest),
        ("val_loss", _("Loss on the validation pictures"), _("loss"), highest),
        ("val_accuracy", _("Accuracy on the validation pictures"), _("accuracy"), 1.0),
    )
    for place, (figure_name, title, up, top) in zip(st.columns(3), panels, strict=True):
        series = {way: [getattr(epoch, figure_name) for epoch in run.so_far.epochs] for way, run in runs.items()}
        figure = lines_figure(range(1, epochs + 1), series, title, _("epoch"), up, top)
        draw_figure(figure, f"training_{figure_name}", title, place)
    st.caption(
        _(
            "The loss on the training pictures is the mean over an epoch, while the network changes; the validation "
            "comes after it. Both losses share one scale. The test pictures are used only once, at the end."
        )
    )


def _draw_table(seen: Seen) -> None:
    shifted = [_("Shifted by {shift} px").format(shift=shift) for shift in SMALL_SHIFTS]
    rows = [[way, *_results(run)] for way, run in _with_epochs(seen).items()]
    draw_table([_("Method"), _("Epochs"), _("Test accuracy"), *shifted, _("Seconds per epoch")], rows)


def _results(run: SeenRun) -> list[str]:
    """Return the cells of a run: its epochs, what it got right, still and moved, and its time."""
    so_far = run.so_far
    right = [so_far.scored.accuracy if so_far.scored else None]
    right += [so_far.shifted.accuracy.get(shift) if so_far.shifted else None for shift in SMALL_SHIFTS]
    shares = [_NOTHING if share is None else f"{share:.1%}" for share in right]
    return [str(len(so_far.epochs)), *shares, f"{median(epoch.seconds for epoch in so_far.epochs):.1f}"]


def _verdict(seen: Seen) -> str:
    """Say how little one seed and so few test pictures prove."""
    scored = {way: run.so_far.scored for way, run in seen.items() if run.so_far.scored is not None}
    figures = {way: {seen[way].plan.seed: one.accuracy} for way, one in scored.items()}
    best = max(scored, key=lambda way: scored[way].accuracy)
    share, count = scored[best].accuracy, scored[best].pictures
    lead = _(
        "{way} got {share} of {count} test pictures right; the choice of pictures alone makes this uncertain by ± "
        "{margin} percentage points (two standard errors, √(p (1 − p) / n))."
    ).format(
        way=replacement_title(best),
        share=f"{share:.1%}",
        count=f"{count:,}",
        margin=points(2 * standard_error(share, count)),
    )
    differences = differences_from_best(figures, _sizes(seen))
    return " ".join(filter(None, [lead, said(differences, replacement_title), _seeds()]))


def _sizes(seen: Seen) -> dict[Replacement, Size]:
    summaries = {way: summarize(run.plan.network) for way, run in seen.items()}
    return {way: Size(summary.parameters, summary.multiply_adds) for way, summary in summaries.items()}


def _seeds() -> str:
    study = recorded_study()
    spread = max(study.accuracy(way, 0)[1] for way in Replacement)
    return _(
        "It is also only one seed: in the recorded study, the seed alone changed an accuracy by up to ± {spread} "
        "points (standard deviation). Train again with another seed and see what stays the same."
    ).format(spread=points(spread))
