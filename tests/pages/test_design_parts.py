"""The parts of the page "Design a network" besides its table: what each shows; a closed one computes nothing."""

import ast
import re
from collections import Counter
from concurrent.futures import Future
from typing import Any

import pytest
import streamlit as st
from designing import PAGE, components, network, opened, press, put, select
from folders import ROOT
from running import address_of, no_exception, run_page, set_to, tables
from stand_ins import Here
from streamlit.testing.v1 import AppTest

from cnn_core.errors import NetworkError
from cnn_core.layers import Conv2D, Dense, Flatten, Input
from cnn_core.network.line import read_line, write_line
from cnn_core.network.links import write_link
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize
from cnn_core.network.timing import Machine, Speed
from pages.ui import model_files, state
from pages.ui.design import cached
from pages.ui.design.parts import compare, costs, picture, questions, sees, take_away, what_if, which

PARTS = ("picture", "costs", "sees", "what_if", "compare", "take_away", "questions")


def part(name: str, own: Network | None = None, **query: str) -> AppTest:
    """Open the page with one of its parts open."""
    return opened(own, part=name, **query)


def drawing(at: AppTest) -> str:
    return str(next(data["svg"] for data in components(at) if "svg" in data))


@pytest.mark.parametrize("name", PARTS)
def test_only_the_open_part_is_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    for module in (picture, costs, sees, what_if, compare, take_away, questions):
        own = module.__name__.rsplit(".", 1)[-1]
        part_of_page = next(known for known in PARTS if known == own)

        def drawn(part_of_page: str = part_of_page) -> None:
            counts[part_of_page] += 1

        monkeypatch.setitem(which.PARTS, part_of_page, which.PARTS[part_of_page]._replace(draw=drawn))
    part(name)
    assert counts.keys() == {name}


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("design", ["mnist", "mobilenet_v2", "empty"])
@pytest.mark.parametrize("language", state.LANGUAGES)
def test_every_part_can_be_drawn_in_both_languages(name: str, design: str, language: str) -> None:
    at = run_page(PAGE, lang=language, design=design, part=name)
    assert (at.title[0].value == "Design a network") == (language == "en")


@pytest.mark.parametrize("name", PARTS)
def test_every_part_lives_with_a_network_that_does_not_fit(name: str) -> None:
    wrong = Network.of(Input((9, 9, 4)), Conv2D(4, 40), Flatten(), Dense(3))
    at = select(part(name, wrong), 2)
    assert not any("Traceback" in error.value for error in at.error)


def test_the_part_stands_in_the_address() -> None:
    at = part("questions", question="reach", pixels_seen="31")
    assert address_of(at) == {"part": "questions", "question": "reach", "pixels_seen": "31"}
    at = put(at, "segmented_control", "part", "costs")
    assert address_of(at) == {"part": "costs"}


# Picture --------------------------------------------------------------------------------------------------------------


def test_the_picture_is_of_the_design() -> None:
    at = part("picture")
    assert "13×13×64" in drawing(at)
    at = put(select(at, 1), "number_input", "filters", 7)
    assert "28×28×7" in drawing(at)


def test_the_graph_selects_what_is_clicked() -> None:
    at = part("picture", drawn_as="graph")
    data = next(data for data in components(at) if data.get("mode") == "folded")
    assert [node["layer"] for node in data["nodes"]] == [named.name for named in preset("mnist").make().layers]
    assert data["selected"] == "input"


def drawn_edge(at: AppTest, source: str, target: str, problem: NetworkError | None = None) -> AppTest:
    return set_to(at, state.DESIGN_EDGE, (network(at).to_json(), source, target, problem))


def test_an_edge_that_was_drawn_asks_for_its_merge() -> None:
    at = drawn_edge(part("picture", read_line("28x28x1-C8-C16s2-F-D10sm"), drawn_as="graph"), "conv2d", "flatten")
    assert any("takes one input, “conv2d\\_1” (14×14×16)" in one.value for one in at.markdown)
    said = [one.value.replace("\\", "") for one in at.caption]
    assert any(
        one.startswith("Add: to make the shapes fit, “conv2d” is first followed by") and "Conv2D (16" in one
        for one in said
    ), said[2]
    at = press(at, "join_Add")
    assert write_line(network(at), names=False) == "28x28x1-C8 -> C16s2 | C16k1s2lin -> +-F-D10sm"
    assert at.session_state["design_layer"] == 5
    assert not any("takes one input" in one.value for one in at.markdown)
    assert write_line(network(press(at, "undo")), names=False) == "28x28x1-C8-C16s2-F-D10sm"


