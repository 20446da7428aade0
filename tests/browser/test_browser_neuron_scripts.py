"""The modules behind the page "Neuron", held against NumPy: activations, ten layers, and the network that learns."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browsing import MODULES_SITE
from playwright.sync_api import Page

from cnn_core.layers import ActivationName
from cnn_core.numerics.activations import activate

pytestmark = pytest.mark.browser

Call = Callable[..., Any]
Layers = list[tuple[np.ndarray, np.ndarray]]

SMALL = 1e-6
SUMS = (-30.0, -2.5, -0.3, 0.7, 4.0, 30.0)
SMOOTH = ("sigmoid", "tanh", "relu")


def values(name: str, sums: np.ndarray) -> np.ndarray:
    return activate(ActivationName(name), np.asarray(sums, np.float64))


@pytest.mark.parametrize("name", SMOOTH)
def test_activations_and_their_slopes_are_those_of_the_core(name: str, call: Call) -> None:
    for z in SUMS:
        assert call("activation_curves", "activated", name, z) == pytest.approx(float(values(name, np.array(z))))
        around = values(name, np.array([z - SMALL, z + SMALL]))
        slope = call("activation_curves", "slopeAt", name, z)
        assert slope == pytest.approx((around[1] - around[0]) / (2 * SMALL), abs=1e-8)


def test_what_the_courses_say_of_activations(call: Call) -> None:
    assert call("activation_curves", "activated", "sigmoid", 0) == 0.5
    assert call("activation_curves", "slopeAt", "sigmoid", 0) == 0.25
    assert [call("activation_curves", "activated", "step", z) for z in (-0.1, 0, 0.1)] == [0, 1, 1]
    assert [call("activation_curves", "slopeAt", "step", z) for z in (-1, 0, 1)] == [0, 0, 0]
    assert call("activation_curves", "slopeAt", "relu", 0) == 0  # as TensorFlow takes it


def test_a_neurons_sum_has_no_digits_of_rounding(call: Call) -> None:
    made = call("neuron", "summed", [0.1, 0.2, -0.7], [0.3, 0.1, 0.2], 0.3)
    assert made == {"products": [0.03, 0.02, -0.14], "weighted": -0.09, "sum": 0.21}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize(("weight", "bias"), [(1, 0), (1.5, 0.2), (-0.8, 0.4)])
def test_what_is_left_behind_ten_layers_is_the_slope_of_all_of_them(
    name: str, weight: float, bias: float, call: Call
) -> None:
    def whole(value: float) -> float:
        for _layer in range(10):
            value = float(values(name, np.array(weight * value + bias)))
        return value

    links = call("chain", "chainOf", name, 10, {"input": 0.4, "weight": weight, "bias": bias})
    assert links[-1]["value"] == pytest.approx(whole(0.4))
    slope = (whole(0.4 + SMALL) - whole(0.4 - SMALL)) / (2 * SMALL)
    assert links[0]["left"] == pytest.approx(slope, rel=1e-3, abs=1e-9)
    assert links[-1]["left"] == pytest.approx(weight * links[-1]["slope"])


def test_ten_sigmoids_at_their_steepest_leave_a_millionth(call: Call) -> None:
    links = call("chain", "chainOf", "sigmoid", 10, {"input": 0, "weight": 1, "bias": 0})
    assert links[0]["slope"] == 0.25
    assert 0 < links[0]["left"] < 0.25**10
    assert call("chain", "chainOf", "relu", 10, {"input": 1, "weight": 1, "bias": 0})[0]["left"] == 1


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.2534, "0.25"), (-1.5, "−1.5"), (0.0042, "4e−3"), (9.5e-7, "1e−6"), (1024, "1e3")]
)
def test_what_is_left_is_written_shortly(value: float, text: str, call: Call) -> None:
    assert call("chain", "shortly", value) == text


# The network on the plane --------------------------------------------------------------------------------------------


def as_arrays(layers: list[dict[str, Any]]) -> Layers:
    return [
        (np.array(layer["weights"]).reshape(len(layer["bias"]), -1), np.array(layer["bias"], float)) for layer in layers
    ]


def shares(layers: Layers, name: str, places: np.ndarray) -> np.ndarray:
    """Return a network's answers by matrix products, (points,)."""
    made = places
    for weights, bias in layers[:-1]:
        made = values(name, made @ weights.T + bias)
    weights, bias = layers[-1]
    return values("sigmoid", made @ weights.T + bias)[:, 0]


