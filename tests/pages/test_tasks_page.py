"""The page "Tasks": what it shows at once, what each task says, and that its figures are the core's."""

import re
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
import pytest
from running import address_of, no_exception, run_page, tables
from stand_ins import made_up_photograph_answer, made_up_shape_answers
from streamlit.testing.v1 import AppTest
from viewing import all_data_of, data_of, said

from cnn_core.models.photograph_answers import MODEL
from cnn_core.models.shape_networks import Detected, ShapeNetwork, classes_of, recorded
from cnn_core.network.links import read_link
from cnn_core.numerics.boxes import intersection_over_union
from cnn_core.numerics.enlarging import enlarged_bilinear, peak_signal_to_noise, shrunk
from cnn_core.numerics.pool import upsample
from cnn_core.numerics.precision import hits, precision_recall
from cnn_core.numerics.regions import class_overlap
from cnn_core.pictures.samples import SAMPLES, Subject
from cnn_core.pictures.shapes import KINDS, ShapesPicture, shapes_picture
from pages.ui import cached, components, compute, state
from pages.ui.tasks.tasks import TASKS

PAGE = "pages/7_Tasks.py"
SEED = state.SHAPES_SEED.default

each_task = pytest.mark.parametrize("task", [task.key for task in TASKS])


class Away(Executor):
    """Workers that never answer."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked.append(fn)
        return Future()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Away:
    executor = Away()
    monkeypatch.setattr(compute, "start", lambda *asked: None)
    monkeypatch.setattr(cached, "WORK", executor)
    return executor


def opened(**query: str) -> AppTest:
    return run_page(PAGE, lang="en", **query)


def right_by(found: Detected, picture: ShapesPicture) -> np.ndarray:
    true = np.array([shape.box for shape in picture.shapes], np.float64)
    same = found.kinds[:, np.newaxis] == np.array([shape.kind for shape in picture.shapes])
    return hits(np.where(same, intersection_over_union(found.boxes, true), 0.0))


@each_task
def test_every_task_is_there_without_a_worker(task: str, away: Away) -> None:
    at = opened(task=task)
    cards = data_of(at, "cards")
    assert [card["title"] for card in cards["cards"]] == [task.title for task in TASKS]
    assert cards["selected"] == task
    assert all(card["picture"].startswith("data:image/png;base64,") for card in cards["cards"])
    assert (data_of(at, "boxes")["rows"], data_of(at, "boxes")["columns"]) == (64, 64)
    text = said(at)
    assert "**Output**" in text
    assert "**Measure**" in text
    assert away.asked == []


@each_task
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("source", ["shapes", "photograph"])
def test_every_task_is_done_on_any_picture(task: str, source: str) -> None:
    for language in state.LANGUAGES:
        at = run_page(PAGE, lang=language, task=task, task_picture=source, shapes="5")
        assert not at.error
        assert len(all_data_of(at, "boxes")) == 1


def test_detection_counts_and_measures_what_the_core_does() -> None:
    at = opened(task="detection", least_score="0.3", most_overlap="0.4")
    picture, answers = shapes_picture(SEED), recorded(shapes_picture(SEED).pixels)
    assert answers is not None
    scored = answers.detected.from_score(0.3)
    kept = scored.suppressed(0.4)
    curve = precision_recall(right_by(kept, picture), len(picture.shapes))
    text = said(at)
    assert f"256 boxes, {len(scored)} of them with a score of 0.3 or more, **{len(kept)}** after" in text
    assert f"Here: **{curve.average_precision:.1%}**" in text
    looks = [box["look"] for box in data_of(at, "boxes")["boxes"]]
    assert looks.count("true") == len(picture.shapes)
    assert looks.count("found") == right_by(kept, picture).sum()
    assert len(tables(at).splitlines()) == 1 + len(kept)


def test_a_higher_score_keeps_fewer_boxes() -> None:
    at = opened(task="detection")
    first = len(data_of(at, "boxes")["boxes"])
    at = no_exception(at.slider(key="least_score_widget").set_value(0.05).run())
    assert len(data_of(at, "boxes")["boxes"]) > first
    assert address_of(at)["least_score"] == "0.05"


def test_semantic_segmentation_counts_pixels() -> None:
    at = opened(task="semantic")
    picture, answers = shapes_picture(SEED), recorded(shapes_picture(SEED).pixels)
    assert answers is not None
    overlap = class_overlap(classes_of(answers.unet), picture.classes, len(KINDS) + 1)
    rows = tables(at).splitlines()
    assert rows[1] == f"| background | {overlap.shared[0]:,} | {overlap.covered[0]:,} | {overlap.ious[0]:.2f} |"
    assert f"Here: **{overlap.mean_iou:.1%}**" in said(at)
    perfect = opened(task="semantic", segmented_by="true")
    assert "Here: **100.0%**" in said(perfect)


def test_true_instances_are_all_right() -> None:
    at = opened(task="instance", instances_by="true")
    count = len(shapes_picture(SEED).shapes)
    assert f"**{count}** here" in said(at)
    assert "Here: **100.0%**" in said(at)
    assert tables(at).count("| yes |") == count


# The reader's own box -------------------------------------------------------------------------------------------------


@pytest.fixture
def give_box(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs the page with a box that the browser tells."""
    told: list[Any] = []
    drawn: list[dict[str, Any]] = []

    def component(data: dict[str, Any], key: str, on_box: Any) -> None:
        drawn.append(data)
        while told:
            on_box(told.pop())

    monkeypatch.setattr(components, "boxes", component)

    def give(at: AppTest, box: Any) -> list[float]:
        told.append(box)
        no_exception(at.run())
        no_exception(at.run())
        own: list[float] = drawn[-1]["own"]
        return own

    return give