def test_a_merge_that_does_not_fit_cannot_be_chosen_and_says_why() -> None:
    at = part("picture", read_line("9x9x1-first=C8-GA-D8-C3[first]"), drawn_as="graph")
    at = drawn_edge(at, "dense", "conv2d")
    assert at.button(key="design_join_Add").disabled
    assert at.button(key="design_join_Concatenate").disabled
    assert any("same shape. Received: 9×9×8, 8" in one.value.replace("\\", "") for one in at.caption)
    at = press(at, "no_edge")
    assert not any(button.key == "design_join_Add" for button in at.button)


def test_an_edge_that_cannot_be_drawn_says_why_beside_the_graph() -> None:
    at = part("picture", drawn_as="graph")
    at = drawn_edge(at, "flatten", "conv2d", NetworkError("Draw it the other way."))
    assert [error.value.replace("\\", "") for error in at.error] == ["Draw it the other way."]
    assert not any(button.key == "design_join_Add" for button in at.button)


# Costs ----------------------------------------------------------------------------------------------------------------


def test_memory_is_that_of_the_core() -> None:
    at = part("costs")
    assert "| Weights in float32 | 4.41 MB |" in tables(at)
    assert "| Weights in int8 | 1.10 MB |" in tables(at)
    assert any("98% of all parameters sit in dense." in one.value for one in at.markdown)
    counted = next(one.value for one in at.markdown if one.value.endswith("counted"))
    at = put_widget(at, "batch", 64)
    assert next(one.value for one in at.markdown if one.value.endswith("counted")) != counted
    at = put_widget(at, "optimizer", "sgd", "selectbox")
    assert not any("Optimizer <b>" in element.proto.body for element in at.get("html"))


def put_widget(at: AppTest, name: str, value: Any, kind: str = "number_input") -> AppTest:
    return no_exception(getattr(at, kind)(key=f"{name}_widget").set_value(value).run())


def test_times_are_measured_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Here()
    measured: Future[Machine] = Future()
    measured.set_result(Machine(Speed(1e-9, 0, 0, 2.0), Speed(1e-8, 0, 0, 1.5)))
    worker.ends.append(measured)
    monkeypatch.setattr(cached, "WORK", worker)
    at = part("costs", batch="10", epoch_pictures="1000")
    assert not worker.asked
    at = press(at, "measure")
    # 13,768,424 multiply-adds: 14 ms; with 10 pictures 1.4 s a step, and 100 steps.
    assert "| One picture | 14 ms | 6.9 ms–28 ms |" in tables(at)
    assert "| An epoch of 1,000 pictures | 2.3 min |" in tables(at)
    assert len(worker.asked) == 1


# What it sees ---------------------------------------------------------------------------------------------------------


def test_the_end_of_a_small_network_sees_too_little() -> None:
    at = part("sees", read_line("64x64x3-C8-P2-C16-F-D10sm"))
    assert "sees 8×8 pixels of 64×64" in at.warning[0].value.replace("\\", "")
    assert any("sees 8×8 pixels of 64×64 at once" in one.value for one in at.markdown)
    at = select(at, 1)
    assert any("sees 3×3 pixels of 64×64 at once" in one.value for one in at.markdown)
    at = press(at, "last_map")
    assert any("sees 8×8 pixels of 64×64 at once" in one.value for one in at.markdown)
    assert at.session_state["design_layer"] == 3


# Compare --------------------------------------------------------------------------------------------------------------


def test_the_design_before_is_compared() -> None:
    at = part("compare")
    assert at.info
    at = put(select(at, 1), "number_input", "filters", 16)
    shown = next(element.proto.body for element in at.get("html") if 'class="cs-pairs"' in element.proto.body)
    assert re.findall('<tr class="(.*?)">', shown) == ["none", "settings", "figures", *["none"] * 4]
    assert "different settings: filters" in shown


def test_a_network_is_like_itself() -> None:
    at = part("compare", compared="mnist")
    assert any("identical in all 7 layers" in one.value for one in at.markdown)
    assert "| Parameters | 1,101,526 | 1,101,526 | ×1 |" in tables(at)
    assert not any("highest costs" in one.value for one in at.caption)


