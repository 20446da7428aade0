"""Networks as one line of text: nothing is lost on the way, and what is wrong is refused at its character."""

import dataclasses
from math import prod

import pytest
from folders import ROOT
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import any_networks, fitting_networks, layers_of

from cnn_core.errors import CnnError, NetworkLineError
from cnn_core.layers import KINDS, Add, Concatenate, Conv2D, Dense, Flatten, Input, MaxPooling2D, UpSampling2D
from cnn_core.layers.weights import weight_shapes
from cnn_core.network.editing import sources
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.line import read_line, write_line
from cnn_core.network.line.short import SHORT_FORMS
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, Preset, PresetGroup, preset
from cnn_core.network.summary import summarize


def settled(network: Network) -> tuple[NamedLayer, ...]:
    """Return the layers, where "the layer above" is never spelled out by its name."""
    return tuple(
        dataclasses.replace(named, inputs=() if position and named.inputs == (above.name,) else named.inputs)
        for position, (above, named) in enumerate(
            zip((network.layers[0], *network.layers), network.layers, strict=False)
        )
    )


def refusal(line: str) -> NetworkLineError:
    with pytest.raises(NetworkLineError) as caught:
        read_line(line)
    return caught.value


def read_or_refused(line: str) -> Network | None:
    """Return what a line describes; None where it is refused, which names a character of it."""
    try:
        return read_line(line)
    except NetworkLineError as error:
        position, text = error.position, str(error)
    assert 1 <= position <= len(line) + 1
    assert text
    return None


# Both ways ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.key)
def test_presets_come_back(known: Preset) -> None:
    network = known.make()
    assert read_line(write_line(network)).layers == settled(network)


@given(fitting_networks())
def test_networks_that_fit_come_back(network: Network) -> None:
    assert read_line(write_line(network)).layers == settled(network)


@pytest.mark.parametrize("name", ["3×3", "a → b", "“quoted”", 'a "b" –'])
def test_names_keep_their_signs(name: str) -> None:
    network = Network((NamedLayer(name, Input((4,))), NamedLayer("dense", Dense(2), (name,))))
    assert [named.name for named in read_line(write_line(network)).layers] == [name, "dense"]


def test_signs_of_word_processors_are_taken_for_ours() -> None:
    assert read_line("“my net”=8×8×3–C4") == read_line('"my net"=8x8x3-C4')


@given(any_networks())
def test_whatever_is_written_is_read_or_refused_at_a_place(network: Network) -> None:
    line = write_line(network)
    read = read_or_refused(line)
    # A line always begins with an input.
    begins = isinstance(network.layers[0].layer, Input) if network.layers else False
    assert read is None or not begins or read.layers == settled(network)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Input"])
@given(st.data())
def test_every_setting_of_every_kind_comes_back(kind: str, data: st.DataObject) -> None:
    layer = data.draw(layers_of(KINDS[kind]))
    names = ("input", "relu")
    before = Network.of(Input((8, 8, 3)), NamedLayer("relu", KINDS["Activation"]()))
    inputs = names[: layer.inputs[0]] if layer.inputs[0] > 1 else ()
    frozen = data.draw(st.booleans())
    network = Network((*before.layers, NamedLayer("it", layer, inputs, not frozen)))
    assert read_line(write_line(network)).layers == network.layers


@pytest.mark.parametrize("name", ["a b", 'say "so"', "C32", "a+b", "수용장", "-", "3", "x.y", "lin", "|"])
def test_any_name_comes_back(name: str) -> None:
    network = Network.of(
        Input((8, 8, 3)), NamedLayer(name, Conv2D(4, 1)), Conv2D(4, 1), NamedLayer("sum", Add(), (name, "conv2d"))
    )
    assert read_line(write_line(network)).layers == network.layers


def test_nested_branches_come_back_without_names() -> None:
    """A U-Net of two stages: what is joined last parted first."""

    def same(filters: int) -> Conv2D:
        return Conv2D(filters, 3, padding="same", activation="relu")

    network = Network.of(
        Input((16, 16, 3)),
        same(8),
        MaxPooling2D(2),
        same(16),
        MaxPooling2D(2),
        same(32),
        UpSampling2D(2),
        NamedLayer("concatenate", Concatenate(), ("up_sampling2d", "conv2d_1")),
        same(16),
        UpSampling2D(2),
        NamedLayer("concatenate_1", Concatenate(), ("up_sampling2d_1", "conv2d")),
    )
    assert write_line(network) == "16x16x3-C8 -> (P2-C16 -> P2-C32-U2 | -> &-C16-U2) | -> &"
    assert read_line(write_line(network)).layers == settled(network)


