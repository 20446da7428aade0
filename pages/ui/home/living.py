"""A small moving picture of each page, drawn of what that page shows: its arithmetic, its records, its pictures.

Pictures are SVG text of ours, without a script.
"""

import base64
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import numpy as np

from cnn_core.arrays import Values
from cnn_core.drawing.colour_scale import DIVERGING
from cnn_core.drawing.png import grey_png, picture_png
from cnn_core.layers import ActivationName
from cnn_core.layers.windows import Window
from cnn_core.models.at_hand import answers as recorded_answers
from cnn_core.models.info import describe
from cnn_core.models.shape_networks import LEAST_SCORE, recorded
from cnn_core.network.presets import preset
from cnn_core.network.replacing import Replacement
from cnn_core.network.summary import summarize
from cnn_core.numerics.activations import activate
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.grids import named_grid
from cnn_core.numerics.hand_made import hand_made
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.pictures.samples import default_sample
from cnn_core.pictures.shapes import shapes_picture
from cnn_core.training.study import recorded_study
from pages.ui import cached, state
from pages.ui.ask.picture import sample_picture
from pages.ui.components import data_url

SIDE = 96
"""Units along a side of a picture."""
_LINE, _ACCENT, _FRAME = "#7c8a94", "#0e86ad", "#e8700c"
"""Colours that are seen on a light page and on a dark one: a picture in a picture does not know which it is."""
_STYLE = f"""
image {{ image-rendering: pixelated; }}
.line {{ fill: none; stroke: {_LINE}; stroke-width: 1.5; }}
.accent {{ stroke: {_ACCENT}; }}
.solid {{ fill: {_ACCENT}; }}
.frame {{ fill: none; stroke: {_FRAME}; stroke-width: 2; }}
.over {{ opacity: 0; }}
.over.last {{ opacity: 1; }}
@keyframes written {{ 0% {{ opacity: 0.05; }} 3%, 100% {{ opacity: 1; }} }}
@keyframes turn {{ 0%, 24% {{ opacity: 1; }} 27%, 97% {{ opacity: 0; }} 100% {{ opacity: 1; }} }}
@keyframes shown {{ 0%, 20% {{ opacity: 0; }} 30%, 92% {{ opacity: 1; }} 100% {{ opacity: 0; }} }}
@keyframes drawn {{ 0% {{ stroke-dashoffset: 1; }} 60%, 100% {{ stroke-dashoffset: 0; }} }}
@keyframes along {{ from {{ offset-distance: 0%; }} to {{ offset-distance: 100%; }} }}
"""
_MOVES = """
.written { animation: written var(--long) linear var(--at) infinite backwards; }
.over, .over.last { animation: turn 8s linear var(--at) infinite; opacity: 0; }
.shown { animation: shown 6s linear var(--at) infinite backwards; }
.drawn { stroke-dasharray: 1; animation: drawn 5s ease-out infinite; }
.along { animation: along 4s ease-in-out infinite alternate; }
.walking { animation: walk var(--long) step-end infinite; }
"""
_LESSONS = Path(__file__).parents[3] / "assets" / "lessons" / "en" / "course"
_CELL = 7
"""Units of a cell of the convolution."""
_STEP = 0.5
"""Seconds of one of its steps."""


