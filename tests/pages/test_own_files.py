"""Files of one's own, given to the page as a reader gives them: opened, walked to a pixel, asked for their decision."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from older_files import as_of
from onnx_files import Graph, computed
from running import labels_of_popovers, no_exception, run_page
from streamlit.testing.v1 import AppTest
from viewing import PAGE, predictions, said

from cnn_core.model_file import read_model_file
from cnn_core.models import run
from cnn_core.models.info import describe
from pages.ui import state

pytestmark = [pytest.mark.keras, pytest.mark.usefixtures("in_this_process")]

File = tuple[str, bytes]


def given(*files: File, **query: str) -> AppTest:
    """Open the page, which asks for a file, and give it these at once."""
    at = run_page(PAGE, 300, **{"lang": "en", "model": "file::", "picture": "digit_7", **query})
    return add(at, *files)


def add(at: AppTest, *files: File) -> AppTest:
    uploads = [(name, data, "application/octet-stream") for name, data in files]
    return no_exception(at.file_uploader(key="model_file").set_value(uploads).run())


def told(at: AppTest) -> str:
    """Return what the page says, without what keeps it from being taken for Markdown."""
    return said(at).replace("\\", "")


def model_of(at: AppTest) -> str:
    return str(at.session_state[state.MODEL.name])


def pixels_of(at: AppTest) -> Any:
    """Return what enters the model, (H, W, C) in [0, 1], as the page last sent it."""
    return SENT[-1]


SENT: list[Any] = []


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the pixels that the page sends through models."""
    SENT.clear()
    through = run.run

    def kept(key: str, pixels: Any) -> run.Answers:
        SENT.append(pixels)
        return through(key, pixels)

    monkeypatch.setattr(run, "run", kept)


def assert_answers_as(model: Any, at: AppTest) -> None:
    """Hold the answer on the page against what Keras computes of the same pixels, as numbers and as what is written."""
    pixels = pixels_of(at)[np.newaxis]
    pixels = pixels[..., 0] if len(model.input_shape) == 3 else pixels
    theirs = np.asarray(model(pixels, training=False))[0]
    ours = run.run(model_of(at), pixels_of(at)).scores
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    assert f"Class {theirs.argmax()}" in " ".join([*predictions(at), told(at)])


def assert_walks_to_a_pixel(at: AppTest) -> None:
    """Follow the strongest path from the best unit of the answer; it ends at a pixel."""
    info = describe(model_of(at))
    answer, shapes = info.outputs[0], {step.named.name: step.output_shape for step in info.network.steps()}
    unit = int(run.run(info.key, pixels_of(at)).scores.argmax())
    at.session_state[state.ASKED.name] = "why"
    at.session_state[state.LAYER.name], at.session_state[state.CHANNEL.name] = answer, unit
    at.session_state[state.FOLLOWED.name] = (answer, (unit,))
    no_exception(at.run())
    assert not at.error
    names = [named.name for named in info.network.layers]
    first, *_, (layer, *place) = at.session_state[state.TRAIL.name]
    assert first == (names.index(answer), unit)
    assert layer == 0
    assert all(0 <= index < size for index, size in zip(place, shapes[names[0]], strict=True))


def assert_decides(at: AppTest) -> None:
    for method in ("grad_cam", "occlusion", "saliency"):
        at.session_state[state.ASKED.name], at.session_state[state.METHOD.name] = "decision", method
        no_exception(at.run())
        assert not at.error, (method, [element.value for element in at.error])


# Models ---------------------------------------------------------------------------------------------------------------


def perceptron(keras: Any) -> Any:
    """The model of TensorFlow's first tutorial: its input has no axis for the channel."""
    k = keras.layers
    return keras.Sequential(
        [keras.Input((28, 28)), k.Flatten(), k.Dense(8, "relu"), k.Dropout(0.2), k.Dense(10, "softmax")]
    )


def convolutions(keras: Any) -> Any:
    k = keras.layers
    layers = [k.Conv2D(4, 3, activation="relu"), k.MaxPooling2D(), k.BatchNormalization(), k.Conv2D(5, 3)]
    return keras.Sequential([keras.Input((28, 28, 1)), *layers, k.Flatten(), k.Dense(10, "softmax")])


