"""Plans of patches and hot regions against plain loops and SciPy; what a worker is asked against the model itself."""

import pickle
from collections.abc import Callable
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from cnn_core.arrays import Heat
from cnn_core.errors import CnnError
from cnn_core.layers import (
    Activation,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    UpSampling2D,
)
from cnn_core.models import attention, loading, memory
from cnn_core.models.attention import (
    NoBox,
    box_in_pixels,
    evidence_box,
    grad_cam,
    hot_box,
    map_layers,
    occlusion_chunk,
    occlusion_heat,
    occlusion_plan,
    saliency,
    telling_layer,
)
from cnn_core.models.bundled import BUNDLED, bundled_model, bundled_network, class_names
from cnn_core.models.loading import Loaded, load
from cnn_core.network.network import Network
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import Box, Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import sample_bytes
from cnn_core.pictures.scaling import Scaling, scaled

SIDES = st.integers(1, 30)
SHARES = st.floats(0.01, 1)

each_model = pytest.mark.parametrize("key", [model.key for model in BUNDLED])
SAMPLE = {"cifar10": "chelsea", "mnist": "digit_7", "mobilenet_v2": "chelsea"}


def pixels_for(key: str) -> Heat:
    bundled = bundled_model(key)
    image = read_image(sample_bytes(SAMPLE[key]))
    return prepare(image.pixels, Preparation(*bundled.input_size, Colour(bundled.colour))).pixels


def output_of(key: str) -> str:
    return bundled_network(key).output_names()[0]


# Plans ----------------------------------------------------------------------------------------------------------------


@st.composite
def plans(draw: st.DrawFn) -> tuple[tuple[int, int], int, int]:
    """Draw a picture's size, a patch that fits into it and a stride that leaves no gap."""
    size = draw(SIDES), draw(SIDES)
    patch = draw(st.integers(1, min(size)))
    return size, patch, draw(st.integers(1, patch))


@given(plan=plans())
def test_a_plan_covers_every_pixel_with_whole_patches(plan: Any) -> None:
    (height, width), patch, stride = plan
    boxes = occlusion_plan((height, width, 3), patch, stride)
    covered = np.zeros((height, width), int)
    for top, left, bottom, right in boxes.reshape(-1, 4):
        assert (bottom - top, right - left) == (patch, patch)
        assert min(top, left) >= 0
        assert (bottom <= height) & (right <= width)
        covered[top:bottom, left:right] += 1
    assert covered.min() >= 1
    assert boxes.shape == (ceil((height - patch) / stride) + 1, ceil((width - patch) / stride) + 1, 4)


@given(plan=plans())
def test_patches_lie_a_stride_apart_and_the_last_one_ends_with_the_picture(plan: Any) -> None:
    (height, width), patch, stride = plan
    boxes = occlusion_plan((height, width), patch, stride)
    assert len(np.unique(boxes.reshape(-1, 4), axis=0)) == boxes.shape[0] * boxes.shape[1]
    assert_array_equal(boxes[:-1, 0, 0], stride * np.arange(len(boxes) - 1))
    assert_array_equal(boxes[0, :-1, 1], stride * np.arange(boxes.shape[1] - 1))
    assert boxes[-1, -1].tolist() == [height - patch, width - patch, height, width]


def test_a_patch_as_large_as_the_picture_is_one_patch() -> None:
    assert occlusion_plan((7, 7), 7, 3).tolist() == [[[0, 0, 7, 7]]]
    assert occlusion_plan((7, 9), 7, 7).tolist() == [[[0, 0, 7, 7], [0, 2, 7, 9]]]


@pytest.mark.parametrize(
    ("patch", "stride", "words"),
    [
        (8, 1, r"the picture's shorter side\. Received: 8 on a picture of 7×9"),
        (0, 1, "at least 1 pixel"),
        (4, 5, r"leave no gaps\. Received: stride=5 with patches of 4"),
        (4, 0, "from 1 to the patch's side"),
    ],
)
def test_plans_that_do_not_fit_are_refused(patch: int, stride: int, words: str) -> None:
    with pytest.raises(CnnError, match=words):
        occlusion_plan((7, 9, 3), patch, stride)


# Drops over pixels ----------------------------------------------------------------------------------------------------


