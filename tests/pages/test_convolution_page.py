"""The page "Convolution": what it calculates, its address, its errors; numbers against the tests' own loops."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from running import address_of, no_exception, run_page, tables
from scipy import signal
from streamlit.testing.v1 import AppTest

from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.grids import grid_text, named_grid
from cnn_core.numerics.hand_made import hand_made
from cnn_core.numerics.padding import Filling
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.numerics.taps import axis_taps
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import sample_bytes
from pages.ui import components
from pages.ui.convolution.choices import Convolution
from pages.ui.convolution.ideas import IDEAS
from pages.ui.draw.stage import Scene, draw_stage

PAGE = "pages/3_Convolution.py"


def text_of(at: AppTest) -> str:
    return "\n".join([*(element.value for element in [*at.markdown, *at.caption, *at.info, *at.error]), tables(at)])


def correlation(x: np.ndarray, kernel: np.ndarray, stride: int = 1) -> np.ndarray:
    """Return a valid correlation of one channel, by loops."""
    rows = range(0, x.shape[0] - kernel.shape[0] + 1, stride)
    columns = range(0, x.shape[1] - kernel.shape[1] + 1, stride)
    height, width = kernel.shape
    return np.array([[(x[r : r + height, c : c + width] * kernel).sum() for c in columns] for r in rows])


def test_first_screen(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE))
    data = stages["first_stage"]
    x, kernel = named_grid("digit", 7, 7), hand_made("sobel_vertical_edges").values
    assert data["input"] == [x.tolist()]
    np.testing.assert_allclose(data["output"], [correlation(x, kernel)])
    assert "(7 + 2·0 − 3) / 1 + 1 = 5" in text_of(at)


def test_stride_padding_and_bias(stages: dict[str, Any]) -> None:
    at = no_exception(
        run_page(PAGE, grid="noise", stride_down="2", stride_across="3", padding="explicit", pad_top="0", bias="2.5")
    )
    padded = np.pad(named_grid("noise", 7, 7), ((0, 1), (1, 1)))
    expected = correlation(padded, hand_made("sobel_vertical_edges").values)[::2, ::3] + 2.5
    np.testing.assert_allclose(stages["first_stage"]["output"], [expected])
    assert "⌊(7 + (0 + 1) − 3) / 2⌋ + 1 = 3" in text_of(at)


def test_a_turned_kernel_is_true_convolution(stages: dict[str, Any]) -> None:
    no_exception(run_page(PAGE, grid="noise", kernel="emboss", turned="True"))
    expected = signal.convolve2d(named_grid("noise", 7, 7), hand_made("emboss").values, mode="valid")
    np.testing.assert_allclose(stages["first_stage"]["output"], [expected])
    assert stages["first_stage"]["turned"] is True
    assert stages["first_stage"]["kernel"] == [[hand_made("emboss").values.tolist()]]


def test_a_rest_is_said_and_mended(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, stride_down="3", stride_across="3"))
    assert "no window uses the last row and the last column (crossed out above)" in text_of(at)
    assert "With 2×2 more padding" in text_of(at)
    mended = dict.fromkeys(("pad_top", "pad_bottom", "pad_left", "pad_right"), "1")
    at = no_exception(run_page(PAGE, stride_down="3", stride_across="3", padding="explicit", **mended))
    assert "(crossed out above)" not in text_of(at)


def test_a_kernel_larger_than_its_input_is_said(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, rows="2", columns="2", open="picture.dense.separable"))
    assert "larger than its input" in text_of(at)
    assert "first_stage" not in stages


def test_numbers_of_the_readers_own(stages: dict[str, Any]) -> None:
    x, kernel = np.arange(12.0).reshape(3, 4), np.array([[1.0, -0.5]])
    at = run_page(PAGE, grid="own", numbers=grid_text(x), kernel="own", weights=grid_text(kernel))
    no_exception(at)
    np.testing.assert_allclose(stages["first_stage"]["output"], [correlation(x, kernel)])


@pytest.mark.parametrize("text", ["nonsense", "eNo", grid_text(np.zeros(3)), grid_text(np.full((2, 2), 1e9))])
def test_an_address_that_makes_no_sense_costs_nothing(stages: dict[str, Any], text: str) -> None:
    at = no_exception(
        run_page(PAGE, grid="own", numbers=text, kernel="own", weights=text, filter_weights=text, open="channels")
    )
    assert at.error
    assert stages["first_stage"]["output"]


@pytest.mark.parametrize(
    "query", [{"stride_down": "0"}, {"bias": "nan"}, {"kernel": "x"}, {"grid": "x"}, {"open": "x"}]
)
def test_unknown_choices_fall_back(stages: dict[str, Any], query: dict[str, str]) -> None:
    no_exception(run_page(PAGE, **query))
    assert len(stages["first_stage"]["output"][0]) == 5


def test_what_the_reader_edits_is_kept_in_the_address(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE))
    x = named_grid("digit", 7, 7)
    x[3, 3] = -9
    at.session_state["grid"] = "own"
    at.session_state["numbers"] = grid_text(x)
    no_exception(at.run())
    assert stages["first_stage"]["input"] == [x.tolist()]
    again = no_exception(
        run_page(
            PAGE, **{key: values if isinstance(values, str) else values[0] for key, values in at.query_params.items()}
        )
    )
    assert stages["first_stage"]["input"] == [x.tolist()]
    assert again.selectbox(key="grid_widget").value == "own"


@pytest.mark.parametrize("idea", [idea.key for idea in IDEAS])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_idea_opens_by_its_address(stages: dict[str, Any], idea: str, language: str) -> None:
    at = no_exception(run_page(PAGE, open=idea, lang=language))
    assert not at.error
    assert at.query_params["open"] in (idea, [idea])


def test_channels_and_filters(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, open="channels", filters="2"))
    assert "(3·3·3 + 1)·2 = 56" in text_of(at)
    data = stages["channels_stage"]
    x, kernel = np.array(data["input"]), np.array(data["kernel"])
    assert x.shape == (3, 7, 7)
    assert kernel.shape == (2, 3, 3, 3)
    for number in range(2):
        parts = [correlation(x[channel], kernel[number, channel]) for channel in range(3)]
        np.testing.assert_allclose(data["output"][number], np.sum(parts, axis=0) + 10, rtol=1e-5)


def test_costs_of_the_bottleneck(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, open="mixing")))
    places = 56 * 56
    assert f"{256 * 256 * 9 + 256:,} | {256 * 256 * 9 * places:,}" in text
    weights = 256 * 64 + 64 * 64 * 9 + 64 * 256
    assert f"{weights + 64 + 64 + 256:,} | {weights * places:,}" in text


def test_costs_of_separable_convolution(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, open="separable")))
    assert f"{32 * 64 * 9 + 64:,} | {32 * 64 * 9 * 56 * 56:,} | 1 |" in text
    assert f"{32 * 9 + 32 * 64 + 64:,} | {(32 * 9 + 32 * 64) * 56 * 56:,}" in text


def test_transposed_convolution_counts_what_overlaps(stages: dict[str, Any]) -> None:
    no_exception(run_page(PAGE, open="transposed", spread_kernel="3", spread_stride="2"))
    line = np.array([1, 1, 2, 1, 2, 1, 2, 1, 1])
    np.testing.assert_array_equal(stages["transposed_stage"]["output"], [np.outer(line, line)])
    no_exception(run_page(PAGE, open="transposed", spread_kernel="4", spread_stride="2"))
    inner = np.array(stages["transposed_stage"]["output"][0])[2:-2, 2:-2]
    assert (inner == 4).all()


@pytest.mark.parametrize(("count", "field"), [(1, 3), (2, 5), (3, 7)])
def test_stacked_layers_see_more(stages: dict[str, Any], count: int, field: int) -> None:
    no_exception(run_page(PAGE, open="stacked", stacked=str(count)))
    data = stages["stacked_stage"]
    assert len(data["kernel"][0][0]) == field
    # The layers one after the other and the one kernel that they amount to agree.
    x, kernel = np.array(data["input"][0]), np.array(data["kernel"][0][0])
    np.testing.assert_allclose(data["output"], [correlation(x, kernel)], atol=1e-9)


def test_dense_weights_are_counted(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, open="dense")))
    assert "49·25 = **1,225** weights; the convolution has **9**" in text
    assert f"{1225 - 25 * 6:,} of 1,225 weights are 0" in text  # Sobel has 6 weights that are not 0


def test_a_pool_needs_no_kernel(stages: dict[str, Any]) -> None:
    x = np.arange(16.0).reshape(4, 4, 1)
    taps = axis_taps(4, Window(2, 2))
    output = pool(x, (Window(2, 2), Window(2, 2)), PoolingKind.MAX)
    draw_stage(Scene(x, taps, taps, output, pooling=PoolingKind.MAX), "pool")
    assert stages["pool"]["kernel"] is None
    assert stages["pool"]["output"] == [[[5, 7], [13, 15]]]
    assert stages["pool"]["ranges"]["output"] == {"limit": 15, "signed": False}


@pytest.mark.parametrize("filling", ["zero", "reflect", "replicate"])
def test_a_stage_knows_where_the_line_begins(stages: dict[str, Any], filling: str) -> None:
    no_exception(run_page(PAGE, padding="explicit", pad_left="3", pad_top="2", filling=filling))
    assert stages["first_stage"]["horizontal"]["before"] == 3
    assert stages["first_stage"]["vertical"]["before"] == 2


def test_edits_come_back_in_the_order_of_keras(stages: dict[str, Any]) -> None:
    x, kernel = np.random.default_rng(0).normal(size=(4, 5, 2)), np.random.default_rng(1).normal(size=(2, 3, 2, 3))
    windows = Window(2), Window(3)
    got: dict[str, np.ndarray] = {}
    draw_stage(
        Scene(
            x,
            axis_taps(4, windows[0]),
            axis_taps(5, windows[1]),
            conv2d(x, kernel, windows),
            kernel,
            channels=("a", "b"),
        ),
        "edits",
        lambda new: got.update(x=new),
        lambda new: got.update(kernel=new),
    )
    told = stages["edits"]
    told["on_edit"]({"input": told["input"]})
    told["on_edit"]({"kernel": told["kernel"]})
    np.testing.assert_array_equal(got["x"], x)
    np.testing.assert_array_equal(got["kernel"], kernel)


def test_legend_says_what_colours_mean(stages: dict[str, Any]) -> None:
    no_exception(run_page(PAGE))
    legend = stages["first_stage"]["words"]["legend"]
    assert "black is 0, white 1" in legend
    assert "blue is negative, white 0, red positive" in legend


def test_grid_and_kernel_are_resized(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, grid="own", numbers=grid_text(np.arange(9.0).reshape(3, 3))))
    no_exception(at.number_input(key="rows_widget").set_value(5).run())
    grid = np.zeros((5, 3))
    grid[1:4] = np.arange(9.0).reshape(3, 3)
    assert stages["first_stage"]["input"] == [grid.tolist()]
    no_exception(at.number_input(key="kernel_columns_widget").set_value(1).run())
    assert stages["first_stage"]["kernel"] == [[[[0], [0], [0]]]]
    assert at.selectbox(key="kernel_widget").value == "own"
    no_exception(at.number_input(key="kernel_rows_widget").set_value(4).run())
    assert len(stages["first_stage"]["kernel"][0][0]) == 4
    np.testing.assert_allclose(stages["first_stage"]["output"], np.zeros((1, 2, 3)))


def test_stride_with_dilation_is_said(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, stride_down="2", dilation_across="2"))
    x, kernel = named_grid("digit", 7, 7), hand_made("sobel_vertical_edges").values
    spread = np.zeros((3, 5))
    spread[:, ::2] = kernel
    np.testing.assert_allclose(stages["first_stage"]["output"], [correlation(x, spread)[::2]])
    assert not at.error


def test_kernels_that_look_alike_share_no_result() -> None:
    """Their texts have six digits, in which these two are one."""
    sides = Window(3), Window(3)
    kernels = np.full((3, 3), 1 / 3), np.full((3, 3), 1 / 3 + 1e-9)
    keys = {Convolution(np.zeros((7, 7, 1)), kernel, sides, Filling.ZERO, False, 0.0).key for kernel in kernels}
    assert len(keys) == 2


@pytest.mark.parametrize("channels", [1, 3])
def test_weights_that_pictures_need(stages: dict[str, Any], channels: int) -> None:
    text = text_of(no_exception(run_page(PAGE, open="dense", dense_channels=str(channels))))
    for side in (28, 180, 500, 1000):
        values = side * side * channels
        assert f"| {side}×{side}×{channels} | {values:,} | {10 * values:,} | {10 * 9 * channels} |" in text
    assert "250,000 per unit and 2.5 million for ten" in text


def test_sizes_and_strides_side_by_side(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, open="side_by_side", lang="en"))
    (drawn,) = (element.proto.body for element in at.get("html") if "cs-sizes" in element.proto.body)
    assert drawn.count("<img") == 9
    picture = tuple(map(int, re.findall(r"the picture has (\d+)×(\d+) pixels", text_of(at))[0]))
    for size in (3, 5, 7):
        for stride in (1, 2, 3):
            sides = [len(range(0, length - size + 1, stride)) for length in picture]
            assert f"{size}×{size}, stride {stride}<br>{sides[0]}×{sides[1]}<" in drawn
            assert f"{size}·{size} = {size * size} | {size * size * sides[0] * sides[1]:,} |" in text_of(at)


@pytest.mark.parametrize("kind", ["max", "average"])
def test_two_pools_of_equal_size(stages: dict[str, Any], kind: str) -> None:
    at = no_exception(run_page(PAGE, open="two_pools", grid="noise", pools_kind=kind, lang="en"))
    x = named_grid("noise", 7, 7)
    expected = {}
    for size in (2, 3):
        windows = [[x[r : r + size, c : c + size] for c in (0, 2, 4)] for r in (0, 2, 4)]
        expected[size] = np.max(windows, axis=(2, 3)) if kind == "max" else np.mean(windows, axis=(2, 3))
    for size, values in expected.items():
        np.testing.assert_allclose(stages[f"pool_of_{size}"]["output"], [values])
    differing = int((np.abs(expected[2] - expected[3]) > 1e-9).sum())
    assert differing > 0
    assert f"Both outputs are 3×3. **{differing} of 9** values differ" in text_of(at)


def test_two_pools_of_other_sizes(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, open="two_pools", rows="8", columns="8", lang="en"))
    assert "The sizes differ, 4×4 and 3×3" in text_of(at)


# A part of the picture ------------------------------------------------------------------------------------------------


@dataclass
class Boards:
    """The boards with boxes on them by key: what each is given, and the boxes that the reader moves in the next run."""

    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    moved: dict[str, list[int]] = field(default_factory=dict)

    def draw(self, data: dict[str, Any], key: str, on_box: Any) -> None:
        self.given[key] = data
        if key in self.moved:
            on_box(self.moved.pop(key))


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch) -> Boards:
    drawn = Boards()
    monkeypatch.setattr(components, "boxes", drawn.draw)
    return drawn


def test_the_cut_is_moved_on_the_picture(boards: Boards, stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, grid="cut"))
    assert boards.given["cut"]["own"] == [100, 170, 128, 198]
    assert boards.given["cut"]["cut"] == 4
    boards.moved["cut"] = [20, 40, 48, 68]
    no_exception(at.run())
    no_exception(at.run())
    assert boards.given["cut"]["own"] == [20, 40, 48, 68]
    assert (address_of(at)["cut_row"], address_of(at)["cut_column"]) == ("20", "40")
    pixels = np.asarray(read_image(sample_bytes("chelsea")).pixels[20:48, 40:68], np.float64)
    means = np.round(pixels.reshape(7, 4, 7, 4, 3).mean(axis=(1, 3)) * 255)
    np.testing.assert_allclose(stages["first_stage"]["input"][0], means @ [0.299, 0.587, 0.114], atol=0.51)


def test_an_eye_is_found_by_the_coefficient_and_not_by_the_plain_sum(boards: Boards) -> None:
    at = no_exception(run_page(PAGE, open="template"))
    assert boards.given["template_board"]["own"] == [27, 44, 51, 71]
    assert "A bright place fools the plain sum" in text_of(at)
    assert "Correlation coefficient | 1.00 | 1.00 | 27 | 44" in text_of(at)


def test_darkness_changes_the_sum_only(boards: Boards) -> None:
    told = {way: text_of(no_exception(run_page(PAGE, open="template", searched=way))) for way in ("same", "dark")}
    assert "Sum of the products | 82.70 | 124.59 | 69 | 123" in told["same"]
    assert "Sum of the products | 33.08 | 49.83 | 69 | 123" in told["dark"]
    assert all("Correlation coefficient | 1.00 | 1.00 | 27 | 44" in text for text in told.values())


def test_a_mirrored_eye_is_another_pattern(boards: Boards) -> None:
    text = text_of(no_exception(run_page(PAGE, open="template", searched="mirrored")))
    assert "not highest where the template comes from" in text


def test_an_even_part_is_no_template(boards: Boards) -> None:
    at = no_exception(run_page(PAGE, open="template", picture="point", template="0-0-3-3"))
    assert "no pattern that could correlate" in text_of(at)
    assert boards.given["template_board"]["own"] == [0, 0, 3, 3]
