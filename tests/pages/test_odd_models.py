"""Tiny and odd models, saved by Keras and opened as files: no panel of any page may end in an exception."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from running import opened_anew, set_to

from cnn_core.models.info import describe
from pages.ui import state
from pages.ui.feature_maps.panels import PANELS

pytestmark = [
    pytest.mark.keras,
    # Of a softmax over one unit, which is one of the odd models.
    pytest.mark.filterwarnings("ignore:You are using a softmax over axis"),
    # Of weights beyond all numbers.
    pytest.mark.filterwarnings("ignore:.* encountered in:RuntimeWarning"),
]

MEASURES = ("costs", "difference", "equal", "position", "noise", "kept")
OF_ODD_SIZE = (
    "no layer at all",
    "one pixel",
    "one pixel high",
    "very long",
    "weights of zero",
    "weights beyond all numbers",
)
"""What is measured of a map depends on its size and its values only."""
LARGE = np.float32(3e38)

MODELS: dict[str, Callable[[Any], Any]] = {}
"""By what is odd about them: functions of `keras`."""


def odd(name: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    def enter(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
        MODELS[name] = build
        return build

    return enter


def chain(*layers: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what builds a Sequential model; each layer is a function of `keras.layers`, the first of `keras`."""
    return lambda keras: keras.Sequential([keras.Input(layers[0](keras)), *(make(keras.layers) for make in layers[1:])])


def size(*shape: int) -> Callable[[Any], Any]:
    return lambda keras: shape


CHAINS: dict[str, Callable[[Any], Any]] = {
    "the courses' perceptron": chain(
        size(28, 28, 1),
        lambda k: k.Flatten(),
        lambda k: k.Dense(8, activation="relu"),
        lambda k: k.Dense(10, activation="softmax"),
    ),
    "no axis for the channel": chain(
        size(6, 5), lambda k: k.Flatten(), lambda k: k.Dense(4, activation="relu"), lambda k: k.Dense(3)
    ),
    "dense on rows": chain(
        size(6, 5), lambda k: k.Dense(4), lambda k: k.Flatten(), lambda k: k.Dense(2, activation="softmax")
    ),
    "pooling only": chain(size(8, 8, 3), lambda k: k.MaxPooling2D()),
    "flatten only": chain(size(5, 4, 1), lambda k: k.Flatten()),
    "global pooling only": chain(size(5, 4, 3), lambda k: k.GlobalMaxPooling2D()),
    "dense on a map": chain(size(6, 6, 3), lambda k: k.Dense(4)),
    "one pixel": chain(size(1, 1, 1), lambda k: k.Conv2D(1, 1), lambda k: k.Flatten(), lambda k: k.Dense(1)),
    "one pixel of colour, vector only": chain(size(1, 1, 3), lambda k: k.Flatten(), lambda k: k.Dense(3)),
    "one pixel high": chain(
        size(1, 20, 1),
        lambda k: k.Conv2D(2, (1, 3)),
        lambda k: k.GlobalAveragePooling2D(),
        lambda k: k.Dense(2, activation="softmax"),
    ),
    "one pixel wide": chain(
        size(20, 1, 3), lambda k: k.Conv2D(2, 3, padding="same"), lambda k: k.Flatten(), lambda k: k.Dense(2)
    ),
    "very long": chain(size(2, 1500, 1), lambda k: k.Conv2D(1, 2), lambda k: k.GlobalMaxPooling2D()),
    "a window larger than the picture": chain(
        size(3, 3, 1), lambda k: k.Conv2D(2, 7, padding="same"), lambda k: k.MaxPooling2D(3), lambda k: k.Flatten()
    ),
    "4,096 channels": chain(
        size(3, 3, 3),
        lambda k: k.Conv2D(4096, 1),
        lambda k: k.GlobalAveragePooling2D(),
        lambda k: k.Dense(1, "sigmoid"),
    ),
    "4,096 units": chain(size(2, 2, 1), lambda k: k.Flatten(), lambda k: k.Dense(4096, activation="softmax")),
    "a channel of 1×1": chain(size(4, 4, 1), lambda k: k.Conv2D(1, 4), lambda k: k.Activation("sigmoid")),
    "a softmax of one unit": chain(size(4, 4, 1), lambda k: k.Flatten(), lambda k: k.Dense(1, "softmax")),
    "maps as its answer": chain(
        size(8, 8, 3), lambda k: k.Conv2DTranspose(2, 2, 2), lambda k: k.Conv2D(1, 1, activation="sigmoid")
    ),
    "axes of its own": chain(
        size(6, 6, 1),
        lambda k: k.Reshape((4, 9)),
        lambda k: k.Flatten(),
        lambda k: k.Reshape((1, 1, 36)),
        lambda k: k.Dense(2),
    ),
    "names that Keras does not allow": chain(
        size(6, 6, 1),
        lambda k: k.Conv2D(2, 3, name="합성곱 `1`"),
        lambda k: k.Flatten(name="$x$ **펼치기**"),
        lambda k: k.Dense(2, name="![](x.png) <b>"),
    ),
    "everything that does nothing": chain(
        size(6, 6, 3),
        lambda k: k.RandomFlip(),
        lambda k: k.Dropout(0.5),
        lambda k: k.Activation("linear"),
        lambda k: k.ZeroPadding2D(1),
        lambda k: k.Cropping2D(1),
        lambda k: k.UpSampling2D(2),
    ),
}
MODELS |= CHAINS