@given(plan=plans(), rows=st.integers(0, 30), seed=st.integers(0, 99))
def test_a_pixel_has_the_mean_drop_of_the_patches_over_it(plan: Any, rows: int, seed: int) -> None:
    size, patch, stride = plan
    boxes = occlusion_plan(size, patch, stride)[:rows]
    drops = np.random.default_rng(seed).normal(size=boxes.shape[:2]).astype(np.float32)
    heat = occlusion_heat(size, boxes, drops)
    assert heat.shape == size
    assert heat.dtype == np.float32
    pixel = np.random.default_rng(seed).integers(0, size)
    over = ((boxes[..., :2] <= pixel) & (pixel < boxes[..., 2:])).all(axis=-1)
    assert_allclose(heat[tuple(pixel)], drops[over].mean() if over.any() else np.nan, rtol=1e-5, atol=1e-6)


# Hot regions ----------------------------------------------------------------------------------------------------------


def box_by_scipy(heat: Heat, share: float) -> Box:
    labels, _ = ndimage.label(heat >= share * heat.max())
    rows, columns = ndimage.find_objects(labels)[labels.flat[heat.argmax()] - 1]
    return rows.start, columns.start, rows.stop, columns.stop


@st.composite
def heats(draw: st.DrawFn) -> Heat:
    """Draw a map with regions of any shape: noise, more or less smoothed."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    noise = rng.normal(size=(draw(SIDES), draw(SIDES)))
    heat: Heat = ndimage.gaussian_filter(noise, draw(st.sampled_from([0, 0.5, 1, 3]))).astype(np.float32)
    return heat


@given(heat=heats(), share=SHARES)
def test_the_region_is_scipys(heat: Heat, share: float) -> None:
    assume(heat.max() > 0)
    assert hot_box(heat, share) == box_by_scipy(heat, share)


@given(heat=heats(), shares=st.tuples(SHARES, SHARES))
def test_a_smaller_share_gives_a_box_around_the_maximum_that_is_not_smaller(heat: Heat, shares: Any) -> None:
    assume(heat.max() > 0)
    outer, inner = (hot_box(heat, share) for share in sorted(shares))
    assert outer is not None
    assert inner is not None
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert outer[0] <= inner[0] <= row < inner[2] <= outer[2] <= heat.shape[0]
    assert outer[1] <= inner[1] <= column < inner[3] <= outer[3] <= heat.shape[1]


def test_the_size_of_the_numbers_does_not_matter() -> None:
    heat = np.random.default_rng(1).random((9, 9), np.float32)
    assert hot_box(heat) == hot_box(heat * 1024) == hot_box(heat / 1024) == hot_box(heat.astype(np.float64))


def test_a_region_hangs_together_by_sides_and_may_be_winding() -> None:
    picture = ["#...#", "###.#", "..#.#", "#.###"]  # the cell at the lower left touches by a corner only
    heat = np.array([[cell == "#" for cell in row] for row in picture], np.float32)
    assert hot_box(heat) == (0, 0, 4, 5)
    assert hot_box(heat[1:, 1:]) == (0, 0, 3, 4)
    assert hot_box(heat[:3]) == (0, 0, 3, 3)  # of equal maxima the first
    assert hot_box(heat[2:, :3]) == (0, 2, 2, 3)


def test_what_is_no_number_is_cold() -> None:
    heat = np.array([[np.nan, 1, 0.6], [np.nan, np.nan, 0.6]], np.float32)
    assert hot_box(heat) == (0, 1, 2, 3)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_where_nothing_is_above_zero_there_is_no_box(value: float) -> None:
    assert hot_box(np.full((3, 4), value, np.float32)) is None


@pytest.mark.parametrize(("shape", "share"), [((3,), 0.5), ((0, 4), 0.5), ((3, 4, 1), 0.5), ((3, 4), 0), ((3, 4), 1.1)])
def test_other_maps_and_shares_are_refused(shape: tuple[int, ...], share: float) -> None:
    with pytest.raises(CnnError, match="a share above 0 and at most 1"):
        hot_box(np.ones(shape, np.float32), share)


@given(cells=st.tuples(SIDES, SIDES), pixels=st.tuples(SIDES, SIDES), data=st.data())
def test_a_box_in_pixels_is_where_the_stretched_map_shows_it(cells: Any, pixels: Any, data: st.DataObject) -> None:
    box = []
    for length in cells:
        begin = data.draw(st.integers(0, length - 1))
        box.append((begin, data.draw(st.integers(begin + 1, length))))
    (top, bottom), (left, right) = box
    received = box_in_pixels((top, left, bottom, right), cells, pixels)
    for axis in (0, 1):
        shown = np.arange(pixels[axis]) * cells[axis] // pixels[axis]  # as `overlay_png` stretches
        inside = np.flatnonzero((box[axis][0] <= shown) & (shown < box[axis][1]))
        begin, end = received[axis], received[axis + 2]
        if inside.size:
            assert (begin, end) == (inside[0], inside[-1] + 1)
        else:
            assert 0 <= begin < end <= pixels[axis]
            assert pixels[axis] < cells[axis]


def test_a_box_between_two_pixels_keeps_one() -> None:
    assert box_in_pixels((1, 7, 2, 8), (8, 8), (2, 2)) == (1, 1, 2, 2)


@pytest.mark.parametrize(
    ("heat", "box"),
    [
        (np.zeros((4, 4)), NoBox.COLD),
        (np.full((4, 4), -1.0), NoBox.COLD),
        (np.full((4, 4), np.nan), NoBox.COLD),
        (np.ones((1, 1)), NoBox.WHOLE),
        (np.ones((7, 7)), NoBox.WHOLE),
        (np.eye(1, 100 * 100).reshape(100, 100), NoBox.SPECK),
        (np.eye(4), (0, 0, 25, 25)),
        (np.array([[0.0, 1.0]]), (0, 50, 100, 100)),
    ],
)
def test_a_box_that_would_say_nothing_is_left_out(heat: Heat, box: Box | NoBox) -> None:
    assert evidence_box(heat, (100, 100)) == box


# Bundled models, as a worker is asked ---------------------------------------------------------------------------------


@each_model
@pytest.mark.keras
def test_layers_with_a_map_are_the_models(key: str) -> None:
    from cnn_core.keras_model import attribution

    assert map_layers(bundled_network(key), output_of(key)) == attribution.map_layers(load(key).model)


def test_the_layer_shown_by_default() -> None:
    last = {key: map_layers(bundled_network(key), output_of(key))[-1] for key in SAMPLE}
    assert last == {"cifar10": "max_pool_2", "mnist": "max_pooling2d", "mobilenet_v2": "out_relu"}


@each_model
@pytest.mark.keras
def test_answers_are_those_of_the_model(key: str) -> None:
    from cnn_core.keras_model import attribution

    model, pixels, layer = load(key).model, pixels_for(key), map_layers(bundled_network(key), output_of(key))[2]
    patch = pixels.shape[0] // 2
    boxes = occlusion_plan(pixels.shape, patch, patch)
    assert_array_equal(grad_cam(key, pixels, 2), attribution.grad_cam(model, pixels, 2))
    assert_array_equal(grad_cam(key, pixels, 2, layer), attribution.grad_cam(model, pixels, 2, layer))
    assert_array_equal(saliency(key, pixels, 2), attribution.saliency(model, pixels, 2))
    expected = attribution.occlusion_drops(model, pixels, 2, boxes, 0.5)
    chunks = [occlusion_chunk(key, pixels, 2, row, 0.5) for row in boxes]
    assert_allclose(np.stack(chunks), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.keras
@pytest.mark.parametrize("scaling", Scaling)
def test_what_covers_enters_as_the_picture_does(scaling: Scaling, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from cnn_core.keras_model import attribution

    model = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(2)])
    for module in (loading, attention):
        monkeypatch.setattr(module, "load", lambda _: Loaded(model, bundled_network("mnist"), ("dense",), scaling))
    pixels = np.random.default_rng(2).random((4, 4, 3), np.float32)
    boxes = occlusion_plan(pixels.shape, 2, 2)
    for fill, colour in [(None, pixels.mean(axis=(0, 1))), (0.5, (0.5, 0.5, 0.5)), ((0.1, 0.5, 0.9), (0.1, 0.5, 0.9))]:
        covered = scaled(np.broadcast_to(np.array(colour, np.float32), (4, 4, 3)), scaling)[0, 0]
        expected = attribution.occlusion_drops(model, scaled(pixels, scaling), 1, boxes, covered)
        assert_allclose(occlusion_chunk("any", pixels, 1, boxes, fill), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.keras
def test_the_network_looked_at_the_cat() -> None:
    """The sample's cat fills the middle of the picture."""
    pixels, cat = pixels_for("mobilenet_v2"), class_names("mobilenet_v2").index("Egyptian cat")
    box = hot_box(grad_cam("mobilenet_v2", pixels, cat))
    assert box is not None
    top, left, bottom, right = box_in_pixels(box, (7, 7), (224, 224))
    assert top <= 112 < bottom
    assert left <= 112 < right


