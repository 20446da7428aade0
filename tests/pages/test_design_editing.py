"""Blocks, several layers at once, advice and what is pasted, on the page "Design a network"."""

from typing import Any

import pytest
from designing import add, network, open_menu, opened, press, put, rows, select, table, totals
from running import no_exception
from streamlit.testing.v1 import AppTest

from cnn_core.network.code.keras_code import keras_code
from cnn_core.network.line import write_line
from cnn_core.network.presets import preset


def mark(at: AppTest, *positions: int) -> AppTest:
    """Mark the layers at these positions, as the table does with Shift or Ctrl."""
    at = select(at, positions[0])
    at.session_state["design_marked"] = tuple(rows(at, "name")[position] for position in positions)
    return no_exception(at.run())


def line(at: AppTest) -> str:
    return write_line(network(at), names=False)


def paste(at: AppTest, text: str) -> AppTest:
    at.text_area(key="design_pasted").set_value(text)
    return press(at, "open_text")


def captions(at: AppTest) -> str:
    return " ".join(one.value for one in at.caption)


def buttons(at: AppTest) -> set[Any]:
    return {button.key for button in at.button}


# Several layers -------------------------------------------------------------------------------------------------------


def test_several_layers_are_moved_duplicated_and_removed() -> None:
    at = press(mark(opened(), 2, 3), "up")
    assert line(at) == "28x28x1-C64v-P2-C32-F-D100-D10sm"
    assert set(table(at)["marked"]) == {"conv2d_1", "max_pooling2d"}
    at = press(press(at, "down"), "duplicate")
    assert line(at) == "28x28x1-C32-C64v-P2-C64v-P2-F-D100-D10sm"
    at = press(at, "remove")
    assert network(at) == preset("mnist").make()
    assert table(at)["marked"] == ["flatten"]


def test_layers_are_repeated() -> None:
    at = open_menu(mark(opened(), 2, 3), "more")
    at.number_input(key="design_times").set_value(3)
    at = press(at.run(), "repeat")
    assert line(at) == "28x28x1-C32-C64v-P2-C64v-P2-C64v-P2-F-D100-D10sm"
    assert network(press(at, "undo")) == preset("mnist").make()


def test_layers_are_copied_to_another_place_and_another_design() -> None:
    at = press(mark(opened(), 2, 3), "copy")
    assert table(at)["copied"]["line"] == "28x28x32-C64v-P2"
    assert at.code[0].value == "28x28x32-C64v-P2"
    at = press(select(put(at, "selectbox", "preset", "tiny_vgg"), 1), "paste")
    assert line(at).startswith("64x64x3-C10vlin-C64v-P2-R-C10vlin")
    assert table(at)["marked"] == ["conv2d", "max_pooling2d"]


def test_cut_and_pasted_is_moved() -> None:
    at = press(mark(opened(), 3), "cut")
    assert line(at) == "28x28x1-C32-C64v-F-D100-D10sm"
    assert line(press(select(at, 1), "paste")) == "28x28x1-C32-P2-C64v-F-D100-D10sm"


def test_layers_are_copied_from_a_network_that_does_not_fit() -> None:
    at = press(mark(put(select(opened(), 1), "number_input", "kernel_size", 40), 5), "copy")
    at = put(select(at, 1), "selectbox", "padding", "valid")
    assert table(at)["wrong"]["row"] == 1
    assert table(press(mark(at, 5), "copy"))["copied"]["line"].endswith("-D100")


def test_the_input_is_neither_moved_nor_repeated() -> None:
    at = open_menu(mark(opened(), 0, 1), "more")
    assert all(at.button(key=f"design_{what}").disabled for what in ("up", "down", "duplicate", "remove", "repeat"))


# Blocks ---------------------------------------------------------------------------------------------------------------


def test_a_block_is_put_in_several_times() -> None:
    at = add(select(opened(design="lenet_5"), 1), "Residual")
    at = put(put(at, "number_input", "filters", 6), "number_input", "block_times", 2)
    at = press(at, "put_block")
    assert line(at).startswith("32x32x1-C6k5v")
    assert rows(at, "kind").count("Add") == 2
    assert table(at)["wrong"] is None
    # Its layers are marked, and the form is that of the first of them again.
    assert len(table(at)["marked"]) == 2 * 7
    assert "design_put_block" not in buttons(at)
    assert network(press(at, "undo")) == preset("lenet_5").make()


