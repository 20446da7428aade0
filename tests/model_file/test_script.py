"""Keras code as a network: what is pasted gives what Keras would make of it, and nothing of it is run."""

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import ModelFileError
from cnn_core.model_file import read_architecture
from cnn_core.model_file.script import describe_script
from cnn_core.model_file.script.signatures import DEFAULTS, POSITIONAL
from cnn_core.network.blocks import BLOCKS, insert_block
from cnn_core.network.code.keras_code import is_chain, keras_code, keras_sequential_code
from cnn_core.network.line import read_line, write_line
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS, Preset, preset
from cnn_core.network.summary import summarize


def read(code: str) -> Network:
    return read_architecture(describe_script(code))


def line_of(code: str) -> str:
    return write_line(read(code), names=False)


def refusal(code: str) -> str:
    with pytest.raises(ModelFileError) as caught:
        read(code)
    return str(caught.value)


# What is read ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.key)
def test_the_code_of_a_preset_gives_the_preset(known: Preset) -> None:
    network = known.make()
    codes = [keras_code(network), *([keras_sequential_code(network)] if is_chain(network) else [])]
    for code in codes:
        ours, theirs = summarize(network), summarize(read(code))
        assert [row.output_shape for row in ours.rows if row.name in {one.name for one in theirs.rows}] == [
            row.output_shape for row in theirs.rows if not row.name.endswith("_padding")
        ]
        assert (ours.parameters, ours.multiply_adds) == (theirs.parameters, theirs.multiply_adds)
        if all(not isinstance(getattr(named.layer, "padding", None), tuple) for named in network.layers):
            assert write_line(read(code)) == write_line(network)


@pytest.mark.parametrize("block", BLOCKS)
def test_branches_come_back(block: str) -> None:
    network = insert_block(read_line("16x16x8-C8-R-GA-D10sm"), "conv2d", BLOCKS[block]())
    assert write_line(read(keras_code(network))) == write_line(network)


def test_the_course_s_digits() -> None:
    """The network of course 000 as people write it: add, positional settings, input_shape in the first layer."""
    code = """
import tensorflow as tf
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Conv2D, MaxPooling2D, Flatten

(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train = x_train.reshape(60000, 28, 28, 1) / 255.0
model = Sequential()
model.add(Conv2D(32, (3, 3), padding='same', activation='relu', input_shape=(28, 28, 1)))
model.add(Conv2D(64, kernel_size=3, activation=tf.nn.relu))
model.add(MaxPooling2D((2, 2)))
model.add(Flatten())
model.add(Dense(100, 'relu', kernel_initializer=tf.keras.initializers.HeNormal()))
model.add(Dense(10, activation='softmax'))
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.summary()
history = model.fit(x_train, y_train, epochs=5)
"""
    assert line_of(code) == "28x28x1-C32-C64v-P2-F-D100-D10sm"
    assert summarize(read(code)).parameters == 1_101_526


def test_the_course_s_cats_and_dogs() -> None:
    """Course 001: a Sequential of augmentation within a functional model, a loop, a constant."""
    code = """
from tensorflow import keras
from tensorflow.keras import layers
SIZE = 180
data_augmentation = keras.Sequential([
    layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomZoom(0.2)])
inputs = keras.Input(shape=(SIZE, SIZE, 3))
x = data_augmentation(inputs)
x = layers.Rescaling(1./255)(x)
for filters in [32, 64, 128, 256]:
    x = layers.Conv2D(filters=filters, kernel_size=3, activation="relu")(x)
    x = layers.MaxPooling2D(pool_size=2)(x)
x = layers.Conv2D(filters=256, kernel_size=3, activation="relu")(x)
x = layers.Flatten()(x)
x = layers.Dropout(0.5)(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs=inputs, outputs=outputs)
"""
    network, known = read(code), preset("cats_dogs_augmented").make()
    assert [named.layer for named in network.layers] == [named.layer for named in known.layers]


def test_functions_of_the_code_are_gone_through() -> None:
    """As keras.io writes a small network of residual blocks: functions with defaults, conditions, loops over data."""
    code = """
import numpy as np
def block(x, filters, stride=1, activation="relu"):
    shortcut = x
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", activation=activation)(x)
    x = layers.Conv2D(filters, 3, padding="same")(x)
    if stride != 1:
        shortcut = layers.Conv2D(filters, 1, strides=stride)(shortcut)
    return layers.add([x, shortcut])

def make_model(input_shape=(32, 32, 3), num_classes=10):
    inputs = keras.Input(shape=input_shape)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    for filters in (16, 32):
        x = block(x, filters, stride=filters // 16)
    x = layers.GlobalAveragePooling2D()(x)
    if num_classes == 2:
        units, activation = 1, "sigmoid"
    else:
        units = num_classes
        activation = "softmax"
    return keras.Model(inputs, layers.Dense(units, activation=activation)(x))

for images, labels in train_dataset:
    print(images.shape)
"""
    ten = "GA-D10sm"
    calls = {"": ten, "model = make_model(num_classes=10)": ten, "model = make_model((32, 32, 3), 2)": "GA-D1sigmoid"}
    for call, end in calls.items():
        line = line_of(code + call)
        assert line == f"32x32x3-C16 -> C16-C16lin | -> + -> C32s2-C32lin | C32k1s2vlin -> +-{end}"