@pytest.mark.usefixtures("here")
def test_the_own_box_is_kept_and_stands_in_the_address(give_box: Any) -> None:
    at = opened()
    assert give_box(at, [3, 4, 30, 40]) == [3, 4, 30, 40]
    assert address_of(at)["box"] == "3-4-30-40"
    no_exception(at.button(key="another_shapes").click().run())
    assert state.OWN_BOX.name not in address_of(at)


@pytest.mark.parametrize("box", [None, "x", [1, 2, 3], [5, 5, 5, 9], [0, 0, 65, 9], [-1, 0, 9, 9], [0.5, 0, 9, 9]])
def test_what_is_no_box_is_not_taken(give_box: Any, box: Any) -> None:
    at = opened()
    assert give_box(at, box) == [16, 16, 48, 48]


# Photographs ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("impatient")
def test_a_sample_photograph_has_its_class_and_box_without_a_worker(away: Away) -> None:
    at = opened(task_picture="photograph", picture="kingfisher")
    (box,) = data_of(at, "boxes")["boxes"]
    assert box["text"] == "bee eater"
    assert "weak localization" in said(at)
    at = opened(task_picture="photograph", picture="kingfisher", task="classification")
    assert "bee eater" in at.get("progress")[0].proto.text


@pytest.mark.usefixtures("here")
def test_networks_for_shapes_say_that_they_know_no_photographs() -> None:
    at = opened(task_picture="photograph", task="detection")
    assert "only ever seen circles, squares and triangles" in said(at)
    assert not tables(at)
    at = opened(task_picture="photograph", task="semantic", segmented_by="true")
    assert at.segmented_control(key="segmented_by_widget").options == ["U-Net", "Without skip connections"]


def test_all_sample_photographs_are_classified() -> None:
    at = opened(open="photographs")
    photographs = [sample.title for sample in SAMPLES if sample.subject is Subject.PHOTOGRAPH]
    captions = [image.proto.imgs[0].caption for image in at.image]
    assert [caption.split(":")[0] for caption in captions] == photographs


# Below ----------------------------------------------------------------------------------------------------------------


def test_ways_of_enlarging_are_measured() -> None:
    at = opened(open="enlarging", enlarged="2", stamp="ones")
    large = shapes_picture(SEED, 128).pixels.astype(np.float64)
    small = shrunk(large, 2)
    ways = {"Nearest neighbour": upsample(small, (2, 2)), "Bilinear": enlarged_bilinear(small, 2)}
    captions = "\n".join(image.proto.imgs[0].caption for image in at.image)
    for way, values in ways.items():
        decibels = peak_signal_to_noise(values, large)
        assert f"{way}: {decibels:.1f} dB" in captions
    nearest, stamped = (re.findall(rf"{way}: (\S+) dB", captions) for way in ("neighbour", "convolution"))
    assert nearest == stamped


def test_encoder_and_decoder_are_drawn() -> None:
    at = opened(open="coders")
    assert [drawing["name"] for drawing in all_data_of(at, "drawing")] == ["unet", "encoder_decoder"]
    at.button(key="design_unet").click().run()
    assert read_link(at.session_state[state.DESIGN_LINK.name]) == ShapeNetwork.UNET.network


def test_stand_ins_have_the_shapes_of_answers() -> None:
    answers = made_up_shape_answers(shapes_picture(0).pixels)
    assert answers.unet.shape == (64, 64, 4)
    assert made_up_photograph_answer(shapes_picture(0).pixels).names[0] == "tench"
    assert MODEL == "mobilenet_v2"
