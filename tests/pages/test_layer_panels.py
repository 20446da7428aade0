"""The panels of the page Feature maps that say what a layer is like: with stand-ins for the workers."""

import base64
import hashlib
import io
import json
from concurrent.futures import BrokenExecutor, Future
from typing import Any

import numpy as np
import pytest
from PIL import Image
from running import address_of, no_exception, tables
from stand_ins import Here, MadeUpSurvey, brightness, made_up_maps, made_up_weights, rows
from streamlit.testing.v1 import AppTest
from viewing import choose, data_of, opened, press, said, waited_for

from cnn_core.drawing.statistics import layer_statistics
from cnn_core.layers.weights import weight_shapes
from cnn_core.pictures.samples import SAMPLES
from pages.ui import waiting
from pages.ui.feature_maps.panels import PANELS

pytestmark = pytest.mark.usefixtures("surveyed", "heat")

LAYERS = [
    *[("mnist", name) for name in ("input", "conv2d", "conv2d_1", "max_pooling2d", "flatten", "dense", "dense_1")],
    *[
        ("mobilenet_v2", name)
        for name in (
            "normalization",
            "Conv1",
            "bn_Conv1",
            "block_1_expand",
            "block_1_depthwise",
            "block_2_add",
            "global_average_pooling2d",
            "predictions",
        )
    ],
]


def boards(at: AppTest) -> list[dict[str, Any]]:
    """Return what the panels' boards show."""
    protos = [element.proto for element in at.get("bidi_component")]
    return [json.loads(proto.json) for proto in protos if proto.component_name == "convscope_mosaic"]


def charts(at: AppTest) -> list[str]:
    return [chart.proto.alt for chart in at.get("plotly_chart")]


def captions_of_pictures(at: AppTest) -> list[str]:
    return [image.caption for element in at.image for image in element.proto.imgs]


def ranked_captions(at: AppTest) -> list[str]:
    return [caption for caption in captions_of_pictures(at) if caption[:1].isdigit()]


# All of them ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "layer"), LAYERS)
def test_every_panel_opens_for_every_kind_of_layer(model: str, layer: str) -> None:
    at = opened(model=model, layer=layer, picture="digit_7", surveyed="True")
    for panel in PANELS:
        at.session_state["ask"] = panel.key
        assert_complete(no_exception(at.run()))


@pytest.mark.parametrize("panel", [panel.key for panel in PANELS])
def test_every_panel_opens_in_korean(panel: str) -> None:
    assert_complete(opened(ask=panel, model="mnist", layer="conv2d", picture="digit_7", surveyed="True", lang="ko"))


def assert_complete(at: AppTest) -> None:
    assert not at.error
    assert all(chart for chart in charts(at))
    assert all(image.alt for element in at.image for image in element.proto.imgs)


def test_a_closed_panel_asks_for_nothing(here: Here) -> None:
    no_exception(opened(ask="kernels"))
    assert not [asked for asked in here.asked if asked[0] is MadeUpSurvey]


def test_what_is_open_and_chosen_stands_in_the_address() -> None:
    at = opened(ask="compare", angle="-45", shift_right="3", ranked_by="mean", picture_noise="0.2")
    for name, value in (("ask", "compare"), ("angle", "-45"), ("shift_right", "3"), ("picture_noise", "0.2")):
        assert at.query_params[name] == value
    choose(at, "slider", "shift_down", -7)
    assert address_of(at)["shift_down"] == "-7"
    # What belongs to a panel that is closed stays out of a link.
    assert "ranked_by" not in address_of(at)
    assert address_of(opened(ask="excite", ranked_by="mean"))["ranked_by"] == "mean"


NONSENSE = {
    "angle": ("181", "--5", "-", "1.5", "٣"),
    "shift_right": ("99999", "-99999"),
    "brightness": ("-1", "3", "nan", "inf"),
    "picture_noise": ("0.6", "x"),
    "beside_sample": ("../x",),
    "ranked_by": ("size",),
}


@pytest.mark.parametrize("number", range(5))
def test_nonsense_in_the_address_gives_the_defaults(number: int) -> None:
    address = {name: values[number % len(values)] for name, values in NONSENSE.items()}
    at = no_exception(opened(ask=("compare", "excite", "nothing")[number % 3], **address))
    assert not at.error
    assert not [name for name, value in address.items() if address_of(at).get(name) == value]


# Kernels --------------------------------------------------------------------------------------------------------------


def test_kernels_stand_in_the_order_of_their_maps() -> None:
    at = opened(layer="Conv1", ask="kernels", order="mean", channel="0")
    pairs, own = boards(at)
    shown = [entry["channel"] for entry in data_of(at, "layer")["maps"]]
    assert [entry["channel"] for entry in pairs["maps"]] == shown
    assert pairs["selected"] == 0
    assert len(own["maps"]) == 3
    (kernel,) = made_up_weights("mobilenet_v2", "Conv1")
    assert "**32 of 32** 3×3 kernels shown" in said(at)
    assert f"white {kernel.max():.4g}, black {-kernel.max():.4g}" in said(at)
    first = kernel[..., 0]
    text = f"Input 1: weights {first[:, :, 1].min():.4g} to {first[:, :, 1].max():.4g}, sum {first[:, :, 1].sum():.4g}"
    assert own["maps"][1]["text"] == text


