"""The right answers of the lessons, from the core and from what the reader has set up in the tool.

Each raises CnnError where the tool is set up in a way that the question does not fit.
"""

from math import ceil, prod

import numpy as np

from cnn_core import Network, summarize
from cnn_core.arrays import Values
from cnn_core.errors import CnnError
from cnn_core.layers import ActivationName, Conv2D, Conv2DTranspose, Dense, Input, Layer, MaxPooling2D
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.windows import Window, output_length, padding_amounts, rest
from cnn_core.models.bundled import bundled_network
from cnn_core.models.position_networks import Sort, Taught, confusion, measured, record
from cnn_core.models.shape_networks import training_record
from cnn_core.network.presets import PRESETS, PresetGroup, preset, tasks
from cnn_core.network.replacing import Replacement, replaced
from cnn_core.network.summary import Row
from cnn_core.numerics.activations import activate, softmax
from cnn_core.numerics.boxes import intersection_over_union
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.matching import Score, is_best, scores
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.numerics.reductions.effects import noise_left
from cnn_core.numerics.reductions.ways import Reducer, Reduction
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.ask.numbers import CUT, current_grid, current_kernel
from pages.ui.ask.picture import current_picture
from pages.ui.ask.template import current_search

_MANY = 200
"""Rows of an even grey picture on which noise is measured: enough for two figures."""


def _figures(height: int, channels: int, layer: Layer) -> Row:
    """Return the figures of one layer on a square input."""
    return summarize(Network.of(Input((height, height, channels)), layer)).rows[-1]


def _needs(fits: bool) -> None:
    if not fits:
        raise CnnError(N_("The tool is not set up for this question. Set it up again."))


# Convolution ----------------------------------------------------------------------------------------------------------


def _window(axis: int) -> Window:
    _needs(state.PADDING.get() != "explicit")
    strides, dilations = (state.STRIDE_DOWN, state.STRIDE_ACROSS), (state.DILATION_DOWN, state.DILATION_ACROSS)
    return Window(
        current_kernel().shape[axis],
        strides[axis].get(),
        dilations[axis].get(),
        padding=PaddingMode(state.PADDING.get()),
    )


def _grid() -> Values:
    _needs(state.GRID.get() != CUT)
    return current_grid(state.GRID)


def first_output() -> float:
    """Return the value at the upper left of the feature map."""
    kernel = current_kernel()
    acting = kernel[::-1, ::-1] if state.TURNED.get() else kernel
    maps = conv2d(
        _grid()[:, :, np.newaxis], acting[:, :, np.newaxis, np.newaxis], (_window(0), _window(1)), [state.BIAS.get()]
    )
    return float(maps[0, 0, 0])


def output_rows() -> float:
    return output_length(_grid().shape[0], _window(0))


def rows_unseen() -> float:
    """Return how many rows of the input no window covers."""
    return rest(_grid().shape[0], _window(0))


def padded_above() -> float:
    """Return how many rows of zeros stand above the input."""
    return padding_amounts(_grid().shape[0], _window(0))[0]


def sum_of_kernel() -> float:
    return float(current_kernel().sum())


def place_of_highest_sum() -> float:
    """Return 0 where the plain sum is highest at the template's origin, 1 where it is elsewhere."""
    search = current_search(current_picture())
    return 0 if is_best(scores(search.searched, search.template, Score.SUM), search.origin) else 1


def kernels_of_filters() -> float:
    """Return how many kernels all filters have together on a picture of three colours."""
    height, width, channels, filters = 3, 3, 3, state.FILTERS.get()
    weights = _figures(7, channels, Conv2D(filters, (height, width), use_bias=False)).parameters
    return weights / (height * width)


def parameters_of_filters() -> float:
    return _figures(7, 3, Conv2D(state.FILTERS.get(), 3)).parameters


def rows_seen_by_stack() -> float:
    """Return how many rows of the input one output of the last layer sees."""
    layers = [Conv2D(1, 3)] * state.STACKED.get()
    return _seen(summarize(Network.of(Input((56, 56, 1)), *layers)).rows[-1])


def _seen(row: Row) -> int:
    _needs(row.receptive_field is not None)
    assert row.receptive_field is not None
    return row.receptive_field.size[0]


def parameters_of_mixing() -> float:
    return _figures(56, state.DEEP.get(), Conv2D(state.NARROW.get(), 1)).parameters


def rows_enlarged() -> float:
    """Return how many rows 4 rows become by the transposed convolution."""
    layer = Conv2DTranspose(
        1, state.SPREAD_KERNEL.get(), strides=state.SPREAD_STRIDE.get(), padding=state.SPREAD_PADDING.get()
    )
    return _figures(4, 1, layer).output_shape[0]


