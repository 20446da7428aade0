"""Models with every kind of output, saved by Keras: the page says of each what Keras answers, and speaks of one output.

Each is opened, walked from a value of its answer to a pixel, and asked for its decision.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from model_files import teachable_machine_file
from running import address_of, opened_anew, set_to
from scipy import special
from streamlit.testing.v1 import AppTest
from viewing import data_of

from cnn_core.arrays import Pixels
from cnn_core.models import attention
from cnn_core.models.info import ModelInfo, describe
from cnn_core.models.run import strongest_path
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import default_sample, sample_bytes
from cnn_core.pictures.scaling import Scaling, scaled
from pages.ui import state

pytestmark = pytest.mark.keras

PAGE = "pages/1_Feature_maps.py"
Build = Callable[[Any], Any]


def image(keras: Any, *shape: int) -> Any:
    keras.utils.set_random_seed(3)
    return keras.Input(shape or (12, 12, 3), name="image")


def two_outputs(keras: Any) -> Any:
    """Kinds that exclude each other, two colours that do not, an age, and a mask of three classes."""
    x = image(keras)
    shared = keras.layers.Conv2D(4, 3, activation="relu", name="shared")(x)
    flat = keras.layers.Flatten(name="flat")(shared)
    kinds = keras.layers.Dense(3, activation="softmax", name="kinds")(flat)
    colours = keras.layers.Dense(2, activation="sigmoid", name="colours")(flat)
    age = keras.layers.Dense(1, name="age")(flat)
    mask = keras.layers.Conv2D(3, 3, padding="same", activation="softmax", name="mask")(shared)
    return keras.Model(x, [kinds, colours, age, mask])


def chain(*make: Callable[[Any], Any], shape: tuple[int, ...] = (12, 12, 3)) -> Build:
    """Return what builds a Sequential model, each layer by a function of `keras.layers`."""
    return lambda keras: keras.Sequential([image(keras, *shape), *(one(keras.layers) for one in make)])


MODELS: dict[str, Build] = {
    "two outputs": two_outputs,
    "a logit": chain(
        lambda k: k.Conv2D(4, 3, activation="relu"), lambda k: k.Flatten(), lambda k: k.Dense(1, name="end")
    ),
    "one sigmoid": chain(
        lambda k: k.Conv2D(4, 3), lambda k: k.GlobalAveragePooling2D(), lambda k: k.Dense(1, "sigmoid", name="end")
    ),
    "many sigmoids": chain(
        lambda k: k.Rescaling(1 / 255),
        lambda k: k.Conv2D(4, 3, activation="relu"),
        lambda k: k.GlobalMaxPooling2D(),
        lambda k: k.Dense(5, activation="sigmoid", name="end"),
    ),
    "quantities": chain(lambda k: k.Conv2D(2, 3), lambda k: k.Flatten(), lambda k: k.Dense(4, name="end")),
    "a segmentation": chain(
        lambda k: k.Conv2D(6, 3, padding="same", activation="relu"),
        lambda k: k.MaxPooling2D(),
        lambda k: k.Conv2D(6, 3, padding="same", activation="relu", name="middle"),
        lambda k: k.Conv2DTranspose(6, 2, strides=2),
        lambda k: k.Conv2D(4, 1, name="end"),
        lambda k: k.Activation("softmax", name="shares"),
    ),
    "a perceptron": chain(
        lambda k: k.Flatten(),
        lambda k: k.Dense(8, activation="relu"),
        lambda k: k.Dense(10, activation="softmax", name="end"),
        shape=(28, 28, 1),
    ),
}


def seen(info: ModelInfo) -> Pixels:
    """Return the page's first picture as the model takes it, from 0 to 1."""
    pixels = read_image(sample_bytes(default_sample(info.colour))).pixels
    return prepare(pixels, Preparation(*info.input_size, info.colour)).pixels


