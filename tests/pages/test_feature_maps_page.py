"""The page "Feature maps", without a browser: with stand-ins for the workers, and once with the real ones."""

import base64
import io
import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from running import address_of, everything_said, labels_of_popovers, no_exception, run_page, set_to
from stand_ins import Here, made_up_answers, made_up_maps, rows
from streamlit.testing.v1 import AppTest
from viewing import (
    PAGE,
    choose,
    choose_sample,
    data_of,
    opened,
    predictions,
    press,
    said,
    through_the_front_door,
    waited_for,
)

from cnn_core.arrays import Maps
from cnn_core.errors import CnnError
from cnn_core.models import attention, run
from cnn_core.models.bundled import bundled_model, class_names
from cnn_core.models.run import Answers
from cnn_core.processes.cluster import UnreachableError
from pages.ui import components, compute, state
from pages.ui.feature_maps import layer_view, network_picture, panels
from pages.ui.feature_maps.menus import MENUS
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.panels import PANELS
from pages.ui.feature_maps.parts import Part

SECRET = "/home/somebody/secret"


def is_complete(at: AppTest) -> bool:
    """Say whether nothing is missing: the network, a layer's maps, no error and nothing to wait for."""
    shown = {element.proto.component_name for element in at.get("bidi_component")}
    is_whole = data_of(at, "network")["mode"] == "whole"  # and shows all maps itself
    parts = ("network", "picker", "value_stage") if is_whole else ("network", "layer", "picker", "value_stage")
    return {f"convscope_{name}" for name in parts} <= shown and not at.error and not at.info and not at.get("skeleton")


# The page as it opens -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("door", [opened, through_the_front_door])
def test_everything_is_there_from_the_start(door: Any) -> None:
    at = door()
    assert is_complete(at)
    network = data_of(at, "network")
    assert {layer for node in network["nodes"] for layer in node["layers"]} == rows("mobilenet_v2").keys()
    assert network["selected"] == at.selectbox(key="layer_widget").value == "Conv1"
    assert at.selectbox(key="layer_widget").options == list(rows("mobilenet_v2"))
    assert predictions(at)[0] == f"**{class_names('mobilenet_v2')[8]}** · 75.0%"
    assert "**Conv2D** · 112×112×32 · 864 parameters" in said(at)
    assert "10,838,016 multiply-adds" in said(at)
    assert len(data_of(at, "layer")["maps"]) == 32
    assert "Cropped to the central 300×300 pixels. Resized from 300×300 to 224×224 pixels" in said(at)


@pytest.mark.usefixtures("here")
def test_a_newcomer_meets_the_small_network_first() -> None:
    at = run_page(PAGE, lang="en")
    assert is_complete(at)
    model = at.selectbox(key="model_widget")
    assert model.value == "cifar10"
    assert model.options[0] == bundled_model("cifar10").title
    assert at.selectbox(key="layer_widget").options == list(rows("cifar10"))
    assert at.selectbox(key="picture_widget").value == "chelsea"
    assert predictions(at)[0] == "**ship** · 75.0%"
    assert "model" not in address_of(at)


ASKED = 6
"""The answers, the maps of the open layer, of the one before and of the one behind it, its weights and influences."""


def test_the_work_is_asked_for_once(here: Here) -> None:
    at = opened()
    asked = len(here.asked)
    for _ in range(3):
        no_exception(at.run())
    assert len(here.asked) == asked == ASKED


@pytest.mark.usefixtures("here")
def test_pictures_and_charts_have_alternative_texts() -> None:
    at = opened()
    images = [image for element in at.image for image in element.proto.imgs]
    assert len(images) == 4
    assert all(image.alt for image in images)
    assert not at.get("plotly_chart")  # Plotly takes longer to come than all of the page
    charts = opened(ask="statistics").get("plotly_chart")
    assert len(charts) == 2
    assert all(chart.proto.alt for chart in charts)