def test_without_names_a_line_is_shorter_and_gives_the_same_figures() -> None:
    network = preset("mobilenet_v2").make()
    short = write_line(network, names=False)
    assert len(short) < len(write_line(network)) / 2
    ours, theirs = summarize(read_line(short)), summarize(network)
    assert (
        (ours.parameters, ours.multiply_adds) == (theirs.parameters, theirs.multiply_adds) == (3_538_984, 300_774_272)
    )


# What is read ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "parameters"),
    [
        # Krizhevsky, Sutskever and Hinton (2012): one tower as often counted, and with its two groups.
        ("227x227x3-C96k11s4v-P3s2-C256k5-P3s2-C384-C384-C256-P3s2-F-D4096-DO0.5-D4096-DO0.5-D1000sm", 62_378_344),
        ("227x227x3-C96k11s4v-P3s2-C256k5g2-P3s2-C384-C384g2-C256g2-P3s2-F-D4096-D4096-D1000sm", 60_965_224),
        ("28x28x1-C32-C64v-P2-F-D100-D10sm", 1_101_526),
        ("224x224x3-2*(C64)-P-2*(C128)-P-3*(C256)-P-3*(C512)-P-3*(C512)-P-F-D4096-D4096-D1000sm", 138_357_544),
    ],
    ids=["AlexNet", "AlexNet, grouped", "MNIST", "VGG16"],
)
def test_networks_from_papers_in_one_line(line: str, parameters: int) -> None:
    assert summarize(read_line(line)).parameters == parameters


@pytest.mark.parametrize("key", [known.key for known in PRESETS if known.group is PresetGroup.PATTERN])
def test_the_courses_notation_gives_the_courses_patterns(key: str) -> None:
    """Course 001 writes the order of layers; its title is the preset's."""
    known = preset(key)
    line = next(one.title for one in PRESETS if one.key == key)
    read = summarize(read_line(line))
    assert [row.kind for row in read.rows] == [row.kind for row in summarize(known.make()).rows]


def test_the_first_pattern_is_the_preset_to_the_last_parameter() -> None:
    line = "Conv-Pool-Conv-Pool-Conv-Pool-FC-SM"
    assert read_line(line).layers == preset("pattern_three_pools").make().layers


def test_words_between_short_forms() -> None:
    network = read_line(
        "32x32x3 - Conv2D(filters=8, kernel_size=(3, 5), padding='same') - B - relu – GA − D10 sm".replace(" sm", "sm")
    )
    assert [named.kind for named in network.layers] == [
        "Input", "Conv2D", "BatchNormalization", "Activation", "GlobalAveragePooling2D", "Dense",
    ]  # fmt: skip
    assert network.layers[1].layer == Conv2D(8, (3, 5), padding="same")


@pytest.mark.parametrize(
    ("line", "joined"),
    [
        ("8x8x3 -> a: C64 | b: C64k5 -> a+b", Add()),
        ("8x8x3 -> C64 | C64k5 -> +", Add()),
        ("8x8x3-one=C64-two=C64-one+two", Add()),
        ("8x8x3 -> C64 | C64k5 -> &", Concatenate()),
        ("8x8x3 -> C64 | C64k5 -> Add", Add()),
        ("8x8x3 → C64 | C64k5 → Add", Add()),
        ("8x8x3-one=C64-two=C64-Add[one, two]", Add()),
    ],
)
def test_branches_are_joined(line: str, joined: object) -> None:
    last = read_line(line).layers[-1]
    assert last.layer == joined
    assert len(sources(read_line(line), len(read_line(line).layers) - 1)) == 2


def test_an_empty_branch_is_the_fork_itself() -> None:
    network = read_line("8x8x3-C4 -> C4lin | -> +-R")
    assert network["add"].inputs == ("conv2d_1", "conv2d")
    assert network["add"] != read_line("8x8x3-C4 -> | C4lin -> +-R")["add"]


def test_the_input_may_be_given() -> None:
    start = Input((180, 180, 3))
    assert read_line("Conv-Pool-FC-SM", start).layers[0].layer == start
    assert read_line("28x28x1-C8", start).layers[0].layer == Input((28, 28, 1))


@pytest.mark.parametrize("code", SHORT_FORMS)
def test_a_code_alone_is_a_new_layer(code: str) -> None:
    """What a short form does not say is as in a layer that is newly added."""
    form = SHORT_FORMS[code]
    if code == "I":
        return
    layer = read_line(f"8x8x4-{code}").layers[-1].layer
    assert layer == KINDS[form.kind](**KINDS[form.kind].starter)