def keras_answers(model: Any, info: ModelInfo) -> list[np.ndarray]:
    """Return what Keras itself answers, output by output."""
    made = model.predict(scaled(seen(info), info.scaling)[np.newaxis], verbose=0)
    return [np.asarray(one)[0] for one in (made if isinstance(made, list) else [made])]


def label(at: AppTest) -> str:
    """Return what the button of the answer says."""
    popovers = [element.proto.popover for element in at.get("popover")]
    (answer,) = [popover.label for popover in popovers if "psychology" in popover.icon]
    return re.sub(r"[*\\]", "", answer)


def text(at: AppTest) -> str:
    """Return all that is said, as it is read."""
    said = "\n".join(str(element.value) for kind in (at.caption, at.markdown) for element in kind)
    return said.replace("\\", "")


def bars(at: AppTest) -> list[str]:
    return [element.proto.text for element in at.get("progress")]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_opens_walks_to_a_pixel_and_tells_its_decision(name: str, keep_model: Callable[[Any], str]) -> None:
    import keras

    model = MODELS[name](keras)
    key = keep_model(model)
    info = describe(key)
    at = opened_anew(PAGE, model=key, ask="why")
    assert not at.error
    # From the answer's largest value, along the strongest path, every value on it opened on the page.
    answer = keras_answers(model, info)[0]
    place = np.unravel_index(int(answer.argmax()), answer.shape)
    path = strongest_path(key, seen(info), info.outputs[0], tuple(map(int, place)))
    assert path[0].value == pytest.approx(float(answer.max()), rel=1e-4)
    assert path[-1].layer == info.network.layers[0].name
    for step in path:
        *where, channel = step.place
        row, column = where or (None, None)
        at.session_state[state.ROW.name], at.session_state[state.COLUMN.name] = row, column
        at.session_state[state.CHANNEL.name] = channel
        set_to(at, state.LAYER, step.layer)
        assert not at.error, [element.value for element in at.error]
        heading = at.header[0].value
        assert heading.endswith(f"of `{step.layer}`")
        # The input's channels are called by their colours.
        assert heading.split()[1] == str(channel) or step is path[-1]
    for output in info.outputs:
        set_to(at, state.OUTPUT, output)
        for method in ("grad_cam", "occlusion", "saliency"):
            at.session_state[state.ASKED.name] = "decision"
            set_to(at, state.METHOD, method)
            assert not at.error, [element.value for element in at.error]
            assert "no decision to ask about" not in text(at)


