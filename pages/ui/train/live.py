"""The run that is looked at, live: how far it is, its curves, and what they say."""

import time
from collections.abc import Callable

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from cnn_core.training.heads import head_of
from cnn_core.training.judgement import judge
from cnn_core.training.records import Preparation, Stage
from pages.ui import components, person, state
from pages.ui.jobs import AT_ONCE, Phase
from pages.ui.messages import show_error
from pages.ui.runs import SeenRun
from pages.ui.text import _, escaped, sentence
from pages.ui.train import before, curves, ours
from pages.ui.train.following import CURVES, LIVE, PART
from pages.ui.waiting import fragment, run_again

_QUICK, _SLOW, _PAUSED = 0.6, 2.0, 3.0
"""Seconds between two looks: while an epoch takes less than a second, or long; while nothing happens."""
_PREPARED = {
    Preparation.READING: N_("Reading the pictures: {done} of {pictures}."),
    Preparation.FEATURES: N_("Computing the base's features: {done} of {pictures} pictures."),
}
_STAGES = {
    Stage.SCRATCH: N_("Epoch {epoch} of {epochs}"),
    Stage.HEAD: N_("Epoch {epoch} of {epochs}, the head"),
    Stage.FINE_TUNING: N_("Epoch {epoch} of {epochs}, fine-tuning"),
}


def draw() -> None:
    """Draw the run, which runs alone."""
    fragment(_draw, LIVE)()


def _draw() -> None:
    run = ours.seen()
    state.RUN_DRAWN.set(_mark(run))
    with st.container(key="live_box"):
        if run is None:
            if state.RUN.get():
                st.info(_("The run in this address is no longer here: newer runs have taken its place."))
            before.draw()
            return
        if run.active:
            _draw_progress(run)
        else:
            _draw_end(run)
        _draw_buttons(run)
        _draw_curves(run)
        if (begun := run.so_far.last_begun) is not None:
            said = judge(run.so_far.epochs, begun.pictures["validation"])
            st.markdown(" ".join(escaped(sentence(note)) for note in said))


def _draw_curves(run: SeenRun) -> None:
    epochs, batch = run.so_far.epochs, run.so_far.batch
    now = batch if run.active and batch is not None and batch.epoch > len(epochs) else None
    fit, classes = curves.Fit("", epochs, now=now), head_of(run.plan.network).classes
    curves.draw_fits([fit], run.plan.all_epochs, CURVES, judged=epochs, classes=classes)


# Progress -------------------------------------------------------------------------------------------------------------


def _draw_progress(run: SeenRun) -> None:
    data = {
        "saying": _saying(run),
        "more": "",
        "step": "",
        "stepSeconds": 0,
        "share": _share(run),
        "seconds": time.time() - run.since,
        "interval": _interval(run),
    }
    components.clock(data, key="run_clock", on_look=_look)


def _interval(run: SeenRun) -> float:
    if run.phase in (Phase.PAUSED, Phase.WAITING):
        return _PAUSED
    if run.phase is Phase.STOPPING:
        return _QUICK
    return min(_SLOW, max(_QUICK, run.so_far.epochs[-1].seconds / 4)) if run.so_far.epochs else _QUICK


def _look() -> None:
    """Draw the run anew; what depends on its epochs only where one has ended, and all of the page where the run has."""
    run, (phase, epochs) = ours.seen(), state.RUN_DRAWN.get()
    now = _mark(run)
    if now[0] != phase:
        run_again()
    elif now[1] != epochs and state.TRAIN_PART.get() in ("watch", "gradients", "compare"):
        run_again(LIVE, PART)
    else:
        run_again(LIVE)


def _mark(run: SeenRun | None) -> tuple[str, int]:
    return ("", 0) if run is None else (run.phase, len(run.so_far.epochs) + len(run.so_far.snapshots))


def _saying(run: SeenRun) -> str:
    """Say what goes on, and how long it may still take."""
    if run.phase is Phase.WAITING:
        said = _("Waiting as number {place} in the queue; {count} run at once.")
        return said.format(place=run.place, count=AT_ONCE)
    if run.phase is Phase.PAUSED:
        return _("Paused: what was learned is kept.")
    if run.phase is Phase.STOPPING:
        return (
            _("It stops after this batch.")
            if run.so_far.saved is None
            else _("Stopped. What was learned has been saved and is being tested.")
        )
    if run.so_far.preparing is not None and run.so_far.begun is None:
        said = _(_PREPARED[run.so_far.preparing.step])
        return said.format(done=f"{run.so_far.preparing.done:,}", pictures=f"{run.so_far.preparing.pictures:,}")
    if run.so_far.begun is None:
        return _("Starting TensorFlow.")
    if run.so_far.epochs and run.so_far.epochs[-1].epoch >= run.plan.all_epochs:
        return _("The last epoch is done: testing and saving the network.")
    if run.so_far.batch is None:
        return _("The first batch.")
    stage = _(_STAGES[run.so_far.begun.stage]).format(epoch=run.so_far.batch.epoch, epochs=run.plan.all_epochs)
    left = round(_seconds_left(run))
    text = _("{stage}, batch {batch} of {batches}: loss {loss}; about {left} (min:s) left ·")
    return text.format(
        stage=stage,
        batch=run.so_far.batch.batch,
        batches=run.so_far.begun.batches,
        loss=f"{run.so_far.batch.loss:.3f}",
        left=f"{left // 60}:{left % 60:02}",
    )