def loss(layers: Layers, name: str, points: list[dict[str, Any]]) -> float:
    """Return the mean binary cross-entropy."""
    labels = np.array([point["label"] for point in points])
    answers = shares(layers, name, np.array([[point["x"], point["y"]] for point in points]))
    return float(-np.log(np.where(labels == 1, answers, 1 - answers)).mean())


def slopes(layers: Layers, name: str, points: list[dict[str, Any]]) -> list[np.ndarray]:
    """Return the slope of the loss by every weight and bias, by central differences."""
    found = []
    for part in (array for layer in layers for array in layer):
        slope = np.zeros_like(part)
        for place in np.ndindex(part.shape):
            kept = part[place]
            part[place] = kept + SMALL
            above = loss(layers, name, points)
            part[place] = kept - SMALL
            slope[place] = (above - loss(layers, name, points)) / (2 * SMALL)
            part[place] = kept
        found.append(slope)
    return found


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_the_gradient_is_the_slope_of_the_loss(name: str, depth: int, call: Call) -> None:
    points = call("plane_points", "pointsOf", "spirals", 24, 1)
    layers = call("tiny_network", "madeLayers", call("tiny_network", "sizesOf", depth, 4), 5)
    judged = call("tiny_network", "judged", layers, name, points)
    arrays = as_arrays(layers)
    assert judged["loss"] == pytest.approx(loss(arrays, name, points))
    gradient = as_arrays(call("tiny_network", "gradientOf", layers, name, points))
    for found, expected in zip(
        (part for layer in gradient for part in layer), slopes(arrays, name, points), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-7)


def test_a_step_is_adams(call: Call) -> None:
    """Kingma and Ba, 2015, algorithm 1, in the order that saves work; epsilon as in Keras."""
    points = call("plane_points", "pointsOf", "circle", 20, 1)
    learner = call("tiny_network", "newLearner", [2, 3, 1], 2)
    first = second = np.zeros(6)
    weights = np.array(learner["layers"][0]["weights"])
    for step in (1, 2, 3):
        slope = np.array(call("tiny_network", "gradientOf", learner["layers"], "tanh", points)[0]["weights"])
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        reach = 0.03 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        weights = weights - reach * first / (np.sqrt(second) + 1e-7)
        learner = call("tiny_network", "stepped", learner, "tanh", points, 0.03)
        np.testing.assert_allclose(learner["layers"][0]["weights"], weights, rtol=1e-9)


def test_first_weights_lie_within_glorots_bounds(call: Call) -> None:
    weights = np.array(call("tiny_network", "madeLayers", [2, 400, 1], 3)[0]["weights"])
    limit = np.sqrt(6 / 402)
    assert np.abs(weights).max() <= limit
    assert weights.std() == pytest.approx(limit / np.sqrt(3), rel=0.1)


def mistakes(call: Call, depth: int, width: int, shape: str) -> int:
    points = call("plane_points", "pointsOf", shape, 200, 1)
    learner = call("tiny_network", "newLearner", call("tiny_network", "sizesOf", depth, width), 1)
    learner = call("tiny_network", "trained", learner, "tanh", points, 0.03, 400)
    judged = call("tiny_network", "judged", learner["layers"], "tanh", points)
    arrays = as_arrays(learner["layers"])
    answers = shares(arrays, "tanh", np.array([[point["x"], point["y"]] for point in points])) >= 0.5
    assert judged["mistakes"] == int((answers != [point["label"] == 1 for point in points]).sum())
    return int(judged["mistakes"])


def test_hidden_layers_leave_fewer_mistakes(call: Call) -> None:
    """A straight line divides two halves and nothing else."""
    assert mistakes(call, 0, 1, "halves") == 0
    found = [mistakes(call, *size, "corners") for size in ((0, 1), (1, 2), (1, 8))]
    assert found[0] > 60
    assert found[0] > found[1] > found[2] == 0


