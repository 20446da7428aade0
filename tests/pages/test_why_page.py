""" "Why this value?" on the page Feature maps: with stand-ins for the workers, and once with the real network."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
import streamlit as st
from running import address_of, no_exception
from stand_ins import Here, made_up_maps, made_up_weights, rows
from streamlit.testing.v1 import AppTest
from viewing import data_of, opened, press, said, waited_for

from cnn_core.explain.path import PathStep, strongest_path
from cnn_core.explain.unit import explain_unit
from cnn_core.models import run
from cnn_core.models.bundled import bundled_network
from cnn_core.pictures.colour import Colour
from pages.ui import cached, components

LAYERS = [
    ("mnist", ["input", "conv2d", "conv2d_1", "max_pooling2d", "flatten", "dense", "dense_1"]),
    (
        "mobilenet_v2",
        [
            "normalization",
            "Conv1_pad",
            "Conv1",
            "bn_Conv1",
            "Conv1_relu",
            "block_2_add",
            "block_1_depthwise",
            "global_average_pooling2d",
            "predictions",
        ],
    ),
]


def open_layer(at: AppTest) -> str:
    layer = at.selectbox(key="layer_widget").value
    assert isinstance(layer, str)
    return layer


def with_all_steps(at: AppTest) -> AppTest:
    """Open what is drawn only once it is open."""
    assert not at.exception
    at.session_state["all_steps"] = True
    return no_exception(at.run())


def known(model: str, names: list[str]) -> list[tuple[str, str]]:
    return [(model, name) for name in names if name in rows(model)]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("model", "layer"), [pair for model, names in LAYERS for pair in known(model, names)])
def test_every_kind_of_layer_is_explained(model: str, layer: str) -> None:
    at = with_all_steps(opened(model=model, layer=layer, row="1", column="0", channel="2", picture="digit_7"))
    assert "Why this value?" in [header.value for header in at.header]
    assert not at.error
    row = rows(model)[layer]
    place = (1, 0, min(2, row.output_shape[-1] - 1)) if len(row.output_shape) == 3 else (2,)
    inputs = [made_up_maps(model, None, source) for source in row.sources] or [made_up_maps(model, None, layer)]
    why = explain_unit(row.layer, made_up_weights(model, layer), inputs, place)
    for number, stage in enumerate(why.stages, 1):
        assert f"{number}. **{stage.kind}**" in said(at)
        assert stage.formula in said(at)


@pytest.mark.usefixtures("here")
def test_the_window_is_drawn_on_the_stage() -> None:
    at = opened(layer="Conv1", row="4", column="5", channel="3")
    data = data_of(at, "value_stage")
    x = made_up_maps("mobilenet_v2", None, "Conv1_pad")
    (kernel,) = made_up_weights("mobilenet_v2", "Conv1")
    assert (data["under"]["rows"], data["under"]["columns"]) == ([8, 9, 10], [10, 11, 12])
    products = x[8:11, 10:13].astype(np.float64) * kernel[:, :, :, 3]
    for lane in data["lanes"]:
        np.testing.assert_array_equal(lane["values"], x[8:11, 10:13, lane["channel"]])
        np.testing.assert_array_equal(lane["weights"], kernel[:, :, lane["channel"], 3])
        assert lane["amount"] == pytest.approx(products[..., lane["channel"]].sum())
    assert data["made"][0]["after"] == pytest.approx(products.sum())


@pytest.mark.usefixtures("here")
def test_the_rows_and_columns_can_be_written() -> None:
    at = opened(layer="Conv1", row="4", column="5", channel="3")
    no_exception(at.number_input(key="row_widget").set_value(7).run())
    assert data_of(at, "value_stage")["under"]["rows"] == [14, 15, 16]


@pytest.mark.usefixtures("here")
def test_the_strongest_parts_are_what_was_multiplied() -> None:
    at = with_all_steps(opened(layer="Conv1", row="4", column="5", channel="3"))
    x, (kernel,) = made_up_maps("mobilenet_v2", None, "Conv1_pad"), made_up_weights("mobilenet_v2", "Conv1")
    products = x[8:11, 10:13].astype(np.float64) * kernel[..., 3]
    row, column, channel = np.unravel_index(np.abs(products).argmax(), products.shape)
    value, weight = float(x[8 + row, 10 + column, channel]), float(kernel[row, column, channel, 3])
    place = f"{8 + row}, {10 + column}, {channel}"
    (table,) = [html.proto.body for html in at.get("html") if "Row, column, channel" in html.proto.body]
    cells = "".join(f"<td>{number:.6g}</td>" for number in (value, weight, value * weight))
    assert f"<th scope='row'>{place}</th>{cells}" in table


@pytest.mark.usefixtures("here")
def test_a_window_over_the_border_shows_padding() -> None:
    at = opened(model="mnist", layer="conv2d", row="0", column="27", picture="digit_7")
    under = data_of(at, "value_stage")["under"]
    assert (under["rows"], under["columns"]) == ([-1, 0, 1], [26, 27, 28])
    assert under["real"] == [[False] * 3, [True, True, False], [True, True, False]]


# Going on to the values before ----------------------------------------------------------------------------------------


def openable(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the layers and places that the stage opens: the first row of the first window, or all numbers."""
    under = data["under"]
    if under is None:
        return [{"layer": part["layer"], "place": part["place"]} for part in data["parts"] if part["place"]]
    (row, *_others), lane = under["rows"], data["lanes"][0]
    return [{"layer": under["layer"], "place": [row, column, lane["channel"]]} for column in under["columns"]]