def poolings(keras: Any) -> Any:
    k = keras.layers
    return keras.Sequential(
        [keras.Input((28, 28, 1)), k.AveragePooling2D(7), k.MaxPooling2D(2), k.Flatten(), k.Activation("softmax")]
    )


def rows(keras: Any) -> Any:
    """Dense on the rows of a picture without a channel axis."""
    k = keras.layers
    return keras.Sequential([keras.Input((28, 28)), k.Dense(4, "relu"), k.Flatten(), k.Dense(3, "softmax")])


@pytest.fixture
def made(tmp_path: Path) -> Callable[[Callable[[Any], Any]], tuple[Any, bytes]]:
    """Return a function that builds a model of random weights and gives it with the file that Keras saves it in."""
    import keras

    def make(build: Callable[[Any], Any]) -> tuple[Any, bytes]:
        keras.utils.set_random_seed(3)
        model = build(keras)
        model.save(tmp_path / "model.keras")
        return model, (tmp_path / "model.keras").read_bytes()

    return make


Make = Callable[[Callable[[Any], Any]], tuple[Any, bytes]]


@pytest.mark.parametrize("build", [perceptron, poolings, rows], ids=lambda build: build.__name__)
def test_a_model_without_a_convolution(build: Any, made: Make) -> None:
    model, data = made(build)
    at = given(("model.keras", data))
    assert_answers_as(model, at)
    assert_walks_to_a_pixel(at)
    assert_decides(at)


class InOnnx:
    """A network of digits as PyTorch's exporter writes it, and what ONNX Runtime computes with it."""

    input_shape = (None, 28, 28, 1)

    def __init__(self) -> None:
        graph = Graph("N", 1, 28, 28)
        x = graph("Relu", graph.norm(graph.conv(graph.input, 1, 6, pads=[1, 1, 1, 1], strides=[2, 2]), 6))
        y = graph.conv(x, 6, 6, pads=[1, 1, 1, 1])
        x = graph("MaxPool", graph("Add", x, y), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        graph("Softmax", graph("Gemm", graph("Flatten", x), graph.numbers(10, 6 * 49), graph.numbers(10), transB=1))
        self.data = graph.file()

    def __call__(self, pixels: Any, training: bool) -> Any:
        return computed(self.data, pixels[0])[0][None]


def test_a_file_of_onnx() -> None:
    model = InOnnx()
    at = given(("model.onnx", model.data))
    assert "model\\.onnx" in labels_of_popovers(at)
    assert_answers_as(model, at)
    assert_walks_to_a_pixel(at)
    assert_decides(at)


@pytest.mark.parametrize("version", ["2.12.0", "2.13.1", "2.14.0"])
def test_a_file_of_an_older_keras(version: str, made: Make) -> None:
    model, data = made(convolutions)
    at = given(("model.keras", as_of(version, data)))
    assert_answers_as(model, at)
    assert_walks_to_a_pixel(at)
    if version == "2.13.1":
        assert_decides(at)


# Two files ------------------------------------------------------------------------------------------------------------


def halves(model: Any, folder: Path) -> tuple[File, File]:
    """Return what `to_json` and `save_weights` of today's Keras give."""
    model.save_weights(folder / "model.weights.h5")
    description = model.to_json().encode()
    return ("model.json", description), ("model.weights.h5", (folder / "model.weights.h5").read_bytes())


def test_weights_and_their_description(made: Make, tmp_path: Path) -> None:
    model, _ = made(convolutions)
    at = given(*halves(model, tmp_path))
    assert "Random weights" not in told(at)
    assert "badge[" not in said(at)
    assert_answers_as(model, at)
    assert_walks_to_a_pixel(at)
    assert_decides(at)


def test_a_size_that_the_file_leaves_open_is_said_once(made: Make) -> None:
    def open_sides(keras: Any) -> Any:
        k = keras.layers
        pooled = [k.GlobalAveragePooling2D(), k.Dense(3, "softmax")]
        return keras.Sequential([keras.Input((None, None, 1)), k.Conv2D(2, 3, strides=8), *pooled])

    at = given(("model.keras", made(open_sides)[1]))
    assert told(at).count("Size not fixed: 224×224 used") == 1
    assert "Size not fixed" not in told(given(("model.keras", made(convolutions)[1])))


def test_one_after_the_other(made: Make, tmp_path: Path) -> None:
    model, _ = made(convolutions)
    description, weights = halves(model, tmp_path)
    at = given(weights)
    assert "holds only weights" in told(at)
    assert "model.to_json()" in told(at)
    add(at, weights, description)
    assert not at.error
    assert_answers_as(model, at)


def test_weights_of_keras_2_and_their_description(made: Make, tmp_path: Path) -> None:
    model, _ = made(convolutions)
    (name, description), _ = halves(model, tmp_path)
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
            group.attrs["weight_names"] = names or np.zeros(0)
            for one, weight in zip(names, layer.weights, strict=True):
                group[one] = np.asarray(weight)
    at = given((name, description), ("weights.h5", path.read_bytes()))
    assert not at.error
    assert_answers_as(model, at)


def test_a_description_alone_has_random_weights_and_the_page_says_so(made: Make, tmp_path: Path) -> None:
    model, _ = made(convolutions)
    description, _ = halves(model, tmp_path)
    at = given(description)
    assert not at.error
    assert "Random weights: this network has learned nothing" in told(at)
    assert "badge[" in said(at)
    assert_walks_to_a_pixel(at)
    assert_decides(at)


def test_weights_of_another_model(made: Make, tmp_path: Path) -> None:
    description, _ = halves(made(poolings)[0], tmp_path)
    _, weights = halves(made(convolutions)[0], tmp_path)
    assert "none of its layers needs those" in told(given(description, weights))


# What does not open ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("model.h5", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"), "Git LFS pointer"),
        (("model.pt", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."), "torch.onnx.export"),
        (("model.tflite", b"\x1c\0\0\0TFL3" + bytes(40)), "TensorFlow Lite"),
        (("model.json", b'{"modelTopology": {}}'), "TensorFlow.js"),
        (("notes.txt", b"hello"), "neither a Keras nor an ONNX model file"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_a_file_is_that_does_not_open(file: File, words: str) -> None:
    at = given(file)
    assert words in told(at)
    # One sentence, on the page and beside the file.
    assert len({error.value for error in at.error}) == 1


def vector(keras: Any) -> Any:
    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])


def wrapped(keras: Any) -> Any:
    """What the sentence on a row of numbers says to do."""
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), vector(keras)])


