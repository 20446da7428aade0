"""Edits of a network: what each does to names and inputs, and that none ever ends in anything but a CnnError."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_layers, fitting_networks, layer_names

from cnn_core.errors import CnnError, NetworkError
from cnn_core.layers import (
    KINDS,
    Add,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    Input,
    MaxPooling2D,
    SeparableConv2D,
)
from cnn_core.network import editing
from cnn_core.network.files import MOST_LAYERS
from cnn_core.network.line import read_line, write_line
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize, summarize_so_far


def chain() -> Network:
    return Network.of(
        NamedLayer("in", Input((8, 8, 1))),
        NamedLayer("a", Conv2D(4, 3, padding="same")),
        NamedLayer("b", Conv2D(4, 3, padding="same")),
        NamedLayer("c", Flatten()),
    )


def residual() -> Network:
    """in → a → b → c, and then the sum of a and c."""
    return Network.of(
        NamedLayer("in", Input((8, 8, 1))),
        NamedLayer("a", Conv2D(4, 3, padding="same")),
        NamedLayer("b", Conv2D(4, 3, padding="same")),
        NamedLayer("c", Conv2D(4, 3, padding="same")),
        NamedLayer("sum", Add(), ("a", "c")),
    )


def wires(network: Network) -> dict[str, tuple[str, ...]]:
    """Return who takes its input from whom."""
    return {named.name: editing.sources(network, i) for i, named in enumerate(network.layers)}


def names(network: Network) -> list[str]:
    return [named.name for named in network.layers]


# One edit at a time ---------------------------------------------------------------------------------------------------


def test_insert_names_the_layer_and_stands_on_the_way() -> None:
    edited = editing.insert(chain(), 2, MaxPooling2D())
    assert names(edited) == ["in", "a", "max_pooling2d", "b", "c"]
    assert wires(edited)["b"] == ("max_pooling2d",)
    assert names(editing.insert(edited, 5, MaxPooling2D()))[-1] == "max_pooling2d_1"


def test_insert_into_a_branch_leaves_the_other_branch_alone() -> None:
    edited = editing.insert(residual(), 4, MaxPooling2D())
    assert wires(edited)["max_pooling2d"] == ("c",)
    assert wires(edited)["sum"] == ("a", "max_pooling2d")
    edited = editing.insert(residual(), 2, MaxPooling2D())
    assert wires(edited)["b"] == ("max_pooling2d",)
    assert wires(edited)["sum"] == ("a", "c")


def test_insert_a_joint() -> None:
    edited = editing.insert(chain(), 3, Add(), ("b", "a"))
    assert wires(edited)["add"] == ("b", "a")
    assert wires(edited)["c"] == ("add",)
    summarize(edited)


def test_insert_beyond_the_end_is_at_the_end() -> None:
    assert names(editing.insert(chain(), 99, Dense(3)))[-1] == "dense"


@pytest.mark.parametrize("position", [0, -3])
def test_nothing_comes_before_the_input(position: int) -> None:
    with pytest.raises(NetworkError, match="before the Input"):
        editing.insert(chain(), position, Dense(3))


def test_a_network_has_an_end() -> None:
    full = Network.of(Input((4,)), *(Dense(4) for _ in range(MOST_LAYERS - 1)))
    with pytest.raises(NetworkError, match="at most"):
        editing.insert(full, 1, Dense(4))
    with pytest.raises(NetworkError, match="at most"):
        editing.duplicate(full, "dense")


def test_replace_keeps_name_and_inputs() -> None:
    edited = editing.replace(residual(), "sum", Conv2D(2, 1))
    assert edited["sum"] == NamedLayer("sum", Conv2D(2, 1), ("a", "c"))
    for name, layer in (("in", Dense(3)), ("a", Input((3, 3, 3)))):
        with pytest.raises(NetworkError, match="The Input cannot"):
            editing.replace(chain(), name, layer)


def test_change_kind_keeps_what_both_have() -> None:
    edited = editing.change_kind(chain(), "a", "SeparableConv2D")
    assert edited["a"].layer == SeparableConv2D(4, 3, padding="same")
    edited = editing.change_kind(Network.of(Input((8, 8, 1)), MaxPooling2D(3)), "max_pooling2d", "AveragePooling2D")
    assert edited.layers[1] == NamedLayer("average_pooling2d", AveragePooling2D(3))
    assert editing.change_kind(chain(), "a", "Conv2D") == chain()


@pytest.mark.parametrize("old", KINDS)
def test_every_kind_becomes_every_other(old: str) -> None:
    assert [editing.convert(editing.starter(old), new).kind for new in KINDS] == list(KINDS)


def test_a_padding_that_the_new_kind_does_not_know_is_left_behind() -> None:
    layer = editing.convert(Conv2D(4, 3, padding=((1, 0), (1, 0))), "SeparableConv2D")
    assert layer == SeparableConv2D(4, 3, padding="same", activation="linear")


def test_rename_takes_the_references_along() -> None:
    edited = editing.rename(residual(), "c", "new name")
    assert wires(edited)["sum"] == ("a", "new name")
    assert editing.rename(residual(), "c", "c") == residual()


@pytest.mark.parametrize("new_name", ["b", "", "  ", "a/b", "x" * 201, "line\nline"])
def test_rename_refuses(new_name: str) -> None:
    with pytest.raises(CnnError):
        editing.rename(chain(), "a", new_name)


def test_move_follows_the_place() -> None:
    edited = editing.move(chain(), "b", -1)
    assert names(edited) == ["in", "b", "a", "c"]
    assert wires(edited) == {"in": (), "b": ("in",), "a": ("b",), "c": ("a",)}
    assert editing.move(edited, "b", 1) == chain()


def test_move_ends_at_the_ends() -> None:
    assert names(editing.move(chain(), "b", -9)) == ["in", "b", "a", "c"]
    assert names(editing.move(chain(), "a", 9)) == ["in", "b", "c", "a"]
    with pytest.raises(NetworkError, match="The Input cannot"):
        editing.move(chain(), "in", 1)


def test_moving_in_a_network_that_spells_out_the_layer_above() -> None:
    spelled = Network(
        tuple(
            NamedLayer(named.name, named.layer, sources)
            for named, sources in zip(chain().layers, wires(chain()).values(), strict=True)
        )
    )
    assert editing.move(spelled, "b", -1) == editing.move(chain(), "b", -1)


def test_duplicate_stands_below() -> None:
    edited = editing.duplicate(residual(), "a")
    assert names(edited)[:3] == ["in", "a", "conv2d"]
    assert wires(edited)["conv2d"] == ("a",)
    assert wires(edited)["sum"] == ("a", "c")
    assert wires(editing.duplicate(residual(), "sum"))["add"] == ("a", "c")
    with pytest.raises(NetworkError, match="The Input cannot"):
        editing.duplicate(chain(), "in")


def test_what_is_frozen_stays_frozen() -> None:
    frozen = Network.of(*chain().layers[:2], NamedLayer("frozen", Conv2D(4, 3), trainable=False), Flatten())
    assert not editing.duplicate(frozen, "frozen")["conv2d"].trainable
    assert editing.duplicate(frozen, "a")["conv2d"].trainable
    for edited in (
        editing.replace(frozen, "frozen", Conv2D(8, 5)),
        editing.move(frozen, "frozen", -1),
        editing.rewire(frozen, "frozen", ("in",)),
        editing.remove(frozen, "a"),
        editing.insert(frozen, 2, MaxPooling2D()),
    ):
        assert not edited["frozen"].trainable
        assert all(named.trainable for named in edited.layers if named.name != "frozen")
    assert not editing.rename(frozen, "frozen", "new")["new"].trainable
    assert not editing.change_kind(frozen, "frozen", "Dense")["frozen"].trainable


def test_remove_joins_what_is_left() -> None:
    assert wires(editing.remove(chain(), "b"))["c"] == ("a",)
    assert wires(editing.remove(residual(), "c"))["sum"] == ("a", "b")
    assert wires(editing.remove(residual(), "a"))["sum"] == ("in", "c")


def test_removing_a_joint_lets_one_layer_go_on_with_its_first_input() -> None:
    edited = editing.remove(editing.insert(residual(), 5, Flatten()), "sum")
    assert wires(edited)["flatten"] == ("a",)
    summarize(edited)


def test_removing_a_branch_below_which_another_begins() -> None:
    network = Network.of(
        NamedLayer("in", Input((8, 8, 1))),
        NamedLayer("a", Conv2D(4, 3)),
        NamedLayer("b", Conv2D(4, 3), ("in",)),
        NamedLayer("c", Flatten()),
    )
    assert wires(editing.remove(network, "b"))["c"] == ("in",)


def test_the_input_stays() -> None:
    with pytest.raises(NetworkError, match="The Input cannot"):
        editing.remove(chain(), "in")


def test_a_second_input_can_be_removed() -> None:
    two = Network.of(Input((4,)), Input((4,)), Dense(2))
    assert names(editing.remove(two, "input_1")) == ["input", "dense"]


def test_rewire() -> None:
    edited = editing.rewire(chain(), "c", ["a"])
    assert wires(edited)["c"] == ("a",)
    assert editing.rewire(edited, "c", ["b"]) == chain()
    with pytest.raises(NetworkError, match="no layer"):
        editing.rewire(chain(), "c", ["z"])


@pytest.mark.parametrize(
    "act", [editing.remove, editing.duplicate, lambda network, name: editing.move(network, name, 1)]
)
def test_no_such_layer(act: Any) -> None:
    with pytest.raises(NetworkError, match='no layer "z"'):
        act(chain(), "z")


# Figures of the courses by edits --------------------------------------------------------------------------------------


def test_the_mnist_network_from_nothing() -> None:
    network = Network.of(Input((28, 28, 1)))
    for layer in (
        Conv2D(32, 3, padding="same", activation="relu"),
        Conv2D(64, 3, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(100, activation="relu"),
        Dense(10, activation="softmax"),
    ):
        network = editing.insert(network, len(network.layers), layer)
    assert [row.parameters for row in summarize(network).rows] == [0, 320, 18_496, 0, 0, 1_081_700, 1_010]
    assert summarize(network).parameters == 1_101_526


def test_a_stride_saves_work() -> None:
    before = preset("mnist").make()
    name = next(named.name for named in before.layers if named.kind == "Conv2D")
    after = editing.replace(before, name, Conv2D(32, 3, strides=2, padding="same", activation="relu"))
    assert summarize(after).rows[1].output_shape == (14, 14, 32)
    assert 4 * summarize(after).rows[1].multiply_adds == summarize(before).rows[1].multiply_adds


# Any edits, one after the other ---------------------------------------------------------------------------------------


@st.composite
def edits(draw: st.DrawFn, network: Network) -> Any:
    """Draw an edit of `network`, sensible or not."""
    name = draw(st.sampled_from(names(network)) | layer_names)
    number = draw(st.integers(-3, len(network.layers) + 3))
    several = draw(st.lists(st.sampled_from(names(network)) | layer_names, max_size=3))
    layer = draw(any_layers())
    return draw(
        st.sampled_from(
            (
                lambda: editing.insert(network, number, layer, several),
                lambda: editing.insert(network, number, layer),
                lambda: editing.replace(network, name, layer),
                lambda: editing.change_kind(network, name, layer.kind),
                lambda: editing.rename(network, name, several[0] if several else ""),
                lambda: editing.move(network, name, number),
                lambda: editing.duplicate(network, name),
                lambda: editing.remove(network, name),
                lambda: editing.rewire(network, name, several),
            )
        )
    )


@given(st.data())
def test_any_sequence_of_edits(data: st.DataObject) -> None:
    network = data.draw(fitting_networks())
    for _ in range(data.draw(st.integers(1, 8))):
        try:
            network = data.draw(edits(network))()
        except CnnError:
            continue
        assert len(set(names(network))) == len(network.layers)
        assert isinstance(network.layers[0].layer, Input)
        assert Network.from_json(network.to_json()) == network
        error = summarize_so_far(network).error
        assert error is None or error.layer in names(network)


@given(fitting_networks())
def test_an_inserted_layer_that_changes_nothing_can_be_taken_out_again(network: Network) -> None:
    """Insert and remove are each other's reverse wherever a layer stands on the way."""
    plain = editing.rewire(network, network.layers[0].name, ())
    for position in range(1, len(plain.layers) + 1):
        edited = editing.insert(plain, position, editing.starter("Dropout"))
        assert editing.remove(edited, edited.layers[position].name) == plain


