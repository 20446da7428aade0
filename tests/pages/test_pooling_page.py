"""The page "Pooling and stride": every input, every way, odd windows, the claims' sentences, the network's columns."""

import base64
import csv
import io
import itertools
import json
import re
from typing import Any

import numpy as np
import pytest
import streamlit as st
from folders import ROOT
from PIL import Image
from running import address_of, no_exception, run_page, tables
from strategies import ENORMOUS
from streamlit.testing.v1 import AppTest

from cnn_core.drawing import png
from cnn_core.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.windows import Window
from cnn_core.models.bundled_weights import first_kernels
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.network.replacing import Replacement, replaced
from cnn_core.network.summary import summarize
from cnn_core.numerics.grids import grid_of_text, grid_text, named_grid
from cnn_core.numerics.hand_made import hand_made
from cnn_core.numerics.reductions.ways import Reducer, Reduction
from pages.ui import components
from pages.ui.pooling import choices, measures, moved
from pages.ui.pooling.comparison import Comparison, GridSource, Measure
from pages.ui.pooling.noise import NoiseLeft
from pages.ui.pooling.ways import reduction_title

PAGE = "pages/4_Pooling_and_stride.py"
TWO = Window(2, 2), Window(2, 2)
MEASURES = ("costs", "difference", "equal", "position", "noise", "kept")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Collect what is offered for download, by file name."""
    offered: dict[str, bytes] = {}

    def take(_label: str, data: Any, file_name: str, *_: Any, **__: Any) -> None:
        offered[file_name] = data() if callable(data) else data

    monkeypatch.setattr(st, "download_button", take)
    return offered


def text_of(at: AppTest) -> str:
    return "\n".join([*(element.value for element in [*at.markdown, *at.caption, *at.info, *at.error]), tables(at)])


def table(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode())))


def noise(rows: int = 7, columns: int = 7) -> np.ndarray:
    return named_grid("noise", rows, columns)[:, :, np.newaxis]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("source", ["grid", "picture"])
@pytest.mark.parametrize("measured", MEASURES)
def test_it_opens(stages: dict[str, Any], source: str, language: str, measured: str) -> None:
    at = no_exception(run_page(PAGE, reduced=source, lang=language, measured=measured))
    assert not at.error
    assert stages["way_stage"]["pooling"] == "max"


@pytest.mark.parametrize("way", list(Reduction))
def test_every_way_is_looked_into(stages: dict[str, Any], way: Reduction) -> None:
    no_exception(run_page(PAGE, reduced="grid", way=str(way), rows="8", columns="8"))
    x = noise(8, 8)
    shown = np.array(stages["way_stage"]["output"][0])
    if way is Reduction.BLUR_MAX:
        wanted = np.lib.stride_tricks.sliding_window_view(x[:, :, 0], (2, 2)).max((2, 3))
    else:
        wanted = Reducer(way, TWO, hand_made("sobel_vertical_edges").values).reduce(x)[:, :, 0]
    np.testing.assert_allclose(shown, wanted)


PLACES: tuple[dict[str, str], ...] = ({}, {"look_row": "0", "look_column": "0"}, {"look_row": "9999"})


# The places take turns: each is seen by several ways.
@pytest.mark.parametrize(("way", "place"), list(zip(Reduction, itertools.cycle(PLACES), strict=False)))
def test_a_part_of_a_picture_is_that_part_of_the_whole(
    stages: dict[str, Any], way: Reduction, place: dict[str, str]
) -> None:
    """Padding at the real borders only: what the stage shows is cut out of the result for the whole picture."""
    odd = {"pool_down": "3", "step_down": "2", "pool_across": "4", "step_across": "3"}
    same = {"pool_padding_down": "same", "pool_padding_across": "same"}
    seen: list[Comparison] = []
    draw = choices.draw_controls

    def noticed() -> Comparison:
        seen.append(draw())
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choices, "draw_controls", noticed)
        no_exception(run_page(PAGE, picture="digit_3", way=str(way), **odd, **same, **place))
    shown, now = np.array(stages["way_stage"]["output"][0]), seen[-1]
    whole = now.results()[way]
    if way is Reduction.BLUR_MAX:
        around = np.pad(now.x[:, :, 0], ((0, 1), (1, 1)), constant_values=-np.inf)
        whole = np.lib.stride_tricks.sliding_window_view(around, (3, 4)).max((2, 3))[:, :, np.newaxis]
    parts = np.lib.stride_tricks.sliding_window_view(whole[:, :, 0], shown.shape)
    assert np.isclose(parts, shown, atol=1e-3).all(axis=(2, 3)).any()


def test_numbers_are_changed_in_place(stages: dict[str, Any]) -> None:
    mine = np.arange(12.0).reshape(3, 4, 1) - 6
    at = no_exception(run_page(PAGE, reduced="grid", reduced_grid="own", numbers=grid_text(mine[:, :, 0])))
    np.testing.assert_allclose(stages["way_stage"]["input"], mine.transpose(2, 0, 1))
    np.testing.assert_allclose(stages["way_stage"]["output"][0], Reducer(Reduction.MAX, TWO).reduce(mine)[:, :, 0])
    assert at.query_params["numbers"]


def test_drawn_numbers_are_kept() -> None:
    def draw() -> None:
        import numpy as np
        import streamlit as st

        from pages.ui import state
        from pages.ui.ask.numbers import set_grid

        set_grid(state.REDUCED_GRID, np.array([[[1.0], [-2.5]]]))
        st.text(f"{state.REDUCED_GRID.get()} {state.GRID_NUMBERS.get()}")

    which, numbers = AppTest.from_function(draw).run().text[0].value.split()
    assert which == "own"
    assert grid_of_text(numbers).tolist() == [[1, -2.5]]


def test_only_what_is_in_use_stands_in_the_address(stages: dict[str, Any]) -> None:
    packed = grid_text(np.ones((2, 2)))
    at = no_exception(run_page(PAGE, reduced="picture", numbers=packed, weights=packed, learned="3"))
    assert not {"numbers", "weights", "learned"} & set(address_of(at))


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_the_kernel_is_chosen(stages: dict[str, Any], files: dict[str, bytes], padding: str) -> None:
    mode = PaddingMode(padding)
    windows = Window(2, 2, padding=mode), Window(2, 2, padding=mode)
    paddings = {"pool_padding_down": padding, "pool_padding_across": padding}
    own = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
    for query, kernel in (
        ({"kernel": "gabor_vertical_lines"}, hand_made("gabor_vertical_lines").values),
        ({"kernel": "learned", "learned": "5"}, first_kernels("mnist")[:, :, 0, 5]),
        ({"kernel": "own", "weights": grid_text(own)}, own),
    ):
        at = no_exception(run_page(PAGE, reduced="grid", way="kernel", **paddings, **query))
        wanted = Reducer(Reduction.KERNEL, windows, kernel).reduce(noise())
        np.testing.assert_allclose(stages["way_stage"]["output"][0], wanted[:, :, 0], atol=1e-5)
        (row,) = [row for row in table(files, "pooling_costs") if row["way"] == "kernel"]
        assert int(row["parameters"]) == kernel.size
        assert dict.fromkeys(query, True) == {key: key in at.query_params for key in query}
    assert callable(stages["way_stage"]["on_edit"])


def test_equal_ways_are_said_to_be_equal(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="picture", measured="equal")))
    for sentence in (
        "with a constant kernel, 1/4",
        "average pooling times 4",
        "a single 1 in a 2×2 kernel",
        "the Gaussian kernel is constant",
        "Max pooling with a window of 1 and stride 1 changes nothing",
        "Sum pooling with a window of 1 and stride 1 changes nothing",
        "L2 pooling with a window of 1 and stride 1 gives the magnitudes",
    ):
        assert f"{sentence}: the same here, up to rounding." in text


@pytest.mark.parametrize("size", ["2", "3", "4"])
@pytest.mark.parametrize("stride", ["1", "2", "3"])
def test_where_padding_is_seen_ways_differ_there_only(stages: dict[str, Any], size: str, stride: str) -> None:
    odd = {"pool_down": size, "pool_across": size, "step_down": stride, "step_across": stride}
    same = {"pool_padding_down": "same", "pool_padding_across": "same"}
    text = text_of(no_exception(run_page(PAGE, reduced="grid", measured="equal", **odd, **same)))
    assert f"a single 1 in a {size}×{size} kernel: the same here" in text
    found = re.search(r"with a constant kernel, 1/\d+: (.*)", text)
    assert found
    assert found[1].startswith("the same here") or found[1].endswith("a convolution counts it as 0.")


def test_sizes_and_costs(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid", rows="9", columns="8", pool_down="3", pool_across="3")))
    assert "height: (n + p − k) / s + 1 → (9 + 2·0 − 3) / 2 + 1 = 4" in text
    assert "width: (n + p − k) / s + 1 → ⌊(8 + 2·0 − 3) / 2⌋ + 1 = 3" in text
    assert f"| Max pooling | 4×3 | 0 | 0 | 0 | {12 * 8} |" in text


def test_windows_that_do_not_fit_are_one_sentence(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, reduced="grid", rows="2", columns="2", pool_down="5"))
    assert "larger than its input" in text_of(at)
    assert "In a network" in [header.value for header in at.header]


def test_overlapping_windows_and_unequal_axes(stages: dict[str, Any]) -> None:
    unequal = {"pool_down": "3", "pool_across": "2", "step_down": "1", "step_across": "2", "columns": "9"}
    at = no_exception(run_page(PAGE, reduced="grid", pool_padding_across="same", **unequal))
    assert not at.error
    assert (len(stages["way_stage"]["output"][0]), len(stages["way_stage"]["output"][0][0])) == (5, 5)


@pytest.mark.parametrize(
    "query",
    [
        {"way": "x"},
        {"reduced_grid": "x"},
        {"reduced_grid": "own"},
        {"reduced_grid": "own", "numbers": "x"},
        {"kernel": "own", "weights": "x"},
        {"replaced": "x"},
        {"noise": "nan"},
        {"reduced": "x"},
        {"measured": "x"},
        {"rows": "1", "columns": "1"},
    ],
)
def test_unknown_choices_fall_back(stages: dict[str, Any], query: dict[str, str]) -> None:
    at = no_exception(run_page(PAGE, **{"reduced": "grid", **query}))
    assert all("larger than its input" in one.value or "cannot be read" in one.value for one in at.error)


# What is measured -----------------------------------------------------------------------------------------------------


def test_sentences_are_made_of_the_figures(stages: dict[str, Any], files: dict[str, bytes]) -> None:
    text = text_of(no_exception(run_page(PAGE, picture="digit_3", measured="position")))
    stands = {row["way"]: float(row["as_it_stands"]) for row in table(files, "pooling_shifts") if row["shift"] == "1"}
    assert f"max pooling changes by {stands['max']:.3g}, average pooling by {stands['average']:.3g}" in text
    calm = min(stands, key=lambda way: stands[way])
    assert f"the least: {reduction_title(Reduction(calm))} ({stands[calm]:.3g})" in text
    assert "every output shifts along with the input and does not change" in text
    moved = [row for row in table(files, "pooling_shifts") if int(row["shift"]) % 2 == 0]
    assert max(float(row["moved_back"]) for row in moved) < 1e-6


def test_noise_is_said_for_the_chosen_strength(stages: dict[str, Any], files: dict[str, bytes]) -> None:
    text = text_of(no_exception(run_page(PAGE, picture="grass", measured="noise", noise="0.4")))
    left = {row["way"]: float(row["left"]) for row in table(files, "pooling_noise") if row["noise"] == "0.4"}
    assert left["average"] == pytest.approx(0.5, rel=0.05)
    assert (
        f"With noise of 40% of the input's standard deviation, average pooling leaves {left['average']:.0%} of it"
        in text
    )
    assert f"| Max pooling | {left['max']:.1%} |" in text


def test_effects_are_plotted_and_offered(stages: dict[str, Any], files: dict[str, bytes]) -> None:
    at = no_exception(run_page(PAGE, picture="stripes", measured="kept"))
    figures = {row["way"]: float(row["sharpness"]) for row in table(files, "pooling_kept")}
    assert list(figures) == list(Reduction)
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert [bar["name"] for bar in figure["data"]] == ["Sharpness", "Contrast", "Energy"]
    assert f"({figures['max']:.3g} against" in text_of(at) or f"({figures['max']:.3g}," in text_of(at)


def test_pictures_are_offered_as_they_are_shown(stages: dict[str, Any], files: dict[str, bytes]) -> None:
    no_exception(run_page(PAGE, picture="edge", measured="difference", way_one="max", other_way="subsample"))
    for name in ("pooling.png", "pooling_max_minus_subsample.png"):
        with Image.open(io.BytesIO(files[name])) as picture:
            assert picture.format == "PNG"
            assert min(picture.size) >= 64


@pytest.fixture
def lenses(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Collect what lenses are told, by key, with what a click calls, instead of drawing them."""
    told: dict[str, Any] = {}

    def take(data: dict[str, Any], key: str, on_pick: Any) -> None:
        told[key] = data | {"on_pick": on_pick}

    monkeypatch.setattr(components, "lenses", take)
    return told


