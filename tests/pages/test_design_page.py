"""The page "Design a network", without a browser: figures, edits, refusals, files."""

from typing import Any

import pytest
from designing import add, formulas, network, open_menu, opened, press, put, rows, select, table, totals, upload
from strategies import ENORMOUS
from streamlit.testing.v1 import AppTest

from cnn_core.layers import (
    KINDS,
    Add,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    DepthwiseConv2D,
    Input,
    MaxPooling2D,
    Normalization,
    Reshape,
)
from cnn_core.network import editing
from cnn_core.network.links import write_link
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS, preset
from cnn_core.network.summary import summarize
from pages.ui.design import layer_table

# Enormous networks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("large", "name"), ENORMOUS.values(), ids=ENORMOUS)
def test_what_cannot_be_counted_is_said_at_its_layer(large: Network, name: str) -> None:
    at = opened(large)
    check_refused(at, large, name)
    for position in {max(table(at)["wrong"]["row"] - 1, 0), table(at)["wrong"]["row"], len(large.layers) - 1}:
        select(at, position)
    check_refused(opened(design="own", network=write_link(large)), large, name)


def check_refused(at: AppTest, large: Network, name: str) -> None:
    wrong = table(at)["wrong"]
    assert large.layers[wrong["row"]].name == name
    assert "at most 9,223,372,036,854,775,807 can be counted" in wrong["sentence"]


def test_outputs_that_see_no_pixel_are_said() -> None:
    at = opened(Network.of(Input((4, 4, 1)), Conv2DTranspose(1, 1, strides=2), Cropping2D(((1, 0), (0, 0)))))
    assert "1×1 pixels; neighbouring outputs look 0.5×0.5 pixels apart; the first begins at (0,\u00a00)" in formulas(
        select(at, 1)
    )
    assert "1×1 pixels; neighbouring outputs look 0.5×0.5 pixels apart; the first sees none" in formulas(select(at, 2))


def test_what_can_just_be_counted_is_shown_in_full() -> None:
    side = 10**6
    layers = Input((side, side, side)), Conv2D(side, side, padding="same"), Conv2DTranspose(1, 1, strides=2)
    at = opened(Network.of(*layers))
    assert rows(at, "parameters")[1] == f"{10**24 + 10**6}"
    assert rows(at, "multiplyAdds") == [0, f"{10**36}", f"{10**18}"]
    assert totals(at)[1] == f"{10**36 + 10**18:,}"
    for position, figure in ((1, "= 1,000,000,000,000" + ",000" * 8), (2, "2000000×2000000")):
        assert figure in formulas(select(at, position)) + str(rows(at, "shape"))


# Presets --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.key)
def test_every_preset_shows_its_figures(one: Any) -> None:
    at = opened(design=one.key)
    summary = summarize(one.make())
    assert totals(at)[:2] == [f"{summary.parameters:,}", f"{summary.multiply_adds:,}"]
    assert rows(at, "parameters") == [row.parameters for row in summary.rows]
    assert rows(at, "shape")[-1] == "×".join(map(str, summary.rows[-1].output_shape))
    assert table(at)["wrong"] is None
    assert at.selectbox(key="preset_field").value == one.key


@pytest.mark.parametrize(
    ("key", "parameters", "multiply_adds"),
    [
        ("mnist", "1,101,526", "13,768,424"),
        ("cats_dogs", "991,041", None),
        ("vgg16", "138,357,544", "15,470,264,320"),
        ("tiny_vgg", "19,920", "5,608,780"),
    ],
)
def test_published_figures(key: str, parameters: str, multiply_adds: str | None) -> None:
    shown = totals(opened(design=key))
    assert shown[0] == parameters
    assert multiply_adds in (None, shown[1])


def test_a_preset_is_picked_and_taken_back() -> None:
    at = put(opened(), "selectbox", "preset", "cats_dogs")
    assert totals(at)[0] == "991,041"
    assert at.query_params["design"] == "cats_dogs"
    at = press(at, "undo")
    assert totals(at)[0] == "1,101,526"
    assert at.selectbox(key="preset_field").value == "mnist"


def test_an_unknown_address_opens_the_default() -> None:
    assert totals(opened(design="nonsense"))[0] == "1,101,526"