def test_many_kernels_have_pages() -> None:
    at = opened(layer="block_1_depthwise", ask="kernels")
    assert "**60 of 96** 3×3 kernels shown" in said(at)
    at.pagination[1].set_value(2).run()
    assert "**36 of 96** 3×3 kernels shown" in said(at)
    assert [entry["channel"] for entry in boards(at)[0]["maps"]] == list(range(60, 96))


def test_a_deep_filter_shows_a_kernel_for_each_input() -> None:
    at = opened(model="mnist", layer="conv2d_1", channel="5", ask="kernels", picture="digit_7")
    assert "Filter 5 lays 32 3×3 kernels over the maps of `conv2d`, one over each, and adds up the results." in said(at)
    (own,) = boards(at)
    assert [entry["channel"] for entry in own["maps"]] == list(range(32))
    weights = made_up_weights("mnist", "conv2d_1")[0][..., 5]
    picture = Image.open(io.BytesIO(base64.b64decode(own["picture"].partition(",")[2])))
    assert picture.width == own["columns"] * (own["cell"][0] + own["gap"]) + own["gap"]
    assert own["maps"][7]["text"].endswith(f"sum {weights[:, :, 7].sum():.4g}")


def test_the_weights_of_a_unit_are_put_back_to_the_maps() -> None:
    at = opened(model="mnist", layer="dense", channel="4", ask="kernels", picture="digit_7")
    text = said(at)
    assert "a matrix of 10816×100 weights" in text
    assert "unit 4, arranged as the 64 13×13 maps of `max_pooling2d`." in text
    weights = made_up_weights("mnist", "dense")[0][:, 4].reshape(13, 13, 64)
    assert boards(at)[0]["maps"][9]["text"].endswith(f"sum {weights[:, :, 9].sum():.4g}")


def test_a_layer_without_kernels_says_so() -> None:
    at = opened(model="mnist", layer="max_pooling2d", ask="kernels", picture="digit_7")
    assert "**MaxPooling2D** has no kernel" in said(at)


def test_every_weight_of_every_layer_can_be_drawn() -> None:
    for model in ("mnist", "mobilenet_v2"):
        for row in rows(model).values():
            shapes = list(weight_shapes(row.layer, *row.input_shapes).values())
            assert [weight.shape for weight in made_up_weights(model, row.name)] == shapes


# Statistics -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["conv2d", "dense"])
def test_a_layer_s_figures_are_those_of_its_values(layer: str) -> None:
    at = opened(model="mnist", layer=layer, ask="statistics", picture="digit_7")
    figures = layer_statistics(made_up_maps("mnist", None, layer))
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["Mean"] == f"{figures.mean:.4g}"
    assert shown["Standard deviation"] == f"{figures.spread:.4g}"
    assert shown["Share of zeros"] == f"{figures.zero_share:.1%}"
    assert shown["Dead channels"] == f"0 of {figures.channels}"
    assert "How often each value of the layer occurs" in charts(at)
    assert any("every layer" in alt for alt in charts(at))


def test_dead_channels_over_all_pictures() -> None:
    at = opened(model="mnist", layer="conv2d", ask="statistics", picture="digit_7")
    assert "all 15 pictures:" not in said(at)
    choose(at, "toggle", "surveyed", True)
    assert f"Zero everywhere in all {len(SAMPLES)} pictures: **1 of 32** channels – 1." in said(at)


# What excites a channel -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["maximum", "mean"])
def test_pictures_are_ranked_by_what_the_channel_makes_of_them(here: Here, by: str) -> None:
    at = opened(model="mnist", layer="conv2d", channel="3", ask="excite", picture="digit_7", ranked_by=by)
    asked = [one[2] for one in here.asked if one[0] is MadeUpSurvey]
    assert len(asked) == len(SAMPLES)
    maps = made_up_maps("mnist", None, "conv2d")[:, :, 3]
    figures = sorted((getattr(maps, {"maximum": "max"}.get(by, by))() * brightness(one) for one in asked), reverse=True)
    shown = ranked_captions(at)
    assert len(shown) == len(SAMPLES)
    for number, (caption, figure) in enumerate(zip(shown, figures, strict=True), 1):
        assert caption.startswith(f"{number}. ")
        assert f": {figure:.4g}" in caption or f": {np.float32(figure):.3g}" in caption


def test_a_channel_that_nothing_excites_is_said() -> None:
    at = opened(model="mnist", layer="conv2d", channel="1", ask="excite", picture="digit_7")
    assert [one.value for one in at.info] == [
        f"Nothing excites it: it is zero everywhere in all {len(SAMPLES)} pictures."
    ]