def test_the_reader_chooses_of_which_output_the_page_speaks(
    keep_model: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    asked: list[tuple[Any, ...]] = []
    saliency = attention.saliency

    def noted(*about: Any) -> Any:
        asked.append(about)
        return saliency(*about)

    monkeypatch.setattr(attention, "saliency", noted)
    model = two_outputs(keras)
    key = keep_model(model)
    info, pixels = describe(key), seen(describe(key))
    kinds, colours, age, mask = keras_answers(model, info)
    at = opened_anew(PAGE, model=key)
    assert label(at) == f"Class {kinds.argmax()} {kinds.max():.1%}"
    assert "output" not in address_of(at)
    others = [
        f"- `colours`: **Class {colours.argmax()}** {colours.max():.1%}",
        f"- `age`: **age** {age[0]:.4g}",
        "- `mask`: Segmentation: 3 classes",
    ]
    assert "\n".join(["The other outputs:", *others]) in text(at)

    picker = next(box for box in at.selectbox if box.label == "One of 4 outputs")
    picker.set_value("colours").run()
    assert address_of(at)["output"] == "colours"
    assert label(at) == f"Class {colours.argmax()} {colours.max():.1%}"
    assert "a sigmoid of its own" in text(at)
    at.session_state[state.ASKED.name] = "decision"
    set_to(at, state.METHOD, "saliency")
    assert asked[-1][2:] == (int(colours.argmax()), "colours")
    np.testing.assert_array_equal(asked[-1][1], pixels)

    again = opened_anew(PAGE, model=key, output="mask")
    assert label(again) == "Segmentation: 3 classes"
    assert f"{(mask.argmax(axis=2) == 0).mean():.1%}" in "".join(element.proto.body for element in again.get("html"))
    # An output of another model is none of this one.
    assert label(opened_anew(PAGE, model=key, output="nothing")) == label(opened_anew(PAGE, model=key))


def test_a_network_drawn_whole_has_bars_for_the_classes_of_the_output_that_is_spoken_of(
    keep_model: Callable[[Any], str],
) -> None:
    """Wherever it stands: the last layer may be another output."""
    import keras

    x = image(keras)
    flat = keras.layers.Flatten(name="flat")(keras.layers.Conv2D(4, 3, activation="relu", name="shared")(x))
    kinds = keras.layers.Dense(3, activation="softmax", name="kinds")(flat)
    box = keras.layers.Dense(4, name="box")(flat)
    model = keras.Model(x, [kinds, box])
    key = keep_model(model)
    scores, _corners = keras_answers(model, describe(key))
    at = opened_anew(PAGE, model=key)
    network = data_of(at, "network")
    assert {one["layer"]: one["drawn"] for one in network["nodes"] if one["drawn"] != "maps"} == {
        "flat": "vector",
        "kinds": "classes",
        "box": "vector",
    }
    assert [bar["text"] for bar in network["classes"]] == [f"{score:.1%}" for score in scores]
    # What shows no colours has no scale of colours.
    assert [(scale["first"], scale["last"]) for scale in network["scales"]] == [("shared", "box")]
    other = data_of(opened_anew(PAGE, model=key, output="box"), "network")
    assert [one["drawn"] for one in other["nodes"][-2:]] == ["vector", "classes"]


def test_names_belong_to_one_output(keep_model: Callable[[Any], str]) -> None:
    import keras

    model = two_outputs(keras)
    key = keep_model(model)
    kinds, colours, age, _ = keras_answers(model, describe(key))
    at = opened_anew(PAGE, model=key)
    names = {"kinds": "cat\ndog\nhen", "colours": "red\nblue", "age": "years"}
    set_to(at, state.CLASS_LISTS, names)
    assert label(at) == f"{['cat', 'dog', 'hen'][kinds.argmax()]} {kinds.max():.1%}"
    assert f"{['red', 'blue'][colours.argmax()]}** {colours.max():.1%}" in text(at)
    set_to(at, state.OUTPUT, "age")
    assert label(at) == f"years {age[0]:.4g}"
    set_to(at, state.CLASS_LISTS, {"age": "young\nold"})
    assert "above 0 means old and below 0 young" in text(at)


@pytest.mark.parametrize(("name", "kind"), [("a logit", "number"), ("one sigmoid", "share")])
def test_two_names_fit_one_unit(name: str, kind: str, keep_model: Callable[[Any], str]) -> None:
    import keras

    model = MODELS[name](keras)
    key = keep_model(model)
    ((value,),) = keras_answers(model, describe(key))
    at = opened_anew(PAGE, model=key)
    set_to(at, state.CLASS_LISTS, {"end": "cat\ndog"})
    assert not at.warning
    if kind == "share":
        likely = ("dog", value) if value > 0.5 else ("cat", 1 - value)
        assert label(at) == f"{likely[0]} {likely[1]:.1%}"
        assert {"**dog** · " + f"{value:.1%}", "**cat** · " + f"{1 - value:.1%}"} == set(bars(at))
    else:
        assert label(at) == f"dog {value:.4g}"
        assert f"its sigmoid, {special.expit(value):.1%}, is the share of dog" in text(at)
    set_to(at, state.CLASS_LISTS, {"end": "cat\ndog\nhen"})
    assert "does not fit: 3 for 2 classes" in at.warning[0].value


def test_numbers_are_shares_where_the_reader_says_so(keep_model: Callable[[Any], str]) -> None:
    import keras

    model = MODELS["quantities"](keras)
    key = keep_model(model)
    (numbers,) = keras_answers(model, describe(key))
    at = opened_anew(PAGE, model=key)
    assert label(at) == f"Class {numbers.argmax()} {numbers.max():.4g}"
    next(toggle for toggle in at.toggle if toggle.label.startswith("As shares")).set_value(True).run()
    shares = special.softmax(numbers)
    assert label(at) == f"Class {shares.argmax()} {shares.max():.1%}"
    assert bars(at)[0] == f"**Class {shares.argmax()}** · {shares.max():.1%}"
    assert address_of(at)["as_shares"] == "True"


# How pixels enter -----------------------------------------------------------------------------------------------------

LABELS = "0 고양이\n1 Dog\n2 Class 3\n"


@pytest.fixture(scope="module")
def teachable() -> tuple[bytes, Any]:
    """Return a file as Teachable Machine exports it, and the same in Keras."""
    import keras

    keras.utils.set_random_seed(1)
    base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(96, 96, 3), alpha=0.35)
    head = (
        keras.layers.Dense(100, activation="relu", name="dense_Dense1"),
        keras.layers.Dense(3, activation="softmax", use_bias=False, name="dense_Dense2"),
    )
    pooled = keras.layers.GlobalAveragePooling2D()
    model = keras.Sequential([keras.Input((96, 96, 3)), base, pooled, *head])
    for number, weight in enumerate(model.weights):
        if weight.ndim > 1:  # a kernel: as large as keeps the values' size from layer to layer
            fan_in = np.prod(weight.shape[:2] if "depthwise" in weight.path else weight.shape[:-1])
            weight.assign(np.random.default_rng(number).normal(0, (2 / fan_in) ** 0.5, weight.shape))
    return teachable_machine_file(base, *head), model


