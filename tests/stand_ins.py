"""Stand-ins for the workers: what they would answer, made up, and an executor that answers in this process."""

from collections.abc import Collection
from concurrent.futures import Executor, Future
from functools import cache
from typing import Any

import numpy as np

from cnn_core.arrays import Output, Pixels, Weights
from cnn_core.drawing.statistics import LayerStatistics, layer_statistics
from cnn_core.drawing.strips import strip_png
from cnn_core.explain.contributions import Contributions
from cnn_core.layers.weights import weight_shapes
from cnn_core.models.bundled import bundled_network, class_names
from cnn_core.models.photograph_answers import PhotographAnswer
from cnn_core.models.run import Answers, Glance, Influences, LayerAnswer
from cnn_core.models.shape_networks import ShapeAnswers, answers_of
from cnn_core.models.survey import ChannelPeaks, channel_peaks
from cnn_core.network.summary import Row, summarize
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.parts import counts
from pages.ui.train.cached import Draws, DroppedValues, Shown


def rows(model: str) -> dict[str, Row]:
    """Return what the table says of each layer of a bundled network, by the layer's name."""
    return {row.name: row for row in summarize(bundled_network(model)).rows}


def made_up_maps(model: str, pixels: Pixels | None, layer: str) -> Output:
    """Return values of a layer's shape, the same every time and for every picture; with negative ones."""
    shape = rows(model)[layer].output_shape
    channel = np.arange(shape[-1], dtype=np.float32)
    values = np.random.default_rng(4).normal(size=shape) * (1 + channel * 3 % 7) + 10 * np.sin(channel)
    maps: Output = values.astype(np.float32)
    return maps


def made_up_weights(model: str, layer: str) -> tuple[Weights, ...]:
    """Return weights of a layer's shapes, the same every time."""
    row = rows(model)[layer]
    shapes = weight_shapes(row.layer, *row.input_shapes).values()
    return tuple(np.random.default_rng(7).random(shape).astype(np.float32) for shape in shapes)


@cache
def made_up_statistics(model: str, layer: str) -> LayerStatistics:
    return layer_statistics(made_up_maps(model, None, layer))


def made_up_answers(model: str, pixels: Pixels) -> Answers:
    """Return answers whose best class is the ninth, with 75 %."""
    scores = np.full(len(class_names(model)), 0.25 / (len(class_names(model)) - 1), np.float32)
    scores[8] = 0.75
    layers = {
        name: LayerAnswer((1, 0)[-row.output_shape[-1] :], b"no picture", made_up_statistics(model, name))
        for name, row in rows(model).items()
    }
    return Answers(layers, {bundled_network(model).output_names()[0]: scores})


def made_up_glance(model: str, pixels: Pixels, layers: Collection[str], layer: str) -> Glance:
    """Return the made-up answers of these layers, and one layer's made-up maps times the picture's brightness."""
    answers = made_up_answers(model, pixels)
    seen = {name: answers.layers[name] for name in (*layers, layer)}
    return Glance(Answers(seen, answers.outputs), made_up_maps(model, pixels, layer) * brightness(pixels))


def made_up_influences(model: str, pixels: Pixels, layer: str) -> Influences:
    """Return that each map takes one and a half from the first map of each source, and nothing else."""
    sources, count = rows(model)[layer].sources, rows(model)[layer].output_shape[-1]
    numbers = np.repeat(np.arange(len(sources))[:, np.newaxis], count, axis=1)
    amounts, none = np.full(numbers.shape, 1.5), np.zeros(count)
    return Influences(Contributions(sources, numbers, np.zeros_like(numbers), amounts, 0, none, none), {})


def made_up_shape_answers(pixels: Pixels) -> ShapeAnswers:
    """Return answers drawn by chance, the same every time and for every picture."""
    random = np.random.default_rng(3)
    shapes = {
        "locator.kind": (3,),
        "locator.box": (4,),
        "detector.kinds": (16, 16, 3),
        "detector.sides": (16, 16, 4),
        "unet.classes": (64, 64, 4),
        "encoder_decoder.classes": (64, 64, 4),
    }
    return answers_of({name: random.random(shape).astype(np.float32) for name, shape in shapes.items()})


def made_up_photograph_answer(pixels: Pixels) -> PhotographAnswer:
    """Return the first five classes, and evidence in the middle."""
    heat = np.zeros((7, 7), np.float32)
    heat[2:5, 2:5] = 1
    return PhotographAnswer(np.arange(5), np.linspace(0.5, 0.1, 5, dtype=np.float32), heat)


def brightness(pixels: Pixels) -> np.float32:
    return np.float32(pixels.mean())


def made_up_shown(data: Data) -> Shown:
    """Return what the page Train shows of pictures, none of which is read: all of them black."""
    found = counts(data)
    batch = np.zeros((4, *data.shape), np.uint8)
    strip = strip_png(batch[:1], 8)
    labels = np.arange(4, dtype=np.int32) % len(found)
    return Shown(
        tuple(found), tuple(found.values()), (strip,) * len(found), batch, labels, ("one", "two", "three", "four")
    )


def made_up_draws(_picture: bytes, shape: tuple[int, int, int], _layers: object) -> Draws:
    """Return sixteen black pictures, a quarter of each filled."""
    return Draws(np.zeros((16, *shape), np.uint8), np.full((16, *shape[:2]), np.arange(shape[1]) < shape[1] // 4))


def made_up_dropped(_data: Data, _place: int, _key: str, _layer: str, rate: float) -> DroppedValues:
    """Return forty units of which every second is dropped in the first draw, and answers of ten classes."""
    values = np.arange(1, 41, dtype=np.float32)
    draws = np.tile(values / np.float32(1 - rate), (4, 1))
    draws[0, ::2] = 0
    answers = np.full((4, 10), 0.1, np.float32)
    return DroppedValues(strip_png(np.zeros((1, 8, 8, 1), np.uint8), 8), 2, values, draws, answers[0], answers)


class MadeUpSurvey(dict[str, ChannelPeaks]):
    """Measures a layer when it is asked for: the made-up maps, times the picture's brightness."""

    def __init__(self, model: str, pixels: Pixels) -> None:
        self.model, self.brightness = model, brightness(pixels)

    def __missing__(self, layer: str) -> ChannelPeaks:
        maps = made_up_maps(self.model, None, layer) * self.brightness
        if maps.ndim == 3:
            maps[:, :, 1:2] = 0
        return channel_peaks(maps)


class Here(Executor):
    """Works at once, in this process; `ends` says how the next pieces of work end instead, None that they do not."""

    def __init__(self) -> None:
        self.ends: list[BaseException | Future[Any] | None] = []
        self.asked: list[tuple[Any, ...]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked.append((fn, *args))
        future: Future[Any] = Future()
        end = self.ends.pop(0) if self.ends else None
        if isinstance(end, Future):
            return end
        if end is None:
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(end)
        return future


class InThisProcess(Executor):
    """Works at once, in this process, and hands on whatever goes wrong, as a worker does."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # whatever it is, a pool hands it on
            future.set_exception(error)
        return future
