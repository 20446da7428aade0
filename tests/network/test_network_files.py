"""Networks as JSON: nothing is lost on the way, and whatever is wrong is refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import any_networks, fitting_networks

from cnn_core.errors import NetworkFileError
from cnn_core.layers import Conv2D, Flatten, Input, Rescaling
from cnn_core.network.files import LARGEST_TEXT, LONGEST_NAME, MOST_LAYERS, read_network, refuse_unreadable
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, Preset, preset


def document(**changes: Any) -> str:
    """Return a file with these keys changed; None takes a key away."""
    whole = {"format": "convscope-network", "version": 1, "name": "n", "layers": [], **changes}
    return json.dumps({key: value for key, value in whole.items() if value is not None})


def with_layer(**changes: Any) -> str:
    """Return a file whose second layer is a convolution with these keys changed; ... takes a key away."""
    layer = {"name": "conv", "kind": "Conv2D", "filters": 4, "kernel_size": 3, **changes}
    kept = {key: value for key, value in layer.items() if value is not ...}
    return document(layers=[{"name": "input", "kind": "Input", "shape": [8, 8, 3]}, kept])


def with_setting(text: str) -> str:
    """Return a file whose convolution has this JSON for its filters, which may be none that `json` would write."""
    return with_layer(filters="@").replace('"@"', text)


def refusal(text: str) -> str:
    """Read a wrong file and return what is said of it, which must be printable."""
    with pytest.raises(NetworkFileError) as caught:
        Network.from_json(text)
    message = str(caught.value)
    assert len(message.encode()) < 2_000
    return message


# There and back ----------------------------------------------------------------------------------------------------


@given(network=any_networks() | fitting_networks())
def test_networks_come_back_as_they_were(network: Network) -> None:
    text = network.to_json()
    again = Network.from_json(text)
    assert again == network
    assert again.to_json() == text


ODD_NAMES = st.sampled_from(["fine", "", "two\nlines", "\ud800", "n" * LONGEST_NAME, "n" * (LONGEST_NAME + 1)])


@given(ODD_NAMES, ODD_NAMES, ODD_NAMES)
def test_what_could_not_be_read_again_is_refused_in_the_same_words(own: str, name: str, source: str) -> None:
    network = Network((NamedLayer("input", Input((8, 8, 1))), NamedLayer(name, Flatten(), (source,))), own)
    text = network.to_json()
    said = []
    for check in (lambda: refuse_unreadable(network, text), lambda: read_network(text)):
        try:
            check()
        except NetworkFileError as error:
            said.append(str(error))
    assert len(said) in (0, 2)
    assert len(set(said)) <= 1


@pytest.mark.parametrize("layers", [MOST_LAYERS, MOST_LAYERS + 1])
def test_a_network_that_is_too_long_to_be_read_again_is_refused(layers: int) -> None:
    network = Network(tuple(NamedLayer(f"l{n}", Flatten()) for n in range(layers)))
    text = network.to_json()
    if layers > MOST_LAYERS:
        with pytest.raises(NetworkFileError, match=str(MOST_LAYERS)):
            refuse_unreadable(network, text)
    else:
        refuse_unreadable(network, text)
        assert read_network(text) == network


def test_a_text_that_is_too_long_to_be_read_again_is_refused() -> None:
    names = tuple("n" * LONGEST_NAME for _ in range(30_000))
    network = Network((NamedLayer("input", Input((8, 8, 1))), NamedLayer("add", Flatten(), names)))
    with pytest.raises(NetworkFileError, match=str(LARGEST_TEXT)):
        refuse_unreadable(network, network.to_json())


def test_only_frozen_layers_are_said_to_be_so() -> None:
    network = Network.from_json(with_layer(trainable=False))
    assert not network["conv"].trainable
    assert '"activation": "linear", "trainable": false}' in network.to_json()
    learning = Network.from_json(with_layer())
    assert learning["conv"].trainable
    assert "trainable" not in learning.to_json()
    assert learning == Network.from_json(with_layer(trainable=True)) != network


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_presets_come_back_as_they_were(preset: Preset) -> None:
    network = preset.make()
    assert Network.from_json(network.to_json()) == network


def test_the_file_is_one_layer_a_line() -> None:
    assert preset("cats_dogs").make().to_json().splitlines()[:8] == [
        "{",
        '  "format": "convscope-network",',
        '  "version": 1,',
        '  "name": "cats_dogs",',
        '  "layers": [',
        '    {"name": "input", "kind": "Input", "shape": [180, 180, 3]},',
        '    {"name": "rescaling", "kind": "Rescaling", "scale": 0.00392156862745098, "offset": 0.0},',
        '    {"name": "conv2d", "kind": "Conv2D", "filters": 32, "kernel_size": [3, 3], "strides": [1, 1], '
        '"padding": "valid", "dilation_rate": [1, 1], "groups": 1, "use_bias": true, "activation": "relu"},',
    ]


def test_defaults_may_be_left_out() -> None:
    network = Network.from_json(with_layer())
    assert network["conv"].layer == Conv2D(4, 3)
    assert Network.from_json(document(name=None)).name == "network"


def test_a_network_that_does_not_fit_is_still_read() -> None:
    assert len(Network.from_json(with_layer(inputs=["nobody"])).layers) == 2
    assert Network.from_json(document()).layers == ()


def test_the_most_layers_can_be_written_and_read() -> None:
    named = [NamedLayer(f"{i:0200}", Conv2D(64, 3), (f"{i - 1:0200}",)) for i in range(MOST_LAYERS)]
    text = Network(tuple(named)).to_json()
    assert Network.from_json(text).layers == tuple(named)
    more = json.loads(text)["layers"] + [{}]
    assert "At layers: expected a list of at most 2000 layers" in refusal(document(layers=more))


# What is wrong, and where ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "This is not JSON: it breaks off or goes wrong at line 1, column 1."),
        ("{", "This is not JSON: it breaks off or goes wrong at line 1, column 2."),
        ('{\n"format": }', "goes wrong at line 2, column 11."),
        ("\ufeff{}", "This is not JSON"),
        (document() + "x", "This is not JSON"),
        ("null", "At the file: expected an object. Received: null."),
        ("[]", "At the file: expected an object. Received: []."),
        ('"x"', 'At the file: expected an object. Received: "x".'),
        ("{}", 'At the file: "format" is missing.'),
        (document(format=None), 'At the file: "format" is missing.'),
        (document(version=None), 'At the file: "version" is missing.'),
        (document(layers=None), 'At the file: "layers" is missing.'),
        (document(extra=1), 'At the file: "extra" is not known here. Known are: format, version, name, layers.'),
        (
            document(format="other"),
            'This is not a network of this program. Expected format "convscope-network", version 1.',
        ),
        (document(version=2), 'Received: format "convscope-network", version 2.'),
        (document(version="1"), 'Received: format "convscope-network", version "1".'),
        (document(version=True), 'Received: format "convscope-network", version true.'),
        (document(format=[1]), "Received: format [1], version 1."),
        (document(name=3), "At name: expected a text of at most 200 printable characters. Received: 3."),
        (document(name="x" * 201), "At name: expected a text of at most 200"),
        (document(name="a\nb"), r'At name: expected a text of at most 200 printable characters. Received: "a\nb".'),
        (document(layers={}), "At layers: expected a list of at most 2000 layers. Received: {}."),
        (document(layers="x"), "At layers: expected a list"),
        (document(layers=[1]), 'At layers[0]: expected an object with a "kind". Received: 1.'),
        (document(layers=[[]]), 'At layers[0]: expected an object with a "kind".'),
        (document(layers=[{}]), 'At layers[0]: expected an object with a "kind". Received: {}.'),
        (with_layer(kind="Conv3D"), "At layers[1].kind: expected one of Input, Conv2D,"),
        (with_layer(kind=["Conv2D"]), 'Received: ["Conv2D"].'),
        (with_layer(kind="Pooling"), 'Received: "Pooling".'),
        (with_layer(kind=...), 'At layers[1]: expected an object with a "kind".'),
        (with_layer(name=...), 'At layers[1]: "name" is missing.'),
        (with_layer(filters=...), 'At layers[1]: "filters" is missing.'),
        (with_layer(name=1), "At layers[1].name: expected a text of at most 200 printable characters. Received: 1."),
        (with_layer(name=None), "At layers[1].name: expected a text"),
        (with_layer(name="x" * 201), "At layers[1].name: expected a text"),
        (with_layer(inputs="input"), 'At layers[1].inputs: expected a list of layer names. Received: "input".'),
        (with_layer(inputs=None), "At layers[1].inputs: expected a list of layer names. Received: null."),
        (with_layer(inputs=["input", 1]), "At layers[1].inputs[1]: expected a text"),
        (with_layer(units=3), 'At layers[1]: "units" is not known here. Known are: name, kind, inputs, trainable,'),
        (with_layer(filters=0), "At layers[1] (Conv2D): filters must be a whole number from 1 to 1000000. Received"),
        (with_layer(filters=None), "Received: filters=None."),
        (with_layer(filters=4.0), "Received: filters=4.0."),
        (with_layer(filters=True), "Received: filters=True."),
        (with_layer(filters="4"), "Received: filters='4'."),
        (with_layer(filters={"a": 1}), "Received: filters={'a': 1}."),
        (with_layer(padding="full"), "At layers[1] (Conv2D): padding must be valid, same or the amounts"),
        (with_layer(activation="Relu"), "At layers[1] (Conv2D): activation must be one of linear, relu,"),
        (with_layer(use_bias=1), "At layers[1] (Conv2D): use_bias must be true or false. Received: use_bias=1."),
        (with_layer(groups=3), "At layers[1] (Conv2D): The groups must divide the filters."),
        (with_layer(trainable=0), "At layers[1].trainable: expected true or false. Received: 0."),
        (with_layer(strides=2, dilation_rate=2), "Strides above 1 and a dilation_rate above 1 cannot be combined."),
    ],
)
def test_wrong_files_are_refused_with_their_place(text: str, message: str) -> None:
    assert message in refusal(text)


def test_a_key_that_appears_twice() -> None:
    twice = '{"name": "a", "kind": "Dense", "units": 1, "units": 2}'
    assert refusal(document(layers=["@"]).replace('"@"', twice)) == 'The key "units" appears twice in one object.'


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e999", "1" * 400, "1" * 4_301, "-0.0", "1E3"],
    ids=lambda text: text[:9],
)
def test_odd_numbers(number: str) -> None:
    said = refusal(with_setting(number))
    assert "filters must be a whole number" in said or "a number that is too long" in said
    rescaling = document(layers=[{"name": "a", "kind": "Rescaling", "scale": "@"}]).replace('"@"', number)
    if number in ("-0.0", "1E3"):
        assert Network.from_json(rescaling)["a"].layer == Rescaling(float(number))
    else:
        said = refusal(rescaling)
        assert "scale must be a number" in said or "a number that is too long" in said


@pytest.mark.parametrize("depth", [2, 100, 800, *range(900, 1_000), 5_000, 100_000])
def test_deep_nesting(depth: int) -> None:
    """Around a thousand levels the parser gives up; just below, whoever repeats the value in a message would."""
    for inner in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        assert "Received: " in refusal(with_setting(inner)) or depth > 800
        for place in ("kind", "name", "inputs"):
            refusal(with_layer(**{place: "@"}).replace('"@"', inner))
        refusal(document(layers="@").replace('"@"', inner))
        refusal(inner)


@pytest.mark.parametrize("half", [r"\ud800", r"\udfff"])
def test_half_a_surrogate_pair_is_refused_in_words_that_can_be_printed(half: str) -> None:
    for text in (
        with_layer(name="@"),
        with_layer(kind="@"),
        with_layer(inputs=["@"]),
        with_layer(filters="@"),
        with_layer(**{"@": 1}),
        document(name="@"),
        document(format="@"),
        document(layers=["$"]).replace('"$"', '{"@": 1, "@": 2}'),
    ):
        assert half.lower() in refusal(text.replace("@", half)).lower()


def test_a_text_that_is_too_long() -> None:
    said = refusal(" " * (LARGEST_TEXT + 1))
    assert said == "The file is too long for a network. Received: 5000001 characters; at most 5000000 are read."


def test_what_was_received_is_shortened() -> None:
    assert refusal(document(layers="x" * 1_000)).endswith("x….")
    assert "x" * 81 not in refusal(with_layer(**{"x" * 1_000: 1}))


PLACES = ["format", "version", "name", "layers"]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def read_or_refuse(text: str) -> None:
    """Whatever comes, it is a network or a NetworkFileError."""
    try:
        network = Network.from_json(text)
    except NetworkFileError as error:
        message = str(error)
    else:
        message = network.to_json()
    assert message.encode()


@given(value=ANY_JSON, place=st.sampled_from([*PLACES, "name of a layer", "inputs", "filters", "padding", "kind"]))
def test_any_value_anywhere_is_read_or_refused(value: Any, place: str) -> None:
    if place in PLACES:
        read_or_refuse(json.dumps({**json.loads(document()), place: value}))
    else:
        read_or_refuse(with_layer(**{place.split()[0]: value}))


@settings(max_examples=150)
@given(data=st.data())
def test_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    text = with_layer(inputs=["input"], padding=[[1, 2], [3, 4]])
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 10, len(text))))
    read_or_refuse(text[:start] + data.draw(st.text(max_size=5)) + text[end:])


@given(value=ANY_JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    read_or_refuse(json.dumps(value))
