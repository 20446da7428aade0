""" "Why this value?" on the page Feature maps: with stand-ins for the workers, and once with the real network."""

import numpy as np
import pytest
from running import no_exception
from stand_ins import made_up_maps, made_up_weights, rows
from streamlit.testing.v1 import AppTest
from viewing import data_of, opened, press, said

from cnn_core.explain.unit import explain_unit
from cnn_core.pictures.colour import Colour

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


def whole(at: AppTest, name: str) -> int:
    """Return what a field for a whole number shows."""
    number = at.number_input(key=f"{name}_widget").value
    assert isinstance(number, int)
    return number


def known(model: str, names: list[str]) -> list[tuple[str, str]]:
    return [(model, name) for name in names if name in rows(model)]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("model", "layer"), [pair for model, names in LAYERS for pair in known(model, names)])
def test_every_kind_of_layer_is_explained(model: str, layer: str) -> None:
    at = no_exception(opened(model=model, layer=layer, row="1", column="0", channel="2", picture="digit_7"))
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
    at = opened(layer="Conv1", row="0", column="0", channel="3")
    data = data_of(at, "stage")
    x = made_up_maps("mobilenet_v2", None, "Conv1_pad")
    (kernel,) = made_up_weights("mobilenet_v2", "Conv1")
    assert len(data["input"]) == 3
    np.testing.assert_allclose(data["output"], [[[(x[:3, :3] * kernel[:, :, :, 3]).sum()]]], rtol=1e-5)
    assert len(data["vertical"]["taps"]) == len(data["horizontal"]["taps"]) == 1


@pytest.mark.usefixtures("here")
def test_the_strongest_parts_are_what_was_multiplied() -> None:
    at = opened(layer="Conv1", row="4", column="5", channel="3")
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
    data = data_of(at, "stage")
    assert data["vertical"]["sources"][:2] == [-1, 0]
    assert data["horizontal"]["sources"][-1] == -1
    x, (kernel, bias) = made_up_maps("mnist", None, "input"), made_up_weights("mnist", "conv2d")
    part = np.pad(x[:2, 26:, 0], ((1, 0), (0, 1)))
    np.testing.assert_allclose(data["output"], [[[(part * kernel[:, :, 0, 0]).sum() + bias[0]]]], rtol=1e-5)


@pytest.mark.usefixtures("here")
def test_one_can_walk_to_the_pixel_and_back() -> None:
    at = opened(model="mnist", layer="dense_1", channel="7", picture="digit_7")
    walked = ["dense_1"]
    while walked[-1] != "input":
        press(at, "walk_0")
        walked.append(open_layer(at))
    assert walked == ["dense_1", "dense", "flatten", "max_pooling2d", "conv2d_1", "conv2d", "input"]
    assert "This is where the picture enters" in said(at)
    for name in reversed(walked[:-1]):
        press(at, "go_back")
        assert open_layer(at) == name
    assert whole(at, "channel_why") == 7


@pytest.mark.usefixtures("here")
def test_a_walk_goes_on_with_the_value_that_was_shown() -> None:
    at = opened(model="mnist", layer="conv2d_1", row="5", column="6", channel="1", picture="digit_7")
    label = at.button(key="walk_0").label
    press(at, "walk_0")
    place = [whole(at, f"{key}_why") for key in ("row", "column", "channel")]
    assert f"{place} = {made_up_maps('mnist', None, 'conv2d')[tuple(place)]:.4g}" in label


@pytest.mark.usefixtures("here")
def test_pixels_that_reach_a_value() -> None:
    at = opened(model="mnist", layer="conv2d_1", row="0", column="3", picture="digit_7")
    assert "Rows -1 to 3, columns 2 to 6: 5×5 pixels. What lies outside of the picture is padding." in said(at)


@pytest.mark.keras
def test_the_sum_is_the_networks_own_value() -> None:
    import streamlit as st

    from cnn_core.models import run
    from cnn_core.pictures.prepare import Fit, Preparation, prepare
    from cnn_core.pictures.read import read_image
    from cnn_core.pictures.samples import sample_bytes

    st.cache_resource.clear()
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