def test_a_file_of_teachable_machine_with_its_labels(
    teachable: tuple[bytes, Any], keep_model: Callable[[Any], str]
) -> None:
    data, model = teachable
    key = keep_model(data)
    info = describe(key)
    assert (info.scaling, info.guesses) == (Scaling.SIGNED, (Scaling.SIGNED, Scaling.UNIT))
    (shares,) = keras_answers(model, info)
    # Both files at once, as a student drops what was in the archive.
    at = opened_anew(PAGE, model="file::")
    at.file_uploader(key="model_file").set_value(
        [("keras_model.h5", data, "application/octet-stream"), ("labels.txt", LABELS.encode(), "text/plain")]
    ).run()
    assert not at.error
    assert at.session_state[state.MODEL.name] == key
    names = ("고양이", "Dog", "Class 3")
    assert label(at) == f"{names[shares.argmax()]} {shares.max():.1%}"
    # Both guesses with what each answers; a click takes the other.
    as_unit = model.predict(seen(info)[np.newaxis], verbose=0)[0]
    assert np.abs(as_unit - shares).max() > 0.01
    said = text(at)
    for scores in (shares, as_unit):
        lines = [f"{names[number]} {scores[number]:.1%}" for number in np.argsort(-scores, kind="stable")]
        assert "  \n".join(lines) in said
    at.button(key="way_unit").click().run()
    assert at.session_state[state.MODEL.name] == f"{key}unit"
    assert label(at) == f"{names[as_unit.argmax()]} {as_unit.max():.1%}"
    at.session_state[state.ASKED.name] = "decision"
    for method in ("grad_cam", "saliency"):
        set_to(at, state.METHOD, method)
        assert not at.error
    last = strongest_path(key, seen(info), info.output, (int(shares.argmax()),))[-1]
    assert last.layer == info.network.layers[0].name


def test_what_the_first_layers_say_needs_no_guess(keep_model: Callable[[Any], str]) -> None:
    import keras

    key = keep_model(MODELS["many sigmoids"](keras))
    at = opened_anew(PAGE, model=key)
    assert describe(key).guesses == (Scaling.BYTES,)
    assert "This is what the first layers say" in text(at)
    assert not [button for button in at.button if str(button.key).startswith("way_")]