@cache
def living_picture(address: str, moves: bool = True) -> str:
    """Return the picture of the page at an address as the address of an image, which moves or stands at its end.

    A browser tells a picture within a page nothing of a wish for less motion, so there are both.
    """
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}"><style>{_STYLE}{_MOVES * moves}</style>'
        f"{_PICTURES[address]()}</svg>"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def _course() -> str:
    """Draw the lessons as steps of a path, one after another."""
    count = len(list(_LESSONS.glob("*.md")))
    places = [(12 + 36 * (i % 3 if i // 3 % 2 == 0 else 2 - i % 3), 12 + 34 * (i // 3)) for i in range(count)]
    path = f'<polyline class="line" points="{_points(places)}"/>'
    return path + "".join(
        f'<circle class="solid written" style="{_times(i, len(places))}" cx="{x}" cy="{y}" r="8"/>'
        f'<circle class="line accent" cx="{x}" cy="{y}" r="8"/>'
        for i, (x, y) in enumerate(places)
    )


def _convolution() -> str:
    """Draw the digit of the page with the kernel that walks over it, and the sums that it leaves."""
    digit = named_grid("digit", 7, 7)
    kernel = hand_made("sobel_vertical_edges").values
    output = conv2d(digit[:, :, np.newaxis], kernel[:, :, np.newaxis, np.newaxis], (Window(3), Window(3)))[:, :, 0]
    rows, columns = output.shape
    count = rows * columns
    reach = float(np.abs(output).max())
    input_cells = "".join(_cell(r, c, (0, 23), _grey(value)) for (r, c), value in np.ndenumerate(digit))
    output_cells = "".join(
        _cell(
            r, c, (61, 30), _signed(float(value) / reach), f'class="written" style="{_times(r * columns + c, count)}"'
        )
        for (r, c), value in np.ndenumerate(output)
    )
    steps = "".join(
        f"{100 * i / count:.4g}% {{ transform: translate({i % columns * _CELL}px, {i // columns * _CELL}px); }}"
        for i in range(count)
    )
    side = len(kernel) * _CELL
    return (
        f"<style>@keyframes walk {{ {steps} }}</style>{input_cells}{output_cells}"
        f'<rect class="frame walking" style="{_times(0, count)}" x="0" y="23" width="{side}" height="{side}"/>'
    )


def _pooling() -> str:
    """Draw the cat's eyes, and the same through ever larger windows of a maximum."""
    grey = cached.grey_numbers(sample_picture("chelsea"), 180)
    top, left = 22, 48
    part = grey[top : top + 64, left : left + 64]
    stages = [part, *(pool(part, (Window(n, n), Window(n, n)), PoolingKind.MAX) for n in (2, 4, 8))]
    return "".join(
        _image(grey_png(values[:, :, 0], 0, 255), f'class="over{" last" * (i == 1)}" style="--at:{2 * i - 8}s"')
        for i, values in enumerate(stages)
    )


def _neuron() -> str:
    """Draw two activations, and a value that moves along one."""
    x = np.linspace(-4, 4, 33)
    places = {
        name: [(SIDE / 2 + 11 * a, 80 - 64 * b) for a, b in zip(x, np.minimum(activate(name, x), 1.2), strict=True)]
        for name in (ActivationName.SIGMOID, ActivationName.RELU)
    }
    path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places[ActivationName.SIGMOID])
    return (
        f'<path class="line" d="M0 80H{SIDE}M{SIDE / 2} 8V88"/>'
        f'<polyline class="line" points="{_points(places[ActivationName.RELU])}"/>'
        f'<path class="line accent" style="stroke-width:3" d="{path}"/>'
        f'<circle class="along" style="offset-path:path(\'{path}\');offset-distance:70%" r="6" fill="#e65100"/>'
    )


def _design() -> str:
    """Draw the volumes of the course's network, in its own sizes: ever smaller, ever deeper."""
    rows = [row for row in summarize(preset("cats_dogs").make()).rows if len(row.output_shape) == 3][1:]
    heights = [8 + 72 * row.output_shape[0] / rows[0].output_shape[0] for row in rows]
    widths = [1 + np.log2(row.output_shape[2]) * 0.75 for row in rows]
    scale = (SIDE - 2 * len(rows)) / sum(widths)
    boxes, x = [], 0.0
    for i, (row, height, width) in enumerate(zip(rows, heights, widths, strict=True)):
        boxes.append(
            f'<rect class="written" style="{_times(i, len(rows))}" x="{x:.1f}" y="{(SIDE - height) / 2:.1f}" '
            f'width="{width * scale:.1f}" height="{height:.1f}" rx="1" fill="{_OF_GROUP.get(row.kind, "#808080")}"/>'
        )
        x += width * scale + 2
    return "".join(boxes)


def _feature_maps() -> str:
    """Draw what is recorded of a digit's way through its network: the strongest maps of each layer."""
    info = describe("mnist")
    picture = cached.entered(sample_picture(default_sample(info.colour)), info, state.FIT.default, state.INVERT.default)
    answers = recorded_answers(cached.subject(picture))
    thumbnails = [] if answers is None else [seen.thumbnail for seen in answers.layers.values()][:4]
    return "".join(
        f'<image class="written" style="{_times(i, len(thumbnails), 1.5)}" href="{data_url(png)}" '
        f'x="0" y="{24 * i}" width="{SIDE}" height="23"/>'
        for i, png in enumerate(thumbnails)
    )


def _train() -> str:
    """Draw the recorded losses of a network that was trained: on its own pictures, and on those of the test."""
    run = recorded_study().of(Replacement.MAX)[0]
    most = max(*run["loss"], *run["test_loss"])
    least = min(*run["loss"], *run["test_loss"])

    def curve(losses: list[float], name: str) -> str:
        places = [
            (8 + 82 * i / (len(losses) - 1), 84 - 72 * (loss - least) / (most - least)) for i, loss in enumerate(losses)
        ]
        return f'<polyline class="line drawn {name}" pathLength="1" style="stroke-width:3" points="{_points(places)}"/>'

    axes = f'<path class="line" d="M6 6V90H{SIDE - 4}"/>'
    return axes + curve(run["loss"], "accent") + curve(run["test_loss"], "frame")


def _tasks() -> str:
    """Draw a picture with the boxes and the pixels that are recorded as the networks' answers."""
    made = shapes_picture(state.SHAPES_SEED.default)
    found = recorded(made.pixels)
    picture = _image(picture_png(made.pixels, 64), "")
    if found is None:
        return picture
    classes = found.unet.argmax(axis=2)
    boxes = found.detected.from_score(LEAST_SCORE).suppressed().boxes * (SIDE / len(classes))
    frames = "".join(
        f'<rect class="frame shown" style="--at:0s" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
        f'height="{bottom - top:.1f}"/>'
        for top, left, bottom, right in boxes
    )
    mask = _area(classes > 0)
    return f'{picture}<g class="shown" style="--at:1.5s" fill="#00c2ff" fill-opacity="0.6">{mask}</g>{frames}'


_PICTURES: dict[str, Callable[[], str]] = {
    "Course": _course,
    "Convolution": _convolution,
    "Pooling_and_stride": _pooling,
    "Neuron": _neuron,
    "Design_a_network": _design,
    "Feature_maps": _feature_maps,
    "Train": _train,
    "Tasks": _tasks,
}
_OF_GROUP = {"Conv2D": "#0072b2", "MaxPooling2D": "#e69f00"}


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _times(number: int, count: int, step: float = _STEP) -> str:
    """Return when one of so many parts comes, and how long all of them take."""
    return f"--at:{number * step}s;--long:{count * step}s"


def _cell(row: int, column: int, corner: tuple[int, int], colour: str, more: str = "") -> str:
    x, y = corner[0] + column * _CELL, corner[1] + row * _CELL
    return f'<rect {more} x="{x}" y="{y}" width="{_CELL - 0.5}" height="{_CELL - 0.5}" fill="{colour}"/>'


def _grey(share: float) -> str:
    level = round(255 * share)
    return f"rgb({level},{level},{level})"


def _signed(share: float) -> str:
    """Return the colour of a value from −1 to 1."""
    red, green, blue = DIVERGING[round((share + 1) / 2 * (len(DIVERGING) - 1))]
    return f"rgb({red},{green},{blue})"


def _image(png: bytes, more: str) -> str:
    return f'<image {more} href="{data_url(png)}" width="{SIDE}" height="{SIDE}"/>'


def _area(mask: Values) -> str:
    """Return the pixels of a mask (H, W) as a path, a rectangle for each run in a row."""
    unit = SIDE / len(mask)
    path = []
    for row, line in enumerate(mask):
        borders = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        path += [
            f"M{start * unit:.1f} {row * unit:.1f}h{(stop - start) * unit:.1f}v{unit:.2f}h{(start - stop) * unit:.1f}z"
            for start, stop in borders.reshape(-1, 2)
        ]
    return f'<path d="{"".join(path)}"/>'
