"""Text of any kind that people have of a network: it is recognised, and gives the same network."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import CnnError, ModelFileError, NetworkFileError, NetworkLineError
from cnn_core.layers import Input
from cnn_core.model_file.pasted import read_text
from cnn_core.network.code.keras_code import keras_code, keras_sequential_code
from cnn_core.network.line import write_line
from cnn_core.network.presets import preset

LINE = "28x28x1-C32-C64v-P2-F-D100-D10sm"
NETWORK = preset("mnist").make()
KERAS_JSON = """{"class_name": "Sequential", "config": {"name": "s", "layers": [
    {"class_name": "InputLayer", "config": {"batch_shape": [null, 8, 8, 1], "name": "input"}},
    {"class_name": "Flatten", "config": {"name": "flatten"}},
    {"class_name": "Dense", "config": {"name": "dense", "units": 2, "activation": "softmax", "use_bias": true}}
]}}"""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (LINE, "a line"),
        (NETWORK.to_json(), "this page's JSON"),
        (keras_code(NETWORK), "Keras code"),
        (keras_sequential_code(NETWORK), "Keras code"),
        ("\ufeff\n  " + keras_code(NETWORK), "Keras code"),
    ],
)
def test_each_kind_of_text_is_recognised(text: str, what: str) -> None:
    network, notes = read_text(text)
    assert write_line(network, names=False) == LINE
    assert what in str(notes[0])


def test_the_json_that_keras_writes() -> None:
    network, notes = read_text(KERAS_JSON)
    assert write_line(network) == "8x8x1-F-D2sm"
    assert "Keras writes" in str(notes[0])


@pytest.mark.parametrize(
    "code",
    [
        "model.add(Dense(3, input_shape=(4,)))",
        "x = layers.Dense(3)(x)",
        "inputs = Input((8, 8, 1))\nx = Flatten()(inputs)",
        "import keras",
        "Sequential([Input((8, 8, 1))])",
    ],
)
def test_pieces_of_code_are_read_as_code(code: str) -> None:
    """So an error in them names a line of code, and not a character of a line of layers."""
    with suppress(ModelFileError):
        assert "code" in str(read_text(code).notes[0])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", NetworkLineError),
        ("C32-?", NetworkLineError),
        ('{"format": 1}', NetworkFileError),
        ("import os", ModelFileError),
    ],
)
def test_errors_are_those_of_the_kind(text: str, error: type[CnnError]) -> None:
    with pytest.raises(error):
        read_text(text)


def test_a_line_without_an_input_begins_with_the_one_given() -> None:
    assert write_line(read_text("C8-F", Input((9, 9, 3))).network) == "9x9x3-C8-F"


@given(st.text(alphabet=st.sampled_from("Conv2D(3)-=.\n {}[]:'x|>Sequential"), max_size=40))
def test_any_text_gives_a_network_or_a_sentence(text: str) -> None:
    with suppress(CnnError):
        read_text(text)