def first(keras: Any) -> Any:
    return keras.Sequential([keras.Input((3, 28, 28)), keras.layers.Flatten(), keras.layers.Dense(2)])


def test_a_row_of_numbers_is_no_picture_until_its_shape_stands_before_it(made: Make) -> None:
    at = given(("model.keras", made(vector)[1]))
    text = told(at)
    assert "takes a vector of 784 numbers" in text
    assert "keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), model])" in text
    model, data = made(wrapped)
    at = given(("model.keras", data))
    assert_answers_as(model, at)


def test_channels_first(made: Make) -> None:
    text = told(given(("model.keras", made(first)[1])))
    assert "channels first: its input is 3×28×28" in text
    assert "28×28×3" in text


def test_the_design_page_opens_what_keras_describes(made: Make, tmp_path: Path) -> None:
    for build in (convolutions, perceptron, rows, poolings):
        (_, description), _ = halves(made(build)[0], tmp_path)
        at = run_page("pages/2_Design_a_network.py", lang="en")
        upload = at.file_uploader(key="design_file").upload("model.json", description, "application/json")
        no_exception(upload.run())
        assert not at.error
        kinds = [layer["kind"] for layer in json.loads(at.session_state["design_network"])["layers"]]
        assert kinds == ["Input", *(type(layer).__name__ for layer in made(build)[0].layers)]
    data = json.dumps({"class_name": "Sequential", "config": {"layers": 3}}).encode()
    no_exception(at.file_uploader(key="design_file").upload("model.json", data, "application/json").run())
    assert "Nothing was changed" in told(at)


def test_the_design_page_opens_model_files(made: Make) -> None:
    at = run_page("pages/2_Design_a_network.py", lang="en")
    for name, data in (("model.onnx", InOnnx().data), ("model.keras", made(convolutions)[1])):
        upload = at.file_uploader(key="design_file").upload(name, data, "application/octet-stream")
        no_exception(upload.run())
        assert not at.error
        network = json.loads(at.session_state["design_network"])
        assert network["layers"] == json.loads(read_model_file(data).network.to_json())["layers"]