@pytest.mark.parametrize("name", ["conv2d", "file", "allow_pickle", "합성곱 1"])
def test_values_are_offered_under_any_name(name: str) -> None:
    maps = made_up_maps("mnist", np.zeros(0, np.float32), "conv2d")[:, ::2]
    with np.load(io.BytesIO(layer_view._npz(name, maps))) as archive:
        assert archive.files == [name]
        np.testing.assert_array_equal(archive[name], maps)


# Trouble ------------------------------------------------------------------------------------------------------------

ENDED = [BrokenExecutor("a worker died"), CancelledError()]
UNEXPECTED = [ValueError(f"cannot open {SECRET}"), MemoryError(), TimeoutError(SECRET)]


@pytest.mark.parametrize("error", ENDED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("before", [0, 1], ids=["the network runs", "a layer is fetched"])
def test_a_dead_worker_is_one_sentence_and_a_retry(here: Here, error: BaseException, before: int) -> None:
    here.ends = [*[None] * before, error, error]
    at = opened()
    assert [element.value for element in at.error] == [
        "The process that runs the model has stopped: it was ended or ran out of memory. "
        "A new one starts by itself; nothing of yours is lost."
    ]
    # Running again does not ask again; only the button does.
    assert len(no_exception(at.run()).error) == 1
    assert len(press(at, "retry").error) == 1
    assert is_complete(press(at, "retry"))


def test_a_cluster_that_does_not_answer_is_its_own_sentence_and_a_retry(here: Here) -> None:
    here.ends = [UnreachableError("Nobody is at {address}.", address="tcp://10.0.0.7")]
    at = opened()
    assert [element.value for element in at.error] == ["Nobody is at tcp://10.0.0.7."]
    assert is_complete(press(at, "retry"))


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: type(error).__name__)
def test_any_other_failure_is_one_sentence_and_a_retry(here: Here, error: BaseException) -> None:
    here.ends = [error]
    at = opened()
    assert [element.value for element in at.error] == [f"The model could not be run ({type(error).__name__})."]
    assert SECRET not in said(at)
    assert is_complete(press(at, "retry"))


def test_a_refusal_is_one_sentence(here: Here) -> None:
    here.ends = [CnnError("There is no layer {layer}. Choose another.", layer="![](http://example.org/x.png)")]
    at = opened()
    assert [element.value for element in at.error] == [
        r"There is no layer \!\[\]\(http\://example\.org/x\.png\)\. Choose another\."
    ]
    assert is_complete(choose_sample(at, "coffee"))