@pytest.mark.usefixtures("impatient")
def test_the_survey_says_how_far_it_is_and_can_be_stopped(here: Here) -> None:
    at = opened(model="mnist", layer="conv2d", channel="3", picture="digit_7")
    unfinished: list[Future[Any]] = [Future() for _ in SAMPLES[2:]]
    here.ends = [None, None, *unfinished]
    at.session_state["ask"] = "excite"
    no_exception(at.run())
    assert f"Pictures through the network: 2 / {len(SAMPLES)}" in waited_for(at)[-1]
    # A few at a time, for others wait too.
    assert len(surveyed_by(here)) == 2 + waiting.AT_ONCE
    here.ends = []
    press(at, "stop_waiting_excite")
    assert [future.cancelled() for future in unfinished] == [
        number < waiting.AT_ONCE for number in range(len(SAMPLES) - 2)
    ]
    assert [one.value for one in at.info] == ["Stopped."]
    # The two that were done are shown, and the page goes on below.
    assert len(ranked_captions(at)) == 2
    press(at, "go_on_excite")
    assert len(ranked_captions(at)) == len(SAMPLES)
    assert len(surveyed_by(here)) == len(SAMPLES) + waiting.AT_ONCE


def surveyed_by(here: Here) -> list[Any]:
    return [asked for asked in here.asked if asked[0] is MadeUpSurvey]


def test_a_dead_worker_is_asked_again_for_what_it_did_not_do(here: Here) -> None:
    at = opened(model="mnist", layer="conv2d", channel="3", picture="digit_7")
    here.ends = [None, BrokenExecutor("a worker died")]
    at.session_state["ask"] = "excite"
    no_exception(at.run())
    assert len(at.error) == 1
    press(at, "retry_excite")
    assert len(ranked_captions(at)) == len(SAMPLES)


# Two pictures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def maps_of_the_picture(monkeypatch: pytest.MonkeyPatch, here: Here) -> None:
    """Let the made-up maps depend on the picture."""
    from cnn_core.models import run

    monkeypatch.setattr(
        run, "layer_maps", lambda model, pixels, layer: made_up_maps(model, None, layer) * brightness(pixels)
    )


@pytest.mark.usefixtures("maps_of_the_picture")
def test_a_changed_copy_goes_through_the_same_layer(here: Here) -> None:
    at = opened(
        model="mnist",
        layer="conv2d",
        channel="3",
        ask="compare",
        picture="digit_7",
        brightness="0.5",
        shift_right="0",
    )
    # The picture itself is asked for twice before: by all layers, and by the open one.
    ready, copy = here.asked[0][2], here.asked[2][2]
    np.testing.assert_array_equal(copy, ready * np.float32(0.5))
    maps = made_up_maps("mnist", None, "conv2d")[:, :, 3]
    difference = np.abs(maps * brightness(copy) - maps * brightness(ready))
    assert f"The first two differ by {difference.mean():.4g} on average, by {difference.max():.4g} at most." in said(at)
    reach = np.abs(maps * brightness(ready)).max()
    bars = [element.proto.body for element in at.get("html") if "linear-gradient" in element.proto.body]
    assert any(f">{reach:.4g}<" in bar and f">{-reach:.4g}<" in bar for bar in bars)


def test_an_unchanged_copy_makes_no_difference() -> None:
    at = opened(model="mnist", layer="conv2d", ask="compare", picture="digit_7", shift_right="0")
    assert "The first two are exactly the same." in said(at)
    assert "Areas that enter from outside repeat the picture's edge" in said(at)


def test_a_shift_stays_within_half_the_picture() -> None:
    at = opened(model="mnist", layer="conv2d", ask="compare", picture="digit_7", shift_right="100", shift_down="-100")
    assert at.slider(key="shift_right_widget").value == 14
    assert at.slider(key="shift_down_widget").value == -14


def test_another_sample_can_stand_beside(here: Here) -> None:
    at = opened(model="mnist", layer="conv2d", ask="compare", picture="digit_7", beside="sample")
    choose(at, "selectbox", "beside_sample", "digit_3")
    assert captions_of_pictures(at).count("Handwritten 3") == 1
    other = here.asked[-1][2]
    assert hashlib.sha256(other.tobytes()) != hashlib.sha256(here.asked[0][2].tobytes())


@pytest.mark.usefixtures("maps_of_the_picture")
def test_units_are_compared_in_a_table() -> None:
    at = opened(model="mnist", layer="dense_1", channel="7", ask="compare", picture="digit_7", brightness="0")
    values = made_up_maps("mnist", None, "dense_1")
    table = next(text for text in tables(at).split("\n\n") if text.startswith("| Unit"))
    lines = [line.strip("| ").split(" | ") for line in table.splitlines()[1:]]
    assert lines[0][0] == "7"
    others = [int(line[0]) for line in lines[1:]]
    assert others == [unit for unit in np.argsort(-np.abs(values)).tolist() if unit != 7][: len(others)]
    assert all(float(line[1]) == -float(line[3]) for line in lines)