def levels(url: str) -> np.ndarray:
    """Return the grey levels of a picture that a component is told."""
    picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    assert picture.mode == "L"  # a photograph is shown in greys, never in a colour table
    return np.asarray(picture).astype(np.float64)


def test_the_input_and_ten_results_come_first_in_greys(stages: dict[str, Any], lenses: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, picture="digit_3"))
    shown = {one["key"]: levels(one["picture"]) for one in lenses["lenses"]["pictures"]}
    assert list(shown) == ["", *Reduction]
    x = shown[""]
    blocks = x.reshape(14, 2, 14, 2).swapaxes(1, 2)
    np.testing.assert_array_equal(shown["max"], blocks.max((2, 3)))
    np.testing.assert_array_equal(shown["average"], np.rint(blocks.mean((2, 3))))
    assert at.header[0].value == "The numbers inside one method"
    assert "Black is 0, white 255." in text_of(at)


def test_a_click_on_a_result_opens_its_numbers(stages: dict[str, Any], lenses: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, picture="digit_3"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", at.session_state)
        lenses["lenses"]["on_pick"]({"key": "average", "row": 6, "column": 7})
    no_exception(at.run())
    stage = stages["way_stage"]
    assert stage["pooling"] == "average"
    assert stage["corner"]["output"] == [4, 5]


@pytest.mark.parametrize("source", [{"reduced": "grid"}, {"picture": "grass"}])
def test_noise_is_seen_in_the_input_and_in_every_result(
    source: dict[str, str], stages: dict[str, Any], lenses: dict[str, Any]
) -> None:
    no_exception(run_page(PAGE, measured="noise", noise="0.5", **source))
    clean, noisy = (
        {one["key"]: levels(one["picture"]) for one in lenses[key]["pictures"]} for key in ("lenses", "noisy_lenses")
    )
    added = {key: (noisy[key] - clean[key]).std() for key in ("", "average", "subsample")}
    assert added[""] > 5
    assert added["average"] < 0.7 * added["subsample"]


def test_an_example_moves_by_one_pixel_and_what_changed_is_framed() -> None:
    before, after = (maps[:, :, 0] for maps in moved.pair_of("square", noise()))
    np.testing.assert_array_equal(after[:, 1:], before[:, :-1])
    found = compared().measured(moved.MovedByOne("square"))
    for way, pool in ((Reduction.MAX, np.max), (Reduction.AVERAGE, np.mean)):
        one, other = (pool(x.reshape(3, 2, 3, 2), axis=(1, 3)) for x in (before, after))
        np.testing.assert_allclose(found[way].before, one)
        np.testing.assert_array_equal(found[way].changed, one != other)
    assert found[Reduction.MAX].changed.sum() == 0
    assert found[Reduction.AVERAGE].changed.sum() == 4


@pytest.mark.parametrize("shape", [(7, 7), (40, 30), (3, 4)])
def test_the_middle_of_any_input_can_be_the_example(shape: tuple[int, int]) -> None:
    x = named_grid("noise", *shape)[:, :, np.newaxis]
    before, after = moved.pair_of(moved.INPUT, x)
    assert before.shape == (min(6, shape[0]), min(6, shape[1]), 1)
    np.testing.assert_array_equal(after[:, 1:], before[:, :-1])
    places = np.lib.stride_tricks.sliding_window_view(x[:, :, 0], before.shape[:2])
    assert (places == before[:, :, 0]).all(axis=(2, 3)).any()


def test_moved_values_are_shown_in_frames(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, reduced="grid", measured="position", moved="digit"))
    (shown,) = [
        one.proto.body for one in at.get("html") if "cs-moved" in one.proto.body and "<figure>" in one.proto.body
    ]
    assert shown.count("<figure>") == 1 + len(Reduction)
    framed = sum(int(found) for found in re.findall(r"(\d+) of \d+ changed", shown))
    assert shown.count('class="changed"') == framed > 0