@pytest.mark.usefixtures("impatient")
def test_answers_that_come_while_the_page_is_drawn_are_shown(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    late: Future[Answers] = Future()
    here.ends = [late]
    draw = network_picture.draw_network

    def draw_slowly(*given: Any) -> None:
        draw(*given)
        if not late.done():
            _, *asked = here.asked[0]
            late.set_result(made_up_answers(*asked))

    monkeypatch.setattr(network_picture, "draw_network", draw_slowly)
    assert is_complete(opened())


@pytest.mark.usefixtures("impatient")
def test_waiting_can_be_stopped_and_taken_up_again(here: Here) -> None:
    unfinished: Future[Answers] = Future()
    here.ends = [unfinished]
    at = opened()
    assert "The network is running" in waited_for(at)[0]
    assert {node["picture"] for node in data_of(at, "network")["nodes"]} == {None}
    unfinished.set_running_or_notify_cancel()
    press(at, "stop_waiting")
    assert [element.value for element in at.info] == ["Stopped."]
    press(at, "go_on")
    assert not at.info
    assert "The network is running" in waited_for(at)[0]
    unfinished.set_result(made_up_answers("mobilenet_v2", np.zeros(1, np.float32)))
    assert is_complete(no_exception(at.run()))
    assert len(here.asked) == ASKED


@pytest.mark.usefixtures("impatient")
def test_stopping_drops_what_has_not_begun(here: Here) -> None:
    unfinished: Future[Answers] = Future()
    here.ends = [unfinished]
    at = press(opened(), "stop_waiting")
    assert at.info
    assert unfinished.cancelled()
    assert is_complete(press(at, "go_on"))


@pytest.mark.usefixtures("impatient")
def test_a_download_says_how_much_has_come(here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    coming = tmp_path / "models" / "weights.h5"
    coming.write_bytes(bytes(2_500_000))
    os.utime(coming, (time.time() + 60, time.time() + 60))
    here.ends = [Future()]
    at = opened(model="application:VGG16:imagenet")
    assert "weights: 2.5 MB" in waited_for(at)[0]


@pytest.mark.usefixtures("impatient")
def test_other_work_is_not_stopped_with_it(here: Here) -> None:
    here.ends = [Future(), Future()]
    at = press(opened(), "stop_waiting")
    choose_sample(at, "coffee")
    assert not at.info
    assert at.button(key="stop_waiting")
    assert len(choose_sample(at, "chelsea").info) == 1


# One layer ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("order", ["index", "mean", "spread"])
def test_order_of_the_maps(order: str) -> None:
    at = choose(opened(layer="block_1_expand"), "segmented_control", "order", order)
    maps = made_up_maps("mobilenet_v2", None, "block_1_expand").reshape(-1, 96).astype(np.float64)
    figure = {"index": -np.arange(96), "mean": maps.mean(axis=0), "spread": maps.std(axis=0)}[order]
    shown = [entry["channel"] for entry in data_of(at, "layer")["maps"]]
    assert shown == np.argsort(-figure)[:64].tolist()


@pytest.mark.usefixtures("here")
def test_pages_show_every_map_once() -> None:
    at = opened(layer="Conv_1")
    pages = at.pagination[0].num_pages
    assert pages == 20
    shown = []
    for page in range(1, pages + 1):
        no_exception(at.pagination[0].set_value(page).run())
        assert "**64 of 1280** shown" in said(at)
        shown += [entry["channel"] for entry in data_of(at, "layer")["maps"]]
    assert shown == list(range(1280))
    assert not choose(at, "selectbox", "layer", "Conv1").pagination


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("layer", "shown"), [("Conv_1", "maps"), ("predictions", "units")])
def test_the_page_of_the_open_map_comes_first(layer: str, shown: str) -> None:
    at = opened(layer=layer, channel="700")
    numbers = [one["channel"] if shown == "maps" else one for one in data_of(at, "layer")[shown]]
    per_page = len(numbers)
    assert numbers == list(range(700 // per_page * per_page, (700 // per_page + 1) * per_page))
    at.pagination[0].set_value(1).run()
    choose(at, "number_input", "channel", 701)
    assert at.pagination[0].value == 1


@pytest.mark.usefixtures("here")
def test_range_of_colours() -> None:
    at = opened(layer="block_1_expand")
    per_layer = data_of(at, "layer")["picture"]
    largest = np.abs(made_up_maps("mobilenet_v2", None, "block_1_expand")).max()
    assert "All maps share this range. White is zero." in bar_of(at)
    assert f"{largest:.4g}" in bar_of(at)
    choose(at, "segmented_control", "scope", "per_map")
    assert "Every map has its own range" in bar_of(at)
    per_map = data_of(at, "layer")["picture"]
    choose(at, "segmented_control", "scope", "fixed")
    choose(at, "number_input", "limit", 2.5)
    assert ">-2.5<" in bar_of(at)
    assert ">2.5<" in bar_of(at)
    assert len({per_layer, per_map, data_of(at, "layer")["picture"]}) == 3


def bar_of(at: AppTest, number: int = 0) -> str:
    """Return a bar of colours with what is said of it: that of all maps, or of the open one."""
    bars = [element.proto.body for element in at.get("html") if "linear-gradient" in element.proto.body]
    body: str = bars[number]
    return body


@pytest.mark.usefixtures("here")
def test_one_map_is_opened_by_its_number() -> None:
    at = choose(opened(layer="block_1_expand"), "number_input", "channel", 17)
    assert "Map 17 of `block_1_expand`" in [header.value for header in at.header]
    assert data_of(at, "layer")["selected"] == 17
    values = made_up_maps("mobilenet_v2", None, "block_1_expand")[:, :, 17].astype(np.float64)
    assert re.search(rf"Mean\s+{values.mean():.4g}\s+Standard deviation\s+{values.std():.4g}\s", everything_said(at))
    drawn = data_of(at, "picker")
    assert (drawn["rows"], drawn["columns"]) == values.shape
    sent = np.frombuffer(base64.b64decode(drawn["values"]), "<f4").reshape(values.shape)
    np.testing.assert_array_equal(sent, values.astype(np.float32))


@pytest.mark.usefixtures("here")
def test_a_layer_opens_at_its_strongest_map_and_the_largest_value_there() -> None:
    at = choose(opened(layer="Conv_1"), "number_input", "channel", 1279)
    no_exception(at.run())  # only parts of the page have run
    choose(at, "selectbox", "layer", "Conv1")
    maps = made_up_maps("mobilenet_v2", None, "Conv1")
    strongest = made_up_answers("mobilenet_v2", np.zeros(1, np.float32)).layers["Conv1"].strongest[0]
    assert at.number_input(key="channel_widget").value == strongest
    assert at.header[0].value == f"Map {strongest} of `Conv1`"
    row, column = data_of(at, "picker")["selected"]
    assert maps[row, column, strongest] == maps[:, :, strongest].max()
    assert {"channel", "row", "column"}.isdisjoint(address_of(at))


_BEHIND = {"layer", "picker", "value_stage", "trail"}


@pytest.fixture
def drawn_anew(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the components that were drawn since it was emptied."""
    drawn: set[str] = set()

    def noted(name: str) -> None:
        draw = getattr(components, name)

        def draw_and_note(*given: Any, **named: Any) -> None:
            drawn.add(name)
            draw(*given, **named)

        monkeypatch.setattr(components, name, draw_and_note)

    for name in ("thumbnails", "given", "ways", "network", "panels", "tell", *_BEHIND):
        noted(name)
    return drawn


@pytest.mark.usefixtures("here")
def test_another_map_or_value_runs_only_what_shows_it(drawn_anew: set[str]) -> None:
    at = opened(layer="block_1_expand")
    assert drawn_anew == {"thumbnails", "given", "ways", "network", "panels", "tell", *_BEHIND}
    drawn_anew.clear()
    choose(at, "number_input", "channel", 17)
    assert drawn_anew == _BEHIND
    drawn_anew.clear()
    choose(at, "number_input", "row", 5)
    assert drawn_anew == _BEHIND - {"layer"}
    assert address_of(at) == {"model": "mobilenet_v2", "layer": "block_1_expand", "channel": "17", "row": "5"}


@pytest.mark.usefixtures("here")
def test_what_is_behind_a_button_is_drawn_only_once_it_was_opened() -> None:
    at = opened(model="mnist", picture="digit_7")
    shown, everything = said(at), {element.key for element in at.selectbox}
    for menu, inside in (
        ("layer_more", "layer_widget"),
        ("set_picture", "picture_widget"),
        ("set_model", "model_widget"),
    ):
        set_to(at, state.MENUS, tuple(other for other in MENUS if other != menu))
        assert {element.key for element in at.selectbox} == everything - {inside}
    set_to(at, state.MENUS, ())
    assert not predictions(at)
    assert len(said(at)) < len(shown)
    assert any("%" in label for label in labels_of_popovers(at))  # the answer


@pytest.mark.usefixtures("here")
def test_the_panel_that_is_asked_for_is_the_only_one_that_is_drawn() -> None:
    at = opened(model="mnist", layer="conv2d", picture="digit_7")
    titles = {panel.key: panel.title for panel in PANELS}
    for panel in ("kernels", "statistics", "why", "kernels"):
        choose(at, "segmented_control", "ask", panel)
        assert titles[panel] in [header.value for header in at.header]
        assert address_of(at).get("ask", "why") == panel
        no_exception(at.run())
        assert [header.value for header in at.header][1:] == [titles[panel]]


@pytest.mark.usefixtures("here")
def test_a_place_that_holds_no_panel_is_not_drawn_for_another_map(monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[str] = []
    draw = panels.draw_asked

    def draw_and_note(part: Part, layer: OpenLayer) -> None:
        places.append(part)
        draw(part, layer)

    monkeypatch.setattr(panels, "draw_asked", draw_and_note)
    at = opened(model="mnist", layer="conv2d", picture="digit_7")

    def drawn_for(channel: int) -> list[str]:
        places.clear()
        choose(at, "number_input", "channel", channel)
        return list(places)

    assert drawn_for(2) == ["panel_1"]
    choose(at, "segmented_control", "ask", "kernels")
    assert drawn_for(3) == ["panel_1", "panel_2"]  # the panel before it, which speaks of another map, goes
    assert drawn_for(4) == ["panel_2"]
    choose(at, "segmented_control", "ask", "why")
    assert drawn_for(5) == ["panel_1", "panel_2"]


@pytest.mark.usefixtures("here")
def test_another_layer_from_within_the_open_one_runs_the_whole_page() -> None:
    # Boats are seen best at the first convolution, to which a button leads.
    at = opened(layer="block_1_expand", picture="boats")
    press(at, "look_there")
    assert data_of(at, "network")["selected"] == at.selectbox(key="layer_widget").value == "Conv1"


@pytest.mark.usefixtures("here")
def test_a_layer_without_maps_is_drawn_as_values() -> None:
    at = opened(layer="predictions", channel="8")
    assert not at.get("plotly_chart")
    values = made_up_maps("mobilenet_v2", None, "predictions")
    bars = data_of(at, "layer")
    np.testing.assert_allclose(bars["values"], values[: len(bars["values"])], rtol=1e-6)
    assert bars["names"][8] == class_names("mobilenet_v2")[8]
    choose(at, "segmented_control", "order", "mean")
    assert data_of(at, "layer")["units"][0] == int(values.argmax())


# Address and memory -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_a_link_opens_the_same_view() -> None:
    at = opened(model="mnist", picture="digit_7", layer="conv2d", channel="5", order="mean", scope="per_map")
    assert is_complete(at)
    assert at.selectbox(key="model_widget").value == "mnist"
    assert at.selectbox(key="picture_widget").value == "digit_7"
    assert at.selectbox(key="layer_widget").value == "conv2d"
    assert at.header[0].value == "Map 5 of `conv2d`"
    assert predictions(at)[0] == "**8** · 75.0%"
    assert "Every map has its own range" in bar_of(at)
    again = opened(**at.query_params)
    assert data_of(again, "layer") == data_of(at, "layer")
    assert again.query_params == at.query_params


NONSENSE = {
    "model": ("", "resnet", "../mnist", "x" * 300, "\x00"),
    "picture": ("nothing", "../../etc/passwd"),
    "layer": ("conv2d", "![](x)", ""),
    "channel": ("999999", "-1", "1.5", "٣", "nan", "9" * 5000),
    "fit": ("shrink",),
    "invert": ("yes",),
    "order": ("size",),
    "scope": ("all",),
    "unknown": ("1",),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("number", range(6))
def test_nonsense_in_the_address_gives_the_defaults(number: int) -> None:
    address = {name: values[number % len(values)] for name, values in NONSENSE.items()}
    at = opened(**address)
    assert is_complete(at)
    assert at.selectbox(key="model_widget").value == "cifar10"
    assert at.selectbox(key="layer_widget").value == "conv_1_1"
    assert at.selectbox(key="picture_widget").value == "chelsea"
    # What cannot be is not handed on in a link.
    assert not [name for name, value in address.items() if address_of(at).get(name) == value]
    shown = at.number_input(key="channel_widget").value
    assert at.header[0].value == f"Map {shown:.0f} of `conv_1_1`"


@pytest.mark.usefixtures("here")
def test_another_model_keeps_no_layer_and_no_map_of_the_first() -> None:
    at = opened(layer="Conv_1", channel="1279")
    choose(at, "selectbox", "model", "mnist")
    assert at.selectbox(key="layer_widget").value == "conv2d"
    strongest = made_up_answers("mnist", np.zeros(1, np.float32)).layers["conv2d"].strongest[0]
    assert at.header[0].value == f"Map {strongest} of `conv2d`"


@pytest.mark.usefixtures("here")
def test_choices_survive_other_pages() -> None:
    at = through_the_front_door()
    choose(at, "selectbox", "model", "mnist")
    choose_sample(at, "digit_3")
    choose(at, "checkbox", "invert", True)
    choose(at, "selectbox", "layer", "conv2d_1")
    choose(at, "segmented_control", "order", "spread")
    choose(at, "number_input", "channel", 9)
    before = data_of(at, "layer")
    for page in ("pages/Home.py", "pages/2_Design_a_network.py"):
        no_exception(at.switch_page(page).run())
    no_exception(at.switch_page(PAGE).run())
    assert data_of(at, "layer") == before
    assert (at.selectbox(key="model_widget").value, at.checkbox(key="invert_widget").value) == ("mnist", True)


# Uploads ------------------------------------------------------------------------------------------------------------


def a_picture(width: int, height: int, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(stream, kind)
    return stream.getvalue()


def upload(at: AppTest, name: str, data: bytes) -> AppTest:
    if not at.file_uploader:
        choose(at, "segmented_control", "source", "upload")
    return no_exception(at.file_uploader(key="picture_file").upload(name, data, "image/png").run())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_an_upload_opens(here: Here, kind: str) -> None:
    at = upload(opened(), f"mine.{kind.lower()}", a_picture(48, 40, kind))
    assert is_complete(at)
    assert "Cropped to the central 40×40 pixels. Resized from 40×40 to 224×224 pixels" in said(at)
    assert f"mine\\.{kind.lower()}" in labels_of_popovers(at)
    assert here.asked[-1][2].shape == (224, 224, 3)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "data", [b"This is a text.", b"", a_picture(9, 9)[:60], b"<svg onload='alert(1)'/>"], ids=["text", "", "cut", "svg"]
)
def test_a_file_that_is_no_picture_is_one_sentence(data: bytes) -> None:
    at = upload(opened(), "notes.png", data)
    # On the page, and in the popover, which covers that as long as it is open.
    assert len(at.error) == 2
    assert at.error[0].value == at.error[1].value
    assert len(at.error[0].value.split(". ")) <= 3
    assert "Traceback" not in said(at)
    assert is_complete(upload(at, "mine.png", a_picture(48, 40)))
    upload(at, "notes.png", data)
    assert is_complete(choose(at, "segmented_control", "source", "sample"))


@pytest.mark.usefixtures("here")
def test_an_upload_survives_other_pages() -> None:
    at = upload(through_the_front_door(), "mine.png", a_picture(48, 40))
    for page in ("pages/Home.py", PAGE):
        no_exception(at.switch_page(page).run())
    assert "Resized from 40×40" in said(at)
    choose(at, "segmented_control", "fit", "pad")
    assert "Padded with black: 37 rows and 0 columns in all." in said(at)


@pytest.mark.usefixtures("here")
def test_until_something_is_uploaded_the_sample_is_shown() -> None:
    at = choose(opened(), "segmented_control", "source", "camera")
    assert "Until you choose one, the sample is shown." in said(at)
    assert is_complete(at)


@pytest.mark.usefixtures("here")
def test_a_removed_picture_is_gone() -> None:
    at = upload(opened(), "mine.png", a_picture(48, 40))
    no_exception(at.file_uploader(key="picture_file").clear().run())
    assert "Until you choose one, the sample is shown." in said(at)
    assert "Resized from 40×40" not in said(at)


@pytest.mark.usefixtures("here")
def test_a_picture_that_its_uploader_forgot_is_named_and_can_be_removed() -> None:
    at = upload(through_the_front_door(), "mine*1*.png", a_picture(48, 40))
    for page in ("pages/Home.py", PAGE):
        no_exception(at.switch_page(page).run())
    assert "mine\\*1\\*\\.png is shown." in said(at)
    press(at, "remove_picture_file")
    assert "Resized from 40×40" not in said(at)


@pytest.mark.usefixtures("here")
def test_an_upload_is_no_photograph() -> None:
    at = upload(opened(), "mine.png", a_picture(48, 40))
    choose(at, "segmented_control", "source", "camera")
    assert "Until you choose one, the sample is shown." in said(at)
    choose(at, "segmented_control", "source", "upload")
    assert "Resized from 40×40" in said(at)


@pytest.mark.usefixtures("here")
def test_a_model_that_cannot_know_the_sample_gets_one_of_its_own() -> None:
    at = choose_sample(opened(), "coffee")
    choose(at, "selectbox", "model", "mnist")
    assert at.selectbox(key="picture_widget").value == "digit_3"
    # What is chosen for the model stays, whatever it is, and so does a pattern for any model.
    assert at.query_params.get("picture") is None
    choose_sample(at, "coffee")
    choose(at, "segmented_control", "fit", "pad")
    assert at.selectbox(key="picture_widget").value == "coffee"
    choose_sample(at, "stripes")
    choose(at, "selectbox", "model", "mobilenet_v2")
    assert at.selectbox(key="picture_widget").value == "stripes"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("address", "shown"),
    [({}, "chelsea"), ({"model": "mnist"}, "digit_3"), ({"model": "mnist", "picture": "chelsea"}, "chelsea")],
)
def test_a_link_shows_its_own_sample(address: dict[str, str], shown: str) -> None:
    assert opened(**address).selectbox(key="picture_widget").value == shown


# With the real workers ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warm() -> Iterator[None]:
    """Let a worker load its models first: the page would wait for that, but a test must not."""
    compute.WORK.submit(run.warm_up).result(timeout=600)
    yield
    compute.WORK.shutdown()


@pytest.mark.keras
@pytest.mark.usefixtures("warm")
def test_a_photograph_through_the_real_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "start", lambda *asked: None)
    at = opened()
    assert predictions(at)[0].startswith("**Egyptian cat** · ")
    pictures = [node["picture"] for node in data_of(at, "network")["nodes"]]
    assert all(pictures)
    assert len(set(pictures)) > len(pictures) / 2
    choose(at, "selectbox", "layer", "Conv_1")
    assert "**64 of 1280** shown" in said(at)
    choose(at, "segmented_control", "order", "mean")
    means = [float(entry["text"].split("mean ")[1].split(",")[0]) for entry in data_of(at, "layer")["maps"]]
    assert means == sorted(means, reverse=True)
    choose(at, "segmented_control", "scope", "per_map")
    choose(at, "selectbox", "layer", "out_relu")
    assert "White is zero." not in said(at)
    choose(at, "selectbox", "layer", "predictions")
    assert data_of(at, "layer")["names"]


@pytest.mark.keras
@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("digit", ["3", "7", "8"])
def test_a_digit_through_the_real_network(monkeypatch: pytest.MonkeyPatch, digit: str) -> None:
    monkeypatch.setattr(compute, "start", lambda *asked: None)
    at = opened(model="mnist", picture=f"digit_{digit}")
    assert is_complete(at)
    assert predictions(at)[0].startswith(f"**{digit}** · ")


# What the decision looked at ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_a_patch_that_nobody_chose_suits_each_model(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def covered(key: str, pixels: Maps, index: int, boxes: Any, *more: Any) -> Maps:
        asked.append((key, len(boxes)))
        return np.ones(len(boxes), np.float32)

    monkeypatch.setattr(attention, "occlusion_chunk", covered)
    address = {"lang": "en", "model": "mnist", "ask": "decision", "method": "occlusion", "picture": "digit_7"}
    at = run_page(PAGE, 60, **address)
    choose(at, "selectbox", "model", "mobilenet_v2")
    patches = {key: sum(count for model, count in asked if model == key) for key in ("mnist", "mobilenet_v2")}
    assert patches == {"mnist": 13 * 13, "mobilenet_v2": 12 * 12}
    assert at.number_input(key="patch_widget").value == 37
    # Every patch has the same drop: half of the maximum is reached everywhere.
    assert "nearly the whole picture reaches half the maximum" in said(at)