def test_of_long_networks_the_costliest_pairs_are_drawn() -> None:
    at = part("compare", design="mobilenet_v2", compared="resnet_20")
    assert any("The 20 pairs of layers with the highest costs; " in one.value for one in at.caption)


def test_a_file_is_compared_and_nonsense_is_refused() -> None:
    at = part("compare")
    at = no_exception(at.file_uploader(key="compared_file_upload").upload("a.json", b"{}", "application/json").run())
    assert at.error
    text = preset("tiny_vgg").make().to_json().encode()
    at = no_exception(at.file_uploader(key="compared_file_upload").upload("b.json", text, "application/json").run())
    assert not at.error
    assert "| Parameters | 1,101,526 | 19,920 |" in tables(at)


# Export ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "said"),
    [("keras", "keras.Model("), ("sequential", "keras.Sequential("), ("torch", "nn.Module"), ("text", "1,101,526")],
)
def test_code_is_shown(way: str, said: str) -> None:
    code = part("take_away", taken_as=way).code[0].value
    assert said in code
    if way != "text":
        ast.parse(code)


def test_what_cannot_be_written_is_said() -> None:
    at = part("take_away", taken_as="sequential", design="resnet_20")
    assert not at.code
    assert at.error


@pytest.mark.parametrize("kind", ["keras", "onnx"])
def test_a_file_is_made_by_a_worker_and_only_when_asked(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Here()
    made: Future[bytes] = Future()
    made.set_result(b"made of Keras")
    worker.ends.append(made)
    monkeypatch.setattr(cached, "WORK", worker)
    at = part("take_away")
    assert not worker.asked
    at = press(at, f"save_{kind}")
    assert [text for _work, text in worker.asked] == [network(at).to_json()]
    assert any(button.key == f"design_{kind}_file" for button in at.get("download_button"))


def test_the_design_is_seen_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []

    def keep(data: bytes) -> str:
        kept.append(data)
        return "0" * 64

    monkeypatch.setattr(model_files, "keep", keep)
    monkeypatch.setattr(st, "switch_page", lambda page: None)
    at = press(part("take_away"), "see")
    assert kept == [network(at).to_json().encode()]
    assert at.session_state["model"] == f"file:{'0' * 64}:"


def test_its_pooling_is_swapped_on_the_page_of_poolings(monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[Any] = []
    monkeypatch.setattr(st, "switch_page", went.append)
    at = press(part("take_away", design="tiny_vgg"), "swap")
    assert [page.name for page in went] == ["4_Pooling_and_stride.py"]
    # That page has two pools to replace, and leads to them once.
    there = AppTest.from_file(went[0], default_timeout=60)
    for key in (state.LANGUAGE, state.DESIGN, state.REPLACED, state.REPLACED_SOUGHT):
        there.session_state[key.name] = at.session_state[key.name]
    no_exception(there.run())
    assert there.selectbox(key="replaced_widget").value == "own"
    assert any("Layers that make the maps smaller: 2" in one.value for one in there.markdown)
    assert [("scrollIntoView" in html.proto.body) for html in there.get("html")].count(True) == 1
    assert not any("scrollIntoView" in html.proto.body for html in no_exception(there.run()).get("html"))


@pytest.mark.parametrize("query", [{"design": "tiny_vgg"}, {"network": write_link(read_line("40x40x3-C4-P2-F-D3sm"))}])
def test_a_swapped_design_is_still_there_after_a_reload(query: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "switch_page", lambda page: None)
    at = press(opened(None, part="take_away", **query), "swap")
    there = AppTest.from_file(ROOT / "pages/4_Pooling_and_stride.py", default_timeout=60)
    for key in (state.LANGUAGE, state.DESIGN, state.DESIGN_LINK, state.DESIGN_PRESET, state.REPLACED):
        there.session_state[key.name] = at.session_state[key.name]
    address = address_of(no_exception(there.run()))
    assert query.items() <= address.items()
    reloaded = run_page("pages/4_Pooling_and_stride.py", **address)
    assert tables(reloaded) == tables(there)
    assert f"| Parameters | {summarize(network(at)).parameters:,} |" in tables(reloaded)
    assert address_of(reloaded) == address


def test_a_design_that_only_the_browser_has_is_fetched_by_the_page_of_poolings() -> None:
    own = read_line("40x40x3-C4-P2-F-D3sm")
    at = run_page("pages/4_Pooling_and_stride.py", replaced="own", network="kept-1")
    assert [data["ask"] for data in components(at) if "ask" in data] == ["kept-1"]
    assert any("that this browser keeps" in error.value for error in at.error)
    at = set_to(at, state.DESIGN_FETCHED, ("kept-1", write_link(own)))
    assert not at.error
    assert f"| Parameters | {summarize(own).parameters:,} |" in tables(at)
    assert address_of(at)["network"] == "kept-1"
    at = set_to(at, state.DESIGN_FETCHED, ("kept-1", ""))
    assert any("Ask for its file" in error.value for error in at.error)


def test_the_design_is_trained_with_pictures_as_it_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[Any] = []
    monkeypatch.setattr(st, "switch_page", went.append)
    at = press(part("take_away", design="tiny_vgg"), "train")
    assert [page.name for page in went] == ["5_Train.py"]
    chosen: list[state.Key[Any]] = [state.TRAIN_NETWORK, state.PICTURE_SIDE, state.PICTURE_COLOUR]
    assert [at.session_state[key.name] for key in chosen] == ["design", 64, "rgb"]


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ("28x28x1-C4-P2", "must end in a Dense layer"),
        ("I784-D10sm", "takes height, width and channels"),
        ("28x28x1-F-D60000-D60000-D10sm", "MB of memory"),
        ("64x64x3-C4-D3sm", "must end in a Dense layer with 1 unit"),
    ],
)
def test_a_design_that_cannot_be_trained_is_refused(own: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "switch_page", lambda page: pytest.fail("it leads on"))
    at = press(part("take_away", read_line(own)), "train")
    assert any(why in error.value for error in at.error)