def weights_of_ten_units() -> float:
    """Return how many weights ten units take on 500×500 pixels."""
    return summarize(Network.of(Input((500 * 500,)), Dense(10, use_bias=False))).parameters


def best_on_moved_digits() -> float:
    """Return which `Sort` of network was right most often on digits moved as far as the reader has moved one."""
    shifts = record()["recipe"]["shifts"]
    far = max(abs(state.DIGIT_RIGHT.get()), abs(state.DIGIT_DOWN.get()))
    _needs(far in shifts)
    return int(np.argmax([measured(Taught.DIGITS, sort)["by_shift"][shifts.index(far)] for sort in Sort]))


def worst_at_sides() -> float:
    """Return which network told least often on which side the spot is, counted alike."""
    return int(np.argmin([np.diag(confusion(sort))[1:].mean() for sort in Sort]))


# Pooling --------------------------------------------------------------------------------------------------------------


def _pool_windows() -> tuple[Window, Window]:
    return (
        Window(state.POOL_DOWN.get(), state.STEP_DOWN.get(), padding=state.POOL_PADDING_DOWN.get()),
        Window(state.POOL_ACROSS.get(), state.STEP_ACROSS.get(), padding=state.POOL_PADDING_ACROSS.get()),
    )


def first_maximum() -> float:
    """Return the value at the upper left of the input after max pooling."""
    _needs(state.REDUCED.get() == "grid")
    plane = current_grid(state.REDUCED_GRID)
    return float(pool(plane[:, :, np.newaxis], _pool_windows(), PoolingKind.MAX)[0, 0, 0])


def weights_of_pooling() -> float:
    return _figures(8, 3, MaxPooling2D(2)).parameters


def percent_kept() -> float:
    """Return how many values in a hundred are left."""
    _needs(state.REDUCED.get() == "grid")
    down, across = _pool_windows()
    height, width = current_grid(state.REDUCED_GRID).shape
    kept: float = 100 * output_length(height, down) * output_length(width, across) / (height * width)
    return kept


def less_noise() -> float:
    """Return which of maximum (0), mean (1) and subsampling (2) leaves the least of the noise on an even area."""
    ways = (Reduction.MAX, Reduction.AVERAGE, Reduction.SUBSAMPLE)
    even = np.full((_MANY, _MANY, 1), 0.5)
    left = [noise_left(Reducer(way, (Window(2, 2), Window(2, 2))), even, [0.1])[0] for way in ways]
    return int(np.argmin(left))


def cheapest_replacement() -> float:
    """Return which of max pooling (0), a strided convolution in its place (1) and a stride in the convolution before
    (2) takes the fewest multiply-adds in the digits network."""
    ways = (Replacement.MAX, Replacement.CONVOLUTION, Replacement.STRIDE)
    network = preset("mnist").make()
    return int(np.argmin([summarize(replaced(network, way)).multiply_adds for way in ways]))


# Neuron ---------------------------------------------------------------------------------------------------------------

_LAYERS = 10
"""Of the chain on the page Neuron."""


def weighted_sum() -> float:
    """Return the weighted sum of the neuron's inputs and its bias."""
    inputs, weights = (state.INPUT_1, state.INPUT_2, state.INPUT_3), (state.WEIGHT_1, state.WEIGHT_2, state.WEIGHT_3)
    products = [value.get() * weight.get() for value, weight in zip(inputs, weights, strict=True)]
    return sum(products) + state.NEURON_BIAS.get()


def answer_at_the_border() -> float:
    """Return what a sigmoid makes of 0."""
    return float(activate(ActivationName.SIGMOID, np.zeros(1))[0])


def most_slope_left() -> float:
    """Return which of sigmoid (0), tanh (1) and ReLU (2) passes on the most of a gradient through ten layers."""
    names = (ActivationName.SIGMOID, ActivationName.TANH, ActivationName.RELU)
    return int(np.argmax([_slope_through_layers(name) for name in names]))


def _slope_through_layers(name: ActivationName, value: float = 0.5, step: float = 1e-6) -> float:
    """Return how much the output of ten layers of weight 1 changes with their input."""
    ends = np.array([value - step, value + step])
    for _layer in range(_LAYERS):
        ends = activate(name, ends)
    return float(ends[1] - ends[0]) / (2 * step)


def parameters_of_hidden_layers() -> float:
    """Return how many weights and biases the network on the plane has: two inputs, hidden layers, one output."""
    hidden = [Dense(state.HIDDEN_UNITS.get())] * state.HIDDEN_LAYERS.get()
    return summarize(Network.of(Input((2,)), *hidden, Dense(1))).parameters