@odd("no layer at all")
def _(keras: Any) -> Any:
    inputs = keras.Input((4, 4, 1))
    return keras.Model(inputs, inputs)


@odd("several outputs")
def _(keras: Any) -> Any:
    inputs = keras.Input((8, 8, 1))
    maps = keras.layers.Conv2D(2, 3)(inputs)
    vector = keras.layers.Flatten()(maps)
    return keras.Model(inputs, [keras.layers.Dense(3)(vector), maps, vector])


@odd("maps as its first output")
def _(keras: Any) -> Any:
    inputs = keras.Input((8, 8, 1))
    maps = keras.layers.Conv2D(2, 3)(inputs)
    return keras.Model(inputs, [maps, keras.layers.Dense(3)(keras.layers.Flatten()(maps))])


@odd("branches that meet")
def _(keras: Any) -> Any:
    inputs = keras.Input((4, 4, 3))
    left, right = keras.layers.Flatten()(inputs), keras.layers.GlobalMaxPooling2D()(inputs)
    return keras.Model(inputs, keras.layers.Concatenate()([left, right]))


@odd("weights of zero")
def _(keras: Any) -> Any:
    model = CHAINS["one pixel high"](keras)
    model.set_weights([array * 0 for array in model.get_weights()])
    return model


@odd("weights beyond all numbers")
def _(keras: Any) -> Any:
    model = chain(
        size(5, 5, 1), lambda k: k.Conv2D(2, 3), lambda k: k.Flatten(), lambda k: k.Dense(3, activation="softmax")
    )(keras)
    model.set_weights([np.full_like(array, LARGE) for array in model.get_weights()])
    return model


@pytest.fixture
def key_of(keep_model: Callable[[Any], str]) -> Callable[[str], str]:
    """Return what saves an odd model and keeps its file."""
    import keras

    return lambda name: keep_model(MODELS[name](keras))


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_of_an_odd_model_opens_with_all_its_panels(name: str, key_of: Callable[[str], str]) -> None:
    model = key_of(name)
    at = opened_anew("pages/1_Feature_maps.py", model=model)
    steps = list(describe(model).network.steps())
    # A layer worth seeing: not the input, where there is any other.
    assert (at.session_state[state.LAYER.name] == steps[0].named.name) is (len(steps) == 1)
    for number, step in enumerate(steps):
        # Every panel of the first two layers, then one a layer in turn.
        for panel in PANELS if number < 2 else (PANELS[number % len(PANELS)],):
            at.session_state[state.ASKED.name] = panel.key
            set_to(at, state.LAYER, step.named.name)
            is_drawn = len(step.output_shape) in (1, 3)
            assert bool(at.error) is not is_drawn, (panel.key, [element.value for element in at.error])
    at.session_state[state.ASKED.name] = "compare"
    for beside in ("changed", "sample"):
        set_to(at, state.BESIDE, beside)
        assert not at.error, [element.value for element in at.error]
    at.session_state[state.ASKED.name] = "decision"
    for method in ("grad_cam", "occlusion", "saliency"):
        set_to(at, state.METHOD, method)
        assert not at.error, [element.value for element in at.error]


@pytest.mark.parametrize("name", MODELS)
def test_every_map_of_an_odd_model_can_be_made_smaller(name: str, key_of: Callable[[str], str]) -> None:
    model = key_of(name)
    at = opened_anew("pages/4_Pooling_and_stride.py", model=model, reduced="map")
    for named in describe(model).network.steps():
        if len(named.output_shape) == 3:
            set_to(at, state.LAYER, named.named.name)
    for measure in MEASURES if name in OF_ODD_SIZE else ():
        set_to(at, state.MEASURED, measure)