# Names from before ----------------------------------------------------------------------------------------------------


@given(fitting_networks(), fitting_networks())
def test_names_from_before_change_nothing_but_names(network: Network, before: Network) -> None:
    named = editing.named_as(network, before)
    assert [one.layer for one in named.layers] == [one.layer for one in network.layers]
    places = {one.name: position for position, one in enumerate(named.layers)}
    assert len(places) == len(named.layers)
    old = {one.name: position for position, one in enumerate(network.layers)}
    for one, other in zip(named.layers, network.layers, strict=True):
        assert [places[source] for source in one.inputs] == [old[source] for source in other.inputs]


@given(fitting_networks())
def test_a_network_keeps_its_own_names(network: Network) -> None:
    assert editing.named_as(network, network) == network


def test_names_from_before_go_with_their_layers() -> None:
    before = Network(
        (
            NamedLayer("input", Input((8, 8, 1))),
            NamedLayer("first", Conv2D(4, 3)),
            NamedLayer("pool", MaxPooling2D()),
            NamedLayer("last", Dense(3)),
        )
    )
    typed = Network.of(Input((8, 8, 1)), Conv2D(4, 3), Flatten(), Dense(3), Dense(5))
    assert [one.name for one in editing.named_as(typed, before).layers] == [
        "input",
        "first",
        "flatten",
        "last",
        "dense_1",
    ]