def test_a_sheet_holds_every_value() -> None:
    dots = io.BytesIO()
    Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).save(dots, "PNG")
    whole = np.asarray(Image.open(io.BytesIO(png.sheet({"a": dots.getvalue(), "b": dots.getvalue()}, 3))).convert("L"))
    wanted = np.kron([[0, 255], [255, 0]], np.ones((3, 3)))
    places = np.lib.stride_tricks.sliding_window_view(whole, (6, 6))
    assert int((places == wanted).all(axis=(2, 3)).sum()) >= 2


def test_an_unrelated_change_computes_nothing_anew(stages: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    at = no_exception(run_page(PAGE, picture="edge", measured="noise"))

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("calculated again")

    monkeypatch.setattr(Reducer, "reduce", refuse)
    at.selectbox(key="replaced_widget").set_value("vgg16")
    no_exception(at.run())


def compared(**changes: Any) -> Comparison:
    x = noise()
    plain = {"x": x, "windows": TWO, "kernel": np.ones((3, 3)), "source": GridSource(x.shape, x.tobytes())}
    return Comparison(**{**plain, **changes})


def test_strengths_that_look_alike_share_no_result() -> None:
    """Both were "noise_0.10" once, and whoever asked second got the other's answer."""
    shares = [compared().measured(NoiseLeft((strength,)))[Reduction.MAX] for strength in (0.0951, 0.1049)]
    assert shares[0] != shares[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"kernel": np.full((3, 3), 1 + 1e-9)},
        {"kernel": np.ones((1, 9))},
        {"windows": (Window(2, 1), Window(2, 2))},
        {"windows": (Window(2, 2, padding=PaddingMode.SAME), Window(2, 2))},
        {"source": GridSource((49, 1, 1), noise().tobytes())},
    ],
)
def test_what_differs_at_all_has_a_key_of_its_own(changes: dict[str, Any]) -> None:
    assert compared().key == compared().key
    assert compared(**changes).key != compared().key


