"""What a network becomes while it learns, epoch by epoch: its kernels, a picture's maps, which classes it confuses."""

import numpy as np
import streamlit as st

from cnn_core.drawing.kernel_tiles import Tiles, kernel_colours, tiles_png, value_colours
from cnn_core.drawing.mosaic import RangeScope, mosaic_png
from cnn_core.training.records import Snapshot
from cnn_core.training.sets.split import Part
from cnn_core.training.snapshots import Half, Shot
from pages.ui import state
from pages.ui.text import _, as_code
from pages.ui.train import ours
from pages.ui.train.answers import draw_answers, draw_confusion
from pages.ui.train.names import classes_of

_KERNEL_SIDE = 32
_KERNELS_A_ROW = 8
_MAP_SIDE = 64


def draw() -> None:
    """Draw the run that is looked at as it was after the epoch that was chosen."""
    run = ours.seen()
    if run is None or not run.so_far.snapshots:
        st.info(
            _("As soon as the training begins, you see kernels, maps and mistakes here, and how they change.")
            if run is not None and run.active
            else _("Press “Train” to see kernels, maps and mistakes change here, epoch by epoch.")
        )
        return
    shot = Shot.read(run.folder.snapshots / _choose(run.so_far.snapshots).file)
    classes = classes_of(run)
    confused, inside = st.columns([2, 3], gap="medium")
    with confused:
        draw_confusion(shot.confusion, classes)
    with inside:
        _draw_inside(shot)
    data = run.plan.data
    draw_answers(_("Most confident mistakes on the validation pictures"), shot.wrong, classes, data, Part.VALIDATION)
    draw_answers(_("Most confident right answers"), shot.sure, classes, data, Part.VALIDATION)


def _choose(snapshots: tuple[Snapshot, ...]) -> Snapshot:
    """Let the reader go back to an epoch; without a choice it is the last."""
    by_epoch = {snapshot.epoch: snapshot for snapshot in snapshots}
    epochs = sorted(by_epoch)
    if len(epochs) == 1:
        return by_epoch[epochs[0]]
    chosen = state.WATCHED_EPOCH.among([None, *epochs]).get()
    shown = epochs[-1] if chosen is None else chosen
    st.select_slider(
        _("After epoch"),
        epochs,
        **state.field("watched_epoch", shown, lambda new: state.WATCHED_EPOCH.set(None if new == epochs[-1] else new)),
    )
    return by_epoch[shown]


def _draw_inside(shot: Shot) -> None:
    """Draw the first kernels, and what the layers make of a fixed picture."""
    if shot.kernels is None:
        st.caption(_("The convolutions are frozen: only the head learns, so no kernel changes."))
    else:
        st.markdown(_("**The first convolution's kernels**"))
        st.image(_kernels(shot.kernels).png, output_format="PNG", alt=_("The first convolution's kernels"))
    if shot.maps:
        st.markdown(_("**The layers' maps of the first validation picture**"))
    for layer, maps in shot.maps.items():
        values = np.asarray(maps, np.float32)
        channels = range(values.shape[2])
        drawn = mosaic_png(values, channels, RangeScope.PER_LAYER, columns=len(channels), cell=_MAP_SIDE)
        st.image(drawn.png, output_format="PNG", alt=_("Maps of {layer}").format(layer=layer))
        st.caption(as_code(layer))


def _kernels(kernels: Half) -> Tiles:
    """Draw kernels (height, width, 3 or 1, filters): in colours those of coloured pictures, else by their weights."""
    values = np.asarray(kernels, np.float32)
    limit = float(np.abs(values).max(initial=1e-6))
    if values.shape[2] == 3:
        return tiles_png(kernel_colours(values, limit, _KERNEL_SIDE), _KERNELS_A_ROW, _KERNEL_SIDE)
    return tiles_png(value_colours(values.mean(axis=2), limit, True, _KERNEL_SIDE), _KERNELS_A_ROW, _KERNEL_SIDE)