SIDES: dict[str, Callable[[float, float], bool]] = {
    "halves": lambda x, y: 4 * y > 3 * x,
    "circle": lambda x, y: x * x + y * y < 0.36,
    "corners": lambda x, y: x * y > 0,
}


@pytest.mark.parametrize("shape", ["halves", "circle", "corners", "spirals"])
def test_points_are_half_of_each_class_and_where_they_belong(shape: str, call: Call) -> None:
    points = call("plane_points", "pointsOf", shape, 200, 1)
    assert sum(point["label"] for point in points) == 100
    assert all(max(abs(point["x"]), abs(point["y"])) <= 1 for point in points)
    if shape in SIDES:
        assert all(SIDES[shape](point["x"], point["y"]) == (point["label"] == 1) for point in points)
    assert points == call("plane_points", "pointsOf", shape, 200, 1)
    assert points != call("plane_points", "pointsOf", shape, 200, 2)


def test_the_border_lies_where_the_level_is_passed(call: Call) -> None:
    side = 24
    rows, columns = np.mgrid[:side, :side]
    field = np.hypot(rows - 11.3, columns - 12.1).ravel().tolist()
    ends = np.array(call("plane_picture", "levelLine", field, side, 8)).reshape(-1, 2)
    assert len(ends) > 40
    np.testing.assert_allclose(np.hypot(ends[:, 1] - 11.3, ends[:, 0] - 12.1), 8, atol=0.05)
    assert call("plane_picture", "levelLine", field, side, 99) == []


def test_colours_of_shares_fade_to_none_in_the_middle(call: Call) -> None:
    palette = {"none": [255, 255, 255], "classes": [[0, 0, 255], [255, 0, 0]]}
    assert call("plane_picture", "shareColour", 0.5, palette) == [255, 255, 255]
    assert call("plane_picture", "shareColour", 1, palette) == [255, 38, 38]
    assert call("plane_picture", "shareColour", 0, palette) == [38, 38, 255]


def test_units_of_every_activation_use_all_colours(call: Call) -> None:
    made = [-1, 5, 0, 10, 1, 0]  # two units at three places
    assert call("plane_picture", "unitShares", made, 0, 2, "tanh") == [0, 0.5, 1]
    assert call("plane_picture", "unitShares", made, 1, 2, "relu") == [0.75, 1, 0.5]
    assert call("plane_picture", "unitShares", made, 1, 2, "sigmoid") == [5, 10, 0]


def test_thirteen_sizes_are_compared(call: Call) -> None:
    sizes = call("depth_table", "comparedSizes")
    assert len(sizes) == 13
    assert sizes[0] == {"depth": 0, "width": 1}
    assert {(size["depth"], size["width"]) for size in sizes[1:]} == {(d, w) for d in (1, 2, 3) for w in (1, 2, 4, 8)}


# The server's answers to what a component told it; "set n" is the reader's, "says n" the server's.
@pytest.mark.parametrize(
    ("steps", "told", "shown"),
    [
        ("says 0, set 1, set 2, says 1", "1, 2", "2"),  # an answer comes late
        ("says 0, set 1, set 2, says 1, set 3, says 2, says 3", "1, 2, 3", "3"),
        ("says 0, set 1, says 0", "1", "1"),  # by a run that began before
        ("says 0, set 1, set 2, set 1, says 1, says 2", "1, 2, 1", "2"),  # only the last was heard; then it goes back
        ("says 0, set 1, set 2, set 3, says 3, says 2", "1, 2, 3", "2"),
        ("says 0, set 7, says 5", "7", "5"),  # out of bounds
        ("says 0, set 0", "", "0"),
    ],
)
def test_what_is_late_takes_nothing_back(steps: str, told: str, shown: str, modules: Page) -> None:
    program = """async ([site, steps]) => {
        const { Settings } = await import(`${site}/settings.js`);
        const [settings, told] = [new Settings(), []];
        for (const [verb, value] of steps.map((step) => step.split(" "))) {
            if (verb === "says") settings.update({ value }, (_name, said) => told.push(said.value));
            else { settings.set("value", value); settings.tell(); }
        }
        return [told.join(", "), settings.values.value];
    }"""
    assert modules.evaluate(program, [MODULES_SITE, steps.split(", ")]) == [told, shown]