# Design ---------------------------------------------------------------------------------------------------------------


def _rows(*kinds: str) -> list[Row]:
    """Return the reader's design, or its layers of these kinds."""
    _needs(bool(state.DESIGN.get()))
    return [row for row in summarize(Network.from_json(state.DESIGN.get())).rows if not kinds or row.kind in kinds]


def parameters_of_second_convolution() -> float:
    convolutions = _rows("Conv2D")
    _needs(len(convolutions) > 1)
    return convolutions[1].parameters


def heaviest_layer() -> float:
    """Return which layer with weights has the most, of convolutions and Dense layers in their order."""
    layers = _rows("Conv2D", "Dense")
    _needs(len(layers) == 4)
    return int(np.argmax([row.parameters for row in layers]))


def values_into_dense() -> float:
    flat = _rows("Flatten")
    _needs(len(flat) == 1)
    return flat[0].output_shape[0]


def largest_pattern() -> float:
    """Return which of the courses' patterns has the most parameters."""
    patterns = [known for known in PRESETS if known.group is PresetGroup.PATTERN]
    return int(np.argmax([summarize(known.make()).parameters for known in patterns]))


def rows_seen_by_network() -> float:
    """Return how many rows of the picture one value of the last convolution can see."""
    convolutions = _rows("Conv2D")
    _needs(bool(convolutions))
    return _seen(convolutions[-1])


# Feature maps ---------------------------------------------------------------------------------------------------------


def _open_row() -> Row:
    _needs(state.MODEL.get() == "cifar10")
    rows = summarize(bundled_network("cifar10")).rows
    found = [row for row in rows if row.name == state.LAYER.get()]
    _needs(len(found) == 1 and len(found[0].output_shape) == 3)
    return found[0]


def maps_of_open_layer() -> float:
    return _open_row().output_shape[2]


def weights_of_first_filter() -> float:
    """Return how many numbers a filter of the first convolution has, without its bias."""
    row = summarize(bundled_network("cifar10")).rows[1]
    return row.parameters / row.output_shape[2] - 1


def smallest_after_relu() -> float:
    return float(activate(ActivationName.RELU, np.linspace(-5, 5, 11)).min())


def rows_seen_by_open_layer() -> float:
    return _seen(_open_row())


def sum_of_shares() -> float:
    """Return what the shares of ten classes add up to, in percent."""
    return round(100 * float(softmax(np.linspace(-2, 3, 10)).sum()))


# Training -------------------------------------------------------------------------------------------------------------


def batches_of_an_epoch() -> float:
    """Return how many batches the pictures of an epoch make; the last may be smaller."""
    return ceil(state.EPOCH_PICTURES.get() / state.BATCH.get())


def degrees_of_rotation() -> float:
    """Return by how many degrees the augmentation turns a picture at most."""
    return 360 * state.ROTATION.get()


def parameters_of_dropout() -> float:
    """Return how many parameters augmentation and dropout add to the course's network."""
    with_it, without = (summarize(preset(key).make()).parameters for key in ("cats_dogs_augmented", "cats_dogs"))
    return with_it - without


def parameters_of_new_head() -> float:
    """Return what is trained where MobileNetV2 is frozen and gets one sigmoid unit as its new head."""
    features = summarize(preset("mobilenet_v2").make()).rows[-1].input_shapes[0]
    return summarize(Network.of(Input(features), Dense(1, activation="sigmoid"))).trainable


# Tasks ----------------------------------------------------------------------------------------------------------------


def numbers_of_localization() -> float:
    """Return how many numbers the network for one class and one box puts out."""
    rows = {row.name: row for row in summarize(tasks.locator()).rows}
    return rows["kind"].output_shape[0] + rows["box"].output_shape[0]


def overlap_of_half_a_box() -> float:
    """Return the IoU of two equal boxes, one of which is moved by half its width."""
    box, moved = np.array([[0.0, 0.0, 10.0, 10.0]]), np.array([[0.0, 5.0, 10.0, 15.0]])
    return float(intersection_over_union(box, moved)[0, 0])


def numbers_of_segmentation() -> float:
    """Return how many numbers semantic segmentation puts out for one picture."""
    return prod(summarize(tasks.segmenter()).rows[-1].output_shape)


def better_segmenter() -> float:
    """Return which was measured to be better: with skip connections (0) or without (1)."""
    measured = training_record()["networks"]
    return int(np.argmax([measured[name]["mean_iou"] for name in ("unet", "encoder_decoder")]))
