"""The picture of each lesson, made by the core for its sheet."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import streamlit as st

from cnn_core import summarize
from cnn_core.arrays import Values
from cnn_core.drawing.colour_scale import Range, RangeScope
from cnn_core.drawing.curves import curves_svg
from cnn_core.drawing.kernel_tiles import kernel_colours, tiles_png
from cnn_core.drawing.masks import boxed_png, masked_png
from cnn_core.drawing.mosaic import map_png, mosaic_png
from cnn_core.drawing.png import picture_png
from cnn_core.layers import ActivationName
from cnn_core.layers.windows import Window
from cnn_core.models.bundled_weights import first_kernels
from cnn_core.network.presets import preset
from cnn_core.network.volumes import Scale, volumes_svg
from cnn_core.numerics.activations import activate
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.hand_made import hand_made
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.pictures.change import Change, changed
from cnn_core.pictures.samples import default_sample
from cnn_core.pictures.shapes import shapes_picture
from pages.ui import cached, state
from pages.ui.ask.picture import sample_picture
from pages.ui.course.lessons import Lesson
from pages.ui.draw.pictures import draw_wide
from pages.ui.layer_words import volume_words
from pages.ui.text import _
from pages.ui.waiting import later

_SIDE = 160
"""Pixels of a picture that is worked on here."""
_WIDTH = 300
_WINDOW = 8
_SHAPES = 5
"""The seed of a picture with several shapes."""
_SMALL = 124
"""Pixels that one of five pictures in a row takes."""


def draw_picture(lesson: Lesson) -> None:
    """Draw a lesson's picture."""
    _PICTURES[lesson.name]()


def _draw_operation() -> None:
    x, window = _grey(), Window(3)
    edges = conv2d(x, hand_made("sobel_vertical_edges").values[:, :, np.newaxis, np.newaxis], (window, window))
    _draw_pair(
        (_grey_png(x), _("A picture")), (_png(edges), _("Its feature map: red where it gets brighter to the right"))
    )


def _draw_filters() -> None:
    said = _("The first filters of a trained network: {count}, each with a kernel for red, green and blue")
    draw_wide(_kernels_png(), 2 * _WIDTH, said.format(count=first_kernels("cifar10").shape[3]))


@lru_cache(maxsize=1)
def _kernels_png() -> bytes:
    kernels = first_kernels("cifar10")
    return tiles_png(kernel_colours(kernels, float(np.abs(kernels).max()), 48), kernels.shape[3], 48).png


def _draw_neuron() -> None:
    titles = {ActivationName.SIGMOID: "sigmoid", ActivationName.TANH: "tanh", ActivationName.RELU: "ReLU"}
    places = np.linspace(-4, 4, 161)
    outputs = {title: activate(name, places) for name, title in titles.items()}
    slopes = {title: np.gradient(values, places) for title, values in outputs.items()}
    with st.container(horizontal=True):
        for svg, caption in (
            (curves_svg(places, outputs, -1.2, 2, (-1, 0, 1)), _("What an activation turns a sum into")),
            (curves_svg(places, slopes, -0.1, 1.1, (0, 0.25, 1)), _("Its slope, by which a gradient is multiplied")),
        ):
            with st.container(width=_WIDTH):
                st.image(svg, width="stretch", caption=caption)


def _draw_pooling() -> None:
    x, window = _grey(), Window(_WINDOW, _WINDOW)
    pooled = {kind: pool(x, (window, window), kind) for kind in (PoolingKind.MAX, PoolingKind.AVERAGE)}
    title = {PoolingKind.MAX: _("Max pooling"), PoolingKind.AVERAGE: _("Average pooling")}
    _draw_pair(*((_grey_png(values), title[kind]) for kind, values in pooled.items()))


def _draw_network() -> None:
    svg = volumes_svg(summarize(preset("cats_dogs").make()).rows, Scale.ROOT, volume_words())
    st.image(svg, width="stretch", caption=_("Cats and dogs"))


def _draw_layers() -> None:
    info = later(cached.model_info(state.MODEL.default))
    if info is None:
        return
    sample = sample_picture(default_sample(info.colour))
    maps = later(cached.layer_maps(cached.entered(sample, info, state.FIT.default, state.INVERT.default), "conv_1_1"))
    if maps is not None:
        png = mosaic_png(maps, range(maps.shape[2]), RangeScope.PER_LAYER, columns=5, cell=112).png
        draw_wide(png, 2 * _WIDTH, _("The maps of the first layer"))


def _draw_training() -> None:
    cat = cached.small_picture(sample_picture("chelsea"), _SIDE)
    changes = {
        _("A training picture"): Change(),
        _("Mirrored"): Change(mirrored=True),
        _("Rotated by {degrees}°").format(degrees=36): Change(angle=36),
        _("Shifted"): Change(right=_SIDE // 8, down=_SIDE // 10),
        _("Brighter"): Change(brightness=1.3),
    }
    _draw_row(*((picture_png(changed(cat, change)), caption) for caption, change in changes.items()))


def _draw_tasks() -> None:
    made = shapes_picture(_SHAPES, least=3)
    boxes = np.array([shape.box for shape in made.shapes], np.float64)
    largest = np.array([made.largest.box], np.float64)
    _draw_row(
        (picture_png(made.pixels, _SIDE), _("Classification")),
        (boxed_png(made.pixels, largest, _SIDE), _("Localization")),
        (boxed_png(made.pixels, boxes, _SIDE), _("Detection")),
        (masked_png(made.pixels, made.classes, _SIDE), _("Semantic segmentation")),
        (masked_png(made.pixels, made.instances, _SIDE), _("Instance segmentation")),
    )


_PICTURES: dict[str, Callable[[], None]] = {
    "operation": _draw_operation,
    "filters": _draw_filters,
    "pooling": _draw_pooling,
    "neuron": _draw_neuron,
    "network": _draw_network,
    "layers": _draw_layers,
    "training": _draw_training,
    "tasks": _draw_tasks,
}


def _grey() -> Values:
    """Return the brightness of the cat, (H, W, 1), 0 to 255."""
    return cached.grey_numbers(sample_picture("chelsea"), _SIDE)


def _grey_png(values: Values) -> bytes:
    """Return brightness (H, W, 1), 0 to 255, as a photograph without colours."""
    return picture_png(np.asarray(values / 255, np.float32))


def _png(values: Values) -> bytes:
    return map_png(values[:, :, 0], Range(float(np.abs(values).max()), bool(values.min() < 0)))


def _draw_pair(*pictures: tuple[bytes, str]) -> None:
    _draw_row(*pictures, width=_WIDTH)


def _draw_row(*pictures: tuple[bytes, str], width: int = _SMALL) -> None:
    with st.container(horizontal=True, gap="small"):
        for png, caption in pictures:
            draw_wide(png, width, caption)