@pytest.mark.keras
def test_covering_the_digit_counts_and_covering_black_with_black_does_not() -> None:
    pixels = pixels_for("mnist")
    digit, corner = np.array([[8, 8, 20, 20], [0, 0, 4, 4]])
    assert not pixels[:4, :4].any()
    drops = occlusion_chunk("mnist", pixels, 7, np.stack([digit, corner]), 0)
    assert drops[0] > 1
    assert abs(drops[1]) < 1e-4


@each_model
@pytest.mark.keras
def test_what_is_not_there_is_refused_also_across_processes(key: str) -> None:
    pixels, classes = pixels_for(key), len(class_names(key))
    boxes = occlusion_plan(pixels.shape, 9, 9)
    refused: dict[str, Any] = {
        f"Received: class {classes}": lambda: saliency(key, pixels, classes),
        "Received: class -1": lambda: occlusion_chunk(key, pixels, -1, boxes),
        'Received: "nose"': lambda: grad_cam(key, pixels, 0, "nose"),
        "the model takes": lambda: grad_cam(key, pixels[1:], 0),
        "within the picture": lambda: occlusion_chunk(key, pixels, 0, boxes + 1),
    }
    for words, ask in refused.items():
        with pytest.raises(CnnError, match=words) as caught:
            ask()
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.keras
def test_what_takes_too_much_memory_is_refused_in_advance(monkeypatch: pytest.MonkeyPatch) -> None:
    # No model is there: nothing of it may be asked.
    loaded = Loaded(None, bundled_network("mobilenet_v2"), ("predictions",), Scaling.UNIT, megabytes=3900)
    monkeypatch.setattr(attention, "load", lambda _: loaded)
    monkeypatch.setattr(memory, "allowed_megabytes", lambda: 4096)
    pixels = np.zeros((224, 224, 3), np.float32)
    questions: list[Callable[[], Heat]] = [
        lambda: saliency("large", pixels, 0),
        lambda: grad_cam("large", pixels, 0),
        lambda: occlusion_chunk("large", pixels, 0, occlusion_plan(pixels.shape, 32, 32)),
    ]
    for ask in questions:
        with pytest.raises(CnnError, match=r"about 4,\d\d\d MB are needed; a process may have 4,096 MB here"):
            ask()