# Questions ------------------------------------------------------------------------------------------------------------


def test_windows_from_a_size_to_another() -> None:
    assert "| 3×3 | 2 | same | 224 → 112 → 56 → 28 → 14 → 7 |" in tables(part("questions"))
    assert part("questions", from_size="3", to_size="7").error


def test_the_widest_is_taken_over_and_undone() -> None:
    at = part("questions", question="fits", most_parameters="300000")
    at = press(at, "take_width")
    assert summarize(network(at)).parameters <= 300_000
    assert network(press(at, "undo")) == preset("mnist").make()


def test_larger_pictures_cost_multiply_adds_and_no_weights_of_convolutions() -> None:
    shown = tables(part("questions", preset("mobilenet_v2").make(), question="larger"))
    assert "| 224×224 | 3,538,984 | 300,774,272 | 1 | 9.72 MB |" in shown
    assert "| 4K, 2160×3840 | 3,538,984 | 49,413,032,960 | 164 | 1.59 GB |" in shown
    assert "| 168,301,905,128 | 12,224 |" in tables(part("questions", question="larger"))
    at = part("questions", Network.of(Input((10,)), Dense(5)), question="larger")
    assert "Only a network that takes one picture" in at.info[0].value


# What if --------------------------------------------------------------------------------------------------------------


def test_a_slider_shows_what_would_follow_and_changes_nothing() -> None:
    at = select(part("what_if"), 1)
    at = no_exception(at.slider(key="try_filters_field").set_value(16).run())
    assert "28×28×32 → 28×28×16" in tables(at)
    assert network(at) == preset("mnist").make()
    assert re.search(r"conv2d_1 .*18,496 → 9,280", tables(at))
    at = press(at, "take_what_if")
    assert network(at)["conv2d"].layer.filters == 16  # type: ignore[attr-defined]
    assert network(press(at, "undo")) == preset("mnist").make()


def test_what_would_not_fit_is_said_before_it_is_taken_over() -> None:
    at = select(part("what_if", Network.of(Input((5, 5, 1)), Conv2D(8, 3), Conv2D(8, 3), Flatten(), Dense(2))), 1)
    at = no_exception(at.slider(key="try_kernel_size_field").set_value(5).run())
    assert any("larger than its input" in one.value for one in at.warning)
    assert "does not fit" in tables(at)


def test_a_layer_without_such_settings_is_said() -> None:
    assert any("Select a convolution" in one.value for one in part("what_if").info)