def test_a_block_is_not_put_in_after_all() -> None:
    at = press(add(select(opened(), 1), "Inception"), "cancel_block")
    assert network(at) == preset("mnist").make()
    assert at.text_input(key="name_field").value == "conv2d"


def test_settings_that_a_block_refuses() -> None:
    at = put(add(select(opened(), 1), "UNetStage"), "number_input", "depth", 9)
    assert "at most 6 stages" in at.error[0].value
    assert at.button(key="design_put_block").disabled


def test_a_block_behind_flatten_says_where_it_goes() -> None:
    at = press(add(select(opened(), 4), "SqueezeExcite"), "put_block")
    assert "This block needs maps" in at.error[0].value
    assert "design_put_block" in buttons(at)
    assert network(press(select_in_table(at, 1), "put_block")) != preset("mnist").make()


def select_in_table(at: AppTest, position: int) -> AppTest:
    at.session_state["design_layer"] = position
    return no_exception(at.run())


# Advice ---------------------------------------------------------------------------------------------------------------


def follow_first(at: AppTest) -> AppTest:
    """Open the list of advice and follow the first."""
    at.session_state["design_advice"] = True
    return press(at.run(), "fix_0")


def test_advice_is_followed_and_taken_back() -> None:
    at = opened(design="cats_dogs")
    told = [(layer["name"], one["fix"]) for layer in table(at)["rows"] for one in layer.get("advice", ())]
    assert told == [("max_pooling2d_1", "Use padding 'same'"), ("max_pooling2d_2", "Use padding 'same'")]
    at = follow_first(at)
    assert network(at)["max_pooling2d_1"].layer.padding == "same"  # type: ignore[attr-defined]
    # 87 becomes 44 instead of 43, so the next map is 42 and halves evenly, and the one behind it is 19.
    assert [layer["name"] for layer in table(at)["rows"] if "advice" in layer] == ["max_pooling2d_3"]
    at = follow_first(at)
    assert not any(rows(at, "advice"))
    assert not any(str(key).startswith("design_fix") for key in buttons(at))
    at = press(press(at, "undo"), "undo")
    assert sum(map(bool, rows(at, "advice"))) == 2


def test_advice_and_remarks_say_nothing_twice() -> None:
    at = select(opened(design="cats_dogs"), 5)
    assert rows(at, "advice")[5]
    assert not any(rows(at, "remark"))
    assert not at.info


def test_advice_on_what_does_not_fit() -> None:
    at = put(select(opened(), 2), "number_input", "kernel_size", 40)
    [advice] = rows(at, "advice")[2]
    assert "larger than the 28×28 map" in advice["sentence"]
    assert table(follow_first(at))["wrong"] is None


# What is pasted -------------------------------------------------------------------------------------------------------


def test_keras_code_is_pasted() -> None:
    at = paste(opened(design="empty"), keras_code(preset("cats_dogs").make()))
    assert totals(at)[0] == "991,041"
    assert "Read as Keras code; none of it was run." in captions(at)
    assert at.selectbox(key="preset_field").value == "own"
    assert network(press(at, "undo")).layers[1:] == ()


def test_a_summary_is_pasted_with_what_is_assumed() -> None:
    text = (
        "Layer (type)            Output Shape            Param #\n"
        "conv2d (Conv2D)         (None, 26, 26, 32)      320\n"
        "flatten (Flatten)       (None, 21632)           0\n"
        "dense (Dense)           (None, 10)              216330\n"
    )
    at = paste(opened(), text)
    assert line(at) == "28x28x1-C32vlin-F-D10lin"
    assert "does not show activations" in captions(at)
    assert "28×28×1 is the usual size" in captions(at)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model = Sequential()\nmodel.add(Dense(", "Line"),
        ("C32-??", "At character 5"),
        ('{"class_name": "Sequential"}', ""),
        ("Layer (type)  Output Shape  Param #\nx (Nothing)   (None, 3)     0", "There is no layer Nothing here"),
    ],
)
def test_what_cannot_be_read_is_said_and_changes_nothing(text: str, said: str) -> None:
    at = paste(opened(), text)
    assert said in at.error[0].value.replace("\\", "")
    assert network(at) == preset("mnist").make()


def test_a_python_file_is_opened() -> None:
    at = opened()
    code = keras_code(preset("tiny_vgg").make()).encode()
    at = no_exception(at.file_uploader(key="design_file").upload("model.py", code, "text/x-python").run())
    assert totals(at)[0] == "19,920"