# Several layers at once -----------------------------------------------------------------------------------------------


def line(network: Network) -> str:
    return write_line(network, names=False)


@pytest.mark.parametrize(
    ("names", "by", "expected"),
    [
        (("conv2d", "conv2d_1"), 2, "8x8x1-P2-F-C1-C2-D5"),
        (("conv2d", "conv2d_1"), 99, "8x8x1-P2-F-D5-C1-C2"),
        (("conv2d", "max_pooling2d"), 1, "8x8x1-C2-C1-F-P2-D5"),
        (("flatten", "dense"), -2, "8x8x1-C1-F-D5-C2-P2"),
        (("conv2d_1", "dense"), -99, "8x8x1-C2-C1-P2-D5-F"),
        (("dense",), -3, "8x8x1-C1-D5-C2-P2-F"),
    ],
)
def test_layers_move_together_and_keep_their_distances(names: tuple[str, ...], by: int, expected: str) -> None:
    assert line(editing.move(read_line("8x8x1-C1-C2-P2-F-D5"), names, by)) == expected


@given(st.lists(st.sampled_from(["C1", "C2", "P2", "F", "D3", "R"]), min_size=1, max_size=8), st.data())
def test_moving_there_and_back_changes_nothing_in_a_chain(items: list[str], data: st.DataObject) -> None:
    network = read_line("-".join(["8x8x1", *items]))
    names = [named.name for named in network.layers[1:]]
    chosen = data.draw(st.sets(st.sampled_from(names), min_size=1))
    places = [names.index(name) for name in chosen]
    by = data.draw(st.integers(-min(places), len(names) - 1 - max(places)))
    assert editing.move(editing.move(network, chosen, by), chosen, -by) == network


def test_a_residual_block_is_repeated_with_its_branches() -> None:
    network = read_line("8x8x4-C4 -> C4-C4lin | -> +-R-GA-D3")
    names = [named.name for named in network.layers[2:6]]
    assert line(editing.repeat(network, names, 2)) == (
        "8x8x4-C4 -> C4-C4lin | -> +-R -> C4-C4lin | -> +-R -> C4-C4lin | -> +-R-GA-D3"
    )


def test_a_part_is_taken_from_below_an_error() -> None:
    network = read_line("8x8x1-C4k9v-P2-F-D5")
    assert line(editing.part_of(network, {"max_pooling2d", "dense"})) == "28x28x1-P2-D5"
    with pytest.raises(NetworkError):
        list(network.steps())
