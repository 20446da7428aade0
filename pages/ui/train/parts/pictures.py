"""The pictures: what they are made of, how they are divided, and their way into the network step by step."""

import html

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.drawing.png import picture_png
from cnn_core.pictures.outlines import ShapeKind
from cnn_core.sentences import N_
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.pipeline import MOST_IN_BATCH, Pipeline, Stage
from pages.ui import state
from pages.ui.components import data_url
from pages.ui.draw.tables import draw_table
from pages.ui.messages import part
from pages.ui.text import _, sentence
from pages.ui.train import cached, chosen, own
from pages.ui.train.following import follow, followed
from pages.ui.train.shown import shown_pictures
from pages.ui.waiting import asked

_COLOURS = {"rgb": N_("Red, green, blue"), "grey": N_("Grey")}
_DRAWN = ("shapes", "textures")
_SIDE = 132
_SHOWN_NUMBERS = 4
_STYLE = """<style>
.cs-way { display: flex; flex-wrap: wrap; gap: 10px; align-items: stretch; }
.cs-way figure { margin: 0; width: 176px; display: flex; flex-direction: column; gap: 4px; }
.cs-way img { width: 132px; height: 132px; object-fit: contain; image-rendering: pixelated; background: none; }
.cs-way figcaption { font-size: 0.8125rem; line-height: 1.3; overflow-wrap: anywhere; }
.cs-way code { font-size: 0.75rem; }
.cs-way .cs-numbers {
  width: 132px; height: 132px; font: 0.75rem/1.2 monospace; letter-spacing: -0.05em; overflow: hidden;
  white-space: pre; padding: 4px 2px;
  border: 1px solid color-mix(in srgb, currentColor 20%, transparent);
}
.cs-way .cs-file { white-space: normal; overflow-wrap: anywhere; }
</style>"""


def draw() -> None:
    """Draw what the pictures are made of and their way into the network, and beside them how they are divided."""
    made, divided = st.columns([3, 2], gap="medium")
    with made, part():
        if state.TRAIN_ON.get() == chosen.OWN:
            own.draw()
        _draw_made()
    with divided, part():
        _draw_split()
    with made, part():
        shown_pictures("way")
        _draw_way(chosen.data())


def _draw_made() -> None:
    """Draw what the pictures are made of."""
    source = state.TRAIN_ON.get()
    if source == "shapes":
        st.multiselect(
            _("Classes"),
            list(ShapeKind),
            format_func=_,
            **state.field("shape_classes", _chosen_shapes(), _take_shapes),
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if source in _DRAWN:
            st.number_input(_("Pictures of each class"), step=50, width=200, **followed(state.PER_CLASS))
        if not chosen.is_transfer():
            st.number_input(_("Pixels per side"), step=4, width=150, **chosen.side_key().widget(follow))
            st.selectbox(
                _("Colours"),
                format_func=lambda key: _(_COLOURS[key]),
                width=170,
                **chosen.colour_key().widget(follow),
            )
    st.caption(
        _("MobileNetV2 takes colour pictures of 224×224 pixels.")
        if chosen.is_transfer()
        else _("The course resizes its photographs to 180×180. Small pictures learn faster; large ones show more.")
    )


def _chosen_shapes() -> list[ShapeKind]:
    return [kind for kind in ShapeKind if kind in state.SHAPE_CLASSES.get()]


def _take_shapes(kinds: list[ShapeKind]) -> None:
    state.SHAPE_CLASSES.set(tuple(kinds))
    follow()


def _draw_split() -> None:
    """Draw how the pictures are divided, class by class."""
    with st.container(horizontal=True):
        st.slider(_("Validation"), format="percent", width=180, **followed(state.VALIDATION_SHARE))
        st.slider(_("Test"), format="percent", width=180, **followed(state.TEST_SHARE))
    shown = shown_pictures("split")
    rows = [
        [name, *(f"{number:,}" for number in count)] for name, count in zip(shown.classes, shown.counts, strict=True)
    ]
    total = [_("all"), *(f"{number:,}" for number in shown.total)]
    draw_table([_("Class"), _("Training"), _("Validation"), _("Test")], [*rows, total])
    st.caption(
        _(
            "Split at random, in the same way every time, class by class. No picture is in two parts: the network "
            "is trained on the first, selected by the second and tested on the third."
        )
    )


def _draw_way(data: Data) -> None:
    """Draw a picture of the set on its way into the network, with what is in memory at each step."""
    batch = min(state.TRAIN_BATCH.get(), MOST_IN_BATCH)
    way = asked(cached.way(data, batch), _("Reading a batch."), "way")
    st.markdown(_("**How a picture gets into the network**"))
    befores = (None, *way.stages)
    figures = "".join(_figure(stage, before, way) for before, stage in zip(befores, way.stages, strict=False))
    st.html(f'{_STYLE}<div class="cs-way">{figures}</div>')
    st.caption(_("All steps but the last in one call:"))
    st.code(way.code, language="python", wrap_lines=True)


def _figure(stage: Stage, before: Stage | None, way: Pipeline) -> str:
    """Return a step as an element: what is there after it, in words, as code and as an array."""
    shape = f"({', '.join(map(str, stage.shape))}) " if stage.shape else ""
    size = _("{count} bytes").format(count=f"{stage.size:,}")
    code = f"<code>{html.escape(stage.code)}</code><br>" if stage.code else ""
    return (
        f"<figure>{_seen(stage, before, way)}<figcaption><b>{html.escape(sentence(stage.title))}</b> "
        f"{shape}{html.escape(stage.dtype)}, {size}<br>{code}{html.escape(sentence(stage.about))}</figcaption></figure>"
    )


def _seen(stage: Stage, before: Stage | None, way: Pipeline) -> str:
    """Return what is seen of a step: a file's name, a picture, the numbers where only these change, or a batch."""
    if stage.values is None:
        return _block(way.name, "cs-numbers cs-file")
    if before is not None and stage.shape == before.shape:
        return _block(_numbers(stage.values))
    if len(stage.shape) > stage.values.ndim:
        return _picture(_square(np.resize(way.pictures, (4, *way.pictures.shape[1:])) / 255))
    return _picture(stage.values / 255)


def _picture(pixels: Values) -> str:
    """Return a picture (H, W, C) in [0, 1] as an element."""
    return f'<img src="{data_url(picture_png(np.asarray(pixels, np.float32), _SIDE))}" alt="">'


def _square(pictures: Values) -> Values:
    """Return four pictures as one."""
    rows = (np.concatenate(list(pair), axis=1) for pair in (pictures[:2], pictures[2:]))
    return np.concatenate(list(rows), axis=0)


def _numbers(values: Values) -> str:
    """Return a part of a picture's first channel, where its numbers differ most."""
    size = tuple(
        min(length, most) for length, most in zip(values.shape, (2 * _SHOWN_NUMBERS, _SHOWN_NUMBERS), strict=False)
    )
    parts = np.lib.stride_tricks.sliding_window_view(values[..., 0], size)
    cut = parts[np.unravel_index(int(parts.std(axis=(2, 3)).argmax()), parts.shape[:2])]
    digits = 0 if cut.max(initial=0) > 1 else 2
    return "\n".join(" ".join(f"{value:4.{digits}f}" for value in row) for row in cut)


def _block(text: str, classes: str = "cs-numbers") -> str:
    return f'<div class="{classes}">{html.escape(text)}</div>'