def _share(run: SeenRun) -> float | None:
    """Return the share of the epoch that is done, of the preparation before the first."""
    if run.so_far.preparing is not None and run.so_far.begun is None:
        return run.so_far.preparing.done / max(1, run.so_far.preparing.pictures)
    if run.so_far.begun is None or run.so_far.batch is None:
        return None
    return run.so_far.batch.batch / max(1, run.so_far.begun.batches)


def _seconds_left(run: SeenRun) -> float:
    """Return how long the epochs may still take, by the last of this stage, or by this one's batches."""
    assert run.so_far.batch is not None
    assert run.so_far.begun is not None
    share = run.so_far.batch.batch / max(1, run.so_far.begun.batches)
    stage = run.so_far.begun.stage
    alike = [epoch.seconds for epoch in run.so_far.epochs if epoch.stage is stage]
    an_epoch = min(alike[-3:]) if alike else run.so_far.batch.seconds / max(share, 0.01)
    is_over = run.so_far.epochs and run.so_far.epochs[-1].epoch >= run.so_far.batch.epoch
    return an_epoch * (run.plan.all_epochs - run.so_far.batch.epoch + (0 if is_over else 1 - share))


def _draw_end(run: SeenRun) -> None:
    if run.problem is not None:
        show_error(run.problem)
    elif run.phase is Phase.STOPPED:
        st.info(_stopped(run))
    if run.so_far.scored is not None:
        text = _("**{share} of {count} test pictures right**, {low} to {high} (95% interval, Wilson).")
        shares = {"share": run.so_far.scored.accuracy, "low": run.so_far.scored.low, "high": run.so_far.scored.high}
        st.markdown(
            text.format(
                count=f"{run.so_far.scored.pictures:,}", **{name: f"{share:.1%}" for name, share in shares.items()}
            )
        )


def _stopped(run: SeenRun) -> str:
    """Say what is kept of a run that was stopped."""
    saved = run.so_far.saved
    if saved is None and not run.so_far.epochs:
        return _("Stopped before anything was learned.")
    if saved is not None and saved.batch:
        text = _(
            "Stopped. What was learned is kept, up to batch {batch} of epoch {epoch}; it can go on from the last "
            "complete epoch."
        )
        return text.format(batch=saved.batch, epoch=saved.epoch + 1)
    return _("Stopped. What was learned is kept, and it can go on from the last complete epoch.")


def _draw_buttons(run: SeenRun) -> None:
    """Draw what may be done with the run now."""
    if not person.began(run):
        if run.active or run.can_continue:
            person.say_that_another_began()
        return
    with st.container(horizontal=True, gap="small"):
        if run.phase is Phase.PAUSED:
            _button(_("Resume"), "play_arrow", ours.resume)
        elif run.active:
            _button(_("Pause"), "pause", ours.pause, is_possible=run.phase is Phase.RUNNING)
        if run.active:
            _button(_("Stop"), "stop", ours.stop, is_possible=run.phase is not Phase.STOPPING)
        elif run.can_continue:
            _button(_("Go on"), "resume", ours.go_on)
        if not run.active:
            _draw_delete(run)


def _draw_delete(run: SeenRun) -> None:
    """Draw the button that takes a run off the disk: what cannot be undone takes a second press."""
    if state.RUN_TO_DELETE.get() != run.key:
        _button(_("Delete"), "delete", ask_before_delete)
        return
    _button(_("Delete this run with its files"), "delete_forever", ours.delete)
    _button(_("Keep it"), "undo", keep_run)


def ask_before_delete() -> None:
    state.RUN_TO_DELETE.set(state.RUN.get())


def keep_run() -> None:
    state.RUN_TO_DELETE.set("")


def _button(label: str, icon: str, act: Callable[[], None], is_possible: bool = True) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        on_click=_do,
        args=(act,),
        disabled=not is_possible,
        key=f"run_{act.__name__}",
    )


def _do(act: Callable[[], None]) -> None:
    """Do something with the run; all of the page shows it."""
    state.RUN_REFUSED.set(None)
    try:
        act()
    except CnnError as error:
        state.RUN_REFUSED.set(error)
    run_again()