def test_operators_and_functions_join() -> None:
    code = """
inputs = keras.Input((8, 8, 4))
a = layers.Conv2D(4, 1)(inputs)
b = a + inputs
c = layers.concatenate([a, b])
d = layers.Multiply()([c, c2 := c]) if False else c
outputs = layers.add([layers.Conv2D(8, 1)(c), c])
model = keras.Model(inputs, outputs)
"""
    assert "Add" in [named.kind for named in read(code).layers]
    assert [named.kind for named in read(code).layers].count("Add") == 2
    assert summarize(read(code)).rows[-1].output_shape == (8, 8, 8)


def test_what_is_said_of_two_models_the_last_counts() -> None:
    code = """
small = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
model = keras.Sequential([keras.Input((4,)), layers.Dense(5), layers.Dense(2)])
"""
    assert line_of(code) == "I4-D5lin-D2lin"


def test_names_stay() -> None:
    code = 'model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name=f"layer_{1}")], name="mine")'
    assert [named.name for named in read(code).layers] == ["input", "layer_1"]


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "There is no model in this code"),
        ("x = 1\n  y", "Line 2: This is not valid Python"),
        ("x = (\n", "This is not valid Python"),
        ("model = keras.Sequential([layers.Dense(3)])", "does not know its input size"),
        ("model = keras.Sequential([keras.Input((4,)),\n  layers.LSTM(3)])", "LSTM"),
        ("model = keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x)])", "Lambda"),
        (
            "\nmodel = keras.Sequential([keras.Input((4,)), layers.Dense(number_of_classes)])",
            "Line 2: The value of units",
        ),
        ("model = keras.Sequential([keras.Input(image_shape), layers.Dense(3)])", "Write the shape of the input"),
        ("model = keras.Sequential([keras.Input((4,)), layers.Dense(1, 2, 3)])", "with their names"),
        ("model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(8, 9)])", "window is larger"),
        ("x = layers.Dense(3)(images)\nmodel = keras.Model(x, x)", "Line 1: What Dense is applied to"),
        ("class Block:\n  pass\ni = keras.Input((4,))\nx = Block(i)", "Line 1: Block is not a Keras layer"),
        ("def more(x):\n  return more(layers.Dense(3)(x))\nmore(keras.Input((4,)))", "Line 1: The functions of this"),
        ("i = keras.Input((4,))\nif i:\n  x = layers.Dense(3)(i)", "Line 2: Whether this condition holds"),
        ("i = keras.Input((4,))\nwhile True:\n  x = layers.Dense(3)(i)", "Line 2: Layers in a statement like this"),
        ("for i in range(10**9):\n  x = layers.Dense(3)", "Only loops over written-out numbers"),
        ("for i in range(20000):\n  for j in range(20000):\n    x = layers.Dense(3)", "too many times"),
        ("i = keras.Input((4,))\nfor n in range(3000):\n  i = layers.Dense(1)(i)", "too many layers"),
        ("a = keras.Input((4,))\nb = keras.Input((4,))\nmodel = keras.Model([a, b], layers.add([a, b]))", "one input"),
        ("model = keras.Model(inputs, outputs)", "inputs and outputs of this Model"),
        ("\nreturn 3", "Line 2: This is not valid Python"),
        ("a = (1,)\nfor i in range(99):\n  a = a + a\n  x = layers.Dense(a)", "Line 4: The value of units"),
        ("a = 1\nfor i in range(99):\n  a = [a, a]\n  x = layers.Dense(a)", "Line 4: The value of units"),
        ("s = 'ab'\nfor i in range(99):\n  s = f'{s}{s}'\n  x = layers.Dense(s)", "Line 4: The value of units"),
        (
            "m = keras.Sequential([keras.Input((4,)), layers.Dense(1)])\nfor i in range(99):\n  m.add(m)",
            "Line 3: The model has",
        ),
        ("m = keras.Sequential()\nfor i in range(99):\n  m = keras.Sequential([m, m])", "does not know its input size"),
        ("-" * 100_000 + "1", "Line 1"),
        ("x" * 300_000, "too long"),
    ],
)
def test_what_is_not_understood_is_said_with_its_line(code: str, said: str) -> None:
    assert said in refusal(code)


def test_nothing_is_run() -> None:
    code = (
        "import os\nos.abort()\nmodel = keras.Sequential([keras.Input((4,)), layers.Dense(__import__('os').abort())])"
    )
    assert "The value of units" in refusal(code)


@given(st.text(max_size=60) | st.text("modelkras.Squnti([])=Dense(3)\n ,x+-*/", max_size=60))
def test_any_text_is_a_network_or_is_refused(code: str) -> None:
    try:
        described: Any = describe_script(code)
    except ModelFileError as error:
        described = str(error)
    assert described


@pytest.mark.keras
def test_settings_without_names_are_keras_s_own() -> None:
    import keras

    for kind, names in POSITIONAL.items():
        ours = [name for name in inspect.signature(getattr(keras.layers, kind).__init__).parameters if name != "self"]
        assert tuple(ours[: len(names)]) == names, kind
    for kind, values in DEFAULTS.items():
        parameters = inspect.signature(getattr(keras.layers, kind).__init__).parameters
        assert {name: parameters[name].default for name in values} == values, kind