@pytest.fixture
def _buttons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buttons in place of what is clicked on the stage and on the trail."""

    def stage(data: dict[str, Any], key: str, on_open: Callable[..., None], on_page: Callable[..., None]) -> None:
        for number, told in enumerate(openable(data)):
            st.button(str(told), key=f"open_{number}", on_click=on_open, args=(told,))
        st.button("Second page", key="second_page", on_click=on_page, args=(1,))
        st.caption(f"Channels: {[lane['channel'] for lane in data['lanes']]}")

    def trail(data: dict[str, Any], key: str, on_pick: Callable[..., None], on_follow: Callable[..., None]) -> None:
        for number, stop in enumerate(data["stops"]):
            sign = "here" if number == data["at"] else "ahead" if stop["ahead"] else "before"
            st.button(
                f"{stop['layer']} {stop['place']}: {sign}", key=f"stop_{number}", on_click=on_pick, args=(number,)
            )

        if data["follows"]:
            st.button("Follow", key="follow", on_click=on_follow, args=(True,))
        st.caption(f"Path: {[(step['layer'], step['channel']) for step in data['path']]}")

    monkeypatch.setattr(components, "value_stage", stage)
    monkeypatch.setattr(components, "trail", trail)


def stops(at: AppTest) -> list[str]:
    return [button.label for button in at.button if str(button.key).startswith("stop_")]


@pytest.mark.usefixtures("here", "_buttons")
def test_one_can_walk_to_the_pixel_and_back() -> None:
    at = opened(model="mnist", layer="dense_1", channel="7", picture="digit_7")
    walked = ["dense_1"]
    while walked[-1] != "input":
        press(at, "open_0")
        walked.append(open_layer(at))
    assert walked == ["dense_1", "dense", "flatten", "max_pooling2d", "conv2d_1", "conv2d", "input"]
    assert [stop.split(" ")[0] for stop in stops(at)] == walked
    press(at, "stop_2")
    assert open_layer(at) == "flatten"
    assert [stop.rpartition(": ")[2] for stop in stops(at)] == ["before"] * 2 + ["here"] + ["ahead"] * 4
    press(at, "stop_0")
    assert open_layer(at) == "dense_1"
    assert stops(at)[0] == "dense_1 unit 7: here"
    press(at, "stop_6")
    assert open_layer(at) == "input"


@pytest.mark.usefixtures("here", "_buttons")
def test_a_value_of_another_layer_runs_the_whole_page() -> None:
    at = opened(model="mobilenet_v2", layer="block_1_expand")
    press(at, "open_0")
    assert data_of(at, "network")["selected"] == open_layer(at) != "block_1_expand"


@pytest.mark.usefixtures("here", "_buttons")
def test_another_way_leaves_the_one_ahead() -> None:
    at = opened(model="mnist", layer="conv2d_1", row="5", column="6", channel="1", picture="digit_7")
    press(at, "open_0")
    press(at, "open_0")
    assert len(stops(at)) == 3
    press(at, "stop_0")
    press(at, "open_2")
    assert [stop.rpartition(": ")[2] for stop in stops(at)] == ["before", "here"]
    assert "[5, 8]" in stops(at)[1]
    # A value that was chosen elsewhere begins a trail of its own.
    no_exception(at.number_input(key="row_widget").set_value(11).run())
    assert [stop.rpartition(": ")[2] for stop in stops(at)] == ["here"]


@pytest.mark.usefixtures("here", "_buttons")
def test_a_link_has_the_trail_and_the_place_on_it() -> None:
    at = opened(model="mnist", layer="conv2d_1", row="5", column="6", channel="1", picture="digit_7")
    press(at, "open_0")
    press(at, "open_0")
    press(at, "stop_1")
    walked = stops(at)
    assert [stop.rpartition(": ")[2] for stop in walked] == ["before", "here", "ahead"]
    again = opened(**address_of(at))
    assert stops(again) == walked
    # Another map begins another trail, in the session and in the address.
    no_exception(again.number_input(key="channel_widget").set_value(3).run())
    assert [stop.rpartition(": ")[2] for stop in stops(again)] == ["here"]
    assert "trail" not in address_of(again)


@pytest.mark.usefixtures("here", "_buttons")
@pytest.mark.parametrize(
    "trail",
    [
        "1-99-99-3.2-5-6-1",  # beyond the layer's rows
        "1-3.2-5-6-1",  # a unit of a layer with maps
        "77-0.2-5-6-1",  # no such layer
        "1-0-0-3",  # nothing of the open value
        "2-5-6-1.nonsense",
    ],
)
def test_a_trail_that_makes_no_sense_is_left_out(trail: str) -> None:
    at = opened(model="mnist", layer="conv2d_1", row="5", column="6", channel="1", picture="digit_7", trail=trail)
    assert [stop.rpartition(": ")[2] for stop in stops(at)] == ["here"]


@pytest.mark.usefixtures("here", "_buttons")
def test_every_channel_can_be_drawn() -> None:
    at = opened(model="mnist", layer="conv2d_1", row="5", column="6", channel="1", picture="digit_7")
    x, (kernel, _bias) = made_up_maps("mnist", None, "conv2d"), made_up_weights("mnist", "conv2d_1")
    amounts = (x[5:8, 6:9].astype(np.float64) * kernel[..., 1]).sum(axis=(0, 1))
    order = np.argsort(-np.abs(amounts)).tolist()
    assert f"Channels: {order[:3]}" in said(at)
    press(at, "second_page")
    assert f"Channels: {order[3:6]}" in said(at)
    press(at, "open_1")
    press(at, "stop_0")
    assert f"Channels: {order[3:6]}" in said(at)


def made_up_path(model: str, pixels: Any, layer: str, place: tuple[int, ...]) -> tuple[PathStep, ...]:
    """Return the strongest path through the made-up values."""
    maps = {name: made_up_maps(model, None, name) for name in rows(model)}
    return strongest_path(bundled_network(model), layer, place, lambda name: made_up_weights(model, name), maps)


@pytest.fixture
def _followed(monkeypatch: pytest.MonkeyPatch, here: Here) -> None:
    monkeypatch.setattr(run, "strongest_path", made_up_path)


@pytest.mark.usefixtures("_followed", "_buttons")
def test_the_strongest_path_lies_ahead_and_each_step_is_one_click() -> None:
    at = opened(model="mnist", layer="dense", channel="7", picture="digit_7")
    press(at, "follow")
    path = made_up_path("mnist", None, "dense", (7,))
    layers = [step.layer for step in path]
    assert (layers[0], layers[-1]) == ("dense", "input")
    assert f"Path: {[(step.layer, step.place[-1]) for step in path]}" in said(at)
    assert [stop.split(" ")[0] for stop in stops(at)] == layers
    assert "follow" not in [button.key for button in at.button]
    press(at, "stop_2")
    assert open_layer(at) == layers[2]
    assert [stop.rpartition(": ")[2] for stop in stops(at)] == ["before"] * 2 + ["here"] + ["ahead"] * (len(path) - 3)
    assert "Path: [('dense', 7)" in said(at)
    # Beside the path there is none; back on it, it is still known.
    no_exception(at.number_input(key="row_widget").set_value((path[2].place[0] + 3) % 20).run())
    assert "Path: []" in said(at)
    press(at, "follow")
    assert f"Path: [('{layers[2]}', " in said(at)


@pytest.mark.usefixtures("_followed", "_buttons")
def test_the_path_of_what_opened_by_itself_stays() -> None:
    at = opened(model="mnist", layer="dense", picture="digit_7")
    press(at, "follow")
    assert len(stops(at)) > 3
    no_exception(at.run())
    assert len(stops(at)) > 3


@pytest.mark.usefixtures("_followed", "_buttons")
def test_a_path_belongs_to_its_picture() -> None:
    at = opened(model="mnist", layer="dense", channel="7", picture="digit_7")
    press(at, "follow")
    at.session_state["picture"] = "digit_3"
    no_exception(at.run())
    assert "Path: []" in said(at)


@pytest.mark.usefixtures("_buttons")
def test_waiting_for_a_path_leaves_the_value_on_the_page(here: Here, impatient: None) -> None:
    at = opened(model="mnist", layer="dense", channel="7", picture="digit_7")
    here.ends = [Future()]
    at.button(key="follow").click().run()
    assert "Following the largest contributions" in waited_for(at)[0]
    assert "columns" in said(at)  # which pixels reach it: the last that is drawn


@pytest.mark.usefixtures("here")
def test_pixels_that_reach_a_value() -> None:
    at = opened(model="mnist", layer="conv2d_1", row="0", column="3", picture="digit_7")
    assert "Rows -1 to 3, columns 2 to 6: 5×5 pixels. Anything outside the picture is padding." in said(at)


@pytest.mark.keras
def test_the_sum_is_the_networks_own_value() -> None:
    from cnn_core.pictures.prepare import Fit, Preparation, prepare
    from cnn_core.pictures.read import read_image
    from cnn_core.pictures.samples import sample_bytes

    cached.forget_all()
    pixels = prepare(
        read_image(sample_bytes("digit_7")).pixels, Preparation(28, 28, Colour.GREY, Fit.CROP, False)
    ).pixels
    for name, row in rows("mnist").items():
        maps = run.layer_maps("mnist", pixels, name)
        inputs = [run.layer_maps("mnist", pixels, source) for source in row.sources] or [maps]
        weights = run.layer_weights("mnist", name)
        rng = np.random.default_rng(3)
        for _ in range(5):
            place = tuple(int(rng.integers(size)) for size in maps.shape)
            assert explain_unit(row.layer, weights, inputs, place).value == pytest.approx(
                maps[place], rel=1e-4, abs=1e-5
            )