def test_no_two_measures_have_one_name() -> None:
    assert measures  # whose import brings them all
    # Where doctests are looked for too, pytest imports the same files as `ui.pooling` as well.
    names = [
        measure.__qualname__
        for measure in Measure.__subclasses__()
        if measure.__module__.startswith("pages.ui.pooling.")
    ]
    assert {"Shifts", "NoiseLeft", "Kept", "CostOfEach", "Verdicts", "DrawnResults", "Difference"} <= set(names)
    assert len(set(names)) == len(names)


# In a network ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["mnist", "vgg16", "resnet_20", "alexnet"])
@pytest.mark.parametrize("strides_too", [True, False])
def test_a_network_in_columns(stages: dict[str, Any], files: dict[str, bytes], key: str, strides_too: bool) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid", replaced=key, strides_too=str(strides_too))))
    network = preset(key).make()
    every = [summarize(network), *(summarize(replaced(network, way, strides_too)) for way in Replacement)]
    assert " | ".join(f"{one.parameters:,}" for one in every) in text
    rows = table(files, "pooling_in_a_network")
    assert [int(row["multiply_adds"]) for row in rows] == [one.multiply_adds for one in every]
    assert [int(row["memory_bytes"]) for row in rows] == [one.activation_bytes for one in every]


@pytest.mark.parametrize(("large", "name"), ENORMOUS.values(), ids=ENORMOUS)
def test_what_cannot_be_counted_is_one_sentence(large: Network, name: str, stages: dict[str, Any]) -> None:
    at = AppTest.from_file(ROOT / PAGE, default_timeout=30)
    at.query_params["reduced"] = "grid"
    at.session_state["design_network"] = large.to_json()
    at.session_state["replaced"] = "own"
    no_exception(at.run())
    (error,) = at.error
    said = error.value.replace("\\", "")
    assert f'Layer "{name}"' in said
    assert "at most 9,223,372,036,854,775,807 can be counted" in said