def test_the_readme_s_lines_are_read() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("## A network as one line")[1].split("```")[1]
    lines = [line[:50].strip() for line in block.strip().splitlines()]
    assert len(lines) == 6
    for line in lines:
        network = read_line(line)
        assert read_line(write_line(network)).layers == network.layers


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "position", "expected"),
    [
        ("", 1, "a layer"),
        ("   ", 4, "a layer"),
        ("28x28x1-Q3", 9, "a layer, such as C32"),
        ("28x28x1-C32q5", 12, "a setting of C"),
        ("28x28x1-C32k", 12, "a setting of C"),
        ("28x28x1-C32--P2", 13, "a layer"),
        ("28x28x1-C32-", 13, "a layer"),
        ("28x28x1-C32 P2", 13, '"-", "->", "|" or the end of the line'),
        ("28x28x1-F64", 10, "no more settings of F"),
        ("28x28x1-C32k0", 9, "kernel_size must be one or two whole numbers from 1"),
        ("28x28x1-C8 | C8 -> D3", 20, "a join of the 2 branches"),
        ("28x28x1-C8-+", 12, "branches to join"),
        ("28x28x1-C8-a+b", 12, "the name of a layer or a branch before this place"),
        ("28x28x1-C8[nobody]", 12, "the name of a layer or a branch before this place"),
        ("28x28x1-(C8", 12, '")"'),
        ("28x28x1-C8)", 11, "the end of the line"),
        ("28x28x1-2*()", 11, "a layer between the parentheses"),
        ("28x28x1-3000*(C8)", 9, "a number of times"),
        ("28x28x1-Conv2D(filters=8, kernel_size=3, size=2)", 42, "a setting of Conv2D"),
        ("28x28x1-Conv2D(filters=open('x'), kernel_size=3)", 24, "a number, a text in quotes"),
        ("28x28x1-Conv2D(8, 3)", 16, "settings, such as filters=32"),
        ("28x28x1-Conv2D(filters=8", 25, "a parenthesis that closes"),
        ("28x28x1-Conv2D(filters=8)", 9, "kernel_size"),
        ("28x28x1-Lambda(x=1)", 9, "the name of a kind"),
        ("28x28x1-a=C8-a=C8", 14, "a name that no layer has"),
        ("28x28x1-C8-28x28x1", 12, "the input comes first"),
        ("28x28x1-C8-%", 12, "one of the signs"),
        ('28x28x1-"C8', 9, "one of the signs"),
    ],
)
def test_what_is_wrong_is_refused_at_its_character(line: str, position: int, expected: str) -> None:
    error = refusal(line)
    assert error.position == position, str(error)
    assert expected in str(error)
    assert f"character {position}" in str(error)


@given(st.text("CPDFIxkslin0123456789.-+*&|:=()[]>!, \"'", max_size=40) | st.text(max_size=20))
@example("(" * 500)
@example("Conv2D(filters=" + "-" * 100_000 + "1)")
@example("C8(" * 50 + ")" * 50)
@example("a=" * 1000)
@example("2*(" * 30 + "C1" + ")" * 30)
@example("9" * 5000)
@example("C" + "9" * 5000)
@example("x" * 300)
def test_any_text_is_a_network_or_is_refused(text: str) -> None:
    network = read_or_refused(text)
    assert network is None or (len(network.layers) <= MOST_LAYERS and isinstance(network.layers[0].layer, Input))


def test_more_layers_than_a_network_may_have_are_refused() -> None:
    assert "at most" in str(refusal("28x28x1-2000*(R)"))
    assert len(read_line("28x28x1-1999*(R)").layers) == MOST_LAYERS


def test_errors_are_pickled_with_their_place() -> None:
    import pickle

    error = refusal("28x28x1-C32q5")
    assert pickle.loads(pickle.dumps(error)).position == 12
    assert isinstance(error, CnnError)


def test_what_is_read_computes_what_it_says() -> None:
    """The counts of a short form against NumPy's way of counting: shapes multiplied out."""
    rows = summarize(read_line("10x12x3-C6k3x5s2x1d1-F-D7nb")).rows
    kernel = weight_shapes(rows[1].layer, *rows[1].input_shapes)["kernel"]
    assert kernel == (3, 5, 3, 6)
    assert rows[1].parameters == prod(kernel) + 6
    assert isinstance(rows[2].layer, Flatten)
    assert isinstance(rows[3].layer, Dense)
    assert rows[3].parameters == 5 * 12 * 6 * 7