@pytest.mark.keras
def test_an_unknown_model_is_refused() -> None:
    for ask in (saliency, grad_cam):
        with pytest.raises(CnnError, match="resnet"):
            ask("resnet", np.zeros((28, 28, 1), np.float32), 0)


# Outputs with height and width ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "telling"),
    [
        ((Conv2D(3, 1), Activation("softmax")), "max_pooling2d"),
        ((Conv2D(3, 1, activation="sigmoid"),), "max_pooling2d"),
        ((GlobalAveragePooling2D(), Dense(2)), "up_sampling2d"),
    ],
)
def test_of_places_the_maps_with_the_fewest_tell_most(ending: tuple[Layer, ...], telling: str) -> None:
    start = Input((8, 8, 3)), Conv2D(4, 3, padding="same"), MaxPooling2D(2), UpSampling2D(2)
    network = Network.of(*start, *ending)
    assert telling_layer(network, network.output_names()[0]) == telling


@pytest.mark.parametrize(
    ("ending", "telling"),
    [
        ((Conv2D(4, 1), Conv2D(3, 1, activation="softmax")), "conv2d"),
        ((Conv2D(4, 1), Conv2D(3, 1), Activation("softmax")), "conv2d"),
        # Where there are no others they are better than nothing.
        ((Conv2D(3, 1, activation="softmax"),), "conv2d"),
        ((Flatten(), Dense(2)), None),
    ],
)
def test_the_scores_themselves_tell_least(ending: tuple[Layer, ...], telling: str | None) -> None:
    network = Network.of(Input((8, 8, 3)), *ending)
    assert telling_layer(network, network.output_names()[0]) == telling
