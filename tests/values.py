"""Values of layers of many kinds, opened: what the stage that makes them step by step is told."""

from dataclasses import replace
from typing import Any

import numpy as np

from cnn_core import layers
from cnn_core.drawing.colour_scale import Range
from cnn_core.explain.unit import explain_unit, weight_shapes
from cnn_core.layers import Layer
from cnn_core.layers.shapes import output_shape
from cnn_core.network.summary import Row
from pages.ui.feature_maps.value_stage import Unfolded, stage_data

Example = tuple[Layer, list[tuple[int, ...]], tuple[int, ...]]
"""A layer, the shapes of its inputs, and a place in its output."""

MAPS = (6, 7, 4)

EXAMPLES: dict[str, Example] = {
    "Conv2D": (layers.Conv2D(2, 3, padding="same", activation="relu"), [MAPS], (0, 6, 1)),
    "Conv2D, 5×5": (layers.Conv2D(2, 5, activation="tanh"), [MAPS], (1, 1, 0)),
    "Conv2D, 1×1": (layers.Conv2D(3, 1), [MAPS], (5, 2, 2)),
    "Conv2D, dilated": (layers.Conv2D(2, 2, dilation_rate=3, padding="same"), [MAPS], (0, 3, 0)),
    "DepthwiseConv2D": (layers.DepthwiseConv2D(3, strides=2, padding="same"), [MAPS], (2, 1, 3)),
    "SeparableConv2D": (layers.SeparableConv2D(3, 3), [MAPS], (1, 2, 1)),
    "Conv2DTranspose": (layers.Conv2DTranspose(2, 3, strides=2), [MAPS], (4, 4, 1)),
    "MaxPooling2D": (layers.MaxPooling2D(2, padding="same"), [MAPS], (2, 3, 1)),
    "AveragePooling2D": (layers.AveragePooling2D(3, 1, padding="same"), [MAPS], (0, 3, 2)),
    "GlobalAveragePooling2D": (layers.GlobalAveragePooling2D(), [MAPS], (3,)),
    "GlobalMaxPooling2D, large": (layers.GlobalMaxPooling2D(), [(16, 3, 2)], (1,)),
    "Dense": (layers.Dense(3, activation="softmax"), [(40,)], (2,)),
    "Add": (layers.Add(), [MAPS, MAPS, MAPS], (1, 2, 3)),
    "Average": (layers.Average(), [MAPS, MAPS], (1, 2, 3)),
    "Multiply": (layers.Multiply(), [MAPS, MAPS], (1, 2, 3)),
    "Maximum": (layers.Maximum(), [MAPS, MAPS], (1, 2, 3)),
    "Minimum": (layers.Minimum(), [MAPS, MAPS], (1, 2, 3)),
    "Subtract": (layers.Subtract(), [MAPS, MAPS], (1, 2, 3)),
    "Dot": (layers.Dot((3, 1), True), [MAPS, (4, 5)], (1, 2, 3)),
    "Dot, the maps second": (layers.Dot((1, 2)), [(7, 5), MAPS], (1, 2, 3)),
    "Concatenate": (layers.Concatenate(), [MAPS, MAPS], (1, 2, 6)),
    "BatchNormalization": (layers.BatchNormalization(), [MAPS], (3, 4, 1)),
    "LayerNormalization": (layers.LayerNormalization(), [MAPS], (3, 4, 1)),
    "LayerNormalization, deep": (layers.LayerNormalization(), [(3, 4, 9)], (1, 2, 7)),
    "Activation": (layers.Activation("relu6"), [MAPS], (0, 0, 0)),
    "Softmax": (layers.Activation("softmax"), [(12,)], (5,)),
    "UpSampling2D, bilinear": (layers.UpSampling2D(2, "bilinear"), [MAPS], (4, 5, 0)),
    "Flatten": (layers.Flatten(), [MAPS], (17,)),
    "Dropout": (layers.Dropout(0.5), [MAPS], (1, 1, 1)),
    "UpSampling2D": (layers.UpSampling2D((2, 3)), [MAPS], (4, 5, 0)),
    "ZeroPadding2D": (layers.ZeroPadding2D(1), [MAPS], (0, 0, 0)),
    "ZeroPadding2D, inside": (layers.ZeroPadding2D(((2, 1), (0, 3))), [MAPS], (3, 2, 0)),
    "Resizing": (layers.Resizing(9, 5), [MAPS], (4, 2, 1)),
    "Resizing, bilinear": (layers.Resizing(4, 11, "bilinear"), [MAPS], (2, 5, 1)),
    "Slice": (layers.Slice("1:", ":6:2", "::-1"), [MAPS], (2, 1, 0)),
    "Cropping2D": (layers.Cropping2D(((1, 2), (2, 0))), [MAPS], (1, 2, 3)),
}


def made(name: str) -> tuple[Layer, list[np.ndarray], list[np.ndarray]]:
    """Return an example's layer with its inputs and weights, which are the same every time."""
    layer, shapes, _place = EXAMPLES[name]
    random = np.random.default_rng(3)
    inputs = [random.normal(size=shape).astype(np.float32) for shape in shapes]
    weights = [
        random.random(shape).astype(np.float32) - np.float32(0.3) for shape in weight_shapes(layer, *shapes).values()
    ]
    if isinstance(layer, layers.BatchNormalization):
        weights = [np.abs(weight) + np.float32(0.1) for weight in weights]
    return layer, inputs, weights


def unfolded(name: str, place: tuple[int, ...] | None = None) -> Unfolded:
    """Return an example's value, or another one of its layer."""
    layer, inputs, weights = made(name)
    shapes = [one.shape for one in inputs]
    sources = tuple(f"input_{number}" for number in range(len(shapes)))
    row = Row("it", layer, sources, tuple(shapes), output_shape(layer, *shapes), 0, 0, 0, 0, None)
    return Unfolded(explain_unit(layer, weights, inputs, place or EXAMPLES[name][2]), row, inputs)


def told(value: Unfolded, page: int = 0) -> dict[str, Any]:
    """Return what the stage is told of a page of the value's channels or numbers."""
    return stage_data(replace(value, page=page), lambda layer, channel: (b"no picture", Range(3.0, True)))