def test_nothing_but_an_input() -> None:
    at = opened(design="empty")
    assert rows(at, "kind") == ["Input"]
    assert totals(at)[0] == "0"


def test_the_mnist_network_from_nothing() -> None:
    at = add(add(opened(design="empty"), "Conv2D"), "Conv2D")
    at = put(put(at, "number_input", "filters", 64), "selectbox", "padding", "valid")
    at = add(add(add(at, "MaxPooling2D"), "Flatten"), "Dense")
    at = add(put(at, "number_input", "units", 100), "Dense")
    at = put(put(at, "number_input", "units", 10), "selectbox", "activation", "softmax")
    assert totals(at)[0] == "1,101,526"
    assert [layer.layer for layer in network(at).layers] == [layer.layer for layer in preset("mnist").make().layers]


# Edits ----------------------------------------------------------------------------------------------------------------


def test_an_edit_changes_the_figures() -> None:
    at = put(select(opened(), 1), "number_input", "filters", 16)
    assert rows(at, "parameters")[:3] == [0, 160, 9280]
    assert "(3·3·1 + 1)·16 = 160" in formulas(at)
    assert totals(at)[0] == f"{1_101_526 - 160 - 9216:,}"
    assert totals(press(at, "undo"))[0] == "1,101,526"
    assert rows(press(at, "redo"), "parameters")[1] == 160


def test_the_input_is_set() -> None:
    at = put(put(opened(), "number_input", "shape_0", 32), "number_input", "shape_2", 3)
    assert rows(at, "shape")[:2] == ["32×28×3", "32×28×32"]
    at = put(opened(design="empty"), "toggle", "plain", True)
    assert rows(at, "shape") == ["28"]
    assert rows(put(at, "number_input", "shape_0", 100), "shape") == ["100"]
    assert rows(put(at, "toggle", "plain", False), "shape") == ["100×28×1"]


def test_layers_are_moved_duplicated_and_removed() -> None:
    at = press(select(opened(), 3), "up")
    assert rows(at, "kind")[2:4] == ["MaxPooling2D", "Conv2D"]
    assert table(at)["selected"] == 2
    at = press(press(at, "down"), "duplicate")
    assert rows(at, "kind")[3:5] == ["MaxPooling2D", "MaxPooling2D"]
    at = press(at, "remove")
    assert network(at) == preset("mnist").make()
    for _ in range(4):
        at = press(at, "undo")
    assert network(at) == preset("mnist").make()
    assert at.button(key="design_undo").disabled


def test_the_input_stays_where_it_is() -> None:
    at = opened()
    assert all(at.button(key=f"design_{what}").disabled for what in ("up", "down", "duplicate", "remove"))


def test_a_layer_changes_its_kind() -> None:
    at = put(select(opened(), 3), "selectbox", "kind", "AveragePooling2D")
    assert rows(at, "name")[3] == "average_pooling2d"
    assert totals(at)[0] == "1,101,526"


def test_a_layer_is_renamed() -> None:
    at = put(select(opened(), 1), "text_input", "name", "first")
    assert rows(at, "name")[1] == "first"
    at = put(at, "text_input", "name", "dense")
    assert "used twice" in at.error[0].value
    assert rows(at, "name")[1] == "first"


def test_names_are_shown_and_never_read_as_markup() -> None:
    name = "![](http://example.com) <img src=x onerror=alert(1)> *a*"
    at = put(select(opened(), 1), "text_input", "name", name.replace("/", "|"))
    assert rows(at, "name")[1] == name.replace("/", "|")
    at = put(select(at, 2), "text_input", "name", name.replace("/", "|"))
    assert "![" not in at.error[0].value
    assert not any("onerror" in element.value for element in at.markdown)
    assert not any("onerror" in element.proto.body for element in at.get("html"))


def test_branches() -> None:
    at = add(select(opened(design="empty"), 0), "Conv2D")
    at = add(at, "Add")
    # A joint begins as x + f(x): here the picture of one channel stretches over the 32 of the convolution.
    assert network(at)["add"].inputs == ("conv2d", "input")
    at = put(at, "multiselect", "inputs", ["conv2d"])
    assert table(at)["wrong"]["row"] == 2
    assert "2 to 64 inputs" in table(at)["wrong"]["sentence"]
    at = add(select(at, 0), "MaxPooling2D")
    at = put(select(at, 2), "selectbox", "input", "input")
    at = put(select(at, 3), "multiselect", "inputs", ["conv2d", "input"])
    assert rows(at, "inputs") == [None, None, ["input"], ["conv2d", "input"]]
    assert table(at)["wrong"] is None