def test_what_was_replaced_is_said(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid", replaced="alexnet", strides_too="False")))
    assert "Layers that make the maps smaller: 4 (“conv1”, “pool1”, “pool2”, “pool5”)." in text
    assert "Average pooling: 1 of 4 left as they are (“conv1”)." in text
    assert "takes the place of “pool1”" in text
    assert "All variants keep the same shapes." in text
    text = text_of(no_exception(run_page(PAGE, reduced="grid", replaced="resnet_20", strides_too="False")))
    assert "Max pooling: the network as it is." in text


def test_a_shape_that_differs_is_explained(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid", replaced="cats_dogs")))
    # 180 → 178 → 89 → 87 → 43 → 41 → 20 → 18 → 9 → 7; with strides 180 → 89 → 44 → 21 → 10.
    assert "gets 44×44×64 instead of 43×43×64" in text
    assert "⌊(87 + 2·0 − 2) / 2⌋ + 1 = 43" in text
    assert "(89 + 2·0 − 3) / 2 + 1 = 44" in text


def test_a_network_without_strides_has_nothing_to_replace(stages: dict[str, Any]) -> None:
    from pages.ui.pooling.in_network import columns_of

    plain = Network.of(Input((8, 8, 1)), Conv2D(2, 3), Flatten(), Dense(1))
    columns = columns_of(plain.to_json(), True)
    assert columns.names == ()
    pooled = Network.of(Input((8, 8, 1)), Conv2D(2, 3), MaxPooling2D(2), Flatten(), Dense(1))
    assert columns_of(pooled.to_json(), True).names == ("max_pooling2d",)


def test_the_study_is_shown_with_its_spread(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid", study_open="True")))
    assert "Fashion-MNIST" in text
    assert "±" in text
    assert "1412.6806" in text
    assert "1904.11486" in text


def test_the_study_says_what_its_seeds_show_and_what_else_differs(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid")))
    assert "kept the most" not in text
    still, moved = (line for line in text.splitlines() if "had the highest mean accuracy" in line)
    assert "Its lead over “Stride moved into the previous convolution” and “Maximum, blur, subsampling” is" in still
    assert "its lead over “Max pooling” and “Average pooling” is not" in still
    assert "On pictures shifted by 4 pixels, “Strided convolution replaces the pool”" in moved
    assert "None of its leads over the others is statistically significant (paired t-test over 3 seeds" in moved
    for line in (still, moved):
        assert "(parameters +46% to +48%, multiply-adds +44% to +144%)" in line
    assert "| Max pooling | 1.2 | 0.75 | 3 | 1.000 | +48% | +47% |" in text


def test_the_lesson_says_what_is_cut(stages: dict[str, Any]) -> None:
    assert "It cuts the *values*" in text_of(no_exception(run_page(PAGE, reduced="grid")))
