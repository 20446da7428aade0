"""Networks: names, order, inputs, circles; every fault named with its layer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import fitting_networks

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import Add, Concatenate, Conv2D, Dense, Flatten, Input, MaxPooling2D
from cnn_core.layers.shapes import output_shape
from cnn_core.network.network import NamedLayer, Names, Network, free_name, name_layers, snake_case
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize, summarize_so_far

IMAGE = NamedLayer("input", Input((8, 8, 3)))


def conv(name: str, *inputs: str, filters: int = 4) -> NamedLayer:
    return NamedLayer(name, Conv2D(filters, 3, padding="same"), inputs)


def fault(*layers: NamedLayer) -> NetworkError:
    """Walk a wrong network and return what is said of it."""
    with pytest.raises(NetworkError) as caught:
        list(Network(layers).steps())
    return caught.value


# Names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Conv2D", "conv2d"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("DepthwiseConv2D", "depthwise_conv2d"),
        ("SeparableConv2D", "separable_conv2d"),
        ("GlobalAveragePooling2D", "global_average_pooling2d"),
        ("BatchNormalization", "batch_normalization"),
        ("UpSampling2D", "up_sampling2d"),
        ("Dense", "dense"),
    ],
)
def test_names_as_keras_derives_them(kind: str, name: str) -> None:
    assert snake_case(kind) == name


def test_free_names_count_up() -> None:
    assert free_name("Dense", ()) == "dense"
    assert free_name("Dense", ("dense", "dense_1")) == "dense_2"
    assert free_name("Dense", {"dense_1"}) == "dense"


@given(
    st.lists(st.sampled_from(["dense", "dense_1", "dense_3", "conv2d", "other"])),
    st.lists(st.sampled_from(["Dense", "Conv2D"])),
)
def test_many_names_are_given_as_each_alone(taken: list[str], kinds: list[str]) -> None:
    names, so_far = Names(taken), set(taken)
    for kind in kinds:
        wanted = free_name(kind, so_far)
        so_far.add(wanted)
        assert names.take_free(kind) == wanted
        assert wanted in names


def test_given_names_are_kept_and_avoided() -> None:
    named = name_layers([Dense(1), NamedLayer("dense", Dense(2)), Dense(3)])
    assert [layer.name for layer in named] == ["dense_1", "dense", "dense_2"]
    assert [layer.layer for layer in named] == [Dense(1), Dense(2), Dense(3)]


def test_layers_are_found_by_name() -> None:
    network = preset("mnist").make()
    assert network["dense_1"].layer == Dense(10, activation="softmax")
    assert network["dense_1"].kind == "Dense"
    with pytest.raises(NetworkError, match=r'no layer "dense_2"\. The layers are: input, conv2d, conv2d_1,') as caught:
        network["dense_2"]
    assert caught.value.layer == "dense_2"


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb", "a\tb", "\x00", "x" * 201, "\ud800"])
def test_names_that_nobody_could_read_are_refused(name: str) -> None:
    error = fault(IMAGE, conv(name))
    assert "A layer's name is 1 to 200 printable characters without a slash. Received: " in str(error)
    assert error.layer == name


@pytest.mark.parametrize("name", ["a", "Conv 1", "합성곱", "x" * 200, "=1+1", "{name}", "a|b"])
def test_other_names_are_fine(name: str) -> None:
    assert [step.named.name for step in Network((IMAGE, conv(name))).steps()] == ["input", name]


def test_a_name_used_twice() -> None:
    error = fault(IMAGE, conv("a"), conv("b"), conv("a"))
    assert str(error) == 'Layer "a" (Conv2D): The name "a" is used twice. Rename one of the two layers.'
    assert error.layer == "a"


# Order and inputs --------------------------------------------------------------------------------------------------


def test_a_layer_without_inputs_takes_the_layer_before() -> None:
    network = Network(
        (IMAGE, conv("a"), conv("b"), NamedLayer("sum", Add(), ("a", "b")), NamedLayer("flat", Flatten()))
    )
    assert [step.sources for step in network.steps()] == [(), ("input",), ("a",), ("a", "b"), ("sum",)]
    assert [step.input_shapes for step in network.steps()][3] == ((8, 8, 4), (8, 8, 4))
    assert [step.output_shape for step in network.steps()][-1] == (256,)


def test_a_step_knows_the_first_of_its_like() -> None:
    """Equal layers on equal shapes are alike, whatever they are called and wherever their input comes from."""
    network = Network(
        (
            IMAGE,
            conv("a"),
            conv("b"),
            conv("c"),
            conv("wide", filters=8),
            conv("after wide"),
            conv("d", "a"),
            NamedLayer("ab", Add(), ("a", "b")),
            NamedLayer("cd", Add(), ("c", "d")),
            NamedLayer("all", Add(), ("a", "b", "c")),
            NamedLayer("pool", MaxPooling2D(2)),
            conv("smaller"),
        )
    )
    assert [step.like for step in network.steps()] == [0, 1, 2, 2, 4, 5, 2, 7, 7, 9, 10, 11]


@given(network=fitting_networks())
def test_like_steps_have_the_same_shapes(network: Network) -> None:
    steps = list(network.steps())
    for position, step in enumerate(steps):
        first = steps[step.like]
        assert step.like <= position
        assert (first.named.layer, first.input_shapes) == (step.named.layer, step.input_shapes)
        assert step.output_shape == first.output_shape == output_shape(step.named.layer, *step.input_shapes)


def test_outputs_are_what_nobody_takes() -> None:
    network = Network((IMAGE, conv("a"), conv("b", "input"), conv("c", "a")))
    assert network.output_names() == ("b", "c")


def test_a_layer_may_take_the_same_input_twice() -> None:
    network = Network((IMAGE, NamedLayer("twice", Concatenate(), ("input", "input"))))
    assert [step.output_shape for step in network.steps()][-1] == (8, 8, 6)


@pytest.mark.parametrize(
    ("layers", "kind", "layer"),
    [((), "–", None), ((conv("a"),), "Conv2D", "a"), ((conv("a"), IMAGE), "Conv2D", "a")],
)
def test_a_network_begins_with_an_input(layers: tuple[NamedLayer, ...], kind: str, layer: str | None) -> None:
    error = fault(*layers)
    assert str(error) == f"A network begins with an Input. Received: {kind}. Add an Input as the first layer."
    assert error.layer == layer


def test_one_input_only() -> None:
    error = fault(IMAGE, conv("a"), NamedLayer("second", Input((4, 4, 1))))
    assert 'Layer "second" (Input): A network has one Input, and it comes first.' in str(error)
    assert "one Input" in str(fault(IMAGE, NamedLayer("second", Input((4, 4, 1)), ("input",))))


def test_an_input_takes_nothing() -> None:
    error = fault(NamedLayer("input", Input((8, 8, 3)), ("input",)))
    assert "form a cycle: input → input" in str(error)


def test_a_missing_input() -> None:
    error = fault(IMAGE, conv("a", "nobody"))
    assert str(error) == 'Layer "a" (Conv2D): Its input "nobody" does not exist. Choose a layer above it.'


def test_an_input_that_comes_later() -> None:
    error = fault(IMAGE, conv("a", "b"), conv("b", "input"))
    assert str(error) == 'Layer "a" (Conv2D): Its input "b" comes after it. Move "b" up.'


@pytest.mark.parametrize(
    ("layers", "circle"),
    [
        ([conv("a", "a")], "a → a"),
        ([conv("a", "b"), conv("b", "a")], "a → b → a"),
        ([conv("a", "c"), conv("b"), conv("c")], "a → b → c → a"),
        ([conv("a", "b"), NamedLayer("b", Add(), ("input", "c")), conv("c", "a")], "a → c → b → a"),
    ],
)
def test_circles_are_shown(layers: list[NamedLayer], circle: str) -> None:
    error = fault(IMAGE, *layers)
    assert f"The layers form a cycle: {circle}. Remove one of these connections." in str(error)
    assert error.layer == "a"


def test_a_circle_elsewhere_is_not_blamed_on_the_layer_before_it() -> None:
    error = fault(IMAGE, conv("a", "b"), conv("b", "c"), conv("c", "b"))
    assert 'Its input "b" comes after it' in str(error)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (conv("z", "input", "a"), "This layer takes one input. Received: input, a. Join them with Add or Concatenate"),
        (NamedLayer("z", Add()), "This layer takes 2 to 64 inputs. Received: a. Name the layers that it joins."),
        (NamedLayer("z", Add(), ("a",)), "This layer takes 2 to 64 inputs. Received: a."),
        (NamedLayer("z", Add(), ("a",) * 65), "This layer takes 2 to 64 inputs. Received: a, a,"),
    ],
)
def test_wrong_numbers_of_inputs(layer: NamedLayer, message: str) -> None:
    error = fault(IMAGE, conv("a"), layer)
    assert message in str(error)
    assert error.layer == "z"


def test_the_first_layer_that_does_not_fit_is_named() -> None:
    error = fault(IMAGE, NamedLayer("flat", Flatten()), NamedLayer("pool", MaxPooling2D(2)), conv("late"))
    assert str(error).startswith('Layer "pool" (MaxPooling2D): This layer needs feature maps')
    assert isinstance(error.__cause__, LayerError)


def test_a_fault_is_translated_with_its_cause() -> None:
    error = fault(IMAGE, conv("a", "nobody"))
    german = {
        'Layer "{layer}" ({kind}): {cause}': "Schicht „{layer}“ ({kind}): {cause}",
        'Its input "{source}" does not exist. Choose a layer above it.': "Ihr Eingang „{source}“ fehlt.",
    }
    assert error.render(lambda text: german[text]) == "Schicht „a“ (Conv2D): Ihr Eingang „nobody“ fehlt."


def test_a_long_network_is_walked() -> None:
    """Two thousand layers, the last of which closes a circle."""
    chain = [conv(f"layer_{i}") for i in range(1, 2000)]
    assert len(list(Network((IMAGE, *chain)).steps())) == 2000
    error = fault(IMAGE, conv("layer_0", "layer_1999"), *chain)
    assert "cycle: layer_0 → layer_1 → layer_2 →" in str(error)


# What is known of a network that does not fit ----------------------------------------------------------------------


def test_a_summary_goes_as_far_as_the_network_fits() -> None:
    network = Network((IMAGE, conv("a"), NamedLayer("flat", Flatten()), conv("b"), conv("c")))
    summary = summarize_so_far(network)
    assert [row.name for row in summary.rows] == ["input", "a", "flat"]
    assert summary.error is not None
    assert summary.error.layer == "b"
    with pytest.raises(NetworkError) as caught:
        summarize(network)
    assert str(caught.value) == str(summary.error)


def test_a_summary_of_nothing_says_why() -> None:
    summary = summarize_so_far(Network(()))
    assert summary.rows == ()
    assert "begins with an Input" in str(summary.error)
    assert (summary.parameters, summary.multiply_adds, summary.peak_bytes) == (0, 0, 0)


@given(network=fitting_networks())
def test_a_summary_of_a_whole_network_has_no_fault(network: Network) -> None:
    summary = summarize_so_far(network)
    assert summary.error is None
    assert summary == summarize(network)
    assert tuple(row.name for row in summary.rows) == tuple(named.name for named in network.layers)


@settings(max_examples=30)
@given(network=fitting_networks())
def test_names_of_layers_change_nothing_but_names(network: Network) -> None:
    renamed = Network(
        tuple(
            NamedLayer(f"x {one.name}", one.layer, tuple(f"x {name}" for name in one.inputs)) for one in network.layers
        )
    )
    before, after = summarize(network), summarize(renamed)
    assert [row.output_shape for row in after.rows] == [row.output_shape for row in before.rows]
    assert (after.parameters, after.multiply_adds) == (before.parameters, before.multiply_adds)