def test_two_directions() -> None:
    at = put(select(opened(), 1), "toggle", "square", False)
    at = put(at, "number_input", "kernel_size_vertical", 5)
    assert network(at)["conv2d"].layer == Conv2D(32, (5, 3), padding="same", activation="relu")
    assert "5·3·1" in formulas(at)
    assert at.toggle(key="square_field").disabled


def test_padding_of_ones_own() -> None:
    at = put(select(opened(), 1), "selectbox", "padding", "amounts")
    assert rows(at, "shape")[1] == "28×28×32"
    at = put(at, "number_input", "padding_0", 3)
    assert network(at)["conv2d"].layer.padding == ((3, 1), (1, 1))  # type: ignore[attr-defined]
    assert rows(at, "shape")[1] == "30×28×32"


def test_pooling_with_other_strides() -> None:
    at = put(select(opened(), 3), "checkbox", "strides_none", False)
    at = put(at, "number_input", "strides", 1)
    assert network(at)["max_pooling2d"].layer == MaxPooling2D(2, strides=1)
    at = put(at, "checkbox", "strides_none", True)
    assert network(at) == preset("mnist").make()


def test_lists_of_numbers() -> None:
    at = put(select(opened(Reshape((-1,))), 1), "text_input", "target_shape", "27, 12")
    assert rows(at, "shape")[1] == "27×12"
    at = put(at, "text_input", "target_shape", "5, 5")
    assert "Reshape keeps every value" in table(at)["wrong"]["sentence"]
    at = put(at, "text_input", "target_shape", "five")
    assert "target_shape must be" in at.error[0].value.replace("\\", "")
    at = put(select(opened(Normalization()), 1), "text_input", "mean", "0.5, 0.5, 0.5, 0.5")
    assert "together" in at.error[0].value
    at = put(at, "text_input", "variance", "1 1 1 1")
    assert not at.error
    assert network(at).layers[1].layer == Normalization((0.5,) * 4, (1.0,) * 4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form(kind: str) -> None:
    """Every setting has a widget that shows what is kept."""
    layer = editing.starter(kind)
    layers = [Input((9, 9, 4)), layer] if kind != "Input" else [layer]
    at = put(select(opened(Network.of(*layers)), len(layers) - 1), "text_input", "name", "it")
    for square in (False, True):
        if any(widget.key == "square_field" for widget in at.toggle):
            at = put(at, "toggle", "square", square)
        keys = [
            widget.key
            for kind in ("number_input", "selectbox", "checkbox", "text_input")
            for widget in getattr(at, kind)
        ]
        for name in layer.settings():
            assert any(key.startswith(name) for key in keys), name
    assert network(at)["it"].layer == layer


# What is refused, and what does not fit -------------------------------------------------------------------------------


def test_an_illegal_value_is_said_and_changes_nothing() -> None:
    at = put(select(opened(), 1), "number_input", "groups", 3)
    assert "groups must divide the filters" in at.error[0].value
    assert at.number_input(key="groups_field").value == 3
    assert network(at) == preset("mnist").make()
    assert not put(at, "number_input", "groups", 1).error
    assert not select(put(at, "number_input", "groups", 3), 2).error


def test_settings_that_fit_together_only_are_changed_one_after_the_other() -> None:
    at = put(select(opened(DepthwiseConv2D(3)), 1), "toggle", "square", False)
    at = put(at, "number_input", "strides_vertical", 2)
    assert "same stride" in at.error[0].value
    assert rows(at, "shape")[1] == "7×7×4"
    at = put(at, "number_input", "strides_horizontal", 2)
    assert not at.error
    assert rows(at, "shape")[1] == "4×4×4"


def test_the_first_error_stands_at_its_row() -> None:
    at = put(select(opened(), 2), "number_input", "kernel_size", 40)
    assert table(at)["wrong"]["row"] == 2
    assert "larger than its input" in table(at)["wrong"]["sentence"]
    assert rows(at, "parameters") == [0, 320, None, None, None, None, None]
    assert totals(at)[0] == "320"
    assert not at.error
    assert table(press(select(at, 0), "show_error"))["selected"] == 2
    assert totals(put(at, "selectbox", "padding", "same"))[0] != "320"


def test_a_file_without_an_input_can_be_mended() -> None:
    at = opened(Network.of(Conv2D(4, 3), MaxPooling2D()))
    assert table(at)["wrong"]["row"] == 0
    at = add(at, "Input")
    assert table(at)["wrong"] is None
    assert rows(at, "kind") == ["Input", "Conv2D", "MaxPooling2D"]


def test_a_remark() -> None:
    at = select(opened(Conv2D(4, 3, strides=3, dilation_rate=1), design="empty"), 1)
    assert not any(rows(at, "remark"))
    at = select(opened(Conv2DTranspose(4, 3)), 1)
    assert not at.info


# Files ----------------------------------------------------------------------------------------------------------------


def test_json_round_trip() -> None:
    edited = put(select(opened(design="resnet_20"), 3), "text_input", "name", "일층")
    again = opened(network(edited))
    assert network(again) == network(edited)
    assert rows(again, "parameters") == rows(edited, "parameters")
    assert again.selectbox(key="preset_field").value == "own"
    assert totals(press(again, "undo"))[0] == "1,101,526"


def test_downloads() -> None:
    labels = [element.proto.label for element in open_menu(opened(), "files").get("download_button")]
    assert labels == ["Network (JSON)", "Table (CSV)", "Table (Markdown)"]


GOOD = preset("mnist").make().to_json()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "expected a layer"),
        (b"\x89PNG\r\n\x1a\n\xff", "not a text file"),
        (GOOD[:200].encode(), "not JSON"),
        (b"[1, 2]", "expected an object"),
        (b"[" * 100_000, "nested too deeply"),
        (GOOD.replace('"Conv2D"', '"Conv9D"', 1).encode(), "layers[1].kind"),
        (GOOD.replace('"version": 1', '"version": 7').encode(), "version 7"),
        (Network(()).to_json().encode(), "without layers"),
        (GOOD.replace('"conv2d_1"', '"conv2d"').encode(), "used twice"),
        (b'{"![](http://example.com)": 1}', "not known"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_lost(data: bytes, said: str) -> None:
    at = put(select(opened(), 1), "number_input", "filters", 16)
    before = network(at)
    at = upload(at, data)
    shown = at.error[0].value
    assert "![" not in shown
    assert said in shown.replace("\\", "")
    assert network(at) == before
    assert not at.button(key="design_undo").disabled
    # The sentence goes with the next action.
    assert not select(at, 3).error


def test_a_file_in_which_a_layer_takes_what_does_not_exist() -> None:
    wrong = editing.insert(preset("mnist").make(), 2, Add(), ("conv2d", "input"))
    text = wrong.to_json().replace('"conv2d", "input"]', '"conv2d", "ghost"]')
    at = upload(opened(), text.encode())
    assert "ghost" in table(at)["wrong"]["sentence"]
    at = select(at, 2)
    assert at.multiselect(key="inputs_field").value == ["conv2d", "ghost"]
    assert table(put(at, "multiselect", "inputs", ["conv2d", "input"]))["wrong"] is None


def test_a_long_network_is_sent_once_and_small() -> None:
    at = opened(design="mobilenet_v2")
    assert len(rows(at, "name")) == len(preset("mobilenet_v2").make().layers) > 150
    assert len(at.get("bidi_component")[0].proto.json) < 60_000


def test_what_the_numbers_mean_is_drawn_when_it_is_opened() -> None:
    at = opened()
    assert not any("FLOPs" in one.value and "height × width × channels" in one.value for one in at.markdown)
    at = open_menu(at, "meaning")
    assert any("**Output shape** is height × width × channels" in one.value for one in at.markdown)


def test_the_table_of_a_design_says_where_each_begins() -> None:
    told = layer_table._rows(preset("mnist").make().to_json(), "en")["rows"]
    assert {row["name"]: row["part"] for row in told if "part" in row} == {
        "conv2d": "Feature extractor",
        "flatten": "Classifier",
    }
